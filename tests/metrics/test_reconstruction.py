import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import bernoulli
from sklearn.metrics import log_loss

from vae_helpers.metrics import bce_floor, reconstruction_error

PIXELS = hnp.arrays(
    st.sampled_from([np.float16, np.float32, np.float64]),
    hnp.array_shapes(min_dims=2, max_dims=4, max_side=5),
    elements=st.sampled_from([0, 0.125, 0.25, 0.5, 0.75, 1]),
)


@pytest.fixture
def pair():
    rng = np.random.default_rng(0)
    return rng.random((3, 4, 5, 1)), rng.uniform(0.1, 0.9, (3, 4, 5, 1))


def test_squared_error_by_hand():
    x = np.zeros((2, 2, 1, 1))
    x_hat = np.array([[0.5, 1.0], [0.0, 0.0]]).reshape(2, 2, 1, 1)
    assert reconstruction_error(x, x_hat, per_image=True).tolist() == [1.25, 0]
    assert reconstruction_error(x, x_hat) == 0.625
    assert reconstruction_error(x, x_hat, reduction="mean") == 0.3125


def test_cross_entropy_is_the_negative_log_likelihood_of_black_and_white_pixels(pair):
    grey, x_hat = pair
    x = (grey > 0.5).astype(int)
    expected = -bernoulli(x_hat).logpmf(x).sum(axis=(1, 2, 3))
    assert reconstruction_error(x, x_hat, "bce", per_image=True) == pytest.approx(expected)
    assert reconstruction_error(x, x_hat, "bce", "mean") == pytest.approx(
        log_loss(x.ravel(), x_hat.ravel())
    )


def test_cross_entropy_of_grey_pixels_mixes_the_two_costs(pair):
    x, x_hat = pair
    ones, zeros = np.ones_like(x), np.zeros_like(x)
    white = -np.log(x_hat) * x
    black = -np.log(1 - x_hat) * (ones - x)
    assert reconstruction_error(x, x_hat, "bce") == pytest.approx((white + black).sum() / len(x))
    assert reconstruction_error(zeros, x_hat, "bce") != pytest.approx(
        reconstruction_error(x_hat, zeros, "bce")
    ), "the argument order matters"


def test_the_floor_is_the_entropy_and_cannot_be_beaten(pair):
    x, x_hat = pair
    assert bce_floor(x, per_image=True) == pytest.approx(bernoulli(x).entropy().sum(axis=(1, 2, 3)))
    assert bce_floor(np.full((1, 1), 0.5)) == pytest.approx(np.log(2))
    assert bce_floor((x > 0.5) * 1.0) == 0
    assert bce_floor(x) < reconstruction_error(x, x_hat, "bce")


def test_certain_and_wrong_costs_a_bounded_amount_unless_asked():
    black, white = np.zeros((1, 1)), np.ones((1, 1))
    assert reconstruction_error(white, black, "bce") == pytest.approx(-np.log(1e-7))
    assert reconstruction_error(white, black, "bce", epsilon=0) == np.inf
    assert reconstruction_error(white, white, "bce", epsilon=0) == 0


@settings(max_examples=60, deadline=None)
@given(PIXELS)
def test_reductions_agree_for_any_shape_and_type(x):
    x_hat = 1 - x
    for kind in ("mse", "bce"):
        per_image = reconstruction_error(x, x_hat, kind, per_image=True)
        assert per_image.dtype == np.float64
        assert per_image.shape == (len(x),)
        total = reconstruction_error(x, x_hat, kind)
        assert total == pytest.approx(per_image.mean())
        assert total == pytest.approx(reconstruction_error(x, x_hat, kind, "mean") * x[0].size)
        assert reconstruction_error(x, x, kind) <= total + 1e-9


def test_more_images_than_a_block_holds(pair):
    x, x_hat = (np.concatenate([side] * 700) for side in pair)
    assert reconstruction_error(x, x_hat) == pytest.approx(reconstruction_error(*pair))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "mae"}, "kind='mae'"),
        ({"reduction": "none"}, "reduction='none'"),
        ({"x": np.full((3, 4, 5, 1), 255, np.uint8)}, "x has values from 255 to 255.*divide"),
        ({"x_hat": np.full((3, 4, 5, 1), -0.1)}, r"x_hat has values from -0\.1"),
        ({"x_hat": np.full((3, 4, 5, 1), np.nan)}, "x_hat holds NaN or infinity, 60 times"),
        ({"x_hat": np.zeros((3, 20))}, r"x_hat has shape \(3, 20\)"),
        ({"x": np.zeros((0, 4, 5, 1))}, r"x has shape \(0, 4, 5, 1\)"),
        ({"x": np.zeros(3)}, r"x has shape \(3,\)"),
        ({"x": np.full((3, 4), "a")}, "x has dtype"),
        ({"epsilon": 0.5}, "epsilon=0.5"),
    ],
)
def test_bad_input_is_named(pair, change, message):
    arguments = {"x": pair[0], "x_hat": pair[1], "kind": "bce", **change}
    with pytest.raises(ValueError, match=message):
        reconstruction_error(**arguments)
