"""The batches that training is fed with."""

import numpy as np
import tiny

from vae_helpers import training
from vae_helpers.training import Recipe
from vae_helpers.training.batches import pipeline


def test_every_epoch_takes_each_image_once_in_a_new_order():
    batches = training.ShuffledBatches(np.arange(23), batch_size=5, seed=1)
    epochs = []
    for batches.epoch in (1, 2, 3):
        epochs.append(np.concatenate([batches[i][0] for i in range(len(batches))]))
    for order in epochs:
        np.testing.assert_array_equal(np.sort(order), np.arange(23))
    assert not np.array_equal(epochs[0], epochs[1])
    assert not np.array_equal(epochs[1], epochs[2])


def test_batches_without_a_seed_keep_the_order():
    batches = training.ShuffledBatches(np.arange(23), batch_size=5, seed=None)
    taken = [batches[i][0] for i in range(len(batches))]
    np.testing.assert_array_equal(np.concatenate(taken), np.arange(23))
    assert not np.shares_memory(taken[0], batches.images)  # nobody may write into the images


def test_training_takes_every_batch_once_an_epoch(monkeypatch):
    seen = []

    class Spy(training.ShuffledBatches):
        def __getitem__(self, index):
            if self.seed is not None:  # the validation images have none
                seen.append((self.epoch, index))
            return super().__getitem__(index)

    monkeypatch.setitem(training.fit.__globals__, "ShuffledBatches", Spy)
    tiny.fit(tiny.autoencoder(), Recipe(epochs=3, batch_size=50))
    assert seen == [(epoch, index) for epoch in (1, 2, 3) for index in range(5)]


def test_the_order_is_another_with_another_seed():
    first, same, other = (
        training.ShuffledBatches(tiny.IMAGES, batch_size=50, seed=seed)[0][0] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_the_pipeline_has_the_batches_and_no_tuning():
    """Tuned datasets make Keras wait at the end of an epoch, for up to as long as it took."""
    batches = training.ShuffledBatches(tiny.IMAGES, batch_size=50, seed=1)
    dataset = pipeline(batches)
    assert dataset.options().autotune.enabled is False  # None is on
    assert int(dataset.cardinality()) == len(batches)
    for batches.epoch in (1, 2):  # one pipeline serves all epochs
        taken = np.concatenate([images.numpy() for (images,) in dataset])
        expected = np.concatenate([batches[i][0] for i in range(len(batches))])
        np.testing.assert_array_equal(taken, expected)
