"""The tool that writes the notebooks."""

import json
import os
from contextlib import nullcontext

import build_notebooks
import nbformat
import pytest
from build_notebooks import SourceError, WorkedInError, default_stub, solved, to_learner

FOLD, UNFOLD = "<details><summary><b>What to see</b></summary>\n\n", "\n\n</details>"

SOURCE = '''# %% [markdown]
# # 01 · Title
# [next](02_next.ipynb) and [guide](../docs/guide.md) [solved](solutions/01_title.ipynb)

# %%
x = 1

# %%
x = 1

# %% exercise="double"
def double(x):
    """Return twice x."""
    # <solution>
    y = x + x
    return y
    # </solution>

# %% id="my-id"
double(x)
'''


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "notebooks" / "source" / "01_title.py"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE, encoding="utf-8")
    return path


def build(source, **kwargs):
    return build_notebooks.build(source, root=source.parents[2], **kwargs)


def read(source, folder=""):
    return json.loads((source.parents[1] / folder / "01_title.ipynb").read_text(encoding="utf-8"))


def sources_of(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"]]


@pytest.mark.parametrize(
    ("solution", "stub"),
    [
        (["    y = x", "    return y"], ["    return ...  # your code here"]),
        (["a = 1"], ["a = ...  # your code here"]),
        (
            ["a = 1", "b: int = 2", "a = 3"],
            ["a = ...  # your code here", "b = ...  # your code here"],
        ),
        (["print(1)"], ["...  # your code here"]),
        (["a, b = 1, 2"], ["...  # your code here"]),
        (["    for i in x:", "        y += i"], ["    ...  # your code here"]),
    ],
)
def test_default_stub(solution, stub):
    assert default_stub(solution) == stub


def test_stub_of_ones_own():
    code = "a = 0\n# <solution>\na = 1\n# <stub>\n# if a:\n#     a = ...\n#\n# </solution>\nb = a"
    assert to_learner(code) == "a = 0\nif a:\n    a = ...\n\nb = a"
    assert solved(code) == "a = 0\na = 1\nb = a"


@pytest.mark.parametrize(
    ("code", "learner"),
    [
        ("a = 1\nassert a\nplot(a)", "a = 1\nplot(a)"),
        ("a = 1\nassert (\n    a\n), a\n", "a = 1"),
        ("for a in x:\n    print(a)\n    assert a\nx", "for a in x:\n    print(a)\nx"),
        ("for a in x:\n    assert a\n    assert not a\nx", "x"),
        ("if a:\n    assert b\nelse:\n    print(b)", None),
        ("def f(a):\n    assert a", None),
        ("text = 'assert a'", None),
    ],
)
def test_asserts_are_for_the_solutions_alone(code, learner):
    if learner is None:  # dropping it would leave no valid Python, or there is nothing to drop
        with pytest.raises(SourceError, match="assert") if "text" not in code else nullcontext():
            assert to_learner(code) == code
    else:
        assert to_learner(code) == learner
    assert solved(code) == code


def test_a_guard_cell_is_for_the_solutions_alone(source):
    guard = '# %% tags=["guard"]\nmeasured(x)  # no assert, which would be dropped anyway\n\n'
    source.write_text(
        SOURCE.replace('# %% id="my-id"', f'{guard}# %% id="my-id"'), encoding="utf-8"
    )
    build(source)
    learner, complete = sources_of(read(source)), sources_of(read(source, "solutions"))
    assert not any("measured" in cell for cell in learner)
    assert sum("measured" in cell for cell in complete) == 1
    assert len(learner) == len(complete) - 1


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["**What to see.** This."], ["**What to see.** This."]),
        (
            [
                "**Predict.** What?",
                "**What to see.** This.\n\nAnd that.\n\n## 2\n\n**Predict.** X?",
            ],
            ["**Predict.** What?", f"{FOLD}This.\n\nAnd that.{UNFOLD}\n\n## 2\n\n**Predict.** X?"],
        ),
        (
            [
                "**Predict.** What?",
                "**What to see.** This.\n\n---\n\nNow that.",
                "**What to see.** X",
            ],
            ["**Predict.** What?", f"{FOLD}This.{UNFOLD}\n\nNow that.", "**What to see.** X"],
        ),
    ],
)
def test_what_to_see_is_folded_after_a_prediction(texts, expected):
    cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
    build_notebooks.fold_answers(cells)
    assert [cell.source for cell in cells] == expected


def test_what_to_see_is_folded_after_a_recorded_prediction():
    cells = [
        nbformat.v4.new_code_cell("exercises.shape.predict(guess)"),
        nbformat.v4.new_markdown_cell("**What to see.** This."),
    ]
    build_notebooks.fold_answers(cells)
    assert cells[1].source == f"{FOLD}This.{UNFOLD}"


@pytest.mark.parametrize(
    "code",
    [
        "# <solution>\na = 1",
        "a = 1\n# </solution>",
        "# <stub>\n# </solution>",
        "# <solution>\n# <solution>\n# </solution>",
        "# <solution>\na = 1\n# <stub>\n# <stub>\n# </solution>",
    ],
)
def test_misplaced_markers(code):
    with pytest.raises(SourceError):
        solved(code)


def test_uncommented_stub_is_refused():
    with pytest.raises(SourceError, match="begin with"):
        to_learner("# <solution>\na = 1\n# <stub>\na = ...\n# </solution>")


def test_writes_both_sets_and_the_solutions(source):
    assert len(build(source)) == 3
    assert "return ...  # your code here" in sources_of(read(source))[4]
    assert "y = x + x\n    return y" in sources_of(read(source, "solutions"))[4]
    stored = source.parents[2] / "vae_helpers" / "assets" / "solutions" / "01_title.json"
    assert json.loads(stored.read_text())["double"].endswith("    y = x + x\n    return y")


def test_links_of_the_solutions_start_one_folder_deeper(source):
    build(source)
    assert "(../docs/guide.md)" in sources_of(read(source))[0]
    text = sources_of(read(source, "solutions"))[0]
    assert "(02_next.ipynb)" in text
    assert "(../../docs/guide.md)" in text
    assert "(../01_title.ipynb)" in text
    assert "[solved](01_title.ipynb)" in text


def test_same_source_gives_same_bytes(source):
    build(source)
    assert build(source, check=True) == []
    assert build(source) == []


def test_a_change_makes_stale_and_check_writes_nothing(source):
    build(source)
    source.write_text(SOURCE.replace("y = x + x", "y = 2 * x"), encoding="utf-8")
    stale = build(source, check=True)
    assert [path.suffix for path in stale] == [".ipynb", ".json"]  # the learner's set is the same
    assert build(source, check=True) == stale
    assert build_notebooks.main(["--check", "--root", str(source.parents[2])]) == 1
    assert build_notebooks.main(["--root", str(source.parents[2])]) == 0
    assert build_notebooks.main(["--check", "--root", str(source.parents[2])]) == 0


def test_ids_stay_when_other_cells_change(source):
    build(source)
    before = [cell["id"] for cell in read(source)["cells"]]
    assert len(set(before)) == 7
    assert before[1::5] == ["colab-first", "colab-last"]
    assert before[4:6] == ["exercise-double", "my-id"]
    text = SOURCE.replace("· Title", "· New title").replace(
        "# %%\nx", "# %%\nnew = 0\n\n# %%\nx", 1
    )
    source.write_text(text, encoding="utf-8")
    build(source)
    after = [cell["id"] for cell in read(source)["cells"]]
    assert after[3:] == before[2:]
    assert not {after[0], after[2]} & set(before)


def test_work_is_not_overwritten(source):
    build(source)
    path = source.parents[1] / "01_title.ipynb"
    notebook = read(source)
    notebook["cells"][1]["execution_count"] = 3
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(WorkedInError, match="has been worked in"):
        build(source)
    assert read(source) == notebook
    assert build(source, force=True) == [path]
    assert read(source) != notebook


def test_an_interrupted_write_leaves_the_old_notebook(source, monkeypatch):
    build(source)
    before = read(source)
    files = sorted(source.parents[2].rglob("*"))
    source.write_text(SOURCE.replace("# 01 · Title", "# 01 · New title"), encoding="utf-8")

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        build(source)
    assert read(source) == before
    assert sorted(source.parents[2].rglob("*")) == files


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (' exercise="double"', "", "not both"),
        ("    # <solution>\n    y = x + x\n    return y\n    # </solution>", "", "not both"),
        ("x = 1", "x = = 1", "not valid Python"),
        ("x = 1", "!pip install x", "not valid Python"),
        ("# %%\nx", '# %% id="my-id"\nx', "two cells have the id"),
        (
            "# %%\nx = 1",
            '# %% exercise="double" id="other"\n# <solution>\nx = 1\n# </solution>',
            "exercise 'double' has two cells",
        ),
    ],
)
def test_bad_sources_are_refused(source, old, new, message, capsys):
    source.write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    assert build_notebooks.main(["--root", str(source.parents[2])]) == 1
    assert message in capsys.readouterr().err


def test_badges_only_with_an_address(source):
    build(source)
    assert "[![" not in json.dumps(read(source))
    project = source.parents[2] / "pyproject.toml"
    project.write_text(
        '[project]\nversion = "1.2.3"\n[project.urls]\n'
        'Repository = "https://github.com/someone/course.git"\n'
    )
    build(source)
    line = "".join(read(source)["cells"][0]["source"]).splitlines()[0]
    assert "/github/someone/course/blob/v1.2.3/notebooks/01_title.ipynb)" in line
    assert "Save a copy" in line


def test_the_first_cell_knows_the_edition_and_both_ends_are_forms(source):
    project = source.parents[2] / "pyproject.toml"
    project.write_text(
        '[project]\nversion = "1.2.3"\n[project.urls]\nRepository = "https://github.com/a/b"\n'
    )
    build(source)
    cells = read(source)["cells"]
    assert 'ADDRESS, VERSION = "https://github.com/a/b", "1.2.3"' in "".join(cells[1]["source"])
    assert "hand_over" in "".join(cells[-1]["source"])
    for cell in (cells[1], cells[-1]):
        assert cell["metadata"]["cellView"] == "form"
        assert cell["metadata"]["jupyter"]["source_hidden"]


def test_colab_is_told_about_the_assistant_the_gpu_and_the_solutions(source):
    source.write_text(SOURCE + "\n# %% [markdown]\n# ### Exercise 1 · Half\n", encoding="utf-8")
    build(source)
    learner, complete = read(source)["metadata"], read(source, "solutions/")["metadata"]
    assert learner["colab"]["generative_ai_disabled"]
    assert (learner["accelerator"], learner["colab"]["gpuType"]) == ("GPU", "T4")
    assert "collapsed_sections" not in learner["colab"]
    (folded,) = complete["colab"]["collapsed_sections"]
    (heading,) = (c for c in read(source, "solutions/")["cells"] if c["id"] == folded)
    assert "".join(heading["source"]).startswith("### Exercise 1")


SECTIONS = """# %% [markdown]
# # 01 · Title

# %%
import numpy as np

# %% [markdown]
# ## 1. Start <!-- 12 min -->
#
# Text.

# %% [markdown] tags=["teacher"]
# Ask the room.

# %%
x = np.ones(3)

# %% [markdown]
# ## 2. Middle <!-- 1 min -->
#
# ### Exercise 1 · Twice <!--6 min-->

# %% exercise="double"
# <solution>
y = 2 * x
# </solution>

# %% [markdown]
# ## 3. End
#
# ### A part

# %%
np.pi

# %% [markdown]
# ## Recap
"""


def small_of(notebook):
    texts = sources_of(notebook)
    return [line for text in texts for line in text.splitlines() if line.startswith("<small>")]


@pytest.mark.parametrize("folder", ["", "solutions"])
def test_the_line_under_a_heading(source, folder):
    source.write_text(SECTIONS, encoding="utf-8")
    build(source)
    late = "joining here? `section = {}` at the top"
    assert small_of(read(source, folder)) == [
        "<small>about 12 minutes</small>",
        f"<small>about 1 minute · builds on section 1 · {late.format(2)}</small>",
        "<small>about 6 minutes</small>",
        f"<small>stands on its own · {late.format(3)}</small>",
    ]
    text = "\n".join(sources_of(read(source, folder)))
    assert "<!--" not in text
    assert "## 1. Start\n\n<small>about 12 minutes</small>\n\nText." in text


def test_minutes_change_no_id(source):
    source.write_text(SECTIONS, encoding="utf-8")
    build(source)
    before = [cell["id"] for cell in read(source)["cells"]]
    source.write_text(SECTIONS.replace(" <!-- 12 min -->", ""), encoding="utf-8")
    build(source)
    assert [cell["id"] for cell in read(source)["cells"]] == before


def test_the_teachers_cells_are_in_neither_set(source):
    source.write_text(SECTIONS, encoding="utf-8")
    build(source)
    for folder in ("", "solutions"):
        assert "Ask the room" not in json.dumps(read(source, folder))


def test_a_chapter_with_numbered_sections_can_be_entered_late(source):
    source.write_text(SECTIONS, encoding="utf-8")
    assert len(build(source)) == 4
    for folder, name in (("", "01_title"), ("solutions", "solutions/01_title")):
        cells = read(source, folder)["cells"]
        assert [cell["id"] for cell in cells[1:3]] == ["colab-first", "fast-forward"]
        assert f'vh.fast_forward("{name}", section)' in "".join(cells[2]["source"])
        assert "\nsection = 1\n" in "".join(cells[2]["source"])
    path = source.parents[2] / "vae_helpers" / "assets" / "sections" / "01_title.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["needs"] == {"1": ["np"], "2": ["np", "x"], "3": ["np"]}
    assert [cell["section"] for cell in content["cells"]] == [0, 1, 2, 3]
    assert content["cells"][2]["statements"][0]["code"] == "y = 2 * x"


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([2], "section 2"), ([1, 2], "sections 1 and 2"), ([1, 2, 3, 5], "sections 1 to 3 and 5")],
)
def test_sections_in_words(numbers, words):
    assert build_notebooks.in_words(numbers) == words
