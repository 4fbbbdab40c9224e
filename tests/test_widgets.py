"""The widgets without a browser: their renders, and their controls driven from code.

Most tests use a small linear model, so that they need no TensorFlow; tests/test_widgets_old.py
runs this file once more with the ipywidgets of Colab.
"""

import io
import os
import re

import ipywidgets
import numpy as np
import pytest
from PIL import Image
from scipy.special import expit
from scipy.stats import binomtest

from vae_helpers import latent, metrics, widgets
from vae_helpers.widgets import base, render

SIDE = 12


class LinearModel:
    """Encodes by projection and decodes by its transpose: an autoencoder of two lines."""

    def __init__(self, latent_dim=2, variational=True, seed=0):
        self.latent_dim = latent_dim
        self.variational = variational
        self.weights = np.random.default_rng(seed).normal(size=(latent_dim, SIDE * SIDE))
        self.decoded = 0
        if variational:
            self.sampling = None  # the mark of a VAE

    def encode(self, images):
        z = (np.asarray(images).reshape(len(images), -1) - 0.5) @ self.weights.T / SIDE
        return (z, np.full_like(z, -1.0)) if self.variational else z

    def decode(self, z):
        self.decoded += 1
        return expit(np.asarray(z) @ self.weights).reshape(-1, SIDE, SIDE, 1)


class BrokenModel(LinearModel):
    """Fails where a learner might: the decoder raises."""

    broken = True

    def decode(self, z):
        if self.broken:
            raise RuntimeError("the <decoder> is broken")
        return super().decode(z)


IMAGES = np.random.default_rng(1).uniform(size=(60, SIDE, SIDE, 1)).astype("float32")
LABELS = np.arange(60) % 10


def picture(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=int)


PLANE, SPACE = LinearModel(2), LinearModel(10)
PANELS = {
    "plane": lambda: widgets.LatentExplorer(PLANE, IMAGES, LABELS),
    "plain autoencoder": lambda: widgets.LatentExplorer(LinearModel(2, False), IMAGES, LABELS),
    "ten dimensions": lambda: widgets.LatentExplorer(SPACE, IMAGES, LABELS),
    "directions": lambda: widgets.LatentExplorer(SPACE, IMAGES, LABELS, principal=3),
    "interpolation": lambda: widgets.InterpolationExplorer({"AE": PLANE, "VAE": SPACE}, IMAGES),
    "beta": lambda: widgets.BetaExplorer(
        {0.5: SPACE, 1: LinearModel(10, seed=2), 4: PLANE}, IMAGES
    ),
    "reparameterization": widgets.ReparameterizationExplorer,
    "game": lambda: widgets.RealOrGenerated(IMAGES, IMAGES[::-1]),
    "noise": lambda: widgets.NoiseExplorer(SPACE, IMAGES, IMAGES),
}


def inside(widget):
    """Return a widget and all that it holds."""
    return [widget, *(part for child in getattr(widget, "children", ()) for part in inside(child))]


def html_images(panel):
    """Return the alt text and the data of each picture that is shown."""
    html = "".join(part.value for part in inside(panel.view) if isinstance(part, ipywidgets.HTML))
    return re.findall(r'<img class="vae-picture"[^>]* alt="([^"]*)" src="([^"]*)"', html)


def pictures(panel):
    return [data for _, data in html_images(panel)]


NUMBER_BOXES = (ipywidgets.BoundedFloatText, ipywidgets.BoundedIntText)
SLIDERS = (ipywidgets.FloatSlider, ipywidgets.SelectionSlider)


def test_version_under_test():
    """Where another version was asked for, it is the one that runs."""
    wanted = os.environ.get("VAE_IPYWIDGETS")
    assert not wanted or ipywidgets.__version__ == wanted


# --- renders


def test_point_has_the_right_size_and_changes_with_z():
    model = LinearModel()
    first = widgets.render_point(model, [0.5, -1.0], scale=5)
    assert picture(first).shape == (5 * SIDE, 5 * SIDE, 3)
    assert widgets.render_point(model, [0.5, -1.0], scale=5) == first
    assert widgets.render_point(model, [0.6, -1.0], scale=5) != first


def test_point_shows_what_the_model_decodes():
    model, z = LinearModel(), np.array([[0.5, -1.0]])
    shown = picture(widgets.render_point(model, z[0], scale=3))[1::3, 1::3, 0] / 255
    np.testing.assert_allclose(shown, model.decode(z)[0, ..., 0], atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize("z", [[0.0], [0.0, 0.0, 0.0], [0.0, np.nan], [np.inf, 0.0], [[0.0, 0.0]]])
def test_point_refuses_a_bad_z(z):
    with pytest.raises(ValueError, match="z"):
        widgets.render_point(LinearModel(), z)


def test_images_are_laid_out_row_by_row():
    levels = np.arange(5) / 5
    images = np.broadcast_to(levels[:, None, None], (5, 4, 4))
    shown = picture(widgets.render_images(images, columns=3, scale=2, gap=3))[..., 0]
    assert shown.shape == (2 * 8 + 3, 3 * 8 + 2 * 3)
    for i, level in enumerate(levels):
        assert shown[4 + 11 * (i // 3), 4 + 11 * (i % 3)] == round(255 * level)
    assert shown[9, 9] == 255
    assert (shown[11:, 22:] == 255).all()  # the sixth place is empty


def test_bars_are_as_high_as_the_numbers():
    def blue(values, top):
        shown = picture(widgets.render_bars(values, top=top))
        return np.sum((shown == (0x3F, 0x90, 0xDA)).all(axis=-1))

    assert blue([4.0, 4.0], 4) == pytest.approx(2 * blue([2.0, 2.0], 4), rel=0.05)
    assert blue([4.0, 0.0], 4) == pytest.approx(blue([2.0, 2.0], 4), rel=0.05)
    assert blue([99.0], 4) == blue([4.0], 4)
    with pytest.raises(ValueError, match="values"):
        widgets.render_bars([-1.0])
    with pytest.raises(ValueError, match="values"):
        widgets.render_bars([np.nan])


def test_reparameterization_gradients_are_those_of_finite_differences():
    epsilon = np.random.default_rng(0).standard_normal(5)
    mean, log_var, h = 0.7, -0.9, 1e-6
    z, d_mean, d_log_var = render.reparameterize(mean, log_var, epsilon)
    up_mean = render.reparameterize(mean + h, log_var, epsilon)[0]
    up_log_var = render.reparameterize(mean, log_var + h, epsilon)[0]
    np.testing.assert_allclose((up_mean - z) / h, d_mean, atol=1e-5)
    np.testing.assert_allclose((up_log_var - z) / h, d_log_var, atol=1e-5)
    np.testing.assert_allclose((z - mean) / epsilon, np.exp(log_var) ** 0.5)


def test_reparameterization_picture_changes_with_each_input():
    epsilon = np.array([-1.0, 0.2, 1.5])
    shown = {
        widgets.render_reparameterization(*arguments)
        for arguments in ((0, 0, epsilon), (1, 0, epsilon), (0, 1, epsilon), (0, 0, -epsilon))
    }
    assert len(shown) == 4
    assert picture(widgets.render_reparameterization(0, 0, epsilon)).shape == (420, 720, 3)
    with pytest.raises(ValueError, match="z_log_var"):
        widgets.render_reparameterization(0, np.nan, epsilon)


def test_noise_is_added_and_scored():
    model, image = LinearModel(4), IMAGES[0]
    noise = np.random.default_rng(0).standard_normal(image.shape)
    noisy, restored, score = render.restore(model, image, noise, 0.0)
    np.testing.assert_array_equal(noisy, image)
    np.testing.assert_allclose(restored, model.decode(model.encode(image[None])[0])[0])
    assert score == pytest.approx(np.sum((noisy - restored) ** 2), rel=1e-6)
    noisy, _, _ = render.restore(model, image, noise, 0.1)
    inner = (noisy > 0) & (noisy < 1)
    np.testing.assert_allclose(noisy[inner], (image + 0.1 * noise)[inner], atol=1e-6)
    assert noisy.min() >= 0
    assert noisy.max() <= 1
    with pytest.raises(ValueError, match="level"):
        render.restore(model, image, noise, -1)


def test_scores_are_the_squared_errors_of_the_images():
    model = LinearModel(4)
    expected = metrics.reconstruction_error(
        IMAGES, model.decode(model.encode(IMAGES)[0]), kind="mse", per_image=True
    )
    np.testing.assert_allclose(render.scores(model, IMAGES), expected, rtol=1e-6)


# --- the map


@pytest.fixture(scope="module")
def plane():
    points = np.random.default_rng(0).normal(size=(300, 2)) * (3, 1) + (5, 0)
    return render.LatentMap(points, np.arange(300) % 10, size=200)


def test_map_finds_the_way_back_from_pixels(plane):
    points = np.array([[5.0, 0.0], [3.0, 1.0]])
    pixels = plane.to_pixels(points)
    back = [plane.to_point(*(pixel / plane.size)) for pixel in pixels]
    np.testing.assert_allclose(back, points, atol=1e-9)
    assert plane.to_pixels([5.0, 1.0])[1] < plane.to_pixels([5.0, 0.0])[1]  # up is up
    assert plane.to_pixels([6.0, 0.0])[0] > plane.to_pixels([5.0, 0.0])[0]


@pytest.mark.parametrize("place", [(-0.1, 0.5), (0.5, 1.1), (np.nan, 0.5)])
def test_map_refuses_places_outside(plane, place):
    with pytest.raises(ValueError, match=r"share_[xy]=.*: allowed is a number from 0 to 1"):
        plane.to_point(*place)


def test_map_marks_the_point_and_nothing_else(plane):
    point = np.array([6.0, 0.5])
    changed = np.argwhere(
        (picture(plane.render(point)) != picture(plane.render([-99.0, -99.0]))).any(axis=-1)
    )
    x, y = plane.to_pixels(point)
    near = changed[np.abs(changed - (y, x)).max(axis=1) < 12]
    np.testing.assert_allclose(near.mean(axis=0), (y, x), atol=1.5)
    assert len(changed) < 700  # two marks: here, and at the edge for the point outside
    with pytest.raises(ValueError, match="point"):
        plane.render([np.nan, 0.0])


def test_map_shows_the_classes_in_their_colours():
    red = np.array((0xBD, 0x1F, 0x01))
    points = np.repeat([[-1.0, 0.0], [1.0, 0.0]], 50, axis=0)
    points = points + np.random.default_rng(0).normal(scale=0.2, size=points.shape)
    shown = picture(render.LatentMap(points, np.repeat([0, 2], 50)).render([0.0, 0.0]))
    is_red = np.argwhere(np.abs(shown - red).max(axis=-1) < 40)
    assert len(is_red) > 20
    assert (is_red[:, 1] > shown.shape[1] / 2).all()


# --- every panel


@pytest.mark.parametrize("name", PANELS)
def test_every_control_over_its_whole_range(name):
    panel = PANELS[name]()
    assert pictures(panel)
    for part in inside(panel.view):
        before, start = pictures(panel), getattr(part, "value", None)
        if isinstance(part, SLIDERS[0]):
            steps = np.linspace(part.min, part.max, 9)
        elif isinstance(part, SLIDERS[1] | ipywidgets.Dropdown):
            steps = [option[1] if isinstance(option, tuple) else option for option in part.options]
            steps += steps[:1] if part.value == steps[-1] else []
        elif isinstance(part, ipywidgets.BoundedIntText):
            steps = [part.min, part.max, (part.min + part.max) // 2]
        else:
            continue
        moved = []
        for step in steps:
            part.value = step
            moved.append(pictures(panel))
        assert not panel.errors, panel.errors
        if isinstance(part, SLIDERS):
            assert any(now != before for now in moved), f"{part} moves nothing"
        part.value = start


@pytest.mark.parametrize("name", PANELS)
def test_every_button(name):
    panel = PANELS[name]()
    for part in inside(panel.view):
        if isinstance(part, ipywidgets.Button):
            part.click()
    assert not panel.errors, panel.errors


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_can_be_used_without_a_pointer(name):
    panel = PANELS[name]()
    parts = inside(panel.view)
    boxes = [p for p in parts if isinstance(p, (*NUMBER_BOXES, ipywidgets.Dropdown))]
    buttons = [p for p in parts if isinstance(p, ipywidgets.Button)]
    assert all(part.description for part in boxes + buttons)
    sliders = [part for part in parts if isinstance(part, SLIDERS)]
    linked = [p for p in boxes if not isinstance(p, ipywidgets.BoundedIntText)]
    assert len(linked) >= len(sliders)
    assert not any(getattr(slider, "readout", False) for slider in sliders)


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_says_what_it_shows(name):
    panel = PANELS[name]()
    assert re.search(r"\d", panel.caption.value)
    assert 'aria-live="polite"' in panel.caption.value
    for alt, _ in html_images(panel):
        assert len(alt) > 30


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_shows_itself_in_a_cell(name, monkeypatch):
    panel, shown = PANELS[name](), []
    monkeypatch.setattr("IPython.display.display", shown.append)
    panel._ipython_display_()
    assert shown == [panel.view]


# --- errors


def test_an_error_appears_in_the_panel_and_goes_away():
    model = BrokenModel()
    panel = widgets.LatentExplorer(model, IMAGES, LABELS)
    assert len(panel.errors) == 1
    assert 'role="alert"' in panel.message.value
    assert "RuntimeError: the &lt;decoder&gt; is broken" in panel.message.value
    assert "<decoder>" not in panel.message.value
    assert "Traceback" in panel.errors[0]
    model.broken = False
    panel.controls[0].value = 1.0
    assert panel.message.value == ""
    model.broken = True
    panel.controls[0].box.value = 2.0
    assert len(panel.errors) == 2


def test_an_error_behind_a_button_is_shown():
    panel = widgets.LatentExplorer(LinearModel(), IMAGES, LABELS)
    panel.model = BrokenModel()
    next(p for p in inside(panel.view) if isinstance(p, ipywidgets.Button)).click()
    assert panel.errors
    assert "RuntimeError" in panel.message.value


def test_keyboard_interrupts_are_not_swallowed():
    panel = widgets.ReparameterizationExplorer()

    def interrupted():
        raise KeyboardInterrupt

    panel.draw = interrupted
    with pytest.raises(KeyboardInterrupt):
        panel.refresh()


# --- controls


def test_slider_and_box_are_one_number():
    control = base.Control("z₁", -3, 3)
    control.box.value = 1.25
    assert control.slider.value == 1.25
    control.value = 7.0
    assert control.box.value == 3.0
    control.slider.value = 0.04999999999999982  # as a browser sends 0.05
    assert control.box.value == 0.05
    with pytest.raises(ValueError, match="finite"):
        control.value = np.nan


# --- the explorer of the latent space


@pytest.mark.parametrize(("latent_dim", "principal"), [(2, None), (10, None), (10, 3), (10, 1)])
def test_explorer_goes_where_it_is_told(latent_dim, principal):
    model = LinearModel(latent_dim)
    panel = widgets.LatentExplorer(model, IMAGES, LABELS, principal=principal)
    panel.which.value = 7
    panel.go_to_image()
    np.testing.assert_allclose(panel.z, model.encode(IMAGES)[0][7], atol=2e-3)
    assert "of image 7," in panel.caption.value
    shown = picture(panel.picture.png)[5::11, 5::11, 0] / 255
    expected = model.decode(panel.z[np.newaxis])[0, ..., 0]
    np.testing.assert_allclose(shown, expected, atol=1 / 255)
    panel.go_to_centre()
    np.testing.assert_allclose(panel.z, panel.centre, atol=1e-3)


@pytest.mark.parametrize(("latent_dim", "principal"), [(2, None), (10, None), (10, 3), (10, 1)])
def test_explorer_starts_at_an_image_and_not_in_a_hole(latent_dim, principal):
    model = LinearModel(latent_dim)
    codes = model.encode(IMAGES)[0]
    first = widgets.LatentExplorer(model, IMAGES, LABELS, principal=principal)
    np.testing.assert_allclose(first.z, codes[0], atol=2e-3)
    chosen = widgets.LatentExplorer(model, IMAGES, LABELS, principal=principal, start=7)
    np.testing.assert_allclose(chosen.z, codes[7], atol=2e-3)
    assert (chosen.which.value, "of image 7," in chosen.caption.value) == (7, True)
    centre = widgets.LatentExplorer(model, IMAGES, LABELS, principal=principal, start=None)
    np.testing.assert_allclose(centre.z, centre.centre, atol=1e-3)


def test_explorer_adds_attributes_to_the_image_it_is_at():
    model = LinearModel(10)
    codes, vectors = model.encode(IMAGES)[0], {"slant": np.ones(10), "ink": np.arange(10.0)}
    panel = widgets.LatentExplorer(model, IMAGES, LABELS, attributes=vectors, start=3)
    assert [control.box.description for control in panel.controls] == ["slant", "ink"]
    np.testing.assert_allclose(panel.z, codes[3], atol=1e-5)
    panel.controls[1].value = 0.5
    np.testing.assert_allclose(panel.z, codes[3] + 0.5 * vectors["ink"], atol=1e-4)
    panel.which.value = 7
    panel.go_to_image()
    np.testing.assert_allclose(panel.z, codes[7], atol=1e-5)
    assert not panel.errors
    with pytest.raises(ValueError, match="attributes"):
        widgets.LatentExplorer(model, IMAGES, LABELS, attributes={"slant": np.ones(9)})


@pytest.mark.parametrize("start", [-1, len(IMAGES), 1.5, "first"])
def test_explorer_starts_at_an_image_that_there_is(start):
    with pytest.raises(ValueError, match="start="):
        widgets.LatentExplorer(LinearModel(), IMAGES, LABELS, start=start)


@pytest.mark.parametrize(("latent_dim", "principal"), [(2, None), (10, None), (10, 3), (10, 1)])
def test_a_touch_moves_the_mark_to_the_pointer(latent_dim, principal):
    panel = widgets.LatentExplorer(LinearModel(latent_dim), IMAGES, LABELS, principal=principal)
    for place in ("0.5,0.5", "0.55,0.4"):
        panel.place.value = place
        x, y = panel.map.to_pixels(panel.on_map(panel.z[np.newaxis])[0]) / panel.map.size
        assert [x, y] == pytest.approx([float(share) for share in place.split(",")], abs=2e-3)
    assert not panel.errors


@pytest.mark.parametrize("place", ["nonsense", "0.5", "2,0.5", "nan,0.5"])
def test_a_bad_touch_is_an_error_in_sight(place):
    panel = widgets.LatentExplorer(LinearModel(), IMAGES, LABELS)
    panel.place.value = place
    assert "ValueError" in panel.message.value or "TypeError" in panel.message.value


def test_many_sliders_are_set_with_one_drawing():
    model = LinearModel(10)
    panel = widgets.LatentExplorer(model, IMAGES, LABELS)
    before = model.decoded
    panel.go_to(np.linspace(-1, 1, 10))
    assert model.decoded == before + 1


def test_directions_keep_what_the_sliders_do_not_show():
    model = LinearModel(10)
    panel = widgets.LatentExplorer(model, IMAGES, LABELS, principal=2)
    z = model.encode(IMAGES)[0][3]
    panel.go_to(z)
    panel.controls[0].value += 0.5
    np.testing.assert_allclose(panel.z - z, 0.5 * panel.directions[0], atol=2e-3)


def test_random_points_obey_the_seed_and_come_from_the_prior_of_a_vae():
    def walk(seed, variational=True):
        model = LinearModel(2, variational)
        panel = widgets.LatentExplorer(model, IMAGES, LABELS, seed=seed)
        points = []
        for _ in range(3):
            panel.go_to_random()
            points.append(panel.z)
        return np.array(points), panel

    np.testing.assert_array_equal(walk(0)[0], walk(0)[0])
    assert not np.array_equal(walk(0)[0], walk(1)[0])
    points, panel = walk(0, variational=False)
    assert (points >= panel.encodings.min(axis=0) - 1e-3).all()
    assert (points <= panel.encodings.max(axis=0) + 1e-3).all()


def test_sliders_reach_every_encoding():
    model = LinearModel(2)
    model.weights *= 20
    panel = widgets.LatentExplorer(model, IMAGES, LABELS)
    for control, column in zip(panel.controls, panel.encodings.T, strict=True):
        assert control.slider.max >= np.abs(column).max()


@pytest.mark.parametrize(("latent_dim", "principal"), [(2, 2), (1, None), (10, 11), (10, 0)])
def test_explorer_refuses_directions_that_are_none(latent_dim, principal):
    with pytest.raises(ValueError, match=f"principal={principal}: allowed is"):
        widgets.LatentExplorer(LinearModel(latent_dim), IMAGES, LABELS, principal=principal)


# --- the other panels


def test_interpolation_shows_the_point_between_the_images():
    model = LinearModel(4)
    panel = widgets.InterpolationExplorer({"VAE": model}, IMAGES)
    panel.start.value, panel.end.value, panel.step.value = 3, 8, 0.24
    for method in latent.METHODS:
        panel.method.value = method
        z1, z2 = model.encode(IMAGES[[3, 8]])[0]
        expected = model.decode(latent.between(z1, z2, 0.24, method)[np.newaxis])[0, ..., 0]
        row = picture(panel.picture.png)[3::7, 3::7, 0] / 255
        middle = row[:, SIDE + 2 : 2 * SIDE + 2]
        np.testing.assert_allclose(middle, expected, atol=1 / 255)
        np.testing.assert_allclose(row[:, :SIDE], IMAGES[3, ..., 0], atol=1 / 255)
        np.testing.assert_allclose(row[:, -SIDE:], IMAGES[8, ..., 0], atol=1 / 255)
    assert not panel.errors


def test_beta_starts_at_1_and_tells_the_numbers_of_its_model():
    models = {4: LinearModel(10, seed=4), 0.5: LinearModel(10), 1: LinearModel(10, seed=1)}
    panel = widgets.BetaExplorer(models, IMAGES)
    assert panel.box.value == 1
    assert [value for _, value in panel.slider.options] == [0.5, 1, 4]
    panel.slider.value = 4
    assert panel.box.value == 4
    z_mean, z_log_var = models[4].encode(IMAGES)
    kl = metrics.kl_divergence(z_mean, z_log_var).mean()
    assert f"KL {kl:.1f} nats" in panel.caption.value
    error = metrics.reconstruction_error(IMAGES, models[4].decode(z_mean), kind="mse")
    assert f"{error:.1f} an image" in panel.caption.value


def test_beta_draws_each_model_once():
    model = LinearModel(10)
    panel = widgets.BetaExplorer({1: model, 2: LinearModel(10)}, IMAGES)
    before = model.decoded
    for beta in (2, 1, 2, 1):
        panel.slider.value = beta
    assert model.decoded == before


def test_the_same_noise_stays_until_other_noise_is_asked_for():
    panel = widgets.ReparameterizationExplorer(seed=0)
    epsilon = panel.epsilon
    panel.mean.value = 1.0
    panel.log_var.value = -2.0
    assert panel.epsilon is epsilon
    panel.new_noise()
    assert not np.array_equal(panel.epsilon, epsilon)
    assert np.array_equal(widgets.ReparameterizationExplorer(seed=0).epsilon, epsilon)


def test_game_counts_right_answers_and_deals_fairly():
    real, generated = np.ones((5, 4, 4)), np.zeros((5, 4, 4))
    panel = widgets.RealOrGenerated(real, generated, seed=0)
    sides = []
    for i in range(200):
        side = "left" if panel.pair[0].mean() == 1 else "right"
        assert panel.pair.mean() == 0.5  # one real, one generated
        assert panel.real_side == side
        sides.append(side)
        panel.answer(side if i % 4 else {"left": "right", "right": "left"}[side])
    assert sum(panel.answers) == 150
    assert "150 of 200 right, 75%" in panel.caption.value
    assert binomtest(sides.count("left"), 200).pvalue > 0.01
    panel.restart()
    assert panel.answers == []
    with pytest.raises(ValueError, match="side"):
        panel.answer("both")


def test_score_has_wilsons_interval():
    # Wilson (1927): centre (p + z²/2n) / (1 + z²/n), for 8 of 10.
    n, p, z = 10, 0.8, 1.959964
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    text = widgets.score_text(8, 10)
    assert f"{centre - half:.0%} to {centre + half:.0%}" in text
    assert "chance is inside" in text
    assert "chance is outside" in widgets.score_text(15, 16)
    assert "No answers" in widgets.score_text(0, 0)
    with pytest.raises(ValueError, match="right=3"):
        widgets.score_text(3, 2)


def test_noise_shows_image_noisy_image_reconstruction_and_difference():
    panel = widgets.NoiseExplorer(LinearModel(4), IMAGES, IMAGES)
    panel.which.value, panel.level.value = 5, 0.2
    noisy, restored, score = render.restore(panel.model, IMAGES[5], panel.noise, 0.2)
    shown = picture(panel.picture.png)[3::7, 3::7, 0] / 255
    for i, image in enumerate((IMAGES[5], noisy, restored, np.abs(noisy - restored))):
        place = slice(i * (SIDE + 2), i * (SIDE + 2) + SIDE)
        np.testing.assert_allclose(shown[:, place], image[..., 0], atol=1 / 255)
    assert f"{score:.1f}" in panel.caption.value


def test_noise_calls_other_images_unusual():
    model = LinearModel(4)
    ordinary = model.decode(np.random.default_rng(0).normal(size=(200, 4))).astype("float32")
    strange = np.concatenate([ordinary[:1], np.indices((SIDE, SIDE)).sum(0)[None, ..., None] % 2])
    panel = widgets.NoiseExplorer(model, strange.astype("float32"), ordinary)
    assert "ordinary;" in panel.caption.value
    panel.which.value = 1
    assert "unusual;" in panel.caption.value


# --- what is passed in stays as it is


class InPlace:
    """A backend that computes in the memory that it is given, as TensorFlow may."""

    latent_dim = 2

    def __init__(self):
        self.encoder = self.decoder = self

    def predict_on_batch(self, array):
        array[...] = 0
        return array if array.ndim == 2 else array.reshape(len(array), -1)[:, :2]


def test_what_a_backend_does_in_place_does_not_reach_the_caller():
    model, z, images = InPlace(), np.ones((1, 2), "float32"), np.ones((1, 4, 4, 1), "float32")
    render.decode(model, z)
    render.codes(model, images)
    assert z.all()
    assert images.all()


def aligned(array):
    """Return a copy at a 64-byte boundary, whose memory a backend may take as its own."""
    raw = np.empty(array.nbytes + 64, np.uint8)
    start = -raw.ctypes.data % 64
    copy = raw[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def read_only(array):
    copy = array.copy()
    copy.flags.writeable = False
    return copy


@pytest.fixture(params=["aligned", "read-only", "memory-mapped"])
def kept(request, tmp_path):
    """IMAGES in a kind of memory in which writing would be seen, or would fail."""
    if request.param == "memory-mapped":
        np.save(tmp_path / "images.npy", IMAGES)
        return np.load(tmp_path / "images.npy", mmap_mode="r+")
    return (aligned if request.param == "aligned" else read_only)(IMAGES)


@pytest.mark.skipif("VAE_IPYWIDGETS" in os.environ, reason="does not depend on ipywidgets")
def test_panels_leave_the_images_as_they_are(kept):
    from vae_helpers import models

    shape = (SIDE, SIDE, 1)
    vae = models.VAE(models.dense_encoder(shape, (8,), 3), models.dense_decoder(shape, (8,), 3))
    explorer = widgets.LatentExplorer(vae, kept, LABELS)
    explorer.go_to_image()
    walk = widgets.InterpolationExplorer({"VAE": vae}, kept)
    walk.step.value = 0.3
    noise = widgets.NoiseExplorer(vae, kept, kept)
    noise.level.value = 0.5
    beta = widgets.BetaExplorer({1.0: vae}, kept)
    game = widgets.RealOrGenerated(kept, kept)
    game.answer("left")
    assert not any(panel.errors for panel in (explorer, walk, noise, beta, game))
    np.testing.assert_array_equal(kept, IMAGES)


# --- the models of the course


@pytest.mark.skipif("VAE_IPYWIDGETS" in os.environ, reason="does not depend on ipywidgets")
@pytest.mark.parametrize("name", ["mnist-ae", "mnist-conv-vae", "fashion-conv-vae"])
def test_quick_decoding_and_encoding_are_those_of_the_model(name):
    from vae_helpers import zoo

    model = zoo.build(name, seed=0)
    z = latent.sample_prior(3, model.latent_dim, seed=0)
    np.testing.assert_allclose(render.decode(model, z), model.decode(z), atol=1e-6)
    images = np.random.default_rng(0).uniform(size=(1, *model.image_shape)).astype("float32")
    encoded = model.encode(images)
    expected = encoded[0] if isinstance(encoded, tuple) else encoded
    np.testing.assert_allclose(render.codes(model, images), expected, atol=1e-5)
    np.testing.assert_allclose(
        render.codes(model, np.repeat(images, 2, axis=0)), np.repeat(expected, 2, 0), atol=1e-5
    )
