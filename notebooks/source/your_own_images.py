# %% [markdown]
# # Your own images
#
# **Leaves, stamps, scanned letters, cells under a microscope: from a folder of pictures to a VAE,
# to its report card, and to three sentences about it that you can defend.**
#
# | | |
# | --- | --- |
# | Time | about 45 minutes; the code alone runs in about half a minute with the flowers |
# | You need | [03](03_training.ipynb) and [06](06_evaluation.ipynb), and 150 pictures or more |
# | You will | load your pictures, and read what became of each of them |
# | | fit a model of the course three times, and keep it |
# | | set the simplest tool beside it, and make three claims |
#
# This is a template: it runs as it is, with flowers that it draws itself. Run it once like that.
# Then save it under another name (*File → Save Notebook As…*), change **one** cell, and run it
# again.

# %%
import tempfile
from pathlib import Path

from sklearn.neighbors import NearestNeighbors

import vae_helpers as vh
from vae_helpers import own
from vae_helpers.checks import experiment_log

print(f"vae_helpers {vh.__version__} in {vh.course_mode()} mode")

# %% [markdown]
# ## 1. The one cell to change <!-- 8 min -->
#
# - `pictures` is a folder, such as `Path.home() / "Pictures" / "leaves"`. If it has sub-folders,
#   each of them is a class. An array will do as well: (n, height, width), bytes or numbers from 0
#   to 1, with `"labels"` in the options if you have any.
# - `keep` is a folder for your models, a new one. **Nothing else is ever written to, and your
#   pictures are only read.** What is in `keep` stays as it is unless you set `overwrite = True`.
# - `name` is a model of the course. Those of the clothes take 32 × 32 pixels, all others 28 × 28.
#
# The scratch folder is gone when the kernel stops: choose another one for what you want to keep.

# %% id="the-cell-to-change"
scratch = tempfile.TemporaryDirectory(prefix="own-images-")

# ▼▼▼  Your turn: your folder, your choices  ▼▼▼
pictures = own.draw_flowers(Path(scratch.name) / "flowers", n=vh.by_mode(600, 3_000))
keep = Path(scratch.name) / "models"
overwrite = False
name = "mnist-vae"  # one of vh.zoo.names()
options = {"square": "crop", "invert": True, "limit": None}
# ▲▲▲  that is all  ▲▲▲

# %% [markdown]
# ## 2. What became of your pictures <!-- 10 min -->
#
# Each picture becomes grey, square and small: a photograph is turned upright, what is transparent
# is laid on white, and then the centre is cut out (`"square": "pad"` keeps the whole picture, in a
# frame). `"invert": True` exchanges light and dark, for drawings on paper: digits and clothes are
# light on dark. `"limit": 2_000` tries a large set out with so many.
#
# What cannot be read is left out, by name. We have hidden five odd files among the flowers. Find
# them in the table.

# %%
data = own.load_images(pictures, vh.zoo.entry(name).image_size, **options)
data.summary

# %% [markdown]
# **What to see.** Read the line "left out" first: is something missing that you need? A picture
# that breaks off and a note cannot be read. A copy is left out for a better reason: with one copy
# in the training images and one among the test images, the model is tested on what it has seen.
# Only *exact* copies are found. If you have ten photographs of the same leaf, keep them together:
# one leaf is then either for training or for the test, and you split by leaf, not by photograph.
#
# Now look at them. At this size, can *you* tell what they are? Then a model has a chance.

# %%
of_class = data.train.labels
shown = {"training pictures": data.train.images[:12]}
if of_class is not None:
    names = list(enumerate(data.class_names))[:6]
    shown = {kind: data.train.images[of_class == i][:12] for i, kind in names}
vh.plots.image_grid(shown, title=f"{len(data.train):,} pictures to train with")

# %% [markdown]
# ## 3. Fit it three times <!-- 8 min -->
#
# Three training seeds, for one run is one draw of a lottery. The recipe is the course's own, with
# epochs enough for the same number of steps: a small set is seen more often. More steps:
# `steps=3_000`. Each run is kept with its card, and `vh.zoo.load` opens it again, today or next
# year. A long run (5,000 training pictures or more) that is interrupted goes on where it was when
# you start the cell again.

# %%
recipe = own.recipe(name, data, steps=vh.by_mode(300, 3_000))
losses, models = {}, {}
for seed in range(3):
    folder, run = keep / f"seed-{seed}", f"seed {seed}"
    losses[run] = own.train(name, data, folder, recipe, seed=seed, overwrite=overwrite)
    models[run] = vh.zoo.load(name, folder=folder)
vh.plots.training_curves(losses, title=f"{name}: {recipe.epochs} epochs, three seeds")

# %% [markdown]
# **What to see.** Look at the shapes, not at which curve is lower: one set of pictures may simply
# be greyer than the other, and then its loss has another floor. If validation *rises* again while
# training falls, the model learns your pictures by heart: take fewer steps, or more pictures. If
# the curves still fall steeply at the end, take more steps.
#
# ## 4. The simplest tool beside it <!-- 5 min -->
#
# **Principal components** (PCA) also turn a picture into a few numbers and back, by sums alone,
# in no time, without a seed. For new pictures we draw the numbers from a Gaussian. Whatever your
# VAE is good for, it has to be better than that at it.

# %%
pca = own.PrincipalComponents(data.train.images, models["seed 0"].latent_dim)
x = data.test.images[:12]
copies = {f"VAE, {run}": model.reconstruct(x) for run, model in models.items()}
copies = {"test pictures": x} | copies | {"PCA": pca.reconstruct(x)}
vh.plots.image_grid(copies, title=f"Copies by way of {pca.latent_dim} numbers")

# %% [markdown]
# A copy is asked of a picture; a sample comes from nothing. Below each sample of the first VAE
# stands the training picture that is nearest to it, pixel by pixel.

# %%
samples = models["seed 0"].sample(12, seed=1)
flat = data.train.images.reshape(len(data.train), -1)
search = NearestNeighbors(n_neighbors=1).fit(flat)
nearest = search.kneighbors(samples.reshape(12, -1), return_distance=False)[:, 0]
rows = {"VAE, seed 0": samples, "nearest in training": data.train.images[nearest]}
vh.plots.image_grid(rows | {"PCA": pca.sample(12, seed=1)}, title="Samples from N(0, I)")

# %% [markdown]
# **What to see.** If the first two rows were the same, your VAE would be a copying machine. With
# the flowers they are not: most samples of this model are flowers of no known kind, with seven
# petals, or half clover and half daisy. PCA's are cloudier, with bright patches that no flower
# has.
#
# ## 5. The report card <!-- 5 min -->
#
# The same card as in chapter 06. Only the features are others, for no classifier of *your*
# pictures comes with the course. If you have classes, a small one is trained now, and you see
# what it is worth; without classes we take the first principal components of the pixels.
#
# **Predict.** Which rows of the card will PCA win?

# %%
features = own.features(data)
n = min(len(data.test), vh.by_mode(1_000, 10_000))
reports = {
    column: vh.evaluation.measure(model, data, n=n, seeds=3, features=features)
    for column, model in (models | {"PCA": pca}).items()
}
own.report_card(reports, f"N = {n:,}, features: {features.text}")

# %% tags=["guard"]
mse = {column: report["reconstruction"]["mse"] for column, report in reports.items()}
generated = {column: report["generated"] for column, report in reports.items()}
assert data.summary.found == vh.by_mode(604, 3_004)
assert len(data.summary.skipped) == 3
assert data.summary.hidden == 1
assert features.accuracy > 0.95
assert not (samples == data.train.images[nearest]).all(axis=(1, 2, 3)).any()
for run in models:
    assert mse[run] < 0.6 * mse["PCA"], mse
    assert generated[run]["density"]["mean"] > generated["PCA"]["density"]["mean"]
    assert generated[run]["precision"]["mean"] > generated["PCA"]["precision"]["mean"]
    of_run, of_pca = (generated[of]["frechet_distance"]["mean"] for of in (run, "PCA"))
    assert of_run > of_pca or vh.course_mode() == "full", (of_run, of_pca)

# %% [markdown]
# **What to see.** Begin with the first three columns: they differ by the training seed alone. *A
# difference smaller than that is no finding.* Then the last column, real pictures judged as if
# they had been generated: nobody does better than that for long.
#
# With the 600 flowers of the quick mode PCA loses where pictures are judged one by one (copies,
# precision, density), and wins the Fréchet distance. No wonder: that compares means and
# covariances, and a Gaussian with the right mean and covariance is what PCA *is*. So no row
# decides alone.
#
# ### What these numbers can be compared with
#
# - With each other: same pictures, same split (`seed`), same N, same features. Then yes.
# - With another person's run on the same pictures: only with the same split and the same features;
#   a classifier trained anew is another ruler. Send the squared error and the BCE: they need none.
# - With the course's digits and clothes, or with a published FID: **no.** Other features, other N,
#   other pictures.
# - N is small here. Fréchet distances grow as N falls, so look at the real pictures' number beside
#   them, not at zero.
#
# ## 6. Three claims of yours <!-- 8 min -->
#
# Write down three claims about your model, and for each the **seeds** (how many, and how far
# apart), the **control** (what else could have caused it), and the **simple tool** (what PCA, or
# something simpler still, does). At least one should be a claim that the card *forbids*. They go
# into your experiment log.

# %% exercise="claim_1"
# <solution>
conclusion = "The VAE copies these flowers with less than 0.6 of PCA's squared error."
seeds = "three training seeds, each of them below it"
control = "as many numbers a picture for both, the same test pictures"
simple_tool = "PCA, which is the comparison"
results = {column: report["reconstruction"]["mse"] for column, report in reports.items()}
# </solution>
why = {"seeds": seeds, "control": control, "simple tool": simple_tool}
experiment_log.add(f"Claim 1 about {data.name}", why, results, conclusion)

# %% exercise="claim_2"
# <solution>
conclusion = "Sample by sample the VAE is nearer to flowers than PCA: its density is higher."
seeds = "three training seeds, three sampling seeds each"
control = "real pictures in the last column; the classifier knows nearly all test pictures"
simple_tool = "a Gaussian in PCA's components"
results = {column: r["generated"]["density"]["mean"] for column, r in reports.items()}
# </solution>
why = {"seeds": seeds, "control": control, "simple tool": simple_tool}
experiment_log.add(f"Claim 2 about {data.name}", why, results, conclusion)

# %% exercise="claim_3"
# <solution>
conclusion = "Forbidden: 'The VAE's samples are better.' By the Fréchet distance they are worse."
seeds = "three training seeds, three sampling seeds each"
control = "the distance of real pictures; a Gaussian has the right covariance by design"
simple_tool = "the same Gaussian: it wins"
results = {column: r["generated"]["frechet_distance"]["mean"] for column, r in reports.items()}
# </solution>
why = {"seeds": seeds, "control": control, "simple tool": simple_tool}
experiment_log.add(f"Claim 3 about {data.name}", why, results, conclusion)

# %%
experiment_log.read()

# %% [markdown]
# ## What to do next <!-- 1 min -->
#
# - Another β: `own.train` fits the zoo's models as they are. With `vh.zoo.build(name, beta=4)` and
#   `vh.training.fit` you take the two steps yourself, as in [chapter 03](03_training.ipynb).
# - Walk between two of your pictures: `vh.latent.interpolate`, or `vh.widgets.LatentExplorer` on
#   your own codes ([chapter 05](05_interpolation.ipynb)).
# - More pictures help more than more epochs. Load half of yours (`"limit"`), and see how much
#   worse the card gets: that tells what twice as many would bring.
#
# [Back to the start](00_start_here.ipynb)
