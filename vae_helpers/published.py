"""What the sources published for these models, and in which form."""

from collections.abc import Callable
from dataclasses import dataclass

# The sources, as they name themselves; where no author is given here, the document names none.
SOURCES = {
    "A": "the notebook “Analysis of the latent space in the variational auto-encoder” "
    "(2 July 2022), code of the work “Análisis del espacio latente en el auto-encoder variacional”",
    "B": "the web notes “Variational Autoencoders” on Fashion-MNIST, after chapter 3 of David "
    "Foster, “Generative Deep Learning” (2nd edition, 2023)",
    "C": "“Generative Deep Learning Updated Edition”, chapter 5.1, “Understanding VAEs”",
    "D": "“Generative Deep Learning with Python”, chapter 5.4, “Evaluating VAEs”",
}


@dataclass(frozen=True)
class Published:
    """A published validation result and how to get its form from our losses.

    Args:
        source: who published it, a letter of ``SOURCES``.
        value: the number, None where none was published.
        form: from our dict of losses (nats an image, summed over pixels) to the published form.
        what: the form in words.
        protocol: how the source trained and measured.
    """

    source: str
    value: float | None
    form: Callable[[dict], float]
    what: str
    protocol: str


def validation_losses(card: dict) -> dict:
    """Return a card's validation losses; where the source validated on the test images, theirs."""
    return card["metrics"].get("validation", card["metrics"]["test"])


def _loss(losses):
    return losses["loss"]


def _per_pixel(losses):
    return losses["loss"] / 1024


def _weighted_500(losses):
    return 500 / 1024 * losses["reconstruction_loss"] + losses["kl_loss"]


_MNIST = "50,000 train, 10,000 validation; Adam 1e-3, batch 100, 30 epochs"

PUBLISHED = {
    "mnist-ae": Published("A", 84.74, _loss, "binary cross-entropy, nats", _MNIST),
    "mnist-vae": Published("A", 111.77, _loss, "negative ELBO on grey pixels, nats", _MNIST),
    "mnist-conv-vae": Published("A", 97.33, _loss, "negative ELBO on grey pixels, nats", _MNIST),
    "fashion-conv-ae": Published(
        "B",
        0.2540,
        _per_pixel,
        "binary cross-entropy a pixel, nats",
        "60,000 train, test images as validation; Adam 1e-3, batch 100, 3 epochs",
    ),
    "fashion-conv-vae": Published(
        "B",
        135.89,
        _weighted_500,
        "500 × mean pixel cross-entropy + KL",
        "60,000 train, test images as validation; Adam 5e-4, batch 100, 5 epochs",
    ),
    "mnist-dense-vae-2d": Published(
        "C",
        None,
        _loss,
        "784 × mean squared error + KL",
        "60,000 train, test images as validation; Adam, batch 128, 50 epochs",
    ),
}

# Numbers of parameters: encoder, decoder. Source C prints none for its two-dimensional VAE.
PARAMETERS = {
    "mnist-ae": (238_510, 239_284),
    "mnist-vae": (241_520, 239_284),
    "mnist-conv-vae": (584_308, 339_649),
    "fashion-conv-ae": (96_770, 246_273),
    "fashion-conv-vae": (100_868, 246_273),
}
# Of the codes of the test images, by source A.
SILHOUETTES = {"mnist-vae": 0.1117, "mnist-conv-vae": 0.1183}
