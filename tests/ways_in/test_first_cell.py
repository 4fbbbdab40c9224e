"""The first cell of every notebook, with a stand-in for Colab and a small course on a Git address.

The course is the real package without its data, so that an install takes seconds. The environment
sees the packages of this one, as a notebook on Colab sees what Colab brings along.
"""

import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

import build_notebooks
import pytest

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = """
import sys, types
sys.modules["google"] = google = types.ModuleType("google")
sys.modules["google.colab"] = google.colab = types.ModuleType("google.colab")
"""


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    return done.returncode, done.stdout, done.stderr


def git(folder, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    code, out, err = run("git", *who, *arguments, cwd=folder)
    assert code == 0, err
    return out


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A repository with the package in two editions, v1.0.0 and v1.2.3."""
    folder = tmp_path_factory.mktemp("course")
    ignored = shutil.ignore_patterns("assets", "__pycache__")
    shutil.copytree(ROOT / "vae_helpers", folder / "vae_helpers", ignore=ignored)
    (folder / "vae_helpers" / "assets").mkdir()
    for name in ("LICENSE", "NOTICE", "README.md"):
        shutil.copy(ROOT / name, folder)
    git(folder, "init", "-q")
    for version in ("1.0.0", "1.2.3"):
        for name in ("pyproject.toml", "vae_helpers/__init__.py"):
            content = (ROOT / name).read_text("utf-8")
            old = f'version{"__" * name.startswith("vae")} = "{edition().version}"'
            assert old in content
            new = old.replace(edition().version, version)
            (folder / name).write_text(content.replace(old, new), "utf-8")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", version)
        git(folder, "tag", f"v{version}")
    return folder


def edition():
    return build_notebooks.published(ROOT)


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    """An environment that sees the packages of this one, pip and setuptools among them."""
    folder = tmp_path_factory.mktemp("runtime")
    code, _, err = run(sys.executable, "-m", "venv", "--without-pip", folder)
    assert code == 0, err
    python = folder / "bin" / "python"
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "seen.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return python


def cell(address, version="1.2.3", **form):
    code = build_notebooks.first_cell(build_notebooks.Edition(address, version)).source
    for name, value in form.items():
        start = code.index(f"\n{name} = ") + 1
        code = f"{code[:start]}{name} = {value!r}{code[code.index('  # @param', start) :]}"
    return code


def on_colab(python, code, after="", before=""):
    """Run a cell as Colab would, in a folder of its own, and Python after it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VAE_")}
    environment |= {"PYTHONPATH": "", "VAE_COURSE_HOME": "/nowhere"}
    environment["PIP_NO_BUILD_ISOLATION"] = "0"  # which means: none, since there is no network
    environment.pop("KERAS_BACKEND", None)
    return run(python, "-c", f"{STAND_IN}\n{before}\n{code}\n{after}", env=environment, cwd="/")


def packages(python):
    code, out, err = run(python, "-m", "pip", "freeze", "--all", "--local")
    assert code == 0, err
    return out


def test_elsewhere_it_does_nothing():
    code, out, err = run(sys.executable, "-c", cell("file:///nowhere"))
    assert (code, out, err) == (0, "", "")


@pytest.mark.slow
def test_it_installs_the_edition_of_the_notebook_and_changes_nothing_else(course, runtime):
    before = packages(runtime)
    show = "import os; print(os.environ['VAE_COURSE_MODE'], os.environ['KERAS_BACKEND'])"
    old = cell(course.as_uri(), "1.0.0")
    code, out, err = on_colab(runtime, old, show)
    assert code == 0, err
    assert out.startswith("Edition 1.0.0 of the course was installed in ")
    assert "nothing else was installed · quick mode · tensorflow on" in out
    assert out.endswith("quick tensorflow\n")

    # A notebook of another edition, then the same again; the second time there is nothing to do.
    new = cell(course.as_uri(), mode="full", backend="jax")
    code, out, err = on_colab(runtime, new, show)
    assert code == 0, err
    assert "Edition 1.2.3 of the course was installed in " in out
    assert out.endswith("full jax\n")
    code, out, err = on_colab(runtime, cell("file:///nowhere", mode="full", backend="jax"))
    assert code == 0, err
    assert "Edition 1.2.3 of the course was here already" in out

    # In a kernel where the other edition is running, a restart is asked for.
    running = "import vae_helpers; vae_helpers.__version__ = '1.0.0'"
    code, _, err = on_colab(runtime, new, before=running)
    assert code == 1
    assert "Edition 1.0.0 of the course is running" in err
    assert "Restart session" in err

    added = set(packages(runtime).splitlines()) - set(before.splitlines())
    assert {line.partition(" @ ")[0] for line in added} == {"vae-helpers"}
    assert set(before.splitlines()) <= set(packages(runtime).splitlines())

    # Half an install: the record is there, a file is not.
    (lost,) = runtime.parents[1].glob("lib/python*/site-packages/vae_helpers/colab.py")
    lost.unlink()
    code, out, err = on_colab(runtime, new)
    assert code == 0, err
    assert "Edition 1.2.3 of the course was installed in " in out


@pytest.mark.slow
@pytest.mark.parametrize("what", ["no tag", "no address", "not published"])
def test_what_cannot_be_fetched_is_said_in_a_sentence(course, runtime, what):
    address, version = {
        "no tag": (course.as_uri(), "9.9.9"),
        "no address": ("file:///nowhere/course", "9.9.9"),
        "not published": ("", "9.9.9"),
    }[what]
    before = packages(runtime)
    code, _, err = on_colab(runtime, cell(address, version))
    assert code == 1
    last = err.strip().splitlines()[-1]
    if address:
        assert last.startswith(f"RuntimeError: The course could not be fetched from {address}")
        assert "run this cell again" in last
    else:
        assert "was not published" in last
    assert packages(runtime) == before
