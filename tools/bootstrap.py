"""Make the environment .venv that `make` works in: python bootstrap.py EXTRA...

The packages come in the exact versions of requirements.lock. A stamp in .venv remembers what
was installed, so that the next call has nothing to do. The stamp goes before an installation
begins and comes back after it ends: one that was interrupted does not count.

With the extra "dev" the oldest versions that the course promises to run with are put beside the
environment, each in a folder of its own below .venv/oldest: the tests try them from there, and
need no network.

This file must start on any Python, however old, to be able to say that it is too old; hence no
f-strings, and no imports beyond the standard library.
"""

from __future__ import print_function

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

OLDEST, TOO_NEW = (3, 11), (3, 14)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")
STAMP = os.path.join(VENV, "course-setup.json")
LOG = os.path.join(VENV, "course-setup.log")
# The lower bounds of pyproject.toml that tests run with, and what these need besides.
OLDEST_PACKAGES = {
    "ipywidgets": ("ipywidgets==7.7.1", "ipython_genutils==0.2.0"),
    "keras": ("keras==3.13.0",),
}
NEEDED_GB = 4.0  # measured 3.3 with all extras, and the largest download, unpacked beside it
NO_ROOM = 30e6  # bytes; with fewer left, a failure that hides its cause was a full disk

NO_SPACE = re.compile(r"No space left on device|Errno 28\b|Disk quota exceeded|Errno 122\b")
NO_INDEX = re.compile(
    r"connection broken by|NewConnectionError|ConnectTimeout|ReadTimeout|Read timed out"
    r"|Max retries exceeded|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED|name resolution"
    r"|Connection refused|Connection reset|[45]\d\d (Client|Server) Error"
)
NO_MATCH = re.compile(r"No matching distribution found for (\S+)")


class SetupError(Exception):
    """What went wrong and what to do, in one line."""


def main(extras):
    check_python(sys.version_info, sys.executable)
    if already_done(extras):
        return
    check_writable()
    make_venv()
    extras = sorted(set(extras) | set(read_stamp().get("extras", [])))
    remove(STAMP)
    install(extras)
    if "dev" in extras:
        install_oldest()
    write_stamp(extras)
    print("The environment is ready: {}".format(VENV))


def check_python(version, executable):
    if not OLDEST <= tuple(version[:2]) < TOO_NEW:
        raise SetupError(
            "{} is Python {}.{}, and the course needs 3.11, 3.12 or 3.13. Install one from "
            "https://www.python.org/downloads/, or name yours: "
            "make lab PYTHON=/path/to/python3".format(executable, version[0], version[1])
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise SetupError(
            "{} cannot make environments. On Debian and Ubuntu: "
            "sudo apt install python{}.{}-venv".format(executable, version[0], version[1])
        )


def check_writable():
    try:
        with tempfile.TemporaryFile(dir=ROOT):
            pass
    except EnvironmentError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        raise SetupError(
            "the environment is made in the folder of the course, and you may not write into {0}. "
            "Copy the folder to a place of your own and start there; or make an environment "
            "elsewhere, install the packages of {0}/requirements.lock into it, and set "
            "PYTHONPATH={0}.".format(ROOT)
        )


def key():
    """Return a hash of everything that, when it changes, asks for a new installation."""
    digest = hashlib.sha256(ROOT.encode("utf-8"))
    for name in ("requirements.lock", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    digest.update(repr(sorted(OLDEST_PACKAGES.items())).encode("utf-8"))
    return digest.hexdigest()


def read_stamp():
    try:
        with open(STAMP) as file:
            stamp = json.load(file)
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(extras):
    """Write the stamp under another name first, so that it is never half there."""
    with open(STAMP + ".new", "w") as file:
        json.dump({"key": key(), "extras": extras, "root": ROOT}, file)
    os.rename(STAMP + ".new", STAMP)


def already_done(extras):
    stamp = read_stamp()
    return (
        stamp.get("key") == key()
        and set(extras) <= set(stamp.get("extras", []))
        and venv_version() is not None
        and not chosen_another()
    )


def venv_version():
    """Return (major, minor) of the Python in .venv, or None if there is none that works."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        output = subprocess.check_output([VENV_PYTHON, "-c", code], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(int(part) for part in output.decode().split("."))


def chosen_another():
    """Return whether PYTHON names another version than the one in .venv."""
    return bool(os.environ.get("PYTHON")) and venv_version() != sys.version_info[:2]


def has_pip():
    check = [VENV_PYTHON, "-m", "pip", "--version"]
    try:
        return subprocess.call(check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_venv():
    """Make .venv unless there is a good one; a broken, half-made or moved one is made again."""
    version = venv_version()
    if version is not None and (not OLDEST <= version < TOO_NEW or chosen_another()):
        raise SetupError(
            "the folder .venv holds Python {}.{}. To change to {}.{}, delete the folder "
            "{} and start again.".format(*(version + sys.version_info[:2] + (VENV,)))
        )
    moved = read_stamp().get("root", ROOT) != ROOT
    if version is not None and has_pip() and not moved:
        return
    check_space()
    print(
        "Making an environment with Python {}.{} in {} ...".format(
            *(sys.version_info[:2] + (VENV,))
        )
    )
    command = [sys.executable, "-m", "venv", "--clear", VENV]
    process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if process.returncode:
        output = process.stdout.decode("utf-8", "replace")
        raise SetupError(
            explanation(output) or "{} failed: {}".format(" ".join(command), last(output))
        )


def check_space():
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        raise SetupError(
            "{:.1f} GB are free in {}, and the environment needs about {:.0f} GB. "
            "Make room and start again.".format(free, ROOT, NEEDED_GB)
        )


def install(extras):
    """Install the course with its extras."""
    print("Installing the packages; the first time takes a few minutes ...")
    pip_install(["-c", "requirements.lock", "-e", ".[{}]".format(",".join(extras))])


def install_oldest():
    """Install each of the oldest packages into a folder of its own, always from nothing."""
    for name, packages in sorted(OLDEST_PACKAGES.items()):
        folder = os.path.join(VENV, "oldest", name)
        shutil.rmtree(folder, ignore_errors=True)
        pip_install(["--no-deps", "--target", folder] + list(packages))


def pip_install(arguments):
    """Run pip, show its progress in a few words, and explain a failure in one line."""
    command = [VENV_PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += arguments
    environment = dict(os.environ, PYTHONUNBUFFERED="1", PIP_PROGRESS_BAR="off", NO_COLOR="1")
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    lines = []
    for line in process.stdout:
        lines.append(line.decode("utf-8", "replace").rstrip())
        show(lines[-1])
    output = "\n".join(lines)
    saved = save_log(output)
    if process.wait():
        what = explanation(output) or "pip said: " + last(output)
        raise SetupError(what + (" (All that pip said: {})".format(LOG) if saved else ""))


def show(line):
    """Print what a learner waits for: the large downloads, and the unpacking."""
    size = re.match(r"\s*Downloading (\S+?)-\d\S* \(([\d.]+) (MB|GB)\)", line)
    if size and (size.group(3) == "GB" or float(size.group(2)) > 10):
        name = size.group(1).split("/")[-1]
        print("  downloading {}, {} {}".format(name, size.group(2), size.group(3)))
    elif line.startswith("Installing collected packages"):
        print("  unpacking {} packages".format(line.count(",") + 1))
    sys.stdout.flush()


def explanation(output):
    """Return one line for the failures that learners meet, None for any other."""
    if NO_SPACE.search(output) or shutil.disk_usage(ROOT).free < NO_ROOM:
        return (
            "the disk is full. The environment needs about {:.0f} GB in {}, and room for "
            "downloads in the temporary folder: make room and start again.".format(NEEDED_GB, ROOT)
        )
    if NO_INDEX.search(output):
        return (
            "the package index could not be reached. Check the network, and behind a proxy set "
            "HTTPS_PROXY; then start again."
        )
    missing = NO_MATCH.search(output)
    if missing:
        return (
            "the package index has no {} for this system and Python {}.{}. Try another Python: "
            "make lab PYTHON=python3.12".format(*((missing.group(1),) + sys.version_info[:2]))
        )
    return None


def last(output):
    """Return the last line that says something, best one that pip calls an error."""
    lines = [line for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["nothing"])[-1].strip()


def save_log(output):
    try:
        with open(LOG, "wb") as file:
            file.write(output.encode("utf-8"))
    except OSError:
        return False
    return True


def remove(path):
    if os.path.exists(path):
        os.remove(path)


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or ["lab"])
    except SetupError as error:
        sys.exit("Set-up stopped: {}".format(error))
    except EnvironmentError as error:
        sys.exit("Set-up stopped: {}".format(explanation(str(error)) or error))
    except KeyboardInterrupt:
        sys.exit("\nSet-up interrupted: start it again, and it goes on from here.")
