import copy
import json
import pickle

import numpy as np
import pytest
from scipy import stats

from vae_helpers.metrics import Estimate, bootstrap_interval, over_seeds, summarise


def test_an_estimate_is_a_number_with_an_error():
    estimate = Estimate(0.25, 0.01)
    assert estimate + 1 == 1.25
    assert json.dumps(estimate) == "0.25"
    assert str(estimate) == f"{estimate}" == "0.25 ± 0.01"
    assert f"{estimate:.1f}" == "0.2"
    for twin in (copy.deepcopy(estimate), pickle.loads(pickle.dumps(estimate))):
        assert (twin, twin.standard_error) == (0.25, 0.01)


def test_over_seeds():
    seen = []
    summary = over_seeds(lambda seed: seen.append(seed) or float(seed))
    assert seen == [0, 1, 2, 3, 4]
    assert summary.mean == 2
    assert summary.standard_deviation == pytest.approx(np.sqrt(2.5)), "n − 1, not n"
    assert over_seeds(float, seeds=(7, 9)).values == (7, 9)
    assert str(summarise([1, 2, 3])) == "2 ± 1 (n = 3)"


def test_bootstrap_of_a_mean_is_close_to_the_t_interval():
    values = np.random.default_rng(0).normal(size=400)
    expected = stats.t.interval(0.9, 399, values.mean(), stats.sem(values))
    assert bootstrap_interval(values, level=0.9) == pytest.approx(expected, abs=0.01)


def test_bootstrap_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(200):
        low, high = bootstrap_interval(rng.normal(3, 1, 60), level=0.8, resamples=300)
        inside += low < 3 < high
    assert inside / 200 == pytest.approx(0.8, abs=0.1)


def test_bootstrap_repeats_and_takes_other_statistics():
    values = np.random.default_rng(1).exponential(size=300)
    assert bootstrap_interval(values) == bootstrap_interval(values)
    low, high = bootstrap_interval(values, np.median)
    assert low < np.log(2) < high
    assert bootstrap_interval(np.ones(5)) == (1, 1)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="level=95"):
        bootstrap_interval([1, 2], level=95)
    with pytest.raises(ValueError, match="resamples=0"):
        bootstrap_interval([1, 2], resamples=0)
    with pytest.raises(ValueError, match="seeds=1"):
        over_seeds(float, seeds=1)
    with pytest.raises(ValueError, match="values holds NaN"):
        over_seeds(lambda seed: np.nan)
    with pytest.raises(ValueError, match="values has shape"):
        bootstrap_interval(np.ones((3, 2)))
