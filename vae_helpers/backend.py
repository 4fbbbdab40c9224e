"""Keras, imported without the red lines that TensorFlow prints when it starts.

They come from compiled code before any log level holds, so Python's filters do not reach them.
If the import fails, everything that was held back is printed.
"""

import contextlib
import importlib
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


def _import_keras():
    if "keras" in sys.modules:
        return sys.modules["keras"]
    with _held_back_errors():
        return importlib.import_module("keras")


keras = _import_keras()
