"""Hundreds of answers that learners give: wrong ones are refused, with a message on the mistake."""

from pathlib import Path

import pytest
from wrong_answers import answers
from wrong_answers.judge import VERDICTS, gist, outcome, read_judged

from vae_helpers.checks.core import RIGHT, WRONG
from vae_helpers.files import read_json

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the answers' own formulas

ABOUT_THEIR_MISTAKE = 0.95
FOR_HELPERS = Path(__file__).parents[2] / "tools" / "messages.json"


@pytest.fixture(scope="module")
def outcomes():
    return [outcome(answer) for answer in answers()]


@pytest.fixture(scope="module")
def wrong(outcomes):
    return [found for found in outcomes if found.answer.given.kind == "wrong"]


def lines(found):
    return "\n".join(f"{one.answer.name} [{one.kind}]: {one.message}" for one in found)


def test_there_are_enough_and_no_two_have_one_name(outcomes):
    kinds = [found.answer.given.kind for found in outcomes]
    assert kinds.count("wrong") >= 300
    assert kinds.count("right") >= 100
    assert len({found.answer.name for found in outcomes}) == len(outcomes)


def test_every_wrong_answer_is_refused(wrong):
    accepted = [found for found in wrong if found.state != WRONG]
    assert not accepted, lines(accepted)


def test_every_right_answer_is_accepted_in_any_style(outcomes):
    refused = [
        found for found in outcomes if found.answer.given.kind == "right" and found.state != RIGHT
    ]
    assert not refused, lines(refused)


def test_a_right_value_with_a_bad_habit_is_accepted_with_a_word_on_it(outcomes):
    noted = [found for found in outcomes if found.answer.given.kind == "noted"]
    assert noted
    silent = [
        found
        for found in noted
        if found.state != RIGHT or not found.answer.speaks_of_it(found.message)
    ]
    assert not silent, lines(silent)


def test_none_is_stopped_because_it_takes_too_long(outcomes):
    """The limit is twenty times what the slowest loop needs: no load reaches it."""
    slow = [found.answer.name for found in outcomes if found.kind == "time"]
    assert not slow


def test_nearly_all_messages_are_about_their_own_mistake(wrong):
    judged = read_judged()
    generic = [found for found in wrong if not found.is_specific(judged)]
    share = 1 - len(generic) / len(wrong)
    assert share >= ABOUT_THEIR_MISTAKE, f"{share:.1%} of {len(wrong)}:\n{lines(generic)}"


def test_no_message_has_lost_what_it_said(wrong):
    """Compare with judged.json: what was judged specific stays so, reworded or not."""
    judged = read_judged()
    lost = [
        found
        for found in wrong
        if judged.get(found.answer.name, {}).get("verdict") == "specific"
        and not found.is_specific(judged)
    ]
    assert not lost, f"read them and run wrong_answers/judge.py:\n{lines(lost)}"


def test_the_page_for_helpers_has_the_messages_that_learners_get(wrong):
    told = {name: gist(message) for name, message in read_json(FOR_HELPERS).items()}
    gists = {found.answer.name: found.gist for found in wrong}
    stale = [name for name in told if told[name] != gists.get(name)]
    assert not stale, f"run make guide: {stale}"


def test_every_verdict_belongs_to_an_answer(wrong):
    judged = read_judged()
    assert set(judged) == {found.answer.name for found in wrong}
    assert {entry["verdict"] for entry in judged.values()} <= set(VERDICTS) - {"unread"}


def test_the_gist_is_what_the_message_says_apart_from_values():
    message = (
        "0 of 2 cases right. `f([1, 2.5])` gives [0.1, -3e-05], expected [1, 2]. Divide by 255."
    )
    other = "1 of 3 cases right. `f([3])` gives 9, expected 8. Divide by 256."
    assert gist(message) == gist(other) == "Divide by #."
    assert gist("n is 28. That is one row.") == "n is #. That is one row."
    assert gist("0 of 2 cases right. `f(3)` gives 9, expected 8. Add one.") != gist(other)
