import subprocess
import sys

import vae_helpers.metrics


def test_metrics_import_neither_tensorflow_nor_keras():
    code = (
        "import sys, vae_helpers.metrics; "
        "heavy = {'tensorflow', 'keras', 'jax', 'torch'} & set(sys.modules); "
        "print(*heavy)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_every_public_name_is_there_and_documented():
    for name in vae_helpers.metrics.__all__:
        assert getattr(vae_helpers.metrics, name).__doc__, name
