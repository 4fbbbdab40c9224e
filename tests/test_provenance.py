"""Where a result comes from is said truly, or not at all."""

import re
import shutil
import subprocess

import pytest

import vae_helpers as vh
from vae_helpers import provenance

GIT = shutil.which("git")


def git(folder, *arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    return subprocess.run(
        [GIT, "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Let the package lie in a repository of somebody else."""
    if GIT is None:
        pytest.skip("Git is not there")
    git(tmp_path, "init", "-q")
    (tmp_path / "own.txt").write_text("somebody's work")
    git(tmp_path, "add", "own.txt")
    git(tmp_path, "commit", "-qm", "work")
    copy = tmp_path / "site-packages" / "provenance.py"
    copy.parent.mkdir()
    shutil.copy(provenance.__file__, copy)
    monkeypatch.setattr(provenance, "__file__", str(copy))
    provenance.commit.cache_clear()
    yield copy
    provenance.commit.cache_clear()


def test_a_repository_that_does_not_keep_the_package_is_not_its_commit(installed):
    assert provenance.commit() is None


def test_the_commit_of_a_repository_that_does(installed):
    folder = installed.parent
    git(folder, "add", "provenance.py")
    git(folder, "commit", "-qm", "package")
    assert provenance.commit() == git(folder, "rev-parse", "HEAD")


def test_without_git_there_is_no_commit(installed, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert provenance.commit() is None


def test_the_commit_is_that_of_the_first_call(installed):
    folder = installed.parent
    git(folder, "add", "provenance.py")
    git(folder, "commit", "-qm", "package")
    first = provenance.commit()
    git(folder, "commit", "-qm", "later", "--allow-empty")
    assert provenance.commit() == first
    assert re.fullmatch("[0-9a-f]{40}", first)


def test_versions_name_what_computed():
    found = provenance.versions("scipy")
    assert {"python", "backend", "keras", "numpy", "scipy"} <= found.keys()
    assert found["vae-helpers"] == vh.__version__
    assert found["backend"] in found  # with its version
    assert all(re.match(r"\d+\.\d+", v) for k, v in found.items() if k != "backend")
