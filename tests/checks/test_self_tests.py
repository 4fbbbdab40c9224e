"""Self-tests: numbers that change on the second try, and no choice that gives itself away."""

import re
from collections import Counter

import pytest
from checking import assert_right, assert_wrong
from mutation import SOURCES
from test_mutants import CHAPTERS

from vae_helpers.checks import core, record
from vae_helpers.checks.core import Question, SelfTest

SELF_TESTS = [
    (chapter, exercise)
    for chapter in CHAPTERS
    for exercise in core.exercises_of(chapter).values()
    if isinstance(exercise, SelfTest)
]
QUESTIONS = [
    (chapter, variant)
    for chapter, exercise in SELF_TESTS
    for question in exercise.questions.values()
    for variant in (question, *question.variants)
]


def question(text, right, *variants):
    feedback = {"a": "One? (Section 3.)", "b": "Two? (Section 3.)"}
    return Question(text, {"a": "1", "b": "2"}, right, feedback, variants)


def new_session():
    return SelfTest(
        question("0 + 1?", "a", question("1 + 1?", "b"), question("2 − 1?", "a")),
        question("3 − 1?", "b"),
        chapter="vae_helpers.checks.chapter99",
    )


def test_a_missed_question_comes_back_with_other_numbers():
    test = new_session()
    result = test.check({1: "b", 2: "b"})
    assert "1 of 2 right." in result.message
    assert "1. ✗ (b) Two? (Section 3.)" in result.message
    assert result.message.endswith("1. Now with other numbers: 1 + 1?\na) 1\nb) 2")
    assert "1 + 1?" in repr(test)
    assert_wrong(test, {1: "a", 2: "b"}, "1 of 2")
    assert_right(test, {1: "b", 2: "b"})
    test.check({1: "a", 2: "b"})
    assert "2 − 1?" in repr(test)
    test.check({1: "b", 2: "b"})
    assert "0 + 1?" in repr(test)  # after the last variant the first


def test_the_next_session_asks_what_this_one_asked_last():
    new_session().check({1: "b", 2: "b"})
    assert new_session().check({1: "b", 2: "b"}).state == core.RIGHT
    assert ("99", "self_test") in record.solved()


def test_without_a_disk_the_session_itself_remembers(home):
    home.write_text("a file where the folder should be")
    test = new_session()
    test.check({1: "b", 2: "b"})
    assert "1 + 1?" in repr(test)
    record._tries_here.clear()
    home.unlink()
    record.keep("99", "x", core.RIGHT)  # the trouble is over


@pytest.mark.parametrize(
    "answers", [{1: ..., 2: "b"}, {1: "z", 2: "b"}, {1: "a", 2: "a"}, {1: "a", 2: "b"}, "ab", {}]
)
def test_only_a_wrong_choice_changes_the_numbers(answers, home):
    """Question 2 has no variants; an open one, or a slip of the keyboard, is no try."""
    test = new_session()
    result = test.check(answers)
    assert "other numbers" not in result.message
    assert "0 + 1?" in repr(test)
    path = home / "progress.jsonl"
    assert not path.exists() or "missed" not in path.read_text()


def test_grading_does_not_count():
    test = new_session()
    test.grade({1: "b", 2: "b"})
    assert "0 + 1?" in repr(test)


def test_the_courses_own_runs_change_nothing(home, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_EXPECT", core.WRONG)
    test = new_session()
    assert "other numbers" not in test.check({1: "b", 2: "b"}).message
    assert not home.exists()


def test_the_hint_names_the_sections():
    assert "question 1, section 3; question 2, section 3" in new_session().hint().message


def test_the_right_choice_is_not_the_longest():
    """With three choices chance gives one in three; many more, and length alone would do."""
    longest = [len(q.choices[q.right]) >= max(map(len, q.choices.values())) for _, q in QUESTIONS]
    assert len(longest) >= 40
    assert sum(longest) <= 0.4 * len(longest)


def test_the_letters_are_balanced():
    letters = Counter(q.right for _, q in QUESTIONS)
    assert set(letters) >= {"a", "b", "c"}
    assert max(letters.values()) <= 0.45 * len(QUESTIONS)
    assert min(letters["a"], letters["b"], letters["c"]) >= 0.2 * len(QUESTIONS)


@pytest.mark.parametrize(("chapter", "exercise"), SELF_TESTS, ids=lambda x: str(x)[:2])
def test_each_self_test_is_no_pattern(chapter, exercise):
    right = [q.right for q in exercise.questions.values()]
    assert len(set(right)) >= 3
    assert all(len(set(right[i : i + 3])) > 1 for i in range(len(right) - 2))


@pytest.mark.parametrize(("chapter", "q"), QUESTIONS, ids=lambda x: getattr(x, "text", x)[:40])
def test_feedback_names_a_section_that_there_is(chapter, q):
    (path,) = SOURCES.glob(f"{chapter}_*.py")
    sections = re.findall(r"^# ## (\d+)\.? ", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert q.section in sections
