"""What the sources of this course claim, beside what we measured: the table that closes it."""

from vae_helpers import zoo
from vae_helpers.claims import numbers, sentences
from vae_helpers.claims.table import Claim, Claims

__all__ = ["Claim", "Claims", "claims"]


def claims() -> Claims:
    """Judge every published claim by the cards of the bundled models and the chapters' numbers.

    The verdicts are computed: a loss has to be at most the published one, a silhouette within
    0.005 of it, an order of models the published order; each sentence says in its function what
    it takes.
    """
    cards = {name: zoo.card(name) for name in zoo.names()}
    return Claims([*numbers.judged(cards), *sentences.judged(cards)])
