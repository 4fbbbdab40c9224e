"""Solutions are open for whoever learns alone, and opened in a class when it is time."""

import pytest

from vae_helpers.checks import class_folder, core, release, sharing
from vae_helpers.checks.core import RIGHT, WRONG

NAME = ("00", "halfway")


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_CLASS", str(tmp_path / "room"))
    (tmp_path / "room").mkdir()
    return tmp_path / "room"


def new_session():
    """Return the exercise of chapter 00 as a new kernel has it."""
    ours = core.exercises_of("00")["halfway"]
    return core.Exercise(ours.name, ours.chapter, ours._grader, ours.hints)


def is_shown(exercise):
    shown = exercise.solution()
    assert shown._repr_html_()
    assert (shown.state == "solution") == ("(a + b) / 2" in shown.code)
    return shown.state == "solution"


def wrong(a, b):
    return a + b


def test_they_are_open_unless_somebody_closes_them():
    assert is_shown(new_session())


def test_closed_says_who_opens_them(monkeypatch, room):
    monkeypatch.setenv("VAE_COURSE_SOLUTIONS", "closed")
    exercise = new_session()
    exercise.check(wrong)
    assert not is_shown(exercise)
    told = exercise.solution().message
    assert "Whoever runs your class" in told
    assert str(room / "solutions-open") in told
    assert "exercises.halfway.hint()" in told


def test_after_an_attempt_means_one_that_was_made(monkeypatch, home):
    monkeypatch.setenv("VAE_COURSE_SOLUTIONS", "after-attempt")
    exercise = new_session()
    exercise.check(...)
    exercise.check(lambda a, b: ...)  # the stub
    exercise.grade(wrong)  # a demonstration
    assert not is_shown(exercise)
    assert "after your first try" in exercise.solution().message
    assert exercise.check(wrong).state == WRONG
    assert is_shown(exercise)
    exercise.check(...)
    assert is_shown(exercise)
    assert is_shown(new_session())  # the next session knows of it
    assert (home / "progress.jsonl").read_text().count('"tried"') == 1
    assert core.progress("00").n_right == 0  # tried is not solved


def test_a_right_answer_opens_it_as_well(monkeypatch):
    monkeypatch.setenv("VAE_COURSE_SOLUTIONS", "after-attempt")
    exercise = new_session()
    assert exercise.check(lambda a, b: (a + b) / 2).state == RIGHT
    assert is_shown(exercise)
    assert is_shown(new_session())


def test_an_open_course_notes_no_tries(home):
    new_session().check(wrong)
    assert not home.exists()


@pytest.mark.parametrize("value", ["shut", "open closed", "0", "AFTER"])
def test_a_word_that_it_does_not_know(monkeypatch, value):
    monkeypatch.setenv("VAE_COURSE_SOLUTIONS", value)
    exercise = new_session()
    exercise.check(wrong)
    told = exercise.solution().message
    assert f"VAE_COURSE_SOLUTIONS='{value}': allowed are open, after-attempt, closed" in told


@pytest.mark.parametrize("value", ["open", " Open\n", ""])
def test_open_in_other_letters(monkeypatch, value):
    monkeypatch.setenv("VAE_COURSE_SOLUTIONS", value)
    assert is_shown(new_session())


def test_a_word_in_the_folder_of_the_class_or_in_ones_own(monkeypatch, home, room):
    home.mkdir()
    (home / "solutions").write_text("after-attempt\n")
    assert release.policy() == "after-attempt"
    (room / "solutions").write_text("closed")  # the class comes first
    assert release.policy() == "closed"
    monkeypatch.setenv("VAE_COURSE_SOLUTIONS", "open")  # and the variable before it
    assert release.policy() == "open"
    monkeypatch.delenv("VAE_COURSE_SOLUTIONS")
    (room / "solutions").write_text("whatever")
    assert f"{room / 'solutions'}='whatever': allowed" in new_session().solution().message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", True),
        ("\n", True),
        ("all", True),
        ("00", True),
        ("01\n00\n", True),
        ("00/halfway", True),
        ("01", False),
        ("00/other", False),
    ],
)
@pytest.mark.parametrize("where", ["room", "home"])
def test_a_release(monkeypatch, home, room, content, expected, where):
    monkeypatch.setenv("VAE_COURSE_SOLUTIONS", "closed")
    exercise = new_session()
    assert not is_shown(exercise)
    folder = home if where == "home" else room
    folder.mkdir(exist_ok=True)
    (folder / "solutions-open").write_text(content)
    assert is_shown(exercise) == expected
    (folder / "solutions-open").unlink()
    assert not is_shown(exercise)


def test_a_class_folder_that_is_gone_closes_nothing_that_is_open(monkeypatch, tmp_path):
    monkeypatch.setenv("VAE_COURSE_CLASS", str(tmp_path / "gone"))
    assert is_shown(new_session())
    assert class_folder.path() == tmp_path / "gone"


def test_without_a_home(monkeypatch):
    def no_home(path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("VAE_COURSE_HOME")
    monkeypatch.setattr(release.journal.Path, "expanduser", no_home)
    assert is_shown(new_session())
    monkeypatch.setenv("VAE_COURSE_SOLUTIONS", "closed")
    assert "~/.vae-course/solutions-open" in new_session().solution().message
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    assert "~/.vae-course/checks.jsonl" in sharing.status().message
    assert sharing.on().state == "private"
    assert "could not" in sharing.off().message
