"""What the course does on Colab, where a session's disk is gone when the session ends.

The first cell of every notebook installs the package there and calls :func:`set_up`; the last one
calls :func:`hand_over`. Nothing of what Colab brings along is ever changed: what is missing is
added, and what is too old is said.
"""

import importlib
import importlib.metadata
import os
import secrets
import subprocess
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import vae_helpers
from vae_helpers import machine
from vae_helpers.checks import journal
from vae_helpers.files import ASSETS

DRIVE = Path("/content/drive")
WORK = "MyDrive/vae-course"  # on the Drive of the learner
OTHER_RUNTIME = "Choose another runtime version under Runtime → Change runtime type."


class NotReadyError(RuntimeError):
    """The course cannot run in this session; the message says what to do."""


def is_here() -> bool:
    """Say whether this is a kernel on Colab."""
    return "google.colab" in sys.modules


def set_up(
    version: str, mode: str, backend: str, on_drive: bool = False, seconds: float | None = None
) -> None:
    """Make a Colab session ready for a notebook, and print one line about it.

    Args:
        version: the edition of the course that the notebook belongs to.
        mode: "quick" or "full", for VAE_COURSE_MODE.
        backend: "tensorflow" or "jax", for KERAS_BACKEND. Where there is no TensorFlow, as on
            runtimes with a TPU, it is JAX.
        on_drive: keep the learner's log and progress on Drive, which asks for permission.
        seconds: that the installation took; None if the edition was there already.

    Raises:
        NotReadyError: if another edition is running, Keras already runs with another backend, or
            a library is too old.
    """
    if vae_helpers.__version__ != version:
        raise NotReadyError(
            f"Edition {vae_helpers.__version__} of the course is running, and this notebook is of "
            f"edition {version}. Choose Runtime → Restart session, and run this cell again."
        )
    backend, note = _backend_that_is_there(backend)
    _refuse_another_backend(backend)
    os.environ["VAE_COURSE_MODE"], os.environ["KERAS_BACKEND"] = mode, backend
    added = add_missing(requirements(backend))
    if on_drive:
        keep_on_drive()
    parts = [
        f"Edition {version} of the course "
        + ("was here already" if seconds is None else f"was installed in {seconds:.0f} s"),
        f"added: {', '.join(added)}" if added else "nothing else was installed",
        f"{mode} mode",
        f"{backend} on {machine.accelerator()}{note}",
        f"your work is kept in {journal.folder()}"
        + ("" if on_drive else " until the session ends"),
    ]
    print(" · ".join(parts))
    _show_chapters()


def chapters() -> dict[str, str]:
    """Map each notebook's name to its address on Colab, at the tag that was installed.

    A link from one notebook to the next leads nowhere in a copy that lies on Drive; these do.
    There are none if the course was not published.
    """
    metadata = importlib.metadata.metadata("vae-helpers")
    urls = dict(url.split(", ", 1) for url in metadata.get_all("Project-URL", []))
    if "Repository" not in urls:
        return {}
    repository = urls["Repository"].removeprefix("https://github.com/")
    place = f"https://colab.research.google.com/github/{repository}/blob/v{metadata['Version']}"
    names = sorted(path.stem for path in (ASSETS / "solutions").glob("*.json"))
    return {name: f"{place}/notebooks/{name}.ipynb" for name in names}


def requirements(backend: str) -> list:
    """Return what the package requires: packaging's ``Requirement``s, without extras."""
    from packaging.requirements import Requirement

    listed = map(Requirement, importlib.metadata.requires("vae-helpers") or ())
    wanted = [one for one in listed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return [one for one in wanted if one.name != "tensorflow" or backend == "tensorflow"]


def add_missing(wanted: list) -> list[str]:
    """Install those of the requirements that are not there at all, and return their names.

    Everything that is there is pinned to its version meanwhile.

    Raises:
        NotReadyError: if one is there and too old, or could not be installed.
    """
    found = {one.name: _version(one.name) for one in wanted}
    for one in wanted:
        if found[one.name] and not one.specifier.contains(found[one.name], prereleases=True):
            raise NotReadyError(
                f"This runtime has {one.name} {found[one.name]}, and the course needs "
                f"{one.specifier}. {OTHER_RUNTIME}"
            )
    missing = [str(one) for one in wanted if not found[one.name]]
    if missing:
        _install(missing)
    return missing


def keep_on_drive() -> Path:
    """Mount the learner's Drive, which asks for permission, and keep log and progress there.

    What this session's log holds already stays where it is.

    Raises:
        NotReadyError: if the Drive was not mounted.
    """
    from google.colab import drive

    try:
        drive.mount(str(DRIVE))
        folder = DRIVE / WORK
        folder.mkdir(parents=True, exist_ok=True)
    except Exception as error:
        raise NotReadyError(
            f"Your Drive was not mounted ({type(error).__name__}: {error}). Untick the box to go "
            "on without it, or run this cell again."
        ) from error
    os.environ[journal.HOME] = str(folder)
    # Two notebooks on Colab are two machines, and a Drive may keep the file of one of them only.
    if not os.environ.get(journal.SESSION):
        now = datetime.now(UTC)
        os.environ[journal.SESSION] = f"{now:%Y-%m-%d-%H%M%S}-{secrets.token_hex(2)}"
    return folder


def hand_over() -> Path | None:
    """Hand the learner's log and progress over as a file, if there are any.

    On Colab the browser downloads it. Returns its path.
    """
    _show_chapters()
    files = sorted(journal.folder().glob("*.jsonl"))
    if not files:
        print("Your log is empty, and no exercise is solved yet: there is nothing to take along.")
        return None
    path = Path(tempfile.mkdtemp()) / "vae-course.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    print(f"{', '.join(file.name for file in files)}: unpack them into ~/.vae-course to go on.")
    if is_here():
        from google.colab import files as downloads

        downloads.download(str(path))
    return path


def _show_chapters():
    from IPython.display import HTML, display

    links = [f'<a href="{url}" target="_blank">{name}</a>' for name, url in chapters().items()]
    if links:
        display(HTML(f"Chapters on Colab, at this edition: {' · '.join(links)}"))


def _backend_that_is_there(backend):
    if backend == "tensorflow" and not _version("tensorflow") and _version("jax"):
        return "jax", " (there is no TensorFlow on this runtime)"
    return backend, ""


def _refuse_another_backend(backend):
    if "keras" in sys.modules:
        running = sys.modules["keras"].backend.backend()
        if running != backend:
            raise NotReadyError(
                f"Keras already runs on {running}. Choose Runtime → Restart session, and run this "
                f"cell first to go on with {backend}."
            )


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _install(missing):
    """Install packages and what they need, and keep every version that is there."""
    there = {dist.metadata["Name"]: dist.version for dist in importlib.metadata.distributions()}
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "there.txt"
        pins.write_text("".join(f"{name}=={version}\n" for name, version in there.items() if name))
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(pins)]
        done = subprocess.run([*pip, *missing], capture_output=True, text=True)
    importlib.invalidate_caches()
    if done.returncode:
        said = " ".join(line for line in done.stderr.splitlines() if "error" in line.lower())[-300:]
        raise NotReadyError(
            f"{', '.join(missing)} could not be added. Run this cell again. What pip said: "
            f"{said or 'nothing'}"
        )
