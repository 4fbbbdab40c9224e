"""Touch the latent space: one point of it, the way between two, the noise of an image."""

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments, latent
from vae_helpers.plots.figure import as_labels, dimension_name
from vae_helpers.widgets import render
from vae_helpers.widgets.base import Control, Panel, Picture, labelled, numbers, whole_number

# A click or a drag writes the place into the hidden box, as if somebody had typed it there.
_TOUCH = """
const box = this.getBoundingClientRect();
const share = (at, start, length) => Math.min(1, Math.max(0, (at - start) / length)).toFixed(4);
const input = this.closest('.vae-panel').querySelector('.vae-place input');
input.value = share(event.clientX, box.left, box.width) + ','
  + share(event.clientY, box.top, box.height);
input.dispatchEvent(new Event('change', {bubbles: true}));
"""
_TOUCHPAD = f"""<style>
.vae-map {{ position: relative; overflow: hidden; }}
.vae-map .vae-touch {{ position: absolute; top: 0; left: 0; margin: 0; width: 100%; height: 100%; }}
.vae-map .jupyter-widgets, .vae-map .widget-html-content {{ margin: 0; padding: 0; }}
.vae-map .vae-touch div {{ width: 100%; height: 100%; }}
</style><div class="vae-pad" style="cursor: crosshair; touch-action: none"
onpointerdown="this.setPointerCapture(event.pointerId); {_TOUCH}"
onpointermove="if (event.buttons) {{ {_TOUCH} }}"></div>"""


class LatentExplorer(Panel):
    """Move a point through the latent space and watch what the decoder makes of it.

    A click or a drag on the map moves the point; so do the sliders and number boxes.

    Args:
        model: an autoencoder or a VAE of the course.
        images: (n, h, w, 1) in [0, 1]; their encodings are the map. Some thousands are enough.
        labels: (n,) whole numbers from 0.
        class_names: names of the classes; None takes the numbers.
        principal: None gives one slider a latent dimension; a number gives that many sliders,
            along the directions in which the encodings vary most.
        attributes: dict from a name to a vector (latent_dim,), instead of the above: one slider
            each says how many times it is added to the present image's code, from −1.5 to 1.5.
        seed: of the random points.
        start: the number of the image to start at; None starts at the centre, which may be a hole.

    Raises:
        ValueError: for shapes that do not fit, or a start that is no image's number.
    """

    def __init__(
        self,
        model: Any,
        images: ArrayLike,
        labels: ArrayLike,
        class_names: Sequence[str] | None = None,
        principal: int | None = None,
        seed: int | None = 0,
        start: int | None = 0,
        attributes: Mapping[str, ArrayLike] | None = None,
    ):
        super().__init__()
        self.model, self.images = model, _arguments.images(images, "images")
        self.labels, self.class_names = as_labels(labels, len(self.images), class_names)
        self.encodings = render.codes(model, self.images)
        self.rng = np.random.default_rng(seed)
        self.attributes = dict(attributes or {})
        self._choose_directions(principal)
        self.controls = [
            Control(name, -reach, reach)
            for name, reach in zip(self._names(principal), self._reaches(), strict=True)
        ]
        self.map = render.LatentMap(self.on_map(self.encodings), self.labels, self.class_names)
        self.picture, self.map_picture = Picture(), Picture()
        self.place = widgets.Text(continuous_update=False, layout=widgets.Layout(display="none"))
        self.place.add_class("vae-place")
        last = len(self.images) - 1
        self.which = whole_number("test image", last)
        if start is not None:
            self.which.value = _arguments.whole_number(start, "start", low=0, high=last)
            self._set(self.encodings[start])
        for control in self.controls:
            self.listen(control)
        self.place.observe(self._touched, "value")
        self._arrange()

    @property
    def z(self) -> np.ndarray:
        """The present point (latent_dim,)."""
        return self.origin + np.array([c.value for c in self.controls]) @ self.directions

    def go_to(self, z: ArrayLike) -> None:
        """Move to a latent point (latent_dim,); sliders stop at their ends."""
        z = _arguments.row(z, "z", self.model.latent_dim, dtype=np.float32)
        with self.together():
            self._set(z)

    def _set(self, z):
        if self.attributes:  # nothing is added to a new point yet
            self.origin = z
            for control in self.controls:
                control.value = 0.0
            return
        coordinates = (z - self.centre) @ self.directions.T
        # What the sliders cannot say stays as it is: their directions may be fewer.
        self.origin = z - coordinates @ self.directions
        for control, value in zip(self.controls, coordinates, strict=True):
            control.value = value

    def go_to_centre(self) -> None:
        """Move to the centre: the origin, or the mean of the encodings."""
        self.go_to(self.centre)

    def go_to_random(self) -> None:
        """Move to a sample of the prior; for a plain autoencoder, to any place on the map."""
        seed = int(self.rng.integers(2**31))
        if hasattr(self.model, "sampling"):
            return self.go_to(latent.sample_prior(1, self.model.latent_dim, seed)[0])
        return self.go_to(latent.sample_box(self.encodings, 1, seed)[0])

    def go_to_image(self) -> None:
        """Move to the encoding of the test image whose number is in the box."""
        self.go_to(self.encodings[self.which.value])

    def on_map(self, z: np.ndarray) -> np.ndarray:
        """Return where points (n, latent_dim) lie on the map (n, 2)."""
        return (z - self.map_centre) @ self.axes.T

    def draw(self) -> None:
        """Decode the present point and mark it on the map."""
        z = self.z
        place = self.on_map(z[np.newaxis])[0]
        nearest = int(np.argmin(np.square(self.encodings - z).sum(axis=1)))
        name = self.class_names[self.labels[nearest]]
        text = f"z = ({numbers(z)}). The nearest encoding is of image {nearest}, class {name}."
        self.picture.show(render.render_point(self.model, z), f"Image decoded from {text}")
        self.map_picture.show(self.map.render(place), f"Map of the encodings; the mark is {text}")
        self.say(text)

    def _choose_directions(self, principal):
        n = self.model.latent_dim
        self.centre = np.zeros(n, dtype="float32")
        self.directions = np.eye(n, dtype="float32")
        self.axes, self.map_centre = self.directions[:2], self.centre
        if n > 2:
            if principal is not None:
                principal = _arguments.whole_number(principal, "principal", high=n)
            # The map has two axes, also where there is one slider.
            mean, directions, _ = latent.principal_directions(
                self.encodings, max(2, principal or 2)
            )
            self.axes, self.map_centre = directions[:2], mean
            if principal:
                self.centre, self.directions = mean, directions[:principal]
        elif principal is not None or n < 2:
            raise ValueError(
                f"principal={principal!r}: allowed is None for a model with {n} latent "
                "dimensions, which must be two or more"
            )
        if self.attributes:
            vectors = _arguments.each(_arguments.row, self.attributes, "attributes")
            self.directions = _arguments.matrix(
                list(vectors.values()), "attributes", n, dtype=np.float32
            )
        self.origin = self.centre

    def _names(self, principal):
        if self.attributes:
            return list(self.attributes)
        if principal:
            return [f"direction {i + 1}" for i in range(principal)]
        return [dimension_name(i) for i in range(self.model.latent_dim)]

    def _reaches(self):
        """Return how far each slider goes: to the farthest encoding, and to 3 at least."""
        if self.attributes:
            return [1.5] * len(self.attributes)
        coordinates = (self.encodings - self.centre) @ self.directions.T
        return np.maximum(3.0, np.ceil(np.abs(coordinates).max(axis=0))).tolist()

    def _touched(self, change):
        with self.reported():
            if not change["new"]:
                return
            target = self.map.to_point(*map(float, change["new"].split(",")))
            z = self.z
            self.go_to(z + (target - self.on_map(z[np.newaxis])[0]) @ self.axes)

    def _arrange(self):
        pad = widgets.HTML(_TOUCHPAD)
        pad.add_class("vae-touch")
        layout = widgets.Layout(width=f"{self.map.size}px", height=f"{self.map.size}px")
        # Above the picture lies a pane that feels the pointer.
        map_box = widgets.Box([self.map_picture.view, pad, self.place], layout=layout)
        map_box.add_class("vae-map")
        buttons = [
            self.button("new random point", self.go_to_random),
            self.button("back to the centre", self.go_to_centre),
        ]
        encode = [self.which, self.button("encode this test image", self.go_to_image)]
        sliders = widgets.VBox([control.view for control in self.controls])
        # Side by side where the window is wide enough, so that all of it is in sight at once.
        wrapped = widgets.Layout(flex_flow="row wrap")
        self.assemble(
            widgets.Box([map_box, self.picture.view, sliders], layout=wrapped),
            widgets.Box(buttons + encode, layout=wrapped),
        )


class InterpolationExplorer(Panel):
    """Slide from one test image to another, through the latent spaces of several models.

    Args:
        models: dict from a name to a model: {"AE": …, "VAE": …}.
        images: (n, h, w, 1) in [0, 1], the test images to choose from.

    Raises:
        ValueError: for no model, or images of a wrong shape or range.
    """

    def __init__(self, models: Mapping[str, Any], images: ArrayLike):
        super().__init__()
        _arguments.mapping(models, "models")
        self.models, self.images = dict(models), _arguments.images(images, "images")
        last = len(self.images) - 1
        self.start, self.end = (
            whole_number("from image", last),
            whole_number("to image", last, min(1, last)),
        )
        self.method = widgets.Dropdown(options=latent.METHODS, description="path")
        self.step = Control("step t", 0.0, 1.0, 0.5, step=0.02)
        self.picture = Picture()
        for control in (self.start, self.end, self.method, self.step):
            self.listen(control)
        self._codes = {}
        self.assemble(
            widgets.HBox([self.start, self.end, self.method]),
            self.step.view,
            labelled(self.picture, " · ".join(["from", *self.models, "to"])),
        )

    def draw(self) -> None:
        """Decode the point t of the way in each model, between the two images."""
        first, last = self.start.value, self.end.value
        points = {
            name: latent.between(
                self._code(name, first), self._code(name, last), self.step.value, self.method.value
            )
            for name in self.models
        }
        decoded = [render.decode(self.models[name], z[np.newaxis])[0] for name, z in points.items()]
        row = np.stack([self.images[first], *decoded, self.images[last]])
        lengths = "; ".join(
            f"{name} at a distance of {np.linalg.norm(z):.2f} from the origin"
            for name, z in points.items()
        )
        text = (
            f"From image {first} to image {last}, {self.method.value}, "
            f"t = {self.step.value:.2f}: {lengths}."
        )
        self.picture.show(render.render_images(row, scale=7, gap=14), text)
        self.say(text)

    def _code(self, name, i):
        if (name, i) not in self._codes:
            self._codes[name, i] = render.codes(self.models[name], self.images[i : i + 1])[0]
        return self._codes[name, i]


class NoiseExplorer(Panel):
    """Add noise to an image and see what the model restores, and how it scores the image.

    Args:
        model: an autoencoder or a VAE of the course.
        images: (n, h, w, 1) in [0, 1] to choose from: test images, or others that the model has
            never seen the like of.
        reference: (m, h, w, 1) ordinary images; their scores say which score is unusual.
        seed: of the noise, which is the same at every level.

    Raises:
        ValueError: for images of a wrong shape or range.
    """

    def __init__(self, model: Any, images: ArrayLike, reference: ArrayLike, seed: int | None = 0):
        super().__init__()
        self.model, self.images = model, _arguments.images(images, "images")
        self.noise = np.random.default_rng(seed).standard_normal(self.images.shape[1:])
        reference = _arguments.images(reference, "reference")
        self.limit = float(np.quantile(render.scores(model, reference), 0.99))
        self.which = whole_number("image", len(self.images) - 1)
        self.level = Control("noise level", 0.0, 1.0, 0.0, step=0.02)
        self.picture = Picture()
        for control in (self.which, self.level):
            self.listen(control)
        self.assemble(
            self.which,
            self.level.view,
            labelled(self.picture, "image · with noise · reconstruction · difference"),
        )

    def draw(self) -> None:
        """Show the image with noise, its reconstruction, and its score."""
        image = self.images[self.which.value]
        noisy, restored, score = render.restore(self.model, image, self.noise, self.level.value)
        row = np.stack([image, noisy, restored, np.abs(noisy - restored)])
        verdict = "unusual" if score > self.limit else "ordinary"
        text = (
            f"Noise level {self.level.value:.2f}: the squared error of the reconstruction is "
            f"{score:.1f}, which is {verdict}; 99 % of ordinary images are below {self.limit:.1f}."
        )
        self.picture.show(render.render_images(row, scale=7, gap=14), text)
        self.say(text)
