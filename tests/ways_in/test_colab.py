"""What the package does on Colab, with stand-ins for what only Colab has."""

import ast
import email
import json
import re
import sys
import types
import zipfile
from pathlib import Path

import build_notebooks
import keras
import pytest
from packaging.requirements import Requirement

import vae_helpers
from vae_helpers import colab
from vae_helpers.checks import journal

HERE = keras.backend.backend()
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def drive(monkeypatch, tmp_path):
    """A Drive that can be mounted; ``drive.works = False`` makes it refuse."""
    module = types.ModuleType("google.colab")
    module.drive = types.SimpleNamespace(works=True, downloaded=[])

    def mount(where):
        if not module.drive.works:
            raise ValueError("mount failed")

    module.drive.mount = mount
    module.files = types.SimpleNamespace(download=module.drive.downloaded.append)
    google = types.ModuleType("google")
    google.colab = module
    monkeypatch.setitem(sys.modules, "google", google)
    monkeypatch.setitem(sys.modules, "google.colab", module)
    monkeypatch.setattr(colab, "DRIVE", tmp_path / "drive")
    for name in (journal.HOME, journal.SESSION, "VAE_COURSE_MODE", "KERAS_BACKEND"):
        monkeypatch.setenv(name, str(tmp_path / "home") if name == journal.HOME else "")
    return module.drive


def set_up(**options):
    colab.set_up(vae_helpers.__version__, "quick", HERE, **options)


def test_one_line_says_what_was_done(drive, capsys):
    set_up(seconds=12.3)
    (line,) = capsys.readouterr().out.splitlines()
    assert "was installed in 12 s · nothing else was installed · quick mode" in line
    assert line.endswith("home until the session ends")


def test_work_is_kept_on_the_drive_when_asked_for(drive, capsys, tmp_path):
    set_up(on_drive=True)
    kept = tmp_path / "drive" / "MyDrive" / "vae-course"
    assert journal.folder() == kept
    journal.append("experiments.jsonl", {"experiment": "x"})
    (file,) = kept.glob("experiments.*.jsonl")
    assert json.loads(file.read_text())["experiment"] == "x"
    assert str(kept) in capsys.readouterr().out


def test_two_notebooks_at_once_write_into_files_of_their_own(drive, monkeypatch):
    for what in ("one", "other"):
        monkeypatch.delenv(journal.SESSION, raising=False)
        set_up(on_drive=True)
        set_up(on_drive=True)  # the cell run twice: the same session
        journal.append("experiments.jsonl", {"experiment": what, "when": f"2027 {what}"})
        journal.append("experiments.jsonl", {"experiment": what, "when": f"2026 {what}"})
    assert len(list(journal.folder().glob("*.jsonl"))) == 2
    read = [entry["when"] for entry in journal.read("experiments.jsonl")]
    assert read == ["2026 one", "2026 other", "2027 one", "2027 other"]


def test_a_drive_that_refuses_is_told_and_nothing_moves(drive, tmp_path):
    drive.works = False
    with pytest.raises(colab.NotReadyError, match=r"mount failed.*Untick the box"):
        set_up(on_drive=True)
    assert journal.folder() == tmp_path / "home"


def test_log_and_progress_are_handed_over_as_a_file(drive, capsys):
    assert colab.hand_over() is None
    assert "nothing to take along" in capsys.readouterr().out
    journal.append("experiments.jsonl", {"experiment": "x"})
    journal.append("progress.jsonl", {"exercise": "y"})
    path = colab.hand_over()
    assert drive.downloaded == [str(path)]
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["experiments.jsonl", "progress.jsonl"]
        for name in archive.namelist():
            assert archive.read(name) == (journal.folder() / name).read_bytes()


def test_links_lead_to_the_chapters_on_colab(drive, monkeypatch, capsys):
    described = email.message_from_string("Version: 1.2.3\n")
    monkeypatch.setattr(colab.importlib.metadata, "metadata", lambda _: described)
    set_up()
    colab.hand_over()
    assert colab.chapters() == {}
    assert "HTML" not in capsys.readouterr().out

    edition = build_notebooks.Edition("https://github.com/someone/course", "1.2.3")
    described["Project-URL"] = f"Repository, {edition.address}"
    names = [path.stem for path in build_notebooks.sources()]
    assert list(colab.chapters()) == names
    for name, address in colab.chapters().items():
        assert f"({address})" in build_notebooks.badge(edition, f"notebooks/{name}.ipynb")
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    set_up()
    colab.hand_over()
    for html in shown:
        assert all(f'href="{address}"' in html.data for address in colab.chapters().values())
    assert len(shown) == 2


def test_another_edition_and_another_backend_need_a_restart(drive):
    with pytest.raises(colab.NotReadyError, match=r"of edition 9\.9\.9\. Choose Runtime → Restart"):
        colab.set_up("9.9.9", "quick", HERE)
    other = "jax" if HERE == "tensorflow" else "tensorflow"
    with pytest.raises(colab.NotReadyError, match=f"Keras already runs on {HERE}"):
        colab.set_up(vae_helpers.__version__, "quick", other)


def test_a_runtime_that_is_too_old_is_named(monkeypatch):
    monkeypatch.setattr(colab, "_version", lambda _: "2.19.0")
    with pytest.raises(colab.NotReadyError, match=r"has tensorflow 2\.19\.0, .* needs >=2\.20"):
        colab.add_missing([Requirement("tensorflow>=2.20")])


def test_without_tensorflow_it_is_jax(monkeypatch):
    monkeypatch.setattr(colab, "_version", lambda name: None if name == "tensorflow" else "1.0")
    assert colab._backend_that_is_there("tensorflow")[0] == "jax"
    assert colab._backend_that_is_there("jax") == ("jax", "")


def test_the_requirements_leave_tensorflow_out_on_jax():
    names = {
        backend: {one.name for one in colab.requirements(backend)}
        for backend in ("jax", "tensorflow")
    }
    assert names["tensorflow"] - names["jax"] == {"tensorflow"}
    assert {"keras", "numpy", "tqdm"} <= names["jax"]
    assert not {"pytest", "jupyterlab", "jax"} & names["tensorflow"]


def test_what_is_missing_is_added_with_everything_else_pinned(monkeypatch):
    calls = []

    def pip(command, **_):
        pins = Path(command[command.index("--constraint") + 1]).read_text()
        calls.append((command[-1], pins))
        return types.SimpleNamespace(returncode=1, stderr="…\nERROR: no network")

    monkeypatch.setattr(colab.subprocess, "run", pip)
    with pytest.raises(colab.NotReadyError, match=r"not-there>=1 could not be added.*no network"):
        colab.add_missing([Requirement("not-there>=1"), Requirement("numpy>=1")])
    ((asked, pins),) = calls
    assert asked == "not-there>=1"
    assert f"keras=={keras.__version__}\n" in pins


def _words(tree):
    """Yield the strings of a module that a learner may read: all but docstrings."""
    with_docstring = ast.Module | ast.ClassDef | ast.FunctionDef
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, with_docstring)]
    docstrings = {body[0].value for body in bodies if body and isinstance(body[0], ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and node not in docstrings:
            yield node.value


def test_no_message_names_what_an_installed_package_does_not_have():
    targets = re.findall(r"(?m)^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"))
    missing = rf"\bmake ({'|'.join(targets)})\b|\b(tools|docs|tests|benchmarks)/|README|Makefile"
    assert re.search(missing, "run make test")
    modules = list((ROOT / "vae_helpers").rglob("*.py"))
    assert len(modules) > 50
    for path in modules:
        for words in _words(ast.parse(path.read_text("utf-8"))):
            assert not re.search(missing, words), f"{path.name}: {words}"
