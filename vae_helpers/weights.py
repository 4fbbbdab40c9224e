"""Architecture from the code, weights from the file.

Of a Keras file only the numbers are read, never its description of the layers: every version of
Keras writes words into that which older ones do not know. So a checkpoint opens with any version
that the package runs on, and nothing in the file can say what code is to run.
"""

import contextlib
import os
import random
import warnings
from collections.abc import Callable, Iterator

from vae_helpers.backend import keras
from vae_helpers.files import damaged, verify_file


def load(build: Callable[[], keras.Model], path: str | os.PathLike, sha256: str) -> keras.Model:
    """Build a model in float32 and fill it with the weights of a .keras file.

    Args:
        build: takes nothing and returns the model; its first weights do not matter.
        path: of the file. It is checked before it is opened.
        sha256: what the file's card says.

    Raises:
        DamagedFileError: if the file is missing, is another one than ``sha256`` says, or holds
            other weights than the model has.
    """
    verify_file(path, sha256)
    model = build_apart(build)
    try:
        with warnings.catch_warnings():
            # What Keras only skips it also counts as an error, which is what is said below.
            warnings.filterwarnings("ignore", message="Skipping nested container")
            model.load_weights(path)
    except Exception as error:  # Keras, h5py and zipfile each raise their own
        raise damaged(path, f"does not hold the weights of a {model.name}") from error
    return model


def build_apart(build: Callable[[], keras.Model], dtype_policy: str = "float32") -> keras.Model:
    """Build a model under a dtype policy, and draw no number from anybody's generator.

    Keras takes a seed for each layer from Python's ``random``; what a notebook draws afterwards
    shall not depend on whether a model was loaded before.
    """
    before = random.getstate()
    try:
        with precision(dtype_policy):
            return build()
    finally:
        random.setstate(before)


@contextlib.contextmanager
def precision(dtype_policy: str) -> Iterator[None]:
    """Build layers with a dtype policy, and put the old one back."""
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(dtype_policy)
    try:
        yield
    finally:
        keras.mixed_precision.set_dtype_policy(before)
