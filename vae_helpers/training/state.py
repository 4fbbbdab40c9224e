"""What a run has done so far, in memory and, to go on later, in a folder."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.files import read_json, replacing, sha256_of, verify_file, write_json
from vae_helpers.training.recipes import Recipe

# These change how fast the numbers come, not which.
_ONLY_SPEED = ("jit_compile", "fused_adam", "validate_every")


class State(keras.callbacks.Callback):
    """The history of a run, its best weights, and in a folder all that a later run needs to go on.

    Weights and optimizer are in one HDF5 file a finished epoch; ``state.json`` names the file and
    its hash and is replaced last, so whatever moment the process dies, it describes a complete
    state. With a patience the file of the best epoch stays, too.

    Args:
        folder: where the state is kept; None keeps it in memory alone.
        model: compiled, its optimizer built; a saved state is loaded into it.
        identity: what has to be the same for a run to go on, as JSON values.
        patience: validations without a better one before training stops; None for ever.
    """

    def __init__(
        self,
        folder: str | Path | None,
        model: keras.Model,
        identity: dict[str, Any],
        patience: int | None = None,
    ):
        super().__init__()
        self.folder = Path(folder) if folder else None
        self.patience = patience
        self.epoch = 0
        self.history = {}
        self._files = {}  # epoch → name of its weights' file and its hash
        self._best = None  # the best epoch, and its weights where there is no folder
        self._identity = json.loads(json.dumps(identity))  # as it comes back from a file
        if self.folder and (self.folder / "state.json").exists():
            self._restore(model)

    def finished(self, epochs: int) -> bool:
        """Tell whether there is nothing left to train."""
        return self.epoch >= epochs or self._stalled()

    def on_train_begin(self, logs=None):
        """Go on counting the seconds."""
        self._start = time.perf_counter() - self.history.get("seconds", [0.0])[-1]

    def on_epoch_end(self, epoch, logs=None):
        """Write the epoch down; of all callbacks this comes last."""
        self.epoch = epoch + 1
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(float(value))
        self.history.setdefault("seconds", []).append(time.perf_counter() - self._start)
        self._note_best(logs or {})
        if self.folder:
            self._save()
        if self._stalled():
            self.model.stop_training = True

    def load_best(self, model: keras.Model) -> None:
        """Put the weights of the best validation into the model, if a patience watched it."""
        if self._best is None:
            return
        epoch, weights = self._best
        if weights is None:
            model.load_weights(self._verified(epoch))
        else:
            model.set_weights(weights)

    def _note_best(self, logs):
        if self.patience is None or "val_loss" not in logs or self._since_best():
            return
        self._best = (self.epoch, None if self.folder else self.model.get_weights())

    def _since_best(self):
        """Return how many validations there were after the best one."""
        losses = np.array(self.history.get("val_loss", []), dtype=float)
        if np.isnan(losses).all():
            return len(losses)
        return len(losses) - 1 - int(np.nanargmin(losses))

    def _stalled(self):
        return self.patience is not None and self._since_best() >= self.patience

    def _save(self):
        path = self.folder / f"epoch-{self.epoch:04d}.weights.h5"
        with replacing(path) as temporary:
            self.model.save_weights(temporary, overwrite=True)
        best = self._best[0] if self._best else None
        kept = {epoch: file for epoch, file in self._files.items() if epoch == best}
        self._files = {**kept, self.epoch: [path.name, sha256_of(path)]}
        content = {
            "epoch": self.epoch,
            "best_epoch": best,
            "files": {str(epoch): file for epoch, file in self._files.items()},
            "history": self.history,
            "identity": self._identity,
        }
        write_json(self.folder / "state.json", content)
        names = [name for name, _ in self._files.values()]
        for old in self.folder.glob("epoch-*.weights.h5"):
            if old.name not in names:
                old.unlink()

    def _restore(self, model):
        content = read_json(self.folder / "state.json")
        found = content.get("identity", {})
        for key, value in self._identity.items():
            if key not in found or found[key] != value:
                raise ValueError(
                    f"resume_from={str(self.folder)!r} holds a run with another {key}: "
                    "allowed is the folder of the same run, or an empty one"
                )
        self.epoch = content["epoch"]
        self.history = content["history"]
        self._files = {int(epoch): file for epoch, file in content["files"].items()}
        if content["best_epoch"] is not None:
            self._best = (content["best_epoch"], None)
        model.load_weights(self._verified(self.epoch))

    def _verified(self, epoch):
        name, sha256 = self._files[epoch]
        path = self.folder / Path(name).name  # never outside the folder
        verify_file(path, sha256)
        return path


def identity_of(
    model: keras.Model,
    recipe: Recipe,
    seed: int,
    images: np.ndarray,
    watched: np.ndarray | None = None,
) -> dict[str, Any]:
    """Describe a run by all that decides its weights, and by nothing else.

    Args:
        model: its layers and its loss count, its first weights do not: the saved ones replace
            them. β counts unless a schedule sets it.
        recipe: without what only makes it quicker.
        seed: of the order and the noise.
        images: of the training; all of them count.
        watched: the validation images, where they decide when training stops.
    """
    beta = getattr(model, "beta", None)
    scheduled = recipe.beta_schedule is not None
    return {
        "recipe": _what_counts(recipe),
        "seed": seed,
        "images": _fingerprint(images),
        "set of images that patience watches": watched is not None and _fingerprint(watched),
        "model": _architecture(model),
        "beta": None if beta is None or scheduled else float(keras.ops.convert_to_numpy(beta)),
        "free_bits": getattr(model, "free_bits", None),
        "reconstruction": getattr(model, "reconstruction", None),
    }


def _what_counts(recipe):
    fields = {key: value for key, value in recipe.as_dict().items() if key not in _ONLY_SPEED}
    if recipe.beta_schedule is None:  # otherwise β moves once a call
        del fields["steps_per_call"]
    if recipe.schedule == "constant":  # otherwise the learning rate stretches to the epochs
        del fields["epochs"]
    return fields


def _architecture(model):
    """Return a hash of the model's class and layers, without the names, which Keras numbers."""
    layers = [
        [type(layer).__name__, layer.compute_dtype, _without_names(layer.get_config())]
        for part in (model.encoder, model.decoder)
        for layer in part.layers
    ]
    text = json.dumps([type(model).__name__, layers], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_names(config):
    if isinstance(config, dict):
        return {key: _without_names(value) for key, value in config.items() if key != "name"}
    if isinstance(config, list | tuple):
        return [_without_names(value) for value in config]
    return config


def _fingerprint(images):
    """Return the number of images and a hash of all pixels, a portion at a time."""
    digest = hashlib.sha256()
    for start in range(0, len(images), 1_000):
        digest.update(np.ascontiguousarray(images[start : start + 1_000]))
    return [list(images.shape), digest.hexdigest()]
