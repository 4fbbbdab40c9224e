"""Every solution with one small change is refused, unless the change changes nothing.

All mutants of all exercises take minutes, most of them for those that build Keras models: of an
exercise with many the test takes every second, third, … one. ``VAE_ALL_MUTANTS=1`` takes all.
"""

import contextlib
import functools
import io
import math
import os
import warnings

import numpy as np
import pytest
from equivalent_mutants import EQUIVALENT, NEVER_NEGATIVE, WHOLE
from mutation import SOURCES, Mutant, mutants, solution
from wrong_answers import GIVEN, given_function

from vae_helpers.checks import core, relations
from vae_helpers.checks.core import RIGHT, SelfTest

AT_MOST, AT_MOST_OF = (
    60,
    {"build_decoder": 12, "my_vae": 20, "conditional_vae": 20, "stepping_stones": 20},
)
SECONDS = 4  # and about half of them computed: then an endless loop is stopped, and refused
CHAPTERS = [path.name[:2] for path in sorted(SOURCES.glob("[0-9][0-9]_*.py"))]
EXERCISES = [
    exercise
    for chapter in CHAPTERS
    for exercise in core.exercises_of(chapter).values()
    if not isinstance(exercise, SelfTest)
]


def namespace(exercise):
    """Return what the notebook has imported and defined when it comes to an exercise."""
    import keras
    from keras import layers, ops
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import KDTree
    from scipy.special import logsumexp, xlogy
    from scipy.stats import norm
    from sklearn.neighbors import kneighbors_graph

    import vae_helpers as vh

    known = {"np": np, "vh": vh, "keras": keras, "ops": ops, "norm": norm}
    known |= {"logsumexp": logsumexp, "xlogy": xlogy, "layers": layers, "KDTree": KDTree}
    known |= {"dijkstra": dijkstra, "kneighbors_graph": kneighbors_graph}
    if exercise.name in GIVEN:
        exec(given_function(exercise.chapter, GIVEN[exercise.name]), known)
    return known


def grade(exercise, checked, mutant: Mutant):
    """Judge a mutant; one that does not even run, or gives no answer, counts as refused."""
    known = namespace(exercise)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(mutant.code, known)
        except Exception:
            return None
        return exercise.grade(known[checked], seconds=SECONDS)


@functools.cache
def mutants_of(exercise):
    found = solution(exercise.chapter, exercise.name)
    return mutants(found.code, found.lines)


def accepted(exercise):
    """Return what the mutants that are taken for right have changed."""
    checked = solution(exercise.chapter, exercise.name).checked
    found = mutants_of(exercise)
    most = AT_MOST_OF.get(exercise.name, AT_MOST)
    step = 1 if os.environ.get("VAE_ALL_MUTANTS") else math.ceil(len(found) / most)
    results = [(mutant, grade(exercise, checked, mutant)) for mutant in found[::step]]
    return [mutant.change for mutant, result in results if result and result.state == RIGHT]


def is_equivalent(name, change):
    """Say whether a change changes nothing, by its name or by its form."""
    after = change.partition(" → ")[2]
    without_sign = after.startswith(("return np.abs(", "return np.maximum("))
    if name in NEVER_NEGATIVE and without_sign:
        return True
    if name in WHOLE and after.startswith("return np.round("):
        return True
    return change in EQUIVALENT.get(name, {})


@pytest.fixture
def quick(monkeypatch):
    """The verdict is asked, not the reason: the search for a relation is left out."""
    monkeypatch.setattr(relations, "explain", lambda evidence: relations.Found())


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_mutant_is_refused(exercise, quick):
    found = accepted(exercise)
    unexplained = [change for change in found if not is_equivalent(exercise.name, change)]
    assert not unexplained, f"{len(unexplained)} wrong answers are taken for right"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_the_equivalent_ones_are_mutants_of_the_solution(exercise):
    """A line for a change that no longer occurs would hide the next one of that name."""
    changes = EQUIVALENT.get(exercise.name, {})
    found = [mutant.change for mutant in mutants_of(exercise)]
    assert found
    assert set(changes) <= set(found), set(changes) - set(found)
    assert all(len(reason) > 10 for reason in changes.values())


def test_only_exercises_have_equivalent_mutants():
    assert set(EQUIVALENT) <= {exercise.name for exercise in EXERCISES}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("a + b → a - b", "a - b"),
        ("a + b → b", "b"),
        ("2 → 3", "3"),
        ("axis", "np.sum(x)"),
        ("f(a, b) → f(b, a)", "f(b, a)"),
        ("mean → sum", "x.sum()"),
        ("z_log_var → 2.0 * z_log_var", "2.0 * z_log_var"),
        ("rng → np.random", "np.random.normal()"),
        ("stop_gradient", "ops.stop_gradient(ops.exp(x))"),
        ("a < b → a <= b", "a <= b"),
    ],
)
def test_what_the_search_changes(change, code):
    before = (
        "a + b; 2; np.sum(x, axis=1); f(a, b); x.mean(); z_log_var; rng.normal(); ops.exp(x); a < b"
    )
    texts = [mutant.code.replace("\n", "; ") for mutant in mutants(before)]
    assert any(f"; {code};" in f"; {text};" for text in texts)
    assert len(set(texts)) == len(texts)
