"""What happens around an epoch: the bar moves, order and noise are set, β follows its schedule."""

from tqdm.auto import tqdm

from vae_helpers.backend import keras
from vae_helpers.models import VAE
from vae_helpers.training.batches import ShuffledBatches
from vae_helpers.training.recipes import BetaSchedule


class ProgressBar(keras.callbacks.Callback):
    """One bar for the whole training: epochs done, time left, and the latest losses."""

    def __init__(self, epochs: int):
        super().__init__()
        self.epochs = epochs
        self.bar = None

    def on_epoch_begin(self, epoch, logs=None):
        """Open the bar with the first epoch, which after a resume is not epoch 0."""
        if self.bar is None:
            steps = self.params.get("steps") or 1
            self.bar = tqdm(
                total=self.epochs,
                initial=epoch,
                unit="epoch",
                bar_format="{l_bar}{bar}| {n:.1f}/{total} epochs [{elapsed}<{remaining}{postfix}]",
            )
            self._share = 1 / steps
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Move on by one step, or by the many steps of one call."""
        done = self._epoch + (batch + 1) * self._share
        if done - self.bar.n >= 0.02:
            self.bar.set_postfix_str(_readable(logs), refresh=False)
            self.bar.update(done - self.bar.n)

    def on_epoch_end(self, epoch, logs=None):
        """Show the epoch's losses."""
        self.bar.set_postfix_str(_readable(logs), refresh=False)
        self.bar.update(epoch + 1 - self.bar.n)

    def close(self):
        """Close the bar, also where training was stopped: Keras calls no callback then."""
        if self.bar is not None:
            self.bar.close()


class EpochStart(keras.callbacks.Callback):
    """Make the order of the images and the noise of an epoch depend on seed and epoch alone."""

    def __init__(self, batches: ShuffledBatches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        """Set the epoch; Keras counts from 0, the batches from 1."""
        self.batches.epoch = epoch + 1
        if isinstance(self.model, VAE):
            self.model.sampling.restart(self.batches.seed, epoch)


class BetaFollowsSchedule(keras.callbacks.Callback):
    """Set β before each step (with several steps a call: before each call).

    Validation uses the β of the end: while β rises the loss rises with it, whatever the model
    learns, and could not be compared from epoch to epoch.
    """

    def __init__(self, schedule: BetaSchedule, steps_per_epoch: int):
        super().__init__()
        self.schedule = schedule
        self.steps_per_epoch = steps_per_epoch
        self._epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        """Remember the epoch."""
        self._epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        """Set the β of this step."""
        self.model.beta.assign(self.schedule(self._epoch + batch / self.steps_per_epoch))

    def on_test_begin(self, logs=None):
        """Validate with the β of the end."""
        self.model.beta.assign(self.schedule.beta)

    def on_epoch_end(self, epoch, logs=None):
        """Set the β that a model has after this epoch: what is saved now is saved with it."""
        self.model.beta.assign(self.schedule.until(epoch + 1))


def _readable(logs):
    """Write the losses that a learner watches: "loss 112.3 = 94.1 + KL 18.2, validation 113.0"."""
    logs = logs or {}
    text = f"loss {logs['loss']:.2f}" if "loss" in logs else ""
    if "kl_loss" in logs:
        text += f" (reconstruction {logs['reconstruction_loss']:.2f}, KL {logs['kl_loss']:.2f})"
    if "val_loss" in logs:
        text += f", validation {logs['val_loss']:.2f}"
    return text
