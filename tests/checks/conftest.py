"""The learner's folder of the tests is a temporary one."""

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Return the learner's folder, which does not exist yet."""
    monkeypatch.setenv("VAE_COURSE_HOME", str(tmp_path / "home"))
    for name in ("VAE_COURSE_RECORD", "VAE_COURSE_CLASS", "VAE_COURSE_SOLUTIONS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"
