"""The outline, the helpers' page and the instructor's guide: true to the sources, and not stale."""

import re
from pathlib import Path

import guide
import nbformat
import outline
import pytest

ROOT = Path(__file__).resolve().parents[2]

KINDS = ("**What goes wrong.**", "**Ask the room.**", "**Draw.**", "**Late?**")
SOURCE = """# %% [markdown]
# # 09 · A topic
#
# | | |
# | --- | --- |
# | Time | about 20 minutes, with a break after section 1 |
# | You need | [08](08_applications.ipynb) |
# | You will | see |
# | | understand |

# %%
import vae_helpers as vh

# %% [markdown]
# ## 1. One <!-- 8 min -->
#
# Text.
#
# ## 2. Two <!-- 12 min -->
#
# ### Exercise 1 · Double <!-- 4 min -->
#
# Double it.

# %% [markdown] tags=["teacher"] section=1
# **Draw.** A line.

# %% [markdown] tags=["teacher"]
# **Ask the room.** Why? *Because.*


# %% exercise="double"
def double(x):
    # <solution>
    return 2 * x
    # </solution>


exercises.double.check(double)
"""


@pytest.fixture(scope="module")
def chapters():
    return outline.chapters()


@pytest.fixture(scope="module")
def pages():
    return guide.generated()


@pytest.fixture(scope="module")
def exercises_page(pages):
    return pages[ROOT / "docs" / "exercises.md"]


@pytest.fixture
def source(tmp_path):
    def write(text):
        path = tmp_path / "notebooks" / "source" / "09_topic.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return outline.chapter("09_topic", tmp_path)

    return write


# ---------------------------------------------------------------- the outline


def test_a_source_becomes_an_outline(source):
    chapter = source(SOURCE)
    assert (chapter.number, chapter.title, chapter.minutes) == ("09", "A topic", 20)
    assert (chapter.needs, chapter.will) == ("[08](08_applications.ipynb)", ("see", "understand"))
    assert chapter.break_after == 1
    assert [(s.number, s.title, s.minutes) for s in chapter.sections] == [
        (0, "A topic", None),
        (1, "One", 8),
        (2, "Two", 12),
    ]
    (exercise,) = chapter.exercises
    assert (exercise.name, exercise.number, exercise.minutes) == ("double", 1, 4)
    assert exercise.text == "Double it."


def test_a_text_cell_is_cut_at_sections_and_a_teachers_cell_goes_where_it_says(source):
    chapter = source(SOURCE)
    assert "Text." in chapter.section(1).cells[0].source
    assert "Two" not in chapter.section(1).cells[0].source
    assert chapter.section(1).teacher == "**Draw.** A line."
    assert chapter.section("Two").teacher.startswith("**Ask the room.**")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("section=1", "section=7", "no section 7"),
        ("about 20 minutes", "an evening", "no minutes"),
        ("### Exercise 1 ·", "### Exercise 1:", "is no '### Exercise"),
        (' exercise="double"', "", "has no cell"),
    ],
)
def test_a_source_that_breaks_the_form_is_refused(source, before, after, message):
    with pytest.raises(outline.OutlineError, match=message):
        source(SOURCE.replace(before, after))


def test_an_unknown_chapter_is_named_with_those_that_exist():
    with pytest.raises(
        outline.OutlineError, match=r"'04_sampler': allowed is one of .*04_sampling"
    ):
        outline.chapter("04_sampler")


# ---------------------------------------------------------------- minutes


def test_the_minutes_of_the_sections_add_up_to_the_header(chapters):
    for chapter in chapters:
        sections = chapter.sections[1:]
        assert all(section.minutes for section in sections), chapter.stem
        assert sum(section.minutes for section in sections) == chapter.minutes, chapter.stem


def test_every_exercise_has_minutes_and_its_section_has_time_for_more_than_that(chapters):
    for chapter in chapters:
        for section in chapter.sections:
            assert all(exercise.minutes for exercise in section.exercises), section.title
            if section.exercises:
                assert sum(e.minutes for e in section.exercises) < section.minutes, section.title


def test_no_chapter_asks_for_more_than_90_minutes_without_a_break(chapters):
    for chapter in chapters:
        numbers = [section.number for section in chapter.sections]
        cut = 1 + numbers.index(chapter.break_after) if chapter.break_after else 0
        for part in (chapter.sections[1:cut], chapter.sections[max(cut, 1) :]):
            assert sum(section.minutes for section in part) <= guide.LONGEST, chapter.stem


# ---------------------------------------------------------------- the plans


def test_the_blocks_of_both_plans_are_short_enough_and_fit_the_day(chapters):
    plans = guide.read_plans(chapters)
    half, two = plans["half_day"], plans["two_days"]
    assert len(half.days()) == 1
    assert len(two.days()) == 2
    for plan, longest_day in ((half, 4 * 60), (two, 8 * 60)):
        assert all(block.minutes <= guide.LONGEST for block in plan.blocks)
        for blocks in plan.days():
            assert [block.pause for block in blocks].count(0) == 1
            assert sum(block.minutes + block.pause for block in blocks) <= longest_day


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ('chapter = "04_sampler"\nsections = [1]', "no chapter '04_sampler'"),
        ('chapter = "04_sampling"\nsections = [99]', "no section 99"),
        ('chapter = "04_sampling"\nsections = [1]\nexercises = [2]', r"no exercises \[2\]"),
        ('chapter = "04_sampling"\nsections = [1]\ntell = 11', "11 of 10 minutes"),
        ('chapter = "04_sampling"\nsections = [1, 2, 3, 4, 6, 7, 8, 9, 10]', "95 minutes"),
    ],
)
def test_a_plan_that_does_not_add_up_is_refused(chapters, tmp_path, step, message):
    path = tmp_path / "plans.toml"
    plan = '[a]\ntitle = "A"\nstart = "9:00"\npromise = ""\n[[a.blocks]]\ntitle = "B"\n'
    path.write_text(f'{plan}[[a.blocks.steps]]\nwho = "A"\n{step}\n', encoding="utf-8")
    with pytest.raises((guide.PlanError, outline.OutlineError), match=message):
        guide.read_plans(chapters, path)


def test_an_exercise_that_is_left_out_takes_no_time_and_a_gap_names_the_cell(chapters, tmp_path):
    steps = [("sections = [1]\nexercises = []"), ("sections = [3]"), ("sections = [4]\ntell = 2")]
    text = "".join(
        f'[[a.blocks.steps]]\nwho = "A"\nchapter = "04_sampling"\n{step}\n' for step in steps
    )
    path = tmp_path / "plans.toml"
    plan = '[a]\ntitle = "A"\nstart = "9:00"\npromise = ""\n[[a.blocks]]\ntitle = "B"\n'
    path.write_text(plan + text, encoding="utf-8")
    (block,) = guide.read_plans(chapters, path)["a"].blocks
    chapter = next(chapter for chapter in chapters if chapter.stem == "04_sampling")
    first, third = chapter.section(1), chapter.section(3)
    minutes = [first.minutes - first.exercises[0].minutes, third.minutes, 2]
    assert [step.minutes for step in block.steps] == minutes
    assert [step.forward for step in block.steps] == [0, 3, 0]


# ---------------------------------------------------------------- the pages


def test_neither_page_is_stale(pages):
    for path, text in pages.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale: run make guide"


def test_every_exercise_is_on_the_helpers_page(chapters, exercises_page):
    from vae_helpers.checks.core import exercises_of

    for chapter in chapters:
        for exercise in chapter.exercises:
            title = f"### {chapter.number} · Exercise {exercise.number} · {exercise.title}\n"
            assert exercises_page.count(title) == 1, title
        names = set(exercises_of(chapter.number)) - {"self_test"} if chapter.number else set()
        for name in names:
            assert f"`exercises.{name}`" in exercises_page, name
            for hint in exercises_of(chapter.number)[name].hints:
                assert hint in exercises_page


def test_every_wrong_answer_that_is_listed_has_its_message(exercises_page):
    messages = guide.read_json(guide.MESSAGES)
    listed = [answer for given in guide.wrong_answers().values() for answer in given]
    assert set(messages) == {answer.name for answer in listed}
    for answer in listed:
        first = guide.advice(messages[answer.name]).splitlines()[0]
        assert f"→ {first}" in exercises_page, answer.name
        assert first


def test_each_exercise_with_a_checker_lists_several_wrong_answers(chapters):
    few = {
        key: len(given) for key, given in guide.wrong_answers().items() if not 3 <= len(given) <= 8
    }
    assert not few
    known = set(guide.wrong_answers())
    asked = {(chapter.number, e.name) for chapter in chapters for e in chapter.exercises}
    assert asked - known <= {("02", "my_experiment")}


def test_titles_that_are_added_by_hand_exist():
    titles = {a.name for given in guide.wrong_answers().values() for a in given}
    for key, added in guide.ALSO.items():
        assert {f"{key}: {title}" for title in added} <= titles


def test_nothing_on_the_pages_is_cut_or_an_object(pages):
    for path, text in pages.items():
        assert not re.search(r"<tf\.|object at 0x|<function|<keras|NotebookNode", text)
        assert text.count("```") % 2 == 0, path.name
        assert "<!-- guide:" not in text
        assert not outline.MINUTES.search(text)


def test_links_between_notebooks_lead_out_of_the_folder_of_the_pages(pages):
    for path, text in pages.items():
        for target in re.findall(r"\]\(([^)#]+\.ipynb)\)", text):
            assert (path.parent / target).is_file(), f"{path.name}: {target}"


def test_every_chapter_says_what_goes_wrong_what_to_ask_what_to_draw_and_what_to_skip(chapters):
    for chapter in chapters:
        if chapter.number:
            said = "\n\n".join(s.teacher for s in chapter.sections if s.teacher)
            assert all(kind in said for kind in KINDS), chapter.stem
            for paragraph in said.split("\n\n"):
                assert paragraph.startswith(KINDS), f"{chapter.stem}: {paragraph}"


def test_a_note_names_only_exercises_of_its_section_and_minutes_that_are_theirs(chapters):
    for chapter in chapters:
        for section in chapter.sections:
            minutes = {e.number: e.minutes for e in section.exercises}
            text = " ".join(section.teacher.split())
            for number, told in re.findall(r"[Ss]kip exercise (\d+) \((\d+) minutes\)", text):
                assert minutes.get(int(number)) == int(told), f"{chapter.stem}: {section.title}"


def test_no_text_of_the_teacher_and_no_minutes_reach_a_notebook(chapters):
    for chapter in chapters:
        first_lines = {
            cell.source.splitlines()[0]
            for section in chapter.sections
            for cell in section.cells
            if outline.has_tag(cell, outline.TEACHER)
        }
        for folder in ("", "solutions"):
            path = ROOT / "notebooks" / folder / f"{chapter.stem}.ipynb"
            text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
            assert not [line for line in first_lines if line in text], path
            assert not outline.MINUTES.search(text), path


def test_check_says_what_is_stale_and_writes_nothing(monkeypatch, capsys, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("old", encoding="utf-8")
    monkeypatch.setattr(guide, "ROOT", tmp_path)
    monkeypatch.setattr(guide, "generated", lambda: {page: "new"})
    assert guide.main(["--check"]) == 1
    assert "page.md is stale: run make guide" in capsys.readouterr().out
    assert page.read_text(encoding="utf-8") == "old"
