"""The set-up installs once, notices an interruption, and explains a failure in one line.

A shell script stands in for the Python of the environment, so nothing is really installed.
"""

import errno
import importlib.util
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import bootstrap
import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and sh are needed")

# $FAIL is what pip says before it fails; every installation is noted in the file "installed".
STAND_IN = """#!/bin/sh
case "$*" in
    *"pip --version"*) ;;
    *"pip install"*)
        [ -z "$FAIL" ] || { echo "Collecting tensorflow"; echo "$FAIL" >&2; exit 1; }
        case "$*" in *--target*)
            [ -z "$FAIL_OLDEST" ] || { echo "$FAIL_OLDEST" >&2; exit 1; } ;;
        esac
        [ -z "$INTERRUPT" ] || kill -INT "$PPID"
        echo "$@" >> installed ;;
    -c*) echo "3.12" ;;
esac
"""


@pytest.fixture
def course(tmp_path):
    """Lay out what the set-up reads, with an environment that only pretends."""
    (tmp_path / "tools").mkdir()
    for name in ("setup.sh", "bootstrap.py"):
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools")
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").write_text("numpy==2.4.0\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(STAND_IN)
    python.chmod(0o755)
    return tmp_path


def setup(course, *extras, **environment):
    # Without PYTHON the script would look for the newest Python of this machine.
    environment = {**os.environ, **environment}
    environment.pop("PYTHON", None)
    folder = course / "path"
    folder.mkdir(exist_ok=True)
    link = folder / "python3.13"
    link.unlink(missing_ok=True)
    link.symlink_to(sys.executable)
    environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        ["sh", "tools/setup.sh", *extras],
        cwd=course,
        env=environment,
        capture_output=True,
        text=True,
        # A background job ignores Ctrl-C, and hands that on: here it shall work.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def installations(course):
    file = course / "installed"
    return file.read_text().splitlines() if file.exists() else []


def of_the_course(course):
    return [line for line in installations(course) if "--target" not in line]


def test_the_first_call_installs_and_the_second_does_not(course):
    first = setup(course, "lab")
    assert first.returncode == 0, first.stderr
    [command] = installations(course)
    assert command.endswith("-c requirements.lock -e .[lab]")
    second = setup(course, "lab")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert len(installations(course)) == 1


def test_more_extras_are_added_and_stay(course):
    setup(course, "lab")
    setup(course, "lab", "dev", "jax")
    assert of_the_course(course)[-1].endswith(".[dev,jax,lab]")
    setup(course, "lab")
    assert len(of_the_course(course)) == 2
    setup(course, "site")
    assert of_the_course(course)[-1].endswith(".[dev,jax,lab,site]")


def test_the_oldest_versions_come_with_the_extra_of_the_tests(course):
    """Each alone in a folder of its own, from nothing: what an interruption left does not count."""
    setup(course, "lab")
    assert len(installations(course)) == 1
    left = course / ".venv" / "oldest" / "keras" / "half"
    left.mkdir(parents=True)
    setup(course, "dev")
    assert not left.exists()
    oldest = [line for line in installations(course) if "--target" in line]
    assert len(oldest) == len(bootstrap.OLDEST_PACKAGES)
    for line, (name, packages) in zip(oldest, bootstrap.OLDEST_PACKAGES.items(), strict=True):
        folder = course / ".venv" / "oldest" / name
        assert line.endswith(f"--no-deps --target {folder} {' '.join(packages)}")


def test_without_the_oldest_versions_the_installation_does_not_count(course):
    failed = setup(course, "dev", FAIL_OLDEST="ERROR: something")
    assert failed.returncode == 1
    assert not (course / ".venv" / "course-setup.json").exists()


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_change_installs_again(course, name):
    setup(course, "lab")
    with (course / name).open("a") as file:
        file.write("\n")
    setup(course, "lab")
    assert len(installations(course)) == 2


def test_a_failed_installation_does_not_count(course):
    setup(course, "lab")
    (course / "pyproject.toml").write_text("[project]\n# changed\n")
    assert setup(course, "lab", FAIL="ERROR: something").returncode == 1
    assert not (course / ".venv" / "course-setup.json").exists()
    assert setup(course, "lab").returncode == 0
    assert len(installations(course)) == 2


def test_an_interrupted_installation_does_not_count(course):
    stopped = setup(course, "lab", INTERRUPT="yes")
    assert stopped.returncode == 1
    assert "interrupted" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not (course / ".venv" / "course-setup.json").exists()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"key": 1}'])
def test_a_damaged_stamp_installs_again(course, content):
    setup(course, "lab")
    (course / ".venv" / "course-setup.json").write_text(content)
    assert setup(course, "lab").returncode == 0
    assert len(installations(course)) == 2


@pytest.mark.parametrize(
    ("pip_says", "words"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: [Errno 122] Disk quota exceeded", "the disk is full"),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\n"
            "ERROR: No matching distribution found for setuptools>=68",
            "the package index could not be reached",
        ),
        ("ERROR: 503 Server Error: Unavailable for url", "the package index could not be reached"),
        (
            "ERROR: No matching distribution found for tensorflow>=2.20",
            "the package index has no tensorflow>=2.20 for this system",
        ),
        ("some words\nERROR: Something new\nmore words", "pip said: ERROR: Something new"),
    ],
)
def test_failures_are_one_clear_line(course, pip_says, words):
    failed = setup(course, "lab", FAIL=pip_says)
    assert failed.returncode == 1
    [line] = failed.stderr.splitlines()
    assert line.startswith(f"Set-up stopped: {words}")
    log = course / ".venv" / "course-setup.log"
    assert str(log) in line
    assert pip_says in log.read_text()


def test_large_downloads_are_shown(course):
    line = "  Downloading tensorflow-2.21.0-cp311-cp311-linux.whl (572.4 MB)"
    assert "downloading tensorflow, 572.4 MB" in setup(course, "lab", FAIL=line).stdout


def test_no_python_at_all(course, tmp_path):
    (course / ".venv" / "bin" / "python").unlink()
    empty = tmp_path / "empty"
    empty.mkdir()
    run = subprocess.run(
        [shutil.which("sh"), "tools/setup.sh"],
        cwd=course,
        env={"PATH": str(empty)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    [line] = run.stderr.splitlines()
    assert "Python was not found. Install Python 3.11, 3.12 or 3.13" in line


def test_a_named_python_that_is_not_there(course):
    run = subprocess.run(
        ["make", "lab", "PYTHON=/no/such/python"], cwd=course, capture_output=True, text=True
    )
    assert run.returncode != 0
    assert "Set-up stopped: /no/such/python was not found" in run.stderr


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10), (3, 14), (4, 0)])
def test_unsuitable_pythons_are_named(version):
    with pytest.raises(bootstrap.SetupError, match=rf"is Python {version[0]}.{version[1]}, and"):
        bootstrap.check_python(version, "python3")


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_suitable_pythons_pass(version):
    bootstrap.check_python(version, "python3")


def test_an_environment_of_another_python_is_not_deleted(course):
    python = course / ".venv" / "bin" / "python"
    python.write_text(STAND_IN.replace("3.12", "3.10"))
    failed = setup(course, "lab")
    assert failed.returncode == 1
    assert "holds Python 3.10" in failed.stderr
    assert python.exists()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_cannot_be_written_says_what_to_do(course, monkeypatch, number):
    """The superuser may write anywhere, and tests are run as one too: hence the pretence."""

    def refuse(dir):
        assert dir == str(course)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(bootstrap, "ROOT", str(course))
    monkeypatch.setattr(bootstrap.tempfile, "TemporaryFile", refuse)
    with pytest.raises(bootstrap.SetupError, match="Copy the folder to a place of your own") as e:
        bootstrap.check_writable()
    assert f"PYTHONPATH={course}" in str(e.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_read_only_checkout_is_one_line(course):
    (course / "path").mkdir()  # where the helper below puts a Python
    course.chmod(0o500)
    try:
        failed = setup(course)
    finally:
        course.chmod(0o700)
    assert failed.returncode == 1
    [line] = failed.stderr.splitlines()
    assert "Copy the folder" in line


def test_a_full_disk_is_not_taken_for_one_that_is_read_only(monkeypatch):
    def full(dir):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bootstrap.tempfile, "TemporaryFile", full)
    with pytest.raises(OSError, match="No space left"):
        bootstrap.check_writable()


def test_too_little_room_is_said_before_downloading(monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=500_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(bootstrap.SetupError, match=r"0\.5 GB are free"):
        bootstrap.check_space()


def test_a_full_disk_that_hides_behind_another_error(monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert "the disk is full" in bootstrap.explanation("Error: exit status 1")


def test_the_stamp_is_not_written_in_part(course, monkeypatch):
    stamp = course / "stamp.json"
    monkeypatch.setattr(bootstrap, "STAMP", str(stamp))
    bootstrap.write_stamp(["lab"])
    assert json.loads(stamp.read_text())["extras"] == ["lab"]
    assert not (course / "stamp.json.new").exists()


WITHOUT_MAKE = ["lab", "test", "test-unit", "lint", "course", "preflight", "site", "notebooks"]


def in_words(lines):
    return [shlex.split(line) for line in lines if line]


@pytest.mark.parametrize("target", WITHOUT_MAKE)
def test_bootstrap_runs_what_make_runs(target):
    """The Makefile is the one place of the command lines, and is read as make reads it."""
    given = [target, "LAB_ARGS=--no-browser --port=9", "JOBS=3"]
    make = subprocess.run(
        ["make", "-n", "--no-print-directory", *given], cwd=ROOT, capture_output=True, text=True
    )
    assert make.returncode == 0, make.stderr
    ours = [
        [*(f"{name}={value}" for name, value in environment.items()), *words]
        for environment, words in bootstrap.commands(given)
    ]
    assert ours == in_words(make.stdout.splitlines())
    assert ours


def test_a_target_that_needs_a_shell_is_refused_before_anything_runs():
    with pytest.raises(bootstrap.SetupError, match=r"'clean' needs make and a shell: rm -rf"):
        list(bootstrap.commands(["clean"]))
    with pytest.raises(bootstrap.SetupError, match=r"no 'tset' to do. There are: .*, test, "):
        list(bootstrap.commands(["tset"]))


# What the Makefile of this test has the stand-in do: say what it got, or fail.
SMALL_MAKEFILE = """PY := .venv/bin/python
lab: env ## open
\tWORDS=some $(PY) -m jupyterlab $(LAB_ARGS)
fail: env
\t$(PY) -m fail
\t$(PY) -m never
env:
\t@sh tools/setup.sh lab
"""
SAYS = """
case "$*" in
    "-m fail") exit 3 ;;
    "-m "*jupyterlab*)
        echo "$WORDS: $*"
        [ -z "$STOP" ] || { kill -INT $PPID; sleep 0.2; echo on; } ;;
esac
"""


def test_without_make_the_course_is_set_up_and_opened(course):
    (course / "Makefile").write_text(SMALL_MAKEFILE)
    (course / ".venv" / "bin" / "python").write_text(STAND_IN + SAYS)
    lab = bootstrapped(course, "lab", "LAB_ARGS=--no-browser")
    assert lab.returncode == 0, lab.stderr
    assert lab.stdout.endswith("some: -m jupyterlab --no-browser\n")
    assert len(installations(course)) == 1
    failed = bootstrapped(course, "fail")
    assert failed.returncode == 3
    assert failed.stderr == ""


def test_ctrl_c_is_left_to_jupyterlab_which_asks_before_it_ends(course):
    (course / "Makefile").write_text(SMALL_MAKEFILE)
    (course / ".venv" / "bin" / "python").write_text(STAND_IN + SAYS)
    lab = bootstrapped(course, "lab", STOP="yes")
    assert lab.returncode == 0, lab.stderr
    assert lab.stdout.endswith("on\n")


def bootstrapped(course, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "tools/bootstrap.py", *arguments],
        cwd=course,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.fixture
def windows(monkeypatch):
    """Play Windows: a fresh copy of the module, which looks at the system's name as it starts."""
    monkeypatch.setattr(os, "name", "nt")
    spec = importlib.util.spec_from_file_location("on_windows", ROOT / "tools" / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.undo()
    return module


def test_windows_has_its_programs_elsewhere(windows, monkeypatch):
    started = []

    class Process:
        def __init__(self, command, cwd, env):
            started.append((command, env))

        def wait(self):
            return 0

    monkeypatch.setattr(windows.subprocess, "Popen", Process)
    for environment, command in windows.commands(["preflight", "test-unit"]):
        if command[0] != "sh":
            windows.run(environment, command)
    (preflight, _), *_, (pytest_, environment) = started
    folder = ROOT / ".venv" / "Scripts"
    assert preflight == [str(folder / "vae-helpers.exe"), "preflight"]
    assert pytest_[0] == str(folder / "python.exe") == windows.VENV_PYTHON
    assert environment["TF_NUM_INTRAOP_THREADS"] == "1"
    assert environment["PYTHONUTF8"] == "1"


def test_windows_is_told_of_its_own_commands(windows):
    with pytest.raises(windows.SetupError, match=r"python.org/downloads/$"):
        windows.check_python((3, 10), "python")
    missing = windows.explanation("No matching distribution found for tensorflow")
    assert "py -3.12 tools\\bootstrap.py lab" in missing


def test_a_folder_too_deep_for_windows_is_named(windows, monkeypatch):
    monkeypatch.setattr(windows, "long_paths", lambda: False)
    monkeypatch.setattr(windows, "ROOT", "C:\\" + 67 * "x")
    windows.check_length()
    monkeypatch.setattr(windows, "ROOT", "C:\\" + 68 * "x")
    with pytest.raises(windows.SetupError, match="has 71 characters, and Windows cannot"):
        windows.check_length()


@pytest.mark.parametrize(("played", "start"), [("posix", "python3.12"), ("nt", "py -3.12")])
def test_a_python_too_new_looks_for_one_that_suits(played, start, monkeypatch, request):
    module = request.getfixturevalue("windows") if played == "nt" else bootstrap
    asked, started = [], []

    def call(command, stdout, stderr):
        asked.append(" ".join(command[:-2]))
        return int(start not in asked)

    monkeypatch.setattr(module.subprocess, "call", call)
    monkeypatch.setattr(module, "run", lambda environment, command: started.append(command))
    assert module.hand_over(["lab"])
    assert asked == [start.replace("12", "13"), start]
    assert started == [[*start.split(), str(ROOT / "tools" / "bootstrap.py"), "lab"]]


def test_wheels_of_a_stick_are_the_only_source(course, tmp_path):
    wheels = tmp_path / "wheels of a stick"
    wheels.mkdir()
    python = course / ".venv" / "bin" / "python"
    python.write_text(STAND_IN.replace('echo "$@"', 'echo $PIP_CONFIG_FILE,$PIP_INDEX_URL, "$@"'))
    done = setup(course, "lab", VAE_COURSE_WHEELS=str(wheels), PIP_INDEX_URL="http://elsewhere")
    assert done.returncode == 0, done.stderr
    [line] = installations(course)
    assert line.startswith(f"{os.devnull},, -m pip install")
    assert f"--no-index --find-links {wheels} -c requirements.lock" in line
    (course / "pyproject.toml").write_text("[project]\n# changed\n")
    missing = setup(course, "lab", VAE_COURSE_WHEELS="nowhere")
    assert "VAE_COURSE_WHEELS='nowhere': there is no such folder" in missing.stderr
