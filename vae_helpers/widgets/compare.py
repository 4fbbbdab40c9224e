"""Compare: models of several β, two parameters of one Gaussian, real images with generated ones."""

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets
import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments, latent
from vae_helpers.plots.figure import as_images
from vae_helpers.widgets import render
from vae_helpers.widgets.base import Control, Panel, Picture, labelled


class BetaExplorer(Panel):
    """Turn β, and see reconstructions, samples and the KL of each dimension side by side.

    Args:
        models: dict from β to a VAE trained with it.
        images: (n, h, w, 1) in [0, 1]; the first eight are shown, the numbers come from all.
        n_samples: how many samples of the prior to show, the same points for every β.
        seed: of the samples.

    Raises:
        ValueError: for no model, or images of a wrong shape or range.
    """

    def __init__(
        self,
        models: Mapping[float, Any],
        images: ArrayLike,
        n_samples: int = 16,
        seed: int | None = 0,
    ):
        super().__init__()
        _arguments.mapping(models, "models")
        self.models = dict(sorted(models.items()))
        self.images = _arguments.images(images, "images")
        self.n_samples, self.seed = _arguments.whole_number(n_samples, "n_samples"), seed
        options = [(f"{beta:g}", beta) for beta in self.models]
        start = min(self.models, key=lambda beta: abs(beta - 1))
        self.slider = widgets.SelectionSlider(options=options, value=start, readout=False)
        self.box = widgets.Dropdown(options=options, value=start, description="β")
        widgets.link((self.slider, "value"), (self.box, "value"))
        self.reconstructions, self.samples, self.bars = Picture(), Picture(), Picture()
        self._views = {}
        self.listen(self.box)
        self.assemble(
            widgets.HBox([self.box, self.slider]),
            labelled(self.reconstructions, "test images, and their reconstructions below"),
            widgets.HBox(
                [
                    labelled(self.samples, "samples of the prior"),
                    labelled(self.bars, "KL of each latent dimension (nats)"),
                ]
            ),
        )

    def draw(self) -> None:
        """Show what the model with the chosen β does; what was shown before is remembered."""
        beta = self.box.value
        if beta not in self._views:
            self._views[beta] = render.render_beta(
                self.models[beta], self.images, self.n_samples, self.seed
            )
        reconstructions, samples, bars, error, kl = self._views[beta]
        text = (
            f"β = {beta:g}: squared error of the reconstructions {error:.1f} an image, "
            f"KL {kl.sum():.1f} nats, {np.sum(kl > 0.05)} of {len(kl)} dimensions above 0.05 nats."
        )
        self.reconstructions.show(reconstructions, f"Reconstructions. {text}")
        self.samples.show(samples, f"{self.n_samples} samples. {text}")
        self.bars.show(bars, f"Bars of the KL divergence. {text}")
        self.say(text)


class ReparameterizationExplorer(Panel):
    """Move μ and log σ² while the noise stays: the samples follow, and so do their gradients.

    Args:
        n_samples: how many samples.
        seed: of the noise ε.

    Raises:
        ValueError: if ``n_samples`` is below 1.
    """

    def __init__(self, n_samples: int = 7, seed: int | None = 0):
        super().__init__()
        self.n_samples, self.rng = n_samples, np.random.default_rng(seed)
        self._draw_noise()
        self.mean = Control("μ", -3.0, 3.0, 0.0, step=0.1)
        self.log_var = Control("log σ²", -4.0, 2.0, 0.0, step=0.1)
        self.picture = Picture()
        for control in (self.mean, self.log_var):
            self.listen(control)
        self.assemble(
            self.mean.view,
            self.log_var.view,
            widgets.HBox([self.button("new noise ε", self.new_noise)]),
            self.picture.view,
        )

    def new_noise(self) -> None:
        """Draw other noise."""
        self._draw_noise()
        self.refresh()

    def draw(self) -> None:
        """Show the noise, the samples and the gradients."""
        mean, log_var = self.mean.value, self.log_var.value
        z, _, d_log_var = render.reparameterize(mean, log_var, self.epsilon)
        text = (
            f"μ = {mean:.1f}, log σ² = {log_var:.1f}, so σ = {np.exp(log_var / 2):.2f}. "
            f"The {len(z)} samples lie from {z.min():.2f} to {z.max():.2f}. dz/dμ is 1 for each; "
            f"dz/d log σ² = σ ε / 2 goes from {d_log_var.min():.2f} to {d_log_var.max():.2f}."
        )
        picture = render.render_reparameterization(mean, log_var, self.epsilon)
        self.picture.show(picture, text)
        self.say(text)

    def _draw_noise(self):
        self.epsilon = latent.sample_prior(
            self.n_samples, 1, seed=int(self.rng.integers(2**31))
        ).ravel()


class RealOrGenerated(Panel):
    """A game: two images, one real and one generated. Which is real?

    A player who cannot tell gets half of the answers right; a metric made of people.

    Args:
        real: (n, h, w, 1) in [0, 1], test images.
        generated: (m, h, w, 1) in [0, 1], samples of a model.
        seed: of the pairs and of their sides.

    Raises:
        ValueError: for images of a wrong shape or range.
    """

    def __init__(self, real: ArrayLike, generated: ArrayLike, seed: int | None = 0):
        super().__init__()
        self.real, self.generated = as_images(real, "real"), as_images(generated, "generated")
        self.rng = np.random.default_rng(seed)
        self.answers = []  # True for each right one
        self.picture = Picture()
        self._last = ""
        self._deal()
        self.assemble(
            labelled(self.picture, "Which one is a real image?"),
            widgets.HBox(
                [
                    self.button("the left one", lambda: self.answer("left")),
                    self.button("the right one", lambda: self.answer("right")),
                    self.button("start again", self.restart),
                ]
            ),
        )

    def answer(self, side: str) -> None:
        """Say which side is real, "left" or "right", and get the next pair."""
        right = _arguments.one_of(side, "side", ("left", "right")) == self.real_side
        self.answers.append(right)
        self._last = f"{'Right' if right else 'Wrong'}: the {self.real_side} one was real. "
        self._deal()
        self.refresh()

    def restart(self) -> None:
        """Forget the answers."""
        self.answers, self._last = [], ""
        self._deal()
        self.refresh()

    def draw(self) -> None:
        """Show the pair and the score so far."""
        self.picture.show(
            render.render_images(self.pair, scale=8, gap=24),
            "Two images; one is real and one was generated.",
        )
        self.say(self._last + render.score_text(sum(self.answers), len(self.answers)))

    def _deal(self):
        real = self.real[self.rng.integers(len(self.real))]
        generated = self.generated[self.rng.integers(len(self.generated))]
        self.real_side = ("left", "right")[self.rng.integers(2)]
        self.pair = np.stack([real, generated] if self.real_side == "left" else [generated, real])
