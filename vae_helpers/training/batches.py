"""What training is fed with: batches of images in an order that seed and epoch decide."""

import math

import numpy as np

from vae_helpers.backend import keras

EVALUATION_BATCH = 2000


class ShuffledBatches(keras.utils.PyDataset):
    """Batches of images in a new order every epoch, without a copy of the whole data.

    The order is a function of ``seed`` and ``epoch`` alone, so a resumed run sees the same
    batches as one that was never interrupted. The last batch may be smaller.

    Args:
        images: an array; its first axis counts the images. It is only read.
        batch_size: images a batch.
        seed: of the order; None keeps the order of the array.
    """

    def __init__(self, images: np.ndarray, batch_size: int, seed: int | None = 0):
        super().__init__()
        self.images = images
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 1
        self._order = None

    def __len__(self) -> int:
        return math.ceil(len(self.images) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray]:
        """Return batch ``index`` of the present epoch as the 1-tuple that Keras takes for x.

        Always a copy. TensorFlow takes an array at a 64-byte boundary without one, and where a
        batch is cut for several devices it computes in place: in the caller's own images.
        """
        batch = slice(index * self.batch_size, (index + 1) * self.batch_size)
        chosen = batch if self.seed is None else self._order_of_epoch(self.epoch)[batch]
        return (np.array(self.images[chosen]),)

    def _order_of_epoch(self, epoch):
        if self._order is None or self._order[0] != epoch:
            generator = np.random.default_rng([self.seed, epoch])
            self._order = (epoch, generator.permutation(len(self.images)))
        return self._order[1]


def pipeline(batches: ShuffledBatches):
    """Return what Keras fetches the batches from, fast.

    Keras would make such a dataset itself, but with TensorFlow's tuning of datasets switched on.
    The thread that tunes sleeps twice as long every time, and TensorFlow (2.21) often waits for it
    at the end of an epoch: an epoch of 2.7 s then takes 5.1 s. There is nothing to tune here.
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    signature = tf.TensorSpec((None, *batches.images.shape[1:]), batches.images.dtype)
    dataset = tf.data.Dataset.from_generator(
        lambda: (batches[index] for index in range(len(batches))), output_signature=(signature,)
    )
    untuned = tf.data.Options()
    untuned.autotune.enabled = False
    cardinality = tf.data.experimental.assert_cardinality(len(batches))
    return dataset.apply(cardinality).prefetch(2).with_options(untuned)
