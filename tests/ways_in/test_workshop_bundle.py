"""The bundle for a stick: a tiny course with tiny wheels, set up by the scripts that learners run.

`make test-bundle` does the same with the real wheels, without a network.
"""

import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import workshop_bundle

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "{}.{}".format(*sys.version_info)
VERSION = "1.2.3"
# What stands for the course's own set-up: it says what it was asked, and from where.
BOOTSTRAP = """
import os, sys
class SetupError(Exception): pass
def check_python(version, executable): pass
if __name__ == "__main__":
    print("bootstrap", *sys.argv[1:])
    print("wheels in", os.environ["VAE_COURSE_WHEELS"])
"""


def load_set_up():
    spec = importlib.util.spec_from_file_location("set_up", workshop_bundle.STICK / "set_up.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


set_up = load_set_up()
HERE = set_up.this_system()


@pytest.fixture
def course(tmp_path):
    """A Git clone of a course of four files."""
    root = tmp_path / "clone"
    (root / "tools").mkdir(parents=True)
    (root / "tools" / "bootstrap.py").write_text(BOOTSTRAP)
    (root / "pyproject.toml").write_text(f'[project]\nversion = "{VERSION}"\n')
    (root / "notebook.ipynb").write_text("{}\n")
    (root / "left out").write_text("not tracked\n")
    (root / "docs/_build/html").mkdir(parents=True)
    (root / "docs/_build/html/index.html").write_text("<p>site\n")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    tracked = ["tools", "pyproject.toml", "notebook.ipynb"]
    subprocess.run(["git", "-C", str(root), "add", *tracked], check=True)
    return root


@pytest.fixture
def wheels(tmp_path):
    """Two folders of wheels that share one: for this machine, and for another system."""
    folders = {}
    for name, tag in {HERE: "any", "windows-x86-64": "win_amd64"}.items():
        folder = tmp_path / "wheels" / name
        folder.mkdir(parents=True)
        (folder / "both-1-py3-none-any.whl").write_bytes(b"both" * 100)
        (folder / f"own-1-cp312-abi3-{tag}.whl").write_bytes(tag.encode() * 100)
        folders[name] = {PYTHON: folder}
    return folders


@pytest.fixture
def bundle(course, wheels, tmp_path):
    return workshop_bundle.write_bundle(course, wheels, tmp_path / "a stick")


def start(bundle, *arguments, home=None):
    """Run the script as learners do, from elsewhere, with no Python but the test's on the path."""
    home = home or bundle.parent / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        ["/bin/sh", str(bundle / "set-up.sh"), *arguments],
        cwd=home,
        env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "HOME": str(home)},
        capture_output=True,
        text=True,
    )


def test_the_course_is_copied_and_its_own_set_up_started(bundle, tmp_path):
    done = start(bundle)
    assert done.returncode == 0, done.stderr
    folder = bundle.parent / "home" / f"vae-course-{VERSION}"
    assert "bootstrap --extras lab" in done.stdout
    assert f"wheels in {bundle / 'wheels'}\n" in done.stdout
    assert done.stdout.endswith(f"Open it with sh {folder}/start.sh\n") or HERE != "linux-x86-64"
    assert (folder / "notebook.ipynb").is_file()
    assert (folder / "docs/_build/html/index.html").is_file()
    assert not (folder / "left out").exists()
    assert ".venv/bin/python tools/bootstrap.py lab" in next(folder.glob("start.*")).read_text()


def test_what_a_learner_wrote_stays_and_another_folder_is_not_touched(bundle):
    start(bundle)
    folder = bundle.parent / "home" / f"vae-course-{VERSION}"
    (folder / "notebook.ipynb").write_text("my answers")
    (folder / "pyproject.toml").unlink()
    assert start(bundle).returncode == 0
    assert (folder / "notebook.ipynb").read_text() == "my answers"
    assert (folder / "pyproject.toml").is_file()
    refused = start(bundle, str(ROOT / "docs"))
    assert refused.returncode == 1
    assert f"{ROOT / 'docs'} holds something else already" in refused.stderr


@pytest.mark.parametrize(
    "name",
    ["wheels/both-1-py3-none-any.whl", "course/notebook.ipynb", "wheels/index.json"],
)
def test_a_flipped_bit_is_found_and_named(bundle, name):
    path = bundle / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    stopped = start(bundle)
    assert stopped.returncode == 1
    [line] = stopped.stderr.splitlines()
    assert line.startswith("Set-up stopped: damaged or missing in ")
    assert f": {name}. Copy again" in line
    assert not (bundle.parent / "home" / f"vae-course-{VERSION}").exists()


def test_wheels_of_another_system_are_not_read_but_checked_on_request(bundle):
    other = next((bundle / "wheels").glob("*win_amd64.whl"))
    other.unlink()
    assert start(bundle).returncode == 0
    checked = start(bundle, "--check")
    assert checked.returncode == 1
    assert f"wheels/{other.name}" in checked.stderr


def test_the_sums_are_those_of_sha256sum(bundle):
    lines = (bundle / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = dict(reversed(line.split("  ")) for line in lines)
    files = {p.relative_to(bundle).as_posix() for p in bundle.rglob("*") if p.is_file()}
    assert set(sums) == files - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((bundle / name).read_bytes()).hexdigest() == digest, name


def test_what_is_missing_is_said_in_one_line(monkeypatch):
    index = {"systems": {"linux-x86-64": {"3.0": {}}}}
    monkeypatch.setattr(set_up.sys, "platform", "linux")
    monkeypatch.setattr(set_up.platform, "machine", lambda: "riscv64")
    with pytest.raises(set_up.SetupError, match="for this machine, linux-riscv64; there are for l"):
        set_up.for_this_laptop(index)
    monkeypatch.setattr(set_up.platform, "machine", lambda: "AMD64")
    with pytest.raises(set_up.SetupError, match=rf"is Python {PYTHON}, and .* are for 3\.0"):
        set_up.for_this_laptop(index)
    monkeypatch.setattr(set_up.platform, "libc_ver", lambda: ("glibc", "2.17"))
    with pytest.raises(set_up.SetupError, match=r"need glibc 2\.28 or later, .* has 2\.17"):
        set_up.check_system([2, 28])
    monkeypatch.setattr(set_up.platform, "libc_ver", lambda: ("", ""))
    with pytest.raises(set_up.SetupError, match="this machine has none"):
        set_up.check_system([2, 28])


def test_each_zip_has_the_wheels_of_its_system_and_their_sums(bundle):
    paths = workshop_bundle.write_zips(bundle)
    assert [path.name for path in paths] == [
        f"vae-course-{VERSION}-{name}.zip" for name in (HERE, "windows-x86-64")
    ]
    with zipfile.ZipFile(paths[1]) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
        sums = archive.read(f"{bundle.name}/SHA256SUMS").decode().splitlines()
    own = "wheels/own-1-cp312-abi3-win_amd64.whl"
    assert {n for n in names if n.endswith(".whl")} == {own, "wheels/both-1-py3-none-any.whl"}
    assert {line.split("  ")[1] for line in sums} == names - {"SHA256SUMS"}


def test_sizes_and_absences_are_written_down(bundle, course, wheels, tmp_path):
    text = (bundle / "READ-ME-FIRST.txt").read_bytes().decode()
    assert "\r\n" in text
    assert "docs/_build/html/index.html" in text
    for word in ("Windows, Intel or AMD", f"Python {PYTHON}", "all systems", "MB"):
        assert word in text
    shutil.rmtree(course / "docs")
    without = workshop_bundle.write_bundle(course, wheels, tmp_path / "other")
    assert "were not built" in (without / "READ-ME-FIRST.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a/b?.txt"], "FAT32 does not take 'b?.txt'"),
        (["aux.py"], "FAT32 does not take 'aux.py'"),
        (["dot./a"], "FAT32 does not take 'dot.'"),
        (["A/b", "a/B"], "one name for FAT32"),
    ],
)
def test_names_that_a_stick_does_not_take_are_refused(names, words):
    with pytest.raises(workshop_bundle.BundleError, match=re.escape(words)):
        workshop_bundle.check_fat32(names)


def test_the_course_itself_fits_on_a_stick():
    workshop_bundle.check_fat32(workshop_bundle.tracked(ROOT))


def test_a_file_too_large_for_fat32_is_named(bundle, monkeypatch):
    monkeypatch.setattr(workshop_bundle, "FAT32_BYTES", 399)
    with pytest.raises(workshop_bundle.BundleError, match=r"READ-ME-FIRST\.txt has 0\.0 GB"):
        workshop_bundle.finish(bundle, json.loads((bundle / "wheels/index.json").read_text()), True)


@pytest.mark.parametrize("name", ["set-up.sh", "set-up.bat", "set_up.py"])
def test_scripts_name_no_place_of_this_machine_and_no_address(bundle, name):
    content = (bundle / name).read_bytes()
    assert (b"\r\n" in content) == name.endswith(".bat")
    text = content.decode("ascii")
    assert str(ROOT) not in text
    assert str(Path.home()) not in text
    assert not re.search(r"https?:|pip |curl|wget|urllib|socket", text)
    assert "{pythons}" not in text


def test_the_set_up_starts_on_any_python_3():
    """And says that it is too old: nothing newer than Python 3.3 is in it."""
    import ast

    for path in (workshop_bundle.STICK / "set_up.py", ROOT / "tools" / "bootstrap.py"):
        ast.parse(path.read_text("utf-8"), feature_version=(3, 3))


def test_the_oldest_system_that_wheels_allow(tmp_path):
    for name in (
        "a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "b-1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        "c-1-py3-none-any.whl",
    ):
        (tmp_path / name).touch()
    assert workshop_bundle.needs(tmp_path) == [2, 27]
    assert workshop_bundle.name_of(tmp_path / "c_d-1-py3-none-any.whl") == "c-d==1"


def test_systems_and_pythons_are_those_of_the_course():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert workshop_bundle.PYTHONS == ("3.11", "3.12", "3.13")
    text = (workshop_bundle.STICK / "READ-ME-FIRST.txt").read_text("utf-8")
    assert "Python 3.11, 3.12 or\n3.13" in text
    if platform.machine() == "x86_64" and sys.platform == "linux":
        assert HERE in workshop_bundle.PLATFORMS


def test_a_version_that_is_not_locked_is_refused(monkeypatch, tmp_path):
    (tmp_path / "requirements.lock").write_text("numpy==2.0 ; sys_platform == 'linux'\n")
    assert workshop_bundle.locked(tmp_path) == {"numpy==2.0"}
    answer = subprocess.CompletedProcess([], 0, stdout="numpy==2.0\n# a note\nother==1\n")
    monkeypatch.setattr(workshop_bundle.subprocess, "run", lambda *a, **k: answer)
    with pytest.raises(workshop_bundle.BundleError, match=r"\['other==1'\] is not in the lock"):
        workshop_bundle.resolve("linux-arm64", "3.12", tmp_path)


def test_both_versions_come_where_the_first_python_needs_another_than_the_last(
    monkeypatch, tmp_path
):
    """As soupsieve, whose newest wants Python 3.11.5: a learner may have 3.11.2 or 3.11.9."""
    pins = {"3.11.0": ["a==1", "b==1"], "3.11.99": ["a==2", "b==1"]}
    monkeypatch.setattr(workshop_bundle, "resolve", lambda platform, release: pins[release])
    asked = []

    def download(platform, release, names, folder):
        asked.append((release, names))
        for name in names:
            (folder / f"{name.replace('==', '-')}-py3-none-any.whl").touch()

    monkeypatch.setattr(workshop_bundle, "download", download)
    folder = tmp_path / "linux-arm64-3.11"
    folder.mkdir()
    (folder / "old-1-py3-none-any.whl").touch()
    assert workshop_bundle.fetch("linux-arm64", "3.11", tmp_path) == folder
    assert asked == [("3.11.0", ["a==1", "b==1"]), ("3.11.99", ["a==2"])]
    assert {path.name[:3] for path in folder.iterdir()} == {"a-1", "a-2", "b-1"}


def test_without_git_the_reason_is_said(tmp_path):
    with pytest.raises(workshop_bundle.BundleError, match="must be a Git clone"):
        workshop_bundle.tracked(Path(os.devnull))
