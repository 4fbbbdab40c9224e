"""The drawn models."""

import numpy as np
import pytest

from vae_helpers import plots

IMAGE = np.linspace(0, 1, 64).reshape(8, 8)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_an_autoencoder_has_one_code_and_one_loss():
    figure = plots.model_diagram("ae", latent_dim=2)
    assert {"encoder", "z", "decoder", "the code: 2 numbers"} <= set(texts(figure))
    assert not any("KL" in text or "ε" in text for text in texts(figure))
    assert "reconstruction loss" in figure.alt


def test_a_vae_has_two_outputs_noise_and_two_losses():
    figure = plots.model_diagram("vae")
    assert {"μ", "log σ²", "z = μ + σ ε", "KL to N(0, I)"} <= set(texts(figure))
    assert "noise ε from outside" in figure.alt


@pytest.mark.parametrize("image", [IMAGE, IMAGE[..., None]])
def test_images_are_shown_at_both_ends(image):
    figure = plots.model_diagram("ae", image, 1 - image)
    shown = [np.asarray(picture.get_array()) for picture in figure.axes[0].images]
    np.testing.assert_array_equal(shown, [IMAGE, 1 - IMAGE])
    assert figure.axes[0].get_xlim() == (0, 12.4), "an image does not change what is seen"


@pytest.mark.parametrize("kind", ["ae", "vae"])
def test_no_text_lies_on_another_or_outside(kind):
    figure = plots.model_diagram(kind, IMAGE, IMAGE, latent_dim=10, title="A model")
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("gan",), "kind='gan'"), (("ae", 2 * IMAGE), r"\[0, 1\]"), (("ae", IMAGE[0]), "images")],
)
def test_what_cannot_be_drawn_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.model_diagram(*arguments)
