"""Set the course up from a bundle as a learner does: new home, no network, no index; then use it.

    make test-bundle PYTHONS="python3.11 python3.12"

Where Linux allows a network namespace, there is no network but loopback; elsewhere every index and
proxy leads to a dead port. Tried are a damaged wheel, the set-up, `vae-helpers preflight`, notebook
00 without a browser, and JupyterLab.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import workshop_bundle

ROOT = Path(__file__).resolve().parents[1]
VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"
DEAD = "http://127.0.0.1:9"
LOOPBACK = 'ip link set lo up && exec "$@"'
NAMESPACE = ["unshare", "--map-root-user", "--net", "sh", "-c", LOOPBACK, "-"]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pythons", nargs="*", default=["python3"], help="programs to set up with")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "workshop")
    options = parser.parse_args(arguments)
    archive = build(options.pythons, options.output)
    for python in options.pythons:
        with tempfile.TemporaryDirectory(prefix="a stick, unpacked ") as place:
            try_out(archive, python, Path(place))
    print("The bundle works without a network.")


def build(pythons, output):
    """Build the bundle for this system and these Pythons; return its archive."""
    versions = [subprocess.check_output([p, "-c", VERSION], text=True).strip() for p in pythons]
    system = workshop_bundle.this_system()
    arguments = ["--platforms", system, "--pythons", *versions, "--output", str(output)]
    if workshop_bundle.main(arguments):
        sys.exit(1)
    (archive,) = output.glob(f"*-{system}.zip")
    return archive


def try_out(archive, python, place):
    """Unpack into an empty folder, and go through what a learner does, in a new home."""
    with zipfile.ZipFile(archive) as file:
        file.extractall(place)
    (bundle,) = place.iterdir()
    home = place / "home"
    home.mkdir()
    environment = {
        "PATH": f"{Path(shutil.which(python)).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(home),
        "PYTHON": shutil.which(python),
        "PIP_INDEX_URL": DEAD,
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), DEAD),
        "no_proxy": "127.0.0.1,localhost",
    }
    offline = namespace()
    print(f"{python}: {'a namespace without a network' if offline else 'a dead proxy'}", flush=True)

    def run(*command, folder=home, expect=0):
        start = time.perf_counter()
        done = subprocess.run(
            [*offline, *command], cwd=folder, env=environment, capture_output=True, text=True
        )
        seconds = time.perf_counter() - start
        print(f"{seconds:6.1f} s  {' '.join(map(str, command[:4]))[-70:]}", flush=True)
        if done.returncode != expect:
            sys.exit(f"status {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done

    version = subprocess.check_output([python, "-c", VERSION], text=True).strip()
    (wheel,) = (bundle / "wheels").glob(f"tensorflow-*-cp{version.replace('.', '')}-*.whl")
    flip(wheel)
    stopped = run("sh", bundle / "set-up.sh", expect=1)
    if f"wheels/{wheel.name}" not in stopped.stderr:
        sys.exit(f"the damaged {wheel.name} was not named: {stopped.stderr}")
    flip(wheel)
    done = run("sh", bundle / "set-up.sh")
    print(done.stdout)
    (course,) = home.glob("vae-course-*")
    shutil.rmtree(bundle)  # the stick is taken out
    print(f"        {workshop_bundle.size_of(course) / 1e6:,.0f} MB on the disk")
    run("sh", "tools/setup.sh", "lab", folder=course)
    preflight = run(course / ".venv/bin/vae-helpers", "preflight", folder=course)
    print(preflight.stdout)
    run(course / ".venv/bin/python", "tools/run_course.py", "00_start_here", folder=course)
    open_lab(offline, course, environment)


def namespace():
    """Return the words before a command that take its network away, where Linux allows that."""
    try:
        inside = subprocess.run([*NAMESPACE, "true"], capture_output=True)
    except OSError:
        return []
    return NAMESPACE if inside.returncode == 0 else []


def flip(path):
    """Change one bit in the middle of a file; the second time it is as before."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


# Inside the namespace, since its loopback is its own: start JupyterLab, ask it for its page.
ASK = """
import os, signal, subprocess, sys, time, urllib.request
lab = subprocess.Popen(sys.argv[1:], start_new_session=True)
try:
    for _ in range(120):
        time.sleep(1)
        try:
            urllib.request.urlopen("http://127.0.0.1:8899/api", timeout=5)
        except OSError:
            continue
        page = urllib.request.urlopen("http://127.0.0.1:8899/lab?token=try", timeout=30).read()
        assert b"JupyterLab" in page, page[:500]
        break
    else:
        sys.exit("JupyterLab did not answer")
finally:
    lab.send_signal(signal.SIGTERM)
    lab.wait(30)
"""


def open_lab(offline, course, environment):
    """Open the course with the script that the set-up wrote, and ask for JupyterLab's page."""
    (starter,) = course.glob("start.*")
    options = "--no-browser --ServerApp.port=8899 --IdentityProvider.token=try"
    command = [sys.executable, "-c", ASK, "sh", str(starter), f"LAB_ARGS={options}"]
    extra = ["--allow-root"] if os.geteuid() == 0 else []
    command[-1] = " ".join([command[-1], *extra])
    start = time.perf_counter()
    done = subprocess.run([*offline, *command], cwd=course, env=environment, capture_output=True)
    print(f"{time.perf_counter() - start:6.1f} s  JupyterLab", flush=True)
    if done.returncode:
        sys.exit(done.stderr.decode()[-3000:])


if __name__ == "__main__":
    sys.exit(main())
