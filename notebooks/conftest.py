"""How pytest with nbval runs the notebooks of both sets.

Each kernel learns which state its exercises must come out with, finds no network, and takes a
warning that a learner would see for an error. The learner's own folder is replaced by a temporary
one, and a notebook that leaves files behind fails the run.
"""

import os
import tempfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
BEFORE = pytest.StashKey[set]()
IGNORED = {".ipynb_checkpoints", "__pycache__"}
# What Python shows without being asked, deprecations where the notebook's own cells meet them.
WARNINGS = (
    "error::UserWarning",
    "error::RuntimeWarning",
    "error::FutureWarning",
    "error::SyntaxWarning",
    "error::DeprecationWarning:__main__",
)
NOBODY = "http://127.0.0.1:9"  # the port where nothing listens


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item):
    """Say what to expect while nbval starts the kernel of a notebook, which inherits it."""
    in_solutions = item.path.parent.name == "solutions"
    os.environ["VAE_COURSE_EXPECT"] = "right" if in_solutions else "not attempted"
    try:
        return (yield)
    finally:
        del os.environ["VAE_COURSE_EXPECT"]


def pytest_configure(config):
    """Set what the kernels inherit, and note which files there are."""
    home = tempfile.TemporaryDirectory(prefix="vae-course-")
    config.add_cleanup(home.cleanup)
    os.environ["VAE_COURSE_HOME"] = home.name
    os.environ["PYTHONWARNINGS"] = ",".join(WARNINGS)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ[name] = NOBODY
    config.stash[BEFORE] = _files()


def pytest_sessionfinish(session):
    """Fail if a notebook left a file behind; of several processes the first one looks."""
    if hasattr(session.config, "workerinput"):
        return
    left = _files() - session.config.stash[BEFORE]
    if left:
        print(f"\nERROR: the notebooks wrote {sorted(left)} into their folder")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _files():
    return {
        str(path.relative_to(FOLDER))
        for path in FOLDER.rglob("*")
        if path.is_file() and not IGNORED & set(path.parts)
    }
