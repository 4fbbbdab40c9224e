"""Walk through a plan of tools/plans.toml as a room would, and say how long the machine takes.

For each chapter one kernel: the first cells, then the sections of the plan in their order, in the
learner's version with open exercises, with the fast-forward cell where the plan leaves something
out. A cell that fails stops the walk. It takes minutes, so it is no test.

    python tools/try_plan.py half_day
    python tools/try_plan.py two_days 04_sampling
"""

import argparse
import os
import sys
import tempfile
import time
import tomllib

import build_notebooks
import guide
import nbformat
import outline
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plan", help="such as half_day")
    parser.add_argument("chapters", nargs="*", help="such as 04_sampling; default: all of the plan")
    options = parser.parse_args(arguments)
    steps = tomllib.loads(guide.PLANS.read_text(encoding="utf-8"))
    if options.plan not in steps:
        parser.error(f"plan={options.plan!r}: allowed is one of {', '.join(steps)}")
    chapters = {chapter.stem: chapter for chapter in outline.chapters()}
    failed = 0
    for stem, parts in walks(options.plan, chapters).items():
        if not options.chapters or stem in options.chapters:
            failed += not walk(stem, parts)
    return failed


def walks(name, chapters):
    """Return what is run of each chapter: stem → list of (label, code cells)."""
    plan = tomllib.loads(guide.PLANS.read_text(encoding="utf-8"))[name]
    made, reached = {}, {}
    for raw in (step for block in plan["blocks"] for step in block["steps"]):
        if "chapter" not in raw:
            continue
        step, chapter = guide.read_step(raw, chapters, reached), chapters[raw["chapter"]]
        if step.is_told:
            continue
        parts = made.setdefault(chapter.stem, [("first cells", _code(chapter.sections[0]))])
        if step.forward:
            call = f'import vae_helpers as vh\nvh.fast_forward("{chapter.stem}", {step.forward})'
            parts.append((f"fast-forward to {step.forward}", [call]))
        for number in raw["sections"]:
            section = chapter.section(number)
            parts.append((f"section {number}", _code(section)))
    return made


def _code(section):
    """Return the learner's code cells of a section."""
    return [
        build_notebooks.to_learner(cell.source)
        for cell in section.cells
        if cell.cell_type == "code" and not outline.has_tag(cell, outline.GUARD)
    ]


def walk(stem, parts):
    """Run the parts of one chapter in one kernel; print seconds; say whether all went well."""
    cells = [nbformat.v4.new_code_cell(code) for _, codes in parts for code in codes]
    notebook = nbformat.v4.new_notebook(cells=cells)
    folder = str(guide.ROOT / "notebooks")
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": folder}})
    with tempfile.TemporaryDirectory() as home:
        os.environ["VAE_COURSE_HOME"] = home
        with client.setup_kernel():
            number = 0
            for label, codes in parts:
                start, busy = time.perf_counter(), _processor_seconds(client)
                for _ in codes:
                    try:
                        client.execute_cell(cells[number], number)
                    except CellExecutionError as error:
                        print(f"{stem}, {label}: {error}", file=sys.stderr)
                        return False
                    number += 1
                passed, busy = time.perf_counter() - start, _processor_seconds(client) - busy
                print(f"{stem:16} {label:36} {passed:6.1f} s, processor {busy:6.1f} s", flush=True)
    return True


def _processor_seconds(client):
    """Return the processor time of the kernel so far."""
    cell = nbformat.v4.new_code_cell("__import__('time').process_time()")
    client.nb.cells.append(cell)
    client.execute_cell(cell, len(client.nb.cells) - 1)
    return float(cell.outputs[0]["data"]["text/plain"])


if __name__ == "__main__":
    sys.exit(main())
