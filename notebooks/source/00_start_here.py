# %% [markdown]
# # 00 · Start here
#
# **In three minutes you walk from one handwritten digit to another, through a space that no one
# drew. In twenty you know how this course works.**
#
# | | |
# | --- | --- |
# | Time | about 20 minutes; the code alone runs in less than half a minute |
# | You need | some Python and NumPy |
# | You will | walk between digits, and move through a map of them |
# | | write a function, get hints, and have it checked |
# | | keep a log of what you try |
#
# Click the cell that begins with `import` and press **Shift + Enter**: its code runs, and the next
# cell is chosen. Go on like that, from top to bottom. The first run takes some seconds: TensorFlow
# has to start. (The folded cell before it is for Colab, where it comes first.)

# %%
import vae_helpers as vh

print(f"vae_helpers {vh.__version__} in {vh.course_mode()} mode")


import numpy as np

from vae_helpers import cli
from vae_helpers.checks import chapter00 as exercises
from vae_helpers.checks import experiment_log, progress, sharing

digits, clothes = vh.load_data("mnist").test, vh.load_data("fashion-mnist").test
rows = {"handwritten digits": digits.images[:10], "clothes": clothes.images[:10]}
vh.plots.image_grid(rows, title="Two sets of 70,000 grey images come with the course")

# %% [markdown]
# ## Four walks <!-- 4 min -->
#
# A **variational autoencoder** (VAE) has learned to turn each digit into ten numbers, its **code**,
# and ten numbers back into a picture. So one can walk: from the code of a 7 straight to the code of
# a 2, and look at what the numbers on the way stand for.
#
# **Predict.** What will you see half-way: two digits laid over each other, noise, or something
# else?

# %% [markdown] tags=["teacher"]
# **What goes wrong.** The first import takes some seconds, on a cold laptop more, and someone
# restarts the kernel in the meantime. Say so before they press Shift + Enter. Whoever sees
# `ModuleNotFoundError` has the wrong kernel: *Kernel → Change Kernel*.
#
# **Ask the room.** Before the walk runs: two digits on top of each other, noise, or something else?
# Take a show of hands. *Answer: mostly one bent figure. Nobody drew those in between, and some are
# blurred: both belong to the answer.*
#
# **Draw.** A plane with two crosses, a 7 and a 2, a straight arrow from one to the other, and a
# small picture at each of four ticks.

# %%
vae = vh.zoo.load("mnist-vae")
walks = {}
for start, end in np.array([(0, 1), (3, 21), (15, 32), (17, 4)]):
    z, _ = vae.encode(digits.images[[start, end]])
    name = f"{digits.labels[start]} → {digits.labels[end]}"
    walks[name] = vae.decode(vh.latent.interpolate(z[0], z[1], steps=10))

vh.plots.filmstrip(walks, title="Four straight walks between codes")

# %% [markdown]
# **What to see.** The strokes bend. Hardly any of these pictures shows two digits at once, and most
# could have been written by somebody: the last 7 even passes through a 9 on its way to the 4. None
# of the pictures between the ends is in the data: the model has made them up. Some are blurred. How
# good such pictures are, and where they fail, fills two chapters.
#
# ## A map to move on <!-- 3 min -->
#
# This VAE gets by with *two* numbers a digit. Two numbers are a place on a map, so all that it can
# draw fits on one page. Its pictures are cruder: two numbers hold less than ten.

# %% [markdown] tags=["teacher"]
# **Ask the room.** Let them find, in two minutes, a way from a 1 to a 0 on which every picture is a
# digit. Who found one? Who found a spot with no name? *Answer: both exist; the second kind is what
# chapter 04 calls a hole.*
#
# **Late?** Let them play for one minute instead of three; the map comes back in chapters 01 and 04.

# %%
vae_2d = vh.zoo.load("mnist-dense-vae-2d")
places = vh.latent.grid(15, -3, 3)
vh.plots.latent_grid(vae_2d.decode(places), places, title="15 × 15 places, and what stands there")

# %% [markdown]
# **What to try.** Click on the map, or drag: the picture follows. (Boxes and sliders do the same.)
# Each dot is the code of a real digit. Find a way from a 1 to a 0 on which every picture is a
# digit, and a place where you cannot tell which digit it is.

# %%
explorer = vh.widgets.LatentExplorer(vae_2d, digits.images[:2_000], digits.labels[:2_000])
assert not explorer.errors, explorer.errors
explorer

# %% [markdown]
# ## What you have been playing with <!-- 1 min -->
#
# Two networks. The **encoder** makes a code of an image, the **decoder** an image of a code. You
# moved the code by hand, and only the decoder was at work.

# %%
copy = vae_2d.reconstruct(digits.images[:1])[0]
vh.plots.model_diagram("ae", digits.images[0], copy, latent_dim=2)

# %% [markdown]
# ## How exercises work <!-- 5 min -->
#
# An exercise is a cell with `...` in the place of your answer. Run it as it is, then replace the
# dots and run it again. It says **not attempted**, **wrong** (with your value, and what to look
# at) or **right**. Stuck? Take the `#` away in front of `hint()`, which gives one more hint each
# time, or of `solution()`. Nothing is sent anywhere.
#
# ### Exercise 1 · Half-way <!-- 3 min -->
#
# Write the function that returns the array half-way between two others. If it is right, the next
# picture is drawn with it.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** `a + b / 2` without brackets, and `print` for `return`. People also put their
# answer under the `check` line: it belongs in the place of the dots, and the same cell runs again.
# Three states, three kinds of help: show once each `check`, `hint` and `solution` on the projector.
#
# **Ask the room.** Half-way in pixels and half-way in codes use the same function. Why do the
# pictures differ? *Answer: the mean is taken before the decoder or after it, and the decoder
# bends.*


# %% exercise="halfway"
def halfway(a, b):
    """Return the array half-way between a and b, two arrays of the same shape."""
    # <solution>
    return (a + b) / 2
    # </solution>


exercises.halfway.check(halfway)
# exercises.halfway.hint()
# exercises.halfway.solution()

# %% [markdown]
# `grade` judges an answer without remembering it. This is how a wrong one is answered:

# %%
exercises.halfway.grade(lambda a, b: a + b)

# %% [markdown]
# An image is an array, and a code is one too. So the same function goes half-way in two ways:
# between the *pixels* of two digits, and between their *codes*.

# %%
middle = exercises.halfway.yours_or(exercises.midpoint)
one, other = digits.images[10:19], digits.images[20:29]
rows = {"one digit": one, "another": other, "half-way in pixels": middle(one, other)}
rows["half-way in codes"] = vae.decode(middle(vae.encode(one)[0], vae.encode(other)[0]))
vh.plots.image_grid(rows, title=f"Two ways to go half-way, with {exercises.halfway.whose} function")

# %% [markdown]
# Half-way in pixels both digits show at once, like two slides in one projector. Half-way in codes
# stands *one* figure, often a digit, sometimes nothing that has a name.
#
# ## Your experiment log <!-- 3 min -->
#
# Every chapter has an open experiment, without a right answer. Choose two digits, run the cell, and
# write down in a sentence what became of them on the way.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Someone asks whether you see what they write. You do not: it is a file in
# their own home folder. Only if they switch on the record of their checks does anything reach the
# class board, and then neither a name nor an answer.
#
# **Late?** Skip the walk and come back at the end of the day; the log is used again in every
# chapter.

# %%
start, end = 3, 5  # which test images to walk between, from 0 to 9,999
z, _ = vae.encode(digits.images[[start, end]])
path = vh.latent.interpolate(z[0], z[1], steps=10)
vh.plots.filmstrip({"your walk": vae.decode(path)})

# %% exercise="experiment"
# <solution>
conclusion = "The 0 becomes a 1 by way of something like an 8, blurred half-way."
# </solution>
experiment_log.add("00: a first walk", {"start": start, "end": end}, conclusion=conclusion)

# %%
experiment_log.read()

# %% [markdown]
# The log is a file of yours, `experiments.jsonl` in the folder `.vae-course` of your home (the
# environment variable `VAE_COURSE_HOME` names another one). The course only ever adds to it. Beside
# it lies `progress.jsonl`: which exercises you have solved, not how. So the table at the end of a
# chapter remembers them after a restart. `exercises.halfway.reset()` makes one count as open again.
#
# **In a class** you may help whoever teaches to see where the room is stuck. Take the `#` away in
# front of `on()`: from then on each check adds a line – which exercise, right or wrong, what kind
# of mistake – under a number drawn by chance. Your name and your answers stay with you.

# %%
sharing.status()
# sharing.on()
# sharing.off()

# %% [markdown]
# ## Is everything in order? <!-- 1 min -->
#
# What ran so far needs most of the course. This looks closer; every line should begin with ✓. A
# class may ask for the code at the end: it tells what this machine has, and no name.

# %%
n_problems = cli.main(["preflight"])

# %% [markdown]
# ## Good to know <!-- 1 min -->
#
# - **Quick and full.** Chapters load models that were trained beforehand, and train small ones
#   live: each runs within about a minute and a half. With the environment variable
#   `VAE_COURSE_MODE=full`, set before JupyterLab starts or by `%env VAE_COURSE_MODE=full` in a cell
#   at the top, the same notebooks train on all images; that takes minutes to hours, and is worth it
#   with a GPU.
# - **Save your work** under another name (*File → Save Notebook As…*; on Colab *File → Save a copy
#   in Drive*), so that updates of the course never meet your answers. The
#   [solutions](solutions/00_start_here.ipynb) are complete notebooks of their own.
# - **Something looks odd?** *Kernel → Restart Kernel and Run All Cells* starts afresh (on Colab
#   *Runtime → Restart session and run all*). A notebook runs from top to bottom even if no exercise
#   is solved.
# - Nothing is fetched from the network, but for the course itself on Colab. Every figure has a text
#   that screen readers read out, and before each interactive figure stands a fixed one that shows
#   the same.
# - The units are always given: losses are in nats for each image, pixels go from 0 to 1.
#
# ## What is coming <!-- 1 min -->
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
# - [Your own images](your_own_images.ipynb):
#   From a folder of your pictures to a model, a report card, and claims you can defend.
# - [Your final test](your_final_test.ipynb):
#   What stayed? Twenty-five questions, other numbers on each try, and a certificate.
#
# Chapters 01 to 04 build on each other. After them, take those you need, in any order. How far you
# are, in each chapter and in this one:

# %% [markdown] tags=["teacher"] section="Good to know"
# **Late?** Leave out this section and the next one. Say one thing only: save under another name,
# *File → Save Notebook As…*

# %%
progress()

# %%
progress("00")

# %% [markdown]
# ## Recap <!-- 1 min -->
#
# - Shift + Enter runs a cell; notebooks are read and run from top to bottom.
# - `...` means not attempted; `check`, `hint` and `solution` help you on.
# - What you find out goes into your experiment log.
#
# **Next:** [01 · Autoencoder](01_autoencoder.ipynb)
