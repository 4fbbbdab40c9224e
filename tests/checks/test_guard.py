"""A check ends, and leaves no trace in the session."""

import random
import signal
import threading
import time
import warnings

import numpy as np
import pytest
from checking import assert_wrong

from vae_helpers.checks import core, guard
from vae_helpers.checks.core import RIGHT, WRONG, Exercise


def exercise(*args):
    def checker(answer):
        core.expect_number(core.call(answer, *args), 1, "one")

    return Exercise("one", "99", checker, ("hint",))


def forever():
    while True:
        pass


def forever_against_all_odds():
    while True:
        try:
            while True:
                pass
        except Exception:
            continue


@pytest.mark.parametrize("answer", [forever, forever_against_all_odds])
def test_an_endless_loop_ends_with_a_sentence(answer):
    result = exercise().grade(answer, seconds=0.05)
    assert (result.state, result.kind) == (WRONG, "time")
    assert "`while`" in result.message
    assert "`exercises.one.check(…, seconds=120)`" in result.message
    assert exercise().grade(lambda: 1).state == RIGHT  # the next check is as new


def test_an_alarm_that_rings_on_the_way_out_is_no_harm(monkeypatch):
    """As if the clock rang again before the timer is off: the cleaning up must be done."""
    set_timer = signal.setitimer

    def ring_first(which, delay, *interval):
        if delay == 0:
            signal.raise_signal(signal.SIGALRM)
        return set_timer(which, delay, *interval)

    before = signal.getsignal(signal.SIGALRM)
    monkeypatch.setattr(signal, "setitimer", ring_first)
    assert exercise().grade(forever, seconds=0.05).kind == "time"
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) == before


def test_waiting_ends_too(monkeypatch):
    """A process that does not compute gets more time, since the machine may be busy."""
    monkeypatch.setattr(guard, "PATIENCE", 2)
    assert exercise().grade(lambda: time.sleep(600), seconds=0.05).kind == "time"


def test_somebody_elses_alarm_is_put_back():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 500)
        exercise().grade(forever, seconds=0.05)
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left <= 500
        assert not rung
        signal.getsignal(signal.SIGALRM)()
        assert rung == [1]
        signal.setitimer(signal.ITIMER_REAL, 0)
        exercise().grade(lambda: 1)
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_other_threads_have_no_limit_and_no_trouble():
    states = []
    thread = threading.Thread(target=lambda: states.append(exercise().grade(lambda: 1).state))
    thread.start()
    thread.join()
    assert states == [RIGHT]


def test_stop_is_not_swallowed_and_the_alarm_is_off_afterwards():
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exercise().grade(stop)
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


@pytest.mark.parametrize("error", [GeneratorExit, SystemExit, type("Own", (BaseException,), {})])
def test_other_exceptions_become_messages(error):
    def answer():
        raise error

    assert_wrong(exercise(), answer, "`answer()` stopped with", error.__name__)


def test_the_checker_itself_may_meet_any_exception():
    def checker(answer):
        raise GeneratorExit

    assert_wrong(Exercise("broken", "99", checker, ("h",)), 1, "could not be checked")


def test_no_trace_is_left():
    def vandal():
        np.random.seed(0)  # noqa: NPY002 - the old state is what is asked about
        random.seed(0)
        np.seterr(all="raise")
        np.set_printoptions(precision=1)
        warnings.simplefilter("error")
        return np.random.random() + random.random()  # noqa: NPY002

    def session():
        state = np.random.get_state()  # noqa: NPY002
        printed = np.get_printoptions()
        return (
            state[1].tolist(),
            state[2],
            random.getstate(),
            np.geterr(),
            printed,
            warnings.filters[:],
        )

    before = session()
    exercise().grade(vandal)
    assert session() == before


def test_keras_global_seed_does_not_move():
    import keras

    keras.utils.set_random_seed(3)
    expected = np.array(keras.random.normal((3,)))
    keras.utils.set_random_seed(3)
    exercise().grade(lambda: float(keras.random.normal(())))
    assert np.array_equal(keras.random.normal((3,)), expected)


def test_a_global_seed_made_in_a_check_is_forgotten():
    """Or else the first unseeded draw after a check would depend on the check."""
    import keras

    keras.utils.clear_session()
    exercise().grade(lambda: float(keras.random.normal(())))
    assert guard._keras_generator() is None
