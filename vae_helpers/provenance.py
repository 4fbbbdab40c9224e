"""Where a result comes from: the commit of the running code, and the versions of its libraries."""

import functools
import importlib.metadata
import platform
import subprocess
from pathlib import Path

import vae_helpers
from vae_helpers.backend import keras


@functools.cache
def commit() -> str | None:
    """Return the commit of the running code, or None where Git does not keep this very file.

    A package that is installed somewhere inside another repository is not of that repository's
    commit. The answer is that of the first call: later the checkout may be another one.
    """
    here = Path(__file__)
    if _git(here.parent, "ls-files", "--error-unmatch", here.name) is None:
        return None
    return _git(here.parent, "rev-parse", "HEAD")


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python, Keras with its backend, NumPy, and further packages."""
    backend = keras.backend.backend()
    return {
        "python": platform.python_version(),
        "backend": backend,
        "vae-helpers": vae_helpers.__version__,
        **{
            package: importlib.metadata.version(package)
            for package in ("keras", "numpy", backend, *packages)
        },
    }


def _git(folder, *arguments):
    """Return what Git prints, or None if it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
