"""Every figure: its pixels, its alt text, its legibility, and that it leaves nothing behind."""

import base64
import io
import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from vae_helpers import latent, plots
from vae_helpers.plots import figure as figures
from vae_helpers.plots import space

NAMES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker")
NAMES += ("Bag", "Ankle boot")


def rng(seed=0):
    return np.random.default_rng(seed)


def some_images(n, size=28):
    return rng().uniform(size=(n, size, size, 1)).astype("float32")


def some_points(n=600):
    """Ten clusters on a ring, with their labels."""
    labels = np.arange(n) % 10
    angle = 2 * np.pi * labels / 10
    centres = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres + 0.3 * rng().standard_normal((n, 2)), labels


Z, LABELS = some_points()
HISTORY = {
    "loss": [120.0, 110.0],
    "val_loss": [118.0, 111.77],
    "reconstruction_loss": [105.0, 92.0],
    "val_reconstruction_loss": [104.0, 93.53],
    "kl_loss": [15.0, 18.0],
    "val_kl_loss": [14.0, 18.24],
}

# One call of each function, and what its alt text must say.
CASES = {
    "image_grid": (
        lambda: plots.image_grid(
            {"original": some_images(10), "reconstruction": some_images(10)}, titles=NAMES
        ),
        ["2 rows", "10 images", "original and reconstruction", "Ankle boot"],
    ),
    "filmstrip": (
        lambda: plots.filmstrip({"AE": some_images(9), "VAE": some_images(9)}),
        ["9 decoded steps", "0 to 1", "AE and VAE"],
    ),
    "traversals": (
        lambda: plots.traversals(some_images(14).reshape(2, 7, 28, 28), np.linspace(-3, 3, 7)),
        ["2 rows of 7", "-3 to 3", "z₁ and z₂"],
    ),
    "latent_grid": (
        lambda: plots.latent_grid(some_images(225), latent.quantile_grid(15), quantiles=True),
        ["15 by 15", "-1.83", "1.83", "equal steps of probability"],
    ),
    "embedding": (
        lambda: plots.embedding(Z, LABELS, NAMES, title="Encodings of 600 test images"),
        ["Encodings of 600 test images.", "600 points", "10 classes", "Sandal at (-2.0, 0.0)"],
    ),
    "decoded_points": (
        lambda: plots.decoded_points(Z, LABELS, Z[:12], some_images(12), NAMES),
        ["12 numbered points", "600 encodings"],
    ),
    "embedding_panels": (
        lambda: plots.embedding_panels({"AE": Z, "VAE": Z, "conv VAE": Z}, LABELS, NAMES),
        ["3 scatter plots", "600 images", "conv VAE"],
    ),
    "probability_space": (
        lambda: plots.probability_space(Z, LABELS, NAMES),
        ["600 encodings", "Φ(z)", f"{Z[:, 0].std():.2f}"],
    ),
    "forming": (
        lambda: plots.forming({f"epoch {i}": Z / i for i in (5, 4, 3, 2, 1)}, LABELS, NAMES),
        ["5 scatter plots", "epoch 5", "epoch 1"],
    ),
    "posteriors": (
        lambda: plots.posteriors(Z, np.full(Z.shape, np.log(0.04)), LABELS, NAMES),
        ["600 images", "0.20 in z₁"],
    ),
    "silhouettes": (
        lambda: plots.silhouettes({"AE": np.linspace(-0.5, 1, 600)}, LABELS, NAMES),
        ["600 points", "mean 0.2500", "33% below zero"],
    ),
    "model_diagram": (
        lambda: plots.model_diagram("vae"),
        ["encoder", "z = μ + σ ε", "KL to N(0, I)"],
    ),
    "training_curves": (
        lambda: plots.training_curves(HISTORY, title="mnist-vae"),
        ["nats per image", "validation loss from 118.00 to 111.77 in 2 epochs", "18.24"],
    ),
    "kl_bars": (
        lambda: plots.kl_bars([3.0, 0.001, 1.5], threshold=0.01),
        ["3 dimensions", "4.50 nats", "2 are above 0.01"],
    ),
    "rate_distortion": (
        lambda: plots.rate_distortion([25, 18, 9], [80, 85, 110], [0.5, 1, 4]),
        ["3 models", "β = 4: rate 9.0, distortion 110.0", "least, 103.0, at β = 1"],
    ),
    "seeds": (
        lambda: plots.seeds({"VAE": [111, 112, 113]}, "loss (nats)", reference=111.77),
        ["mean 112, deviation 1, 3 seeds", "111.77"],
    ),
    "lines": (
        lambda: plots.lines({"a": [1.0, 2.0], "b": [2.0, 0.5]}, x=[0, 1], x_label="x"),
        ["0.5"],
    ),
    "report_card": (
        lambda: plots.report_card(
            {"error": {"AE": 11.57, "VAE": 12.57}, "units": {"AE": None, "VAE": 10}},
            beside={"error": {"AE": 11.46}},
            better={"error": "low"},
        ),
        ["error (lower is better): AE 11.6 (11.5), VAE 12.6.", "units: AE –, VAE 10."],
    ),
}


@pytest.fixture(scope="module")
def drawn():
    """Each figure of CASES, made once."""
    return {name: make() for name, (make, _) in CASES.items()}


@pytest.fixture(scope="module")
def pngs(drawn):
    """The bytes of each of them."""
    return {name: figure.png(dpi=100) for name, figure in drawn.items()}


def grey(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"))


def pixels(figure):
    return grey(figure.png(dpi=100)) / 255


def test_every_function_has_a_case():
    assert {*CASES, "AltFigure"} == set(plots.__all__)


@pytest.mark.parametrize("name", CASES)
class TestEveryFigure:
    def test_alt_text_says_what_is_shown_with_its_numbers(self, drawn, name):
        alt = drawn[name].alt
        assert len(alt) > 60
        assert alt.endswith(".")
        assert "nan" not in alt
        for fact in CASES[name][1]:
            assert fact in alt

    def test_alt_text_can_be_given(self, name):
        if name == "lines":
            assert plots.lines({"a": [1.0, 2.0]}, x=[0, 1], alt="Mine.").alt == "Mine."
        else:
            code = CASES[name][0].__code__
            assert "alt" in getattr(plots, name).__wrapped__.__code__.co_varnames, code

    def test_a_title_stands_in_the_figure_and_first_in_its_alt_text(self, name):
        function, title = getattr(plots, name), {"title": "What it is"}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(plots, name, lambda *args, **kwargs: function(*args, **kwargs | title))
            figure = CASES[name][0]()
        assert figure.alt.startswith("What it is. ")
        shown = [text.get_text() for text in figure.findobj(Text)]
        assert sum("What it is" in text for text in shown) == 1

    def test_texts_are_large_enough_to_read(self, drawn, name):
        figure = drawn[name]
        for text in figure.findobj(Text):
            if text.get_text().strip():
                assert text.get_fontsize() >= 8, text

    def test_nothing_is_cut_off_at_the_edge(self, pngs, name):
        shown = grey(pngs[name])
        for edge in (shown[0], shown[-1], shown[:, 0], shown[:, -1]):
            assert (edge == 255).all()

    def test_it_is_a_picture_of_a_size_for_a_notebook(self, pngs, name):
        shown = grey(pngs[name])
        height, width = shown.shape
        assert shown.std() > 5
        assert 250 <= width <= 1050
        assert height <= 900

    def test_the_same_arrays_give_the_same_bytes(self, pngs, name):
        assert CASES[name][0]().png(dpi=100) == pngs[name]


def test_settings_and_inputs_stay_as_they_were():
    before, z = dict(mpl.rcParams), Z.copy()
    figure = CASES["embedding"][0]()
    figure.png(dpi=50)
    assert dict(mpl.rcParams) == before
    np.testing.assert_array_equal(Z, z)


def test_pyplot_tensorflow_and_open_figures_are_not_involved():
    code = (
        "import sys; from vae_helpers import plots; plots.kl_bars([1.0, 2.0]).png(); "
        "print([m for m in ('matplotlib.pyplot', 'tensorflow', 'keras') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_learners_style_does_not_leak_in():
    expected = plots.kl_bars([1.0, 2.0]).png(dpi=50)
    with mpl.rc_context({"font.size": 30, "xtick.labelsize": 30, "savefig.facecolor": "red"}):
        assert plots.kl_bars([1.0, 2.0]).png(dpi=50) == expected


# --- in a notebook


def test_html_carries_the_picture_and_its_escaped_alt_text():
    figure = plots.kl_bars([1.0, 2.0], alt='a "b" <c>')
    html = figure._repr_html_()
    assert 'alt="a &quot;b&quot; &lt;c&gt;"' in html
    data = re.search(r"data:image/png;base64,([^\"]+)", html)[1]
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    shown = int(re.search(r'width="(\d+)"', html)[1])
    assert image.width == pytest.approx(1.5 * shown, abs=1)


def test_a_cell_shows_the_figure_once_as_html_with_alt_text():
    # The formatter of the inline backend adds a PNG without alt text to any Figure.
    code = """
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib.figure import Figure
shell = InteractiveShell.instance()
png = shell.display_formatter.formatters["image/png"]
png.enabled = True
png.for_type(Figure, lambda figure: b"PNG")
shell.run_cell("from vae_helpers import plots")
with capture_output() as captured:
    shell.run_cell("plots.kl_bars([1.0, 2.0])")
shown = [sorted(output.data) for output in captured.outputs]
print(shown, captured.outputs[0].data["text/html"][:14], "Figure" in captured.stdout)
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[['text/html', 'text/plain']] <img alt=\"Bars False"


# --- the pixels


def test_image_grid_puts_each_image_in_its_row_and_column():
    levels = np.array([[0.1, 0.3, 0.5], [0.7, 0.9, 0.2]])
    rows = {
        name: np.broadcast_to(level[:, None, None], (3, 28, 28))
        for name, level in zip(("first", "second"), levels, strict=True)
    }
    figure = plots.image_grid(rows, titles="abc", title="t")
    shown = pixels(figure)
    canvas = figure.axes[0]
    for (row, column), level in np.ndenumerate(levels):
        x, y = canvas.transData.transform((column + 0.5, row + 0.5))
        assert shown[int(shown.shape[0] - y), int(x)] == pytest.approx(level, abs=0.01)


def test_image_grid_takes_rows_of_different_lengths():
    plots.image_grid({"one": some_images(1), "three": some_images(3)}).png(dpi=50)


def test_pixels_are_shown_from_0_to_1_and_not_stretched():
    # A faint image must stay faint, or a decoder's doubts would not be seen.
    faint = np.full((1, 8, 8), 0.2)
    faint[0, 0, 0] = 0.3
    shown = pixels(plots.image_grid({"": faint}))
    assert np.median(shown[shown < 1]) == pytest.approx(0.2, abs=0.01)


def test_latent_grid_grows_to_the_right_and_upwards():
    points = latent.grid(5, low=(-1, -3), high=(1, 3))
    levels = np.select([points[:, 0] == points[:, 0].max(), points[:, 1] == 3], [0.5, 1.0], 0.0)
    figure = plots.latent_grid(np.tile(levels[:, None, None], (1, 28, 28)), points)
    shown = pixels(figure)
    axes = figure.axes[0]
    for place, level in (((4.5, 2.5), 0.5), ((2.5, 0.5), 1.0), ((2.5, 2.5), 0), ((0.5, 4.5), 0)):
        x, y = axes.transData.transform(place)
        assert shown[int(shown.shape[0] - y), int(x)] == pytest.approx(level, abs=0.02)
    texts = [label.get_text() for label in axes.get_yticklabels()]
    assert texts.index("3.0") < texts.index("-3.0")  # the y axis runs downwards: 3 is on top


def test_kl_bars_are_sorted_and_keep_their_names():
    axes = plots.kl_bars([0.5, 2.0, 1.0]).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [2.0, 1.0, 0.5]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["z₂", "z₃", "z₁"]


def test_silhouettes_draw_the_mean_as_a_dashed_line():
    values = rng().uniform(-1, 1, 600)
    line = plots.silhouettes({"AE": values}, LABELS).axes[0].lines[0]
    assert line.get_linestyle() == "--"
    assert line.get_xdata()[0] == pytest.approx(values.mean())


def test_training_curves_show_an_autoencoders_loss_once():
    history = {key: HISTORY[key] for key in ("loss", "reconstruction_loss", "val_loss")}
    assert len(plots.training_curves(history).axes) == 1
    assert len(plots.training_curves(HISTORY).axes) == 3


def test_training_curves_take_keras_histories_and_compare_models():
    class History:
        history = HISTORY

    assert plots.training_curves(History()).alt == plots.training_curves(HISTORY).alt
    compared = plots.training_curves({"VAE": History(), "again": HISTORY})
    assert "VAE: validation loss" in compared.alt
    assert "again: validation loss" in compared.alt


@pytest.mark.parametrize(
    ("n", "m", "epochs"),
    [
        (9, 9, range(1, 10)),
        (9, 3, (3, 6, 9)),  # every third epoch
        (10, 3, (3, 6, 9)),  # the tenth epoch is not validated
        (11, 2, (5, 10)),
        (7, 1, (7,)),
        (10, 4, (2.5, 5, 7.5, 10)),  # no rule gives four of ten: evenly, to the end
    ],
)
def test_training_curves_draw_validation_at_the_epochs_it_comes_from(n, m, epochs):
    history = {"loss": np.linspace(9, 1, n), "val_loss": np.linspace(9, 2, m)}
    figure = plots.training_curves(history)
    training, validation = figure.axes[0].lines
    assert training.get_xdata().tolist() == list(range(1, n + 1))
    assert validation.get_xdata().tolist() == list(epochs)
    assert f"in {n} epochs" in figure.alt
    if m == 3:
        assert "from 9.00 at epoch 3 to 2.00 at epoch 9 in " in figure.alt


def test_training_curves_of_validation_alone_and_of_runs_of_different_lengths():
    alone = plots.training_curves({"val_loss": [3.0, 2.0]})
    assert alone.axes[0].lines[0].get_xdata().tolist() == [1, 2]
    runs = {
        "short": {"loss": [1.0], "val_loss": [1.0]},
        "long": {"loss": [3, 2, 1, 0], "val_loss": [2, 1]},
    }
    drawn = plots.training_curves(runs).axes[0].lines
    assert [line.get_xdata().tolist() for line in drawn] == [[1], [1], [1, 2, 3, 4], [2, 4]]


def test_training_curves_show_the_floor_where_there_is_one():
    plain, floored = plots.training_curves(HISTORY), plots.training_curves(HISTORY, floor=1.5)
    assert "floor" not in plain.alt
    assert "the floor, 1.50." in floored.alt
    named = [[text.get_text() for text in axes.texts] for axes in floored.axes]
    assert named == [["floor 1.5"], [], []]
    lines = [len(axes.lines) for axes in floored.axes]
    assert np.array(lines) - [len(axes.lines) for axes in plain.axes] == pytest.approx([1, 0, 0])


def test_seeds_are_joined_where_all_have_as_many():
    pairs = plots.seeds({"A": [1, 2, 3], "B": [2, 3, 5]}, "loss").axes[0].lines
    joined = [line.get_ydata().tolist() for line in pairs if line.get_linewidth() < 1.3]
    assert joined == [[1, 2], [2, 3], [3, 5]]
    apart = plots.seeds({"A": [1, 2, 3], "B": [2, 3]}, "loss").axes[0].lines
    loose = plots.seeds({"A": [1, 2, 3], "B": [2, 3, 5]}, "loss", join=False).axes[0].lines
    assert len(loose) == len(apart)
    assert not [line for line in apart if line.get_linewidth() < 1.3]


@pytest.mark.parametrize("seed", range(3))
def test_no_disc_covers_a_class_name_in_the_figure(seed):
    rng = np.random.default_rng(seed)
    middles = rng.uniform(-2, 2, (10, 2))
    z = middles[LABELS] + 0.1 * rng.standard_normal((len(LABELS), 2))
    # A disc in the middle of every other name, and two between which no name has room.
    points = np.array([np.median(z[label == LABELS], axis=0) for label in range(0, 10, 2)])
    offset = np.array([0, 0.25])
    points = np.concatenate([points, points[:2] + offset, points[:2] - offset])
    figure = plots.decoded_points(z, LABELS, points, np.zeros((9, 4, 4)), NAMES)
    figure.canvas.draw()
    axes = figure.subfigs[0].axes[0]
    boxes = [t.get_window_extent() for t in axes.texts if t.get_text() in NAMES]
    assert len(boxes) == 10
    radius = 0.5 * 14 * figure.dpi / 72
    for x, y in axes.transData.transform(points):
        for box in boxes:
            inside = box.x0 - radius < x < box.x1 + radius and (
                box.y0 + 2 - radius < y < box.y1 - 2 + radius
            )
            assert not inside


def test_a_latent_grid_says_what_stands_on_it():
    points = latent.grid(3)
    images = np.zeros((9, 4, 4))
    assert "3 by 3 images decoded from a" in plots.latent_grid(images, points).alt
    real = plots.latent_grid(images, points, what="real images nearest to").alt
    assert "3 by 3 real images nearest to a regular grid" in real
    assert "decoded" not in real


def test_forming_keeps_one_scale_for_all_moments():
    figure = plots.forming({"epoch 1": Z / 5, "epoch 2": Z}, LABELS)
    assert len({axes.get_xlim() + axes.get_ylim() for axes in figure.axes}) == 1


def test_posterior_ellipses_are_one_deviation_wide():
    z_log_var = np.tile(np.log([4.0, 0.25]), (600, 1))
    ellipses = plots.posteriors(Z, z_log_var, LABELS).axes[0].collections[0]
    np.testing.assert_allclose(ellipses.get_widths(), 4)  # the diameter: 2 × √4
    np.testing.assert_allclose(ellipses.get_heights(), 1)


def test_probability_space_shows_the_normal_distribution_function():
    points = plots.probability_space(Z, LABELS).axes[1].collections[0].get_offsets()
    np.testing.assert_allclose(np.sort(np.ravel(points)), np.sort(latent.to_probability(Z).ravel()))


def test_scatter_gives_each_point_the_colour_of_its_class():
    scatter = plots.embedding(Z, LABELS).axes[0].collections[0]
    colours = [mpl.colors.to_rgb(colour) for colour in figures.class_colours(10)]
    for place, colour in zip(scatter.get_offsets(), scatter.get_facecolors(), strict=True):
        label = LABELS[np.argmin(np.abs(Z - place).sum(axis=1))]
        np.testing.assert_allclose(colour[:3], colours[label])


def test_names_of_close_classes_do_not_lie_on_each_other():
    z = 0.01 * rng().standard_normal((200, 2))
    z[0], z[1] = (-5, -5), (5, 5)
    figure = plots.embedding(z, np.arange(200) % 10, NAMES)
    figure.savefig(io.BytesIO(), format="png")
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) == 10
    for i, box in enumerate(boxes):
        for other in boxes[:i]:
            overlap = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert overlap < 0.3 * box.height


# --- colours


def test_axes_that_are_no_latent_dimensions_can_say_so():
    names = ("direction 1", "direction 2")
    for given, expected in (({}, ("z₁", "z₂")), ({"axis_names": names}, names)):
        figure = plots.decoded_points(Z, LABELS, Z[:3], some_images(3), **given)
        axes = figure.subfigs[0].axes[0]
        assert (axes.get_xlabel(), axes.get_ylabel()) == expected
        assert all(f"{name} from" in figure.alt for name in expected)


def test_points_may_be_called_by_letters():
    figure = plots.decoded_points(Z, LABELS, Z[:3], some_images(3), point_names="ABC")
    assert [axes.get_title() for axes in figure.subfigs[1].axes][:3] == ["A", "B", "C"]
    assert {"A", "B", "C"} <= {text.get_text() for text in figure.subfigs[0].axes[0].texts}
    assert "A to C" in figure.alt


def test_a_model_without_a_kl_term_is_in_the_legend_of_the_curves():
    figure = plots.training_curves({"AE": {"loss": [2.0, 1.0]}, "VAE": HISTORY})
    named = [text.get_text() for text in figure.axes[-1].get_legend().get_texts()]
    assert any(name.startswith("AE") for name in named)


@pytest.mark.parametrize("colour", figures.class_colours(10))
def test_class_names_stand_out_from_white(colour):
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in space._darker(colour)
    ]
    luminance = np.dot((0.2126, 0.7152, 0.0722), linear)
    assert 1.05 / (luminance + 0.05) >= 3  # WCAG's ratio for large text


# --- bad input


BAD = [
    ("image_grid", lambda: plots.image_grid({}), "rows"),
    ("image_grid", lambda: plots.image_grid(some_images(3)), "rows"),
    ("image_grid", lambda: plots.image_grid({"a": some_images(3) * 255}), r"rows\['a'\].*\[0, 1\]"),
    ("image_grid", lambda: plots.image_grid({"a": np.full((1, 2, 2), np.nan)}), r"rows\['a'\]"),
    ("image_grid", lambda: plots.image_grid({"a": np.zeros((28, 28))}), r"rows\['a'\].*shape"),
    ("image_grid", lambda: plots.image_grid({"a": some_images(3)}, titles="ab"), "titles"),
    ("filmstrip", lambda: plots.filmstrip({"a": some_images(3), "b": some_images(4)}), "rows"),
    ("filmstrip", lambda: plots.filmstrip({"a": some_images(3)}, steps=[0, 1]), "steps"),
    ("traversals", lambda: plots.traversals(some_images(3), [1, 2]), r"images.*\(n, 2, h, w\)"),
    ("latent_grid", lambda: plots.latent_grid(some_images(4), Z[:4]), "points"),
    (
        "latent_grid",
        lambda: plots.latent_grid(some_images(4), latent.grid(2)[::-1]),
        "points.*top left",
    ),
    ("latent_grid", lambda: plots.latent_grid(some_images(3), latent.grid(2)), "images"),
    ("embedding", lambda: plots.embedding(np.zeros((5, 3)), np.zeros(5, int)), r"\(n, 2\)"),
    ("embedding", lambda: plots.embedding(Z * np.nan, LABELS), "NaN"),
    ("embedding", lambda: plots.embedding(Z, LABELS[:-1]), "labels"),
    ("embedding", lambda: plots.embedding(Z, LABELS + 0.5), "labels"),
    ("embedding", lambda: plots.embedding(Z, LABELS, NAMES[:5]), "labels.*0 to 4"),
    (
        "decoded_points",
        lambda: plots.decoded_points(Z, LABELS, Z[:3], some_images(4)),
        "images",
    ),
    (
        "decoded_points",
        lambda: plots.decoded_points(Z, LABELS, Z[:3], some_images(3), point_names="AB"),
        "point_names has 2 names",
    ),
    ("posteriors", lambda: plots.posteriors(Z, Z[:5], LABELS), "z_log_var"),
    ("silhouettes", lambda: plots.silhouettes({"AE": np.full(600, 1.1)}, LABELS), "-1 to 1"),
    ("silhouettes", lambda: plots.silhouettes({"AE": np.zeros(5)}, LABELS), r"\(600,\)"),
    ("training_curves", lambda: plots.training_curves({"accuracy": [1.0]}), "history"),
    ("training_curves", lambda: plots.training_curves({"loss": [np.nan]}), "NaN"),
    ("kl_bars", lambda: plots.kl_bars([1.0, -0.5]), "kl.*negative"),
    ("kl_bars", lambda: plots.kl_bars([1.0, 0.5], names=["a"]), "names"),
    ("rate_distortion", lambda: plots.rate_distortion([1, 2], [3, 4], [1]), "rate"),
    ("seeds", lambda: plots.seeds({"a": [np.inf]}, "loss"), "values"),
]


@pytest.mark.parametrize(("name", "call", "message"), BAD)
def test_bad_input_is_named(name, call, message):
    with pytest.raises(ValueError, match=message):
        call()
