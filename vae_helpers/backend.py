"""Keras, imported without the red lines that TensorFlow prints when it starts.

They come from compiled code before any log level holds, so Python's filters do not reach them.
If the import fails, everything that was held back is printed.

Before JAX is imported, it is kept from computing wrong numbers: see :func:`xla_flags`.
"""

import contextlib
import importlib
import importlib.metadata
import os
import sys
import tempfile


@contextlib.contextmanager
def _held_back_errors():
    """Hold back what is written to file descriptor 2, and print it if the block fails."""
    try:
        saved = os.dup(2)
    except OSError:  # a process without standard error
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(saved, 2)
            held.seek(0)
            sys.stderr.write(held.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)


WRONG_WITH_XNNPACK = ("0.7.2", "0.8.0", "0.8.1")
WITHOUT_XNNPACK = "--xla_cpu_use_xnnpack=false"


def xla_flags(jaxlib: str, flags: str = "") -> str:
    """Return the XLA_FLAGS to use with a version of jaxlib, given those that are set.

    Some versions compute wrong numbers on a processor when they hand matrix products to XNNPACK: a
    plain Keras model, compiled, trained and evaluated on the same images, says a loss of 0.25
    where it should say 0.05 (jaxlib 0.7.2, 0.8.0 and 0.8.1; 0.7.0, 0.7.1, 0.8.2 and later ones are
    right). Without XNNPACK these are right as well.
    """
    if jaxlib in WRONG_WITH_XNNPACK and "xnnpack" not in flags:
        return f"{flags} {WITHOUT_XNNPACK}".strip()
    return flags


def _mend_jax():
    """Set XLA_FLAGS, which are read once, when JAX first computes."""
    if os.environ.get("KERAS_BACKEND") != "jax":
        return
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        flags = xla_flags(importlib.metadata.version("jaxlib"), os.environ.get("XLA_FLAGS", ""))
        if flags:
            os.environ["XLA_FLAGS"] = flags


def _import_keras():
    if "keras" in sys.modules:
        return sys.modules["keras"]
    _mend_jax()
    with _held_back_errors():
        return importlib.import_module("keras")


keras = _import_keras()
