"""Functions judged on several cases: input, yours, expected, and the reason that fits all."""

from fractions import Fraction

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_wrong

from vae_helpers.checks import core
from vae_helpers.checks.core import RIGHT, Case, Exercise, Recorded, Wrong


def scaled_sum(x, factor):
    return factor * np.sum(x)


def task(right=scaled_sum, cases=None, **kwargs):
    """Return an exercise on a function of an array and a number."""
    if cases is None:
        cases = [
            (np.array([1.5, 2.25, 0.75]), 3.0),
            Case(np.array([0.3, -1.1]), 0.7, when="one is negative"),
            (np.array([2.6, 1.3, 0.2, 0.9]), -1.3),
        ]

    def checker(answer):
        core.expect_function(answer, right, cases, look_at="Look here.", **kwargs)
        return "Well done."

    return Exercise("f", "99", checker, ("hint",))


def test_right_ones_in_any_style():
    for answer in (
        scaled_sum,
        lambda x, factor: sum(factor * v for v in x),
        lambda x, factor: [factor * np.sum(x)],
        lambda x, factor: np.float32(factor * np.sum(x)),
        lambda x, factor: Fraction(float(factor * np.sum(x))),
        lambda a, b: np.array([[b * a.sum()]]),
    ):
        assert_right(task(), answer)


def test_tensors_of_the_backend_are_right():
    import keras

    assert_right(task(), lambda x, factor: keras.ops.sum(keras.ops.convert_to_tensor(x)) * factor)


def test_all_cases_are_judged_and_the_smallest_that_differs_is_shown():
    result = task().grade(lambda x, factor: abs(factor) * np.sum(x))
    assert "2 of 3 cases right." in result.message
    assert "`f([2.6, 1.3, 0.2, 0.9], -1.3)` gives 6.5, expected -6.5" in result.message
    result = task().grade(lambda x, factor: factor * np.sum(np.abs(x)))
    assert "`f([0.3, -1.1], 0.7)` (one is negative) gives 0.98, expected -0.56" in result.message


def test_a_mistake_is_named_only_if_it_fits_all_cases():
    exercise = task(
        mistakes=[
            (lambda x, factor: factor * np.max(x), "Add them all."),
            (lambda x, factor: np.sum(x) / factor, "Multiply."),
        ]
    )
    assert_wrong(exercise, lambda x, factor: np.sum(x) / factor, "Multiply.", "0 of 3", "expected")
    result = exercise.grade(lambda x, factor: factor * np.max(x) + (len(x) == 4))
    assert "Add them all" not in result.message
    assert result.kind == "fallback"
    assert result.message.endswith("Look here.")


def test_a_mistake_that_stops_or_gives_nan_is_recognised():
    exercise = task(
        mistakes=[
            (lambda x, factor: x[7], "There is no eighth."),
            (lambda x, factor: np.sqrt(np.minimum(x, -1)).sum(), "No root of negatives."),
        ]
    )
    assert_wrong(exercise, lambda x, factor: x[9], "IndexError", "There is no eighth.")
    with np.errstate(all="ignore"):
        assert_wrong(exercise, lambda x, factor: np.nan, "gives nan", "No root of negatives.")


def test_exceptions_show_the_call_and_what_all_right_cases_share():
    def right(x, step):
        return x[::step].sum()

    def answer(x, step):
        return sum(x[i * step] for i in range(len(x) // 2))

    assert_wrong(
        task(right, [(np.array([1.0, 2.5, 3.0, 1.5]), 2), (np.array([1.0, 2.0, 3.0, 4.0]), 5)]),
        answer,
        "1 of 2 cases right.",
        "`answer([1, 2, 3, 4], 5)` stopped with IndexError",
        "in the line `return sum(x[i * step]",
        "Right only where `step` is 2",
    )


def test_nan_shape_none_and_stub():
    assert_wrong(task(), lambda x, factor: np.nan, "holds NaN", "`f([0.3, -1.1], 0.7)`")
    assert_wrong(task(), lambda x, factor: factor * x[:, None, None], "has shape (2, 1, 1)")
    assert_wrong(task(), lambda x, factor: None, "returned None")
    assert_wrong(task(), lambda x, factor: "text", "'text' (str)")
    assert_wrong(task(), 3, "Expected a function")
    assert_not_attempted(task(), lambda x, factor: ...)


def test_the_arguments_are_copies_and_a_changed_one_is_told():
    x = np.array([1.0, 2.0])

    def answer(x, factor):
        x *= factor
        return x.sum()

    exercise = task(cases=[(x, 3.0), (x, 2.0)])
    result = exercise.grade(answer)
    assert result.state == RIGHT
    assert "changes `x` itself" in result.message
    assert "Well done." in result.message
    assert x.tolist() == [1.0, 2.0]
    wrong = exercise.grade(lambda x, factor: answer(x, factor) + np.sin(factor))
    assert "changes `x` itself" in wrong.message


def test_generators_start_afresh_in_each_call():
    def draw(rng, n):
        return rng.standard_normal(n)

    assert_right(task(draw, [(np.random.default_rng(1), 3), (np.random.default_rng(1), 4)]), draw)


def pair_task(**kwargs):
    def right(x):
        return x.mean(), x.max()

    cases = [(np.array([1.5, 2.0, 7.0]),), (np.array([0.25, 3.5]),)]
    return task(right, cases, parts=("mean", "largest"), **kwargs)


def test_several_values():
    def by_loop(x):
        yield x.mean()
        yield x.max()

    for answer in (
        lambda x: (x.mean(), x.max()),
        lambda x: [x.mean(), x.max()],
        lambda x: np.array([x.mean(), x.max()]),
        by_loop,
    ):
        assert_right(pair_task(), answer)
    assert_wrong(pair_task(), lambda x: (x.max(), x.mean()), "exchanged: `return mean, largest`")
    assert_wrong(pair_task(), lambda x: x.mean(), "expected 2 values")
    assert_wrong(pair_task(), lambda x: (1, 2, 3), "expected 2 values")
    assert_wrong(pair_task(), lambda x: "ab", "expected 2 values")
    assert_wrong(
        pair_task(), lambda x: (x.mean(), x.max() * 2), "`f([0.25, 3.5])`, largest gives 7"
    )
    assert_not_attempted(pair_task(), lambda x: (x.mean(), ...))


def test_mistakes_of_one_part_leave_the_other_open():
    exercise = pair_task(mistakes=[(lambda x: (None, x.min()), "The largest, not the smallest.")])
    assert_wrong(exercise, lambda x: (x.sum(), x.min()), "not the smallest")


def test_an_open_exercise_is_named():
    def earlier(x):
        return ...

    def forgotten(x, factor):
        return factor * earlier(x)

    assert_wrong(
        task(), forgotten, "`earlier`, an earlier exercise, still returns `...`", "TypeError"
    )
    assert_wrong(task(), lambda x, factor: (...).shape, "still is `...`")
    result = task().grade(lambda x, factor: x[..., ...])
    assert "earlier exercise" not in result.message  # that one is NumPy's own ellipsis


def test_tensorflows_prefix_is_cut():
    error = ValueError("{{function_node __wrapped__Mul_device_/job:localhost}} Incompatible shapes")
    assert core.describe_error(error) == "ValueError: Incompatible shapes"
    keras = ValueError(
        "Exception encountered when calling Layer.call().\n\n\x1b[1mShapes differ\x1b[0m\n\n"
        "Arguments received by Layer.call():\n  • x"
    )
    assert core.describe_error(keras) == "ValueError: Shapes differ"


def test_calls_in_a_loop_or_at_once_are_one():
    at_once, looped = Recorded(lambda z: z), Recorded(lambda z: z)
    rows = np.arange(6.0).reshape(3, 2)
    at_once(rows)
    for row in rows:
        looped(row[None])
    assert np.array_equal(at_once.given, rows)
    assert np.array_equal(looped.given, rows)
    assert len(looped.calls) == 3
    assert Recorded(len).given.size == 0


@pytest.mark.parametrize("text", ["c", "C", " (c) ", "c)", "(c", "c.", "'c'", "[c]"])
def test_letters(text):
    assert core.letter(text) == "c"


def test_what_is_no_letter_stays():
    assert core.letter(3) == 3


def test_unpacking():
    assert core.unpack(iter((1, 2)), ("a", "b")) == (1, 2)
    with pytest.raises(Wrong, match="`return a, b`"):
        core.unpack(iter(range(10**12)), ("a", "b"))


def test_the_right_value_is_told_only_where_asked():
    def checker(answer):
        core.expect_number(answer, 2.5, "x", reveal=True)

    assert_wrong(Exercise("x", "99", checker, ("h",)), 3.1, "x is 3.1, expected 2.5.")


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (([2.0, -1.0], 1), "f([2, -1], 1)"),
        ((np.zeros((9, 9)), 0.123456), "f(an array (9, 9), 0.123)"),
        ((np.random.default_rng(1), len), "f(rng, len)"),
        (("x", None, True), "f('x', None, True)"),
        (([1] * 12,) * 4, "f(" + ", ".join(["an array (12,)"] * 4) + ")"),
    ],
)
def test_calls_in_words(args, text):
    assert core.call_text("f", args) == text
