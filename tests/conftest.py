"""What all tests share: how the browser tests find a Chromium, or are skipped."""

import os
import shutil

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "no Chromium found: install one (Debian and Ubuntu: sudo apt install chromium) or name it in "
    "the environment variable CHROMIUM, then run make test-browser"
)


def find_chromium():
    """Return the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    return (
        shutil.which(named)
        if named
        else next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    )


@pytest.fixture(scope="session")
def chromium():
    """Path of the Chromium that the browser tests drive."""
    return find_chromium()


def pytest_collection_modifyitems(items):
    """Skip the browser tests without a Chromium, unless VAE_REQUIRE_BROWSER insists on them."""
    if find_chromium():
        return
    if os.environ.get("VAE_REQUIRE_BROWSER"):
        raise pytest.UsageError(NO_CHROMIUM)
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))
