import os
import subprocess
import sys
import textwrap

import pytest

from vae_helpers import backend


def run(code, folder):
    # As a learner starts it: without the log level that this test run may have set.
    environment = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )


def test_starting_prints_nothing_and_later_errors_are_printed(tmp_path):
    code = """
    import os
    import vae_helpers as vh
    vh.zoo.build('mnist-ae', seed=0).sample(1)
    os.write(2, b'seen')
    """
    result = run(code, tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stderr == "seen"
    assert result.stdout == ""


def test_what_was_held_back_is_printed_when_the_import_fails(tmp_path):
    (tmp_path / "keras.py").write_text(
        "import os\nos.write(2, b'the driver is too old\\n')\nraise ImportError('no backend')\n"
    )
    result = run("import sys; sys.path.insert(0, '.'); import vae_helpers.models", tmp_path)
    assert result.returncode == 1
    assert "the driver is too old" in result.stderr
    assert "no backend" in result.stderr


@pytest.mark.parametrize(
    ("jaxlib", "flags", "expected"),
    [
        ("0.7.2", "", backend.WITHOUT_XNNPACK),
        ("0.8.1", "--other=1", f"--other=1 {backend.WITHOUT_XNNPACK}"),
        ("0.7.2", "--xla_cpu_use_xnnpack=true", "--xla_cpu_use_xnnpack=true"),  # their choice
        ("0.12.0", "--other=1", "--other=1"),
        ("0.8.2", "", ""),
        ("0.12.0", "", ""),
    ],
)
def test_the_jax_that_computes_wrong_numbers_gets_a_flag(jaxlib, flags, expected):
    assert backend.xla_flags(jaxlib, flags) == expected


def test_the_flag_is_set_for_jax_alone(monkeypatch):
    monkeypatch.setattr(backend.importlib.metadata, "version", lambda _: "0.7.2")
    for name, expected in (("tensorflow", None), ("jax", backend.WITHOUT_XNNPACK)):
        monkeypatch.setenv("KERAS_BACKEND", name)
        monkeypatch.delenv("XLA_FLAGS", raising=False)
        backend._mend_jax()
        assert os.environ.get("XLA_FLAGS") == expected
