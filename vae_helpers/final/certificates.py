"""A certificate that a learner makes of their own progress file, and that says so."""

import base64
import html
import io
import os
import unicodedata
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

import vae_helpers
from vae_helpers import _arguments
from vae_helpers.checks import journal, record
from vae_helpers.checks.core import exercises_of
from vae_helpers.files import write_text
from vae_helpers.final import papers
from vae_helpers.final.drawing import CHAPTERS

STEPS = 11
INK, ACCENT, PALE, QUIET = "#14304f", "#a3341f", "#dfe4ea", "#5b6775"
SERIF = (
    "Charter, 'Bitstream Charter', 'Source Serif 4', Georgia, serif, 'Apple Color Emoji', "
    "'Segoe UI Emoji', 'Noto Color Emoji'"
)


def certificate(
    name: str = "", *, digits: tuple[int, int] = (2, 7), seed: int = 0
) -> "Certificate":
    """Return a certificate of what your progress file says is done, however little that is.

    Args:
        name: yours, as it should stand there; "" leaves a line to write on. It is kept nowhere
            but in the file that :meth:`Certificate.save` writes.
        digits: the walk in the picture leads from one of these to the other, in the latent space
            of the course's convolutional VAE.
        seed: which handwritten examples of the two it takes.

    Raises:
        ValueError: if the name is no text, a digit is none, or the seed is no whole number from 0.
    """
    if not isinstance(name, str):
        raise ValueError(f"name={name!r}: allowed is a text")
    if np.shape(digits) != (2,):
        raise ValueError(f"digits={digits!r}: allowed are two, such as (2, 7)")
    digits = tuple(_arguments.whole_number(n, "a digit", low=0, high=9) for n in digits)
    seed = _arguments.whole_number(seed, "seed", low=0)
    return Certificate(readable_name(name), walk(digits, seed))


class Certificate:
    """What is done, as a picture that prints on one page of A4.

    Args:
        name: the learner's, or "".
        images: of the walk, (n, h, w, 1) in [0, 1].
    """

    def __init__(self, name: str, images: ArrayLike):
        self.name = name
        self.images = np.asarray(images)
        self.done = solved_of_each_chapter()
        self.best = papers.best()
        self.day = date.today().isoformat()

    def save(self, folder: str | os.PathLike | None = None) -> Path:
        """Write the certificate as an HTML page that needs nothing else; return its path.

        Args:
            folder: where to; None is your own folder, ``~/.vae-course``. An earlier certificate of
                the same day is replaced.

        Raises:
            OSError: if the folder cannot be written to.
        """
        target = Path(journal.folder() if folder is None else folder).expanduser()
        path = target / f"certificate-{self.day}.html"
        write_text(path, self._page())
        return path

    def svg(self) -> str:
        """Return the picture, 297 × 210 mm."""
        parts = (self._frame(), self._head(), self._chapters(), self._test(), self._foot())
        return (
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 297 210' role='img' "
            f"aria-label='{html.escape(repr(self))}' style='width: 100%; max-width: 297mm' "
            f"font-family=\"{SERIF}\" fill='{INK}'>{''.join(parts)}</svg>"
        )

    def __repr__(self):
        exercises = "; ".join(
            f"{chapter}: {solved} of {n}" for chapter, (solved, n) in self.done.items()
        )
        return (
            f"Certificate of {self.name or 'a learner'}. Exercises: {exercises}. {self._result()}"
        )

    def _repr_html_(self):
        return self.svg()

    def _result(self):
        if self.best is None:
            return "Final test: not taken."
        right, asked = (sum(column) for column in zip(*self.best["scores"].values(), strict=True))
        day = papers.date_of(self.best)
        return f"Final test: {right} of {asked}, paper {self.best['seed']}, {day}."

    def _frame(self):
        return (
            "<rect width='297' height='210' fill='#fffdf8'/>"
            f"<rect x='8' y='8' width='281' height='194' fill='none' stroke='{INK}' "
            "stroke-width='.7'/>"
            f"<rect x='10' y='10' width='277' height='190' fill='none' stroke='{INK}' "
            "stroke-width='.2'/>"
        )

    def _head(self):
        side = 22.0
        left = 148.5 - side * len(self.images) / 2
        strip = "".join(
            f"<image x='{left + side * i:.2f}' y='17' width='{side}' height='{side}' "
            f"href='data:image/png;base64,{drawn_in_ink(image)}'/>"
            for i, image in enumerate(self.images)
        )
        size = min(13.0, 330 / max(len(self.name), 1))
        named = _text(148.5, 79, self.name, size, middle=True)
        if not self.name:
            named = f"<path d='M78 80h141' stroke='{INK}' stroke-width='.3'/>"
        return (
            strip
            + _text(148.5, 52, "CERTIFICATE OF WORK DONE", 4.2, middle=True, spacing=1.6)
            + _text(148.5, 60, "Variational autoencoders", 5.2, middle=True, fill=ACCENT)
            + named
            + _text(148.5, 89, "has done this much of the course:", 4.6, middle=True, fill=QUIET)
        )

    def _chapters(self):
        lines = [_text(30, 101, "Exercises, solved and checked", 4.2, fill=ACCENT)]
        for row, (chapter, (solved, n)) in enumerate(self.done.items()):
            y = 109 + 7.4 * row
            title = f"{chapter} · {CHAPTERS.get(chapter, 'Start here').partition(':')[0]}"
            lines.append(_text(30, y, title, 3.7))
            lines.append(_dots(112, y - 1.25, solved, n))
            lines.append(_text(182, y, f"{solved} of {n}", 3.7, end=True))
        return "".join(lines)

    def _test(self):
        x, middle = 199, 231.5
        rule = f"<path d='M{x - 8} 98v78' stroke='{PALE}' stroke-width='.5'/>"
        head = _text(x, 101, "Final test, over all chapters", 4.2, fill=ACCENT)
        if self.best is None:
            return rule + head + _text(middle, 135, "not taken", 6, middle=True, fill=QUIET)
        right, asked = (sum(column) for column in zip(*self.best["scores"].values(), strict=True))
        tries = len(papers.results())
        told = [f"paper {self.best['seed']}, {papers.date_of(self.best)}"]
        told.append("the only paper handed in" if tries == 1 else f"the best of {tries} papers")
        lines = [rule, head, _text(middle, 132, f"{right} of {asked}", 17, middle=True)]
        lines += [
            _text(middle, 144 + 6.5 * i, line, 3.9, middle=True, fill=QUIET)
            for i, line in enumerate(told)
        ]
        return "".join(lines)

    def _foot(self):
        told = (
            f"Self-issued on {self.day}: made by the learner's own computer from the learner's own "
            "progress file. Nobody has checked it, nor who did the work.",
            f"vae-helpers {vae_helpers.__version__}. The picture: a walk through the latent space "
            "of a convolutional VAE; of the digits between, nobody has written any.",
        )
        return "".join(
            _text(148.5, 188 + 5.2 * i, line, 3.2, middle=True, fill=QUIET)
            for i, line in enumerate(told)
        )

    def _page(self):
        style = (
            "@page { size: A4 landscape; margin: 0 } body { margin: 0; text-align: center } "
            "svg { display: block; margin: 0 auto; max-height: 100vh } "
            "* { -webkit-print-color-adjust: exact; print-color-adjust: exact }"
        )
        title = html.escape(f"Certificate: {self.name}" if self.name else "Certificate")
        return (
            f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{title}</title>"
            f"<style>{style}</style></head><body>{self.svg()}</body></html>\n"
        )


def solved_of_each_chapter() -> dict[str, tuple[int, int]]:
    """Return chapter → (exercises solved, all exercises), as the progress file has them."""
    solved = record.solved()
    counted = {}
    for chapter in ("00", *CHAPTERS):
        names = exercises_of(chapter)
        counted[chapter] = sum((chapter, name) in solved for name in names), len(names)
    return counted


def walk(digits: tuple[int, int], seed: int, steps: int = STEPS) -> np.ndarray:
    """Decode the way between a test image of each digit, (steps, 28, 28, 1) in [0, 1]."""
    from vae_helpers import data, latent, zoo

    test = data.load_data("mnist").test
    rng = np.random.default_rng(seed)
    ends = [rng.choice(np.flatnonzero(test.labels == digit)) for digit in digits]
    vae = zoo.load("mnist-conv-vae")
    z_mean, _ = vae.encode(test.images[ends])
    return vae.decode(latent.interpolate(*z_mean, steps, "spherical"))


def readable_name(name: str) -> str:
    """Return a name on one line, without what no page can show: control characters, half ones."""
    line = " ".join(name.split())
    line = "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cs"))
    return line if len(line) <= 120 else f"{line[:119]}…"


def drawn_in_ink(image: np.ndarray, zoom: int = 6) -> str:
    """Return an image as a PNG in base64: ink where it is bright, nothing where it is dark."""
    alpha = Image.fromarray(np.uint8(255 * np.clip(np.squeeze(image), 0, 1)))
    alpha = alpha.resize((zoom * alpha.width, zoom * alpha.height), Image.Resampling.BICUBIC)
    picture = Image.new("RGBA", alpha.size, INK)
    picture.putalpha(alpha)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def _dots(x, y, solved, n):
    """Return a dot for each exercise, filled for the solved ones."""
    return "".join(
        f"<circle cx='{x + 4.6 * i:.1f}' cy='{y:.2f}' r='1.5' stroke='{INK}' stroke-width='.3' "
        f"fill='{INK if i < solved else 'none'}'/>"
        for i in range(n)
    )


def _text(x, y, text, size, *, middle=False, end=False, fill="", spacing=0.0):
    anchor = " text-anchor='middle'" * middle + " text-anchor='end'" * end
    colour = f" fill='{fill}'" if fill else ""
    wide = f" letter-spacing='{spacing}'" if spacing else ""
    return (
        f"<text x='{x}' y='{y}' font-size='{size:.3g}'{anchor}{colour}{wide}>"
        f"{html.escape(text)}</text>"
    )
