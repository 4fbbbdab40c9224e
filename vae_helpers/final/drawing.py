"""A question whose numbers are drawn: the same seed draws the same question, anywhere.

A question is a function. It draws its numbers, computes the right answer with the package, and
computes the wrong ones from the mistakes that people make::

    @question("08", section=2)
    def message_length(draw):
        distortion, rate = draw.randrange(60, 130, 5), draw.randrange(10, 30, 2)
        right = (distortion + rate) / np.log(2)
        return Drawn("An image costs … How long is its message, in bits?", right, "Both parts.",
                     {"Nats are no bits: divide by log 2.": distortion + rate, …})

What comes out as two answers that look alike is drawn again, so that exactly one choice is right.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from vae_helpers.checks.core import Question

CHAPTERS = {
    "01": "Autoencoder",
    "02": "VAE theory and reparameterization",
    "03": "Training",
    "04": "Sampling",
    "05": "Interpolation",
    "06": "Evaluation",
    "07": "AE against VAE: what the latent space knows",
    "08": "Applications",
}
LETTERS = "abcd"
ATTEMPTS = 200


class DrawAgain(Exception):  # noqa: N818 - no fault: these numbers make a poor question
    """These numbers make no good question."""


@dataclass(frozen=True)
class Drawn:
    """A question with its numbers.

    Args:
        text: the question.
        right: the right answer: a number, or several in an array.
        because: why it is right.
        mistakes: what went wrong → the answer that it leads to, at least three; None where
            these numbers would give the mistake away, as a share above 1 does.
        show: writes an answer as it stands in a choice.
        apart: two answers differ by more than this share of the larger one, so that neither
            pencil nor rounding confuses them; 0 for whole numbers.
    """

    text: str
    right: Any
    because: str
    mistakes: Mapping[str, Any]
    show: Callable[[Any], str] | None = None
    apart: float = 0.04

    @property
    def possible(self) -> dict[str, Any]:
        """The mistakes that these numbers do not give away."""
        return {why: answer for why, answer in self.mistakes.items() if answer is not None}

    def is_clear(self) -> bool:
        """Say whether all answers are finite, look different, and are far enough apart."""
        answers = [self.right, *self.possible.values()]
        if len(answers) < len(LETTERS):
            return False
        if not all(np.isfinite(answer).all() for answer in answers):
            return False
        if len({self.shown(answer) for answer in answers}) < len(answers):
            return False
        return all(_distance(*pair) > self.apart for pair in combinations(answers, 2))

    def shown(self, answer: Any) -> str:
        """Return an answer as it stands in a choice."""
        return (self.show or readable)(answer)


@dataclass(frozen=True)
class Template:
    """A question of the final test before its numbers are drawn.

    Args:
        name: of the function that draws it.
        chapter: such as "02".
        section: the number of the section where to read again.
        draws: the function.
    """

    name: str
    chapter: str
    section: int
    draws: Callable[[random.Random], Drawn]

    def drawn(self, seed: int) -> tuple[Drawn, random.Random]:
        """Draw the numbers, again and again until the question is clear."""
        for attempt in range(ATTEMPTS):
            draw = random.Random(f"{seed}/{self.name}/{attempt}")
            try:
                drawn = self.draws(draw)
            except DrawAgain:
                continue
            if drawn.is_clear():
                return drawn, draw
        raise RuntimeError(f"question {self.name!r}: no clear numbers for seed {seed}")

    def question(self, seed: int) -> Question:
        """Return the question with its choices shuffled, three of the mistakes among them."""
        drawn, draw = self.drawn(seed)
        where = f"(Chapter {self.chapter}, section {self.section}.)"
        choices = [(drawn.right, drawn.because)]
        for why, answer in draw.sample(list(drawn.possible.items()), len(LETTERS) - 1):
            choices.append((answer, f"{why} {where}"))
        draw.shuffle(choices)
        right = next(i for i, (_, why) in enumerate(choices) if why == drawn.because)
        return Question(
            drawn.text,
            {k: drawn.shown(answer) for k, (answer, _) in zip(LETTERS, choices, strict=True)},
            LETTERS[right],
            {k: why for k, (_, why) in zip(LETTERS, choices, strict=True)},
        )


def question(chapter: str, section: int) -> Callable[[Callable], Template]:
    """Make a :class:`Template` of a function, named after it."""
    return lambda draws: Template(draws.__name__, chapter, section, draws)


def readable(answer: Any) -> str:
    """Write a number with three significant digits, several in brackets with two decimals.

    Round ones get their zeros as well, "2.00": the right answer is often the one that is not round.
    """
    if np.ndim(answer):
        return f"({', '.join(map(two_decimals, np.ravel(answer)))})"
    number = float(answer)
    if number == 0:
        return "0"
    decimals = max(0, 2 - int(np.floor(np.log10(abs(number)))))
    return f"{number:,.{decimals}f}".replace("-", "−")


def whole(number: float) -> str:
    """Write a whole number with commas and a true minus."""
    return f"{round(float(number)):,}".replace("-", "−")


def two_decimals(number: float) -> str:
    """Write a number with two decimals and a true minus."""
    return f"{number:.2f}".replace("-", "−").replace("−0.00", "0.00")


def percent(share: float) -> str:
    """Write a share as whole per cent."""
    return f"{whole(100 * share)} %"


def listed(numbers: Any) -> str:
    """Write numbers one after the other: "1, −2.5 and 3"."""
    *others, last = (f"{number:g}".replace("-", "−") for number in numbers)
    return f"{', '.join(others)} and {last}" if others else last


def if_plausible(answer: float, low: float = -np.inf, high: float = np.inf) -> float | None:
    """Return an answer if it lies between ``low`` and ``high``, and else None."""
    return answer if low < answer < high else None


def point(coordinates: Any) -> str:
    """Write a point with its coordinates in brackets: "(1, −2.5)"."""
    return f"({', '.join(f'{number:g}' for number in coordinates)})".replace("-", "−")


def _distance(one, other):
    """Return by which share of the larger one two answers differ."""
    one, other = np.ravel(one), np.ravel(other)
    return np.abs(one - other).max() / max(np.abs(one).max(), np.abs(other).max())
