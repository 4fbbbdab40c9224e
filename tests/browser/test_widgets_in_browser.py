"""The widgets and figures in JupyterLab: used by keyboard and by pointer, as a learner would."""

import pytest
from lab import PageError

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# A linear model stands in for the networks: nothing here depends on what is decoded.
MODEL = """
import numpy as np
from vae_helpers import plots, widgets

class Model:
    sampling = None

    def __init__(self, latent_dim, seed=0):
        self.latent_dim = latent_dim
        self.weights = np.random.default_rng(seed).normal(size=(latent_dim, 784))

    def encode(self, images):
        z = (images.reshape(len(images), -1) - 0.5) @ self.weights.T / 20
        return z, np.full_like(z, -1.0)

    def decode(self, z):
        return 1 / (1 + np.exp(-np.asarray(z) @ self.weights)).reshape(-1, 28, 28, 1)

images = np.random.default_rng(1).uniform(size=(200, 28, 28, 1)).astype("float32")
labels = np.arange(200) % 10
"""
PANELS = {
    "widgets.LatentExplorer(Model(2), images, labels)": 2,
    "widgets.LatentExplorer(Model(10), images, labels)": 10,
    "widgets.InterpolationExplorer({'AE': Model(2), 'VAE': Model(10)}, images)": 1,
    "widgets.BetaExplorer({0.5: Model(10), 1: Model(10, 1), 4: Model(10, 2)}, images)": 1,
    "widgets.ReparameterizationExplorer()": 2,
    "widgets.RealOrGenerated(images, images[::-1])": 0,
    "widgets.NoiseExplorer(Model(10), images, images)": 1,
}
BROKEN = """
class Broken(Model):
    def decode(self, z):
        if np.any(z):
            raise RuntimeError("this decoder is broken on purpose")
        return super().decode(z)

widgets.LatentExplorer(Broken(2), images, labels, start=None)
"""


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook("panels", [MODEL, *PANELS, "plots.kl_bars([1.0, 2.0])"])


@pytest.fixture(autouse=True)
def _no_errors(request):
    """Whatever a test does, no error may be in sight afterwards."""
    yield
    if "notebook" in request.fixturenames:
        request.getfixturevalue("notebook").check()


def test_every_panel_appears_with_its_pictures(notebook):
    panels = notebook.panels()
    assert len(panels) == len(PANELS)
    for panel in panels:
        sizes = panel.locator("img.vae-picture").evaluate_all("all => all.map(i => i.naturalWidth)")
        assert sizes
        assert all(sizes)


@pytest.mark.parametrize("number", range(len(PANELS)))
def test_every_slider_moves_by_keyboard_and_changes_the_picture(notebook, number):
    panel = notebook.panels()[number]
    assert notebook.use_sliders(panel) == list(PANELS.values())[number]


def test_ten_fast_presses_arrive_and_leave_nothing_behind(notebook):
    panel = notebook.panels()[0]
    box = panel.get_by_label("z₁")
    notebook.settle(panel)
    start = float(box.input_value())
    notebook.press(panel.locator(".noUi-handle").first, *["ArrowRight"] * 10)
    wanted = f"z = ({start + 0.5:.2f}".replace("-", "−")
    caption = panel.locator("[aria-live]")
    notebook.wait_until(lambda: caption.text_content().startswith(wanted), f"no {wanted}")
    # The picture of the tenth press is the last one: nothing comes after it.
    notebook.settle(panel)
    assert caption.text_content().startswith(wanted)
    assert float(box.input_value()) == pytest.approx(start + 0.5)


def test_a_number_typed_into_a_box_moves_its_slider(notebook):
    panel = notebook.panels()[0]
    notebook.settle(panel)
    before = notebook.state(panel)
    box = panel.get_by_label("z₂")
    box.fill("1.5")
    box.press("Enter")
    notebook.wait_for_change(panel, before, "the number box")
    handle = panel.locator(".noUi-handle").nth(1)
    assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(1.5, abs=0.01)


def test_a_drag_on_the_map_moves_the_point(notebook):
    panel = notebook.panels()[0]
    notebook.settle(panel)
    before = notebook.state(panel)
    pad = panel.locator(".vae-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = notebook.page.mouse
    mouse.move(*middle)
    mouse.down()
    notebook.wait_for_change(panel, before, "a click on the map")
    notebook.settle(panel)
    caption = panel.locator("[aria-live]")
    clicked = caption.text_content()
    mouse.move(middle[0] + 60, middle[1] - 60, steps=6)
    mouse.up()
    notebook.wait_until(lambda: caption.text_content() != clicked, "the drag did not arrive")
    notebook.settle(panel)
    # The drag went to the right and upwards: both coordinates have grown.
    first, second = (
        [float(number.replace("−", "-")) for number in text[5 : text.index(")")].split(",")]
        for text in (clicked, caption.text_content())
    )
    assert second[0] > first[0]
    assert second[1] > first[1]


def test_buttons_are_pressed_by_keyboard(notebook):
    for panel in notebook.panels():
        for name in ("new random point", "the left one"):
            button = panel.get_by_role("button", name=name)
            if button.count():
                notebook.settle(panel)
                before = notebook.state(panel)
                notebook.press(button, "Enter")
                notebook.wait_for_change(panel, before, name)


def test_controls_and_pictures_have_names(notebook):
    for panel in notebook.panels():
        for box in panel.locator("input:visible, select:visible").all():
            named = box.evaluate("e => e.labels.length && e.labels[0].textContent.trim()")
            assert named
        for image in panel.locator("img.vae-picture").all():
            assert len(image.get_attribute("alt")) > 30


def test_a_figure_is_shown_once_with_its_alt_text(notebook):
    images = notebook.page.locator(".jp-OutputArea-output img:not(.vae-picture)")
    assert images.count() == 1
    assert images.get_attribute("alt").startswith("Bars of the KL divergence")
    assert images.evaluate("image => image.naturalWidth") > 500


# --- the tests' own test


def test_what_fails_makes_the_check_fail(open_notebook):
    """A cell, and, when that is gone, a callback."""
    broken = open_notebook("broken", [MODEL, BROKEN, "1 / 0"])
    with pytest.raises(PageError, match="ZeroDivisionError"):
        broken.check()
    cells = "window.jupyterapp.shell.currentWidget.model.sharedModel"
    broken.page.evaluate(f"() => {cells}.deleteCell(2)")
    broken.page.locator("[data-mime-type='application/vnd.jupyter.error']").first.wait_for(
        state="detached"
    )
    broken.check()  # at the origin the broken model works
    with pytest.raises(PageError, match="broken on purpose"):
        broken.use_sliders(broken.panels()[0])
