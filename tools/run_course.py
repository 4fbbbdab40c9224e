"""Execute every notebook of the course, headless, and end with a table of times and results.

The solutions must answer every exercise right, and the learner's set none at all: the checkers
see to it (``VAE_COURSE_EXPECT``). Nothing is written, save with ``--output``, and with ``--write``
the times and the measured numbers of the solutions, from where ``make results`` takes them.
"""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from vae_helpers.course import MEASURED, MeasuredNumbers, course_mode
from vae_helpers.files import read_json, write_json

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
EXPECT = {"learner": "not attempted", "solutions": "right"}


@dataclass(frozen=True)
class Run:
    """How one notebook went."""

    name: str
    seconds: float
    cpu_seconds: float | None
    peak_megabytes: float | None
    error: str = ""
    measured: list = field(default_factory=list)

    @property
    def result(self) -> str:
        """The last column of the table."""
        return "FAILED" if self.error else "passed"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", help="such as 01_autoencoder; default: all")
    parser.add_argument("--set", choices=[*EXPECT, "both"], default="both", dest="which")
    parser.add_argument("--output", type=Path, help="folder for the executed notebooks")
    parser.add_argument("--write", action="store_true", help="keep times and numbers")
    parser.add_argument("--timeout", type=int, help="seconds a cell (600; full mode: none)")
    options = parser.parse_args(arguments)
    try:
        paths = notebooks(options.chapters, options.which)
    except FileNotFoundError as error:
        print(f"run_course: {error}", file=sys.stderr)
        return 2
    timeout = options.timeout or (None if course_mode() == "full" else 600)
    with tempfile.TemporaryDirectory() as home:
        os.environ["VAE_COURSE_HOME"] = home
        runs = []
        for path in paths:
            runs.append(run(path, timeout, options.output))
            if options.write and path.parent.name == "solutions" and not runs[-1].error:
                keep(runs[-1])
    for failed in (one for one in runs if one.error):
        print(f"\n--- {failed.name}\n{failed.error}")
    print(f"\n{table(runs)}")
    return int(any(one.error for one in runs))


def notebooks(chapters=(), which="both"):
    """List the notebooks to run: the learner's set, then the solutions."""
    folders = {"learner": NOTEBOOKS, "solutions": NOTEBOOKS / "solutions"}
    wanted = [folder for name, folder in folders.items() if which in (name, "both")]
    names = ("[0-9][0-9]_*.ipynb", "your_*.ipynb")  # the chapters, then the templates
    found = [path for folder in wanted for name in names for path in sorted(folder.glob(name))]
    stems = [Path(name).stem for name in chapters]
    for stem in stems:
        if stem not in {path.stem for path in found}:
            raise FileNotFoundError(f"there is no notebook {stem!r}")
    found = [path for path in found if not stems or path.stem in stems]
    if not found:
        raise FileNotFoundError(f"there are no notebooks in {NOTEBOOKS}")
    return found


def run(path, timeout=600, output=None, name=None, which=None, kernel="python3"):
    """Execute one notebook in a kernel of its own, in its own folder."""
    name = name or str(path.relative_to(NOTEBOOKS).with_suffix(""))
    print(f"running {name} …", flush=True)
    which = which or ("solutions" if path.parent.name == "solutions" else "learner")
    os.environ["VAE_COURSE_EXPECT"] = EXPECT[which]
    notebook = nbformat.read(path, as_version=4)
    client = Client(
        notebook,
        timeout=timeout,
        kernel_name=kernel,
        extra_arguments=["--log-level=40"],  # errors; not that loopback is unencrypted
        resources={"metadata": {"path": str(path.parent)}},
    )
    error = ""
    start = time.perf_counter()
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
        error = str(problem).strip()
    seconds = time.perf_counter() - start
    if output is not None:
        target = output / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
    numbers = measured(notebook)
    return Run(name, seconds, client.cpu_seconds, client.peak_megabytes, error, numbers)


def measured(notebook):
    """Collect the rows of all tables that ``vae_helpers.measured`` made in a notebook."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    tables = [output.get("data", {}).get(MeasuredNumbers.MIME, []) for output in outputs]
    return [dict(row) for table in tables for row in table]


def keep(one, path=MEASURED):
    """Put a run's times and numbers into a file, beside those of other chapters and modes."""
    content = read_json(path) if path.is_file() else {}
    content.setdefault(Path(one.name).name, {})[course_mode()] = {
        "seconds": one.seconds,
        "cpu_seconds": one.cpu_seconds,
        "peak_megabytes": one.peak_megabytes,
        "cores": os.cpu_count(),
        "measured": one.measured,
    }
    write_json(path, dict(sorted(content.items())))


class Client(NotebookClient):
    """A client that notes the kernel's processor time and memory, where Linux tells them."""

    cpu_seconds = None
    peak_megabytes = None

    async def async_execute_cell(self, *args, **kwargs):
        """Execute a cell, then look at what the kernel has used so far."""
        try:
            return await super().async_execute_cell(*args, **kwargs)
        finally:
            process = getattr(getattr(self.km, "provisioner", None), "process", None)
            with contextlib.suppress(OSError):
                self._look_at(Path("/proc") / str(process.pid if process else None))

    def _look_at(self, folder):
        # After the name, which may hold anything: fields 14 and 15 of the line are clock ticks.
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        self.cpu_seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        for line in (folder / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                self.peak_megabytes = int(line.split()[1]) / 1024


def table(runs):
    """Lay out the runs: notebook, seconds, processor seconds, peak memory, result."""
    width = max(len(one.name) for one in runs)
    lines = [f"{'notebook':<{width}}  seconds    CPU s  peak MB  result"]
    for one in runs:
        numbers = f"{one.seconds:7.1f}  {_or_dash(one.cpu_seconds, 1)}"
        numbers += f"  {_or_dash(one.peak_megabytes, 0)}"
        lines.append(f"{one.name:<{width}}  {numbers}  {one.result}")
    seconds = sum(one.seconds for one in runs)
    n_failed = sum(bool(one.error) for one in runs)
    verdict = f"{n_failed} failed" if n_failed else "all passed"
    lines.append(f"{'total':<{width}}  {seconds:7.1f}  {'':7}  {'':7}  {verdict}")
    return "\n".join(lines)


def _or_dash(number, digits):
    return f"{'–':>7}" if number is None else f"{number:7.{digits}f}"


if __name__ == "__main__":
    sys.exit(main())
