"""A message knows the mistake: no two listed mistakes give the same, and none the right value.

A mistake is named if it fits all cases, so two of them, and the right function, must differ in at
least one case; for a comparison of one value that is this value.
"""

from itertools import combinations

import numpy as np
import pytest
from mutation import Mutant, solution
from test_mutants import EXERCISES, grade

from vae_helpers.checks import core
from vae_helpers.checks.core import RIGHT, Wrong
from vae_helpers.checks.relations import alike


def differ(first, second, expectation):
    """Say whether two lists of outcomes, one for each case, can be told apart."""
    pairs = zip(first, second, strict=True)
    return any(_differ(a, b, expectation.rtol, expectation.atol) for a, b in pairs)


def _differ(first, second, rtol, atol):
    if isinstance(first, Wrong) or isinstance(second, Wrong):
        return type(first) is not type(second) or type(first.__cause__) is not type(
            second.__cause__
        )
    both = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    return not both or not all(alike(a, b, rtol, atol, equal_nan=True) for a, b in both)


def equal_pairs(expectation):
    """Return the pairs of messages that stand for one and the same answer."""
    options = [("the right one", expectation.expected), *expectation.mistakes]
    return [
        (first, second)
        for (first, a), (second, b) in combinations(options, 2)
        if first != second and not differ(a, b, expectation)
    ]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_no_two_mistakes_are_equal(exercise):
    found = solution(exercise.chapter, exercise.name)
    with core.recorded() as expectations:
        result = grade(exercise, found.checked, Mutant("none", found.code))
    assert result.state == RIGHT, result
    equal = [(e.what, *pair) for e in expectations for pair in equal_pairs(e)]
    assert not equal


def test_equal_mistakes_are_found():
    def checker(answer):
        core.expect_number(answer, 2.0, "x", mistakes=[(4.0, "squared"), (4.0, "doubled")])
        core.expect_array(answer, 2.0, "y", mistakes=[(2.0, "right itself"), (3.0, "fine")])
        core.expect_function(
            lambda x: x,
            lambda x: x,
            [(0.0,), (1.0,)],
            mistakes=[
                (lambda x: x**2, "no different from the right one"),
                (lambda x: 2 * x, "twice"),
                (lambda x: x + x, "added"),
                (lambda x: 1 / 0, "stops"),
                (lambda x: [][0], "stops elsewhere"),
                (lambda x: np.full(2, x), "two numbers"),
            ],
        )

    with core.recorded() as found:
        checker(2.0)
    assert [equal_pairs(e) for e in found] == [
        [("squared", "doubled")],
        [("the right one", "right itself")],
        [("the right one", "no different from the right one"), ("twice", "added")],
    ]


def test_parts_in_which_anything_will_do_are_not_compared():
    def checker():
        core.expect_function(
            lambda x: (x, -x),
            lambda x: (x, -x),
            [(2.0,)],
            parts=("one", "two"),
            mistakes=[
                (lambda x: (x + 1, None), "first"),
                (lambda x: (None, x), "second"),
                (lambda x: (x + 1, x), "both"),
            ],
        )

    with core.recorded() as found:
        checker()
    assert equal_pairs(found[0]) == [("first", "both"), ("second", "both")]
