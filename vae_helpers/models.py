"""The autoencoder, the variational autoencoder, and the layers they are made of.

One convention everywhere: decoders emit logits; the reconstruction loss is summed over pixels
and the KL divergence over latent dimensions; both are averaged over images, in nats; and
``loss = reconstruction_loss + beta * kl_loss``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from vae_helpers import _arguments, latent
from vae_helpers.backend import keras

layers, ops = keras.layers, keras.ops

RECONSTRUCTIONS = ("bce", "mse")


@keras.saving.register_keras_serializable(package="vae_helpers")
class Sampling(layers.Layer):
    """Draw z ~ N(z_mean, exp(z_log_var)) so that gradients reach both parameters.

    The noise does not depend on the parameters, z = z_mean + exp(z_log_var / 2) * epsilon with
    epsilon ~ N(0, I), so dz/dz_mean and dz/dz_log_var exist: the reparameterization trick
    (Kingma and Welling 2014, https://arxiv.org/abs/1312.6114).
    """

    def __init__(self, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.seed = seed
        # A generator, not a number: a number would give the same noise at every step.
        self.seed_generator = _SeedsOfReplicas(seed)

    def call(self, inputs: tuple[Any, Any]) -> Any:
        """Map (z_mean, z_log_var), each (n, latent_dim), to one sample z (n, latent_dim)."""
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(
            ops.shape(z_mean), dtype=z_mean.dtype, seed=self.seed_generator
        )
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon

    def restart(self, *seed: int) -> None:
        """Begin a sequence of noise that depends on these whole numbers alone."""
        (mixed,) = np.random.SeedSequence(seed).generate_state(1)
        self.seed_generator.state.assign(keras.random.SeedGenerator(int(mixed >> 1)).state)

    def get_config(self) -> dict[str, Any]:
        """Return what is needed to build the layer again."""
        return {**super().get_config(), "seed": self.seed}


class _SeedsOfReplicas(keras.random.SeedGenerator):
    """Seeds that differ between the devices of a ``tf.distribute`` strategy.

    The generator's state is the same on every device, and with it the noise would be. The first
    device draws what a single one draws.
    """

    def next(self, ordered=True):
        """Return the next seed, two whole numbers."""
        seed = super().next(ordered)
        replica = _one_of_several_replicas()
        if replica is None:
            return seed
        step = ops.cast(replica.replica_id_in_sync_group, seed.dtype) * 1_000_003
        return seed + ops.stack([step, ops.zeros_like(step)])


@keras.saving.register_keras_serializable(package="vae_helpers")
class Autoencoder(keras.Model):
    """Encode images to points z, decode the points, and compare (Hinton and Salakhutdinov 2006).

    Args:
        encoder: Keras model from images (n, h, w, 1) to z (n, latent_dim).
        decoder: Keras model from z (n, latent_dim) to logits (n, h, w, 1).
        reconstruction: "bce", the Bernoulli negative log-likelihood in nats (for grey pixels its
            floor is their entropy, not zero), or "mse", the squared error summed over pixels:
            a Gaussian negative log-likelihood with variance 1/2, up to a constant.

    Raises:
        ValueError: if ``reconstruction`` is unknown.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        reconstruction: str = "bce",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        _arguments.one_of(reconstruction, "reconstruction", RECONSTRUCTIONS)
        self.encoder = encoder
        self.decoder = decoder
        self.reconstruction = reconstruction
        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction_loss")
        self.built = True  # both parts already are

    @property
    def latent_dim(self) -> int:
        """Number of latent dimensions."""
        return self.decoder.input_shape[-1]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        return tuple(self.encoder.input_shape[1:])

    def call(self, images: Any, training: bool | None = None) -> dict[str, Any]:
        """Map images (n, h, w, 1) to a dict of codes ``z`` and decoder ``logits``."""
        z = self.encoder(images, training=training)
        return {"z": z, "logits": self.decoder(z, training=training)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Return the loss of a batch, nats an image, and log its parts, image by image.

        Args:
            x: images (n, h, w, 1) in [0, 1].
            y: not used; an autoencoder's target is x.
            y_pred: what :meth:`call` returned.
            sample_weight: not used.
            training: not used.
        """
        reconstruction = reconstruction_loss(x, y_pred["logits"], self.reconstruction)
        self.reconstruction_tracker.update_state(reconstruction)
        return _share_of_replicas(batch_mean(reconstruction))

    def encode(self, images: ArrayLike, batch_size: int = 500) -> np.ndarray:
        """Return the codes z (n, latent_dim) of images (n, h, w, 1) in [0, 1], as an array."""
        images = _arguments.images(images, "images", self.image_shape)
        return in_batches(self.encoder, images, batch_size)

    def codes(self, images: ArrayLike, batch_size: int = 500) -> np.ndarray:
        """Return one point (n, latent_dim) for each image: z, or a VAE's posterior mean."""
        return self.encode(images, batch_size)

    def decode(self, z: ArrayLike, batch_size: int = 500) -> np.ndarray:
        """Return images (n, h, w, 1) in [0, 1] decoded from points z (n, latent_dim)."""
        return expit(self.decode_logits(z, batch_size))

    def decode_logits(self, z: ArrayLike, batch_size: int = 500) -> np.ndarray:
        """Return logits (n, h, w, 1), whose sigmoids are the images: likelihoods need no more."""
        z = _arguments.matrix(z, "z", self.latent_dim, dtype=np.float32)
        return in_batches(self.decoder, z, batch_size)

    def reconstruct(self, images: ArrayLike, batch_size: int = 500) -> np.ndarray:
        """Encode and decode images (n, h, w, 1) in [0, 1]; a VAE decodes the posterior mean."""
        return self.decode(self.codes(images, batch_size), batch_size)

    def sample(self, n: int, seed: int | None = None, temperature: float = 1.0) -> np.ndarray:
        """Decode ``n`` points of N(0, temperature² I); the same seed gives the same images."""
        return self.decode(latent.sample_prior(n, self.latent_dim, seed, temperature))

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Build nothing: both parts are built, and for Keras all shares of a batch have one size.

        Under a ``tf.distribute`` strategy Keras would average the shares of the first batch.
        """

    def get_config(self) -> dict[str, Any]:
        """Return what is needed to build the model again, without its weights."""
        return {
            "name": self.name,
            "dtype": self.dtype_policy.name,
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "reconstruction": self.reconstruction,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Autoencoder":
        """Build the model that :meth:`get_config` described."""
        parts = {
            part: keras.saving.deserialize_keras_object(config[part])
            for part in ("encoder", "decoder")
        }
        return cls(**{**config, **parts})


@keras.saving.register_keras_serializable(package="vae_helpers")
class VAE(Autoencoder):
    """Variational autoencoder (Kingma and Welling 2014, https://arxiv.org/abs/1312.6114).

    The encoder gives a Gaussian posterior for each image, training draws z from it, and the KL
    divergence to the prior N(0, I) joins the loss: reconstruction + beta * KL is the negative
    ELBO where beta = 1 (beta-VAE: Higgins et al. 2017).

    Args:
        encoder: Keras model from images (n, h, w, 1) to (z_mean, z_log_var), each
            (n, latent_dim).
        decoder: Keras model from z (n, latent_dim) to logits (n, h, w, 1).
        beta: weight of the KL divergence. It is a weight of the model, so that
            ``vae.beta.assign(…)`` works after compiling.
        free_bits: nats a latent dimension may use without penalty (Kingma et al. 2016,
            https://arxiv.org/abs/1606.04934). With free bits the penalty in ``loss`` may exceed
            the logged ``kl_loss``, which stays the true divergence.
        reconstruction: "bce" or "mse", see :class:`Autoencoder`.
        seed: of the sampling noise.

    Raises:
        ValueError: for an unknown reconstruction or a negative beta or free_bits.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        beta: float = 1.0,
        free_bits: float = 0.0,
        reconstruction: str = "bce",
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(encoder, decoder, reconstruction, **kwargs)
        beta = _arguments.number(beta, "beta", 0)
        free_bits = _arguments.number(free_bits, "free_bits", 0)
        self.sampling = Sampling(seed, dtype="float32", name="sampling")
        # As a Python number beta would be baked into the compiled step.
        self.beta = keras.Variable(beta, trainable=False, dtype="float32", name="beta")
        self.free_bits = free_bits
        self.kl_tracker = keras.metrics.Mean(name="kl_loss")

    def call(self, images: Any, training: bool | None = None) -> dict[str, Any]:
        """Map images (n, h, w, 1) to z_mean, z_log_var, a sample z and its logits."""
        z_mean, z_log_var = self.encoder(images, training=training)
        z = self.sampling((z_mean, z_log_var))
        logits = self.decoder(z, training=training)
        return {"z_mean": z_mean, "z_log_var": z_log_var, "z": z, "logits": logits}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Return reconstruction + the regularizer, nats an image, and log reconstruction and KL.

        Arguments are those of :meth:`Autoencoder.compute_loss`.
        """
        reconstruction = super().compute_loss(x, y, y_pred, sample_weight, training)
        z_mean, z_log_var = y_pred["z_mean"], y_pred["z_log_var"]
        kl = kl_per_dimension(z_mean, z_log_var)
        self.kl_tracker.update_state(ops.sum(kl, axis=-1))
        penalty = self.regularizer(kl, z_mean, z_log_var, y_pred["z"])
        return reconstruction + _share_of_replicas(penalty)

    def regularizer(self, kl: Any, z_mean: Any, z_log_var: Any, z: Any) -> Any:
        """Return what the loss adds to the reconstruction: here beta times the KL.

        Most relatives of the β-VAE differ from it in this method alone: a penalty on how z is
        spread over the batch (MMD, total correlation), or on the covariance of z_mean. Such a
        method looks like ``return super().regularizer(kl, z_mean, z_log_var, z) + …``.

        Args:
            kl: KL of each posterior to the prior by dimension, (n, latent_dim), nats.
            z_mean: (n, latent_dim).
            z_log_var: (n, latent_dim).
            z: one sample of each posterior, (n, latent_dim).

        Returns:
            One number. Take means over images with :func:`batch_mean`, which knows what to do on
            a device without images.
        """
        return self.beta * self.kl_penalty(kl)

    def kl_penalty(self, kl: Any) -> Any:
        """Average the KL (n, latent_dim) over images and sum it, each dimension at its floor."""
        kl = batch_mean(kl)
        if self.free_bits:
            kl = ops.maximum(kl, self.free_bits)
        return ops.sum(kl)

    def codes(self, images: ArrayLike, batch_size: int = 500) -> np.ndarray:
        """Return the posterior means (n, latent_dim) of images (n, h, w, 1) in [0, 1]."""
        z_mean, _ = self.encode(images, batch_size)
        return z_mean

    def get_config(self) -> dict[str, Any]:
        """Return what is needed to build the model again, without its weights."""
        return {
            **super().get_config(),
            "beta": float(ops.convert_to_numpy(self.beta)),
            "free_bits": self.free_bits,
            "seed": self.sampling.seed,
        }


def reconstruction_loss(images: Any, logits: Any, kind: str = "bce") -> Any:
    """Return the loss of each image (n,), summed over pixels.

    "bce" is in nats: -x log s(l) - (1 - x) log(1 - s(l)) of pixels x in [0, 1] and logits l, with
    the sigmoid s. Written as softplus(l) - x l it never takes the logarithm of zero.
    """
    pixels = tuple(range(1, len(logits.shape)))
    images = ops.cast(images, "float32")
    logits = ops.cast(logits, "float32")
    if kind == "mse":
        return ops.sum(ops.square(images - ops.sigmoid(logits)), axis=pixels)
    return ops.sum(ops.softplus(logits) - images * logits, axis=pixels)


def kl_per_dimension(z_mean: Any, z_log_var: Any) -> Any:
    """Return KL(N(z_mean, exp(z_log_var)) || N(0, 1)) of each dimension (n, latent_dim), nats."""
    z_mean = ops.cast(z_mean, "float32")
    z_log_var = ops.cast(z_log_var, "float32")
    return 0.5 * (ops.square(z_mean) + ops.exp(z_log_var) - 1.0 - z_log_var)


def batch_mean(values: Any) -> Any:
    """Return the mean of values (n, …) over the images of a batch, 0 of none.

    A ``tf.distribute`` strategy gives every device its share of a batch, and at the end of an
    epoch there may be a device without a single image, whose mean would be NaN.
    """
    if _one_of_several_replicas() is None:
        return ops.mean(values, axis=0)
    n = ops.cast(ops.shape(values)[0], values.dtype)
    return ops.sum(values, axis=0) / ops.maximum(n, 1)


def _share_of_replicas(loss):
    """Divide by the number of replicas: ``tf.distribute`` sums the gradients of its devices."""
    replica = _one_of_several_replicas()
    return loss if replica is None else loss / replica.num_replicas_in_sync


def _one_of_several_replicas():
    """Return the context of this device where several work on one batch, otherwise None."""
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    replica = tf.distribute.get_replica_context()
    return replica if replica is not None and replica.num_replicas_in_sync > 1 else None


def dense_encoder(
    image_shape: tuple[int, int, int],
    hidden: Sequence[int],
    latent_dim: int,
    variational: bool = True,
    activation: str = "leaky_relu",
) -> keras.Model:
    """Build flatten → Dense, one a number in ``hidden`` → the code, or its mean and log-variance.

    Args:
        image_shape: (h, w, 1).
        hidden: widths of the hidden layers, such as (300,).
        latent_dim: number of latent dimensions.
        variational: with True the model returns (z_mean, z_log_var), otherwise z.
        activation: "leaky_relu" (slope 0.3) or "relu".
    """
    images = keras.Input(image_shape, name="images")
    h = layers.Flatten(name="flatten")(images)
    for i, width in enumerate(hidden, start=1):
        h = layers.Dense(width, name=f"dense_{i}")(h)
        h = _activation(activation, f"activation_{i}")(h)
    return keras.Model(images, _code(h, latent_dim, variational), name="encoder")


def dense_decoder(
    image_shape: tuple[int, int, int],
    hidden: Sequence[int],
    latent_dim: int,
    activation: str = "leaky_relu",
) -> keras.Model:
    """Build z → Dense, one a number in ``hidden`` → the logits of an image (h, w, 1)."""
    z = keras.Input((latent_dim,), name="z")
    h = z
    for i, width in enumerate(hidden, start=1):
        h = layers.Dense(width, name=f"dense_{i}")(h)
        h = _activation(activation, f"activation_{i}")(h)
    h = layers.Dense(int(np.prod(image_shape)), dtype="float32", name="pixels")(h)
    return keras.Model(
        z, layers.Reshape(image_shape, dtype="float32", name="logits")(h), name="decoder"
    )


def mnist_conv_encoder(latent_dim: int = 10) -> keras.Model:
    """Build the five-convolution encoder of 28×28 digits, returning (z_mean, z_log_var)."""
    images = keras.Input((28, 28, 1), name="images")
    h = images
    for i, (filters, kernel, stride, padding) in enumerate(
        (
            (32, 5, 1, "same"),
            (32, 5, 2, "same"),
            (64, 5, 1, "same"),
            (64, 5, 2, "same"),
            (128, 7, 1, "valid"),
        ),
        start=1,
    ):
        h = layers.Conv2D(filters, kernel, stride, padding, name=f"conv_{i}")(h)
        h = _activation("leaky_relu", f"activation_{i}")(h)
    h = layers.Flatten(name="flatten")(h)
    return keras.Model(images, _code(h, latent_dim, variational=True), name="encoder")


def mnist_conv_decoder(latent_dim: int = 10) -> keras.Model:
    """Build the decoder that mirrors :func:`mnist_conv_encoder`, returning logits."""
    z = keras.Input((latent_dim,), name="z")
    h = layers.Reshape((1, 1, latent_dim), name="reshape")(z)
    for i, (filters, kernel, stride, padding) in enumerate(
        (
            (64, 7, 1, "valid"),
            (64, 5, 1, "same"),
            (64, 5, 2, "same"),
            (32, 5, 1, "same"),
            (32, 5, 2, "same"),
            (32, 5, 1, "same"),
        ),
        start=1,
    ):
        h = layers.Conv2DTranspose(filters, kernel, stride, padding, name=f"conv_{i}")(h)
        h = _activation("leaky_relu", f"activation_{i}")(h)
    logits = layers.Conv2D(1, 5, padding="same", dtype="float32", name="logits")(h)
    return keras.Model(z, logits, name="decoder")


def fashion_conv_encoder(latent_dim: int = 2, variational: bool = True) -> keras.Model:
    """Build the three-convolution encoder of 32×32 clothes: 32 → 16 → 8 → 4 pixels wide."""
    images = keras.Input((32, 32, 1), name="images")
    h = images
    for i, filters in enumerate((32, 64, 128), start=1):
        h = layers.Conv2D(filters, 3, 2, "same", activation="relu", name=f"conv_{i}")(h)
    h = layers.Flatten(name="flatten")(h)
    return keras.Model(images, _code(h, latent_dim, variational), name="encoder")


def fashion_conv_decoder(latent_dim: int = 2) -> keras.Model:
    """Build the decoder that mirrors :func:`fashion_conv_encoder`, returning logits."""
    z = keras.Input((latent_dim,), name="z")
    h = layers.Dense(4 * 4 * 128, name="dense")(z)
    h = layers.Reshape((4, 4, 128), name="reshape")(h)
    for i, filters in enumerate((128, 64, 32), start=1):
        h = layers.Conv2DTranspose(filters, 3, 2, "same", activation="relu", name=f"conv_{i}")(h)
    logits = layers.Conv2D(1, 3, padding="same", dtype="float32", name="logits")(h)
    return keras.Model(z, logits, name="decoder")


def _activation(activation, name):
    if activation == "leaky_relu":
        return layers.LeakyReLU(negative_slope=0.3, name=name)
    return layers.Activation(activation, name=name)


def _code(h, latent_dim, variational):
    """Attach the last layer of an encoder: z, or the mean and log-variance of its posterior.

    Codes and logits stay float32 under mixed precision: a loss is no place to round.
    """
    outputs = ("z_mean", "z_log_var") if variational else ("z",)
    heads = [layers.Dense(latent_dim, dtype="float32", name=name)(h) for name in outputs]
    return heads if variational else heads[0]


def in_batches(model: Any, inputs: np.ndarray, batch_size: int) -> Any:
    """Call a model batch by batch, which for few points is far quicker than ``predict``.

    Args:
        model: a Keras model, or a function, of one array to a tensor or several.
        inputs: (n, …), n from 1. Every batch is a copy: a backend may take an array without one,
            and compute in place.
        batch_size: rows at a time.

    Returns:
        A float32 array (n, …), or a tuple of them.

    Raises:
        ValueError: for a batch size below 1.
    """
    batch_size = _arguments.whole_number(batch_size, "batch_size")
    outputs = [
        model(np.array(inputs[start : start + batch_size]), training=False)
        for start in range(0, len(inputs), batch_size)
    ]
    if isinstance(outputs[0], list | tuple):
        return tuple(_joined(part) for part in zip(*outputs, strict=True))
    return _joined(outputs)


def _joined(tensors):
    return np.concatenate([ops.convert_to_numpy(t).astype("float32") for t in tensors])
