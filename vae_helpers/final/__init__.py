"""After the course: the final test, printed or in the notebook, the certificate, the survey.

In a notebook: ``from vae_helpers import final``, ``paper = final.paper()``, and
``notebooks/your_final_test.ipynb`` has the rest.
"""

from vae_helpers.final.certificates import Certificate, certificate
from vae_helpers.final.papers import Paper, Report, paper, reset
from vae_helpers.final.surveys import Survey, survey

__all__ = ["Certificate", "Paper", "Report", "Survey", "certificate", "paper", "reset", "survey"]
