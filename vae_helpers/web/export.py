"""Models for the browser: lists of layers with rounded weights, which ``vae.js`` runs.

Everything here is a function of a Keras model to text; ``tools/export_explorer.py`` writes files.
"""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import expit

from vae_helpers.backend import keras

layers, ops = keras.layers, keras.ops

# How much rounding may change what comes out: a pixel's probability, a mean or log-variance.
PIXEL_TOLERANCE = 1.5e-3
CODE_TOLERANCE = 2e-2
# Points that a learner may reach, by a drawing too, lie within this from zero.
REACH = 6
# Small tensors cost nothing; they keep all bits.
SMALL = 3000
BITS = range(11, 17)
DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def script(description: dict[str, Any], comment: str) -> str:
    """Return the classic script that hands a model to ``vae.js``."""
    text = json.dumps(description, ensure_ascii=False, separators=(",", ":"))
    return f"// {comment}\nVAE.register({text});\n"


def packed(array: np.ndarray, bits: int) -> dict[str, Any]:
    """Round an array to whole numbers and a scale, and write it as ``vae.js`` reads it.

    The whole numbers are written to base 64: first all lowest digits, then the next ones.
    The highest digits of weights are mostly alike, and what stands together gzip can shorten:
    a tenth less than two bytes a weight, and no simpler way to read it in the browser.
    """
    _, integers, scale = _rounded(array, bits)
    digits = 2 if np.abs(integers).max() < 64**2 // 2 else 3
    shifted = integers.astype("int64").ravel() + 64**digits // 2
    planes = [shifted // 64**place % 64 for place in range(digits)]
    alphabet = np.frombuffer(DIGITS, "uint8")
    return {
        "scale": scale,
        "digits": digits,
        "data": alphabet[np.concatenate(planes)].tobytes().decode("ascii"),
    }


def decoder(model: keras.Model) -> list[dict[str, Any]]:
    """Return a model's decoder, from z to logits, with as many bits a weight as it needs.

    As few as change no pixel's probability by more than ``PIXEL_TOLERANCE``, at 256 points of
    the prior and beyond. Of two latent dimensions, hidden units that are never awake within
    ``REACH`` are left out.
    """
    z = 1.3 * np.random.default_rng(0).standard_normal((256, model.latent_dim))
    bits = _enough_bits(
        model.decoder,
        lambda: expit(ops.convert_to_numpy(model.decoder(z.astype("float32")))),
        PIXEL_TOLERANCE,
    )
    found = _layers(model.decoder)
    if model.latent_dim == 2:
        axis = np.linspace(-REACH, REACH, 121, dtype="float32")
        found = _awake(found, np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2))
    return _packed_layers(found, bits)


def encoder(model: keras.Model, images: np.ndarray) -> list[dict[str, Any]]:
    """Return a model's encoder; its last layer gives z_mean, then z_log_var (or z alone).

    Hidden units that none of the images wakes are left out.

    Args:
        model: an Autoencoder or a VAE.
        images: (n, h, w, 1) in [0, 1]. Rounding the weights changes no number of the first 500
            codes by more than ``CODE_TOLERANCE``.
    """
    few = images[:500]
    bits = _enough_bits(
        model.encoder,
        lambda: np.concatenate(
            [ops.convert_to_numpy(code) for code in _listed(model.encoder(few))], axis=-1
        ),
        CODE_TOLERANCE,
    )
    return _packed_layers(_awake(_layers(model.encoder), images.reshape(len(images), -1)), bits)


def _enough_bits(part, outputs: Callable[[], np.ndarray], tolerance) -> int:
    """Return the smallest number of bits a weight that changes the outputs little enough."""
    exact, before = part.get_weights(), outputs()
    try:
        for bits in BITS:
            part.set_weights([_rounded(weights, bits)[0] for weights in exact])
            change = float(np.abs(outputs() - before).max())
            if change <= tolerance:
                return bits
    finally:
        part.set_weights(exact)
    raise ValueError(
        f"{part.name}: with {BITS[-1]} bits a weight its outputs change by {change:.2g}, "
        f"allowed is {tolerance:g}"
    )


def _layers(part) -> list[dict[str, Any]]:
    """Describe the layers in their order; an activation belongs to the layer before it."""
    found: list[dict[str, Any]] = []
    heads = [output._keras_history.operation for output in part.outputs]
    for layer in part.layers:
        if isinstance(layer, layers.InputLayer | layers.Flatten | layers.Reshape):
            continue  # an image and the row of its numbers are the same in memory
        if isinstance(layer, layers.LeakyReLU):
            found[-1]["slope"] = float(layer.negative_slope)
        elif isinstance(layer, layers.Activation):
            found[-1] |= _activation(layer)
        elif layer not in heads[1:]:  # those go with the first head
            found.append(_describe(layer, heads if layer in heads else [layer]))
    return found


def _describe(layer, together):
    if isinstance(layer, layers.Dense):
        # Two heads on one layer are one layer: the mean's outputs, then those of the variance.
        kernels, biases = zip(*(head.get_weights() for head in together), strict=True)
        weights, bias = np.concatenate(kernels, axis=1).T, np.concatenate(biases)
        described = {"kind": "dense"}
    elif isinstance(layer, layers.Conv2D | layers.Conv2DTranspose):
        weights, bias = layer.get_weights()
        described = _convolution(layer)
        if described["kind"] == "convolution":  # (…, in, out), the transpose's are (…, out, in)
            weights = weights.swapaxes(2, 3)
    else:
        raise ValueError(
            f"layer {layer.name!r} is a {type(layer).__name__}: allowed are Dense, Conv2D, "
            "Conv2DTranspose, Flatten, Reshape, LeakyReLU and Activation"
        )
    return {**described, **_activation(layer), "weights": weights, "bias": bias}


def _awake(found, x):
    """Leave out the units of dense ReLU layers that are zero for every row of x.

    Training puts many to sleep for good: of the two-dimensional digits' encoder two in three.
    """
    kept = [dict(layer) for layer in found]
    for layer, following in pairwise(kept):
        if layer["kind"] != "dense" or layer.get("slope") != 0 or following["kind"] != "dense":
            break  # with other layers behind it a unit's number has a meaning
        x = np.maximum(x @ layer["weights"].T + layer["bias"], 0)
        awake = x.max(axis=0) > 0
        layer["weights"], layer["bias"] = layer["weights"][awake], layer["bias"][awake]
        following["weights"] = following["weights"][:, awake]
        x = x[:, awake]
    return kept


def _packed_layers(found, bits):
    return [
        {**layer, **{key: packed(layer[key], bits) for key in ("weights", "bias")}}
        for layer in found
    ]


def _convolution(layer):
    transposed = isinstance(layer, layers.Conv2DTranspose)
    [stride] = set(layer.strides)
    small, large = (list(layer.input.shape[1:]), list(layer.output.shape[1:]))
    if not transposed:
        small, large = large, small
    # "same" takes away, on both sides together, what the strides and the kernel reach too far.
    surplus = [(small[i] - 1) * stride + layer.kernel_size[i] - large[i] for i in (0, 1)]
    return {
        "kind": "transposed convolution" if transposed else "convolution",
        "input": list(layer.input.shape[1:]),
        "output": list(layer.output.shape[1:]),
        "kernel": list(layer.kernel_size),
        "stride": int(stride),
        "pad": [max(0, s) // 2 for s in surplus],
    }


def _activation(layer):
    name = layer.activation.__name__
    if name == "linear":
        return {}
    if name == "relu":
        return {"slope": 0}
    raise ValueError(f"layer {layer.name!r} ends with {name!r}: allowed are 'relu' and 'linear'")


def _rounded(weights, bits):
    """Return the weights as they come back, their whole numbers, and the scale between the two."""
    largest = 2 ** ((16 if weights.size < SMALL else bits) - 1) - 1
    scale = float(np.abs(weights).max()) / largest or 1.0
    integers = np.round(weights / scale).astype("int16")
    return (scale * integers).astype("float32"), integers, scale


def _listed(outputs):
    return outputs if isinstance(outputs, list | tuple) else [outputs]
