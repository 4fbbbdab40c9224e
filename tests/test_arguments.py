"""Each check with what it takes, what it gives back, and the sentence with which it refuses."""

import subprocess
import sys

import numpy as np
import pytest

from vae_helpers import _arguments


def refusal(check, *arguments, **options):
    with pytest.raises(ValueError, match=r"\w") as raised:
        check(*arguments, **options)
    return str(raised.value)


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), np.array(3)])
def test_whole_numbers_are_taken_in_any_type_and_come_back_as_int(value):
    number = _arguments.whole_number(value, "k", high=3)
    assert number == 3
    assert type(number) is int


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "k=0"),
        (9, "k=9"),
        (np.int64(9), "k=9"),
        (3.0, "k=3.0"),
        (np.float32(2.5), "k=2.5"),
        (True, "k=True"),
        (np.True_, "k=True"),
        ("3", "k='3'"),
        (None, "k=None"),
        (float("nan"), "k=nan"),
        (np.arange(3), "k has shape (3,)"),
    ],
)
def test_what_is_no_whole_number_in_range_is_refused_with_its_value(value, shown):
    said = refusal(_arguments.whole_number, value, "k", high=8)
    assert said == f"{shown}: allowed is a whole number from 1 to 8"


def test_a_whole_number_says_which_ends_are_open():
    assert _arguments.whole_number(-7, "n", low=None) == -7
    assert refusal(_arguments.whole_number, 0, "n").endswith("allowed is a whole number from 1")
    assert refusal(_arguments.whole_number, 0.5, "n", low=None).endswith("is a whole number")
    said = refusal(_arguments.whole_number, -1, "n", low=0, high=59_999)
    assert said == "n=-1: allowed is a whole number from 0 to 59,999"


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.int8(1), np.array(1.0)])
def test_numbers_are_taken_in_any_type_and_come_back_as_float(value):
    number = _arguments.number(value, "beta", low=0)
    assert number == 1.0
    assert type(number) is float


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-0.5, "t=-0.5"),
        (np.float64(1.5), "t=1.5"),
        (float("nan"), "t=nan"),
        (float("inf"), "t=inf"),
        (True, "t=True"),
        (np.False_, "t=False"),
        ("0.5", "t='0.5'"),
        (b"0.5", "t=b'0.5'"),
        (None, "t=None"),
        (0.5j, "t=0.5j"),
        ([0.5], "t=[0.5]"),
        ([[1], [1, 2]], "t=[[1], [1, 2]]"),
        (np.array([0.5]), "t has shape (1,)"),
    ],
)
def test_what_is_no_number_in_range_is_refused_with_its_value(value, shown):
    said = refusal(_arguments.number, value, "t", low=0, high=1)
    assert said == f"{shown}: allowed is a number from 0 to 1"


@pytest.mark.parametrize(
    ("bounds", "refused", "taken", "words"),
    [
        ({}, (float("inf"), -float("inf")), (-1e300,), "a finite number"),
        ({"low": 0}, (-1e-9, float("inf")), (0,), "a finite number from 0"),
        ({"low": 0, "open_low": True}, (0,), (1e-9,), "a finite number above 0"),
        ({"high": 2}, (2.1, -float("inf")), (2, -5), "a finite number to 2"),
        ({"low": 0, "high": 1, "open_high": True}, (1,), (0,), "a number from 0 to below 1"),
        (
            {"low": 0, "high": 0.5, "open_low": True, "open_high": True},
            (0, 0.5),
            (0.25,),
            "a number above 0 to below 0.5",
        ),
    ],
)
def test_an_interval_is_open_or_closed_as_it_says(bounds, refused, taken, words):
    for value in refused:
        assert refusal(_arguments.number, value, "x", **bounds).endswith(f": allowed is {words}")
    for value in taken:
        assert _arguments.number(value, "x", **bounds) == value


def test_a_flag_is_true_or_false_and_no_word():
    assert _arguments.flag(np.True_, "sort") is True
    assert _arguments.flag(False, "sort") is False
    for value, shown in (("no", "'no'"), (1, "1"), (None, "None")):
        assert (
            refusal(_arguments.flag, value, "sort") == f"sort={shown}: allowed are True and False"
        )


@pytest.mark.parametrize("value", ["c", None, ["a"], np.array(["a"]), np.array("a"), 1])
def test_one_of_refuses_whatever_is_not_there(value):
    said = refusal(_arguments.one_of, value, "kind", ("a", "b"))
    assert said.startswith("kind")
    assert said.endswith(": allowed are 'a' and 'b'")


def test_one_of_lists_what_is_allowed_and_gives_it_back():
    assert _arguments.one_of("b", "kind", {"a": 1, "b": 2}) == "b"
    assert type(_arguments.one_of(np.int64(28), "image_size", (28, 32))) is int
    assert (
        refusal(_arguments.one_of, "x", "kind", "abc") == "kind='x': allowed are 'a', 'b' and 'c'"
    )
    assert refusal(_arguments.one_of, 7, "size", (28,)) == "size=7: allowed are 28"
    assert refusal(_arguments.one_of, True, "size", (1, 2)) == "size=True: allowed are 1 and 2"


def test_a_mapping_has_an_entry():
    assert _arguments.mapping({1: "one"}, "models") == {"1": "one"}
    for value, shown in (({}, "{}"), ([1], "list"), (None, "NoneType")):
        said = refusal(_arguments.mapping, value, "models")
        assert said == f"models={shown}: allowed is a dict {{name: values}} with an entry"


def test_each_entry_is_checked_under_its_own_name():
    rows = _arguments.each(_arguments.row, {"a": [1, 2], 3: [4, 5]}, "rows", 2)
    assert {name: row.tolist() for name, row in rows.items()} == {"a": [1, 2], "3": [4, 5]}
    said = refusal(_arguments.each, _arguments.row, {"a": [1, 2], "b": [1]}, "rows", 2)
    assert said == "rows['b'] has shape (1,): allowed is (2,)"
    assert refusal(_arguments.each, _arguments.row, [1], "rows").startswith("rows=list: allowed")


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "int8", "uint64", "bool"])
def test_finite_takes_any_real_type_without_a_copy(kind):
    array = np.ones((2, 3, 4), kind)
    assert _arguments.finite(array, "x") is array


def test_finite_counts_what_is_not():
    assert refusal(_arguments.finite, [1.0, np.nan, -np.inf], "x") == (
        "x holds NaN or infinity, 2 times: allowed are finite numbers"
    )
    assert "once" in refusal(_arguments.finite, [np.inf], "x")
    # The infinities cancel in a sum, and finite numbers may overflow it.
    assert "2 times" in refusal(_arguments.finite, [np.inf, -np.inf], "x")
    assert _arguments.finite([1.7e308, 1.7e308], "x").max() == 1.7e308


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (["a"], "x has dtype <U1: allowed are real numbers"),
        ([1j], "x has dtype complex128: allowed are real numbers"),
        ([None], "x has dtype object: allowed are real numbers"),
        ([[1], [1, 2]], "x has rows of different shapes: allowed are equal ones"),
    ],
)
def test_finite_refuses_what_is_no_real_number(value, words):
    assert refusal(_arguments.finite, value, "x") == words


def test_a_row_has_one_axis_and_its_length():
    np.testing.assert_array_equal(_arguments.row([1, 2], "x"), [1.0, 2.0])
    assert _arguments.row([1, 2], "x").dtype == np.float64
    assert refusal(_arguments.row, [], "x") == "x has shape (0,): allowed is (n,), n from 1"
    assert refusal(_arguments.row, 3.0, "x") == "x has shape (): allowed is (n,), n from 1"
    assert refusal(_arguments.row, [[1]], "z", 2) == "z has shape (1, 1): allowed is (2,)"
    assert refusal(_arguments.row, [1], "z", "latent_dim", 2) == (
        "z has shape (1,): allowed is (latent_dim,), latent_dim from 2"
    )
    assert "NaN" in refusal(_arguments.row, [np.nan], "x")


def test_a_matrix_has_rows_and_columns():
    assert _arguments.matrix([[1, 2]], "z").dtype == np.float64
    assert _arguments.matrix([[1, 2]], "z", 2).shape == (1, 2)
    cases = (
        ((np.zeros(3), "z"), "z has shape (3,): allowed is (n, d), n from 1"),
        ((np.zeros((3, 0)), "z"), "z has shape (3, 0): allowed is (n, d), n from 1"),
        ((np.zeros((0, 3)), "z"), "z has shape (0, 3): allowed is (n, d), n from 1"),
        ((np.zeros((1, 3)), "z", 3, 2), "z has shape (1, 3): allowed is (n, 3), n from 2"),
        ((np.zeros((5, 3)), "z", 4), "z has shape (5, 3): allowed is (n, 4), n from 1"),
        (
            (np.zeros(3), "z", "latent_dim"),
            "z has shape (3,): allowed is (n, latent_dim), n from 1",
        ),
    )
    for arguments, words in cases:
        assert refusal(_arguments.matrix, *arguments) == words


@pytest.mark.parametrize("check", [_arguments.row, _arguments.matrix])
@pytest.mark.parametrize(
    ("given", "wanted", "found"),
    [
        ("float32", None, "float32"),
        ("float16", None, "float16"),
        ("int64", None, "float64"),
        ("bool", None, "float64"),
        ("float32", np.float64, "float64"),
        ("float64", np.float32, "float32"),
    ],
)
def test_the_type_is_kept_or_made_as_asked(check, given, wanted, found):
    values = np.ones((1,) if check is _arguments.row else (1, 1), given)
    checked = check(values, "z", dtype=wanted)
    assert checked.dtype == found
    assert (checked is values) == (given == found)


def test_numbers_too_large_for_the_type_are_refused():
    said = refusal(_arguments.matrix, [[1e300]], "z", dtype=np.float32)
    assert said == "z holds NaN or infinity, once: allowed are finite numbers"


def test_two_arrays_have_one_shape():
    _arguments.same_shape(np.zeros((2, 3)), np.ones((2, 3)), "x", "x_hat")
    said = refusal(_arguments.same_shape, np.zeros((2, 3)), np.zeros(2), "x", "x_hat")
    assert said == "x_hat has shape (2,): allowed is that of x, (2, 3)"


def test_pixels_lie_between_zero_and_one():
    images = np.array([[0.0, 1.0]], "float32")
    assert _arguments.pixels(images, "x") is images
    assert refusal(_arguments.pixels, images * 255, "x") == (
        "x has values from 0.0 to 255.0: allowed are pixels in [0, 1] (divide bytes by 255)"
    )
    assert "from -1.0 to -0.0" in refusal(_arguments.pixels, -images, "x")
    assert "NaN" in refusal(_arguments.pixels, images * np.nan, "x")
    for shape in ((4,), (), (0, 28, 28, 1)):
        said = refusal(_arguments.pixels, np.zeros(shape), "x")
        assert said == f"x has shape {shape}: allowed is (n, h, w, 1), n from 1"


def test_images_have_one_of_the_shapes():
    images = np.ones((2, 28, 28, 1), "float32")
    assert _arguments.images(images, "images") is images
    assert _arguments.images(images, "images", (28, 28, 1)) is images
    assert _arguments.images(images.astype(bool), "images").dtype == np.float32
    assert _arguments.images(images[..., 0], "images", ("h", "w", 1), ("h", "w")).ndim == 3
    assert refusal(_arguments.images, images, "x", (8, 8, 1)) == (
        "x has shape (2, 28, 28, 1): allowed is (n, 8, 8, 1), n from 1"
    )
    said = refusal(_arguments.images, images[0], "x", (28, 28, 1), (32, 32, 1))
    assert said == (
        "x has shape (28, 28, 1): allowed is (n, 28, 28, 1) or (n, 32, 32, 1), n from 1"
    )
    assert "divide bytes" in refusal(_arguments.images, images * 2, "x")


def test_labels_are_whole_numbers_one_a_row():
    for kind in ("int64", "uint8", "bool"):
        assert _arguments.labels(np.ones(3, kind), "labels", 3).dtype == np.int64
    assert refusal(_arguments.labels, [1, 2], "y", 3) == "y has shape (2,): allowed is (3,)"
    assert refusal(_arguments.labels, [], "y") == "y has shape (0,): allowed is (n,), n from 1"
    for wrong in ([1.0], ["a"]):
        assert "allowed are whole numbers" in refusal(_arguments.labels, wrong, "y")


def test_nothing_that_is_passed_in_changes():
    images = np.linspace(0, 1, 2 * 8 * 8).reshape(2, 8, 8, 1)
    images.flags.writeable = False
    before = images.copy()
    for check in (_arguments.finite, _arguments.pixels, _arguments.images):
        check(images, "images")
    _arguments.matrix(images.reshape(2, -1), "z", dtype=np.float32)
    np.testing.assert_array_equal(images, before)


def test_the_checks_need_no_tensorflow():
    code = (
        "import sys, vae_helpers._arguments; print('keras' in sys.modules, 'scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
