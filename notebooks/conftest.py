"""How pytest with nbval runs the notebooks of both sets.

Each kernel learns which state its exercises must come out with, the learner's own folder is
replaced by a temporary one, and a notebook that leaves files behind fails the run.
"""

import os
import tempfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
BEFORE = pytest.StashKey[set]()
IGNORED = {".ipynb_checkpoints", "__pycache__"}


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
    """Keep the learner's own folder out, and note which files there are."""
    home = tempfile.TemporaryDirectory(prefix="vae-course-")
    config.add_cleanup(home.cleanup)
    os.environ["VAE_COURSE_HOME"] = home.name
    config.stash[BEFORE] = _files()


def pytest_sessionfinish(session):
    """Fail if a notebook left a file behind."""
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
