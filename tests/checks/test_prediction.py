"""A guess before the result is noted, kept, and commented on afterwards."""

import json

import pytest

from vae_helpers.checks.core import NOT_ATTEMPTED, WRONG, Prediction, predictions_of


def new_session():
    """Return a prediction as a new kernel has it."""
    return Prediction(
        "What will it do?",
        {"a": "It falls.", "b": "It rises."},
        "b",
        {"a": "It is bought.", "b": "Each nat saves more than one."},
        name="what_it_does",
        chapter="vae_helpers.checks.chapter99",
    )


def test_the_dots_show_what_there_is_to_choose(home):
    shown = new_session().predict(...)
    assert shown.state == NOT_ATTEMPTED
    assert "What will it do?\na) It falls.\nb) It rises." in repr(shown)
    assert not (home / "progress.jsonl").exists()


@pytest.mark.parametrize("guess", ["b", "(B)", " b) "])
def test_a_guess_is_noted_and_kept_for_the_next_session(guess, home):
    assert "● Noted" in repr(new_session().predict(guess))
    (line,) = (home / "progress.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["chapter"], entry["prediction"], entry["choice"]) == ("99", "what_it_does", "b")
    assert "✓ (b)" in repr(new_session().compare())


def test_the_same_guess_is_written_once_and_the_last_one_counts(home):
    for guess in ("b", "b", "a", "a"):
        new_session().predict(guess)
    assert len((home / "progress.jsonl").read_text().splitlines()) == 2
    shown = repr(new_session().compare())
    assert "✗ (a) It is bought.\n✓ (b) Each nat" in shown


@pytest.mark.parametrize("guess", ["c", "", 2, None, ["a"]])
def test_anything_else_is_refused_and_not_kept(guess, home):
    assert new_session().predict(guess).state == WRONG
    assert not (home / "progress.jsonl").exists()
    assert "no prediction" in repr(new_session().compare())


def test_the_courses_own_tests_leave_no_guess(home, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_EXPECT", "right")
    new_session().predict("a")
    assert not (home / "progress.jsonl").exists()


def test_it_is_no_exercise():
    assert predictions_of("00") == {}
