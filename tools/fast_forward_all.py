"""Prove that fast-forward gives every section of every chapter what a run-through would have given.

For each chapter, in a process of its own: run the solutions from top to bottom, and note at the
start of every section the values of all names that it and the sections below it need. Then, for
each section, fast-forward into an empty namespace, and compare: arrays by shape, moments and a
sample, models by their weights, generators by their state. What depends on nothing else than equal
values goes on equally. ``--kernels`` goes the long way instead: a fresh
kernel for each section, in which the cell that fast-forwards is run, and all cells below.
"""

import argparse
import ast
import contextlib
import functools
import io
import os
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

import nbformat
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
LONGEST = 200  # of an array's numbers, and of a container's parts, so many are compared
DEEPEST = 6


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", help="such as 01_autoencoder; default: all")
    parser.add_argument(
        "--set", choices=["learner", "solutions"], default="solutions", dest="which"
    )
    parser.add_argument("--sections", type=int, nargs="*", help="default: all but the first")
    parser.add_argument("--kernels", action="store_true", help="run all below in fresh kernels")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    from vae_helpers import sections

    names = options.chapters or sections.chapters()
    if options.here:
        return int(compare_all(names[0], options.which, options.sections))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        os.environ["VAE_COURSE_HOME"] = str(home)
        results = [_in_process(options, name, home) for name in names]
    return int(any(results))


def _in_process(options, name, home):
    if options.kernels:
        return run_below(name, options.which, options.sections)
    command = [sys.executable, __file__, name, "--here", "--set", options.which]
    if options.sections:
        command += ["--sections", *map(str, options.sections)]
    environment = os.environ | {"VAE_COURSE_EXPECT": "right"}
    failed = subprocess.run(command, env=environment).returncode
    left = [path.name for path in home.iterdir()]
    if left:
        print(f"{name}: left {', '.join(left)} in the learner's folder")
    return failed or bool(left)


# By comparison.


def compare_all(chapter, which="solutions", only=None):
    """Compare fast-forward with a run-through; return whether anything differs."""
    from vae_helpers import sections
    from vae_helpers.checks import core

    here = sections.read_chapter(chapter)
    needs = here.guards_need if which == "solutions" else here.needs
    wanted = only or [n for n in needs if n > 1]
    os.environ["VAE_COURSE_HOME"] += "-run-through"  # whose experiments are no matter here
    noted, seconds = run_through(chapter, {n: needs[n] for n in wanted})
    print(f"{chapter}: run through in {seconds:.0f} CPU-s", flush=True)
    differs = False
    os.environ["VAE_COURSE_HOME"] = os.environ["VAE_COURSE_HOME"].removesuffix("-run-through")
    for n in wanted:
        for exercise in core.exercises_of(chapter[:2]).values():
            exercise.state, exercise._answer = core.NOT_ATTEMPTED, ...
        namespace = {"__name__": "__main__", "display": print}
        start = time.process_time()
        prefix = "solutions/" if which == "solutions" else ""
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                sections.fast_forward(f"{prefix}{chapter}", n, namespace=namespace)
            made = {name: plain(namespace.get(name, "missing")) for name in needs[n]}
            found = [
                path
                for name in sorted(made)
                for path in differences(noted[n][name], made[name], name)
            ]
        except sections.FastForwardError as error:
            found = [str(error)]
        differs = differs or bool(found)
        result = f"DIFFERS: {'; '.join(found[:5])}" if found else f"{len(needs[n])} names agree"
        print(
            f"{chapter}, section {n}: {time.process_time() - start:.1f} CPU-s, {result}", flush=True
        )
    return differs


def run_through(chapter, needs):
    """Run the solutions; return section → name → value in plain form, and processor seconds."""
    import build_notebooks

    cells = build_notebooks.read_cells(NOTEBOOKS / "source" / f"{chapter}.py")
    namespace = {"__name__": "__main__", "display": lambda *shown: None}
    noted, start = {}, time.process_time()
    for cell in cells:
        if cell.cell_type == "markdown":
            for number in map(int, build_notebooks.NUMBERED.findall(cell.source)):
                names = needs.get(number, ())
                noted[number] = {name: plain(namespace.get(name, "missing")) for name in names}
            continue
        code = build_notebooks.solved(cell.source)
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.parse(code), cell.id, "exec"), namespace)
    return noted, time.process_time() - start


def plain(value, depth=0):
    """Bring a value into a form that can be kept and compared: lists, dicts, numbers, texts."""
    if value is None or isinstance(value, str | bool | int | bytes):
        return value
    if isinstance(value, float | complex | np.generic | np.ndarray):
        return _plain_array(np.asarray(value))
    if depth > DEEPEST:
        return type(value).__name__
    further = functools.partial(plain, depth=depth + 1)
    if isinstance(value, dict):
        return {str(key): further(part) for key, part in list(value.items())[:LONGEST]}
    if isinstance(value, list | tuple):
        return [len(value), *(further(part) for part in value[:LONGEST])]
    if isinstance(value, np.random.Generator):
        return str(value.bit_generator.state)
    if isinstance(value, types.ModuleType):
        return value.__name__
    if isinstance(value, types.FunctionType):
        return "a function"  # the learner's, or the package's: both are right
    if hasattr(value, "weights") and hasattr(value, "get_weights"):
        return [type(value).__name__, *map(further, value.get_weights())]
    if hasattr(value, "__array__") and not isinstance(value, type):
        return _plain_array(np.asarray(value))
    if isinstance(value, type) or not hasattr(value, "__dict__"):
        return getattr(value, "__name__", type(value).__name__)
    if type(value).__module__.startswith("vae_helpers.checks"):
        return type(value).__name__
    return {"a": type(value).__name__} | further(vars(value))


def _plain_array(array):
    if array.dtype.kind not in "fiubc" or not array.size:
        return [str(array.dtype), str(array.shape), str(array[:3] if array.ndim else array)]
    numbers = array.ravel()
    sample = numbers[:: max(1, numbers.size // LONGEST)].astype(float)
    with np.errstate(all="ignore"):
        return [str(array.shape), np.array([numbers.mean(), numbers.std(), *sample], dtype=float)]


def differences(expected, found, path):
    """Return the paths at which two plain values differ."""
    if isinstance(expected, np.ndarray) and isinstance(found, np.ndarray):
        same = expected.shape == found.shape and np.allclose(
            expected, found, rtol=1e-3, atol=1e-4, equal_nan=True
        )
        return [] if same else [path]
    if isinstance(expected, dict) and isinstance(found, dict) and expected.keys() == found.keys():
        pairs = [(f"{path}[{key}]", expected[key], found[key]) for key in expected]
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = [
            (f"{path}[{i}]", a, b) for i, (a, b) in enumerate(zip(expected, found, strict=True))
        ]
    else:
        same = type(expected) is type(found) and not isinstance(expected, list | dict)
        return [] if same and expected == found else [path]
    return [deeper for where, a, b in pairs for deeper in differences(a, b, where)]


# By running all below.


def run_below(chapter, which="solutions", only=None):
    """Run for each section its fast-forward and all cells below; return whether any failed."""
    import run_course

    path = NOTEBOOKS / ("solutions" if which == "solutions" else "") / f"{chapter}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    from vae_helpers import sections

    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for n in only or sections.read_chapter(chapter).needs:
            target = Path(folder) / f"{chapter}_from_{n}.ipynb"
            nbformat.write(from_section(notebook, n), target)
            name = f"{path.relative_to(NOTEBOOKS).with_suffix('')} from {n}"
            runs.append(run_course.run(target, name=name, which=which))
    for failed in (one for one in runs if one.error):
        print(f"\n--- {failed.name}\n{failed.error}")
    print(run_course.table(runs))
    return any(one.error for one in runs)


def from_section(notebook, section):
    """Return a notebook of the cell that fast-forwards to a section, and all cells from there."""
    import build_notebooks

    cells = notebook.cells
    (late,) = (cell for cell in cells if cell.id == "fast-forward")
    late = nbformat.from_dict(
        late | {"source": late.source.replace("section = 1", f"section = {section}")}
    )
    first = next(
        i
        for i, cell in enumerate(cells)
        if cell.cell_type == "markdown"
        and str(section) in build_notebooks.NUMBERED.findall(cell.source)
    )
    set_up = [c for c in cells[:first] if c.cell_type == "code" and c.id != "fast-forward"]
    before = set_up if section == 1 else []  # section 1 is what follows the set-up
    return nbformat.v4.new_notebook(
        cells=[late, *before, *cells[first:]], metadata=notebook.metadata
    )


if __name__ == "__main__":
    sys.exit(main())
