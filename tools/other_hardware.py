"""Run the solutions as other machines would compute them: do all asserted numbers hold there?

    python tools/other_hardware.py [--machines "like a GPU" …] [--chapters 03_training …]

Threads and oneDNN change the order in which numbers are added up, a GPU rounds the factors of
products as well (``tools/hardware/like_a_gpu.py`` plays one), and JAX draws other noise. What a
training makes of that is another draw: a chapter must say nothing that such a draw can break.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import run_course

LIKE_A_GPU = Path(__file__).parent / "hardware" / "like_a_gpu.py"
MACHINES = {
    "one thread": {"TF_NUM_INTRAOP_THREADS": "1", "OMP_NUM_THREADS": "1"},
    "eight threads": {"TF_NUM_INTRAOP_THREADS": "8", "OMP_NUM_THREADS": "8"},
    "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "like a GPU": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "JAX": {"KERAS_BACKEND": "jax"},
}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--machines", nargs="*", choices=MACHINES, default=list(MACHINES))
    parser.add_argument("--chapters", nargs="*", default=(), help="such as 03_training")
    options = parser.parse_args(arguments)
    runs = []
    for name in options.machines:
        with tempfile.TemporaryDirectory() as folder:
            set_machine(name, Path(folder))
            for path in run_course.notebooks(options.chapters, "solutions"):
                runs.append(run_course.run(path, name=f"{name}: {path.stem}"))
    for failed in (one for one in runs if one.error):
        print(f"\n--- {failed.name}\n{failed.error}")
    print(f"\n{run_course.table(runs)}")
    return int(any(one.error for one in runs))


def set_machine(name, folder):
    """Let the kernels that start from now on compute as the named machine."""
    for variables in MACHINES.values():
        for variable in variables:
            os.environ.pop(variable, None)
    start_up = folder / "ipython" / "profile_default" / "startup"
    start_up.mkdir(parents=True)
    if name == "like a GPU":
        shutil.copy(LIKE_A_GPU, start_up)
    os.environ |= MACHINES[name] | {"IPYTHONDIR": str(folder / "ipython")}
    os.environ["VAE_COURSE_HOME"] = str(folder / "home")


if __name__ == "__main__":
    sys.exit(main())
