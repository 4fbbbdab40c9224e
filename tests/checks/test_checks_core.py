"""The frame of the exercises: states, messages, hints, solutions, self-test, progress."""

import subprocess
import sys

import numpy as np
import pytest
from checking import AWKWARD, assert_not_attempted, assert_right, assert_wrong

from vae_helpers.checks import core
from vae_helpers.checks.core import NOT_ATTEMPTED, RIGHT, WRONG, Exercise, Question, SelfTest, Wrong
from vae_helpers.checks.values import short


def number_exercise(expected=2.5, **kwargs):
    def checker(answer):
        """Find the number."""
        core.expect_number(answer, expected, "x (nats)", **kwargs)
        return "Well **done**."

    return Exercise("a_number", "99", checker, ("first", "second"))


def array_exercise(expected, **kwargs):
    return Exercise(
        "an_array", "99", lambda a: core.expect_array(a, expected, "z", **kwargs), ("first",)
    )


def call_exercise(*args):
    def checker(answer):
        core.expect_number(core.call(answer, *args), 6, "the product")

    return Exercise("a_call", "99", checker, ("first",))


def test_three_states_are_told_apart():
    exercise = number_exercise()
    assert exercise.state == NOT_ATTEMPTED
    for answer, state, head in (
        (..., NOT_ATTEMPTED, "○ Not attempted yet"),
        (3, WRONG, "✗ Not right yet"),
        (2.5, RIGHT, "✓ Right"),
    ):
        result = exercise.check(answer)
        assert (result.state, exercise.state) == (state, state)
        assert repr(result).startswith(f"{head} – A number")
        assert head in result._repr_html_()  # words, not colour alone


def test_grading_is_not_recorded():
    exercise = number_exercise()
    exercise.grade(2.5)
    assert exercise.state == NOT_ATTEMPTED


def test_messages_give_the_value_and_where_to_look():
    exercise = number_exercise(look_at="Look at the units.", mistakes={5.0: "Halve it."})
    assert_wrong(exercise, 3.25, "x (nats) is 3.25, which is not right.", "Look at the units.")
    assert_wrong(exercise, 5, "x (nats) is 5. Halve it.")
    assert_wrong(exercise, float("nan"), "NaN", "log of zero")
    assert_wrong(exercise, float("inf"), "infinity")
    assert_wrong(exercise, "2.5", "'2.5' (str)", "expected a number")
    assert_wrong(exercise, [1, 2], "shape (2,)", "one number")
    assert_wrong(exercise, [[1, 2], [3]], "expected a number or an array")
    assert_wrong(exercise, None, "None")
    assert_wrong(exercise, True, "True (bool)")
    assert_wrong(exercise, 2.5j, "expected a number")
    for same in (np.float32(2.5), np.array([[2.5]]), [2.5]):
        assert_right(exercise, same)


def test_tolerance():
    assert_right(number_exercise(100.0), 100.009)
    assert_wrong(number_exercise(100.0), 100.02, "100.02")
    assert_right(number_exercise(0.0, atol=0.1), 0.05)


def test_arrays():
    exercise = array_exercise(
        [[1.0, 2.0]], look_at="Check the axis.", mistakes=[([3.0], "You summed over dimensions.")]
    )
    assert_right(exercise, [[1, 2]])
    assert_wrong(exercise, [1, 2], "shape (2,): expected (1, 2)", "an axis of length 1")
    assert_wrong(exercise, [1, 5, 2], "shape (3,): expected (1, 2)", "Check the axis.")
    assert_wrong(exercise, [[1, 2.5]], "z is 2.5 at [0, 1]")
    assert_wrong(exercise, [3.0], "You summed over dimensions.")
    assert_wrong(exercise, [[1, np.nan]], "NaN")
    assert_not_attempted(exercise, ...)


def test_a_mistake_that_does_no_harm_is_no_mistake():
    assert_right(array_exercise([1.0, 2.0], mistakes=[([1, 2], "wrong")]), [1, 2])
    assert_right(number_exercise(2.5, mistakes={2.5: "wrong"}), 2.5)


def test_calls():
    exercise = call_exercise(2, 3)
    assert_right(exercise, lambda a, b: a * b)
    assert_wrong(exercise, lambda a, b: None, "returned None", "`return`")
    assert_wrong(exercise, lambda a: a, "stopped with TypeError")
    assert_wrong(exercise, 6, "Expected a function, got 6 (int)", "without brackets")
    assert_not_attempted(exercise, lambda a, b: ...)
    assert_not_attempted(exercise, lambda a, b: (..., 1))
    assert_wrong(exercise, lambda a, b: sys.exit(3), "stopped with SystemExit: 3")
    with pytest.raises(core.NotAttempted):
        core.call(lambda: ...)


def test_an_exception_in_the_answer_names_its_line():
    def divide(a, b):
        return a / (b - 3)

    assert_wrong(
        call_exercise(2, 3),
        divide,
        "`divide(2, 3)` stopped with ZeroDivisionError: division by zero",
        "in the line `return a / (b - 3)`",
    )


@pytest.mark.parametrize("answer", AWKWARD, ids=lambda answer: type(answer).__name__)
@pytest.mark.parametrize(
    "exercise",
    [number_exercise(), array_exercise(np.ones((2, 2))), call_exercise(2, 3)],
    ids=lambda exercise: exercise.name,
)
def test_nothing_escapes(exercise, answer):
    result = exercise.grade(answer)
    assert result.state == WRONG
    assert result.message
    assert repr(result)
    assert result._repr_html_()


def test_values_are_shown_in_a_few_words():
    class Hostile:
        def __repr__(self):
            raise RuntimeError("no repr")

    assert "Hostile" in core.show(Hostile())
    assert core.show(np.zeros((2, 3))) == "an array of shape (2, 3)"
    assert core.show(max) == "the function `max`"
    assert core.show(int) == "the class `int`"
    assert core.show(np.float32(0.5)) == "0.5"
    assert len(core.show("x" * 10_000)) < 80
    assert len(core.show(list(range(10_000)))) < 80

    class WorseThanHostile(Hostile):
        shape = property(lambda self: 1 / 0)

    assert core.show(WorseThanHostile()) == "a WorseThanHostile"


def test_a_fault_in_a_checker_is_reported_and_does_not_escape():
    exercise = Exercise("broken", "99", lambda answer: answer.nothing, ("first",))
    assert_wrong(exercise, 1, "could not be checked", "AttributeError")


def test_interrupting_is_still_possible():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call_exercise().grade(interrupted)


def test_hints_come_one_by_one():
    exercise = number_exercise()
    messages = [exercise.hint().message for _ in range(3)]
    assert messages == ["1 of 2: first", *["2 of 2 (the last one): second"] * 2]


def test_solution_comes_from_the_generated_file(tmp_path, monkeypatch):
    monkeypatch.setattr(core, "SOLUTIONS", tmp_path)
    (tmp_path / "99_topic.json").write_text('{"a_number": "x = 2.5 < 3"}')
    result = number_exercise().solution()
    assert result.code == "x = 2.5 < 3"
    assert "x = 2.5 &lt; 3" in result._repr_html_()
    assert "x = 2.5 < 3" in repr(result)
    assert array_exercise(1).solution().code == "(none is given)"


def test_html_is_escaped():
    result = core.Result(WRONG, "<b>", "got `<i>` & more\nnext")
    assert "&lt;b&gt;" in result._repr_html_()
    assert "got <code>&lt;i&gt;</code> &amp; more<br>next" in result._repr_html_()


def test_emphasis_is_not_multiplication():
    assert core.to_html("*all* of a*b*c, a*b* c") == "<em>all</em> of a*b*c, a*b* c"


def test_expectation_is_enforced(monkeypatch):
    exercise = number_exercise()
    monkeypatch.setenv("VAE_COURSE_EXPECT", RIGHT)
    assert exercise.check(2.5).state == RIGHT
    with pytest.raises(core.UnexpectedResultError, match="Not right yet"):
        exercise.check(3)
    exercise.grade(3)
    monkeypatch.setenv("VAE_COURSE_EXPECT", NOT_ATTEMPTED)
    with pytest.raises(core.UnexpectedResultError):
        exercise.check(2.5)
    assert exercise.check(...).state == NOT_ATTEMPTED


@pytest.mark.parametrize("hints", [(), "one text"])
def test_hints_are_needed(hints):
    with pytest.raises(ValueError, match="hints="):
        core.exercise(hints=hints)


def self_test():
    return SelfTest(
        Question("One?", {"a": "yes", "b": "no"}, "a", {"a": "Indeed.", "b": "But it is."}),
        Question("Two?", {"a": "yes", "b": "no"}, "b", {"a": "It is not.", "b": "Indeed not."}),
        chapter="vae_helpers.checks.chapter99",
    )


def test_self_test():
    test = self_test()
    assert test.chapter == "99"
    assert_right(test, {1: "a", 2: " (B) "})
    assert_not_attempted(test, {1: ..., 2: ...})
    assert_not_attempted(test, {})
    assert_wrong(test, {1: "a", 2: "a"}, "1 of 2 right", "1. ✓ (a) Indeed.", "2. ✗ (a) It is not.")
    assert_wrong(test, {1: "a", 2: ...}, "1. ✓ (a) Indeed.", "2. Two?\na) yes\nb) no")
    assert_wrong(test, {1: "z", 2: ["a"]}, "'z' (str) is none of a, b", "['a'] (list)")
    assert_wrong(test, {"one": "a"}, "no question 'one'")
    assert_wrong(test, "ab", "expected {1: 'a'")
    assert (
        test.grade({}).message == repr(test) == "1. One?\na) yes\nb) no\n\n2. Two?\na) yes\nb) no"
    )
    assert "1. One?<br>a) yes" in test._repr_html_()


def test_a_question_needs_feedback_on_each_choice():
    with pytest.raises(ValueError, match="every choice needs feedback"):
        Question("One?", {"a": "yes", "b": "no"}, "a", {"a": "Indeed."})
    with pytest.raises(ValueError, match="every choice"):
        Question("One?", {"a": "yes"}, "b", {"a": "Indeed."})


def test_progress():
    done = number_exercise()
    done.check(2.5)
    shown = core.Progress([done, array_exercise(1)])
    assert repr(shown).splitlines() == [
        "1 of 2 exercises right",
        "✓ A number: right",
        "○ An array: not attempted",
    ]
    assert "1 of 2 exercises right" in shown._repr_html_()


def test_wrong_inside_a_learners_function_is_passed_on():
    def checker_inside(a, b):
        raise Wrong("nested")

    assert_wrong(call_exercise(2, 3), checker_inside, "nested")


def test_tensors_are_understood_and_numpy_is_enough():
    """Checking needs no TensorFlow."""
    code = (
        "import sys; from vae_helpers.checks import chapter01, experiment_log; "
        "assert not {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("message", "page"),
    [
        ("the *codes* say `a*b*c`", "the <em>codes</em> say <code>a*b*c</code>"),
        ("2 * x * y and 2*x*y", "2 * x * y and 2*x*y"),
        ("`*args` <b>\n**kw**", "<code>*args</code> &lt;b&gt;<br>**kw**"),
        ("(*two words*)", "(<em>two words</em>)"),
    ],
)
def test_messages_as_html(message, page):
    assert core.to_html(message) == page


def test_a_dictionary_of_arrays_is_shown_by_their_shapes():
    given = {"logits": np.zeros((3, 28, 28, 1)), "n": 3}
    assert short(given) == "{'logits': an array (3, 28, 28, 1), 'n': 3}"


def test_what_follows_is_drawn_by_the_learners_code_where_it_is_right():
    def yours():
        return 2

    def ours():
        return 2

    def checker(answer):
        core.expect_number(core.call(answer), 2, "f()")

    one = Exercise("f", "99", checker, ("hint",))
    assert (one.yours_or(ours), one.whose) == (ours, "the course's")
    one.check(lambda: 3)
    assert (one.yours_or(ours), one.whose) == (ours, "the course's")
    one.check(yours)
    assert (one.yours_or(ours), one.whose) == (yours, "your")
    one.check(...)
    assert one.yours_or(ours) is ours
