"""``vae-helpers preflight``: is everything in place on this machine? In less than 20 seconds.

One line for each check, ✓ or ✗, and under a ✗ what to do. The last line is a short code for the
instructor; :mod:`vae_helpers.ready_code` says what is in it.
"""

import functools
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from vae_helpers import __version__, colab, files, machine, ready_code
from vae_helpers.checks import journal
from vae_helpers.terminal import fits, say

LONGEST_LINE = 600
NEEDED_MEMORY, FULL_MEMORY, NEEDED_DISK = 4, 6, 1  # GB
SLOW = 5e8  # operations a second; a laptop of 2015 does 200 times as many
# The checkpoints of a model beside its own, so that one that is not there at all is missed.
VARIANTS = {
    "mnist-vae": ("beta-0.1", "beta-0.5", "beta-2", "beta-4", "beta-10"),
    "mnist-dense-vae-2d": ("epoch-1", "epoch-3", "epoch-10"),
}
_TAG = "preflight-id"


class Problem(RuntimeError):  # noqa: N818 - it is what a check found, not a fault of it
    """What is wrong, and what to do about it."""

    def __init__(self, what: str, to_do: str = ""):
        super().__init__(what)
        self.to_do = to_do


def run() -> int:
    """Look at everything, print a line each and the code, and return 0 or, with a problem, 1."""
    start = time.perf_counter()
    facts: dict = {}
    failed: list[str] = []
    for name, check in CHECKS.items():
        if name in AFTER_PACKAGES and "packages" in failed:
            _tell("?", name, "not tried: first mend the packages")
            continue
        try:
            _tell("✓", name, check(facts))
        except Exception as error:  # whatever is wrong, the other checks still run
            failed.append(name)
            _tell("✗", name, one_line(error))
            advice = getattr(error, "to_do", "") or _general_advice(name, error)
            if advice:
                _tell("", "", f"What to do: {advice}")
    say()
    seconds = time.perf_counter() - start
    say(
        f"Everything is in place ({seconds:.0f} s)."
        if not failed
        else f"To mend: {', '.join(failed)} ({seconds:.0f} s). Then run this again."
    )
    say("In a class: send this code to whoever runs it. It holds no name and no path.")
    say(f"    {code(facts, tuple(failed))}")
    return 1 if failed else 0


def read(path: Path) -> int:
    """Print who is ready, from a file of codes, and return 0 if everybody is, else 1.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if there is no code in it.
    """
    sent = ready_code.read(path.read_text(encoding="utf-8", errors="replace"))
    if not sent:
        raise ValueError(f"{path}: there is no code such as VAE-40G62-… in it")
    say(ready_code.table(sent))
    return int(any(ready_code.why_not(one) for one in ready_code.newest(sent)[0]))


def code(facts: dict, failed: tuple[str, ...] = ()) -> str:
    """Return the code for what was found; what was not looked at counts as 0."""
    values = {"python": platform.python_version(), "system": system(), "place": place(), **facts}
    now = datetime.now(UTC)
    return ready_code.encode(
        ready_code.Found(edition=__version__, failed=failed, tag=_tag(), when=now, **values)
    )


def one_line(error: BaseException) -> str:
    """Return an error's words in one line that a terminal can show, whatever raised it."""
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= LONGEST_LINE else words[: LONGEST_LINE - 2] + " …"


def system() -> str:
    """Return the operating system and processor, one of ``ready_code.SYSTEMS``."""
    kind = {"Darwin": "macOS"}.get(platform.system(), platform.system())
    processor = platform.machine().lower()
    names = {"amd64": "x86-64", "x86_64": "x86-64", "aarch64": "arm64"}
    name = f"{kind} {names.get(processor, processor)}"
    return name if name in ready_code.SYSTEMS else ready_code.SYSTEMS[0]


def place() -> str:
    """Return where this runs, one of ``ready_code.PLACES``: "" is somebody's own machine."""
    if colab.is_here() or "COLAB_RELEASE_TAG" in os.environ:
        return "Colab"
    if any(name in os.environ for name in ("JUPYTERHUB_API_URL", "BINDER_SERVICE_HOST")):
        return "hub"
    if "microsoft" in platform.release().lower():
        return "WSL"
    boxes = (Path("/.dockerenv"), Path("/run/.containerenv"))
    in_a_box = "KUBERNETES_SERVICE_HOST" in os.environ or any(box.exists() for box in boxes)
    return "container" if in_a_box else ""


def bundled_files() -> Iterator[tuple[Path, str]]:
    """Yield each data set, model and embedding of the course, and the SHA-256 that it must have.

    Raises:
        DamagedFileError: for a card that is missing or damaged.
    """
    from vae_helpers import data, features, tsne, zoo

    for name, sha256 in data.FILES.values():
        yield files.ASSETS / "data" / name, sha256
    for name in zoo.names():
        for variant in (None, *VARIANTS.get(name, ())):
            folder = zoo.CHECKPOINTS / name / (variant or "")
            yield folder / "model.keras", zoo.card(name, variant)["sha256"]
    for dataset, name in features.CLASSIFIERS.items():
        for file_name, sha256 in features.classifier_card(dataset)["sha256"].items():
            yield zoo.CHECKPOINTS / name / file_name, sha256
    for name in tsne.names():
        yield tsne.EMBEDDINGS / f"{name}.npz", tsne.card(name)["sha256"]


def _python(facts):
    version = sys.version_info[:2]
    if not (3, 11) <= version < (3, 14):
        raise Problem(
            f"{platform.python_version()}: needed is 3.11, 3.12 or 3.13",
            "install one of them, and the course again with it.",
        )
    box = place()
    return f"{platform.python_version()}, {system()}{f', {box}' if box else ''}"


def _packages(facts):
    wrong = _unfit_packages(os.environ.get("KERAS_BACKEND", "tensorflow"))
    if wrong:
        raise Problem("; ".join(wrong))
    from vae_helpers.backend import keras

    backend = keras.backend.backend()
    version = importlib.metadata.version(backend)
    facts.update(backend=backend, backend_version=version, keras=keras.__version__)
    widgets = importlib.metadata.version("ipywidgets")
    return (
        f"edition {__version__} of the course, Keras {keras.__version__} on {backend} {version}, "
        f"ipywidgets {widgets}"
    )


def _unfit_packages(backend):
    """Return what is missing or too old, each in words."""
    try:
        wanted = colab.requirements(backend)
    except importlib.metadata.PackageNotFoundError:
        return []  # the package was put on the path without being installed
    wrong = []
    for one in wanted:
        try:
            found = importlib.metadata.version(one.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{one.name} is missing")
            continue
        if not one.specifier.contains(found, prereleases=True):
            wrong.append(f"{one.name} is {found}: needed is {one.specifier}")
    return wrong


def _memory(facts):
    gigabytes = facts["memory"] = machine.memory() / 1e9
    if gigabytes < NEEDED_MEMORY:
        raise Problem(
            f"{gigabytes:.1f} GB: a notebook may need {NEEDED_MEMORY} GB",
            "take a larger machine, the hub of your class, or Colab; if this is a container or "
            "WSL, allow it more.",
        )
    more = f": full mode may need {FULL_MEMORY}, quick mode does not" * (gigabytes < FULL_MEMORY)
    return f"{gigabytes:.1f} GB{more}"


def _processors(facts):
    usable = facts["processors"] = machine.processors()
    if usable < 0.5:
        raise Problem(f"{usable:g} usable", "let this container or hub have one processor.")
    return f"{usable:g} usable" + (": 2 are better" if usable < 2 else "")


def _speed(facts):
    rate = facts["rate"] = machine.matrix_rate(1024)
    # 480,000 weights: forward and backward take 6 operations a weight and image.
    epoch = 6 * 480_000 * 50_000 / rate
    told = f"{rate / 1e9:.0f} GFLOP/s: an epoch of mnist-vae takes {epoch:.0f} s or some more"
    if rate < SLOW:
        raise Problem(told, "close what else is running; if that is all it can do, use Colab.")
    return told


def _gpu(facts):
    seen = _seen_by_keras()
    there = machine.accelerator()
    if seen:
        facts["gpu"] = ready_code.GPUS[1]
        return f"{there if 'GPU' in there else 'a GPU'}, and Keras uses it"
    if "GPU" in there:
        facts["gpu"] = ready_code.GPUS[2]
        return (
            f"{there}, but Keras does not see it. The course runs without; to use it: "
            'pip install "tensorflow[and-cuda]"'
        )
    return "none, and none is needed"


def _seen_by_keras():
    """Say whether the backend sees a GPU."""
    from vae_helpers.backend import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.list_physical_devices("GPU"))
    if keras.backend.backend() == "jax":
        import jax

        return any(device.platform == "gpu" for device in jax.devices())
    return False


def _disk(facts):
    free = facts["disk"] = shutil.disk_usage(Path.cwd()).free / 1e9
    if free < NEEDED_DISK:
        raise Problem(f"{free:.1f} GB free here", f"make room: {NEEDED_DISK} GB is needed.")
    return f"{free:.0f} GB free"


def _files(facts):
    number = size = 0
    damaged = []
    for path, sha256 in bundled_files():
        try:
            files.verify_file(path, sha256)
        except files.DamagedFileError as error:
            damaged.append(error)
            continue
        number, size = number + 1, size + path.stat().st_size
    if damaged:
        others = f" (and {len(damaged) - 1} more)" if len(damaged) > 1 else ""
        raise files.DamagedFileError(f"{damaged[0]}{others}")
    return f"{number} files of data and models, {size / 1e6:.0f} MB, are what they should be"


def _models(facts):
    import numpy as np

    from vae_helpers import features, zoo

    for name in zoo.names():  # the variants hold the same layers
        zoo.load(name)
    for dataset in features.CLASSIFIERS:
        features.classify(np.zeros((1, 28, 28, 1), np.float32), dataset)
    return f"{len(zoo.names())} models and {len(features.CLASSIFIERS)} classifiers open"


def _training(facts):
    import numpy as np

    from vae_helpers import training, zoo
    from vae_helpers.checks.guard import no_trace

    images, _ = _digits()
    recipe = training.Recipe(epochs=1, batch_size=100)
    start = time.perf_counter()
    with no_trace():  # the notebook that asked draws what it would have drawn
        history = training.fit(zoo.build("mnist-vae"), images[:100], recipe=recipe, progress=False)
    [loss] = history["loss"]
    if not (np.isfinite(loss) and 400 < loss < 700):  # 550 ± 10 nats before anything is learned
        raise Problem(f"the loss of one batch is {loss:.0f} nats: expected is about 550")
    seconds = time.perf_counter() - start
    return f"one batch, a loss of {loss:.0f} nats, {seconds:.1f} s with compiling"


def _widget(facts):
    from vae_helpers import widgets, zoo

    explorer = widgets.LatentExplorer(zoo.load("mnist-dense-vae-2d"), *_digits())
    slider, before = explorer.controls[0].slider, explorer.picture.view.value
    start = time.perf_counter()
    slider.set_state({"value": slider.value + 1.5})  # as the message of a browser does
    milliseconds = 1e3 * (time.perf_counter() - start)
    if explorer.errors:
        raise Problem(f"a moved slider ended in: {explorer.errors[-1].splitlines()[-1]}")
    if explorer.picture.view.value == before:
        raise Problem("the slider moved, and the picture stayed the same")
    return f"the slider moves, and the picture follows in {milliseconds:.0f} ms"


@functools.cache
def _digits():
    """Return 200 test images and their labels; the cache spares opening the file twice."""
    from vae_helpers import data

    test = data.load_data("mnist").test
    return test.images[:200].copy(), test.labels[:200].copy()


def _folder(facts):
    folder = journal.folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"ready?")
    return f"{folder} keeps your log and your progress"


CHECKS: dict[str, Callable[[dict], str]] = {
    "Python": _python,
    "packages": _packages,
    "memory": _memory,
    "processors": _processors,
    "speed": _speed,
    "GPU": _gpu,
    "disk": _disk,
    "files": _files,
    "models": _models,
    "training": _training,
    "widget": _widget,
    "your folder": _folder,
}
AFTER_PACKAGES = ("GPU", "files", "models", "training", "widget")


def _general_advice(name, error):
    """Say what to do where the check itself did not: nothing if its words do already."""
    if isinstance(error, files.DamagedFileError):
        return ""
    if isinstance(error, OSError):
        return journal.advice(error).split(": ", 1)[1] if name == "your folder" else ""
    return f"{_reinstall()} If that does not help, show this line to your instructor."


def _reinstall():
    """Say how to install the packages anew, where this is."""
    course = files.ASSETS.parent.parent
    if place() == "Colab":
        return "choose Runtime → Disconnect and delete runtime, and run the first cell again."
    if place() == "hub":
        return "restart your server in the hub's control panel."
    if not (course / "tools" / "bootstrap.py").is_file():
        return "install the course again, with pip's option --force-reinstall."
    command = "py tools\\bootstrap.py lab" if os.name == "nt" else "make lab"
    return f"delete the folder .venv in {course} and run there: {command}."


def _tell(sign, name, words):
    good = fits("✓✗")
    width = 1 if good else 4
    shown = sign if good else {"✓": "ok", "✗": "FAIL"}.get(sign, sign)
    say(f"{shown:{width}}  {name:12}{words}")


def _tag():
    """Return a number for this installation that means nothing, 0 if it cannot be kept."""
    try:
        return int(journal.token(_TAG), 16) % 2**18 or 1
    except OSError:
        return 0
