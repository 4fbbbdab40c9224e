"""Build a folder for a USB stick that sets the course up on laptops without a network.

    make workshop-bundle BUNDLE="--platforms linux-x86-64 windows-x86-64 --pythons 3.12 3.13"

It holds the course as Git tracks it, the site where it was built (`make site`), the wheels of all
that `make lab` needs in the versions of requirements.lock, a list of checksums, and a script for
each system. Beside the folder come zips, one for each system, each below the 4 GB that a stick
formatted with FAT32 takes.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import parse_wheel_filename

from vae_helpers.files import write_bytes, write_json, write_text

ROOT = Path(__file__).resolve().parents[1]
STICK = ROOT / "tools" / "stick"
SITE = Path("docs/_build/html")
PYTHONS = ("3.11", "3.12", "3.13")
FAT32_BYTES = 2**32 - 1
FAT32_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')
FAT32_RESERVED = {"con", "prn", "aux", "nul"} | {
    f"{n}{i}" for n in ("com", "lpt") for i in "123456789"
}


class BundleError(RuntimeError):
    """What went wrong and what to do, in one line."""


@dataclass(frozen=True)
class Platform:
    """A system that the bundle serves: its name for people, for uv, and its tags of wheels."""

    title: str
    target: str
    tags: tuple[str, ...]


def manylinux(machine, newest=28, oldest=17):
    """Return the tags of wheels for a C library up to 2.28: Debian 10, Ubuntu 18.10 and later."""
    numbered = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, oldest - 1, -1)]
    return (*numbered, f"manylinux2014_{machine}")


PLATFORMS = {
    "linux-x86-64": Platform(
        "Linux, Intel or AMD",
        "x86_64-manylinux_2_28",
        (*manylinux("x86_64", oldest=5), "manylinux2010_x86_64", "manylinux1_x86_64"),
    ),
    "linux-arm64": Platform("Linux, ARM", "aarch64-manylinux_2_28", manylinux("aarch64")),
    "macos-arm64": Platform(
        "macOS, Apple M1 or later", "aarch64-apple-darwin", ("macosx_12_0_arm64",)
    ),
    "windows-x86-64": Platform("Windows, Intel or AMD", "x86_64-pc-windows-msvc", ("win_amd64",)),
}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--platforms", nargs="+", choices=PLATFORMS, default=list(PLATFORMS))
    parser.add_argument("--pythons", nargs="+", choices=PYTHONS, default=list(PYTHONS))
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "workshop")
    parser.add_argument("--no-zip", action="store_true", help="only the folder")
    parser.add_argument("--no-site", action="store_true", help="leave the site out")
    options = parser.parse_args(arguments)
    try:
        index = {}
        for platform in options.platforms:
            for python in options.pythons:
                index.setdefault(platform, {})[python] = fetch(platform, python)
        folder = write_bundle(ROOT, index, options.output, site=not options.no_site)
        archives = [] if options.no_zip else write_zips(folder)
    except BundleError as error:
        print(f"workshop_bundle: {error}", file=sys.stderr)
        return 1
    print(f"\n{(folder / 'READ-ME-FIRST.txt').read_text('utf-8')}")
    for path in (folder, *archives):
        print(f"{size_of(path) / 1e6:8,.0f} MB  {path}")
    return 0


def this_system():
    """Return the name of the present system, as the script of the bundle sees it."""
    spec = importlib.util.spec_from_file_location("set_up", STICK / "set_up.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.this_system()


def fetch(platform, python, cache=ROOT / "build" / "wheels"):
    """Fetch the wheels for a system and a Python, and return their folder.

    A package may need another version for the first Python 3.11 than for the last one: both come.
    """
    folder = cache / f"{platform}-{python}"
    folder.mkdir(parents=True, exist_ok=True)
    pins = {release: resolve(platform, release) for release in (f"{python}.0", f"{python}.99")}
    wanted = set().union(*pins.values())
    for path in folder.glob("*.whl"):
        if name_of(path) not in wanted:
            path.unlink()
    for release, names in pins.items():
        download(
            platform, release, sorted(set(names) - set(map(name_of, folder.glob("*.whl")))), folder
        )
    return folder


def resolve(platform, python, root=ROOT):
    """List the packages, "name==version", that `make lab` installs there by requirements.lock.

    Args:
        platform: one of PLATFORMS.
        python: such as 3.11.0.
        root: of the course.

    Raises:
        BundleError: if the versions of the lock cannot be had as wheels.
    """
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--extra", "lab"]
    command += ["--python-platform", PLATFORMS[platform].target, "--python-version", python]
    command += ["--constraints", "requirements.lock", "--only-binary", ":all:"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "pyproject.toml"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise BundleError(f"{platform}, Python {python}: {' '.join(done.stderr.split())}")
    pins = [line for line in done.stdout.splitlines() if re.match(r"[a-z0-9]", line)]
    strange = set(pins) - locked(root)
    if strange:
        raise BundleError(f"{platform}: {sorted(strange)} is not in the lock: run make lock")
    return pins


def locked(root=ROOT):
    """Return every pin of requirements.lock, whatever system it is for."""
    lines = (root / "requirements.lock").read_text("utf-8").splitlines()
    return {line.partition(" ; ")[0] for line in lines}


def download(platform, python, pins, folder):
    """Put the wheels of these packages for a system and a Python into a folder.

    Raises:
        BundleError: if pip does not get one of them.
    """
    if not pins:
        return
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-cache-dir", "--no-deps"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--python-version", python]
    for tag in PLATFORMS[platform].tags:
        command += ["--platform", tag]
    print(f"Fetching {len(pins)} wheels for {platform}, Python {python} ...", flush=True)
    done = subprocess.run([*command, "--dest", str(folder), *pins], capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise BundleError(f"{platform}, Python {python}: {(errors or ['pip failed'])[-1]}")


def name_of(path):
    """Return "name==version" of a wheel."""
    return "{}=={}".format(*parse_wheel_filename(path.name)[:2])


def needs(folder):
    """Return the version, [major, minor], of glibc or macOS that a folder of wheels needs."""
    most = [0, 0]
    for path in folder.glob("*.whl"):
        tags = [tag.platform for tag in parse_wheel_filename(path.name)[3]]
        legacy = {"manylinux1": "manylinux_2_5", "manylinux2010": "manylinux_2_12"}
        legacy["manylinux2014"] = "manylinux_2_17"
        for old, new in legacy.items():
            tags = [tag.replace(f"{old}_", f"{new}_") for tag in tags]
        found = [re.match(r"(?:manylinux|macosx)_(\d+)_(\d+)_", tag) for tag in tags]
        versions = [[int(part) for part in match.groups()] for match in found if match]
        most = max(most, min(versions, default=[0, 0]))
    return most


def write_bundle(root, wheels, output, site=True):
    """Lay out the folder, and return it.

    Args:
        root: of the course, a Git clone.
        wheels: name of the system → Python, such as "3.12" → folder of wheels.
        output: where to put it; an older one of the same name goes.
        site: whether the built site comes along.

    Raises:
        BundleError: for names and sizes that FAT32 does not take.
    """
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    folder = output / f"vae-course-{version}"
    shutil.rmtree(folder, ignore_errors=True)
    for name in tracked(root):
        put(root / name, folder / "course" / name)
    has_site = site and (root / SITE / "index.html").is_file()
    if has_site:
        for path in sorted((root / SITE).rglob("*")):
            if path.is_file() and ".doctrees" not in path.parts:
                put(path, folder / "course" / path.relative_to(root))
    systems = {}
    for platform, pythons in wheels.items():
        for python, source in pythons.items():
            files = sorted(source.glob("*.whl"))
            for path in files:
                put(path, folder / "wheels" / path.name)
            entry = {"needs": needs(source), "files": [path.name for path in files]}
            systems.setdefault(platform, {})[python] = entry
    finish(folder, {"version": version, "systems": systems}, has_site)
    return folder


def finish(folder, index, has_site):
    """Write what depends on the other files: scripts, index, READ-ME-FIRST, checksums."""
    write_json(folder / "wheels" / "index.json", index)
    pythons = sorted({p for system in index["systems"].values() for p in system}, reverse=True)
    for name in ("set-up.sh", "set-up.bat", "set_up.py"):
        text = (STICK / name).read_text("utf-8").replace("{pythons}", " ".join(pythons))
        write_lines(folder / name, text, "\r\n" if name.endswith(".bat") else "\n")
    write_lines(folder / "READ-ME-FIRST.txt", read_me(folder, index, has_site), "\r\n")
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    check_fat32([path.relative_to(folder).as_posix() for path in paths])
    for path in paths:
        if path.stat().st_size > FAT32_BYTES:
            raise BundleError(f"{path} has {path.stat().st_size / 1e9:.1f} GB: FAT32 takes 4.29")
    sums = {path.relative_to(folder).as_posix(): sha256(path) for path in paths}
    write_text(folder / "SHA256SUMS", "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))


def check_fat32(names):
    """Refuse names that a stick formatted with FAT32, or Windows, does not take.

    Raises:
        BundleError: naming one.
    """
    seen = {}
    for name in names:
        for part in name.split("/"):
            if FAT32_FORBIDDEN.search(part) or part.split(".")[0].lower() in FAT32_RESERVED:
                raise BundleError(f"{name!r}: FAT32 does not take {part!r}")
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise BundleError(f"{name!r} and {other!r} are one name for FAT32")


def read_me(folder, index, has_site):
    """Return the text that is read first."""
    text = (STICK / "READ-ME-FIRST.txt").read_text("utf-8")
    site = (
        "The course as web pages: open course/docs/_build/html/index.html in a browser."
        if has_site
        else "The course's web pages are not in this folder: they were not built (make site)."
    )
    return text.format(version=index["version"], sizes=sizes(folder, index), site=site)


def sizes(folder, index):
    """Return a table of megabytes: what a laptop of each system reads, and a stick holds."""
    course = size_of(folder / "course")
    pythons = sorted({p for system in index["systems"].values() for p in system})
    head = "".join(f"{'Python ' + python:>13}" for python in pythons)
    lines = [f"{'':26}{head}{'in all':>13}"]
    everything = set()
    for platform, entries in index["systems"].items():
        files = {python: set(entry["files"]) for python, entry in entries.items()}
        columns = [megabytes(folder, files.get(python), course) for python in pythons]
        columns.append(megabytes(folder, set().union(*files.values()), course))
        lines.append(f"{PLATFORMS[platform].title:26}" + "".join(columns))
        everything |= set().union(*files.values())
    lines.append(
        f"{'all systems':26}{'':{13 * len(pythons)}}{megabytes(folder, everything, course)}"
    )
    return "\n".join(lines)


def megabytes(folder, names, course):
    """Return the size of the course and some wheels as a column of the table."""
    if names is None:
        return f"{'–':>13}"
    size = course + sum((folder / "wheels" / name).stat().st_size for name in names)
    return f"{size / 1e6:>10,.0f} MB"


def write_zips(folder):
    """Write one archive for each system beside the folder: the same, with its own wheels only.

    Raises:
        BundleError: for an archive that FAT32 does not take.
    """
    index = json.loads((folder / "wheels" / "index.json").read_text("utf-8"))
    sums = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    paths = []
    for platform, entries in index["systems"].items():
        own = {f"wheels/{name}" for entry in entries.values() for name in entry["files"]}
        kept = [s for s in sums if not s.endswith(".whl") or s.partition("  ")[2] in own]
        names = [line.partition("  ")[2] for line in kept]
        path = folder.parent / f"{folder.name}-{platform}.zip"
        path.unlink(missing_ok=True)
        # Wheels and images are packed already.
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name in names:
                archive.write(folder / name, f"{folder.name}/{name}")
            archive.writestr(f"{folder.name}/SHA256SUMS", "".join(f"{line}\n" for line in kept))
        if path.stat().st_size > FAT32_BYTES:
            raise BundleError(f"{path} has more than 4 GB: name fewer --pythons")
        paths.append(path)
    return paths


def tracked(root):
    """List the files that Git tracks.

    Raises:
        BundleError: without Git, or outside a clone.
    """
    command = ["git", "-C", str(root), "ls-files", "-z"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BundleError(f"the course must be a Git clone: {error}") from None
    return [name for name in done.stdout.split("\0") if name]


def put(source, target):
    """Give a file a second name, or copy it where that cannot be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return
    if source.suffix == ".whl":
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
    else:
        shutil.copyfile(source, target)


def write_lines(path, text, ending):
    """Write UTF-8 with these line ends: Windows reads its batch files only with its own."""
    write_bytes(path, text.replace("\n", ending).encode("utf-8"))


def sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(path):
    """Return the bytes of a file, or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())


if __name__ == "__main__":
    sys.exit(main())
