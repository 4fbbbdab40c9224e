"""The stored notebooks: current, clean, numbered, small, and linked to what exists."""

import ast
import json
import re
import textwrap
from pathlib import Path

import build_notebooks
import nbformat
import pytest

from vae_helpers.checks.core import SelfTest, exercises_of, predictions_of

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
SOURCES = build_notebooks.sources()
CHAPTERS = [path for path in SOURCES if path.stem[:2].isdigit()]  # the others are templates
STORED = sorted([*NOTEBOOKS.glob("*.ipynb"), *(NOTEBOOKS / "solutions").glob("*.ipynb")])
MAX_CELLS, MAX_LINES, MAX_EXERCISE_LINES = 60, 15, 25
MAX_PREDICTIONS, FEW_PREDICTIONS = 5, ("00", "01", "02", "03", "04")

by_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
by_notebook = pytest.mark.parametrize(
    "path", STORED, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


def cells_of(path, cell_type):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == cell_type]


def test_there_are_notebooks():
    assert SOURCES
    assert len(STORED) == 2 * len(SOURCES)


@by_source
def test_generated_files_are_current(source):
    stale = build_notebooks.build(source, check=True)
    assert not stale, f"run 'make notebooks': {stale} are stale"


def test_each_generated_file_has_its_source():
    generated = {path for source in SOURCES for path in build_notebooks.generated(source)}
    assets = ROOT / "vae_helpers" / "assets"
    stored = {*STORED, *(assets / "solutions").iterdir(), *(assets / "sections").iterdir()}
    assert stored == generated


def test_chapters_are_numbered_from_zero():
    numbers = [int(source.stem[:2]) for source in CHAPTERS]
    assert len(set(numbers)) == len(numbers)
    assert numbers[0] == 0


@by_notebook
def test_no_outputs_and_no_widget_state(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert set(notebook["metadata"]) == {"accelerator", "colab", "kernelspec", "language_info"}
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    for cell in notebook["cells"]:
        of_forms = {"cellView", "jupyter"} if cell["id"].startswith("colab-") else set()
        assert set(cell["metadata"]) <= {"exercise", "tags"} | of_forms
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert "attachments" not in cell


@by_notebook
def test_the_heading_has_the_number(path):
    first = cells_of(path, "markdown")[0].source
    heading = re.search(r"^# (.+)$", first, flags=re.MULTILINE).group(1)
    number = re.match(r"\d\d", path.stem)
    assert heading.startswith(f"{number[0]} · ") if number else "·" not in heading, heading


@by_notebook
def test_ids_are_valid_and_unique(path):
    ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", cell_id) for cell_id in ids)
    assert len(set(ids)) == len(ids)


@by_source
def test_both_sets_have_the_same_cells(source):
    learner = nbformat.read(NOTEBOOKS / f"{source.stem}.ipynb", as_version=4)
    complete = nbformat.read(NOTEBOOKS / "solutions" / f"{source.stem}.ipynb", as_version=4)
    guards = [cell.id for cell in complete.cells if is_guard(cell)]
    ids = [cell.id for cell in complete.cells if cell.id not in guards]
    assert [cell.id for cell in learner.cells] == ids


@by_source
def test_what_guards_the_prose_is_not_on_the_learners_screen(source):
    """No assert stops a learner who tries another seed; the solutions keep them all."""
    learner, complete = (
        cells_of(NOTEBOOKS / folder / f"{source.stem}.ipynb", "code")
        for folder in ("", "solutions")
    )
    assert not [cell.source for cell in learner if "assert " in cell.source or is_guard(cell)]
    in_solutions = sum(cell.source.count("assert ") for cell in complete)
    assert in_solutions >= source.read_text(encoding="utf-8").count("\nassert ")
    for cell in complete:
        if is_guard(cell):
            assert re.search("assert |measured", cell.source), "a guard that guards nothing"


def is_guard(cell):
    return build_notebooks.GUARD in cell.metadata.get("tags", ())


def is_generated(cell):
    return cell.id.startswith("colab-") or cell.id == "fast-forward"


@by_source
def test_predictions_are_few_and_answered_in_a_fold(source):
    """Whoever guesses before each figure soon guesses no more."""
    text = "\n\n".join(
        cell.source for cell in cells_of(NOTEBOOKS / f"{source.stem}.ipynb", "markdown")
    )
    if source.stem[:2] in FEW_PREDICTIONS:
        code = cells_of(NOTEBOOKS / f"{source.stem}.ipynb", "code")
        recorded = sum(".predict(" in cell.source for cell in code)
        assert text.count("**Predict") + recorded <= MAX_PREDICTIONS
        assert recorded == (2 if source.stem[:2] != "00" else 0)
        assert not re.search(r"Before you run|Predict first|What did you observe", text)
    for block in re.split(r"\n\n(?=\*\*Predict|\*\*Before you run)", text)[1:]:
        unfolded = re.search(r"\*\*What to see|^#", block, re.MULTILINE)
        assert not unfolded or not unfolded[0].startswith("**"), block


@by_notebook
def test_cells_are_few_and_short(path):
    notebook = nbformat.read(path, as_version=4)
    assert sum(not (is_generated(c) or is_guard(c)) for c in notebook.cells) <= MAX_CELLS
    for cell in cells_of(path, "code"):
        if is_generated(cell):
            continue  # the same in every notebook
        limit = MAX_EXERCISE_LINES if "exercise" in cell.metadata else MAX_LINES
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= limit, cell.source


@by_notebook
def test_code_is_plain_python(path):
    """No magics, no questions at the keyboard, no network, no installs."""
    for cell in cells_of(path, "code"):
        if is_generated(cell):
            continue
        tree = ast.parse(cell.source)
        called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        assert not called & {"input", "os.system", "get_ipython", "exec", "eval"}
        imported = set(re.findall(r"^\s*(?:import|from)\s+(\w+)", cell.source, re.MULTILINE))
        assert not imported & {"urllib", "requests", "subprocess", "socket", "pickle"}


@by_notebook
def test_markers_do_not_show(path):
    text = path.read_text(encoding="utf-8")
    for marker in ("<solution>", "</solution>", "<stub>"):
        assert marker not in text


@by_notebook
def test_relative_links_exist(path):
    for cell in cells_of(path, "markdown"):
        links = re.findall(r"\]\(([^)\s]+)", cell.source)
        links += re.findall(r"(?:href|src)=\"([^\"]+)\"", cell.source)
        for link in links:
            if re.match(r"[a-z]+:|#", link):
                continue
            target = path.parent / link.partition("#")[0]
            assert target.exists(), f"{path.name} links to {link}"


@by_source
def test_the_last_cell_leads_on(source):
    later = [path for path in CHAPTERS if path.stem > source.stem]
    if later:
        last = cells_of(NOTEBOOKS / f"{source.stem}.ipynb", "markdown")[-1].source
        assert f"({later[0].stem}.ipynb)" in last, f"the last cell links to {later[0].stem}"


@by_notebook
def test_folded_answers_render(path):
    """Markdown inside <details> is rendered only after an empty line."""
    for cell in cells_of(path, "markdown"):
        assert cell.source.count("<details>") == cell.source.count("</details>")
        assert len(re.findall(r"</summary>\n\n", cell.source)) == cell.source.count("</summary>")
        assert len(re.findall(r"\n\n</details>", cell.source)) == cell.source.count("</details>")


@by_source
def test_each_exercise_has_a_checker_and_is_checked(source):
    learner = nbformat.read(NOTEBOOKS / f"{source.stem}.ipynb", as_version=4)
    code = [cell.source for cell in learner.cells if cell.cell_type == "code"]
    named = {cell.metadata["exercise"] for cell in learner.cells if "exercise" in cell.metadata}
    has_checkers = named and source in CHAPTERS
    exercises = exercises_of(source.stem[:2]) if has_checkers else {}
    predictions = predictions_of(source.stem[:2]) if has_checkers else {}
    assert {*exercises, *predictions} <= named, "a checker without a cell"
    for name, prediction in predictions.items():
        assert any(f".{name}.predict(guess)" in text for text in code), name
        assert any(f".{name}.compare()" in text for text in code), name
        assert guesses_of(source, name) <= set(prediction.question.choices)
    for name, exercise in exercises.items():
        ways = ("check",) if isinstance(exercise, SelfTest) else ("check", "hint", "solution")
        for way in ways:
            assert any(f".{name}.{way}(" in text for text in code), f"{name}.{way} is missing"
    for name in named - {*exercises, *predictions}:
        cell = next(cell for cell in learner.cells if cell.metadata.get("exercise") == name)
        is_open = "conclusion = ..." in cell.source or "paper.answer(answers)" in cell.source
        assert is_open, f"{name} has no checker, is no experiment, and no part of the final test"


def guesses_of(source, name):
    cells = {c.metadata.get("exercise"): c for c in build_notebooks.read_cells(source)}
    return set(re.findall(r'guess = "(\w)"', cells[name].source))


@by_source
def test_learner_notebooks_hold_no_solution(source):
    """Whatever a solution computes or says, the learner's cell does not hold it."""
    for cell in build_notebooks.read_cells(source):
        if "exercise" in cell.metadata:
            stub = build_notebooks.to_learner(cell.source)
            assert "..." in stub
            assert not given_away(cell.source, stub), cell.metadata["exercise"]


@pytest.mark.parametrize(
    "stub",
    ["y = secret(x)", "return secret( x )", "...  # secret(x)", "y: int = 1 + secret(x)"],
)
def test_a_stub_that_holds_the_solution_is_noticed(stub):
    block = "# <solution>\ny = secret(x)\nreturn y\n# <stub>\n# {}\n# </solution>"
    assert given_away(block.format(stub), build_notebooks.to_learner(block.format(stub)))
    harmless = block.format("return ...")
    assert not given_away(harmless, build_notebooks.to_learner(harmless))


def given_away(exercise, learner):
    """List the values in an exercise's solutions that the learner's code holds, spaces aside.

    Names, numbers and tuples of them do not count: the learner is told what to return.
    """
    values = [value for solution in solutions_in(exercise) for value in values_in(solution)]
    return [value for value in values if squeezed(value) in squeezed(learner)]


def solutions_in(exercise):
    blocks = re.findall(r"# <solution>\n(.*?)# </?(?:stub|solution)>", exercise, re.DOTALL)
    return [textwrap.dedent(block.rpartition("\n")[0]) for block in blocks]


def values_in(code):
    told = ast.Name | ast.Constant | ast.Tuple | ast.Load
    for statement in ast.walk(ast.parse(code)):
        value = getattr(statement, "value", None)
        if isinstance(statement, ast.stmt) and value is not None:
            text = isinstance(value, ast.Constant) and isinstance(value.value, str)
            if text or not all(isinstance(node, told) for node in ast.walk(value)):
                yield ast.unparse(value)


def squeezed(code):
    return re.sub(r"\s+", "", code).replace('"', "'")
