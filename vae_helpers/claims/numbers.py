"""The published numbers: parameters, losses, silhouettes."""

from collections.abc import Mapping

from vae_helpers.claims.table import Claim, yes_if
from vae_helpers.published import PARAMETERS, PUBLISHED, SILHOUETTES, validation_losses


def judged(cards: Mapping[str, dict]) -> list[Claim]:
    """Return a row for each published number, or set of them."""
    return [
        _parameters(cards),
        *(_loss(name, card) for name, card in cards.items()),
        *(_silhouette(name, cards[name]) for name in SILHOUETTES),
    ]


def silhouette_of(card: dict) -> float:
    """Return the silhouette of a model's codes of the test images."""
    return card["evaluation"]["codes"]["silhouette"]


def _parts(card):
    return tuple(card["parameters"][part] for part in ("encoder", "decoder"))


def _parameters(cards):
    equal = sum(_parts(cards[name]) == numbers for name, numbers in PARAMETERS.items())
    return Claim(
        "The architectures have these numbers of parameters",
        f"{len(PARAMETERS)} encoders and decoders (A, B)",
        f"{equal} of {len(PARAMETERS)} models equal to the last weight",
        yes_if(equal == len(PARAMETERS)),
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
        verdict = yes_if(ours <= published.value)
    return Claim(
        f"Validation loss of `{name}`: {published.what}",
        value,
        f"{ours:.{digits}f} after {card['recipe']['epochs']} epochs",
        verdict,
        chapter,
    )


def _silhouette(name, card):
    ours = silhouette_of(card)
    return Claim(
        f"Silhouette of the codes of `{name}`",
        f"{SILHOUETTES[name]:.4f} (A)",
        f"{ours:.4f}",
        yes_if(abs(ours - SILHOUETTES[name]) < 0.005),
        "07",
    )
