"""What the sources of this course claim, beside what we measured: the table that closes it."""

import html
from dataclasses import dataclass

from vae_helpers import course, zoo
from vae_helpers.files import read_json
from vae_helpers.html_table import html_table
from vae_helpers.published import (
    PARAMETERS,
    PUBLISHED,
    SILHOUETTES,
    SOURCES,
    validation_losses,
)

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


def claims() -> Claims:
    """Judge every published claim by the cards of the bundled models and the chapters' numbers.

    The verdicts are computed: a loss has to be at most the published one, a silhouette within
    0.005 of it, an order of models the published order.
    """
    cards = {name: zoo.card(name) for name in zoo.names()}
    return Claims(
        [
            _parameters(cards),
            *(_loss(name, card) for name, card in cards.items()),
            *(_silhouette(name, cards[name]) for name in SILHOUETTES),
            _ae_first_by_silhouette(cards),
            _ae_separates_best(cards),
            _better_decoder(cards),
            _prior_samples(cards),
            _vae_alone_can_be_sampled(cards),
            _unequal_areas(),
            _smoother(),
        ]
    )


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


def _yes(condition):
    return "yes" if condition else "no"


def _parts(card):
    return tuple(card["parameters"][part] for part in ("encoder", "decoder"))


def _parameters(cards):
    equal = sum(_parts(cards[name]) == numbers for name, numbers in PARAMETERS.items())
    return Claim(
        "The architectures have these numbers of parameters",
        f"{len(PARAMETERS)} encoders and decoders (A, B)",
        f"{equal} of {len(PARAMETERS)} models equal to the last weight",
        _yes(equal == len(PARAMETERS)),
        "01, 03, 07",
    )


def _loss(name, card):
    published = PUBLISHED[name]
    ours = published.form(validation_losses(card))
    chapter = "01, 04" if name.startswith("fashion") else "03" if "2d" in name else "07"
    digits = 4 if published.value is not None and published.value < 1 else 2
    if published.value is None:
        value, verdict = "", "none"
    else:
        value = f"{published.value:.{digits}f} ({published.source})"
        verdict = _yes(ours <= published.value)
    return Claim(
        f"Validation loss of `{name}`: {published.what}",
        value,
        f"{ours:.{digits}f} after {card['recipe']['epochs']} epochs",
        verdict,
        chapter,
    )


def _silhouette_of(card):
    return card["evaluation"]["codes"]["silhouette"]


def _silhouette(name, card):
    ours = _silhouette_of(card)
    return Claim(
        f"Silhouette of the codes of `{name}`",
        f"{SILHOUETTES[name]:.4f} (A)",
        f"{ours:.4f}",
        _yes(abs(ours - SILHOUETTES[name]) < 0.005),
        "07",
    )


def _ae_first_by_silhouette(cards):
    ae, vae, conv = (_silhouette_of(cards[name]) for name in _THREE)
    return Claim(
        "The AE's silhouette is higher than those of the VAE and the conv VAE",
        "no number (A)",
        f"{ae:.4f} against {vae:.4f} and {conv:.4f}",
        _yes(ae > max(vae, conv)),
        "07",
    )


_THREE = ("mnist-ae", "mnist-vae", "mnist-conv-vae")


def _ae_separates_best(cards):
    """By every measure, by some, or by none: yes, partly, no."""
    keys = ("silhouette", "ari", "knn_accuracy", "linear_probe_accuracy")
    names = ("silhouette", "k-means ARI", "nearest neighbours", "linear probe")
    codes = {name: cards[name]["evaluation"]["codes"] for name in _THREE}
    won = [key for key in keys if max(_THREE, key=lambda name: codes[name][key]) == "mnist-ae"]
    best = [word for key, word in zip(keys, names, strict=True) if key in won]
    verdict = "yes" if len(won) == len(keys) else "partly" if won else "no"
    return Claim(
        "The AE separates the classes best of the three",
        "no number (A)",
        f"first by {', '.join(best) or 'nothing'}; not by "
        + ", ".join(word for word in names if word not in best),
        verdict,
        "07",
    )


def _better_decoder(cards):
    dense, conv = (
        (validation_losses(card)["loss"], card["evaluation"]["generated"]["fcd"]["mean"])
        for card in (cards["mnist-vae"], cards["mnist-conv-vae"])
    )
    return Claim(
        "The convolutional VAE is better than the dense one",
        "97.33 against 111.77 nats (A)",
        f"{conv[0]:.2f} against {dense[0]:.2f} nats; Fréchet classifier distance of its samples "
        f"{conv[1]:.1f} against {dense[1]:.1f}",
        _yes(conv[0] < dense[0] and conv[1] < dense[1]),
        "04, 06",
    )


def _prior_samples(cards):
    ae, vae = (cards[name]["evaluation"]["generated"] for name in ("mnist-ae", "mnist-vae"))
    precision = [generated["precision"]["mean"] for generated in (ae, vae)]
    return Claim(
        "Noise decoded by the AE gives no digits, by the VAE it does",
        "no number (A)",
        f"precision {precision[0]:.2f} against {precision[1]:.2f}",
        _yes(precision[0] < 0.5 < precision[1]),
        "04",
    )


def _vae_alone_can_be_sampled(cards):
    """True of N(0, I); wrong as soon as a density is fitted to the AE's codes."""
    ae, vae = (
        cards[name]["evaluation"]["generated"]["fcd"]["mean"] for name in ("mnist-ae", "mnist-vae")
    )
    fitted = measured("04_sampling", "Fréchet classifier distance: AE, mixture")
    verdict = "no" if ae <= vae else "partly" if fitted < vae else "yes"
    return Claim(
        "The VAE alone can be sampled",
        "no number (A)",
        f"Fréchet classifier distance from N(0, I): AE {ae:.1f}, VAE {vae:.1f}; from a mixture "
        f"fitted to its codes, the AE gets {fitted:.1f}",
        verdict,
        "04, 07",
    )


def _unequal_areas():
    ratio = measured("01_autoencoder", "largest over smallest area of a class")
    return Claim(
        "In a plain AE's latent space the classes take unequal room",
        "no number (B)",
        f"the largest has {ratio:.0f} times the area of the smallest",
        _yes(ratio > 2),
        "01",
    )


def _smoother():
    """A shorter way *and* better middles would be smoother; one of the two is partly so."""
    path = [
        measured("05_interpolation", f"path length over direct distance, {name}") for name in _PAIR
    ]
    middle = [measured("05_interpolation", f"middles recognised, {name}") for name in _PAIR]
    points = (path[1] < path[0]) + (middle[1] > middle[0])
    return Claim(
        "The VAE interpolates more smoothly than the AE",
        "",
        f"length of the walk over the direct one {path[1]:.2f} against {path[0]:.2f}; middles "
        f"that are recognised {middle[1]:.0%} against {middle[0]:.0%}",
        ("no", "partly", "yes")[points],
        "05",
    )


_PAIR = ("AE", "VAE")
