"""Fast-forward: the state that a section needs, and nothing of the learner's lost."""

import linecache
import subprocess
import sys

import build_notebooks
import fast_forward_all
import matplotlib.pyplot as plt
import pytest

import vae_helpers as vh
from vae_helpers import sections
from vae_helpers.checks import chapter00, journal
from vae_helpers.files import write_json

SOURCE = '''# %% [markdown]
# # 09 · A short one

# %%
import numpy as np

from vae_helpers.checks import chapter00 as exercises
from vae_helpers.checks import experiment_log

# %% [markdown]
# ## 1. Start <!-- 5 min -->

# %% exercise="halfway"
def halfway(a, b):
    """Return the middle."""
    # <solution>
    return (a + b) / 2
    # </solution>


exercises.halfway.check(halfway)

# %%
data = np.arange(4.0)
rng, seen = np.random.default_rng(0), []
print("loud")

# %%
z = data + rng.normal()
seen.append("one")
figure = plt.figure()
z

# %% [markdown]
# ## 2. Middle <!-- 10 min -->

# %%
middle = halfway(data, z)
z = 10 * data
seen.append("two")

# %% exercise="experiment"
# <solution>
conclusion = "It works."
# </solution>
experiment_log.add("09", {"n": len(seen)}, conclusion=conclusion)

# %% tags=["guard"]
limit = z.max()
assert limit == 30

# %% [markdown]
# ## 3. End

# %%
total = middle.sum() + z.sum() + len(seen)
total, halfway(1, 3), conclusion, figure

# %% tags=["guard"]
assert limit == 30
'''
CHAPTER = "09_short"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A chapter of three sections, a learner's folder, and figures that are looked at."""
    source = tmp_path / f"{CHAPTER}.py"
    source.write_text(
        SOURCE.replace(
            "import numpy as np\n", "import matplotlib.pyplot as plt\nimport numpy as np\n", 1
        )
    )
    cells = build_notebooks.read_cells(source)
    (tmp_path / "sections").mkdir()
    write_json(tmp_path / "sections" / f"{CHAPTER}.json", build_notebooks.state_of_sections(cells))
    monkeypatch.setattr(sections, "FOLDER", tmp_path / "sections")
    monkeypatch.setenv("VAE_COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("VAE_COURSE_EXPECT", raising=False)
    monkeypatch.setattr(chapter00.halfway, "state", "not attempted")
    monkeypatch.setattr(chapter00.halfway, "_answer", ...)
    code = [c.source for c in cells if c.cell_type == "code" and "tags" not in c.metadata]
    return [build_notebooks.to_learner(text) for text in code]


class Kernel:
    """A namespace with a history, as IPython keeps it."""

    def __init__(self, capsys):
        self.names, self.capsys = {"In": [""]}, capsys

    def run(self, *cells):
        for code in cells:
            number = len(self.names["In"])
            self.names["In"].append(code)
            name = f"<cell {number} of {id(self)}>"
            linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
            exec(compile(code, name, "exec"), self.names)
        self.capsys.readouterr()

    def forward(self, section, chapter=CHAPTER):
        sections.fast_forward(chapter, section, namespace=self.names)
        return self.capsys.readouterr().out

    def __getattr__(self, name):
        return self.names[name]


@pytest.fixture
def kernel(course, capsys):
    return Kernel(capsys)


def test_a_latecomer_has_what_the_section_needs(kernel, course):
    said = kernel.forward(3)
    assert said.count("\n") == 1
    assert said.startswith("Section 3 can begin: ")
    assert "own" not in said
    assert kernel.z.tolist() == [0, 10, 20, 30]
    assert kernel.seen == ["one", "two"]
    assert kernel.halfway(1, 3) == 2
    through = Kernel(kernel.capsys)
    through.run(*(c.replace("return ...", "return (a + b) / 2") for c in course[:-1]))
    assert (kernel.middle == through.middle).all()  # the generator was where it would have been
    kernel.run(course[-1])


def test_nothing_is_drawn_printed_checked_or_recorded(kernel, tmp_path):
    plt.close("all")
    assert "loud" not in kernel.forward(3)
    assert not plt.get_fignums()
    assert not (tmp_path / "home").exists()
    assert chapter00.halfway.state == "not attempted"
    assert "limit" not in kernel.names  # only the guards of the solutions look at it


def test_the_solutions_get_what_their_guards_look_at(kernel):
    kernel.forward(3, f"solutions/{CHAPTER}")
    assert kernel.limit == 30


def test_the_second_time_and_the_first_section_need_nothing(kernel):
    assert "nothing to make" in kernel.forward(1)
    assert set(kernel.names) == {"In"}
    kernel.forward(3)
    before = {name: id(value) for name, value in kernel.names.items()}
    assert "Nothing was run" in kernel.forward(3)
    assert {name: id(value) for name, value in kernel.names.items()} == before


def test_who_ran_all_before_a_section_needs_nothing(kernel, course):
    kernel.run(*(c.replace("return ...", "return a / 2 + b / 2") for c in course[:-1]))
    kernel.names["conclusion"] = "Mine."
    before = dict(kernel.names)
    assert "Nothing was run" in kernel.forward(3)
    assert kernel.names == before


def test_the_learners_values_and_answers_stay_also_wrong_ones(kernel, course):
    kernel.run(course[0], course[1].replace("return ...", "return a"), "data = np.ones(3)", "w = 7")
    mine = kernel.halfway, kernel.data
    said = kernel.forward(3)
    assert (kernel.halfway, kernel.data) == mine
    assert kernel.w == 7
    assert kernel.z.tolist() == [10, 10, 10]  # made of the learner's data
    assert "of your own, data and halfway were kept" in said
    assert chapter00.halfway.state == "wrong"  # as the learner's own check left it


def test_what_does_not_take_part_is_put_back(kernel, course):
    """A statement that is needed gives other names a value, too."""
    kernel.run(course[0], "rng = 'mine'", "figure = 'a picture'")
    kernel.forward(3)
    assert (kernel.rng, kernel.figure) == ("mine", "a picture")
    assert kernel.seen == ["one", "two"]


@pytest.mark.parametrize(
    "answer", ["return ...", "c = ...\n    return c", "return a[..., ...], ..."]
)
def test_an_open_exercise_gets_the_solution_for_now(kernel, course, answer):
    kernel.run(course[0], course[1].replace("return ...", answer))
    said = kernel.forward(3)
    assert kernel.halfway(1, 3) == 2
    assert "Made anew, since open or from an earlier cell: halfway" in said
    assert chapter00.halfway.state != "right"


def test_dots_that_index_are_no_open_exercise(kernel, course):
    kernel.run(course[0], course[1].replace("return ...", "return a[..., 0] + b"))
    mine = kernel.halfway
    kernel.forward(3)
    assert kernel.halfway is mine


def test_a_value_of_an_earlier_cell_is_brought_up_to_date(kernel, course):
    """As it would be by running the cells between."""
    kernel.run(*course[:4])
    assert kernel.z.max() < 10
    said = kernel.forward(3)
    assert kernel.z.tolist() == [0, 10, 20, 30]
    assert kernel.seen == ["one", "two"]
    assert "z" in said.partition("earlier cell:")[2]


def test_a_value_of_a_later_cell_is_made_anew_for_an_earlier_section(kernel, course):
    kernel.run(*(c.replace("return ...", "return a") for c in course))
    kernel.forward(2)
    assert kernel.z.max() < 10
    assert kernel.seen == ["one"]


def test_ones_own_code_has_the_last_word(kernel, course):
    kernel.run(*course[:4], "z = np.zeros(2)")
    kernel.forward(3)
    assert kernel.z.tolist() == [0, 0]


def test_a_failure_is_told_and_leaves_everything_as_it_was(kernel, course):
    kernel.run(course[0], course[2], "data = 'mine'")
    before = dict(kernel.names)  # with a generator that has not drawn yet
    with pytest.raises(sections.FastForwardError) as caught:
        kernel.forward(3)
    assert re_said(caught) == (True, True, True)
    assert kernel.names == before


def re_said(caught):
    text = str(caught.value)
    return "section 1" in text, "z = data + rng.normal()" in text, "had already: data" in text


@pytest.mark.parametrize("section", [0, 4, -1, "3", 2.0, None, True, ...])
def test_a_bad_section_names_those_allowed(kernel, section):
    with pytest.raises(ValueError, match="allowed are the whole numbers 1 to 3"):
        kernel.forward(section)


@pytest.mark.parametrize("chapter", ["09", "9", "", None, 9, "solutions", f"{CHAPTER}.ipynb"])
def test_a_bad_chapter_names_those_allowed(kernel, chapter):
    with pytest.raises(ValueError, match="allowed are '09_short'"):
        kernel.forward(1, chapter)


def test_a_bar_is_shown_where_it_takes_long(kernel, monkeypatch):
    monkeypatch.setattr(sections, "PATIENCE", 0)
    said = kernel.forward(3)
    assert "steps towards section 3" in said
    assert said.splitlines()[-1].startswith("Section 3 can begin")


def test_the_journal_of_a_learner_is_not_touched(kernel, course, tmp_path):
    journal.append("progress.jsonl", {"chapter": "00", "exercise": "halfway", "state": "right"})
    before = {path: path.read_bytes() for path in (tmp_path / "home").iterdir()}
    kernel.forward(3)
    assert {path: path.read_bytes() for path in (tmp_path / "home").iterdir()} == before


def test_it_is_there_from_any_folder_and_starts_nothing_for_the_first_section(tmp_path):
    code = "import sys, vae_helpers as vh\n"
    code += "vh.fast_forward('05_interpolation', 1)\n"
    code += "print({'tensorflow', 'keras', 'jax', 'IPython'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "set()", done.stderr
    assert "fast_forward" in dir(vh)


def test_the_rest_of_a_chapter_runs_in_a_kernel_that_starts_there(tmp_path, monkeypatch):
    """The learner's set of chapter 02 from its last section; make test-fast-forward does all."""
    monkeypatch.setenv("VAE_COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VAE_COURSE_EXPECT", "")  # which run_course sets
    assert not fast_forward_all.run_below("02_vae_theory", "learner", [7])
    assert not (tmp_path / "home" / "progress.jsonl").exists()
