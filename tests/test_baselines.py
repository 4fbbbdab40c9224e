"""The simple tools beside a VAE."""

import numpy as np
import pytest

from vae_helpers import baselines, data

SHIFT = ((0, -1),)


def test_contexts_number_the_neighbours_and_see_black_beyond_the_border():
    levels = np.array([[[1, 2, 0], [0, 1, 2]]])
    left = [[[0, 1, 2], [0, 0, 1]]]
    assert np.array_equal(baselines.contexts(levels, 3, SHIFT), left)
    above_and_left = [[[0, 1, 2], [3, 6, 1]]]
    assert np.array_equal(baselines.contexts(levels, 3, ((-1, 0), (0, -1))), above_and_left)


def test_contexts_are_those_of_a_loop():
    rng = np.random.default_rng(0)
    levels = rng.integers(2, size=(2, 5, 6))
    found = baselines.contexts(levels, 2)
    assert found.max() < 2**10
    for place in np.ndindex(levels.shape):
        image, row, column = place
        digits = ""
        for down, right in baselines.TEN_NEIGHBOURS:
            y, x = row + down, column + right
            digits += str(levels[image, y, x]) if y >= 0 and 0 <= x < 6 else "0"
        assert found[place] == int(digits, 2)


@pytest.mark.parametrize(
    ("levels", "n_levels", "neighbours", "message"),
    [
        (np.zeros((2, 3, 3)), 2, SHIFT, "whole numbers"),
        (np.zeros((3, 3), int), 2, SHIFT, "whole numbers"),
        (np.full((1, 3, 3), 2), 2, SHIFT, "from 0 to 1"),
        (np.zeros((1, 3, 3), int), 1, SHIFT, "n_levels"),
        (np.zeros((1, 3, 3), int), 2, ((0, 1),), "before the pixel"),
        (np.zeros((1, 3, 3), int), 2, ((0, 0),), "before the pixel"),
    ],
)
def test_contexts_refuse(levels, n_levels, neighbours, message):
    with pytest.raises(ValueError, match=message):
        baselines.contexts(levels, n_levels, neighbours)


def test_counted_bits_of_a_table_by_hand():
    known, context = np.array([[0, 0, 1], [0, 1, 1]]), np.array([[0, 0, 0], [0, 1, 1]])
    new, its = np.array([[0, 1], [1, 1]]), np.array([[0, 1], [0, 2]])
    # counts and one: context 0 has 4 and 2, context 1 has 1 and 3, context 2 was never seen
    bits = baselines.counted_bits(known, context, new, its, (3, 2))
    assert bits == pytest.approx([-np.log2(4 / 6 * 3 / 4), -np.log2(2 / 6 * 1 / 2)])


def test_counts_of_what_is_random_save_nothing_and_of_what_is_certain_nearly_all():
    rng = np.random.default_rng(1)
    known, new = rng.integers(4, size=(200, 10, 10)), rng.integers(4, size=(50, 10, 10))
    nothing = [np.zeros_like(known), new, np.zeros_like(new)]
    assert baselines.counted_bits(known, *nothing, (1, 4)).mean() == pytest.approx(200, abs=0.5)
    assert baselines.counted_bits(known, known, new, new, (4, 4)).mean() < 0.2


def test_png_has_one_bit_a_pixel_before_packing_where_pixels_are_black_and_white():
    rng = np.random.default_rng(2)
    two_tone = rng.integers(2, size=(3, 28, 28, 1)).astype(float)
    bits = baselines.png_bits(two_tone)
    assert bits.shape == (3,)
    # random pixels cannot be packed: 4 bytes a line, a byte for its filter, and the wrapping
    assert np.all(bits >= 784 + baselines.PNG_WRAPPING)
    assert np.all(bits < 784 + 1_000)
    assert np.all(baselines.png_bits(rng.random((2, 28, 28, 1))) > 8 * 784)


def test_jpeg_is_better_with_more_bits():
    x = np.linspace(0, 1, 28)
    images = (np.sin(6 * x)[:, None] * np.cos(4 * x) / 2 + 0.5)[None, :, :, None]
    errors, lengths = [], []
    for quality in (1, 30, 90):
        bits, back = baselines.jpeg(images, quality)
        assert back.shape == images.shape
        errors.append(np.square(back - images).mean())
        lengths.append(bits[0])
    assert sorted(errors, reverse=True) == errors
    assert sorted(lengths) == lengths
    assert errors[-1] < 1e-4
    with pytest.raises(ValueError, match="quality"):
        baselines.jpeg(images, 0)


def test_shifted_moves_each_image_by_up_to_two_pixels():
    images = np.zeros((400, 9, 9, 1), "float32")
    images[:, 4, 4] = 1
    moved = baselines.shifted(images, np.random.default_rng(0))
    places = {tuple(place[1:3]) for place in np.argwhere(moved)}
    assert places == {(y, x) for y in range(2, 7) for x in range(2, 7)}
    assert moved.sum() == 400


def test_decibels_by_hand():
    x = np.zeros((2, 2, 2, 1))
    x_hat = x + np.array([0.1, 0.01]).reshape(2, 1, 1, 1)
    assert baselines.decibels(x, x_hat) == pytest.approx(30)  # of 20 and 40


def test_rescaled_blur_restores_what_a_blur_and_a_contrast_took():
    rng = np.random.default_rng(3)
    clean = np.repeat(rng.random((6, 1, 1, 1)), 8, axis=1) * np.ones((1, 1, 8, 1))
    noisy = 0.3 + 0.5 * clean  # constant images: a blur changes nothing
    back = baselines.rescaled_blur(noisy[:4], clean[:4], noisy[4:])
    assert back == pytest.approx(clean[4:], abs=1e-6)
    assert baselines.rescaled_blur(noisy[:4], clean[:4], noisy[4:] + 5).max() == 1


def test_nearest_is_the_smallest_squared_distance():
    rng = np.random.default_rng(4)
    known, new = rng.random((7, 3, 3, 1)), rng.random((5, 3, 3, 1))
    squares = np.square(known[None] - new[:, None]).sum(axis=(2, 3, 4))
    assert baselines.nearest(known, new) == pytest.approx(squares.min(axis=1))


def test_few_labelled_draws_without_repetition():
    labels = np.repeat([3, 5, 8], 10)
    images = np.arange(30.0)[:, None]
    drawn, its = baselines.few_labelled(images, labels, 4, np.random.default_rng(0))
    assert its.tolist() == [3] * 4 + [5] * 4 + [8] * 4
    assert np.array_equal(labels[drawn[:, 0].astype(int)], its)
    assert len(np.unique(drawn)) == 12


class Half:
    """A VAE of two latent dimensions whose copies are grey, and its posterior half as wide."""

    def encode(self, images):
        return np.zeros((len(images), 2)), np.full((len(images), 2), 2 * np.log(0.5))

    def decode(self, z):
        return np.full((len(z), 2, 2, 1), 0.5)

    def reconstruct(self, images):
        return self.decode(images)


def test_drawn_copies_cost_the_kl_in_bits():
    bits, copies = baselines.drawn_copies(Half(), np.zeros((3, 2, 2, 1)), seed=0)
    assert bits == pytest.approx(np.full(3, (0.25 - 1 + 2 * np.log(2)) / np.log(2)))
    assert np.array_equal(copies, np.full((3, 2, 2, 1), 0.5))


def test_anomaly_scores(monkeypatch):
    monkeypatch.setattr(
        baselines.metrics, "estimate_elbo", lambda model, x, seed: -x.sum((1, 2, 3))
    )
    images = np.array([1.0, 0, 0, 0, 1, 1, 1, 1]).reshape(2, 2, 2, 1)
    scores = baselines.anomaly_scores(Half(), images[:1], images)
    assert scores["−ELBO"].tolist() == [1, 4]
    assert scores["error"] == pytest.approx([1, 1])
    assert scores["error + KL"] == pytest.approx(np.full(2, 1 + 0.25 - 1 + 2 * np.log(2)))
    assert scores["nearest"] == pytest.approx([0, 3])
    assert scores["error / ink"] == pytest.approx([1, 0.25])
    assert scores["nearest / ink"] == pytest.approx([0, 0.75])


def test_vae_of_few_copies_them():
    digits = data.load_data("mnist").train.images[:20]
    model = baselines.vae_of_few(digits)
    error = np.square(model.reconstruct(digits) - digits).sum(axis=(1, 2, 3)).mean()
    assert error < 0.6 * np.square(digits - digits.mean(axis=0)).sum(axis=(1, 2, 3)).mean()


def test_rounded_codes_are_multiples_and_cost_what_their_counts_say():
    known = np.array([[0.0, 1.0], [0.1, 2.1], [0.2, 0.9], [0.9, 1.2]])
    bits, codes = baselines.rounded(known, np.array([[0.4, 1.8], [1.2, 1.1]]), 1.0)
    assert np.array_equal(codes, [[0, 2], [1, 1]])
    # values 0, 1, 2, each with a count of one more: 4 2 1 and 1 4 2, of 7
    assert bits == pytest.approx([np.log2(7 / 4) + np.log2(7 / 2), np.log2(7 / 2) + np.log2(7 / 4)])
    finer, _ = baselines.rounded(known, known, 0.1)
    assert finer.mean() > baselines.rounded(known, known, 1.0)[0].mean()
    with pytest.raises(ValueError, match="step"):
        baselines.rounded(known, known, 0)
