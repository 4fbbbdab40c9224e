# %% [markdown]
# # 03 · Training
#
# **You put the pieces together into a `VAE` class of your own, watch its two terms fight, learn
# what β does and what is published under its name, and find out what the encoder loses by its
# haste.**
#
# | | |
# | --- | --- |
# | Time | about 120 minutes with all exercises, with a break after section 6 |
# | You need | [02 · VAE theory and reparameterization](02_vae_theory.ipynb) |
# | You will | write a VAE in Keras whose logged numbers add up |
# | | look at a pair of curves, reconstruction and KL, and say what happened |
# | | turn any published weighting into β, and unmask a silent one |
# | | recognise posterior collapse, and mend it |
# | | measure how far the encoder stays behind the best posterior |
# | | tell a better recipe from a luckier seed |

# %%
import logging

import numpy as np
from scipy import stats

import vae_helpers as vh
from vae_helpers.backend import keras  # Keras, without TensorFlow's notes at the start
from vae_helpers.checks import chapter03 as exercises
from vae_helpers.checks import experiment_log, progress
from vae_helpers.training import BetaSchedule, Recipe, fit

layers, ops = keras.layers, keras.ops
logging.getLogger("tensorflow").setLevel("ERROR")  # or it warns of notebooks with many models
data = vh.load_data("mnist")
x_train, x_val = data.train.images, data.validation.images[:2_000]
x_some, x_test = x_train[:10_000], data.test.images[::5]

# %% [markdown]
# ## 1. The picture of learning <!-- 6 min -->
#
# Here is a training run in four rows. Each row takes the **same ten points** $z$, drawn from
# $N(0, I)$, and decodes them: after 1, 3, 10 and 30 epochs. (The model is small, 784-512-256-2,
# so that we can draw its codes as well.)

# %% [markdown] tags=["teacher"]
# **Ask the room.** The same ten points after 1, 3, 10 and 30 epochs. What is there early, what
# comes late? *Answer, for this model: the coarse order after one epoch; the neighbours sort
# themselves out slowly.*
#
# **Late?** Show the first figure only.

# %%
stages = {"epoch 1": "epoch-1", "epoch 3": "epoch-3", "epoch 10": "epoch-10", "epoch 30": None}
stages = {name: vh.zoo.load("mnist-dense-vae-2d", stage) for name, stage in stages.items()}
vh.plots.image_grid({name: model.sample(10, seed=2) for name, model in stages.items()})

# %% [markdown]
# **What to see.** After one epoch some points draw a 0 or a 1 already, others a smudge between
# several digits. Then column by column makes up its mind. Two latent dimensions are few, so some
# strokes stay soft to the end.
#
# The same four moments from the other side: 3,000 test images, each a dot where its code lies.

# %%
labels, codes = data.test.labels[:3_000], {}
for name, model in stages.items():
    z = codes[name] = model.encode(data.test.images[:3_000])[0]
    score = vh.metrics.knn_accuracy(z[:1_500], labels[:1_500], z[1_500:], labels[1_500:])
    print(f"{name:8} spread {z.std():.2f}, neighbours name the class of {score:.0%}")
    assert {"epoch 1": 0.4, "epoch 30": 0.7}.get(name, 0.5) < score < 0.85
vh.plots.forming(codes, labels, title="3,000 test images during training")

# %% [markdown]
# **What to see.** In this model the coarse order is there after one epoch: the cloud has the
# prior's size, a spread of about 1, and 0 and 1 lie at opposite ends. What follows is slow.
# Neighbours sort themselves out, and in the end name the class of three quarters of the images, not
# of half. No label was ever used for training.
#
# ## 2. The class <!-- 16 min -->
#
# Everything is there from [chapter 02](02_vae_theory.ipynb): an encoder with two outputs, the
# sampling layer, a decoder that ends in logits, and the loss. The two networks get one hidden layer
# of 300 units each, and 10 latent dimensions. The loss is your `negative_elbo` of chapter 02 in
# `keras.ops`, so that gradients pass and every backend runs it, with its two terms kept apart. With
# logits $l$, pixels $x$, and the posterior's mean $\mu$ and variance $\sigma^2$:
#
# $$\text{reconstruction} = \sum_{\text{pixels}} \log(1 + e^{l}) - x\,l, \qquad
# \text{KL} = \tfrac12 \sum_{\text{dimensions}} \mu^2 + \sigma^2 - 1 - \log\sigma^2$$

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 1 is the longest of the course. Typical: the batch's *mean* goes to
# the tracker (unequal batches then give a wrong log); β weighs the reconstruction; `call` decodes
# the mean, without noise; β is read into a Python number, and a later `assign` changes nothing.
#
# **Ask the room.** Why does the log show the KL without β? *Answer: the log is for the divergence;
# with β in it nobody could compare two runs.*
#
# **Draw.** Two boxes, `call` and `compute_loss`, with what goes in and out of each; trackers beside
# them.
#
# **Late?** Skip exercise 1 (12 minutes): `vh.models.VAE` steps in everywhere. Those who are quick
# do it at home.

# %%
images = keras.Input((28, 28, 1))
h = layers.Dense(300)(layers.Flatten()(images))
h = layers.LeakyReLU(0.3)(h)
encoder = keras.Model(images, [layers.Dense(10, name=n)(h) for n in ("z_mean", "z_log_var")])

z = keras.Input((10,))
h = layers.LeakyReLU(0.3)(layers.Dense(300)(z))
decoder = keras.Model(z, layers.Reshape((28, 28, 1))(layers.Dense(784)(h)))
assert (encoder.count_params(), decoder.count_params()) == (241_520, 239_284)


def loss_parts(images, logits, z_mean, z_log_var):
    """Return (reconstruction, kl) of each image, both (n,), in nats."""
    cross_entropy = ops.softplus(logits) - images * logits  # softplus(l) is log(1 + exp(l))
    kl = 0.5 * (z_mean**2 + ops.exp(z_log_var) - 1 - z_log_var)
    return ops.sum(cross_entropy, axis=(1, 2, 3)), ops.sum(kl, axis=1)


vh.plots.model_diagram("vae", latent_dim=10)


# %% [markdown]
# ### Exercise 1 · Your VAE <!-- 12 min -->
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


exercises.my_vae.check(MyVAE)
# exercises.my_vae.hint()
# exercises.my_vae.solution()

# %% [markdown]
# ## 3. Watch it learn <!-- 4 min -->
#
# Now train it. (As long as yours is not right yet the course's own class, `vh.models.VAE`, steps
# in.) Most of it happens at the very beginning, so we look every ten steps of 100 images: we let
# Keras call that an "epoch". The reconstruction loss falls, of course. And the other term? Note a
# guess.

# %% [markdown] tags=["teacher"]
# **Ask the room.** Before it runs: what does the KL do while the reconstruction falls? *Answer: it
# rises, falls back and rises again slowly: nats are bought as long as each saves more than it
# costs.*
#
# **Draw.** Two curves, one falling, one rising; between them a price tag, β.

# %% exercise="kl_rises"
# <solution>
guess = "a"
# </solution>
exercises.kl_rises.predict(guess)


# %%
def watch(model, rate=1e-3, looks=40):
    """Train with a look every ten steps; return the curves of both terms, {name: (x, y)}."""
    model.compile(keras.optimizers.Adam(rate), steps_per_execution=10)  # ten steps a call
    how = {"batch_size": 100, "steps_per_epoch": 10, "epochs": looks, "verbose": 0}
    logs = model.fit(x_some, **how).history
    steps = 10 * np.arange(1, looks + 1)
    names = {"reconstruction_loss": "reconstruction", "kl_loss": "KL"}
    return {name: (steps, np.array(logs[key])) for key, name in names.items()}


keras.utils.set_random_seed(3)
healthy = watch(exercises.my_vae.yours_or(vh.models.VAE)(encoder, decoder))
axes = {"x_label": "steps of 100 images", "y_label": "nats per image"}
vh.plots.lines(
    healthy, log_y=True, **axes, title=f"{exercises.my_vae.whose.capitalize()} VAE, 400 steps"
)

# %%
exercises.kl_rises.compare()

# %% tags=["guard"]
own, ours = MyVAE(encoder, decoder), vh.models.VAE(encoder, decoder)
for model in (own, ours):  # on batches of unequal size
    model.sampling.restart(0)
    model.compile()
logs, expected = (m.evaluate(x_val[:99], verbose=0, return_dict=True) for m in (own, ours))
assert all(abs(logs[key] - expected[key]) < 0.01 for key in expected), (logs, expected)
assert abs(logs["loss"] - logs["reconstruction_loss"] - logs["kl_loss"]) < 0.01, logs
kl = healthy["KL"][1]
assert max(kl[:15]) > kl[8:25].min() + 3, kl  # up, down again, and slowly up
assert kl[8:25].min() < kl[-1] < max(20, max(kl)), kl

# %% [markdown]
# ## 4. The long run <!-- 12 min -->
#
# The published recipe for this model is 30 epochs of Adam at $10^{-3}$ with batches of 100. It ends
# at 111.77 nats on the 10,000 validation images. (Source: the notebook "Analysis of the latent
# space in the variational auto-encoder", 2 July 2022.) The model that comes with the course had
# another recipe. What was changed, and why, says the recipe itself:

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 2: no clip (−∞ for pixels that are never lit), the mean brightness
# itself (logits are asked), clipped image by image before the mean.
#
# **Ask the room.** 543 nats before the first step without the bias. With it? *Answer: between 200
# and 220. Nothing about single digits was learned for that, only what is true on average.*
#
# **Late?** Skip exercise 2 (6 minutes); mention the gain again at section 10.

# %%
entry, card = vh.zoo.entry("mnist-vae"), vh.zoo.card("mnist-vae")
for name, before, after, why in entry.recipe("fast").changes_from(entry.recipe("published")):
    print(f"{name:15} {before!s:>8} → {after!s:<8} {why}")
losses = card["metrics"]["validation"]
print({key: round(value, 2) for key, value in losses.items()})
assert losses["loss"] < 111.77
vh.plots.training_curves(card["history"], title="The model that comes with the course")

# %% [markdown]
# The twelve epochs of this model end below the published thirty. (You can train it yourself:
# `vae-helpers train mnist-vae --out my-vae` in a terminal takes a minute or two.)
#
# One line of that list needs no training at all.
#
# ### Exercise 2 · The bias of the mean image <!-- 6 min -->
#
# An untrained decoder says "½" to every pixel, and that costs $784 \log 2 = 543$ nats. Better to
# start with what is true of digits in general: each pixel as bright as it is *on average*. The last
# layer gives logits, so its bias has to be the **logit** of the mean image, $\log \frac{p}{1 - p}$.
# Pixels that are never lit would get $-\infty$: clip $p$ to $[\varepsilon, 1 - \varepsilon]$ first.
#
# The next cell gives your bias to a new model. What is left of the gain after three epochs is
# measured in section 10.


# %% exercise="mean_image_bias"
def mean_image_bias(images, epsilon=0.005):
    """Return a bias for each pixel, (784,); images are (n, 28, 28, 1) in [0, 1]."""
    # <solution>
    mean = images.mean(axis=0).ravel()
    p = np.clip(mean, epsilon, 1 - epsilon)
    return np.log(p / (1 - p))
    # </solution>


exercises.mean_image_bias.check(mean_image_bias)
# exercises.mean_image_bias.hint()
# exercises.mean_image_bias.solution()


# %%
def new_vae(hidden=(300,), decoder_hidden=(300,), seed=0, activation="leaky_relu", **settings):
    """Build a dense VAE with fresh weights and 10 latent dimensions."""
    keras.utils.set_random_seed(seed)
    encoder = vh.models.dense_encoder((28, 28, 1), hidden, 10, activation=activation)
    decoder = vh.models.dense_decoder((28, 28, 1), decoder_hidden, 10, activation=activation)
    return vh.models.VAE(encoder, decoder, seed=seed, **settings)


bias = exercises.mean_image_bias.yours_or(vh.training.mean_image_bias)(x_some)
untrained, started = new_vae(), new_vae()
started.decoder.layers[-2].bias.assign(bias)  # the last layer but the reshaping one
for name, model in (("as usual", untrained), (f"{exercises.mean_image_bias.whose} bias", started)):
    print(f"{name:17} {vh.zoo.evaluate(model, x_val)['loss']:.0f} nats before the first step")
vh.plots.image_grid(
    {"as usual": untrained.sample(5, seed=1), "with the bias": started.sample(5, seed=1)}
)

# %% tags=["guard"]
assert 530 < vh.zoo.evaluate(untrained, x_val)["loss"] < 570
assert 200 < vh.zoo.evaluate(started, x_val)["loss"] < 220

# %% [markdown]
# ## 5. β, and what is published under its name <!-- 10 min -->
#
# Put a weight on the KL: $\text{loss} = \text{reconstruction} + \beta \cdot \text{KL}$. With
# $\beta = 1$ this is the negative ELBO; with more, the code gets dearer.
#
# Public code often writes something else, such as $500 \times$ the **mean** cross-entropy of the
# $32 \times 32 = 1{,}024$ pixels plus the KL, and calls the 500 "β". (The factor 500 is from David
# Foster, *Generative Deep Learning*.) A loss keeps its best weights when it is divided by a number,
# so divide until the reconstruction is a plain sum.
#
# ### Exercise 3 · Turn it into the standard form <!-- 5 min -->

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 3 upside down: 0.488 for 2.048. Let them write mean = sum / pixels,
# and divide by what stands before the sum.
#
# **Ask the room.** A loss of `mean over pixels + KL`, no weight in sight. Which β is it, and what
# will the model draw? *Answer: β = 784; one grey blot for every digit, and no warning.*
#
# **Draw.** The line weight · mean + KL, divided by weight / pixels, and what is left before the KL.
#
# **Late?** Never skip the blot; it is what people meet in their own code.


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
# The loss that the web notes "Variational Autoencoders" publish for it, 135.89 = 130.74 + 5.15,
# becomes 267.8 + 2.048 · 5.15 = 278.3 nats.
#
# And a common slip, `mean over pixels + KL` with no weight? On MNIST that is $\beta = 784$, without
# a β anywhere in the code.
#
# **Predict.** What will such a model draw?

# %%
silent = new_vae(beta=784)
silent_curves = watch(silent, looks=20)
silent_kl = vh.metrics.kl_divergence(*silent.encode(x_val)).mean()
print(f"KL divergence: {silent_kl:.5f} nats")
assert silent_kl < 0.05
trained, digits = vh.zoo.load("mnist-vae"), x_test[:10]
models = {"β = 784": silent, "β = 1": trained}
rows = {f"copies at {name}": model.reconstruct(digits) for name, model in models.items()}
rows |= {f"samples at {name}": model.sample(10, seed=3) for name, model in models.items()}
vh.plots.image_grid({"original": digits} | rows)

# %% [markdown]
# **What to see.** One grey blot in place of every copy, something like the mean digit: the code
# says next to nothing, less than 0.05 nats, so the decoder cannot know better. The samples differ
# in their texture at most. No error, no warning, and the loss fell as it should. Remember: **sum
# over pixels, sum over dimensions, mean over images.**
#
# ## 6. Rate and distortion <!-- 9 min -->
#
# Between copying and saying nothing β is a dial. The KL is the **rate**, the nats an image may
# send through the code, and the reconstruction loss the **distortion** that remains. Their sum is
# the negative ELBO. The course has the model of section 4 with six values of β, each trained
# separately. Which of them has the smallest sum?

# %% [markdown] tags=["teacher"]
# **Ask the room.** Which of the six models has the best ELBO, and why may their losses not be
# compared? *Answer: β = 1 of these six; at another β the loss is counted in another currency.*
#
# **Draw.** Rate to the right, distortion upwards, a falling curve, and a line of slope −1 that
# touches it at β = 1.
#
# **Late?** The curve and one minute of the widget.

# %%
betas = {vh.zoo.card("mnist-vae", v)["beta"]: v for v in (*vh.zoo.variants("mnist-vae"), None)}
models = {beta: vh.zoo.load("mnist-vae", betas[beta]) for beta in sorted(betas)}
measured = [vh.zoo.evaluate(model, x_test) for model in models.values()]
rate = [m["kl_loss"] for m in measured]
distortion = [m["reconstruction_loss"] for m in measured]
negative_elbo = np.add(rate, distortion)
for beta, nats in zip(models, negative_elbo, strict=True):
    print(f"β = {beta:4g}: −ELBO {nats:.1f} nats")
vh.plots.rate_distortion(rate, distortion, list(models), title="Six models, one dial")

# %% [markdown]
# **What to see.** Of these six models β = 1 has the best ELBO. β = 10 loses about 44 nats, β = 0.1
# about 9. At β = 0.1 an image sends some 34 nats, and the last of them save only a tenth of a nat
# of distortion each: a bad trade, but β = 0.1 says that nats are cheap. At β = 10 nats that would
# have saved up to ten stay unspent. At β = 1 the curve has the slope −1, and a dashed line of
# constant ELBO just touches it. In general the slope is −β.
#
# The *losses* of these models cannot be compared at all. Some 88 at β = 0.1 is no better than 110
# at β = 1: it is counted in another currency.

# %% tags=["guard"]
assert list(models)[np.argmin(negative_elbo)] == 1
assert 7 < negative_elbo[0] - min(negative_elbo) < 11 < 32 < rate[0] < 35
assert 36 < negative_elbo[-1] - min(negative_elbo) < 48
assert 87 < distortion[0] + 0.1 * rate[0] < 90
assert round(2.048 * 135.89, 1) == round(2.048 * 130.74 + 2.048 * 5.15, 1) == 278.3

# %%
rows = {"original": digits}
rows |= {f"copies at β = {beta:g}": model.reconstruct(digits) for beta, model in models.items()}
samples = {f"samples at β = {b:g}": models[b].sample(10, seed=3) for b in (min(models), 1, 4)}
vh.plots.image_grid(rows | samples)

# %% [markdown]
# **What to see.** With a small β copies are sharp and many samples are scraps of strokes: the codes
# keep apart, and between them nobody trained the decoder. With a large β the copies lose what makes
# each digit itself: at β = 10 this model turns the 3 and both 5s into something like an 8.
#
# Now turn the dial yourself.
#
# **What to try.** Watch the bars, the KL of each latent dimension, from β = 0.1 to β = 10. As the
# code gets dearer, do dimensions fade or vanish? (Six models, trained separately: a bar at one β is
# not the same dimension as at the next.)
#
# <details><summary>Answer</summary>
#
# Both. At β = 4 all ten are still in use, the shortest bar with a third of a nat. At β = 10 every
# bar is shorter than at β = 4, and four of this model's ten have vanished: all fade, and
# what is worth least goes.
#
# </details>

# %%
vh.widgets.BetaExplorer(models, x_test[:500])

# %% [markdown]
# **A good place for a break.** What follows starts afresh, with a model that goes wrong.
#
# ## 7. Posterior collapse <!-- 19 min -->
#
# A dimension whose posterior is the prior for every image carries nothing. It has **collapsed**.
# Its mean KL is nearly zero, below 0.2 nats, say, so the dead can be counted. (Another count,
# `active_units`, asks whether the posterior *mean* moves from image to image.)
#
# ### Exercise 4 · Count the dead <!-- 5 min -->

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 4: `threshold` not used, images counted in place of dimensions, the
# KL of the mean posterior. Exercise 5: lifted image by image before the mean; `ops.minimum`; NumPy,
# so no gradient.
#
# **Ask the room.** Free bits keep all ten dimensions alive, and warm-up has the better ELBO. Which
# remedy is better? *Answer: the ELBO decides. Several dimensions stand just at the floor because it
# is free, not because it pays.*
#
# **Draw.** Ten bars with a dashed line at 0.2: six below it. Then the same with a floor at 0.3.
#
# **Late?** Skip exercise 5 (6 minutes), keep the bars.


# %% exercise="collapsed_dimensions"
def collapsed_dimensions(z_mean, z_log_var, threshold=0.2):
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
# decoder ignores the code, for it has not learned to read yet. In that time a code costs its KL and
# brings nothing, so training closes it. A **deep** decoder learns to read late. So: five hidden
# layers in the decoder, β = 1, and no help.
#
# **Predict.** How many of the ten dimensions will survive?


# %%
def kl_of(model):
    """Return the mean KL of each dimension on the validation images, in nats."""
    return vh.metrics.kl_per_dimension(*model.encode(x_val)).mean(axis=0)


DEEP = {"hidden": (200, 200), "decoder_hidden": (200,) * 5, "activation": "relu"}
fast = {"steps_per_call": 50, "fused_adam": True}  # the same steps, sooner
deep_run = Recipe(epochs=6, learning_rate=3e-3, validate_every=6, **fast)
runs, val = {"plain": new_vae(**DEEP)}, {}
val["plain"] = fit(runs["plain"], x_some, x_val, deep_run, progress=False)["val_loss"][-1]
vh.plots.kl_bars(kl_of(runs["plain"]), title="A deep decoder", threshold=0.2)

# %% [markdown]
# **What to see.** About six of the ten carry less than 0.2 nats: with eight seeds it was four once,
# and five, six or seven otherwise. Rounding alone may move the count by one. The dead do not come
# back by themselves: the decoder ignores a dimension that says nothing, and the encoder does not
# write into a dimension that nobody reads.
#
# ---
#
# There are two remedies. **Warm-up** makes the code free of charge in the beginning: β rises on a
# straight line from 0 to 1, here over three epochs. That is `BetaSchedule` below. **Free bits**
# leave each dimension an allowance instead.
#
# ### Exercise 5 · Free bits <!-- 6 min -->
#
# What a dimension uses, on average over the batch, costs nothing up to `floor` nats; above that,
# the usual price. As code: mean over images, each dimension at least `floor`, then the sum. Stay
# with `ops`: training takes the gradient of it.


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

# %%
warm_run = deep_run.replace(beta_schedule=BetaSchedule(1.0, kind="linear", epochs=3))
runs["warm-up"], runs["free bits"] = new_vae(**DEEP), new_vae(**DEEP, free_bits=0.3)
for name, recipe in (("warm-up", warm_run), ("free bits", deep_run)):
    logs = fit(runs[name], x_some, x_val, recipe, progress=False)
    val[name] = logs["val_reconstruction_loss"][-1] + logs["val_kl_loss"][-1]
count = exercises.collapsed_dimensions.yours_or(
    lambda m, v: np.sum(vh.metrics.kl_per_dimension(m, v).mean(axis=0) < 0.2)
)
for name, nats in val.items():
    print(f"{name:10} −ELBO {nats:.1f} nats, dead: {count(*runs[name].encode(x_val))} of 10")
vh.plots.kl_bars({name: kl_of(model) for name, model in runs.items()}, threshold=0.2)

# %% [markdown]
# **What to see.** Both remedies beat no help, by 3 to 13 nats with eight seeds. Free bits save all
# dimensions, warm-up two at most and sometimes none, and yet warm-up had the better ELBO with each
# of the seeds. For not every living dimension is useful: under free bits several stand just at the
# floor of 0.3 nats. They use their allowance because it is free, not because it pays. So a count of
# living dimensions is a *diagnosis*, not a goal. The goal is the ELBO without any bonus, and
# that is why the table adds up reconstruction and true KL.

# %% tags=["guard"]
dead = {name: np.sum(kl_of(model) < 0.2) for name, model in runs.items()}
assert 4 <= dead["plain"] <= 7, dead
assert 3 <= dead["warm-up"] <= 6, dead
assert dead["free bits"] == 0, dead
assert max(val["warm-up"], val["free bits"]) < val["plain"] - 1, val

# %% [markdown]
# ## 8. Read four pairs of curves <!-- 7 min -->
#
# In practice nobody tells you what went wrong. You see two curves. Here are four pairs, each with
# its own model: **healthy**; the **sign** of the KL turned; **silent**, that is β = 784; and
# **collapsing**, a deep decoder with β = 1.
#
# ### Exercise 6 · Name each pair <!-- 5 min -->
#
# Your answers are `"healthy"`, `"sign"`, `"silent"` and `"collapsing"`, each of them once.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Silent and collapsing are mixed up. Silent: the reconstruction stays at the
# 200 nats of the mean image. Collapsing: the KL is small, and rises late.
#
# **Ask the room.** Which two curves show a bug, which a bad choice? *Answer: the turned sign and β
# = 784 are errors in the loss; the collapse needs no error at all.*
#
# **Late?** Do it as a show of hands, without typing.


# %%
class TurnedSign(vh.models.VAE):
    def kl_penalty(self, kl):
        return -super().kl_penalty(kl)


fresh = new_vae()
turned = watch(TurnedSign(fresh.encoder, fresh.decoder), looks=3)  # the next look is NaN
collapsing = watch(new_vae(**DEEP), rate=3e-3, looks=25)
panels = {"A": silent_curves, "B": collapsing, "C": turned, "D": healthy}
vh.plots.lines(panels, log_y=True, y_range=(0.5, 3_000), **axes)

# %% exercise="four_curves"
# <solution>
curves = {"A": "silent", "B": "collapsing", "C": "sign", "D": "healthy"}
# <stub>
# curves = {"A": ..., "B": ..., "C": ..., "D": ...}
# </solution>
exercises.four_curves.check(curves)
# exercises.four_curves.hint()
# exercises.four_curves.solution()

# %% [markdown]
# Two curves show that *something* is closed, never what. From the outside a KL of six nats may be
# six good dimensions or two; for that, look at the bars.
#
# ## 9. What the encoder misses <!-- 11 min -->
#
# The ELBO lies below $\log p(x)$, and chapter 02 says by how much: by the KL divergence of the
# encoder's posterior from the true one. Two things may cause it.
#
# - The encoder names a Gaussian, but not the **best** Gaussian for this image. It has to serve all
#   images with the same weights: this is the *amortisation gap*.
# - The true posterior is no Gaussian. Even the best one does not fit: the *approximation gap*.
#
# Which is larger, in the bundled model? (The question and both names are from Cremer, Li and
# Duvenaud, 2018.)

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 7: the two gaps exchanged, or the whole distance given for one of
# them.
#
# **Ask the room.** Is it the encoder's haste or the Gaussian's shape that costs more? *Answer: the
# encoder's, four to five nats against less than one, for this decoder.*
#
# **Late?** Skip the whole section; nothing later needs it.

# %% exercise="larger_gap"
# <solution>
guess = "b"
# </solution>
exercises.larger_gap.predict(guess)

# %% [markdown]
# To find out, take the encoder away. In its place comes a **table** with a mean and a log-variance
# for each of 100 test images, black and white. It starts with what the encoder said, and 300 steps
# of gradient descent move it, image by image. The decoder keeps its weights.


# %%
class Table(layers.Layer):
    def __init__(self, z_mean, z_log_var):
        super().__init__()
        self.z_mean, self.z_log_var = keras.Variable(z_mean), keras.Variable(z_log_var)

    def call(self, images):
        return self.z_mean + 0, self.z_log_var + 0  # whatever the images are


x = (data.test.images[::100] >= 0.5).astype("float32")
inputs = keras.Input((28, 28, 1))
table = keras.Model(inputs, Table(*trained.encode(x))(inputs))
trained.decoder.trainable = False
refined = vh.models.VAE(table, trained.decoder, seed=0)
recipe = Recipe(epochs=1, learning_rate=0.05, schedule="cosine", **fast)
vh.training.compile_model(refined, recipe, steps_per_epoch=300)
_ = refined.fit(np.tile(x, (300, 1, 1, 1)), batch_size=100, shuffle=False, verbose=0)

# %% [markdown]
# ### Exercise 7 · Split the gap <!-- 5 min -->
#
# Below, each ELBO is measured with *other* noise than the table was trained on, the same for both.
# So the gain is no adaptation to lucky draws. And $\log p(x)$ is the importance-weighted bound of
# chapter 02, with 500 draws from the refined posterior. Which gap is which?


# %% exercise="split_gap"
def split_gap(encoder_elbo, refined_elbo, log_p):
    """Return (amortisation gap, approximation gap), means over images; all arguments are (n,)."""
    # <solution>
    return np.mean(refined_elbo - encoder_elbo), np.mean(log_p - refined_elbo)
    # </solution>


exercises.split_gap.check(split_gap)
# exercises.split_gap.hint()
# exercises.split_gap.solution()

# %%
encoder_elbo, refined_elbo = (
    vh.metrics.estimate_elbo(model, x, samples=100, seed=1) for model in (trained, refined)
)
log_p = vh.metrics.importance_weighted_log_likelihood(refined, x, k=500, seed=1)
for name, nats in (("encoder", encoder_elbo), ("refined", refined_elbo), ("log p(x)", log_p)):
    print(f"{name:8} {nats.mean():.1f} nats")
split = exercises.split_gap.yours_or(lambda e, r, p: ((r - e).mean(), (p - r).mean()))
amortisation, approximation = split(encoder_elbo, refined_elbo, log_p)
print(f"amortisation gap {amortisation:.1f} nats, approximation gap {approximation:.1f} nats")
gaps = {"amortisation": refined_elbo - encoder_elbo, "approximation": log_p - refined_elbo}
gaps = {f"{name} gap": np.sort(values) for name, values in gaps.items()}
vh.plots.lines(gaps, range(1, 101), "images, each curve sorted by itself", "nats")

# %%
exercises.larger_gap.compare()

# %% [markdown]
# **What to see.** Four to five nats are the encoder's, less than one is the Gaussian's: so it was
# with three training seeds. Are black and white digits to blame, which this encoder never saw in
# training? In part: with grey ones 3 nats are left, with black and white *training* images 3.2 to
# 3.5, and the approximation gap stays at 0.7 to 0.8. In each case the Gaussian is the smaller
# fault. So the decoder is better than its ELBO says: a better *encoder* could show it.
#
# ## 10. Better, or luckier? <!-- 11 min -->
#
# Training draws lots: first weights, order of images, noise. So "recipe B is better than A" needs
# more than one run of each. We train with three seeds: the plain recipe, one with a shorter memory
# of Adam, one with the biases at the mean image. Each run is short, on 5,000 images.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 8: the runs are treated as strangers and not as pairs; `ddof=1`
# forgotten; s in place of s / √n. And 2 standard errors for 95 %: with three seeds it is 4.3.
#
# **Ask the room.** 0.7 nats better, with a spread over seeds as large: is that a finding? *Answer:
# in pairs, yes; it gains nearly the same with every seed.*
#
# **Draw.** Three seeds as columns of dots, two recipes, joined by lines that all rise.
#
# **Late?** Show the joined lines, skip exercise 8 (5 minutes).

# %% tags=["guard"]
assert 3.5 < amortisation < 5.5
assert 0.5 < approximation < 1.1

# %%
short = Recipe(epochs=3, validate_every=3, **fast)  # batches of 100, Adam 1e-3
recipes = {"plain": short, "beta_2 = 0.99": short.replace(beta_2=0.99)}
recipes["mean-image bias"] = short.replace(mean_image_bias=True)


def losses_of(recipe):
    """Train with 3 seeds (8 in full mode); return the validation losses in nats."""
    losses = []
    for seed in range(vh.by_mode(3, 8)):
        logs = fit(new_vae(seed=seed), x_train[:5_000], x_val, recipe, seed=seed, progress=False)
        losses.append(logs["val_loss"][-1])
    return np.array(losses)


results = {name: losses_of(recipe) for name, recipe in recipes.items()}
plain = results["plain"]
print(f"spread of the plain recipe over seeds: {plain.std(ddof=1):.2f} nats")
vh.plots.seeds(results, "validation loss (nats)", title="Same images, same epochs")

# %% [markdown]
# **What to see.** A line joins runs with the same seed. The seed alone moves a run by a nat or so,
# and the shorter memory seems to gain no more than that.
#
# ### Exercise 8 · The difference, with its error <!-- 5 min -->
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
difference = exercises.paired_difference.yours_or(lambda a, b: ((a - b).mean(), stats.sem(a - b)))
t = stats.t.ppf(0.975, df=len(plain) - 1)
print(f"n = {len(plain)} seeds, t = {t:.1f}")
for name in ("beta_2 = 0.99", "mean-image bias"):
    mean, error = difference(plain, results[name])
    print(
        f"{name:16} gains {mean:5.2f} nats, 95 %: {mean - t * error:.2f} to {mean + t * error:.2f}"
    )

# %% [markdown]
# **What to see.** The bias is a leap that nobody can miss. The shorter memory gains some 0.7 nats,
# no more than what another seed does, and still its interval lies well above zero, for it gains
# nearly the same with every seed. Only the pairs show it. And mind the 4.3: with many seeds two
# standard errors on either side make a 95 % interval, but with **three** the error is itself a
# guess, and Student's $t$ asks for more.
#
# ## 11. Your experiment: a better recipe <!-- 8 min -->
#
# Exercise 9 has no checker. **Beat the plain recipe** at the same number of epochs. Choose *one*
# change: learning rate, `schedule="cosine"` with `warmup=0.1`, `batch_size`, `beta_2`, or several
# once you know each. Write down what you expect, run, and conclude.

# %% tags=["guard"]
gains = {name: plain - found for name, found in results.items() if name != "plain"}
for gain in gains.values():
    assert gain.mean() > t * gain.std(ddof=1) / np.sqrt(len(gain)), gain
assert 0 < gains["beta_2 = 0.99"].mean() < 2 < 17 < gains["mean-image bias"].mean() < 22

# %%
change = {"learning_rate": 6e-3, "schedule": "cosine", "warmup": 0.1}
mean, error = difference(plain, losses_of(short.replace(**change)))
print(f"gain {mean:.2f} nats, 95 %: {mean - t * error:.2f} to {mean + t * error:.2f}")

# %% exercise="experiment"
# <solution>
conclusion = "A high rate that falls gains many nats, nearly as many as the bias; all seeds agree."
# </solution>
outcome = {"gain (nats)": mean, "standard error": error}
experiment_log.add("03: a better recipe", change, outcome, conclusion)

# %% tags=["guard"]
own = card["metrics"]["validation"]
rows = [
    ("−ELBO of the bundled model, nats", own["loss"], 111.77, "10,000 validation images"),
    ("its KL, nats", own["kl_loss"], 18.24, "the same"),
]
rows += [
    (f"−ELBO at β = {beta:g}, nats", nats, None, "every fifth test image")
    for beta, nats in zip(models, negative_elbo, strict=True)
]
rows += [(f"gain by {name}, nats", g.mean(), None, f"{len(g)} seeds") for name, g in gains.items()]
how = "100 test images, black and white"
rows += [("amortisation gap, nats", amortisation, None, how)]
rows += [("approximation gap, nats", approximation, None, how)]
vh.measured(rows)

# %% [markdown]
# ## Recap <!-- 2 min -->
#
# - A VAE in Keras is `call` and `compute_loss`; trackers get the numbers of all images, and then
#   loss = reconstruction + β · KL holds in every log.
# - The KL rises in training: nats are bought as long as each saves more than β nats.
# - `weight · mean + KL` is β = pixels / weight. A mean without a weight is β = 784.
# - β is a dial from rate to distortion; of the six values, β = 1 gives the best ELBO.
# - Collapse shows in the KL of each dimension. Warm-up and free bits undo accidents.
# - Most of what separates this model's ELBO from $\log p(x)$ is the encoder's fault.
# - A recipe is better if it wins over several seeds, pair by pair, by more than $t$ errors.
#
# Three mistakes to know at sight: the **sign** of the KL turned (the loss falls below zero, where
# no sum of surprises can be, then comes NaN); β as a **Python number** (the compiled step keeps the
# value it saw first, and a warm-up changes nothing); calls of **old Keras** (`add_metric` and
# `keras.optimizers.legacy` are gone).
#
# ## Self-test <!-- 4 min -->

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
# ## Further, and next <!-- 1 min -->
#
# - Higgins et al. (2017), [beta-VAE](https://openreview.net/forum?id=Sy2fzU9gl): the weight β.
# - Alemi et al. (2018), [Fixing a broken ELBO](https://arxiv.org/abs/1711.00464): rate and
#   distortion.
# - Bowman et al. (2016), [Generating sentences from a continuous
#   space](https://arxiv.org/abs/1511.06349): collapse, and warm-up.
# - Kingma et al. (2016), [Inverse autoregressive flow](https://arxiv.org/abs/1606.04934): free
#   bits.
# - Cremer, Li and Duvenaud (2018), [Inference suboptimality in variational
#   autoencoders](https://arxiv.org/abs/1801.03558): the two gaps.
# - A GPU needs no other code. Models as small as these gain little from it, convolutional ones
#   most. Fewer trips, 16-bit numbers (`vh.machine.mixed_precision()` names those that your hardware
#   has units for) and several GPUs are on a page of their own,
#   [Outgrowing the laptop](../docs/scaling.md).
#
# **Next:** [04 · Sampling](04_sampling.ipynb) – what comes out if one asks the trained model for
# digits that nobody wrote.
