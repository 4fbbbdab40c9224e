"""Ten questions before and after the course, without a name, for whoever teaches it.

The answers stay in the learner's own folder; who wants to hand them over gives the file. The form
for pencils is docs/survey.md.
"""

import html
from collections.abc import Mapping
from datetime import UTC, datetime

from vae_helpers import _arguments
from vae_helpers.checks import journal
from vae_helpers.checks.core import letter
from vae_helpers.checks.verdicts import to_html

FILE = "survey.jsonl"
ANSWERS = {
    "a": "I know how",
    "b": "I would look it up",
    "c": "I would ask somebody",
    "d": "I am not sure what is asked",
}
QUESTIONS = (
    "Write the loss of an autoencoder for a batch of grey images.",
    "Say what the two terms of a VAE's loss are, and where they come from.",
    "Train a small neural network in Python, and tell from its curves whether it is done.",
    "Find out why the KL term of a model that you train is close to zero.",
    "Draw new images from a trained VAE, and say where its draws go wrong.",
    "Walk between two images in a latent space, and choose how.",
    "Compare two generators with a number, and say what else that number depends on.",
    "Decide whether a difference between two training runs is more than luck.",
    "Name the simple method that a VAE has to beat at a task, and test whether it does.",
    "Read a paper on generative models, and say what its experiments do not show.",
)
WHEN = ("before", "after")


def survey(when: str, answers: Mapping | None = None, remark: str = "") -> "Survey":
    """Return the survey with your answers, which may be open; nothing is written yet.

    Args:
        when: "before" or "after" the course.
        answers: number → letter; ``...`` or nothing is an open one.
        remark: what you would like to say.

    Raises:
        ValueError: for another word, number or letter.
    """
    when = _arguments.one_of(when, "when", WHEN)
    given = {}
    for number, answer in (answers or {}).items():
        _arguments.one_of(number, "number", range(1, len(QUESTIONS) + 1))
        if answer is not ...:
            given[number] = _arguments.one_of(letter(answer), f"answers[{number}]", ANSWERS)
    return Survey(when, given, "" if remark is ... else str(remark))


class Survey:
    """The questions with the answers so far; ``save()`` keeps them in your own folder."""

    def __init__(self, when, answers, remark):
        self.when = when
        self.answers = answers
        self.remark = remark

    def save(self) -> str:
        """Add the answers to ``survey.jsonl`` in your folder, a line with the day and no name.

        Returns:
            Where they are: whether you hand the file over is up to you. Why it failed, if it did.
        """
        if not self.answers and not self.remark:
            return "Nothing is answered, and nothing was written."
        entry = {
            "when": datetime.now(UTC).date().isoformat(),
            "survey": self.when,
            "answers": {str(number): self.answers[number] for number in sorted(self.answers)},
            "remark": self.remark,
        }
        try:
            journal.append(FILE, entry)
        except OSError as error:
            return f"Your answers are not kept: {journal.advice(error)}"
        return f"Kept in {journal.folder() / FILE}. Nobody gets it unless you hand it over."

    def __repr__(self):
        head = (
            f"Survey, {self.when} the course. {'; '.join(f'{k}: {v}' for k, v in ANSWERS.items())}."
        )
        return "\n".join([head, *(f"{n}. {text} → {mark}" for n, text, mark in self._rows())])

    def _repr_html_(self):
        legend = " · ".join(f"<strong>{k}</strong> {html.escape(v)}" for k, v in ANSWERS.items())
        rows = "".join(
            f"<li>{to_html(text)} <em>{html.escape(mark)}</em></li>"
            for _, text, mark in self._rows()
        )
        return f"<p>{legend}</p><ol>{rows}</ol>"

    def _rows(self):
        for number, text in enumerate(QUESTIONS, start=1):
            chosen = self.answers.get(number)
            yield number, text, f"{chosen}: {ANSWERS[chosen]}" if chosen else "open"
