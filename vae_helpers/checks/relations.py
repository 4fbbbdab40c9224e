"""What a wrong answer has to do with the right one: the second stage of every message.

A checker knows its typical mistakes by name. For all others this module looks for a relation
between the learner's answers and the right ones: a factor, a sign, exchanged or ignored
arguments, a missing term … Each finder is given the :class:`Evidence`, and says one sentence if
its relation holds in *every* case, or nothing. What is said is therefore a fact about the
answers; how it came about is asked, not claimed.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, permutations

import numpy as np

TIGHT = 1e-3  # a check with a wider relative tolerance proves no relation


SAYS_ALL = (
    "layout",
    "unreduced",
    "reduction",
    "exchanged",
    "ignored",
    "fixed",
    "term",
    "earlier",
)


@dataclass(frozen=True)
class Found:
    """A relation: one word for it, and the sentence for the learner; both empty if none."""

    kind: str = ""
    sentence: str = ""

    @property
    def says_all(self) -> bool:
        """Whether nothing more has to be said on where to look."""
        return self.kind in SAYS_ALL

    def __bool__(self):
        return bool(self.kind)


@dataclass(frozen=True)
class Trial:
    """One call: its arguments (none if they are not known), the answer, the right value."""

    args: tuple
    got: np.ndarray
    expected: np.ndarray


@dataclass
class Evidence:
    """All that is known of a wrong answer.

    Args:
        trials: the cases, all of which stopped nowhere and hold finite numbers.
        rtol, atol: the tolerance of the check.
        names: of the arguments.
        right: the right function, → array, or None where it stops.
        ask: the learner's function, likewise.
        terms: → name → term of the right value.
        unreduced: → the right value before its last sum or mean.
        earlier: pairs of a name and a function, → array or None.
    """

    trials: list[Trial]
    rtol: float = 1e-4
    atol: float = 1e-6
    names: list[str] = field(default_factory=list)
    right: Callable | None = None
    ask: Callable | None = None
    terms: Callable | None = None
    unreduced: Callable | None = None
    earlier: list = field(default_factory=list)

    def fits(self, prediction: Callable[[Trial], np.ndarray | None], least=None) -> bool:
        """Say whether a prediction holds in all trials, and is tested by enough numbers.

        Args:
            prediction: trial → the value that the answer should have, or None.
            least: how many numbers must differ from the right ones; round numbers are easily
                hit by chance, so that the default for them is 2, or else 1.
        """
        if not self.is_tight():
            return False
        tested = 0
        for trial in self.trials:
            predicted = _safely(prediction, trial)
            if predicted is None or not self.same(trial.got, predicted):
                return False
            if predicted.shape != trial.expected.shape:
                tested += predicted.size
            else:
                differs = ~np.isclose(predicted, trial.expected, self.rtol, self.atol)
                tested += int(differs.sum())
        if least is None:
            least = 2 if self.is_round() else 1
        return tested >= least

    def gives_expected(self, reduced: Callable[[Trial], np.ndarray | None]) -> bool:
        """Say whether something made of the larger answers gives the right values."""
        if self.same_shapes() or not self.is_tight():
            return False
        values = [_safely(reduced, trial) for trial in self.trials]
        return all(
            v is not None and t.got.size > t.expected.size and self.same(v, t.expected)
            for v, t in zip(values, self.trials, strict=True)
        )

    def same(self, first, second):
        """Say whether two arrays agree within the tolerance of the check."""
        return alike(first, second, self.rtol, self.atol)

    def is_tight(self):
        """Say whether the tolerance is small beside the numbers themselves."""
        size = max((np.abs(t.expected).max(initial=0) for t in self.trials), default=0)
        return self.rtol <= TIGHT and self.atol <= TIGHT * max(size, TIGHT)

    def is_round(self):
        """Say whether all numbers are small and round, such as 3 or 0.25: chance hits those."""
        numbers = np.concatenate(
            [self.numbers(lambda t: t.got), self.numbers(lambda t: t.expected)]
        )
        return bool(np.allclose(40 * numbers, np.round(40 * numbers), rtol=0, atol=1e-6)) and bool(
            (np.abs(numbers) <= 64).all()
        )

    def numbers(self, part):
        """Return the numbers of one part of all trials, in a row."""
        return np.concatenate([np.ravel(part(trial)) for trial in self.trials])

    def same_shapes(self):
        """Say whether the answers have the right shapes."""
        return all(comparable(t.got, t.expected) for t in self.trials)

    def has_calls(self):
        """Say whether the right function and its arguments are known."""
        return self.right is not None and all(trial.args for trial in self.trials)


def alike(first, second, rtol, atol, equal_nan=False) -> bool:
    """Say whether two arrays agree; one number is one number, in whatever brackets."""
    return comparable(first, second) and bool(
        np.allclose(first, second, rtol=rtol, atol=atol, equal_nan=equal_nan)
    )


def comparable(first, second) -> bool:
    """Say whether two arrays have one shape, or are one number each and one of them bare."""
    is_one_number = first.size == second.size == 1 and 0 in (first.ndim, second.ndim)
    return first.shape == second.shape or is_one_number


def explain(evidence: Evidence) -> Found:
    """Return the first relation that holds, or an empty one."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return next(filter(None, (_safely(finder, evidence) for finder in FINDERS)), Found())


def _safely(function, *args):
    """Return what a function gives, or None if it stops: a search may try senseless things."""
    try:
        return function(*args)
    except Exception:
        return None


# The shape.


def wrong_layout(evidence):
    """The right numbers, in another arrangement."""
    for name, arrange in _ARRANGEMENTS:
        if evidence.fits(lambda t, arrange=arrange: arrange(t.expected, t.got), least=1):
            return Found("layout", f"These are the right numbers, but {name}.")
    return None


def _with_axes(expected, got):
    same = got.shape != expected.shape and np.squeeze(got).shape == np.squeeze(expected).shape
    return expected.reshape(got.shape) if same else None


def _reshaped(expected, got):
    return expected.reshape(got.shape) if got.shape != expected.shape else None


def _turned(axis):
    return lambda expected, got: np.flip(expected, axis) if expected.ndim > axis else None


def _same_numbers(expected, got):
    """Return the answer itself, if it holds the right numbers in some order."""
    if expected.size < 3 or np.ptp(expected) == 0 or got.shape != expected.shape:
        return None
    order, right_order = np.argsort(got, axis=None), np.argsort(expected, axis=None)
    predicted = np.empty(got.size)
    predicted[order] = expected.ravel()[right_order]
    return predicted.reshape(got.shape)


_ARRANGEMENTS = (
    ("with an axis of length 1 too many or too few: mind `keepdims` and the shape", _with_axes),
    ("rows and columns are exchanged: transpose them", lambda e, g: e.T if e.ndim > 1 else None),
    ("in another shape", _reshaped),
    ("in the opposite order along the first axis", _turned(0)),
    ("in the opposite order along the second axis", _turned(1)),
    ("sorted", lambda e, g: np.sort(e) if e.ndim == 1 else None),
    ("in another order", _same_numbers),
    ("summed up from the first to the last", lambda e, g: np.cumsum(e, axis=0)),
)


def one_axis_to_reduce(evidence):
    """The right numbers before they were summed up, or after one sum too many."""
    for name, reduce in _REDUCTIONS[:2]:
        for axes in _axes(max(t.got.ndim for t in evidence.trials)):
            if evidence.gives_expected(lambda t, r=reduce, a=axes: r(t.got, axis=a)):
                where = _axis_text(axes)
                return Found("unreduced", f"The {name} over {where} of yours is right: take it.")
    return None


def one_reduction_too_many(evidence):
    """The sum, mean … of the right values where they are asked one by one."""
    for name, reduce in _REDUCTIONS:
        for axes in _axes(max(t.expected.ndim for t in evidence.trials)):
            if evidence.fits(
                lambda t, r=reduce, a=axes: r(t.expected, axis=a) if t.expected.size > 1 else None,
                least=1,
            ):
                where = _axis_text(axes)
                return Found("reduced", f"That is the {name} of the right values over {where}.")
    return None


def another_reduction(evidence):
    """Another axis, or the mean instead of the sum."""
    if evidence.unreduced is None:
        return None
    whole = [np.asarray(evidence.unreduced(*t.args), dtype=float) for t in evidence.trials]
    by_args = {id(t): w for t, w in zip(evidence.trials, whole, strict=True)}
    if evidence.fits(lambda t: by_args[id(t)], least=1):
        return Found("unreduced", "These are the single values: the last sum or mean is missing.")
    ways = [(n, r, a) for n, r in _REDUCTIONS for a in _axes(max(w.ndim for w in whole))]
    asked = next(
        (w for w in ways if all(_gives(w, by_args[id(t)], t.expected) for t in evidence.trials)),
        None,
    )
    for name, reduce, axes in ways:
        if evidence.fits(lambda t, r=reduce, a=axes: r(by_args[id(t)], axis=a), least=1):
            text = f"You took the {name} over {_axis_text(axes)}"
            if asked:
                text += f": asked is the {asked[0]} over {_axis_text(asked[2])}"
            return Found("reduction", f"{text}.")
    for name, reduce, axes in ways:
        for name2, reduce2 in _REDUCTIONS:

            def twice(t, r=reduce, a=axes, r2=reduce2):
                return r2(r(by_args[id(t)], axis=a))

            if evidence.fits(twice, least=1):
                text = f"That is the {name2} of the {name} over {_axis_text(axes)}"
                if asked:
                    text += f": asked is the {asked[0]} over {_axis_text(asked[2])}"
                return Found("reduction", f"{text}.")
    return None


def _gives(way, array, expected):
    _, reduce, axes = way
    value = _safely(lambda: reduce(array, axis=axes))
    return value is not None and alike(np.asarray(value), expected, 1e-6, 1e-9)


_REDUCTIONS = (
    ("sum", np.sum),
    ("mean", np.mean),
    ("median", np.median),
    ("largest value", np.max),
    ("smallest value", np.min),
    ("standard deviation", np.std),
    ("variance", np.var),
    ("product", np.prod),
)


def _axes(ndim) -> Iterator:
    """Yield single axes, then pairs and so on, and all of them as None."""
    yield from range(ndim)
    for n in range(2, ndim):
        yield from combinations(range(ndim), n)
    yield None


def _axis_text(axes):
    return "all axes" if axes is None else f"`axis={axes}`"


# What the answer depends on.


def one_value_for_all(evidence):
    """The same answer whatever the arguments are."""
    trials = evidence.trials
    if _all_alike([t.got for t in trials]) and not _all_alike([t.expected for t in trials]):
        return Found("constant", "Your answer is the same in all cases: use what you are given.")
    many = [t for t in trials if t.got.size > 1]
    if not evidence.same_shapes() or not many:
        return None
    if all(_is_one_value(t.got) for t in many) and not all(_is_one_value(t.expected) for t in many):
        return Found("one value", "All your values are equal, and they should not be.")
    return None


def _all_alike(arrays):
    return all(alike(array, arrays[0], 1e-6, 1e-9) for array in arrays)


def _is_one_value(array):
    return np.ptp(array) <= 1e-9 * max(1.0, np.abs(array).max())


def hard_coded_argument(evidence):
    """An argument that the answer does not depend on, though the right one does."""
    if not evidence.has_calls() or evidence.ask is None:
        return None
    for j, name in enumerate(evidence.names):
        if _is_ignored(evidence, j):
            value = _fixed_value(evidence, j)
            where = "where do you use it?" if value is None else f"it is as if it were {value:g}."
            text = f"Your answer does not change with `{name}`, and it should: {where}"
            return Found("ignored", text)
    return None


def _fixed_value(evidence, j):
    """Return the number at which argument j seems to be fixed, or None."""
    for value in _distinct([t.args[j] for t in evidence.trials]):
        fixed = np.ndim(value) == 0 and evidence.fits(
            lambda t, v=value: evidence.right(*_replaced(t.args, j, v)), least=1
        )
        if fixed:
            return value
    return None


def _is_ignored(evidence, j):
    """Say whether other values of argument j leave the answers as they are, not the right ones.

    Two values a case: a function may be flat at one of them by chance.
    """
    moved = False
    for trial in evidence.trials:
        n_tried = 0
        for other in _other_values(trial.args[j], evidence, j):
            args = _replaced(trial.args, j, other)
            right = evidence.right(*args)
            if right is None or alike(right, trial.expected, 1e-6, 1e-9):
                continue
            got = evidence.ask(*args)
            if got is None or not alike(got, trial.got, 1e-12, 1e-15):
                return False
            moved = True
            n_tried += 1
            if n_tried == 2:
                break
    return moved


def _other_values(value, evidence, j):
    """Yield values like one argument, but others: made up, or those of the other cases."""
    if callable(value) or isinstance(value, np.random.Generator | str):
        return
    array = np.asarray(value)
    if array.ndim:
        yield array * 0
        yield np.roll(array, 1) if array.dtype.kind in "iu" else np.roll(array, 1) * 0.83 + 0.05
        return
    yield from (t.args[j] for t in evidence.trials if np.ndim(t.args[j]) == 0)
    if array.dtype.kind in "iu":
        yield value + 1
    else:
        yield value * 1.37 + 0.11
        yield value * 0.61


def right_only_where(names, cases, good, is_right: Callable) -> Found:
    """Find the number that all right cases share and no wrong one has: is it written in the code?

    It is told only if the wrong cases come right, too, once they are given this number.

    Args:
        names: of the arguments.
        cases: the arguments of each case.
        good: whether each case is right.
        is_right: arguments → whether the learner's function is right for them.
    """
    if all(good) or not any(good):
        return Found()
    numbers = [_plain_numbers(names, args) for args in cases]
    bad = [args for args, is_good in zip(cases, good, strict=True) if not is_good]
    by_values = {tuple(n.get(k) for n in numbers): k for k in reversed(numbers[0])}
    for label in reversed(by_values.values()):
        value = _shared(label, numbers, good)
        changed = [_with_number(names, args, label, value) for args in bad] if value else []
        tried = [args for args in changed if args is not None]
        if tried and all(is_right(args) for args in tried):
            text = f"Right only where `{label}` is {value}: is that number written into your code?"
            return Found("fixed", text)
    return Found()


def _with_number(names, args, label, value):
    """Return arguments of which a number, or the length of an axis, is another one; None if not.

    All axes of that length are cut: they count the same things.
    """
    if label in names:
        return _replaced(args, names.index(label), value)
    length = _sizes(names, args)[label]
    if ".size" in label or length < value:
        return None
    return [
        a[tuple(slice(value if n == length else None) for n in a.shape)]
        if isinstance(a, np.ndarray)
        else a
        for a in args
    ]


def _plain_numbers(names, args):
    """Return name → number of all arguments that are whole numbers, and of all sizes."""
    plain = {
        name: value
        for name, value in zip(names, args, strict=False)
        if isinstance(value, int | np.integer) and not isinstance(value, bool)
    }
    return {**plain, **{k: v for k, v in _sizes(names, args).items() if k not in names}}


def _shared(label, numbers, good):
    """Return the number that all right cases share and no wrong one has, or None."""
    inside = {n.get(label) for n, is_good in zip(numbers, good, strict=True) if is_good}
    outside = {n.get(label) for n, is_good in zip(numbers, good, strict=True) if not is_good}
    return inside.pop() if len(inside) == 1 and not inside & outside else None


def exchanged_arguments(evidence):
    """The right function of exchanged arguments."""
    if not evidence.has_calls():
        return None
    names = evidence.names
    for i, j in combinations(range(len(names)), 2):
        if evidence.fits(lambda t, i=i, j=j: evidence.right(*_swapped(t.args, i, j))):
            text = f"That is right for `{names[i]}` and `{names[j]}` exchanged: mind their order."
            return Found("exchanged", text)
    if 3 <= len(names) <= 4:
        for order in permutations(range(len(names))):
            if evidence.fits(lambda t, o=order: evidence.right(*[t.args[k] for k in o])):
                return Found("exchanged", "The arguments got into another order.")
    return None


def _swapped(args, i, j):
    args = list(args)
    args[i], args[j] = args[j], args[i]
    return args


def _replaced(args, j, value):
    return [*args[:j], value, *args[j + 1 :]]


def _distinct(values):
    seen = []
    for value in values:
        if not any(np.array_equal(value, other) for other in seen):
            seen.append(value)
    return seen


def changed_argument(evidence):
    """The right function of an argument that was halved, squared, transposed … before."""
    if not evidence.has_calls():
        return None
    for j, name in enumerate(evidence.names):
        for words, change in _CHANGES:

            def changed(trial, j=j, change=change):
                value = trial.args[j]
                if callable(value) or isinstance(value, np.random.Generator | str):
                    return None
                return evidence.right(*_replaced(trial.args, j, _as_like(value, change)))

            if evidence.fits(changed):
                text = f"You get the right answer for another `{name}`: one that is {words}."
                return Found("argument", text)
    for words, change in _CHANGES_OF_ALL:
        if evidence.fits(lambda t, c=change: evidence.right(*[_arrays(a, c) for a in t.args])):
            return Found("argument", f"You get the right answer for arrays that are {words}.")
    return None


def _as_like(value, change):
    if np.ndim(value) == 0:
        new = change(value)
        return int(new) if float(new).is_integer() and isinstance(value, int) else new
    return change(np.asarray(value))


def _arrays(value, change):
    return change(value) if isinstance(value, np.ndarray) else value


def _rows(change):
    """Apply a change to arrays alone."""
    return lambda a: change(a) if np.ndim(a) else _stop()


def _stop():
    raise TypeError


def _one_less(axis, last):
    return lambda a: np.take(
        a, range(a.shape[axis])[slice(None, -1) if last else slice(1, None)], axis
    )


_CHANGES = (
    ("doubled", lambda a: a * 2),
    ("halved", lambda a: a / 2),
    ("negated", lambda a: -a),
    ("squared", lambda a: a * a),
    ("the square root of what you get", lambda a: a**0.5),
    ("the exponential of what you get", lambda a: np.exp(a)),
    ("the exponential of half of what you get", lambda a: np.exp(np.asarray(a) / 2)),
    ("the logarithm of what you get", lambda a: np.log(a)),
    ("the inverse, 1/x, of what you get", lambda a: 1 / a),
    ("1 minus what you get", lambda a: 1 - a),
    ("larger by 1", lambda a: a + 1),
    ("smaller by 1", lambda a: a - 1),
    ("without its sign", abs),
    ("rounded down to whole numbers", lambda a: np.floor(a)),
    ("rounded to whole numbers", lambda a: np.round(a)),
    ("rounded up to whole numbers", lambda a: np.ceil(a)),
    ("0, it is left out", lambda a: a * 0),
    ("1 throughout", lambda a: a * 0 + 1),
    ("put through a sigmoid", lambda a: 1 / (1 + np.exp(-np.asarray(a, dtype=float)))),
    ("put through a sigmoid backwards (logit)", lambda a: np.log(a) - np.log(1 - a)),
    ("divided by 255", lambda a: a / 255),
    ("multiplied by 255", lambda a: a * 255),
    ("cut off below 0", lambda a: np.maximum(a, 0)),
    ("cut off above 1", lambda a: np.minimum(a, 1)),
    ("cut to the range from 0 to 1", lambda a: np.clip(a, 0, 1)),
    ("reversed along the first axis", _rows(lambda a: a[::-1])),
    ("reversed along the last axis", _rows(lambda a: a[..., ::-1])),
    ("transposed", _rows(lambda a: a.T if np.ndim(a) > 1 else _stop())),
    ("without its first entry", _rows(_one_less(0, last=False))),
    ("without its last entry", _rows(_one_less(0, last=True))),
    ("without its last column", _rows(_one_less(-1, last=True))),
    ("sorted", _rows(lambda a: np.sort(a, axis=0))),
    ("averaged over its rows first", _rows(lambda a: np.broadcast_to(a.mean(axis=0), a.shape))),
    (
        "averaged over its columns first",
        _rows(lambda a: np.broadcast_to(a.mean(axis=-1, keepdims=True), a.shape)),
    ),
    ("centred, its own mean subtracted", _rows(lambda a: a - a.mean(axis=0))),
    ("standardised first", _rows(lambda a: (a - a.mean(axis=0)) / a.std(axis=0))),
    ("scaled by its own largest value", _rows(lambda a: a / a.max())),
    ("scaled to unit length", _rows(lambda a: a / np.linalg.norm(a, axis=-1, keepdims=True))),
    ("black and white (at ½)", _rows(lambda a: (a > 0.5).astype(float))),
)
_CHANGES_IN_A_TERM = (
    *_CHANGES[:9],
    ("without its sign", abs),
    ("the square root of what you get, without its sign", lambda a: np.sqrt(np.abs(a))),
    ("put through a sigmoid", lambda a: 1 / (1 + np.exp(-np.asarray(a, dtype=float)))),
    ("1 minus what you get", lambda a: 1 - a),
    ("negated", lambda a: -a),
    ("0, it is left out", lambda a: a * 0),
)
_CHANGES_OF_ALL = (
    ("transposed", lambda a: a.T),
    ("doubled", lambda a: 2 * a),
    ("halved", lambda a: a / 2),
    ("squared", lambda a: a * a),
    ("divided by 255", lambda a: a / 255),
    ("reversed", lambda a: a[::-1]),
    ("without their first rows", lambda a: a[1:]),
    ("without their last rows", lambda a: a[:-1]),
)


# The value.


def answer_of_another_task(evidence):
    """The answer of an earlier exercise."""
    for name, function in evidence.earlier:
        if evidence.fits(lambda t, f=function: f(*t.args), least=1):
            return Found("earlier", f"That is the answer of {name}.")
    return None


def wrong_sign(evidence):
    """The right value with the opposite sign."""
    if evidence.fits(lambda t: -t.expected):
        return Found("sign", "The sign is turned round: yours is −1 times the right value.")
    return None


def wrong_term(evidence):
    """A term of the right value that is missing, doubled, halved, or has the wrong sign."""
    if evidence.terms is None or not evidence.same_shapes() or not evidence.is_tight():
        return None
    columns = {}
    for trial in evidence.trials:
        for name, term in evidence.terms(*trial.args).items():
            columns.setdefault(name, []).append(_full(term, trial.expected).ravel())
    names = list(columns)
    matrix = np.stack([np.concatenate(columns[name]) for name in names], axis=1)
    got = evidence.numbers(lambda t: t.got)
    weights = _unique_fit(matrix, got, evidence)
    if weights is not None:
        return _about_terms(dict(zip(names, weights, strict=True)))
    weights = _unique_fit(np.column_stack([matrix, np.ones(len(got))]), got, evidence)
    if weights is not None and any(abs(w - 1) < 1e-3 for w in weights[:-1]):
        return _about_terms(dict(zip(names, weights[:-1], strict=True)), constant=weights[-1])
    return _term_of_another_argument(evidence, names)


def _term_of_another_argument(evidence, names):
    """A term that is right for an argument halved, squared … before, or for another argument."""
    for name in names:
        for words, change in _CHANGES_IN_A_TERM:
            for j, argument in enumerate(evidence.names):

                def predicted(t, name=name, j=j, change=change):
                    other = _replaced(t.args, j, _as_like(t.args[j], change))
                    return _with_term(evidence.terms, t, name, other)

                if evidence.fits(predicted):
                    text = (
                        f"The term {name} is wrong: you get it for a `{argument}` that is {words}."
                    )
                    return Found("term", text)
        for i, j in combinations(range(len(evidence.names)), 2):
            for k, source in ((i, j), (j, i)):

                def taken(t, name=name, k=k, source=source):
                    other = _replaced(t.args, k, t.args[source])
                    return _with_term(evidence.terms, t, name, other)

                if evidence.fits(taken):
                    used, asked = evidence.names[source], evidence.names[k]
                    text = f"The term {name} is wrong: you use `{used}` there for `{asked}`."
                    return Found("term", text)
    return None


def _with_term(terms, trial, name, args):
    old, new = terms(*trial.args)[name], terms(*args)[name]
    return trial.expected - _full(old, trial.expected) + _full(new, trial.expected)


def _full(term, like):
    return np.broadcast_to(np.asarray(term, dtype=float), like.shape)


def _unique_fit(matrix, got, evidence):
    """Return the coefficients that explain the answers exactly, if there is one such set."""
    scale = np.linalg.norm(matrix, axis=0)
    if len(got) < matrix.shape[1] + 1 or (scale == 0).any():
        return None
    weights, _, rank, singular = np.linalg.lstsq(matrix / scale, got, rcond=None)
    if rank < matrix.shape[1] or singular[-1] < 1e-4 * singular[0]:
        return None
    weights = weights / scale
    is_exact = np.allclose(matrix @ weights, got, rtol=evidence.rtol, atol=evidence.atol)
    return weights if is_exact else None


_COEFFICIENTS = (
    (0.0, "missing"),
    (-1.0, "there with the wrong sign"),
    (2.0, "there twice: a factor 2 too many, or a ½ too few"),
    (0.5, "halved: a factor ½ too many"),
    (-0.5, "halved, with the wrong sign"),
    (-2.0, "doubled, with the wrong sign"),
)


def _about_terms(weights, constant=0.0):
    wrong = {name: w for name, w in weights.items() if abs(w - 1) > 2e-3}
    if len(wrong) == len(weights) > 1 and np.ptp(list(weights.values())) < 2e-3:
        return None  # one factor for all: that is said elsewhere
    said = []
    for coefficient, words in _COEFFICIENTS:
        group = [n for n in wrong if abs(wrong[n] - coefficient) < 2e-3]
        for name in group:
            del wrong[name]
        if group:
            verb, plural = ("is", "") if len(group) == 1 else ("are", "s")
            said.append(f"the term{plural} {' and '.join(group)} {verb} {words}")
    said += [f"the term {name} has a factor {w:.4g} of its own" for name, w in wrong.items()]
    if abs(constant) > 1e-6:
        said.append(f"{constant:.4g} is added everywhere")
    if not said or len(said) > 2:
        return None
    return Found("term", _capital(f"{', and '.join(said)}."))


def constant_factor(evidence):
    """The right value times a number, or times a size of an argument."""
    if not evidence.same_shapes():
        return None
    got, expected = evidence.numbers(lambda t: t.got), evidence.numbers(lambda t: t.expected)
    if not (expected @ expected) > 0:
        return None
    factor = float(got @ expected / (expected @ expected))
    holds = abs(factor) > 1e-12 and evidence.fits(lambda t: factor * t.expected)
    size = _size_factor(evidence)
    known = next((w for f, w in _FACTORS if abs(factor / f - 1) < 1e-3), None) if holds else None
    if known and not (size and size.is_plain and abs(np.log2(abs(factor))) > 1.5):
        also = f" ({size.also})" if size and size.is_plain else ""
        return Found("factor", f"Yours is {known}{also}.")
    if size:
        return Found("factor", f"Yours is {size.words}.")
    if holds and np.sum(np.abs(expected) > 0) > (2 if evidence.is_round() else 1):
        return Found(
            "factor", f"Yours is {factor:.4g} times the right value everywhere: a factor is wrong."
        )
    return None


_LOG2, _LOG10 = np.log(2), np.log(10)
_FACTORS = (
    (2.0, "twice the right value: a factor ½ is missing, or something counts twice"),
    (0.5, "half the right value: a factor ½ too many, or one half is missing"),
    (-2.0, "−2 times the right value: the sign and a factor"),
    (-0.5, "−½ times the right value: the sign and a factor"),
    (1 / _LOG2, "1.443 = 1/log 2 times the right value: bits (`np.log2`) where nats are asked"),
    (_LOG2, "0.693 = log 2 times the right value: nats (`np.log`) where bits are asked"),
    (1 / _LOG10, "0.434 = 1/log 10 times the right value: `np.log10` in place of `np.log`"),
    (_LOG10, "2.303 = log 10 times the right value: `np.log` in place of `np.log10`"),
    (_LOG2 / _LOG10, "0.301 = log 2 / log 10 times the right value: `np.log10`, not `np.log2`"),
    (_LOG10 / _LOG2, "3.322 = log 10 / log 2 times the right value: `np.log2`, not `np.log10`"),
    (-1 / _LOG2, "−1.443 times the right value: the sign, and bits where nats are asked"),
    (-1 / _LOG10, "−0.434 times the right value: the sign, and `np.log10` for `np.log`"),
    (100.0, "100 times the right value: percent"),
    (0.01, "a hundredth of the right value: is it divided by 100 as if it were percent?"),
    (10.0, "ten times the right value: a factor 10 too many"),
    (0.1, "a tenth of the right value: a factor 10 is missing"),
    (1000.0, "1,000 times the right value: a factor 1,000 too many"),
    (0.001, "a thousandth of the right value"),
    (8.0, "8 times the right value: bits in place of bytes, or 2 to the power of 3"),
    (0.125, "an eighth of the right value: bytes in place of bits, or 2 to the power of 3"),
    (255.0, "255 times the right value: pixels from 0 to 255 in place of 0 to 1"),
    (1 / 255.0, "1/255 of the right value: pixels divided by 255 though they lie in 0 to 1"),
    (2**0.5, "√2 times the right value"),
    (0.5**0.5, "the right value divided by √2"),
    (np.pi, "π times the right value"),
    (2 * np.pi, "2π times the right value"),
    (4.0, "four times the right value: a factor 2 that is squared?"),
    (0.25, "a quarter of the right value: a factor ½ that is squared?"),
)


@dataclass(frozen=True)
class _Size:
    words: str
    also: str
    is_plain: bool  # the size itself, or 1 divided by it


def _size_factor(evidence):
    """Find a size of an argument by which all answers are too large or too small."""
    if not evidence.names or not evidence.trials[0].args:
        return None
    for power, words in _POWERS:
        for label in _sizes(evidence.names, evidence.trials[0].args):

            def predicted(trial, label=label, power=power):
                size = _sizes(evidence.names, trial.args)[label]
                return trial.expected * power(size) if size > 1 else trial.expected

            if evidence.fits(predicted):
                size = _sizes(evidence.names, evidence.trials[0].args)[label]
                is_plain = (power, words) in _POWERS[:2]
                return _Size(words.format(label), f"{size} is also `{label}`", is_plain)
    return None


_POWERS = (
    (lambda n: 1 / n, "the right value divided by `{}`: a mean where a sum is asked?"),
    (lambda n: n, "the right value times `{}`: a sum where a mean is asked?"),
    (lambda n: (n - 1) / n, "the right value times (n − 1)/n with n = `{}`: divide by n − 1"),
    (lambda n: n / (n - 1), "the right value times n/(n − 1) with n = `{}`: divide by n"),
    (lambda n: n - 1, "the right value times n − 1, with n = `{}`"),
    (lambda n: 1 / (n - 1), "the right value divided by n − 1, with n = `{}`"),
    (lambda n: n + 1, "the right value times n + 1, with n = `{}`"),
    (lambda n: n * n, "the right value times `{}` squared"),
    (lambda n: n**-2.0, "the right value divided by `{}` squared"),
    (lambda n: n**0.5, "the right value times the square root of `{}`"),
    (lambda n: n**-0.5, "the right value divided by the square root of `{}`"),
    (lambda n: -1 / n, "minus the right value, divided by `{}`"),
)


def _sizes(names, args):
    """Return name → size: whole-number arguments, lengths of axes, numbers of an image."""
    sizes = {}
    for name, value in zip(names, args, strict=False):
        if callable(value) or isinstance(value, str | bool):
            continue
        if isinstance(value, int | np.integer) and value > 1:
            sizes[name] = int(value)
        for axis, length in enumerate(np.shape(value)):
            sizes[f"{name}.shape[{axis}]" if axis else f"len({name})"] = length
        if np.ndim(value) > 1:
            sizes[f"{name}.size"] = np.size(value)
        if np.ndim(value) > 2:
            sizes[f"{name}[0].size"] = np.size(value[0])
    return sizes


def other_function(evidence):
    """The square, root, logarithm … of the right value."""
    if not evidence.same_shapes():
        return None
    for words, function in _FUNCTIONS:
        if evidence.fits(lambda t, f=function: f(t.expected)):
            return Found("function", f"Yours is {words}.")
    return None


_FUNCTIONS = (
    ("the square of the right value: a root is missing, or one square too many", np.square),
    ("the square root of the right value: a square is missing, or one root too many", np.sqrt),
    ("1 divided by the right value: the quotient is upside down", lambda x: 1 / x),
    ("1 minus the right value", lambda x: 1 - x),
    ("the logarithm of the right value", np.log),
    ("the logarithm of the right value, with the sign turned", lambda x: -np.log(x)),
    ("the exponential of the right value: a logarithm is missing", np.exp),
    ("the exponential of minus the right value", lambda x: np.exp(-x)),
    ("the right value without its sign: no `abs` here", np.abs),
    ("the right value rounded down to whole numbers: is `//` or `int` at work?", np.floor),
    ("the right value rounded to whole numbers", np.round),
    ("the right value rounded up to whole numbers", np.ceil),
    ("the right value, but never below 0: no cutting off here", lambda x: np.maximum(x, 0)),
    ("the right value, but never above 1: no cutting off here", lambda x: np.minimum(x, 1)),
    ("the right value cut to the range from 0 to 1", lambda x: np.clip(x, 0, 1)),
    ("the right value put through a sigmoid", lambda x: 1 / (1 + np.exp(-x))),
    ("the right value minus its own mean", lambda x: x - x.mean()),
    ("the right value divided by its own sum", lambda x: x / x.sum()),
    ("the right value divided by its own largest", lambda x: x / x.max()),
    (
        "the right value divided by the length of each row",
        lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True),
    ),
)


def constant_offset(evidence):
    """The right value plus a number, or plus something of an argument's size."""
    if not evidence.same_shapes():
        return None
    difference = evidence.numbers(lambda t: t.got) - evidence.numbers(lambda t: t.expected)
    offset = float(np.median(difference))
    words = _offset_words(offset)
    enough = difference.size >= (3 if evidence.is_round() else 2)
    if (enough or words) and evidence.fits(lambda t: t.expected + offset):
        amount = words or f"{abs(offset):.4g}"
        side = "large" if offset > 0 else "small"
        return Found("offset", f"Yours is too {side} by {amount} everywhere.")
    if not evidence.names or not evidence.trials[0].args:
        return None
    for label in _sizes(evidence.names, evidence.trials[0].args):
        for words, of in _OFFSETS:
            for sign, side in ((1, "large"), (-1, "small")):

                def shifted(trial, label=label, of=of, sign=sign):
                    return trial.expected + sign * of(_sizes(evidence.names, trial.args)[label])

                if evidence.fits(shifted):
                    text = f"Yours is too {side} by {words.format(label)} everywhere."
                    return Found("offset", text)
    return None


_OFFSETS = (
    ("the logarithm of `{}`", lambda n: np.log(n)),
    ("`{}`", lambda n: n),
    ("1/n with n = `{}`", lambda n: 1 / n),
    ("½ `{}` log 2π", lambda n: n / 2 * np.log(2 * np.pi)),
    ("½ `{}`", lambda n: n / 2),
)


def _offset_words(offset):
    known = {
        0.5: "½",
        1.0: "1",
        2.0: "2",
        float(_LOG2): "log 2",
        float(np.log(2 * np.pi)): "log 2π",
        float(np.log(2 * np.pi) / 2): "½ log 2π",
    }
    return next((w for k, w in known.items() if abs(abs(offset) - k) < 1e-5), None)


def _capital(text):
    return text[:1].upper() + text[1:]


FINDERS = (
    answer_of_another_task,
    one_value_for_all,
    wrong_layout,
    another_reduction,
    one_reduction_too_many,
    one_axis_to_reduce,
    wrong_sign,
    exchanged_arguments,
    wrong_term,
    hard_coded_argument,
    constant_factor,
    other_function,
    constant_offset,
    changed_argument,
)
