"""Run the notebooks as Colab would: with its versions, each alone, the package from a Git address.

    python tools/on_colab.py [2026-08 …] [--set solutions] [--chapters 03_training …]
    python tools/on_colab.py here    in this very environment, such as Colab's public image

``tools/colab`` has a list of versions for each runtime. For each an environment is built (which
takes the network, once), and the course is published at a tag of a local repository. Each notebook
is then copied alone into an empty folder and run from its first cell, which finds a stand-in for
``google.colab``. At the end the environment must hold what it held before, and the course.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import build_notebooks
import publish
import run_course

ROOT = Path(__file__).resolve().parents[1]
LISTS = ROOT / "tools" / "colab"
BUILD = ROOT / "build" / "colab"
ADDRESS = "https://github.com/somebody/course"  # Git is told that this is the local repository
STAND_IN = """
import sys, types
colab = sys.modules["google.colab"] = types.ModuleType("google.colab")
colab.output = types.SimpleNamespace()  # JAX takes it, if there is a google.colab
colab.files = types.SimpleNamespace(download=lambda path: None)
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = sorted(path.stem for path in LISTS.glob("*.txt"))
    parser.add_argument("runtimes", nargs="*", help=f"default: {' '.join(names)}")
    parser.add_argument("--set", choices=["learner", "solutions", "both"], default="both")
    parser.add_argument("--chapters", nargs="*", default=(), help="such as 03_training")
    options = parser.parse_args(arguments)
    problems = []
    course, version = published_course(BUILD / "course")
    for name in options.runtimes or names:
        python = environment(name)
        before = packages(python)
        with tempfile.TemporaryDirectory() as folder:
            runs = run_all(python, name, course, Path(folder), options)
        print(f"\n{name}\n{run_course.table(runs)}")
        problems += [f"{name}: {one.name}\n{one.error}" for one in runs if one.error]
        changed = packages(python) ^ before
        if {line.split("==")[0].split(" @ ")[0] for line in changed} - {"vae-helpers"}:
            problems.append(f"{name}: these packages have changed: {sorted(changed)}")
        pip(python, "uninstall", "--yes", "--quiet", "vae-helpers")
    print("\n\n".join(problems) or f"\nedition {version}: all as on Colab")
    return int(bool(problems))


def published_course(folder):
    """Commit the working tree into a repository of its own, published at its version's tag."""
    shutil.rmtree(folder, ignore_errors=True)
    git(
        ROOT, "clone", "--quiet", "--no-hardlinks", ROOT, folder
    )  # not shallow: pip cannot fetch that
    for name in git(ROOT, "ls-files", "--modified", "--others", "--exclude-standard").splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
    version = build_notebooks.published(ROOT).version
    publish.write_edition(folder, ADDRESS, version)
    if build_notebooks.main(["--root", str(folder), "--force"]):
        raise SystemExit("the notebooks could not be built")
    git(folder, "add", "--all")
    git(
        folder,
        "-c",
        "user.name=test",
        "-c",
        "user.email=test@localhost",
        "commit",
        "-qm",
        "edition",
    )
    git(folder, "tag", "--force", f"v{version}")
    return folder, version


def environment(name):
    """Return the Python of an environment with the versions of a list, building it if need be."""
    if name == "here":
        return Path(sys.executable)
    listed = LISTS / f"{name}.txt"
    if not listed.is_file():
        raise SystemExit(f"there is no list {listed}")
    folder = BUILD / name
    python = folder / "bin" / "python"
    if (folder / "list.txt").is_file() and (
        folder / "list.txt"
    ).read_bytes() == listed.read_bytes():
        return python
    wanted = re.search(r"Python (3\.\d+)", listed.read_text("utf-8"))[1]
    print(f"building an environment with the versions of {name}, Python {wanted} …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([f"python{wanted}", "-m", "venv", folder], check=True)
    pip(python, "install", "--quiet", "--requirement", listed)
    shutil.copy(listed, folder / "list.txt")
    return python


def run_all(python, name, course, folder, options):
    """Run every notebook that was asked for, each from an empty folder."""
    (folder / "sitecustomize.py").write_text(STAND_IN)
    kernel = folder / "kernels" / "colab" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": command, "display_name": name, "language": "python"}))
    hidden = [key for key in os.environ if key.startswith(("VAE_", "KERAS_", "PYTHON"))]
    for key in hidden:
        del os.environ[key]
    os.environ["PYTHONPATH"] = os.environ["JUPYTER_PATH"] = str(folder)
    os.environ |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{course.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
    }
    runs = []
    for which in ("learner", "solutions") if options.set == "both" else (options.set,):
        notebooks = course / "notebooks" / ("solutions" if which == "solutions" else "")
        for path in sorted(notebooks.glob("*.ipynb")):
            if options.chapters and path.stem not in options.chapters:
                continue
            alone = Path(tempfile.mkdtemp(dir=folder)) / path.name
            shutil.copy(path, alone)
            os.environ["VAE_COURSE_HOME"] = str(alone.parent / "home")
            label = f"{name} {which} {path.stem}"
            runs.append(run_course.run(alone, name=label, which=which, kernel="colab"))
    return runs


def packages(python):
    """Return what is installed, one line each."""
    return set(pip(python, "freeze", "--all").splitlines())


def pip(python, *arguments):
    command = [python, "-m", "pip", *arguments, "--disable-pip-version-check"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def git(folder, *arguments):
    command = ["git", *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
