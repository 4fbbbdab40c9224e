"""What the sources published for these models, and in which form."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A published validation result and how to get its form from our losses.

    Args:
        value: the number, None where none was published.
        form: from our dict of losses (nats an image, summed over pixels) to the published form.
        what: the form in words.
        protocol: how the source trained and measured.
    """

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
    "mnist-ae": Published(84.74, _loss, "binary cross-entropy, nats", _MNIST),
    "mnist-vae": Published(111.77, _loss, "negative ELBO on grey pixels, nats", _MNIST),
    "mnist-conv-vae": Published(97.33, _loss, "negative ELBO on grey pixels, nats", _MNIST),
    "fashion-conv-ae": Published(
        0.2540,
        _per_pixel,
        "binary cross-entropy a pixel, nats",
        "60,000 train, test images as validation; Adam 1e-3, batch 100, 3 epochs",
    ),
    "fashion-conv-vae": Published(
        135.89,
        _weighted_500,
        "500 × mean pixel cross-entropy + KL",
        "60,000 train, test images as validation; Adam 5e-4, batch 100, 5 epochs",
    ),
    "mnist-dense-vae-2d": Published(
        None,
        _loss,
        "784 × mean squared error + KL",
        "60,000 train, test images as validation; Adam, batch 128, 50 epochs",
    ),
}

# Numbers of parameters: encoder, decoder.
PARAMETERS = {
    "mnist-ae": (238_510, 239_284),
    "mnist-vae": (241_520, 239_284),
    "mnist-conv-vae": (584_308, 339_649),
    "fashion-conv-ae": (96_770, 246_273),
    "fashion-conv-vae": (100_868, 246_273),
    "mnist-dense-vae-2d": (534_276, 534_544),
}
# Of the codes of the test images.
SILHOUETTES = {"mnist-vae": 0.1117, "mnist-conv-vae": 0.1183}
