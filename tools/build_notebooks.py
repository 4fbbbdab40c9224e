"""Write the notebooks of the course from their sources.

``notebooks/source/NN_topic.py`` is the only form that people edit. From it come

- ``notebooks/NN_topic.ipynb``: for the learner, with stubs in place of the solutions,
- ``notebooks/solutions/NN_topic.ipynb``: complete,
- ``vae_helpers/assets/solutions/NN_topic.json``: what ``exercise.solution()`` shows,
- ``vae_helpers/assets/sections/NN_topic.json``: what ``vh.fast_forward`` runs for latecomers.

A template is a notebook without a number, ``your_topic.py``, that learners fill with their own.

The same source gives the same bytes, so ``--check`` can tell whether anything is stale. How to
write a chapter: docs/authoring.md.
"""

import argparse
import ast
import hashlib
import json
import re
import sys
import textwrap
import tomllib
from dataclasses import dataclass
from pathlib import Path

import dependencies
import jupytext
import nbformat

from vae_helpers.files import replacing

ROOT = Path(__file__).resolve().parents[1]
SOLUTION, STUB, END = "# <solution>", "# <stub>", "# </solution>"
CHAPTER = re.compile(r"(\d\d|your)_[a-z0-9_]+")  # your_topic: a template, which has no number
YOUR_CODE = "# your code here"
FIRST_CELL, LAST_CELL = ROOT / "tools" / "first_cell.py", ROOT / "tools" / "last_cell.py"
FAST_FORWARD = """\
# Late, or back after a restart? Say with which section you go on, and run this cell.
section = 1
import vae_helpers as vh

vh.fast_forward("{}", section)"""
SAVE_A_COPY = "*On Colab: File → Save a copy in Drive first, or your answers go with the session.*"
TEACHER = "teacher"  # the tag of a cell for the instructor's guide, which neither set has
GUARD = "guard"  # the tag of a cell that guards the prose: the solutions have it, the learner not
PREDICT = re.compile(r"\*\*(Predict|Before you run)")
SEE = "**What to see.**"
MINUTES = re.compile(r"^(##+ .*?) *<!-- *(\d+) min *--> *$", re.MULTILINE)  # of a heading
NUMBERED = re.compile(r"^## (\d+)\. ", re.MULTILINE)
# What ends the text that is folded: a heading, a label, a rule (which is dropped), a fold.
UNFOLDED = re.compile(r"#+ |---$|<details>|\*\*(Predict|Before you run|What to try|What did you)")


class SourceError(ValueError):
    """A chapter's source breaks a rule of docs/authoring.md."""


class WorkedInError(RuntimeError):
    """The notebook to be written holds somebody's work."""


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", help="such as 01_autoencoder; default: all")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    parser.add_argument("--force", action="store_true", help="overwrite notebooks with outputs")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        stale = [
            path
            for source in sources(options.root, options.chapters)
            for path in build(source, options.root, options.check, options.force)
        ]
    except (SourceError, WorkedInError) as error:
        print(f"build_notebooks: {error}", file=sys.stderr)
        return 1
    for path in stale:
        print(f"{'stale' if options.check else 'wrote'}: {path.relative_to(options.root)}")
    return int(options.check and bool(stale))


def sources(root=ROOT, chapters=()):
    """List the source files of the named chapters, or of all."""
    folder = root / "notebooks" / "source"
    if not chapters:
        return sorted(path for path in folder.glob("*.py") if CHAPTER.fullmatch(path.stem))
    paths = [folder / f"{Path(name).stem}.py" for name in chapters]
    for path in paths:
        if not path.is_file():
            raise SourceError(f"{path} does not exist")
    return paths


def build(source, root=ROOT, check=False, force=False):
    """Write what is not up to date, and return the paths it was (with ``check``, would be)."""
    stale = [
        (path, content)
        for path, content in generated(source, root).items()
        if not path.is_file() or path.read_bytes() != content
    ]
    if not check:
        for path, _ in stale:
            if not force:
                _refuse_to_overwrite_work(path)
        for path, content in stale:
            with replacing(path) as temporary:
                temporary.write_bytes(content)
    return [path for path, _ in stale]


def generated(source, root=ROOT):
    """Map each path generated from a source file to its bytes."""
    chapter = source.stem
    if not CHAPTER.fullmatch(chapter):
        raise SourceError(f"{source.name}: chapters are named NN_topic.py, or your_topic.py")
    minutes = {}
    cells = read_cells(source, minutes)
    edition = published(root)
    notebooks, assets = root / "notebooks", root / "vae_helpers" / "assets"
    solutions = {
        cell.metadata["exercise"]: _without_checks(solved(cell.source))
        for cell in cells
        if "exercise" in cell.metadata
    }
    state = None if chapter.startswith("your_") else state_of_sections(cells)
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = with_section_lines(cell.source, minutes, state)
    learner, complete = (
        notebook_bytes(chapter, cells, edition, learner, bool(state)) for learner in (True, False)
    )
    files = {
        notebooks / f"{chapter}.ipynb": learner,
        notebooks / "solutions" / f"{chapter}.ipynb": complete,
        assets / "solutions" / f"{chapter}.json": _json(solutions),
    }
    if state:
        files[assets / "sections" / f"{chapter}.json"] = _json(state)
    return files


def read_cells(source, minutes=None):
    """Read the cells of a source file, each with a stable id, and check its exercises.

    The teacher's cells are left out, and the minutes of headings, which go into ``minutes``, a
    dict of heading → number.
    """
    chapter = source.stem
    cells = jupytext.read(source, fmt="py:percent").cells
    cells = [cell for cell in cells if TEACHER not in cell.metadata.get("tags", ())]
    seen, exercises = {}, set()
    for cell in cells:
        cell.metadata.pop("lines_to_next_cell", None)
        if cell.cell_type == "markdown":
            if minutes is not None:
                minutes.update({head: int(n) for head, n in MINUTES.findall(cell.source)})
            cell.source = MINUTES.sub(r"\1", cell.source)
        cell.id = _cell_id(chapter, cell, seen)
        name = cell.metadata.get("exercise")
        if (name is not None) != (SOLUTION in cell.source):
            raise SourceError(
                f'{source.name}: a cell has \'exercise="name"\' or "{SOLUTION}", but not both:\n'
                f"{cell.source}"
            )
        if name is None:
            continue
        if name in exercises:
            raise SourceError(f"{source.name}: exercise {name!r} has two cells")
        exercises.add(name)
    ids = [cell.id for cell in cells]
    for cell_id in ids:
        if ids.count(cell_id) > 1:
            raise SourceError(f"{source.name}: two cells have the id {cell_id!r}")
    return cells


def state_of_sections(cells):
    """Return what ``vae_helpers.sections`` reads; None for a chapter without numbered sections."""
    section, analysed = 0, []
    for cell in cells:
        if cell.cell_type == "markdown":
            section = max([section, *map(int, NUMBERED.findall(cell.source))])
            continue
        complete, is_guard = solved(cell.source), GUARD in cell.metadata.get("tags", ())
        analysed.append(
            dependencies.Cell(
                section=section,
                code=complete if is_guard else without_asserts(complete),
                stub="" if is_guard else to_learner(cell.source),
                complete=complete,
                is_guard=is_guard,
                exercise=cell.metadata.get("exercise", ""),
            )
        )
    return dependencies.state(analysed) if section else None


def with_section_lines(markdown, minutes, state):
    """Put under each heading, in small letters, how long it takes and what it needs."""
    lines = []
    for line in markdown.split("\n"):
        lines.append(line)
        if line.startswith(("## ", "### ")):
            facts = section_facts(line, minutes.get(line), state)
            lines += ["", f"<small>{' · '.join(facts)}</small>"] if facts else []
    return "\n".join(lines)


def section_facts(heading, minutes, state):
    """List what the line under a heading says; nothing for most."""
    facts = [f"about {minutes} minute{'s' if minutes > 1 else ''}"] if minutes else []
    numbered = NUMBERED.match(heading)
    number = int(numbered[1]) if numbered and state else 1
    if number > 1:
        earlier = state["builds_on"][number]
        facts.append(f"builds on {in_words(earlier)}" if earlier else "stands on its own")
        facts.append(f"joining here? `section = {number}` at the top")
    return facts


def in_words(numbers):
    """Write sections in words: "section 2", "sections 1, 3 to 5 and 8"."""
    runs = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [
        part
        for run in runs
        for part in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run))
    ]
    *most, last = parts
    text = f"{', '.join(most)} and {last}" if most else last
    return f"section{'s' if len(numbers) > 1 else ''} {text}"


def notebook_bytes(chapter, cells, edition=None, learner=True, is_sectioned=False):
    """Build one notebook, the learner's or the complete one, as bytes of version 4.5."""
    cells = [nbformat.from_dict(dict(cell)) for cell in cells]
    if learner:
        cells = [cell for cell in cells if GUARD not in cell.metadata.get("tags", ())]
    fold_answers(cells)
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source if learner else _one_folder_deeper(cell.source)
        else:
            cell.source = (to_learner if learner else solved)(cell.source)
            _check_python(chapter, cell.source)
    if cells and cells[0].cell_type == "markdown" and not learner:
        heading, _, text = cells[0].source.partition("\n")
        cells[0].source = (
            f"{heading}\n\n*This is the solution notebook: every exercise is filled in. "
            f"The notebook to work in is [here](../{chapter}.ipynb).*\n{text}"
        )
    edition = edition or Edition("", "0")
    path = f"notebooks/{'' if learner else 'solutions/'}{chapter}.ipynb"
    if edition.address and cells[0].cell_type == "markdown":
        cells[0].source = f"{badge(edition, path)} {SAVE_A_COPY}\n\n{cells[0].source}"
    late = [fast_forward_cell(chapter, learner)] if is_sectioned else []
    cells = [cells[0], first_cell(edition), *late, *cells[1:], form_cell("colab-last", LAST_CELL)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = {
        "accelerator": "GPU",
        "colab": colab_metadata(cells, learner),
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.validate(notebook)
    return nbformat.writes(notebook).encode() + b"\n"


def solved(code):
    """Return a cell's code with its solutions: markers and stubs are dropped."""
    return "\n".join(
        line
        for text, solution, _ in _blocks(code)
        for line in (text if solution is None else solution)
    )


def to_learner(code):
    """Return a cell's code with a stub in place of each solution."""
    lines = []
    for text, solution, stub in _blocks(code):
        if solution is None:
            lines += text
        elif stub is None:
            lines += default_stub(solution)
        else:
            lines += [_uncommented(line) for line in stub]
    return without_asserts("\n".join(lines))


def without_asserts(code):
    """Drop the asserts of a cell, and loops and blocks of nothing else: they guard the prose.

    So the learner reads what the chapter is about, and another seed stops no notebook.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return code  # top-level await, or an error that is reported later
    dropped = set()
    for block in _blocks_of_statements(tree):
        guards = [statement for statement in block if _only_asserts(statement)]
        if len(guards) < len(block) or block is tree.body:
            for statement in guards:
                dropped |= set(range(statement.lineno, statement.end_lineno + 1))
    if any(isinstance(node, ast.Assert) and node.lineno not in dropped for node in ast.walk(tree)):
        raise SourceError(f"an assert that cannot be dropped from the learner's cell:\n{code}")
    kept = [line for n, line in enumerate(code.split("\n"), start=1) if n not in dropped]
    return "\n".join(kept).rstrip("\n")


def _blocks_of_statements(tree):
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, name, None), list):
                yield block


def _only_asserts(statement):
    if isinstance(statement, ast.For | ast.If | ast.With) and not getattr(statement, "orelse", []):
        return all(map(_only_asserts, statement.body))
    return isinstance(statement, ast.Assert)


def fold_answers(cells):
    """Fold "What to see" wherever a prediction was asked for: who guesses first sees more."""
    is_asked = False
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source, is_asked = folded(cell.source, is_asked)
        elif ".predict(" in cell.source:
            is_asked = True


def folded(markdown, is_asked):
    """Fold the "What to see" of one text cell, if ``is_asked``; and say what is asked after it."""
    blocks, open_fold = [], False
    for block in re.split(r"\n\n+", markdown):
        if open_fold and UNFOLDED.match(block):
            blocks.append("</details>")
            open_fold = False
            if block == "---":
                continue
        if block.startswith(SEE) and is_asked:
            blocks.append("<details><summary><b>What to see</b></summary>")
            block, open_fold, is_asked = block.removeprefix(SEE).lstrip(), True, False
        blocks.append(block)
        is_asked = is_asked or bool(PREDICT.search(block))
    if open_fold:
        blocks.append("</details>")
    return "\n\n".join(blocks), is_asked


def default_stub(solution):
    """Return the lines that stand for a solution without a stub of its own.

    ``return x`` becomes ``return ...`` and ``name = x`` becomes ``name = ...``, so that the
    checker can tell "not attempted" by the Ellipsis; anything else becomes ``...``.
    """
    indent = re.match(r" *", solution[0]).group()
    statements = ast.parse(textwrap.dedent("\n".join(solution))).body
    names = [_assigned_name(statement) for statement in statements]
    if isinstance(statements[-1], ast.Return):
        stub = ["return ..."]
    elif all(names):
        stub = [f"{name} = ..." for name in dict.fromkeys(names)]
    else:
        stub = ["..."]
    return [f"{indent}{line}  {YOUR_CODE}" for line in stub]


@dataclass(frozen=True)
class Edition:
    """Where the course was published, "" if nowhere, and its version."""

    address: str
    version: str


def published(root=ROOT):
    """Return the edition that pyproject.toml speaks of: [project.urls] and the version."""
    path = root / "pyproject.toml"
    content = path.read_text(encoding="utf-8") if path.is_file() else ""
    project = tomllib.loads(content).get("project", {})
    address = project.get("urls", {}).get("Repository", "")
    return Edition(address.rstrip("/").removesuffix(".git"), project.get("version", "0"))


def _without_checks(code):
    """Drop the calls of the checker from the solution that is shown."""
    lines = [line for line in code.split("\n") if not re.match(r"(# )?exercises\.", line)]
    return "\n".join(lines).rstrip()


def _blocks(code):
    """Yield (text, None, None) and (None, solution, stub or None), each a list of lines."""
    text, solution, stub = [], None, None
    for line in code.split("\n"):
        mark = line.strip()
        expected = {SOLUTION: solution is None, STUB: solution and stub is None, END: solution}
        if mark in expected and not expected[mark]:
            raise SourceError(f"misplaced {mark!r} in\n{code}")
        if mark == SOLUTION:
            yield text, None, None
            text, solution = [], []
        elif mark == STUB:
            stub = []
        elif mark == END:
            yield None, solution, stub
            solution, stub = None, None
        else:
            (text if solution is None else solution if stub is None else stub).append(line)
    if solution is not None:
        raise SourceError(f"{END!r} is missing in\n{code}")
    yield text, None, None


def _uncommented(line):
    if line.strip() in ("", "#"):
        return ""
    if not line.lstrip().startswith("# "):
        raise SourceError(f"the lines of a stub begin with '# ': {line!r}")
    return line.replace("# ", "", 1)


def _assigned_name(statement):
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    is_assignment = isinstance(statement, ast.Assign | ast.AnnAssign)
    if is_assignment and len(targets) == 1 and isinstance(targets[0], ast.Name):
        return targets[0].id
    return None


def _cell_id(chapter, cell, seen):
    """Return the id stated in the source, the exercise's name, or a hash of the content.

    None of them depends on the other cells, save for cells that are alike, which are counted.
    """
    stated = cell.metadata.pop("id", None)
    if stated is None and "exercise" in cell.metadata:
        stated = "exercise-" + cell.metadata["exercise"].replace("_", "-")
    if stated is not None:
        return stated
    content = f"{chapter}\n{cell.cell_type}\n{cell.source}"
    seen[content] = seen.get(content, 0) + 1
    return hashlib.sha256(f"{content}\n{seen[content]}".encode()).hexdigest()[:12]


def _check_python(chapter, code):
    try:
        compile(code, chapter, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        raise SourceError(f"{chapter}: a cell is not valid Python ({error}):\n{code}") from error


def _one_folder_deeper(markdown):
    """Adapt links to the folder of the solutions, which are notebooks/solutions/*.ipynb."""
    markdown = markdown.replace("](solutions/", "](")
    return re.sub(r"(\]\()(\.\./)", r"\1../\2", markdown)


def badge(edition, path):
    """Return the picture that opens a notebook on Colab, at this edition's tag."""
    repository = edition.address.removeprefix("https://github.com/")
    return (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        f"(https://colab.research.google.com/github/{repository}/blob/v{edition.version}/{path})"
    )


def first_cell(edition):
    """Return the cell that installs the course on Colab, and does nothing elsewhere."""
    place = f'ADDRESS, VERSION = "{edition.address}", "{edition.version}"'
    code, n = re.subn(r'ADDRESS, VERSION = "", "0.0.0"', place, FIRST_CELL.read_text("utf-8"))
    if n != 1:
        raise SourceError(f"{FIRST_CELL.name} has no line of ADDRESS and VERSION")
    return form_cell("colab-first", code)


def fast_forward_cell(chapter, learner):
    """Return the cell that gives a latecomer what a section needs."""
    name = chapter if learner else f"solutions/{chapter}"
    cell = nbformat.v4.new_code_cell(FAST_FORWARD.format(name))
    cell.id = "fast-forward"
    return cell


def form_cell(cell_id, code):
    """Return a cell that Colab shows as a form, and JupyterLab folded."""
    code = code if isinstance(code, str) else code.read_text("utf-8")
    cell = nbformat.v4.new_code_cell(code.rstrip("\n"))
    cell.id = cell_id
    cell.metadata = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["colab"]}
    return cell


def colab_metadata(cells, learner):
    """Return what Colab reads: its small GPU, no assistant that solves, solutions folded."""
    metadata = {"generative_ai_disabled": True, "gpuType": "T4", "provenance": []}
    if not learner:
        metadata["collapsed_sections"] = [
            cell.id
            for cell in cells
            if cell.cell_type == "markdown" and cell.source.startswith("### Exercise")
        ]
    return metadata


def _refuse_to_overwrite_work(path):
    if path.suffix != ".ipynb" or not path.is_file():
        return
    try:
        cells = json.loads(path.read_bytes()).get("cells", [])
    except ValueError:
        return
    if any(cell.get("outputs") or cell.get("execution_count") for cell in cells):
        raise WorkedInError(
            f"{path.name} has been worked in (it holds outputs), so it stays as it is: "
            "save your copy under another name, or use --force to overwrite it"
        )


def _json(content):
    return (json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


if __name__ == "__main__":
    sys.exit(main())
