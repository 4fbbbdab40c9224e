"""The learner's folder of the tests is a temporary one."""

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Return the learner's folder, which does not exist yet."""
    monkeypatch.setenv("VAE_COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("VAE_COURSE_RECORD", raising=False)
    return tmp_path / "home"
