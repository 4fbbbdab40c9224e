# %% [markdown]
# # 00 · Start here
#
# **In a quarter of an hour you know how this course works, and have walked from one handwritten
# digit to another through a space that no one drew.**
#
# | | |
# | --- | --- |
# | Time | about 15 minutes; the code alone runs in less than half a minute |
# | You need | some Python and NumPy |
# | You will | run cells, get hints, and have your answers checked |
# | | write an experiment down so that you find it again |
# | | say what is coming, and where to look things up |
#
# ## How to work with a notebook
#
# Click the cell below and press **Shift + Enter**: its code runs, its result appears, and the next
# cell is chosen. Go from top to bottom. The first run takes some seconds, because TensorFlow has to
# start.

# %%
import vae_helpers as vh

print(f"vae_helpers {vh.__version__} in {vh.course_mode()} mode")

import numpy as np

from vae_helpers import cli
from vae_helpers.checks import chapter00 as exercises
from vae_helpers.checks import experiment_log, progress

# %% [markdown]
# If that worked, the course is installed. This looks closer; every line should say `ok`:

# %%
n_problems = cli.main(["preflight"])

# %% [markdown]
# ## A first picture
#
# Two sets of 70,000 small grey images come with the course: handwritten digits (MNIST) and clothes
# (Fashion-MNIST). Nothing is fetched from the network, in this chapter or in any other.

# %%
digits = vh.load_data("mnist")
clothes = vh.load_data("fashion-mnist")
vh.plots.image_grid(
    {"MNIST": digits.test.images[:10], "Fashion-MNIST": clothes.test.images[:10]},
    title="The first ten test images of each set",
)

# %% [markdown]
# ## A first walk
#
# A **variational autoencoder** (VAE) turns every image into a point of a *latent space* and every
# point back into an image. So between two digits there is a path.
#
# **Predict first:** we go from the point of a 7 straight to the point of a 2. What will the
# images half-way look like: two digits laid over each other, noise, or something else?

# %%
vae = vh.zoo.load("mnist-vae")
z_mean, _ = vae.encode(digits.test.images[:2])  # a 7 and a 2
path = vh.latent.interpolate(z_mean[0], z_mean[1], steps=10)
blend = np.linspace(digits.test.images[0], digits.test.images[1], 10)
vh.plots.filmstrip(
    {"pixels mixed": blend, "VAE": vae.decode(path)}, title="From a 7 to a 2, in ten steps"
)

# %% [markdown]
# **What did you observe?** Compare the two rows half-way.
#
# <details><summary>Answer</summary>
#
# Mixing pixels shows both digits at once, like two slides in one projector. The VAE bends one
# stroke into the other: most steps look as if somebody could have written them. Half-way stands
# something like a 3, and it is blurred. How a network learns that, how good it is, and where it
# fails is what this course is about.
#
# </details>

# %% [markdown]
# ## How exercises work
#
# An exercise is a cell with `...` in the place of your answer. Run it as it is, then replace the
# dots and run it again. The answer is **not attempted**, **wrong** (you see your value and what to
# look at) or **right**. Stuck? Take the `#` away in front of `hint()`, which shows one more hint
# each time, or of `solution()`. Nothing is counted and nothing is sent anywhere.
#
# ### Exercise 1: how many numbers?
#
# How many pixels has a digit of 28 rows and 28 columns?

# %% exercise="number_of_pixels"
# <solution>
n_pixels = 28 * 28
# </solution>

exercises.number_of_pixels.check(n_pixels)
# exercises.number_of_pixels.hint()
# exercises.number_of_pixels.solution()

# %% [markdown]
# `grade` judges an answer without remembering it. This is what a wrong one looks like:

# %%
exercises.number_of_pixels.grade(28 + 28)

# %% [markdown]
# ### Exercise 2: a function
#
# Image files hold bytes, whole numbers from 0 to 255. All models of this course expect numbers
# from 0 to 1. Write the function that makes one of the other.


# %% exercise="to_unit_interval"
def to_unit_interval(pixels):
    """Turn bytes from 0 to 255 into floating-point numbers from 0 to 1."""
    # <solution>
    return pixels / 255
    # </solution>


exercises.to_unit_interval.check(to_unit_interval)
# exercises.to_unit_interval.hint()
# exercises.to_unit_interval.solution()

# %% [markdown]
# ## Your experiment log
#
# Every chapter has an open experiment, without a right answer. What you tried, what came out, and
# what you make of it goes into your log. It is a file of yours, `experiments.jsonl` in the folder
# `.vae-course` of your home (the environment variable `VAE_COURSE_HOME` names another one). The
# course only ever adds to it. Beside it lies `progress.jsonl`: which exercises you have solved, not
# how. So the table at the end of a chapter remembers them, also after a restart.
# `exercises.to_unit_interval.reset()` makes one count as open again.
#
# Try it: change the two numbers, run the cell, and write a conclusion about the path you see.

# %%
start, end = 3, 5  # which test images to walk between, from 0 to 9,999
z_mean, _ = vae.encode(digits.test.images[[start, end]])
path = vh.latent.interpolate(z_mean[0], z_mean[1], steps=10)
vh.plots.filmstrip({"VAE": vae.decode(path)})

# %% exercise="experiment"
# <solution>
conclusion = "The 0 becomes a 1 by way of something like an 8 and a 9, blurred half-way."
# </solution>
experiment_log.add("00: a first walk", {"start": start, "end": end}, conclusion=conclusion)

# %%
experiment_log.read()

# %% [markdown]
# ## Quick and full
#
# Chapters load models that were trained beforehand, and train small ones live, so that you see the
# loss fall: each runs within about a minute and a half. That is the **quick** mode. With the
# environment variable `VAE_COURSE_MODE=full`, set before JupyterLab starts, the same notebooks
# train on all images; that takes minutes to hours, and is worth it with a GPU.
#
# ## Good to know
#
# - **Save your work** under another name (*File → Save Notebook As…*), so that updates of the
#   course never meet your answers.
# - The [solutions](solutions/00_start_here.ipynb) are complete notebooks of their own.
# - Something looks odd? *Kernel → Restart Kernel and Run All Cells* starts afresh. A notebook runs
#   from top to bottom even if no exercise is solved.
# - Every figure has a text that screen readers read out. Before each interactive figure stands a
#   fixed one that shows the same.
# - The units are always given: losses are in nats for each image, pixels go from 0 to 1.
#
# ## What is coming
#
# - [01 · Autoencoder](01_autoencoder.ipynb):
#   How can two numbers stand for a picture, and why is that no generator yet?
# - [02 · Theory](02_vae_theory.ipynb):
#   What is a VAE's loss, and where does it come from?
# - [03 · Training](03_training.ipynb):
#   How is it trained, what does β do, and what if the latent space collapses?
# - [04 · Sampling](04_sampling.ipynb):
#   How are new images drawn, and where are the holes?
# - [05 · Interpolation](05_interpolation.ipynb):
#   What lies between two images, and what do single dimensions mean?
# - [06 · Evaluation](06_evaluation.ipynb):
#   How good is it, in numbers that can be trusted?
# - [07 · What the latent space knows](07_ae_vs_vae.ipynb):
#   Which autoencoder separates the classes, without labels?
# - [08 · Applications](08_applications.ipynb):
#   What is it good for, and where did the field go next?
#
# Chapters 01 to 04 build on each other. After them, take those you need, in any order. This is how
# far you are in each, and come back to this table whenever you like:

# %%
progress()

# %%
progress("00")

# %% [markdown]
# ## Recap
#
# - Shift + Enter runs a cell; notebooks are read and run from top to bottom.
# - `...` means not attempted; `check`, `hint` and `solution` help you on.
# - What you find out goes into your experiment log.
#
# **Next:** [01 · Autoencoder](01_autoencoder.ipynb)
