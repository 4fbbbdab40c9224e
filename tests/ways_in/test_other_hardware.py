"""The tool that runs the solutions as other machines would compute them."""

import os
import sys
from pathlib import Path

import numpy as np
import other_hardware
import pytest
import tensorflow as tf

sys.path.insert(0, str(other_hardware.LIKE_A_GPU.parent))
import like_a_gpu


def test_factors_keep_ten_bits_and_gradients_go_through():
    bit = 2.0**-10
    given = [1, 1 + bit, 1 + 0.4 * bit, 1 + 0.6 * bit, -1 - 0.6 * bit, 3e-30, 0]
    x = tf.constant(given, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = like_a_gpu.rounded(x)
    assert np.allclose(y[:5], [1, 1 + bit, 1, 1 + bit, -1 - bit], rtol=0, atol=0)
    assert np.allclose(y, given, rtol=bit / 2, atol=0)
    assert (tape.gradient(y, x).numpy() == 1).all()
    whole = tf.constant([2**30 + 1])
    assert like_a_gpu.rounded(whole) is whole


def test_a_product_of_rounded_factors():
    a, b = (tf.constant(np.random.default_rng(seed).random((9, 9), np.float32)) for seed in (0, 1))
    product = like_a_gpu.with_rounded_factors(tf.linalg.matmul)(a, b=b)
    assert np.allclose(product, like_a_gpu.rounded(a) @ like_a_gpu.rounded(b))
    assert 1e-5 < np.abs(product - a @ b).max() < 1e-2


@pytest.mark.parametrize("name", other_hardware.MACHINES)
def test_one_machine_after_another(monkeypatch, tmp_path, name):
    for variable in ("TF_ENABLE_ONEDNN_OPTS", "KERAS_BACKEND", "TF_NUM_INTRAOP_THREADS"):
        monkeypatch.setenv(variable, "of another machine")
    for variable in ("OMP_NUM_THREADS", "IPYTHONDIR", "VAE_COURSE_HOME"):
        monkeypatch.setenv(variable, "")
    other_hardware.set_machine(name, tmp_path)
    assert "of another machine" not in os.environ.values()
    assert other_hardware.MACHINES[name].items() <= os.environ.items()
    files = list(Path(os.environ["IPYTHONDIR"]).rglob("*.py"))
    assert bool(files) == (name == "like a GPU")
