import pytest

from vae_helpers.metrics import _samples


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of 7 rows, so that a small sample has many and a ragged last one."""
    blocks = _samples.blocks
    monkeypatch.setattr(_samples, "blocks", lambda n, size=7: blocks(n, min(size, 7)))
