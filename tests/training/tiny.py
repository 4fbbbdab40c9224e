"""Images and models so small that a training takes well under a second after compiling."""

import keras
import numpy as np

from vae_helpers import models, training
from vae_helpers.training import BetaSchedule, Recipe

IMAGES = np.random.default_rng(0).random((230, 8, 8, 1), dtype=np.float32)
RECIPE = Recipe(
    epochs=4,
    batch_size=50,  # the last batch of an epoch has 30 images
    learning_rate=1e-2,
    schedule="cosine",
    warmup=0.1,
    beta_schedule=BetaSchedule(2.0, "linear", 2.0),
    mean_image_bias=True,
)


def vae(seed=0, kind=models.VAE, **kwargs):
    """Build a VAE of 8×8 images; ``kind`` may be a class of one's own."""
    keras.utils.set_random_seed(seed)
    encoder = models.dense_encoder((8, 8, 1), (16,), 3)
    decoder = models.dense_decoder((8, 8, 1), (16,), 3)
    return kind(encoder, decoder, seed=seed, name="tiny", **kwargs)


def autoencoder(seed=0):
    """Build an autoencoder of 8×8 images."""
    keras.utils.set_random_seed(seed)
    encoder = models.dense_encoder((8, 8, 1), (16,), 3, variational=False)
    return models.Autoencoder(encoder, models.dense_decoder((8, 8, 1), (16,), 3), name="tiny")


def fit(model, recipe=RECIPE, images=IMAGES, validation=IMAGES[:60], **kwargs):
    """Train without a progress bar."""
    return training.fit(model, images, validation, recipe, progress=False, **kwargs)


def beta_of(model):
    """Return the model's β as a number."""
    return float(keras.ops.convert_to_numpy(model.beta))


def aligned(images):
    """Copy images to a 64-byte boundary, from where TensorFlow takes them without a copy."""
    raw = np.empty(images.nbytes + 64, np.uint8)
    offset = -raw.ctypes.data % 64
    copy = raw[offset : offset + images.nbytes].view(images.dtype).reshape(images.shape)
    copy[...] = images
    return copy


class StopInEpoch(keras.callbacks.Callback):
    """Press the stop button in the middle of an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch
        self.now = 0

    def on_epoch_begin(self, epoch, logs=None):
        """Remember the epoch."""
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Stop in the third batch."""
        if self.now == self.epoch and batch == 2:
            raise KeyboardInterrupt
