# %% [markdown]
# # 03 · Training
#
# **You put the pieces together to a `VAE` class of your own, watch its two terms fight, learn what
# β does and what is published under its name, and bring dead latent dimensions back to life.**
#
# | | |
# | --- | --- |
# | Time | about 100 minutes with all exercises; the code alone runs in about 75 seconds |
# | Before | [02 · VAE theory and reparameterization](02_vae_theory.ipynb) |
# | After it you can | write a VAE in Keras whose logged numbers add up |
# | | read a pair of curves, reconstruction and KL, and say what happened |
# | | turn any published weighting into β, and unmask a silent one |
# | | recognise posterior collapse, and mend it by warm-up or free bits |
# | | tell a better recipe from a luckier seed |

# %%
import logging

import numpy as np

import vae_helpers as vh
from vae_helpers.backend import keras  # Keras, without TensorFlow's notes at the start
from vae_helpers.checks import chapter03 as exercises
from vae_helpers.checks import experiment_log, progress
from vae_helpers.training import BetaSchedule, Recipe, fit

layers, ops = keras.layers, keras.ops
logging.getLogger("tensorflow").setLevel("ERROR")  # or it warns of notebooks with many models
keras.utils.set_random_seed(3)
data = vh.load_data("mnist")
x_train, x_val = data.train.images, data.validation.images[:2_000]
x_some = x_train[:10_000]
print(f"{len(x_train):,} images to train on, of which we use {len(x_some):,} for short runs")

# %% [markdown]
# ## 1. The class
#
# Everything is there from [chapter 02](02_vae_theory.ipynb): an encoder with two outputs, the
# sampling layer, a decoder that ends in logits, and the loss. First the two networks. They are
# small: one hidden layer with 300 units, and 10 latent dimensions.
#
# **Predict first:** the plain autoencoder's encoder, 784 → 300 → 10, has 238,510 parameters. How
# many more has the encoder of a VAE?

# %%
images = keras.Input((28, 28, 1))
h = layers.Dense(300)(layers.Flatten()(images))
h = layers.LeakyReLU(0.3)(h)
encoder = keras.Model(images, [layers.Dense(10, name=n)(h) for n in ("z_mean", "z_log_var")])

z = keras.Input((10,))
h = layers.LeakyReLU(0.3)(layers.Dense(300)(z))
decoder = keras.Model(z, layers.Reshape((28, 28, 1))(layers.Dense(784)(h)))

print(f"encoder {encoder.count_params():,}, decoder {decoder.count_params():,} parameters")
assert (encoder.count_params(), decoder.count_params()) == (241_520, 239_284)
assert encoder.count_params() - 238_510 == 301 * 10

# %% [markdown]
# 3,010 more: a second last layer, 300 weights and a bias for each of ten log-variances.
#
# ### Exercise 1: the loss, once more with `ops`
#
# In NumPy you wrote it in chapter 02. Gradients need it in `keras.ops`, which looks the same and
# runs on every backend. We keep the two terms apart, because we want to watch them apart:
#
# $$\text{reconstruction} = \sum_{\text{pixels}} \log(1 + e^{l}) - x\,l, \qquad
# \text{KL} = \tfrac12 \sum_{\text{dimensions}} \mu^2 + \sigma^2 - 1 - \log\sigma^2$$
#
# `ops.softplus(l)` is $\log(1 + e^l)$.


# %% exercise="loss_parts"
def loss_parts(images, logits, z_mean, z_log_var):
    """Return (reconstruction, kl), each (n,), in nats; images and logits are (n, h, w, 1)."""
    # <solution>
    cross_entropy = ops.softplus(logits) - images * logits
    reconstruction = ops.sum(cross_entropy, axis=(1, 2, 3))
    kl = 0.5 * ops.sum(z_mean**2 + ops.exp(z_log_var) - 1 - z_log_var, axis=1)
    return reconstruction, kl
    # </solution>


exercises.loss_parts.check(loss_parts)
# exercises.loss_parts.hint()
# exercises.loss_parts.solution()

# %% [markdown]
# ### Exercise 2: your VAE
#
# A Keras model needs to know two things: what it does with a batch (`call`) and how bad that was
# (`compute_loss`). Keras hands over the images as `x` and what `call` returned as `y_pred`.
# Gradients, batches and epochs it does by itself.
#
# - `call` returns a dict with `z_mean`, `z_log_var` and `logits`.
# - `compute_loss` gives each tracker the numbers of **all images** (`tracker.update_state(…)`), and
#   returns one number: the mean of reconstruction + β · KL.


# %% exercise="my_vae"
class MyVAE(keras.Model):
    def __init__(self, encoder, decoder, beta=1.0):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.sampling = vh.models.Sampling(seed=0)  # the layer of chapter 02
        self.beta = keras.Variable(beta, trainable=False, name="beta")
        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction_loss")
        self.kl_tracker = keras.metrics.Mean(name="kl_loss")

    def call(self, images):
        # <solution>
        z_mean, z_log_var = self.encoder(images)
        logits = self.decoder(self.sampling((z_mean, z_log_var)))
        return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}
        # </solution>

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        # <solution>
        reconstruction, kl = loss_parts(x, y_pred["logits"], y_pred["z_mean"], y_pred["z_log_var"])
        self.reconstruction_tracker.update_state(reconstruction)
        self.kl_tracker.update_state(kl)
        return ops.mean(reconstruction + self.beta * kl)
        # </solution>


# %%
exercises.my_vae.check(MyVAE)
# exercises.my_vae.hint()
# exercises.my_vae.solution()

# %% [markdown]
# The course has such a class as well, `vh.models.VAE`. Give both the same networks and the same
# noise, and they must say the same, digit for digit. (As long as yours is not right yet, the
# course's class steps in, here and below.)

# %%
Own = MyVAE if exercises.my_vae.state == "right" else vh.models.VAE
vae, ours = Own(encoder, decoder), vh.models.VAE(encoder, decoder)
for name, model in (("yours", vae), ("ours", ours)):
    model.sampling.restart(0)  # the same noise
    model.compile()
    logs = model.evaluate(x_val[:999], verbose=0, return_dict=True)
    print(f"{name:6}", {key: round(value, 3) for key, value in logs.items()})
    difference = logs["loss"] - logs["reconstruction_loss"] - logs["kl_loss"]
    assert abs(difference) < 0.01, logs
assert 540 < logs["loss"] < 570, logs

# %% [markdown]
# **What to see.** The parts add up, even though the last batch is smaller. An untrained decoder
# says "½" to every pixel, and that costs $784 \log 2 = 543$ nats.
#
# ## 2. Watch it learn
#
# Most of it happens at the very beginning, so we look every ten steps of 100 images: we let Keras
# call that an "epoch".
#
# **Predict first:** one term falls. What does the *other* do?

# %%
vae.compile(optimizer=keras.optimizers.Adam(1e-3))
steps = {"batch_size": 100, "steps_per_epoch": 10, "epochs": 40}
check = {"validation_data": (x_val[:999],), "validation_batch_size": 999}
run = vae.fit(x_some, **steps, **check, verbose=0)
parts = {
    "reconstruction": [logs["reconstruction_loss"], *run.history["val_reconstruction_loss"]],
    "KL": [logs["kl_loss"], *run.history["val_kl_loss"]],
}
loss = run.history["val_loss"][-1]
print(f"after 40,000 images {loss:.1f} nats, of which KL {parts['KL'][-1]:.1f}")
assert parts["KL"][0] < 2 < 25 < max(parts["KL"][1:5])
assert 13 < parts["KL"][-1] < 20 < 130 < loss < 155
axes = {"x_label": "thousand images seen", "y_label": "nats per image"}
vh.plots.lines(parts, range(41), log_y=True, **axes, title="Your VAE, the first 400 steps")

# %% [markdown]
# **What did you observe?** The KL divergence is part of a loss that is made small. Why does it
# *rise*, and what is the peak at the left?
#
# <details><summary>Answer</summary>
#
# At the start every posterior is nearly the prior, the code says nothing, and the KL is below one
# nat. The first steps are wild: a decoder that is wrong in every pixel tears the codes far apart,
# dozens of nats that mean little yet. The KL reins them in. What remains, some 17 nats, is a
# **price**, paid because each of them saves more than a nat of reconstruction. Training finds out
# how much is worth buying, and stops where the last nat saves just one.
#
# </details>
#
# ## 3. The long run
#
# The published recipe for this model is 30 epochs of Adam at $10^{-3}$ with batches of 100, and
# ends at 111.77 nats on the 10,000 validation images. The model that comes with the course was
# trained with another recipe. (To train it yourself: `vae-helpers train mnist-vae --out my-vae` in
# a terminal, a minute or two.)
#
# **Predict first:** its largest learning rate is twelve times as high. What will it gain, and what
# keeps it from flying apart?

# %%
entry, card = vh.zoo.entry("mnist-vae"), vh.zoo.card("mnist-vae")
published, fast = entry.recipe("published").as_dict(), entry.recipe("fast").as_dict()
for key in published:
    if published[key] != fast[key]:
        print(f"{key:16} {published[key]!s:>10} → {fast[key]!s:>10}")
losses = card["metrics"]["validation"]
print({key: round(value, 2) for key, value in losses.items()})
assert (published["epochs"], fast["epochs"]) == (30, 12)
assert fast["learning_rate"] == 12 * published["learning_rate"]
assert losses["loss"] < 111.77
vh.plots.training_curves(card["history"], title="The model that comes with the course")

# %% [markdown]
# **What to see.** Twelve epochs reach more than the published thirty. What helps, line by line:
#
# - **A high rate that falls.** Large steps at first go far; the cosine schedule brings the rate to
#   zero, so that the end is a landing. A short rise before it keeps the first steps from jumping.
# - **A shorter memory.** Adam divides by a running mean of squared gradients. `beta_2=0.99` forgets
#   the huge gradients of the first steps after a hundred steps, not after a thousand.
# - **A good first guess.** With the output biases at the logit of the mean image, nothing has to
#   be learned about "most pixels are black".
# - **Larger batches**, 250 images instead of 100: fewer steps an epoch, each with a better average
#   of the gradient, which is what lets the rate be so high.
# - Ten steps in one call (`steps_per_call`) only make it quicker.
#
# In exercise 8 you will try them one at a time.
#
# ### A map that forms
#
# Another model, 784-512-256-2, has two latent dimensions, so its codes can be drawn. Its loss is
# the squared error, summed over pixels, plus the KL: the Gaussian likelihood of chapter 02.
#
# **Predict first:** after which epoch would you recognise classes: 1, 3, 10, 30?

# %%
labels, snapshots, accuracy = data.test.labels[:3_000], {}, []
for variant in (*vh.zoo.variants("mnist-dense-vae-2d"), None):
    model = vh.zoo.load("mnist-dense-vae-2d", variant)
    name, z = (variant or "the end").replace("-", " "), model.encode(data.test.images[:3_000])[0]
    score = vh.metrics.knn_accuracy(z[:1_500], labels[:1_500], z[1_500:], labels[1_500:])
    accuracy.append(score)
    print(f"{name:8} spread {z.std():.2f}, neighbours name the class of {score:.0%}")
    snapshots[name] = z
assert accuracy[0] < 0.6 < 0.7 < accuracy[-1]
assert (model.encoder.count_params(), model.decoder.count_params()) == (534_276, 534_544)
vh.plots.forming(snapshots, labels, title="3,000 test images during training")

# %% [markdown]
# **What to see.** The coarse order is there after one epoch: 0 and 1 at opposite ends, 4, 7 and 9
# together. The prior keeps the whole cloud at its size, a spread of 1, from the start. What follows
# is slow: neighbours sort themselves out, and name the class of three quarters of the images in the
# end, not of half. The labels were never used for training.
#
# ## 4. β, and what is published under its name
#
# Put a weight on the KL: $\text{loss} = \text{reconstruction} + \beta \cdot \text{KL}$. With
# $\beta = 1$ this is the negative ELBO, with more the code gets dearer.
#
# Public code often writes something else, such as $500 \times$ the **mean** cross-entropy of the
# $32 \times 32 = 1{,}024$ pixels plus the KL – and calls the 500 "β". Losses have the same best
# weights if one is a multiple of the other, so divide until the reconstruction is a plain sum.
#
# ### Exercise 3: turn it into the standard form


# %% exercise="standard_beta"
def standard_beta(weight, n_pixels):
    """Return β of reconstruction_sum + β · KL, which equals weight · mean + KL but for a factor."""
    # <solution>
    return n_pixels / weight
    # </solution>


exercises.standard_beta.check(standard_beta)
# exercises.standard_beta.hint()
# exercises.standard_beta.solution()

# %% [markdown]
# So the "β = 500" of that example is β = 1,024 / 500 = 2.048, *more* weight on the KL than usual.
# Its published loss of 135.89 = 130.74 + 5.15 becomes 267.8 + 2.048 · 5.15 = 278.3 nats.
#
# And the most common form of all, `mean over pixels + KL` with no weight? On MNIST that is
# $\beta = 784$, without a β anywhere in the code.
#
# **Predict first:** what will such a model draw?


# %%
def new_vae(hidden=(300,), decoder_hidden=(300,), seed=0, activation="leaky_relu", **settings):
    """Build a dense VAE with fresh weights and 10 latent dimensions."""
    keras.utils.set_random_seed(seed)
    encoder = vh.models.dense_encoder((28, 28, 1), hidden, 10, activation=activation)
    decoder = vh.models.dense_decoder((28, 28, 1), decoder_hidden, 10, activation=activation)
    return vh.models.VAE(encoder, decoder, seed=seed, **settings)


quick_run = Recipe(epochs=2, batch_size=100, learning_rate=1e-3, steps_per_call=25)
silent = new_vae(beta=784)
fit(silent, x_some, x_val, quick_run, progress=False)
z_mean, z_log_var = silent.encode(x_val)
silent_kl = vh.metrics.kl_divergence(z_mean, z_log_var).mean()
print(f"KL divergence: {silent_kl:.5f} nats")
assert silent_kl < 0.05

# %%
trained = vh.zoo.load("mnist-vae")
digits = data.test.images[:10]
rows = {
    "original": digits,
    "copies at β = 784": silent.reconstruct(digits),
    "samples at β = 784": silent.sample(10, seed=3),
    "copies at β = 1": trained.reconstruct(digits),
    "samples at β = 1": trained.sample(10, seed=3),
}
assert round(2.048 * 135.89, 1) == round(2.048 * 130.74 + 2.048 * 5.15, 1) == 278.3
vh.plots.image_grid(rows)

# %% [markdown]
# **What to see.** One grey blot for everything: the mean digit. The code says next to nothing
# (less than 0.05 nats), so the decoder cannot know better. No error, no warning, and the loss fell
# as it should. **Sum over pixels, sum over dimensions, mean over images.**
#
# ## 5. Rate and distortion
#
# Between copying and saying nothing β is a dial. The KL is the **rate**, the nats an image may
# send through the code, and the reconstruction loss the **distortion** that remains. The course
# has the model of section 3 with six values of β. We measure with the same 2,000 test images.
#
# **Predict first:** for which of them is rate + distortion, the negative ELBO, smallest?

# %%
betas = {vh.zoo.card("mnist-vae", v)["beta"]: v for v in (*vh.zoo.variants("mnist-vae"), None)}
models = {beta: vh.zoo.load("mnist-vae", betas[beta]) for beta in sorted(betas)}
rate, distortion = [], []
for model in models.values():
    measured = vh.zoo.evaluate(model, data.test.images[:2_000])
    rate.append(measured["kl_loss"])
    distortion.append(measured["reconstruction_loss"])
negative_elbo = np.add(rate, distortion)
for beta, nats in zip(models, negative_elbo, strict=True):
    print(f"β = {beta:4g}: −ELBO {nats:.1f} nats")
assert list(models)[np.argmin(negative_elbo)] == 1
assert 7 < negative_elbo[0] - min(negative_elbo) < 11 < 32 < rate[0] < 35
assert 36 < negative_elbo[-1] - min(negative_elbo) < 48
assert 87 < distortion[0] + 0.1 * rate[0] < 90
vh.plots.rate_distortion(rate, distortion, list(models), title="Six models, one dial")

# %% [markdown]
# **What did you observe?** How much does the ELBO lose at both ends, and why does it lose at
# β = 0.1, where the copies are best?
#
# <details><summary>Answer</summary>
#
# About 9 nats on the right, 42 on the left. At β = 0.1 the rate is about 33 nats, and the last of
# them save only a tenth of a nat of distortion each: a bad trade, but β = 0.1 says that nats are
# cheap. At β = 10 nats that would have saved up to ten are not spent. At β = 1 the slope of the
# curve is −1, and a dashed line of constant ELBO just touches it. In general the slope is −β.
#
# The *losses* of these models cannot be compared at all: 89 at β = 0.1 is no better than 110 at
# β = 1. It is counted in another currency.
#
# </details>
#
# What does that look like?

# %%
rows = {"original": digits}
rows |= {f"copies at β = {beta:g}": model.reconstruct(digits) for beta, model in models.items()}
samples = {f"samples at β = {b:g}": models[b].sample(10, seed=3) for b in (min(models), 1, 4)}
vh.plots.image_grid(rows | samples)

# %% [markdown]
# **What to see.** With small β copies are sharp and samples are scraps of strokes: the codes keep
# apart, and between them nobody trained the decoder. With large β copies lose what is their own: at
# β = 10 a 4 comes back as a 9, and the 5 as a smear.
#
# Now turn the dial yourself. Watch the bars, the KL of each latent dimension: **which leaves
# first, and does it fade or vanish?**

# %%
vh.widgets.BetaExplorer(models, data.test.images[:500])

# %% [markdown]
# ## 6. Posterior collapse
#
# A dimension whose posterior is the prior for every image carries nothing. It has **collapsed**.
# Its mean KL is zero, so collapsed dimensions can be counted. (Another count, `active_units`, asks
# whether the posterior *mean* moves from image to image.)
#
# ### Exercise 4: count the dead


# %% exercise="collapsed_dimensions"
def collapsed_dimensions(z_mean, z_log_var, threshold=0.1):
    """Count the dimensions with a mean KL below the threshold, in nats; inputs (n, latent_dim)."""
    # <solution>
    kl = vh.metrics.kl_per_dimension(z_mean, z_log_var)
    return np.sum(kl.mean(axis=0) < threshold)
    # </solution>


exercises.collapsed_dimensions.check(collapsed_dimensions)
# exercises.collapsed_dimensions.hint()
# exercises.collapsed_dimensions.solution()

# %% [markdown]
# Some dimensions are not needed. Others are lost by accident, and we can arrange one. At first the
# decoder ignores the code, for it has not learned to read yet. In that time the code only costs,
# and the KL closes it. A **deep** decoder learns to read late. So: five hidden layers in the
# decoder, β = 1, and no help.
#
# **Predict first:** how many of the ten dimensions will survive?


# %%
def kl_of(model):
    """Return the mean KL of each dimension on the validation images, in nats."""
    return vh.metrics.kl_per_dimension(*model.encode(x_val)).mean(axis=0)


DEEP = {"hidden": (200, 200), "decoder_hidden": (200,) * 5, "activation": "relu"}
deep_run = Recipe(epochs=6, batch_size=100, learning_rate=3e-3, steps_per_call=50, jit_compile=True)
runs = {"plain": new_vae(**DEEP)}
val = {"plain": fit(runs["plain"], x_some, x_val, deep_run, progress=False)["val_loss"][-1]}
dead = {"plain": np.sum(kl_of(runs["plain"]) < 0.1)}
print(f"−ELBO {val['plain']:.1f} nats, dead: {dead['plain']} of 10")
assert 2 <= dead["plain"] <= 8
vh.plots.kl_bars(kl_of(runs["plain"]), title="A deep decoder", threshold=0.1)

# %% [markdown]
# **What to see.** About half of them are dead, the others alive with one to three nats: there is
# little in between. The dead do not come back by themselves, for the decoder ignores a dimension
# that says nothing, and the encoder does not write into a dimension that nobody reads.
#
# ### Exercise 5: warm-up
#
# First remedy: make the code free of charge in the beginning. β rises on a straight line from 0 to
# its final value in the first `length` epochs, at least one, then stays.


# %% exercise="warm_up"
def warm_up(epoch, length, beta=1.0):
    """Return β at a moment of training; epoch 2.5 is half-way through the third epoch."""
    # <solution>
    return beta * min(1.0, epoch / length)
    # </solution>


exercises.warm_up.check(warm_up)
# exercises.warm_up.hint()
# exercises.warm_up.solution()

# %% [markdown]
# ### Exercise 6: free bits
#
# Second remedy: leave every dimension an allowance. What it uses, on average over the batch, costs
# nothing up to `floor` nats; above that, the usual price. As code: mean over images, each dimension
# at least `floor`, then the sum. Stay with `ops`: training takes the gradient of it.


# %% exercise="free_bits_penalty"
def free_bits_penalty(kl, floor):
    """Return the penalty of a batch in nats, one number; kl is a tensor (n, latent_dim)."""
    # <solution>
    mean = ops.mean(kl, axis=0)
    return ops.sum(ops.maximum(mean, floor))
    # </solution>


exercises.free_bits_penalty.check(free_bits_penalty)
# exercises.free_bits_penalty.hint()
# exercises.free_bits_penalty.solution()

# %% [markdown]
# `vh.training.fit` takes a `BetaSchedule`, and `vh.models.VAE` takes `free_bits`.
#
# **Predict first:** which of the two will have more living dimensions, and which the better ELBO?

# %%
warm_run = deep_run.replace(beta_schedule=BetaSchedule(1.0, kind="linear", epochs=3))
runs["warm-up"], runs["free bits"] = new_vae(**DEEP), new_vae(**DEEP, free_bits=0.3)
for name, recipe in (("warm-up", warm_run), ("free bits", deep_run)):
    logs = fit(runs[name], x_some, x_val, recipe, progress=False)
    val[name] = logs["val_reconstruction_loss"][-1] + logs["val_kl_loss"][-1]
    dead[name] = np.sum(kl_of(runs[name]) < 0.1)
for name, nats in val.items():
    print(f"{name:10} −ELBO {nats:.1f} nats, dead: {dead[name]} of 10")
assert dead["free bits"] < min(dead["plain"], 1 + dead["warm-up"]), dead
assert max(val["warm-up"], val["free bits"]) < val["plain"] - 3, val
vh.plots.kl_bars({name: kl_of(model) for name, model in runs.items()}, threshold=0.1)

# %% [markdown]
# **What did you observe?** Free bits keep all dimensions alive. Is every living dimension useful?
#
# <details><summary>Answer</summary>
#
# No. Several stand just at the floor of 0.3 nats: they use their allowance because it is free, not
# because it pays. Warm-up leaves some dimensions dead and has just as good an ELBO all the same, in
# most runs a better one: rounding alone moves either by a few nats. Both beat no help at all. So a
# count of living dimensions is a *diagnosis*, not a goal. The goal is the ELBO, without any
# bonus – that is why the table adds up reconstruction and true KL. Where a dimension is not worth
# its nats it leaves again as soon as β is back at 1, and rightly so.
#
# </details>
#
# ## 7. Better, or luckier?
#
# Training draws lots: first weights, order of images, noise. So "recipe B is better than A" needs
# more than one run of each. We train with three seeds: the plain recipe, one with the shorter
# memory of Adam, one with the biases at the mean image. Each run is short, on 5,000 images.
# (`fused_adam=True` is the same Adam in one operation: it saves seconds, nothing else.)
#
# **Predict first:** by how many nats do two runs differ that differ in the seed alone?

# %%
short = Recipe(epochs=3, batch_size=100, learning_rate=1e-3, steps_per_call=50, fused_adam=True)
recipes = {
    "plain": short,
    "beta_2 = 0.99": short.replace(beta_2=0.99),
    "mean-image bias": short.replace(mean_image_bias=True),
}
results = {name: [] for name in recipes}
for seed in range(vh.by_mode(3, 8)):
    for name, recipe in recipes.items():
        logs = fit(new_vae(seed=seed), x_train[:5_000], x_val, recipe, seed=seed, progress=False)
        results[name].append(logs["val_loss"][-1])
vh.plots.seeds(results, "validation loss (nats)", title="Same images, same epochs")

# %% [markdown]
# ### Exercise 7: the difference, with its error
#
# Runs with the same seed start from the same weights and see the same order of images. So compare
# them **in pairs**: what the seed does to both cancels. Return the mean difference and its standard
# error, $s / \sqrt n$.


# %% exercise="paired_difference"
def paired_difference(first, second):
    """Return (mean, standard error) of first − second over seeds; both are arrays (n,)."""
    # <solution>
    d = first - second
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))
    # </solution>


exercises.paired_difference.check(paired_difference)
# exercises.paired_difference.hint()
# exercises.paired_difference.solution()

# %%
plain = np.array(results["plain"])
gains = {name: plain - np.array(losses) for name, losses in results.items() if name != "plain"}
for name, gain in gains.items():
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    print(f"{name:16} gains {gain.mean():5.2f} ± {error:.2f} nats (n = {len(gain)} seeds)")
    assert gain.mean() > 4 * error
spread = plain.std(ddof=1)
print(f"spread of the plain recipe over seeds: {spread:.2f} nats")
assert gains["beta_2 = 0.99"].mean() < 3 * spread < gains["mean-image bias"].mean()

# %% [markdown]
# **What to see.** The bias is a leap that nobody can miss. The shorter memory gains less than a
# nat, no more than what another seed does – and still it is certain, for it gains the same with
# every seed. In the figure the two clouds overlap; only the pairs show it. A gain of many standard
# errors is a fact, one of less than two a rumour. Three seeds are few, but one has no error at all.
#
# ## 8. Your experiment: a better recipe
#
# Exercise 8 has no checker. **Beat the plain recipe** at the same number of epochs. Choose *one*
# change – learning rate, `schedule="cosine"` with `warmup=0.1`, `batch_size`, `beta_2`, or several
# once you know each – write down what you expect, run, and conclude.

# %%
change = {"learning_rate": 6e-3, "schedule": "cosine", "warmup": 0.1}
recipe, changed = short.replace(**change), []
for seed in range(len(plain)):
    logs = fit(new_vae(seed=seed), x_train[:5_000], x_val, recipe, seed=seed, progress=False)
    changed.append(logs["val_loss"][-1])
gain = plain - np.array(changed)
error = gain.std(ddof=1) / np.sqrt(len(gain))
print(f"gain: {gain.mean():.2f} ± {error:.2f} nats (n = {len(gain)} seeds)")

# %% exercise="experiment"
# <solution>
conclusion = "A high rate that falls gains many nats, nearly as many as the bias; all seeds agree."
# </solution>
outcome = {"gain (nats)": gain.mean(), "standard error": error}
experiment_log.add("03: a better recipe", change, outcome, conclusion)

# %% [markdown]
# ## 9. Outgrowing the laptop
#
# All of this runs on two cores, since the models are small. When yours are not:
#
# - **A GPU.** Open the notebook on Colab and choose a GPU runtime; nothing in the code changes.
# - **Fewer trips.** `steps_per_call=50` does fifty steps in one call; `jit_compile=True` fuses
#   their operations.
# - **Mixed precision**: multiply in 16 bits, keep weights in 32. It pays where the hardware has
#   16-bit units. Sums and losses must stay in 32 bits.
#
# **Predict first:** bfloat16 has 8 significant bits. What is 256 + 1 in it?

# %%
keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
half = vh.models.dense_decoder((28, 28, 1), (300,), 10)
keras.mixed_precision.set_dtype_policy("float32")
for layer in half.layers[1:]:
    print(f"{layer.name:14} computes in {layer.compute_dtype:9} keeps {layer.variable_dtype}")
total = ops.cast(256, "bfloat16") + ops.cast(1, "bfloat16")
print("256 + 1 =", float(ops.cast(total, "float32")))
assert float(ops.cast(total, "float32")) == 256
assert half.layers[-1].compute_dtype == "float32"
assert half.layers[1].compute_dtype == "bfloat16"

# %% [markdown]
# **What to see.** 256! A loss that is added up over 784 pixels would lose its last nats on the way,
# and so our logits are 32-bit whatever the rest is.
#
# - **Several GPUs.** A `tf.distribute` strategy keeps a copy of the model on each; every copy takes
#   its share of a batch, and gradients are added. Build the model in the strategy's scope and hand
#   the strategy to `fit`. Here it has one device; with several GPUs write
#   `tf.distribute.MirroredStrategy()` and make `batch_size` as many times larger.

# %%
import tensorflow as tf

strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
with strategy.scope():
    spread = new_vae()
logs = fit(spread, x_train[:2_000], recipe=quick_run, strategy=strategy, progress=False)
print(
    f"{strategy.num_replicas_in_sync} device: loss {logs['loss'][0]:.1f} → {logs['loss'][-1]:.1f}"
)
assert logs["loss"][-1] < logs["loss"][0]

# %% [markdown]
# ## 10. Common mistakes, failing for you
#
# 1. **The sign of the KL turned.** The loss rewards codes far from the prior, without end.
# 2. **β as a Python number.** The compiled step keeps the value it saw first; a warm-up changes
#    nothing, and nobody is told.
# 3. **Calls of old Keras**: `add_metric` and `keras.optimizers.legacy` are gone.
#
# **Predict first:** with the sign turned, after how many steps is the loss below zero, where no
# sum of surprises can be?


# %%
class TurnedSign(vh.models.VAE):
    def kl_penalty(self, kl):
        return -super().kl_penalty(kl)


fresh = new_vae()
turned = TurnedSign(fresh.encoder, fresh.decoder)
turned.compile(optimizer=keras.optimizers.Adam(1e-3))
run = turned.fit(x_some[:1_400], batch_size=100, steps_per_epoch=1, epochs=14, verbose=0)
print("1. loss, step by step:", *(f"{nats:,.0f}" for nats in run.history["loss"]))
assert not run.history["loss"][-1] > 0


# %%
class NumberBeta(vh.models.VAE):
    number = 1.0

    def kl_penalty(self, kl):
        return self.number * super().kl_penalty(kl)


def loss_of(model):
    model.sampling.restart(0)
    return model.evaluate(x_val[:500], verbose=0, return_dict=True)["loss"]


# %%
fixed = NumberBeta(new_vae().encoder, new_vae().decoder)
fixed.compile()
losses_seen = [loss_of(fixed)]
fixed.number = 1000.0
losses_seen.append(loss_of(fixed))
fixed.beta.assign(1000.0)
losses_seen.append(loss_of(fixed))
print("2. number 1: {:.1f}; number 1000: {:.1f}; β, a weight, 1000: {:.1f}".format(*losses_seen))
assert abs(losses_seen[1] - losses_seen[0]) < 0.1 < 100 < losses_seen[2] - losses_seen[0]
for old_call in (lambda: fixed.add_metric(0.0), lambda: keras.optimizers.legacy.Adam()):
    try:
        old_call()
    except (NotImplementedError, ImportError) as error:
        print(f"3. {type(error).__name__}: {str(error).split('. ')[0][:75]}")

# %%
own = card["metrics"]["validation"]
rows = [
    ("−ELBO of the bundled model, nats", own["loss"], 111.77, "10,000 validation images"),
    ("its KL, nats", own["kl_loss"], 18.24, "the same"),
]
rows += [
    (f"−ELBO at β = {beta:g}, nats", nats, None, "2,000 test images")
    for beta, nats in zip(models, negative_elbo, strict=True)
]
rows += [(f"gain by {name}, nats", g.mean(), None, f"{len(g)} seeds") for name, g in gains.items()]
vh.measured(rows)

# %% [markdown]
# ## Recap
#
# - A VAE in Keras is `call` and `compute_loss`; trackers get the numbers of all images, and then
#   loss = reconstruction + β · KL holds in every log.
# - The KL rises in training: nats are bought as long as each saves more than β nats.
# - `weight · mean + KL` is β = pixels / weight. A mean without a weight is β = 784.
# - β is a dial from rate to distortion; only β = 1 gives the best ELBO.
# - Collapse shows in the KL of each dimension. Warm-up and free bits undo accidents.
# - A recipe is better if it wins over several seeds, pair by pair.
#
# ## Self-test

# %%
exercises.self_test

# %% exercise="self_test"
# <solution>
answers = {1: "b", 2: "c", 3: "b", 4: "a", 5: "c"}
# <stub>
# answers = {1: ..., 2: ..., 3: ..., 4: ..., 5: ...}
# </solution>
exercises.self_test.check(answers)

# %%
progress("03")

# %% [markdown]
# ## Further, and next
#
# - Higgins et al. (2017), [beta-VAE](https://openreview.net/forum?id=Sy2fzU9gl): the weight β.
# - Alemi et al. (2018), [Fixing a broken ELBO](https://arxiv.org/abs/1711.00464): rate and
#   distortion.
# - Bowman et al. (2016), [Generating sentences from a continuous
#   space](https://arxiv.org/abs/1511.06349): collapse, and warm-up.
# - Kingma et al. (2016), [Inverse autoregressive flow](https://arxiv.org/abs/1606.04934): free
#   bits.
# - Loshchilov and Hutter (2017), [SGDR](https://arxiv.org/abs/1608.03983): the cosine schedule.
#
# **Next:** [04 · Sampling](04_sampling.ipynb) – what comes out if one asks the trained model for
# digits that nobody wrote.
