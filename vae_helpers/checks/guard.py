"""What stands around a check: a soft limit of time, and no trace left in the session."""

import random
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import ExitStack, contextmanager

import numpy as np

SECONDS = 20.0
PATIENCE = 6  # a process that hardly computes, on a busy machine, gets as many times the seconds


class TooLongError(BaseException):
    """A check took too long; no ``except Exception`` of the learner's may swallow it."""


# What no net around a learner's code may catch: Stop was pressed, or the time is over.
PASSES = (KeyboardInterrupt, TooLongError)


def limited(function: Callable, seconds: float = SECONDS):
    """Return what a function of no arguments returns, or raise TooLongError after ``seconds``.

    It needs a signal, and only the main thread gets those; elsewhere, and on Windows, the function
    runs without a limit. A busy machine is no endless loop: until ``PATIENCE`` times the seconds
    are over, the process must also have computed for half of them.
    """
    if not _can_be_timed():
        return function()
    start, computed = time.monotonic(), time.process_time()

    def ring(_, frame):
        passed, used = time.monotonic() - start, time.process_time() - computed
        is_over = used >= seconds / 2 or passed >= PATIENCE * seconds
        if is_over and _is_inside(frame):
            raise TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    # It rings again and again: one exception might be swallowed by a bare `except:`.
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, max(seconds / 20, 1e-3))
    try:
        return _inside(function)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:  # somebody else's alarm goes on, and rings at once if it is due
            left = max(left - (time.monotonic() - start), 1e-3)
            signal.setitimer(signal.ITIMER_REAL, left, interval)


def _inside(function):
    return function()


def _is_inside(frame):
    """Say whether the function still runs: a ring on the way out must not stop the cleaning up."""
    while frame is not None and frame.f_code is not _inside.__code__:
        frame = frame.f_back
    return frame is not None


def _can_be_timed():
    on_main_thread = threading.current_thread() is threading.main_thread()
    # signal.getsignal gives None for a handler that was not set from Python: it cannot be put back.
    return (
        on_main_thread
        and hasattr(signal, "SIGALRM")
        and signal.getsignal(signal.SIGALRM) is not None
    )


@contextmanager
def no_trace():
    """Put back what a check may move: random states, NumPy's settings, the warnings' filters."""
    with ExitStack() as after:
        after.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # a session that makes errors of them changes no verdict
        after.callback(np.random.set_state, np.random.get_state())  # noqa: NPY002 - theirs
        after.callback(random.setstate, random.getstate())
        after.callback(_set, np.seterr, np.geterr())
        after.callback(_set, np.set_printoptions, np.get_printoptions())
        after.callback(_put_back_seed, _keras_seed())
        yield


def _set(function, options):
    function(**options)


def _keras_seed():
    """Return the state of Keras' global generator; None if there is none yet."""
    generator = _keras_generator()
    return None if generator is None else np.array(generator.state)


def _put_back_seed(state):
    generator = _keras_generator()
    if generator is None:
        return
    if state is None:  # made during the check: let the learner's session make its own
        sys.modules["keras.src.backend.common.global_state"].set_global_attribute(
            "global_seed_generator", None
        )
    else:
        generator.state.assign(state)


def _keras_generator():
    # Keras has no public way to its global generator; without Keras there is nothing to put back.
    module = sys.modules.get("keras.src.backend.common.global_state")
    return module.get_global_attribute("global_seed_generator") if module else None
