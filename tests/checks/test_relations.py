"""The second stage: each relation is found in a wrong answer, and only where it holds."""

import numpy as np
import pytest

from vae_helpers.checks import relations
from vae_helpers.checks.core import Case, Exercise, expect_array, expect_function, expect_number

RNG = np.random.default_rng(7)


def loss(x, y, weight):
    """A sum of squares and of products, for each row."""
    return (weight * x**2 + np.exp(y) - x * y).sum(axis=1)


def terms(x, y, weight):
    return {
        "w x²": (weight * x**2).sum(axis=1),
        "exp y": np.exp(y).sum(axis=1),
        "−x y": -(x * y).sum(axis=1),
    }


def unreduced(x, y, weight):
    return weight * x**2 + np.exp(y) - x * y


CASES = [
    (*RNG.normal(size=(2, 4, 3)), 1.3),
    (*RNG.normal(size=(2, 3, 5)), 0.6),
    Case(*RNG.normal(size=(2, 2, 2)), 2.2),
]


def grade(answer, right=loss, cases=CASES, **kwargs):
    def checker(given):
        expect_function(given, right, cases, look_at="Look here.", **kwargs)

    return Exercise("f", "99", checker, ("hint",)).grade(answer)


def found(answer, *pieces, kind, **kwargs):
    result = grade(answer, **{"terms": terms, "unreduced": unreduced, **kwargs})
    assert result.kind == kind, result
    for piece in pieces:
        assert piece in result.message, result


@pytest.mark.parametrize(
    ("answer", "kind", "piece"),
    [
        (lambda x, y, w: -loss(x, y, w), "sign", "The sign is turned round"),
        (lambda x, y, w: 2 * loss(x, y, w), "factor", "twice the right value"),
        (lambda x, y, w: loss(x, y, w) / 2, "factor", "half the right value"),
        (lambda x, y, w: loss(x, y, w) / np.log(2), "factor", "bits"),
        (lambda x, y, w: loss(x, y, w) / np.log(10), "factor", "`np.log10`"),
        (lambda x, y, w: 1.7 * loss(x, y, w), "factor", "1.7 times"),
        (lambda x, y, w: loss(x, y, w) / len(x), "factor", "divided by `len(x)`"),
        (lambda x, y, w: loss(x, y, w) * x.size, "factor", "times `x.size`"),
        (lambda x, y, w: loss(x, y, w) + 0.3, "term", "0.3 is added everywhere"),
        (lambda x, y, w: loss(x, y, w) + np.log(len(x)), "offset", "the logarithm of `len(x)`"),
        (lambda x, y, w: loss(x, y, w) ** 2, "function", "the square of the right value"),
        (lambda x, y, w: np.exp(-loss(x, y, w)), "function", "exponential of minus"),
        (lambda x, y, w: np.floor(loss(x, y, w)), "function", "`//` or `int`"),
        (lambda x, y, w: unreduced(x, y, w).mean(1), "reduction", "the mean over `axis=1`"),
        (lambda x, y, w: unreduced(x, y, w).mean(1), "reduction", "asked is the sum"),
        (lambda x, y, w: unreduced(x, y, w).sum(0), "reduction", "the sum over `axis=0`"),
        (lambda x, y, w: unreduced(x, y, w).max(1), "reduction", "the largest value over"),
        (lambda x, y, w: unreduced(x, y, w).sum(), "reduction", "the sum over all axes"),
        (lambda x, y, w: unreduced(x, y, w), "unreduced", "the last sum or mean is missing"),
        (lambda x, y, w: loss(x, y, w)[:, None], "layout", "an axis of length 1"),
        (lambda x, y, w: loss(x, y, w)[::-1], "layout", "opposite order"),
        (lambda x, y, w: np.sort(loss(x, y, w)), "layout", "sorted"),
        (lambda x, y, w: loss(y, x, w), "exchanged", "`x` and `y` exchanged"),
        (lambda x, y, w: loss(x, y, 1.3), "ignored", "with `weight`, and it should: it is as if"),
        (lambda x, y, w: loss(x, y, 1.9), "ignored", "does not change with `weight`"),
        (lambda x, y, w: w * (x**2).sum(1) + np.exp(y).sum(1), "term", "The term −x y is missing"),
        (lambda x, y, w: terms(x, y, w)["exp y"], "term", "w x² and −x y are missing"),
        (
            lambda x, y, w: (w * x**2 - np.exp(y) - x * y).sum(1),
            "term",
            "The term exp y is there with the wrong sign",
        ),
        (lambda x, y, w: (w * x**2 + 2 * np.exp(y) - x * y).sum(1), "term", "there twice"),
        (lambda x, y, w: (w * x**2 + np.exp(y / 2) - x * y).sum(1), "term", "`y` that is halved"),
        (lambda x, y, w: (w * x**2 + np.exp(x) - x * y).sum(1), "term", "use `x` there for `y`"),
        (lambda x, y, w: loss(x, 2 * y, w), "argument", "another `y`: one that is doubled"),
        (lambda x, y, w: loss(x[:, ::-1], y, w), "argument", "reversed along the last axis"),
        (lambda x, y, w: np.full(len(x), 3.21), "one value", "All your values are equal"),
        (lambda x, y, w: loss(x, y, w)[:1].repeat(len(x)), "one value", "are equal"),
    ],
)
def test_each_relation_is_found(answer, kind, piece):
    found(answer, piece, kind=kind)


def test_one_number_written_into_the_code():
    found(
        lambda x, y, w: unreduced(x, y, w)[:, :2].sum(axis=1),
        "Right only where `x.shape[1]` is 2: is that number written into your code?",
        kind="fixed",
    )


def test_a_number_that_the_right_cases_share_by_chance_is_not_blamed():
    """The case with two columns happens to have no negative number in x."""
    cases = [(np.array([[1.3, 2.7], [0.4, 1.9]]),), (np.array([[-1.3, 2.7, 0.2]]),)]
    result = grade(lambda x: np.abs(x).sum(axis=1), lambda x: x.sum(axis=1), cases)
    assert "Right only where" not in result.message


def test_an_argument_that_is_rounded_is_not_ignored():
    """The two weights are the same when rounded; a third one tells."""
    cases = [(np.array([1.3, 2.7]), 1.3), (np.array([0.4, -1.1, 0.2]), 1.1)]
    result = grade(lambda x, w: np.round(w) * x + w - w, lambda x, w: w * x, cases)
    assert "one that is rounded" in result.message


def test_a_function_that_is_flat_far_out_does_not_ignore_its_argument():
    cases = [(np.array([100.0, 200.0]),), (np.array([150.0, 80.0, 255.0]),)]
    result = grade(lambda x: 1 / (1 + np.exp(-x)), lambda x: x / 255, cases)
    assert "does not change" not in result.message


def test_the_same_value_for_all_cases():
    found(lambda x: 3.3, kind="constant", right=lambda x: x, cases=[(1.37,), (0.4,)], terms=None)


def test_the_answer_of_an_earlier_exercise():
    found(
        lambda x, y, w: np.exp(x * y).sum(),
        "That is the answer of `overlap` of chapter 1.",
        kind="earlier",
        earlier=[("`overlap` of chapter 1", lambda x, y, w: np.exp(x * y).sum())],
    )


def test_what_is_asked_one_by_one_and_what_is_not_reduced():
    def right(x):
        return x**2

    cases = [(RNG.normal(size=(2, 3)),), (RNG.normal(size=(3, 2)),)]
    options = {"right": right, "cases": cases, "terms": None, "unreduced": None}
    found(lambda x: (x**2).mean(), "the mean of the right values", kind="reduced", **options)
    found(
        lambda x: (x**2).sum(0), "sum of the right values over `axis=0`", kind="reduced", **options
    )
    total = {**options, "right": lambda x: (x**2).sum(axis=0)}
    found(lambda x: x**2, "The sum over `axis=0` of yours is right", kind="unreduced", **total)
    found(lambda x: (x**2).T, "transpose", kind="layout", **options)


def test_a_relation_of_one_case_is_not_claimed():
    def answer(x, y, w):
        value = loss(x, y, w)
        return 2 * value if len(x) == 4 else value + 0.123 * x[:, 0]

    result = grade(answer, terms=terms, unreduced=unreduced)
    assert result.kind == "fallback"
    assert result.message.endswith("Look here.")


def test_unrelated_answers_get_no_relation():
    rng = np.random.default_rng(3)
    for _ in range(20):
        a, b, c = rng.normal(size=3)

        def answer(x, y, w, a=a, b=b, c=c):
            return np.cos(a * x + b * y * w + c).sum(axis=1)

        assert grade(answer, terms=terms, unreduced=unreduced).kind == "fallback"


def test_round_numbers_prove_little():
    """A count of 2 for 1, or 0.5 for 0.25: twice the right value, but by chance."""
    for got, expected in ((2, 1), (0.5, 0.25), (-3, 3), (4, 2)):
        with pytest.raises(Exception, match="which is not right") as caught:
            expect_number(got, expected, "x")
        assert caught.value.kind == "fallback"
    with pytest.raises(Exception, match="twice") as caught:
        expect_number(2 * 1.23457, 1.23457, "x")
    assert caught.value.kind == "factor"


def test_a_wide_tolerance_proves_nothing():
    with pytest.raises(Exception, match="not right") as caught:
        expect_number(2.469, 1.2345, "The mean of draws", rtol=0, atol=0.05)
    assert caught.value.kind == "fallback"


def test_arrays_without_a_call_have_relations_too():
    with pytest.raises(Exception, match="opposite order"):
        expect_array([3.5, 2.25, 1.1], [1.1, 2.25, 3.5], "z")


def test_terms_that_cannot_be_told_apart_are_not_blamed():
    """x and 2x: no set of coefficients is the only one."""

    def right(x):
        return 3 * x

    options = {"cases": [(RNG.normal(size=5),)], "terms": lambda x: {"x": x, "2x": 2 * x}}
    assert "of its own" not in grade(lambda x: 5 * x, right, **options).message


def test_a_right_function_that_stops_does_no_harm():
    def right(n, text):
        if n < 2 or n > 9:
            raise ValueError("out of range")
        return np.arange(n) * 1.7

    result = grade(lambda n, text: np.arange(n) + 0.313 * n, right, [(3, "a"), (5, "b")])
    assert result.kind == "fallback"


def test_the_learners_function_is_not_asked_too_often():
    calls = []

    def answer(x, y, w):
        calls.append(1)
        return np.cos(x * y + w).sum(axis=1)

    grade(answer, terms=terms, unreduced=unreduced)
    assert len(calls) <= 15


@pytest.mark.parametrize(
    ("got", "expected", "same"),
    [(np.ones(1), np.array(1.0), True), (np.ones((1, 1)), np.ones(1), False)],
)
def test_one_number_is_one_number(got, expected, same):
    assert relations.alike(got, expected, 1e-6, 1e-6) is same
