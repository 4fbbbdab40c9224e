"""Set up the course from this folder, without a network: python set_up.py [FOLDER]

Every file that this laptop needs is compared with SHA256SUMS first. The course is then copied into
FOLDER, beside your own files unless told, and its packages are installed from the wheels here.
`python set_up.py --check` compares all files of all systems, and does nothing else.

This file must start on any Python, to be able to say that it is too old.
"""

# ruff: noqa: B904, C4, D415, RUF005, SIM115, UP010, UP020, UP024, UP032
from __future__ import print_function

import hashlib
import io
import json
import os
import platform
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MARKER = ".workshop-bundle"
WINDOWS = os.name == "nt"


class SetupError(Exception):
    """What went wrong and what to do, in one line."""


def main(arguments):
    sums = read_sums()
    if arguments == ["--check"]:
        check(sums, sorted(sums))
        print("All {} files are as they should be.".format(len(sums)))
        return
    files = sorted(name for name in sums if name.startswith("course/"))
    check(sums, ["wheels/index.json"] + files)
    with io.open(at("wheels/index.json"), encoding="utf-8") as file:
        index = json.load(file)
    bootstrap = of_the_course()
    try:
        bootstrap.check_python(sys.version_info, sys.executable)
        wheels = for_this_laptop(index)
        check_system(wheels["needs"])
        check(sums, ["wheels/" + name for name in wheels["files"]])
        default = os.path.join(os.path.expanduser("~"), "vae-course-" + index["version"])
        folder = os.path.abspath(arguments[0] if arguments else default)
        copy(files, folder, edition(sums, files))
    except bootstrap.SetupError as error:
        raise SetupError(str(error))
    command = [sys.executable, os.path.join(folder, "tools", "bootstrap.py"), "--extras", "lab"]
    environment = dict(os.environ, VAE_COURSE_WHEELS=os.path.join(HERE, "wheels"))
    environment.pop("PYTHON", None)
    sys.stdout.flush()
    status = subprocess.call(command, cwd=folder, env=environment)
    if status:
        sys.exit(status)
    print("\nDone: the course is in {}".format(folder))
    print("Open it with {}".format(write_starter(folder)))


def read_sums():
    """Return path -> SHA-256, as SHA256SUMS has them."""
    with io.open(os.path.join(HERE, "SHA256SUMS"), encoding="utf-8", errors="replace") as file:
        lines = [line.partition("  ") for line in file.read().splitlines()]
    return {name: digest for digest, _, name in lines}


def check(sums, names):
    """Compare files with their sums; name those that differ."""
    size = sum(os.path.getsize(path) for path in map(at, names) if os.path.isfile(path))
    print("Checking {} files, {:.0f} MB ...".format(len(names), size / 1e6))
    sys.stdout.flush()
    bad = [name for name in names if sha256(at(name)) != sums.get(name)]
    if bad:
        others = " and {} more".format(len(bad) - 5) if bad[5:] else ""
        raise SetupError(
            "damaged or missing in {}: {}. Copy again from where this folder comes from, and start "
            "again.".format(HERE, ", ".join(bad[:5]) + others)
        )


def at(name):
    return os.path.join(HERE, *name.split("/"))


def sha256(path):
    """Return a file's SHA-256, or None where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
    except EnvironmentError:
        return None
    return digest.hexdigest()


def of_the_course():
    """Import the course's own set-up, whose checks and words hold here too."""
    sys.path.insert(0, at("course/tools"))
    sys.dont_write_bytecode = True
    import bootstrap

    return bootstrap


def this_system():
    """Return the name that the bundle has for this machine's system and processor."""
    system = {"linux": "linux", "darwin": "macos", "win32": "windows"}.get(sys.platform)
    machine = platform.machine().lower()
    processor = {"amd64": "x86-64", "x86_64": "x86-64", "aarch64": "arm64", "arm64": "arm64"}
    return "{}-{}".format(system or sys.platform, processor.get(machine, machine))


def for_this_laptop(index):
    """Return what the bundle has for this system and Python: the wheels, and what they need."""
    systems, system = index["systems"], this_system()
    if system not in systems:
        raise SetupError(
            "there are no packages here for this machine, {}; there are for {}. With a network, "
            "docs/set-up.md says how to do without this folder.".format(
                system, ", ".join(sorted(systems))
            )
        )
    python = "{}.{}".format(*sys.version_info[:2])
    if python not in systems[system]:
        raise SetupError(
            "{} is Python {}, and the packages here are for {}. Install one of these first.".format(
                sys.executable, python, ", ".join(sorted(systems[system]))
            )
        )
    return systems[system][python]


def check_system(needs):
    """Refuse a system that is older than the wheels allow."""
    if sys.platform == "darwin":
        name, version = "macOS", platform.mac_ver()[0]
    elif sys.platform.startswith("linux"):
        name, version = "glibc", platform.libc_ver()[1]
    else:
        return
    have = [int(part) for part in re.findall(r"\d+", version)[:2]]
    if have < needs:
        raise SetupError(
            "the packages here need {} {}.{} or later, and this machine has {}. A newer system, or "
            "Colab, is the way.".format(name, needs[0], needs[1], version or "none")
        )


def edition(sums, files):
    """Return what tells this bundle's course from another one."""
    text = "".join(sums[name] for name in files)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def copy(files, folder, this):
    """Copy the course; files that are there already are the learner's, and stay."""
    marker = os.path.join(folder, MARKER)
    if os.path.isdir(folder) and os.listdir(folder):
        if not os.path.isfile(marker) or io.open(marker).read().strip() != this:
            raise SetupError(
                "{} holds something else already. Name a folder that is empty or new: {}".format(
                    folder, "set-up.bat FOLDER" if WINDOWS else "sh set-up.sh FOLDER"
                )
            )
    else:
        write(marker, (this + "\n").encode("ascii"))
    print("Copying the course into {} ...".format(folder))
    for name in files:
        target = os.path.join(folder, *name.split("/")[1:])
        if not os.path.exists(target):
            with open(at(name), "rb") as file:
                write(target, file.read())


def write(path, content):
    """Write a file under another name first, so that it is never half there."""
    if not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path))
    with open(path + ".part", "wb") as file:
        file.write(content)
    os.replace(path + ".part", path)


def write_starter(folder):
    """Write what opens the course later, and return its name."""
    if WINDOWS:
        name = "start.bat"
        text = '@"%~dp0.venv\\Scripts\\python.exe" "%~dp0tools\\bootstrap.py" lab %*\r\n'
    else:
        name = "start.command" if sys.platform == "darwin" else "start.sh"
        text = (
            '#!/bin/sh\ncd "$(dirname "$0")" && exec .venv/bin/python tools/bootstrap.py lab "$@"\n'
        )
    path = os.path.join(folder, name)
    write(path, text.encode("ascii"))
    os.chmod(path, 0o755)
    return path if sys.platform in ("win32", "darwin") else "sh " + path


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (SetupError, EnvironmentError) as error:
        sys.exit("Set-up stopped: {}".format(error))
    except KeyboardInterrupt:
        sys.exit("\nSet-up interrupted: start it again, and it goes on from here.")
