# @title Set-up on Colab: run this cell first. Elsewhere it does nothing.
mode = "quick"  # @param ["quick", "full"]
backend = "tensorflow"  # @param ["tensorflow", "jax"]
keep_my_work_on_drive = False  # @param {type:"boolean"}

ADDRESS, VERSION = "", "0.0.0"  # where the course was published, and the edition of this notebook

import sys

if "google.colab" in sys.modules:
    import importlib.metadata
    import subprocess
    import time

    start = time.time()
    try:
        if importlib.metadata.version("vae-helpers") != VERSION:
            raise ImportError("another edition is installed")
        from vae_helpers import colab

        seconds = None
    except ImportError:  # none, another edition, or half of one
        # Without dependencies: whatever Colab brings along stays as it is.
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        pip += ["--force-reinstall", f"git+{ADDRESS}@v{VERSION}"]
        done = subprocess.run(pip, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(
                "The course could not be fetched from "
                f"{ADDRESS or 'anywhere: this copy was not published'}, edition v{VERSION}. Is "
                "there a network, and room on the disk? Nothing was changed; run this cell again. "
                f"What pip said: {' '.join(done.stderr.split())[-300:]}"
            ) from None
        importlib.invalidate_caches()
        from vae_helpers import colab

        seconds = time.time() - start
    colab.set_up(VERSION, mode, backend, keep_my_work_on_drive, seconds)
