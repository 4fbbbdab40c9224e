"""A lossless coder for black and white images: bits back, with an asymmetric numeral system.

The asymmetric numeral system (Duda 2009) keeps a whole message in one whole number. A symbol goes
in by :func:`push` and comes out by :func:`pop`, last in, first out; one of probability p makes the
number longer by −log₂ p bits. Because popping from a message of random bits draws a symbol *with*
probability p, the same two functions are also a sampler, and a sampler that loses nothing: pushing
the symbol again gives the bits back. That is all :class:`BitsBack` needs (Townsend, Bird and
Barber 2019, https://arxiv.org/abs/1901.04866).

Python's whole numbers have as many digits as they need, so that nothing here has to be cut into
words. It makes the code short, and the coder slow: about a tenth of a second an image.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from vae_helpers import _arguments

# Probabilities are whole numbers over this total; less than one part of it nothing can have.
PIXEL_TOTAL, CODE_TOTAL = 2**16, 2**24


def push(state: int, symbol: int, edges: Sequence[int]) -> int:
    """Put a symbol on top of a message and return the new message.

    Args:
        state: the message, a whole number from 0.
        symbol: which one, from 0.
        edges: (symbols + 1,) rising whole numbers from 0; symbol s has the slots from ``edges[s]``
            up to ``edges[s + 1]``, and so the probability (their number) / ``edges[-1]``.
    """
    start, width = edges[symbol], edges[symbol + 1] - edges[symbol]
    return state // width * edges[-1] + start + state % width


def pop(state: int, edges: Sequence[int]) -> tuple[int, int]:
    """Take the symbol from the top of a message; return it and the message below it.

    The inverse of :func:`push` with the same edges, for every whole number from 0.
    """
    slot = state % edges[-1]
    symbol = bisect_right(edges, slot) - 1
    start, width = edges[symbol], edges[symbol + 1] - edges[symbol]
    return symbol, state // edges[-1] * width + slot - start


def random_message(bits: int, seed: int) -> int:
    """Return a message of exactly so many random bits: the "other part" that bits back needs.

    Raises:
        ValueError: if ``bits`` is below 1 or the seed no whole number from 0.
    """
    bits = _arguments.whole_number(bits, "bits")
    rng = np.random.default_rng(_arguments.whole_number(seed, "seed", low=0))
    return int.from_bytes(rng.bytes(-(-bits // 8))) >> (-bits % 8) | 1 << (bits - 1)


class BitsBack:
    """Send black and white images with a VAE in about −ELBO / log 2 bits each, and receive them.

    Each latent dimension is cut into ``2**bits`` buckets that are equally likely under the prior;
    the code that is sent is the number of a bucket. A finer grid makes the prior dearer and gives
    as many more bits back, so that it costs nothing but time.

    Sender and receiver must compute the same probabilities to the last bit: the same model on the
    same kind of machine, one image at a time, as here.

    Args:
        vae: encodes to (z_mean, z_log_var), and decodes to probabilities of white.
        bits: the fineness of the grid, 4 to 16.
        push, pop: the numeral system, with the signatures of :func:`push` and :func:`pop`.

    Raises:
        ValueError: if the model has no posterior, or ``bits`` is out of range.
    """

    def __init__(
        self, vae: Any, bits: int = 12, push: Callable = push, pop: Callable = pop
    ) -> None:
        self.buckets = 2 ** _arguments.whole_number(bits, "bits", low=4, high=16)
        if not hasattr(vae, "sampling"):
            raise ValueError(
                f"vae={type(vae).__name__}: allowed is a VAE, whose encoder gives a posterior"
            )
        self.vae, self.push, self.pop = vae, push, pop
        share = np.arange(self.buckets + 1) / self.buckets
        self.borders = norm.ppf(share)
        self.centres = norm.ppf(share[:-1] + 0.5 / self.buckets).astype(np.float32)

    def send(self, images: ArrayLike, state: int) -> int:
        """Return the message with the images on top of it.

        Args:
            images: (n, h, w, 1) of zeros and ones.
            state: the message so far. It should hold some hundred random bits
                (:func:`random_message`): without them the first code is no draw of the posterior.

        Raises:
            ValueError: if a pixel is neither 0 nor 1, or the state is no whole number from 0.
        """
        images = _arguments.numbers(images, "images", ("n", "h", "w", 1), dtype=np.float32)
        if not np.isin(images, (0, 1)).all():
            raise ValueError("images hold pixels between 0 and 1: allowed are 0 and 1")
        state = _arguments.whole_number(state, "state", low=0)
        for image in images:
            code = []
            for edges in self._posterior(image):  # bits back: the draw takes bits off the message
                bucket, state = self.pop(state, edges)
                code.append(bucket)
            for pixel, edges in zip(image.ravel(), self._pixels(code), strict=True):
                state = self.push(state, int(pixel), edges)
            for bucket in code:
                state = self.push(state, bucket, self._prior)
        return state

    def receive(self, state: int, n: int) -> tuple[np.ndarray, int]:
        """Take ``n`` images off the message; return them, as they were sent, and what is left.

        Every step of :meth:`send` is undone, the last one first.

        Raises:
            ValueError: if the state is no whole number from 0, or n below 1.
        """
        state = _arguments.whole_number(state, "state", low=0)
        images = []
        for _ in range(_arguments.whole_number(n, "n")):
            code = []
            for _ in range(self.vae.latent_dim):
                bucket, state = self.pop(state, self._prior)
                code.insert(0, bucket)
            pixels = []
            for edges in reversed(self._pixels(code)):
                pixel, state = self.pop(state, edges)
                pixels.insert(0, pixel)
            image = np.array(pixels, np.float32).reshape(self.vae.image_shape)
            for bucket, edges in reversed(list(zip(code, self._posterior(image), strict=True))):
                state = self.push(state, bucket, edges)
            images.insert(0, image)
        return np.stack(images), state

    @property
    def _prior(self):
        """All buckets are equally likely: one slot each."""
        return range(self.buckets + 1)

    def _posterior(self, image):
        """Return the edges of all buckets under q(z|x), for each latent dimension."""
        z_mean, z_log_var = (one[0, :, None].astype(float) for one in self.vae.encode(image[None]))
        below = norm.cdf((self.borders - z_mean) / np.exp(0.5 * z_log_var))
        # Every bucket keeps one slot at least, or it could not be sent.
        slots = np.floor(below * (CODE_TOTAL - self.buckets)).astype(np.int64)
        return (slots + np.arange(self.buckets + 1)).tolist()

    def _pixels(self, code):
        """Return the edges of black and white for each pixel, given the buckets of the code."""
        white = self.vae.decode(self.centres[code][None]).ravel().astype(float)
        black = np.clip(np.round((1 - white) * PIXEL_TOTAL), 1, PIXEL_TOTAL - 1).astype(int)
        return [(0, slots, PIXEL_TOTAL) for slots in black.tolist()]
