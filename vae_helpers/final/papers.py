"""A paper of the final test: answered in a notebook, or printed; what is kept is a score.

A seed draws the paper: its numbers and the order of its choices. Everybody with the seed has the
same one, so that a class can write it together. The first time a paper is handed in counts.
"""

import html
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import vae_helpers
from vae_helpers import _arguments
from vae_helpers.checks import journal, record
from vae_helpers.checks.core import Question, Result, enforce_expectation, letter, show
from vae_helpers.checks.verdicts import HEADS, NOT_ATTEMPTED, RIGHT, WRONG, to_html
from vae_helpers.files import write_text
from vae_helpers.final import sheets
from vae_helpers.final.drawing import CHAPTERS
from vae_helpers.final.questions import QUESTIONS
from vae_helpers.html_table import html_table

MOST = 10**9
DRAWN_FROM = 10_000  # seeds that are drawn have four digits at most: they are read out in class


def paper(seed: int | None = None, *, new: bool = False) -> "Paper":
    """Return a paper of the final test.

    Args:
        seed: a whole number; the same one gives the same paper, to everybody. None takes the paper
            that you began last, so that you can go on tomorrow, or draws one if there is none.
        new: with True a new one is drawn: other numbers, another order.

    Raises:
        ValueError: if the seed is no whole number from 0, or if both are given.
    """
    new = _arguments.flag(new, "new")
    if seed is not None:
        seed = _arguments.whole_number(seed, "seed", low=0, high=MOST)
        if new:
            raise ValueError(f"seed={seed} and new=True: allowed is one of the two")
    begun = [entry["seed"] for entry in record.papers() if 0 <= entry["seed"] <= MOST]
    if seed is None:
        seed = begun[-1] if begun and not new else 1 + secrets.randbelow(DRAWN_FROM - 1)
    if not begun or begun[-1] != seed:
        record.keep_paper(seed)
    return Paper(seed)


def reset() -> Result:
    """Forget all results of the final test; the lines stay in the file, and count no more."""
    trouble = record.reset_papers()
    return Result("reset", "Final test", trouble or "No earlier paper counts now.")


@dataclass(frozen=True)
class Item:
    """A question of a paper, with its number, its chapter and the section to read again."""

    number: int
    chapter: str
    section: int
    question: Question


class Paper:
    """The questions that one seed draws, and the letters that were noted so far.

    ``answer({1: "a", …})`` notes letters, ``hand_in()`` gives the result, ``save(folder)`` writes
    the paper for people with pencils.
    """

    def __init__(self, seed: int):
        self.seed = _arguments.whole_number(seed, "seed", low=0, high=MOST)
        self.items = tuple(
            Item(number, made.chapter, made.section, made.question(self.seed))
            for number, made in enumerate(QUESTIONS, start=1)
        )
        self.noted: dict[int, str] = {}

    def numbers(self, chapter: str) -> list[int]:
        """Return the numbers of a chapter's questions."""
        _arguments.one_of(chapter, "chapter", CHAPTERS)
        return [item.number for item in self.items if item.chapter == chapter]

    def key(self, chapter: str | None = None) -> dict[int, str]:
        """Return the right letters, of one chapter such as "02" or of all: for whoever marks it."""
        wanted = None if chapter is None else self.numbers(chapter)
        return {
            item.number: item.question.right
            for item in self.items
            if wanted is None or item.number in wanted
        }

    def answer(self, answers: Mapping[int, str]) -> "Asked":
        """Note letters, and show the questions of these numbers; ``...`` stands for an open one.

        Nothing is judged before :meth:`hand_in`, and what is noted may be changed until then.

        Raises:
            ValueError: if ``answers`` is no dictionary, or names a question that there is not.
        """
        items = {item.number: item for item in self.items}
        _arguments.mapping(answers, "answers")
        for number in answers:
            _arguments.one_of(number, "number", items)
        problems = []
        for number, given in answers.items():
            chosen = letter(given)
            self.noted.pop(number, None)
            if isinstance(chosen, str) and chosen in items[number].question.choices:
                self.noted[number] = chosen
            elif given is not ...:
                choices = ", ".join(items[number].question.choices)
                problems.append(f"{number}. {show(given)} is none of {choices}.")
        shown = [(items[number], self.noted.get(number)) for number in sorted(answers)]
        return Asked(self.seed, shown, problems)

    def hand_in(self, *, anyway: bool = False) -> "Report | Result":
        """Judge what is noted, say what to read again, and keep the score, not the answers.

        The first time counts; the same paper again is judged, but not kept.

        Args:
            anyway: with True open questions count as not known; with False they are named.
        """
        still_open = [item.number for item in self.items if item.number not in self.noted]
        if not self.noted or (still_open and not _arguments.flag(anyway, "anyway")):
            result = Result(NOT_ATTEMPTED, f"Paper {self.seed}", _open(still_open, self.items))
            enforce_expectation(result)
            return result
        before = next((e for e in results() if e["seed"] == self.seed), None)
        report = Report(self, before)
        if before is None:
            report.trouble = record.keep_paper(
                self.seed, report.scores, version=vae_helpers.__version__
            )
        enforce_expectation(report.as_result())
        return report

    def save(self, folder: str | os.PathLike | None = None) -> tuple[Path, Path]:
        """Write two pages to print: the paper with an answer sheet, and the key to mark it with.

        Args:
            folder: where to; None is the learner's own folder.

        Returns:
            The paths of the two HTML files. They need nothing else, and no network.

        Raises:
            OSError: if the folder cannot be written to.
        """
        target = Path(journal.folder() if folder is None else folder).expanduser()
        paths = target / f"final-test-{self.seed}.html", target / f"final-test-{self.seed}-key.html"
        for path, page in zip(paths, (sheets.questions(self), sheets.key(self)), strict=True):
            write_text(path, page)
        return paths

    def __repr__(self):
        return (
            f"<Paper {self.seed}: {len(self.items)} questions, {len(self.noted)} answered; "
            'use .answer({1: "a"}), .hand_in(), .save(folder)>'
        )

    def _repr_html_(self):
        return (
            f"<p><strong>Paper {self.seed}</strong>: {len(self.items)} questions, "
            f"{len(self.noted)} answered. <code>final.paper({self.seed})</code> gives the same "
            "paper again, to anybody.</p>"
        )


class Asked:
    """Some questions of a paper, with what is noted."""

    def __init__(self, seed, shown, problems):
        self.seed = seed
        self.shown = shown
        self.problems = problems

    def __repr__(self):
        blocks = [
            f"{item.number}. {item.question.as_text()}\n→ {_noted(noted)}"
            for item, noted in self.shown
        ]
        return "\n\n".join([f"Paper {self.seed}", *self.problems, *blocks])

    def _repr_html_(self):
        problems = "".join(f"<p>{to_html(problem)}</p>" for problem in self.problems)
        return problems + "".join(
            f"<div style='margin: 0 0 1.2em'><p><strong>{item.number}.</strong> "
            f"{to_html(item.question.text)}</p>{_choices(item.question, noted)}"
            f"<p><em>{_noted(noted)}</em></p></div>"
            for item, noted in self.shown
        )


class Report:
    """How a paper went: chapter by chapter, with what to read again and why."""

    def __init__(self, done: Paper, before: Mapping | None = None):
        self.seed = done.seed
        self.answers = [(item, done.noted.get(item.number)) for item in done.items]
        self.before = before
        self.trouble = ""

    @property
    def scores(self) -> dict[str, tuple[int, int]]:
        """Chapter → (right, asked)."""
        marks = {chapter: [] for chapter in CHAPTERS}
        for item, noted in self.answers:
            marks[item.chapter].append(noted == item.question.right)
        return {chapter: (sum(each), len(each)) for chapter, each in marks.items()}

    @property
    def right(self) -> int:
        """How many questions were answered rightly."""
        return sum(right for right, _ in self.scores.values())

    def as_result(self) -> Result:
        """Return the verdict in the form of all exercises."""
        state = RIGHT if self.right == len(self.answers) else WRONG
        return Result(state, f"Paper {self.seed}", "\n".join(self._notes()))

    def _rows(self):
        for chapter, (right, asked) in self.scores.items():
            again = sorted(
                {i.section for i, noted in self.answers if self._is_to_read(i, noted, chapter)}
            )
            sections = f"section{'s' * (len(again) > 1)} {', '.join(map(str, again))}"
            read = f"{sections} of chapter {chapter}" if again else "nothing"
            yield f"{chapter} · {CHAPTERS[chapter]}", f"{right} of {asked}", read

    def _is_to_read(self, item, noted, chapter):
        return item.chapter == chapter and noted != item.question.right

    def _head(self):
        return f"Paper {self.seed}: {self.right} of {len(self.answers)} right"

    def _notes(self):
        """Say whether it counts, and what was right and wrong."""
        counts = "This result is kept. Another try, with other numbers: `final.paper(new=True)`"
        if self.before is not None:
            right = sum(pair[0] for pair in self.before["scores"].values())
            counts = (
                f"This paper counted on {date_of(self.before)}, with {right} right. Another one "
                "counts: `final.paper(new=True)`"
            )
        yield self.trouble or counts
        for item, noted in self.answers:
            if noted is None:
                where = f"(Chapter {item.chapter}, section {item.section}.)"
                yield f"{item.number}. ○ not answered. {where}"
            else:
                yield f"{item.number}. {item.question.feedback_on(noted)}"

    def __repr__(self):
        rows = (f"{name}: {marks}; read again: {read}" for name, marks, read in self._rows())
        return "\n".join([self._head(), *rows, *self._notes()])

    def _repr_html_(self):
        table = html_table(("Chapter", "Right", "Read again"), self._rows())
        notes = "".join(f"<p>{to_html(note)}</p>" for note in self._notes())
        return f"<p><strong>{html.escape(self._head())}</strong></p>{table}{notes}"


def results() -> list[dict]:
    """Return the papers that count: of each seed the first that was handed in, oldest first.

    Each is the line of the progress file: ``when``, ``seed``, ``scores``. Lines that somebody
    has edited so that they make no sense are left out.
    """
    counted = {}
    for entry in record.papers():
        if entry["final"] == "handed in" and _makes_sense(entry.get("scores")):
            counted.setdefault(entry["seed"], entry)
    return list(counted.values())


def best() -> dict | None:
    """Return the best of :func:`results`, the first of equals; None if there is none."""
    return max(results(), key=share_of, default=None)


def share_of(entry: Mapping) -> float:
    """Return the share of right answers of one of :func:`results`."""
    pairs = list(entry["scores"].values())
    return sum(right for right, _ in pairs) / sum(asked for _, asked in pairs)


def date_of(entry: Mapping) -> str:
    """Return the day of a line of the progress file, such as "2026-11-24"."""
    return str(entry.get("when", ""))[:10]


def _makes_sense(scores):
    """Say whether scores are {chapter: [right, asked]} with right from 0 to asked."""
    if not isinstance(scores, dict) or not scores:
        return False
    return all(
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(n, int) and not isinstance(n, bool) for n in pair)
        and 0 <= pair[0] <= pair[1]
        and pair[1] > 0
        for pair in scores.values()
    )


def _open(still_open, items):
    if len(still_open) == len(items):
        return "Nothing is answered yet: write letters into the cells above, and run them."
    return (
        f"{len(still_open)} of {len(items)} are open: {', '.join(map(str, still_open))}. Answer "
        "them, or hand in all the same: `paper.hand_in(anyway=True)`"
    )


def _noted(noted):
    return "open" if noted is None else f"noted: {noted}"


def _choices(question, noted):
    """Return the choices as a list, the noted one marked by more than its colour."""
    lines = (
        f"<li style='list-style: none'>{HEADS['noted'][0] if key == noted else '○'} "
        f"<strong>{key})</strong> {to_html(text)}</li>"
        for key, text in question.choices.items()
    )
    return f"<ul style='margin: 0; padding-left: 1em'>{''.join(lines)}</ul>"
