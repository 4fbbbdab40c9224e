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
    for attempt in (1, 2):
        try:
            if importlib.metadata.version("vae-helpers") != VERSION:
                raise ImportError("another edition is installed")
            from vae_helpers import colab

            break
        except ImportError as problem:
            if not ADDRESS:
                raise RuntimeError(
                    "This copy of the course was not published, so it cannot be fetched. Upload "
                    f"its wheel, vae_helpers-{VERSION}-py3-none-any.whl, run %pip install "
                    "--no-deps on it, and run this cell again."
                ) from None
            if attempt == 2:
                raise RuntimeError(
                    f"The course was installed, and still there is {problem}: choose Runtime → "
                    "Restart session, and run this cell again."
                ) from None
            # Without dependencies: whatever Colab brings along stays as it is.
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
            pip += ["--force-reinstall", f"git+{ADDRESS}@v{VERSION}"]
            done = subprocess.run(pip, capture_output=True, text=True)
            if done.returncode:
                said = [line for line in done.stderr.splitlines() if "error" in line.lower()]
                raise RuntimeError(
                    f"The course could not be fetched from {ADDRESS} (edition v{VERSION}). Is "
                    "there a network, and room on the disk? Nothing was changed; run this cell "
                    f"again. What pip said: {' '.join(said)[-300:] or 'nothing'}"
                ) from None
            importlib.invalidate_caches()
    seconds = time.time() - start if attempt == 2 else None
    colab.set_up(VERSION, mode, backend, keep_my_work_on_drive, seconds)
