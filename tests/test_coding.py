"""The coder: an inverse pair of functions on whole numbers, and images that come back as sent."""

import math

import numpy as np
import pytest

import vae_helpers as vh
from vae_helpers import coding

SKEW = (0, 1, 4, 14, 16)  # four symbols with the probabilities 1/16, 3/16, 10/16, 2/16


@pytest.fixture(scope="module")
def vae():
    return vh.zoo.load("mnist-vae")


@pytest.fixture(scope="module")
def white():
    images = vh.load_data("mnist").test.images[:5]
    return vh.metrics.binarize(images, "static")


@pytest.mark.parametrize("edges", [SKEW, (0, 1, 2), (0, 5), (0, 999, 1000), range(8)])
def test_push_and_pop_are_inverse_for_every_small_number(edges):
    symbols = range(len(edges) - 1)
    pushed = {coding.push(state, s, edges) for state in range(300) for s in symbols}
    assert len(pushed) == 300 * len(symbols)
    for state in range(300):
        assert coding.push(*reversed(coding.pop(state, edges)), edges) == state
        for s in symbols:
            assert coding.pop(coding.push(state, s, edges), edges) == (s, state)


def test_a_message_is_as_long_as_the_entropy_says():
    rng = np.random.default_rng(0)
    p = np.diff(SKEW) / 16
    symbols = rng.choice(4, size=3_000, p=p).tolist()
    state = start = coding.random_message(64, seed=0)
    for symbol in symbols:
        state = coding.push(state, symbol, SKEW)
    bits = -np.log2(p[symbols]).sum()
    assert math.log2(state) - 64 == pytest.approx(bits, abs=1)
    for symbol in reversed(symbols):
        found, state = coding.pop(state, SKEW)
        assert found == symbol
    assert state == start


def test_popping_random_bits_draws_the_symbols_with_their_probabilities():
    state, drawn = coding.random_message(20_000, seed=1), []
    for _ in range(5_000):
        symbol, state = coding.pop(state, SKEW)
        drawn.append(symbol)
    shares = np.bincount(drawn, minlength=4) / len(drawn)
    np.testing.assert_allclose(shares, np.diff(SKEW) / 16, atol=0.02)


@pytest.mark.parametrize("bits", [1, 7, 8, 9, 1000])
def test_a_random_message_has_so_many_bits(bits):
    messages = {coding.random_message(bits, seed) for seed in range(20)}
    assert {message.bit_length() for message in messages} == {bits}
    assert len(messages) == 20 or bits < 10


def test_five_digits_come_back_bit_for_bit_and_the_message_below_them(vae, white):
    start = coding.random_message(1_000, seed=0)
    before = white.copy()
    message = coding.BitsBack(vae).send(white, start)
    received, left = coding.BitsBack(vae).receive(message, 5)
    np.testing.assert_array_equal(received, white)
    np.testing.assert_array_equal(white, before)
    assert left == start
    assert received.dtype == np.float32


def test_bits_back_costs_what_the_elbo_says(vae):
    images = vh.metrics.binarize(vh.load_data("mnist").test.images[5:45], "static")
    start = coding.random_message(1_000, seed=0)
    sent = math.log2(coding.BitsBack(vae).send(images, start)) - math.log2(start)
    expected = -vh.metrics.estimate_elbo(vae, images, 30, seed=0).sum() / np.log(2)
    # A draw of the code moves the sum by some 4 bits an image.
    assert sent == pytest.approx(expected, abs=3 * 4 * math.sqrt(40))


def test_a_coarse_grid_still_decodes(vae, white):
    coder = coding.BitsBack(vae, bits=4)
    received, left = coder.receive(coder.send(white[:2], 12345), 2)
    np.testing.assert_array_equal(received, white[:2])
    assert left == 12345


def test_an_empty_message_is_enough_to_begin_with(vae, white):
    coder = coding.BitsBack(vae)
    received, left = coder.receive(coder.send(white[:1], 0), 1)
    np.testing.assert_array_equal(received, white[:1])
    assert left == 0


def test_a_flipped_bit_is_another_message(vae, white):
    coder = coding.BitsBack(vae)
    message = coder.send(white[:1], coding.random_message(500, seed=0))
    received, left = coder.receive(message ^ 1, 1)
    assert (received != white[:1]).any() or left != coding.random_message(500, seed=0)


def test_other_functions_can_do_the_pushing(vae, white):
    calls = []

    def push(state, symbol, edges):
        calls.append(symbol)
        return coding.push(state, symbol, edges)

    coding.BitsBack(vae, push=push).send(white[:1], 1)
    assert len(calls) == 784 + 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda coder, x: coder.send(x * 0.5, 1), "images hold pixels between 0 and 1"),
        (lambda coder, x: coder.send(x[0], 1), "images has shape"),
        (lambda coder, x: coder.send(x, -1), "state=-1"),
        (lambda coder, x: coder.send(x, 1.5), r"state=1\.5"),
        (lambda coder, x: coder.receive(-1, 1), "state=-1"),
        (lambda coder, x: coder.receive(1, 0), "n=0"),
        (lambda coder, x: coding.BitsBack(coder.vae, bits=3), "bits=3"),
        (lambda coder, x: coding.BitsBack(vh.zoo.build("mnist-ae")), "vae=Autoencoder"),
        (lambda coder, x: coding.random_message(0, 0), "bits=0"),
    ],
)
def test_bad_input_is_named(vae, white, change, message):
    with pytest.raises(ValueError, match=message):
        change(coding.BitsBack(vae), white)
