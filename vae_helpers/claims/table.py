"""The rows of the closing table, and how a notebook and a page show them."""

import html
from dataclasses import dataclass

from vae_helpers import course
from vae_helpers.files import read_json
from vae_helpers.html_table import html_table
from vae_helpers.published import SOURCES

VERDICTS = {"yes": "✓ yes", "partly": "◐ partly", "no": "✗ no", "none": "– no number"}


@dataclass(frozen=True)
class Claim:
    """One published claim and what became of it.

    Args:
        claim: what was said.
        published: the published number in words, "" for a claim without one.
        ours: what we measured.
        reproduced: "yes", "partly", "no", or "none" where no number was published.
        chapter: where the course shows it.
    """

    claim: str
    published: str
    ours: str
    reproduced: str
    chapter: str

    def cells(self) -> tuple[str, ...]:
        """Return the row of the table."""
        verdict = VERDICTS[self.reproduced]
        return (self.claim, self.published or "–", self.ours, verdict, self.chapter)


HEADS = ("Published claim", "Published", "Measured here", "Reproduced?", "Chapter")


class Claims(list):
    """A list of claims that a notebook shows as a table."""

    def markdown(self) -> str:
        """Return the table in Markdown."""
        rows = [HEADS, ("---",) * len(HEADS), *(claim.cells() for claim in self)]
        table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
        return f"{table}\n{sources_text()}\n"

    def __repr__(self):
        return "\n".join(" | ".join(claim.cells()) for claim in self)

    def _repr_html_(self):
        table = html_table(HEADS, (claim.cells() for claim in self))
        return f"{table}<p>{html.escape(sources_text())}</p>"


def sources_text() -> str:
    """Say which source each letter of the table stands for."""
    listed = "; ".join(f"{letter}: {text}" for letter, text in SOURCES.items())
    return f"Published in {listed}. What has no letter is said in many places."


def measured(chapter: str, what: str) -> float:
    """Return a number of a chapter's last run, of the full mode if there was one.

    Raises:
        KeyError: if the chapter has not measured that.
    """
    modes = read_json(course.MEASURED)[chapter]
    for mode in ("full", "quick"):
        for row in modes.get(mode, {}).get("measured", ()):
            if row["what"] == what:
                return row["ours"]
    raise KeyError(f"chapter {chapter} has no measured number {what!r}")


def yes_if(condition: bool) -> str:
    """Return the verdict of a claim that holds or does not."""
    return "yes" if condition else "no"
