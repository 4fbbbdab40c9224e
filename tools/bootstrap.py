"""Do what `make` does, where there is no make: python tools/bootstrap.py lab

Any target of the Makefile whose commands are plain calls can be named: `lab` and `test` above all,
and NAME=value after it as with make. The command lines are read from the Makefile, so that there
is one place for them. `--extras lab dev` only makes the environment .venv; that is how make itself
comes here, through setup.sh.

The packages come in the exact versions of requirements.lock. A stamp in .venv remembers what
was installed, so that the next call has nothing to do. The stamp goes before an installation
begins and comes back after it ends: one that was interrupted does not count. Where
VAE_COURSE_WHEELS names a folder of wheels, they come from there and from nowhere else.

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
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

OLDEST, TOO_NEW = (3, 11), (3, 14)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
WINDOWS = os.name == "nt"
PROGRAMS, ENDING = ("Scripts", ".exe") if WINDOWS else ("bin", "")
VENV_PYTHON = os.path.join(VENV, PROGRAMS, "python" + ENDING)
STAMP = os.path.join(VENV, "course-setup.json")
LOG = os.path.join(VENV, "course-setup.log")
# The lower bounds of pyproject.toml that tests run with, and what these need besides.
OLDEST_PACKAGES = {
    "ipywidgets": ("ipywidgets==7.7.1", "ipython_genutils==0.2.0"),
    "keras": ("keras==3.13.0",),
}
NEEDED_GB = 4.0  # measured 3.3 with all extras, and the largest download, unpacked beside it
NO_ROOM = 30e6  # bytes; with fewer left, a failure that hides its cause was a full disk
LONGEST_PATH = 259  # characters, which Windows allows unless long paths are switched on
LONGEST_INSIDE = 188  # measured: .venv\\Lib\\site-packages\\ and TensorFlow's longest header

NO_SPACE = re.compile(r"No space left on device|Errno 28\b|Disk quota exceeded|Errno 122\b")
NO_INDEX = re.compile(
    r"connection broken by|NewConnectionError|ConnectTimeout|ReadTimeout|Read timed out"
    r"|Max retries exceeded|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED|name resolution"
    r"|Connection refused|Connection reset|[45]\d\d (Client|Server) Error"
)
NO_MATCH = re.compile(r"No matching distribution found for (\S+)")


class SetupError(Exception):
    """What went wrong and what to do, in one line."""


def main(arguments):
    if not suits(sys.version_info) and hand_over(arguments):
        return
    check_python(sys.version_info, sys.executable)
    if arguments[:1] == ["--extras"]:
        make_environment(arguments[1:] or ["lab"])
        return
    for environment, command in list(commands(arguments)):
        run(environment, command)


def make_environment(extras):
    if already_done(extras):
        return
    check_writable()
    check_length()
    make_venv()
    extras = sorted(set(extras) | set(read_stamp().get("extras", [])))
    remove(STAMP)
    install(extras)
    if "dev" in extras:
        install_oldest()
    write_stamp(extras)
    print("The environment is ready: {}".format(VENV))


def suits(version):
    return OLDEST <= tuple(version[:2]) < TOO_NEW


def hand_over(arguments):
    """Start again with a Python of this machine that suits, and return whether there was one."""
    for minor in range(TOO_NEW[1] - 1, OLDEST[1] - 1, -1):
        version = "3.{}".format(minor)
        python = ["py", "-" + version] if WINDOWS else ["python" + version]
        try:
            with open(os.devnull, "w") as null:
                check = python + ["-c", "import ensurepip, venv"]
                found = subprocess.call(check, stdout=null, stderr=null) == 0
        except EnvironmentError:
            found = False
        if found:
            run({}, python + [os.path.abspath(__file__)] + arguments)
            return True
    return False


def check_python(version, executable):
    if not suits(version):
        raise SetupError(
            "{} is Python {}.{}, and the course needs 3.11, 3.12 or 3.13. Install one from "
            "https://www.python.org/downloads/{}".format(
                executable,
                version[0],
                version[1],
                "" if WINDOWS else ", or name yours: make lab PYTHON=/path/to/python3",
            )
        )
    if sys.maxsize < 2**32:
        raise SetupError(
            "{} is a Python of 32 bits, for which there is no TensorFlow. Install one of 64 bits "
            "from https://www.python.org/downloads/".format(executable)
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise SetupError(
            "{} cannot make environments. On Debian and Ubuntu: "
            "sudo apt install python{}.{}-venv".format(executable, version[0], version[1])
        )


def commands(arguments):
    """Yield what make would run for these targets: the extra environment, and the words.

    The targets that `make` would build first come first. What needs a shell is refused.
    """
    targets = [word for word in arguments if "=" not in word]
    given = dict(word.split("=", 1) for word in arguments if "=" in word)
    variables, rules = read_makefile()
    variables = dict(os.environ, **dict(variables, **given))
    for target in targets or ["lab"]:
        if target not in rules:
            raise SetupError(
                "there is no {!r} to do. There are: {}".format(target, ", ".join(sorted(rules)))
            )
    done = []

    def visit(target):
        if target in done:
            return
        done.append(target)
        needs, recipe = rules[target]
        for need in needs:
            for line in visit(need):
                yield line
        for line in recipe:
            yield plain(expanded(line, variables), target)

    for target in targets or ["lab"]:
        for line in visit(target):
            yield line


def read_makefile():
    """Return the variables of the Makefile, and its rules: target -> (targets before, lines)."""
    with open(os.path.join(ROOT, "Makefile")) as file:
        lines = file.read().replace("\\\n", " ").splitlines()
    variables, rules, recipe = {}, {}, None
    for line in lines:
        assigned = re.match(r"([A-Z_]+) *[:?]?= *(.*)", line)
        rule = re.match(r"([a-z][a-z-]*):([^=#]*)", line)
        if line.startswith("\t") and recipe is not None:
            recipe.append(line.strip())
        elif assigned:
            variables[assigned.group(1)] = assigned.group(2).strip()
        elif rule:
            recipe = []
            rules[rule.group(1)] = rule.group(2).split(), recipe
    return variables, rules


def expanded(line, variables):
    """Put in the values of $(NAME), an unknown one being empty, as make does."""
    while "$(" in line:
        line = re.sub(r"\$\(([A-Za-z_]+)\)", lambda name: variables.get(name.group(1), ""), line)
    return line


def plain(line, target):
    """Split a line of the Makefile into the environment that it sets, and its words."""
    words = shlex.split(line.lstrip("@"))
    if not words or re.search(r"[|;&<>`$]", line) or words[0] in ("rm", "find", "awk"):
        raise SetupError("{!r} needs make and a shell: {}".format(target, line))
    environment = {}
    while re.match(r"[A-Za-z_]+=", words[0]):
        name, _, environment[name] = words.pop(0).partition("=")
    return environment, words


def run(environment, command):
    """Run a command in the folder of the course; its failure is ours."""
    if command[:2] == ["sh", "tools/setup.sh"]:
        make_environment(command[2:] or ["lab"])
        return
    if command[0].startswith(".venv/bin/"):
        command = [os.path.join(VENV, PROGRAMS, command[0].split("/")[-1] + ENDING)] + command[1:]
    # Windows would read and write files in an alphabet of its own.
    utf8 = {"PYTHONUTF8": "1"} if WINDOWS else {}
    sys.stdout.flush()
    # Ctrl-C reaches the program as well, and JupyterLab asks whether to end. Here it does nothing.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ, **dict(utf8, **environment)))
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    status = process.wait()
    signal.signal(signal.SIGINT, before)
    if status:
        sys.exit(status if status > 0 else 128 - status)


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


def check_length():
    """Refuse a folder in which the names of TensorFlow's files would be too long for Windows."""
    if not WINDOWS or long_paths():
        return
    longest = LONGEST_PATH - LONGEST_INSIDE - 1
    if len(ROOT) > longest:
        raise SetupError(
            "{} has {} characters, and Windows cannot take more than {} here. Move the folder of "
            "the course to a shorter place, such as C:\\course, and start there.".format(
                ROOT, len(ROOT), longest
            )
        )


def long_paths():
    """Return whether this Windows was told to allow longer paths."""
    import winreg

    try:
        place = r"SYSTEM\CurrentControlSet\Control\FileSystem"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as file_system:
            return winreg.QueryValueEx(file_system, "LongPathsEnabled")[0] == 1
    except OSError:
        return False


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
    os.replace(STAMP + ".new", STAMP)


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
    # Not a Python of .venv itself, which would have to remove itself.
    python = getattr(sys, "_base_executable", None) or sys.executable
    command = [python, "-m", "venv", "--clear", VENV]
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
    where = " from " + wheels() if wheels() else "; the first time takes a few minutes"
    print("Installing the packages{} ...".format(where))
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
    environment = dict(os.environ)
    if wheels():
        # Neither a setting of this machine nor one of this user may lead elsewhere.
        environment = {k: v for k, v in environment.items() if not k.startswith("PIP_")}
        environment["PIP_CONFIG_FILE"] = os.devnull
        command += ["--no-index", "--find-links", wheels()]
    command += arguments
    environment.update(PYTHONUNBUFFERED="1", PIP_PROGRESS_BAR="off", NO_COLOR="1")
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


def wheels():
    """Return the folder of wheels that stands in for the package index, or an empty string."""
    folder = os.environ.get("VAE_COURSE_WHEELS", "")
    if folder and not os.path.isdir(folder):
        raise SetupError("VAE_COURSE_WHEELS={!r}: there is no such folder.".format(folder))
    return os.path.abspath(folder) if folder else ""


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
        return "{} has no {} for this system and Python {}.{}. Try another Python: {}".format(
            wheels() or "the package index",
            missing.group(1),
            sys.version_info[0],
            sys.version_info[1],
            "py -3.12 tools\\bootstrap.py lab" if WINDOWS else "make lab PYTHON=python3.12",
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
        main(sys.argv[1:])
    except SetupError as error:
        sys.exit("Set-up stopped: {}".format(error))
    except EnvironmentError as error:
        sys.exit("Set-up stopped: {}".format(explanation(str(error)) or error))
    except KeyboardInterrupt:
        sys.exit("\nSet-up interrupted: start it again, and it goes on from here.")
