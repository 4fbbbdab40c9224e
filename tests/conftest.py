"""What all tests share: no network, no chance, and how the browser tests find a Chromium."""

import os
import shutil
import sys

import pytest
from hypothesis import HealthCheck, settings

# jsonschema takes it where it is there, and its grammar takes seconds to build in each process.
sys.modules.setdefault("rfc3987_syntax", None)

# The same examples in every run, however long a loaded machine takes to draw them.
settings.register_profile(
    "course",
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("course")

# These begin: a file is one process's alone, and a long one at the end leaves the others idle.
LONGEST_FIRST = (
    "test_devices_and_backends.py",
    "test_widgets_in_browser.py",
    "test_oldest_versions.py",
    "test_state.py",
    "test_mutants.py",
    "test_models.py",
    "test_zoo.py",
    "test_features.py",
    "test_fit.py",
    "test_first_cell.py",
    "test_run_course.py",
)

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "no Chromium found: install one (Debian and Ubuntu: sudo apt install chromium) or name it in "
    "the environment variable CHROMIUM, then run make test-browser"
)

LOOPBACK = (None, "", "127.0.0.1", "::1", "localhost")
NOBODY = "http://127.0.0.1:9"  # the port where nothing listens


def pytest_configure():
    """Cut off the network: here with an error, in child processes with a proxy that is none."""
    sys.addaudithook(_stay_offline)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ[name] = NOBODY
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1,localhost"


def _stay_offline(event, arguments):
    host = None
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    if host not in LOOPBACK:
        raise RuntimeError(f"a test reaches for the network: {host!r}")


def find_chromium():
    """Return the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    return (
        shutil.which(named)
        if named
        else next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    )


@pytest.fixture(scope="module")
def without_a_graph():
    """Train operation by operation: to trace a graph takes longer than a test's few steps.

    For tests of what stands around the steps; those of the steps themselves run as learners do.
    """
    from vae_helpers import training

    with pytest.MonkeyPatch.context() as patch:
        way = "_way_of_running"
        patch.setitem(training.fit.__globals__, way, lambda *_: {"run_eagerly": True})
        yield


@pytest.fixture(scope="session")
def chromium():
    """Path of the Chromium that the browser tests drive."""
    return find_chromium()


@pytest.fixture(scope="session")
def explorer(tmp_path_factory):
    """Folder of the explorer's pages: what ``make explorer`` wrote, or else written afresh."""
    import export_explorer  # TensorFlow comes with it

    if export_explorer.is_current(export_explorer.FOLDER):
        return export_explorer.FOLDER
    folder = tmp_path_factory.mktemp("explorer")
    export_explorer.write(folder)
    return folder


def pytest_collection_modifyitems(items):
    """Sort by length, let wrong answers warn, skip browser tests where there is no Chromium.

    VAE_REQUIRE_BROWSER makes it an error that there is none.
    """
    rank = {name: i for i, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))
    for item in items:
        if "checks" in item.path.parent.parts:  # to divide by zero is what they are wrong in
            item.add_marker(pytest.mark.filterwarnings("ignore::RuntimeWarning"))
    if find_chromium():
        return
    if os.environ.get("VAE_REQUIRE_BROWSER"):
        raise pytest.UsageError(NO_CHROMIUM)
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))
