"""The autoencoder, the variational autoencoder, and the layers they are made of.

One convention everywhere: decoders emit logits; the reconstruction loss is summed over pixels
and the KL divergence over latent dimensions; both are averaged over images, in nats; and
``loss = reconstruction_loss + beta * kl_loss``.
"""

import numpy as np

from vae_helpers import latent
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

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        # A generator, not a number: a number would give the same noise at every step.
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        """Map (z_mean, z_log_var), each (n, latent_dim), to one sample z (n, latent_dim)."""
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(
            ops.shape(z_mean), dtype=z_mean.dtype, seed=self.seed_generator
        )
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon

    def restart(self, *seed):
        """Begin a sequence of noise that depends on these whole numbers alone."""
        (mixed,) = np.random.SeedSequence(seed).generate_state(1)
        self.seed_generator.state.assign(keras.random.SeedGenerator(int(mixed >> 1)).state)

    def get_config(self):
        """Return what is needed to build the layer again."""
        return {**super().get_config(), "seed": self.seed}


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

    def __init__(self, encoder, decoder, reconstruction="bce", **kwargs):
        super().__init__(**kwargs)
        if reconstruction not in RECONSTRUCTIONS:
            raise ValueError(f"reconstruction={reconstruction!r}: allowed are {RECONSTRUCTIONS}")
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

    def call(self, images, training=None):
        """Map images (n, h, w, 1) to a dict of codes ``z`` and decoder ``logits``."""
        z = self.encoder(images, training=training)
        return {"z": z, "logits": self.decoder(z, training=training)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Return the mean loss of a batch and log its parts, image by image."""
        reconstruction = reconstruction_loss(x, y_pred["logits"], self.reconstruction)
        self.reconstruction_tracker.update_state(reconstruction)
        return _share_of_replicas(ops.mean(reconstruction))

    def encode(self, images, batch_size=500):
        """Return the codes z (n, latent_dim) of images (n, h, w, 1) in [0, 1], as an array."""
        return _in_batches(self.encoder, self._checked_images(images), batch_size)

    def decode(self, z, batch_size=500):
        """Return images (n, h, w, 1) in [0, 1] decoded from points z (n, latent_dim)."""
        return _sigmoid(self.decode_logits(z, batch_size))

    def decode_logits(self, z, batch_size=500):
        """Return logits (n, h, w, 1), whose sigmoids are the images: likelihoods need no more."""
        return _in_batches(self.decoder, self._checked_points(z), batch_size)

    def reconstruct(self, images, batch_size=500):
        """Encode and decode images (n, h, w, 1) in [0, 1]; a VAE decodes the posterior mean."""
        return self.decode(self.encode(images, batch_size), batch_size)

    def sample(self, n, seed=None, temperature=1.0):
        """Decode ``n`` points of N(0, temperature² I); the same seed gives the same images."""
        return self.decode(latent.sample_prior(n, self.latent_dim, seed, temperature))

    def get_config(self):
        """Return what is needed to build the model again, without its weights."""
        return {
            "name": self.name,
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "reconstruction": self.reconstruction,
        }

    @classmethod
    def from_config(cls, config):
        """Build the model that :meth:`get_config` described."""
        parts = {
            part: keras.saving.deserialize_keras_object(config[part])
            for part in ("encoder", "decoder")
        }
        return cls(**{**config, **parts})

    def _checked_images(self, images):
        images = np.asarray(images)
        if images.ndim != 4 or images.shape[1:] != self.image_shape or not len(images):
            expected = ", ".join(map(str, ("n", *self.image_shape)))
            raise ValueError(f"images has shape {images.shape}: expected ({expected}), n 1 or more")
        if not (images.min() >= 0 and images.max() <= 1):
            raise ValueError(
                f"images has values from {images.min()} to {images.max()}: "
                "expected pixels in [0, 1] (divide bytes by 255)"
            )
        return images.astype("float32", copy=False)

    def _checked_points(self, z):
        z = np.asarray(z, dtype="float32")
        if z.ndim != 2 or z.shape[1] != self.latent_dim or not len(z):
            raise ValueError(f"z has shape {z.shape}: expected (n, {self.latent_dim}), n 1 or more")
        if not np.isfinite(z).all():
            raise ValueError("z holds NaN or infinity: expected finite numbers")
        return z


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
        encoder,
        decoder,
        beta=1.0,
        free_bits=0.0,
        reconstruction="bce",
        seed=None,
        **kwargs,
    ):
        super().__init__(encoder, decoder, reconstruction, **kwargs)
        for name, value in (("beta", beta), ("free_bits", free_bits)):
            if not 0 <= value < float("inf"):
                raise ValueError(f"{name}={value!r}: allowed is a finite number, 0 or more")
        self.sampling = Sampling(seed, dtype="float32", name="sampling")
        # As a Python number beta would be baked into the compiled step.
        self.beta = keras.Variable(beta, trainable=False, dtype="float32", name="beta")
        self.free_bits = free_bits
        self.kl_tracker = keras.metrics.Mean(name="kl_loss")

    def call(self, images, training=None):
        """Map images (n, h, w, 1) to z_mean, z_log_var, a sample z and its logits."""
        z_mean, z_log_var = self.encoder(images, training=training)
        z = self.sampling((z_mean, z_log_var))
        logits = self.decoder(z, training=training)
        return {"z_mean": z_mean, "z_log_var": z_log_var, "z": z, "logits": logits}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Return reconstruction + beta * KL, the mean of a batch, and log both parts."""
        reconstruction = super().compute_loss(x, y, y_pred, sample_weight, training)
        kl = kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"])
        self.kl_tracker.update_state(ops.sum(kl, axis=-1))
        return reconstruction + _share_of_replicas(self.beta * self.kl_penalty(kl))

    def kl_penalty(self, kl):
        """Average the KL (n, latent_dim) over images and sum it, each dimension at its floor."""
        kl = ops.mean(kl, axis=0)
        if self.free_bits:
            kl = ops.maximum(kl, self.free_bits)
        return ops.sum(kl)

    def reconstruct(self, images, batch_size=500):
        """Decode the posterior means of images (n, h, w, 1) in [0, 1]."""
        z_mean, _ = self.encode(images, batch_size)
        return self.decode(z_mean, batch_size)

    def get_config(self):
        """Return what is needed to build the model again, without its weights."""
        return {
            **super().get_config(),
            "beta": float(ops.convert_to_numpy(self.beta)),
            "free_bits": self.free_bits,
            "seed": self.sampling.seed,
        }


def reconstruction_loss(images, logits, kind="bce"):
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


def kl_per_dimension(z_mean, z_log_var):
    """Return KL(N(z_mean, exp(z_log_var)) || N(0, 1)) of each dimension (n, latent_dim), nats."""
    z_mean = ops.cast(z_mean, "float32")
    z_log_var = ops.cast(z_log_var, "float32")
    return 0.5 * (ops.square(z_mean) + ops.exp(z_log_var) - 1.0 - z_log_var)


def _share_of_replicas(loss):
    """Divide by the number of replicas: ``tf.distribute`` sums the gradients of its devices."""
    if keras.backend.backend() != "tensorflow":
        return loss
    import tensorflow as tf

    return loss / tf.distribute.get_strategy().num_replicas_in_sync


def dense_encoder(image_shape, hidden, latent_dim, variational=True, activation="leaky_relu"):
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


def dense_decoder(image_shape, hidden, latent_dim, activation="leaky_relu"):
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


def mnist_conv_encoder(latent_dim=10):
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


def mnist_conv_decoder(latent_dim=10):
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


def fashion_conv_encoder(latent_dim=2, variational=True):
    """Build the three-convolution encoder of 32×32 clothes: 32 → 16 → 8 → 4 pixels wide."""
    images = keras.Input((32, 32, 1), name="images")
    h = images
    for i, filters in enumerate((32, 64, 128), start=1):
        h = layers.Conv2D(filters, 3, 2, "same", activation="relu", name=f"conv_{i}")(h)
    h = layers.Flatten(name="flatten")(h)
    return keras.Model(images, _code(h, latent_dim, variational), name="encoder")


def fashion_conv_decoder(latent_dim=2):
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


def _in_batches(model, inputs, batch_size):
    """Call a model batch by batch, which for few points is far quicker than ``predict``."""
    if batch_size < 1:
        raise ValueError(f"batch_size={batch_size!r}: allowed is a whole number from 1")
    outputs = [
        model(inputs[start : start + batch_size], training=False)
        for start in range(0, len(inputs), batch_size)
    ]
    if isinstance(outputs[0], list | tuple):
        return tuple(_joined(part) for part in zip(*outputs, strict=True))
    return _joined(outputs)


def _joined(tensors):
    return np.concatenate([ops.convert_to_numpy(t).astype("float32") for t in tensors])


def _sigmoid(logits):
    """Return 1 / (1 + exp(-logits)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * logits))
