"""What was solved lasts: kept in the learner's folder, only added to, and never in the way."""

import json

import pytest

from vae_helpers import checks
from vae_helpers.checks import core, journal, record
from vae_helpers.checks.core import NOT_ATTEMPTED, RIGHT, Exercise


def new_session(name="two"):
    """Return an exercise as a new kernel has it; its answer is 2."""

    def checker(answer):
        core.expect_number(answer, 2, "two", mistakes={4: "Halve it."})

    return Exercise(name, "99", checker, ("first", "second"))


def shown(*exercises):
    return repr(core.Progress(exercises)).splitlines()


def lines(home, name="progress.jsonl"):
    path = home / name
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_what_was_solved_is_shown_in_the_next_session(home):
    new_session().check(2)
    assert shown(new_session(), new_session("other")) == [
        "1 of 2 exercises right",
        "✓ Two: right",
        "○ Other: not attempted",
    ]
    (entry,) = lines(home)
    assert entry.pop("when").endswith("+00:00")
    assert entry == {"chapter": "99", "exercise": "two", "state": "right"}


def test_only_what_is_new_is_written(home):
    for answer in (..., 3, 2, 2, 3, 2):
        new_session().check(answer)
    assert len(lines(home)) == 1


def test_what_was_right_once_counts_and_the_last_answer_is_told():
    exercise = new_session()
    exercise.check(2)
    exercise.check(3)
    assert shown(exercise)[1] == "✓ Two: right before, the last answer is not"
    exercise.check(...)
    assert shown(exercise)[1] == "✓ Two: right"


def test_one_exercise_is_reset_by_an_entry(home):
    exercise, other = new_session(), new_session("other")
    exercise.check(2)
    other.check(2)
    before = (home / "progress.jsonl").read_bytes()
    exercise.hint()
    result = exercise.reset()
    assert "not solved" in result.message
    assert result._repr_html_()
    assert (home / "progress.jsonl").read_bytes().startswith(before)
    assert exercise.state == NOT_ATTEMPTED
    assert exercise.hint().message.startswith("1 of 2")
    assert shown(new_session(), new_session("other"))[1:] == [
        "○ Two: not attempted",
        "✓ Other: right",
    ]
    exercise.reset()
    assert len(lines(home)) == 3  # nothing new
    exercise.check(2)
    assert shown(new_session())[1] == "✓ Two: right"


def test_grading_leaves_no_line(home, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    new_session().grade(2)
    assert not home.exists()


def test_the_courses_own_runs_leave_no_line(home, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_EXPECT", RIGHT)
    new_session().check(2)
    assert not home.exists()


@pytest.mark.parametrize(
    "content", [b"\xff\n[1]\n{}\n{broken", b'{"chapter": ["99"], "exercise": {}}\n', b"\0" * 20]
)
def test_a_damaged_file_is_no_obstacle(home, content):
    home.mkdir()
    (home / "progress.jsonl").write_bytes(content)
    new_session().check(2)
    assert shown(new_session())[1] == "✓ Two: right"
    assert (home / "progress.jsonl").read_bytes().startswith(content)


def test_without_a_place_to_write_the_session_remembers_and_says_so(home):
    home.write_text("a file where the folder should be")
    exercise = new_session()
    assert exercise.check(2).state == RIGHT
    told = shown(exercise)
    assert told[:2] == ["1 of 1 exercises right", "✓ Two: right"]
    assert "is not kept" in told[2]
    assert "VAE_COURSE_HOME" in told[2]
    home.unlink()
    new_session("other").check(2)
    assert "not kept" not in " ".join(shown(exercise))


def test_without_a_home_nothing_crashes(monkeypatch):
    def no_home(path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("VAE_COURSE_HOME")
    monkeypatch.setattr(journal.Path, "expanduser", no_home)
    exercise = new_session()
    assert exercise.check(2).state == RIGHT
    assert "no home directory" in shown(exercise)[-1]
    assert "not solved" in exercise.reset().message  # nothing was kept: nothing to undo
    monkeypatch.setattr(record, "_trouble", "")


def test_a_line_a_check_is_off_until_switched_on(home, monkeypatch):
    new_session().check(2)
    assert lines(home, "checks.jsonl") == []
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    exercise = new_session()
    for answer in (..., "secret", 4, 5.5, 2):
        exercise.check(answer)
    entries = lines(home, "checks.jsonl")
    assert [(e["verdict"], e["kind"]) for e in entries] == [
        ("not attempted", "not attempted"),
        ("wrong", "type"),
        ("wrong", "mistake"),
        ("wrong", "fallback"),
        ("right", "right"),
    ]
    keys = {"when", "who", "chapter", "exercise", "verdict", "kind", "seconds"}
    assert [set(entry) - keys for entry in entries] == [set(), set(), {"mistake"}, set(), set()]
    assert entries[2]["mistake"] == "Halve it."  # the course's words, not the learner's
    assert len({entry["who"] for entry in entries}) == 1
    assert all(0 <= e["seconds"] < 60 for e in entries)
    assert "secret" not in (home / "checks.jsonl").read_text()


def test_a_file_in_the_folder_switches_recording_on_and_the_variable_off(home, monkeypatch):
    home.mkdir()
    (home / "record-checks").touch()
    new_session().check(3)
    assert len(lines(home, "checks.jsonl")) == 1
    monkeypatch.setenv("VAE_COURSE_RECORD", "0")
    new_session().check(3)
    assert len(lines(home, "checks.jsonl")) == 1


def test_the_courses_own_runs_leave_no_line_about_a_check(home, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_EXPECT", RIGHT)
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    new_session().check(2)
    assert not home.exists()


def test_of_a_self_test_the_questions_that_were_missed_are_told(home, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    feedback = {"a": "Yes.", "b": "No."}
    questions = [core.Question(text, {"a": "1", "b": "2"}, "a", feedback) for text in "xyz"]
    test = core.SelfTest(*questions, chapter="chapter99")
    test.check({1: "b", 2: "a", 3: "b"})
    [entry] = lines(home, "checks.jsonl")
    assert (entry["kind"], entry["mistake"]) == ("1 of 3", "missed: 1, 3")


def test_the_whole_course_in_one_table():
    record.keep("00", "halfway", RIGHT)
    table = checks.progress()
    assert [row[0] for row in table.rows] == [f"{n:02}" for n in range(9)]
    assert table.rows[0][1].startswith("1 of ")
    assert repr(table).splitlines()[0].startswith("00  1 of ")
    assert "<caption>Your progress</caption>" in table._repr_html_()
    assert "1 of" in repr(checks.progress("00"))
