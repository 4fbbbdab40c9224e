"""Answers that learners give, wrong ones and unusual right ones.

They were written before their author had seen a checker. ``later`` holds a second set, by an
author who had read messages but no checker; the checkers' authors saw it when they had finished.

Each module holds the answers of one chapter as a dict: exercise → list of answers. The code of an
answer is what a learner writes in place of the dots, so it is executed inside the exercise's own
cell of the notebook. An exercise with several gaps takes a tuple, where ``None`` leaves the right
code in its gap.
"""

from __future__ import annotations

import importlib
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parents[3] / "notebooks" / "source"
CHAPTERS = tuple(f"0{number}" for number in range(9))
GIVEN = {"my_vae": "loss_parts"}  # a function of an earlier cell that an exercise takes
GAP = re.compile(r"^( *)# <solution>\n(.*?)^ *# </solution>\n", re.DOTALL | re.MULTILINE)

IMPORTS = """
import math
import statistics

import keras
import numpy as np
import scipy.stats
import sklearn.metrics
from keras import layers, ops
from scipy.linalg import sqrtm
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree
from scipy.special import logsumexp, xlogy
from scipy.stats import norm
from sklearn.neighbors import kneighbors_graph

import vae_helpers as vh
"""  # what the first cells of the chapters import, and a little more


@dataclass(frozen=True)
class Given:
    """An answer as it stands in a chapter's table: wrong, right, or noted (right, with a word)."""

    kind: str
    title: str
    code: str | tuple[str | None, ...]
    about: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer with its place; ``about`` finds what a message on this very mistake says."""

    chapter: str
    exercise: str
    given: Given

    @property
    def name(self) -> str:
        return f"{self.chapter} {self.exercise}: {self.given.title}"

    def speaks_of_it(self, message: str) -> bool:
        return re.search(self.given.about, message, re.IGNORECASE) is not None

    def value(self) -> object:
        """Execute the learner's cell in a fresh namespace and return what is handed in."""
        return _handed_in(self.chapter, self.exercise, self.given.code)


def wrong(title: str, about: str, code: str | tuple[str | None, ...]) -> Given:
    """Return a wrong answer; ``about`` is a regular expression, written before any message."""
    return Given("wrong", title, code, about)


def noted(title: str, about: str, code: str | tuple[str | None, ...]) -> Given:
    """Return an answer with the right value and a bad habit, of which the praise must speak."""
    return Given("noted", title, code, about)


def right(title: str, code: str | tuple[str | None, ...]) -> Given:
    """Return a right answer in an unusual style."""
    return Given("right", title, code)


def answers() -> Iterator[Answer]:
    """Yield all answers, chapter by chapter."""
    for chapter in CHAPTERS:
        table = importlib.import_module(f"{__name__}.chapter{chapter}").ANSWERS
        more = importlib.import_module(f"{__name__}.later").ANSWERS[chapter]
        for exercise, given in table.items():
            both = (*given, *more.get(exercise, ()))
            yield from (Answer(chapter, exercise, one) for one in both)


def _handed_in(chapter: str, exercise: str, code: str | tuple[str | None, ...] | None) -> object:
    source = next(SOURCES.glob(f"{chapter}_*.py")).read_text(encoding="utf-8")
    namespace: dict = {}
    exec(IMPORTS, namespace)
    if exercise in GIVEN:
        exec(given_function(chapter, GIVEN[exercise]), namespace)
    cell = _cell(source, exercise)
    blocks = code if isinstance(code, tuple) else (code,)
    exec(compile(_fill(cell, blocks), f"<{exercise}>", "exec"), namespace)
    name = re.search(rf"^exercises\.{exercise}\.check\((\w+)\)", source, re.MULTILINE).group(1)
    return namespace[name]


def given_function(chapter: str, name: str) -> str:
    """Return the definition of a function in a chapter's source."""
    source = next(SOURCES.glob(f"{chapter}_*.py")).read_text(encoding="utf-8")
    start = source.index(f"def {name}(")
    return re.split(r"\n\n\n|\n# %%", source[start:])[0]


def _cell(source: str, exercise: str) -> str:
    cells = re.split(r"^# %%", source, flags=re.MULTILINE)
    cell = next(cell for cell in cells if cell.startswith(f' exercise="{exercise}"'))
    lines = cell.splitlines(keepends=True)[1:]
    return "".join(line for line in lines if not re.match(r"#? ?exercises\.", line))


def _fill(cell: str, blocks: tuple[str | None, ...]) -> str:
    rest = list(blocks)

    def answer(gap: re.Match) -> str:
        code = rest.pop(0) if rest else None
        if code is None:
            return gap.group(2).split("# <stub>")[0].rstrip(" ")
        return textwrap.indent(textwrap.dedent(code).strip("\n"), gap.group(1)) + "\n"

    return GAP.sub(answer, cell)
