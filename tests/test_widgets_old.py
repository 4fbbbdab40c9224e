"""The widgets with the ipywidgets that Colab has, driven from code: tests/test_widgets.py again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

VERSION = "7.7.1"
# ipywidgets 7 needs ipython_genutils, which nothing else here does.
PACKAGES = (f"ipywidgets=={VERSION}", "ipython_genutils==0.2.0")


@pytest.fixture(scope="module")
def old_ipywidgets(request):
    """Return a folder that holds the old version alone, installed there at the first run."""
    folder = request.config.cache.mkdir(f"ipywidgets-{VERSION}")
    if not (folder / "ipywidgets").is_dir():
        command = (sys.executable, "-m", "pip", "install", "--no-deps", "--quiet")
        done = subprocess.run(
            [*command, "--disable-pip-version-check", "--target", str(folder), *PACKAGES],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            why = f"cannot install ipywidgets {VERSION}: {done.stderr.strip()[-300:]}"
            if os.environ.get("CI"):
                pytest.fail(why)
            pytest.skip(why)
    return folder


@pytest.mark.slow
def test_widgets_with_the_ipywidgets_of_colab(old_ipywidgets):
    tests = Path(__file__).with_name("test_widgets.py")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(old_ipywidgets), str(tests.parent.parent)]),
        "VAE_IPYWIDGETS": VERSION,
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(tests)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
