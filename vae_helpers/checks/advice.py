"""What to say beside an exception of the learner's code, where an exercise knows the reason."""

import re
from contextlib import contextmanager

from vae_helpers.checks.verdicts import Wrong


@contextmanager
def advice(sentence: str, about: str = ""):
    """Add a sentence to the verdict on a call that stopped inside the block.

    Args:
        sentence: what probably was the reason, and what to do.
        about: a regular expression that finds such an exception's words; "" finds all.
    """
    try:
        yield
    except Wrong as verdict:
        if verdict.kind != "exception" or not re.search(about, str(verdict)):
            raise
        raise Wrong(f"{verdict} {sentence}", verdict.kind) from verdict.__cause__
