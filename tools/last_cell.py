# @title Take your work along from Colab: your log and your progress, as a file
import sys

if "google.colab" in sys.modules:
    from vae_helpers import colab

    colab.hand_over()
