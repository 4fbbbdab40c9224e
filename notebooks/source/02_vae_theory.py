# %% [markdown]
# # 02 · VAE theory and reparameterization
#
# **From one question – which hidden cause made this picture? – to the loss of a variational
# autoencoder, every line of it derived, tested and written by you.**
#
# | | |
# | --- | --- |
# | Time | about 130 minutes with all exercises, with a break after section 3 |
# | You need | [01 · Autoencoder](01_autoencoder.ipynb); derivatives; the normal distribution |
# | You will | compute a posterior on a grid, and see why images need another way |
# | | derive the evidence lower bound (ELBO), and name its two terms and its gap |
# | | write the KL divergence of Gaussians, the sampling layer, and the whole loss |
# | | see through which random draws a gradient passes |
# | | say what a mean squared error assumes about your pixels |
#
# A trained VAE can do two things that the autoencoder of chapter 01 was never trained for. Its
# decoder turns plain random numbers into new digits, about half of them easy to read. And its
# encoder answers an image not with one code but with a cloud of codes, from which you can draw:

# %%
from functools import partial

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

import vae_helpers as vh
from vae_helpers.backend import keras
from vae_helpers.checks import chapter02 as exercises
from vae_helpers.checks import experiment_log, progress

# %%
vae = vh.zoo.load("mnist-vae")
test_images = vh.load_data("mnist").test.images
rows = {"random numbers, decoded": vae.sample(9, seed=2)}
shown = {"a 7 and its cloud": test_images[:1], "a 2 and its cloud": test_images[1:2]}
for name, image in shown.items():
    mean, log_var = (np.repeat(part, 8, axis=0) for part in vae.encode(image))
    draws = vh.latent.sample_posterior(mean, log_var, seed=6)
    rows[name] = np.concatenate([image, vae.decode(draws)])
vh.plots.image_grid(rows)

# %% [markdown]
# The draws are small variations: a little more slant, a thinner stroke. Nobody told the network
# how large a cloud should be, or where clouds should lie. One loss does all this, and it has just
# two terms. This chapter derives it. Here is the machine it trains:

# %%
copy = vae.reconstruct(test_images[:1])[0]
vh.plots.model_diagram("vae", test_images[0], copy)

# %% [markdown]
# ## 1. A bead on a wire <!-- 14 min -->
#
# A bead sits somewhere on a wire that you cannot see. You only have photos, and they are blurred:
# each shows the bead a little off its true place. Where the bead sits along the wire is the
# **latent variable** *z*; the place on the photo is the **observation** *x*. The story of a photo
# has two steps:
#
# 1. the bead takes its place, z ~ p(z) = N(0, 1) – the **prior**,
# 2. the camera takes a blurred photo,
#    x ~ p(x|z) = N(wire(z), σₓ² I) – the **likelihood**.
#
# (N(m, v) is the normal distribution with mean m and variance v; I says that both coordinates get
# a blur of their own.) In a VAE the wire is the decoder, *z* the code of an image, *x* the image
# with its 784 pixels. Here *x* has two numbers and *z* one, so that we can look at everything.
#
# ### Exercise 1 · Take photos <!-- 6 min -->
#
# Write the two steps of the story as code: `n` places *z* from the prior, then one blurred photo
# of each. `rng.standard_normal(shape)` draws from N(0, 1), and `noise` is the standard deviation
# σₓ of the blur in each coordinate. All randomness comes from `rng`, so that a seed repeats it.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** One blur for both coordinates, `np.random` in place of `rng`, the noise added
# to the place and not to the photo. And σₓ is a standard deviation: no square.
#
# **Ask the room.** On the left of the ring the wire's two ends overlap. A photo from there: where
# was the bead? *Answer: z ≈ −1.6 or +1.6, and nothing decides between them. Keep it: section 3
# needs it.*
#
# **Draw.** A wire, a bead on it, and a fuzzy dot beside the bead. Label z along the wire and x on
# the photo; then write decoder under the wire.
#
# **Late?** Tell the story, show the figure, skip exercise 1 (6 minutes).

# %% exercise="sample_photos"
NOISE = 0.5  # the blur of the camera, a standard deviation


def straight(z):
    return np.stack([z, z / 2], axis=1)


def ring(z):
    return 2 * np.stack([np.cos(2 * z), np.sin(2 * z)], axis=1)


def sample_photos(wire, noise, n, rng):
    """Return ``n`` photos, an array (n, 2). ``wire`` maps places (n,) to points (n, 2)."""
    # <solution>
    z = rng.standard_normal(n)
    return wire(z) + noise * rng.standard_normal((n, 2))
    # </solution>


exercises.sample_photos.check(sample_photos)
# exercises.sample_photos.hint()
# exercises.sample_photos.solution()

# %%
take = exercises.sample_photos.yours_or(vh.toys.sample_photos)
z = np.linspace(-2.4, 2.4, 200)
panels = {
    name: {
        "wire": tuple(wire(z).T),
        "photos": tuple(np.transpose(take(wire, NOISE, 600, np.random.default_rng(0)))),
    }
    for name, wire in (("straight wire", straight), ("ring", ring))
}
print(f"600 photos each, taken by {exercises.sample_photos.whose} code")
vh.plots.lines(panels, x_label="x₁", y_label="x₂", points=["photos"], equal=True)

# %% [markdown]
# **What to see.** Photos crowd where the prior is dense: z = 0 is the middle of the straight
# wire and the right end of the ring. On the far left of the ring the two ends of the wire overlap:
# z ≈ −1.6 and z ≈ +1.6 give the same photo. Keep that in mind.

# %% [markdown]
# ## 2. Looking back: the posterior, and why it is out of reach <!-- 18 min -->
#
# Now the question of every autoencoder: given a photo, where was the bead? Bayes' rule answers
# with the **posterior** p(z|x), the density of places once the photo is known:
#
# $$p(z \mid x) = \frac{p(x, z)}{p(x)}, \qquad p(x, z) = p(z)\,p(x \mid z), \qquad
# p(x) = \int p(x, z)\,dz .$$
#
# The top is easy, two normal densities. The divisor, the **evidence** p(x), adds up all places
# where the bead may have been. On a grid of places `step` apart the integral is a sum:
# p(x) ≈ Σ p(x, z) · step.
#
# ### Exercise 2 · The posterior on a grid <!-- 7 min -->
#
# The density of a whole image can be as small as e⁻¹⁰⁰⁰, which a computer rounds to 0. So
# probabilities stay in logarithms (natural ones; their unit is the **nat**): products become
# sums, and for sums there is `logsumexp(a)`, the logarithm of Σ eᵃ, computed without ever leaving
# the logarithms. Two lines: log p(x), then p(z|x).

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 2: `step` is forgotten, or *multiplied* in the logarithm (it is `+
# np.log(step)`); probabilities that add up to 1 in place of a density with area 1.
#
# **Ask the room.** 701 places were enough for one number. How many for ten numbers with 100 places
# each? *Answer: 10²⁰; at a million decoder calls a second, three million years.* Then: why do
# 10,000 blind draws not help? *Because three of them hold more than four fifths of the sum.*
#
# **Draw.** A bell over z, one narrow peak far out on its flank, and ten dots thrown under the bell:
# none hits the peak.
#
# **Late?** Do not shorten the question about the blind draws: it is why an encoder exists. Skip
# exercise 2 instead.


# %% exercise="posterior"
def log_joint(wire, x, z):
    """Return log p(x, z) = log p(z) + log p(x|z) of one photo x at places z (n,)."""
    return norm.logpdf(z) + norm.logpdf(x, wire(z), NOISE).sum(axis=1)


def posterior(log_joints, step):
    """Return log p(x), a number, and p(z|x) (n,), from log p(x, z) on a grid (n,) of places."""
    # <solution>
    log_evidence = logsumexp(log_joints) + np.log(step)
    return log_evidence, np.exp(log_joints - log_evidence)
    # </solution>


exercises.posterior.check(posterior)
# exercises.posterior.hint()
# exercises.posterior.solution()

# %% [markdown]
# **Predict.** A photo at (1.5, 0.2) of the straight wire, and one at (−2, 0), the far left of the
# ring. Sketch both posteriors: how many bumps, how broad beside the prior?

# %%
posterior = exercises.posterior.yours_or(vh.toys.posterior)
PHOTOS = {"straight wire": (straight, np.array([1.5, 0.2])), "ring": (ring, np.array([-2.0, 0.0]))}
grid, step = np.linspace(-3.5, 3.5, 701, retstep=True)
panels, log_evidence = {}, {}
for name, (wire, x) in PHOTOS.items():
    log_evidence[name], density = posterior(log_joint(wire, x, grid), step)
    panels[name] = {"prior p(z)": norm.pdf(grid), "posterior p(z|x)": density}
vh.plots.lines(panels, grid, x_label="place z", y_label="density")

# %% tags=["guard"]
for name, middle in (("straight wire", 1.07), ("ring", 1.55)):
    density = panels[name]["posterior p(z|x)"]
    assert abs(abs(grid[density.argmax()]) - middle) < 0.02
    assert np.isclose(density.sum() * step, 1)
assert log_evidence["ring"] < log_evidence["straight wire"]

# %% [markdown]
# **What to see.** The photo of the straight wire leaves one answer, a narrow normal curve around
# 1.07. The photo of the ring leaves two, equally good, at −1.55 and 1.55, and the posterior says
# both.
#
# ### Out of reach
#
# That was easy because *z* is one number: 701 places, done. With 10 latent numbers and 100 places
# for each, the sum has 100¹⁰ = 10²⁰ terms; at a million decoder calls a second that is three
# million years. And once the wire is a neural network, no formula helps.
#
# A grid is wasteful, you may say: draw *z* from the prior and average p(x|z). In the limit that
# is right. We try it with the trained VAE on the 7 and the 2 from above, made black and white so
# that p(x|z) is a probability (section 6 says why grey will not do).

# %% exercise="blind_draws"
# <solution>
guess = "b"
# </solution>
exercises.blind_draws.predict(guess)


# %%
def log_likelihoods(images, seed, n=10_000):
    """Return log p(x|z) of each image at the same n places drawn from the prior."""
    z = vh.latent.sample_prior(n, 10, seed=seed)
    decoded = np.clip(vae.decode(z, batch_size=2_000), 1e-7, 1 - 1e-7)
    return [np.log(np.where(x == 1, decoded, 1 - decoded)).sum(axis=(1, 2, 3)) for x in images]


digits = vh.metrics.binarize(test_images[:100], "threshold")
names, sizes = ("a 7", "a 2"), np.array([10, 100, 1_000, 10_000])
log_p = np.array([log_likelihoods(digits[:2], seed) for seed in range(10)])
blind = np.stack([logsumexp(log_p[..., :n], axis=-1) - np.log(n) for n in sizes])
from_prior = {name: (np.repeat(sizes, 10), blind[..., i].ravel()) for i, name in enumerate(names)}
panels = {name: {"ten estimates": points} for name, points in from_prior.items()}
labels = {"x_label": "draws from the prior", "y_label": "estimate of log p(x), nats"}
vh.plots.lines(panels, points=["ten estimates"], log_x=True, **labels)

# %%
best_three = np.sort(np.exp(log_p - logsumexp(log_p, axis=-1, keepdims=True)))[..., -3:].sum(-1)
print(f"the ten estimates from 10,000 draws span {np.ptp(blind[-1], axis=0).round()} nats")
print(f"share of the three best of 10,000 draws: {best_three.min():.0%} to {best_three.max():.0%}")
exercises.blind_draws.compare()

# %% tags=["guard"]
assert np.ptp(blind[-1], axis=0).min() > 20
assert best_three.min() > 0.8
assert np.isclose(100**10 / 1e6 / 3.15e7, 3.2e6, rtol=0.01)  # years

# %% [markdown]
# These two are no exception. For 20 digits and three trainings of this model, the ten estimates
# spanned 11 to 52 nats, and three draws never held less than 83 % of the sum.
#
# A random *z* is almost never a 7 like this 7. So we should not draw blindly, but where the
# picture says that its code may be. Who tells us? An **encoder**: a guess q(z), made from *x*.
# This guess turns the impossible integral into an easy bound.

# %% [markdown]
# ## 3. The evidence lower bound <!-- 28 min -->
#
# Let q(z) be any density that we can draw from, and 𝔼_q[…] the average over such draws. Start with
# what we want and change nothing:
#
# $$\begin{aligned}
# \log p(x) &= \mathbb E_{q}\big[\log p(x)\big] &(1)\\
# &= \mathbb E_{q}\Big[\log \frac{p(x, z)}{p(z \mid x)}\Big] &(2)\\
# &= \underbrace{\mathbb E_{q}\Big[\log \frac{p(x, z)}{q(z)}\Big]}_{\mathrm{ELBO}(q)}
# + \underbrace{\mathbb E_{q}\Big[\log \frac{q(z)}{p(z \mid x)}\Big]}_{\text{the gap}} &(3)\\
# &\ge \mathrm{ELBO}(q) &(4)\\
# \mathrm{ELBO}(q) &= \mathbb E_{q}\big[\log p(x \mid z)\big]
# - \mathrm{KL}\big(q(z)\,\|\,p(z)\big) &(5)
# \end{aligned}$$
#
# The **Kullback–Leibler divergence** KL(q ‖ p) = 𝔼_q[log q/p] says how much *q* differs from *p*:
# zero if they are the same, and never negative.
#
# ### Exercise 3 · Give the reasons <!-- 7 min -->
#
# Which reason allows which line? One of the six is false and fits nowhere.
#
# - **a** The product rule: p(x, z) = p(z|x) p(x).
# - **b** The gap is a Kullback–Leibler divergence, and those are never negative.
# - **c** It does not depend on *z*, so averaging over *z* leaves it as it is.
# - **d** Multiply and divide by q(z); the logarithm of a product is a sum.
# - **e** The product rule the other way, p(x, z) = p(x|z) p(z); then pair *q* with p(z).
# - **f** The logarithm of an average is the average of the logarithms.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** In exercise 3 many take f, the false reason, for line 3 or 4: the logarithm
# of an average is *not* the average of the logarithms. In exercise 4 places are drawn from the
# prior, log q is forgotten, or the logarithm is taken after the mean (which estimates log p(x)
# itself).
#
# **Ask the room.** On the ring, why do both peaks of the ELBO stay 0.69 nats below log p(x)?
# *Answer: one bell can sit on one of the two equal bumps; there it is twice as high as the
# posterior, and log 2 = 0.693.*
#
# **Draw.** A bar of height log p(x), cut in two: below ELBO, above the gap KL(q ‖ p(z|x)). Push the
# cut up and down: the bar does not move.
#
# **Late?** Do exercise 3 together, a line at a time by show of hands; skip exercise 4 (8 minutes).

# %% exercise="elbo_steps"
# <solution>
reasons = {1: "c", 2: "a", 3: "d", 4: "b", 5: "e"}
# <stub>
# reasons = {1: ..., 2: ..., 3: ..., 4: ..., 5: ...}
# </solution>
exercises.elbo_steps.check(reasons)
# exercises.elbo_steps.hint()
# exercises.elbo_steps.solution()

# %% [markdown]
# Line 5 reads like a verdict on the guess *q*: **explain the picture** (first term: codes from
# *q* should decode to *x*) **and stay close to the prior** (second term). An encoder and a decoder
# that raise the ELBO together are a variational autoencoder.
#
# ### Exercise 4 · Estimate the ELBO <!-- 8 min -->
#
# Line 3 is an average over *q*, so random draws estimate it: draw `n` places from
# q = N(`q_mean`, `q_std`²) with `rng` and average log p(x, z) − log q(z).
# `norm.logpdf(z, mean, std)` is the logarithm of a normal density.


# %% exercise="elbo"
def elbo(log_joint, q_mean, q_std, rng, n):
    """Estimate the ELBO in nats; ``log_joint`` maps places z (n,) to log p(x, z) (n,)."""
    # <solution>
    z = rng.normal(q_mean, q_std, n)
    return np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std))
    # </solution>


exercises.elbo.check(elbo)
# exercises.elbo.hint()
# exercises.elbo.solution()

# %% [markdown]
# The check has tried the best guess there is, *q* = the posterior, which for the straight wire has
# a formula (a normal distribution, with mean 1.07 for our photo). There every single draw gives
# log p(x): the ratio in line 3 is the constant p(x), the gap is zero, and nothing is random any
# more.
#
# Now let q = N(m, s²) be wrong. For each mean *m* we take the best *s* by trying eight.
#
# **Predict.** Sketch the ELBO over the mean of *q*, for the straight wire and for the ring with
# its two possible places. Where does it touch log p(x)?


# %%
elbo = exercises.elbo.yours_or(vh.toys.elbo)
means, stds = np.linspace(-2.5, 2.5, 61), np.geomspace(0.11, 1.5, 8)


def best_elbo(wire, x, mean):
    """Return the largest ELBO of q = N(mean, s²) over s, estimated with the same noise for all."""
    of_photo = partial(log_joint, wire, x)
    return max(elbo(of_photo, mean, s, np.random.default_rng(1), 100) for s in stds)


panels = {
    name: {
        "ELBO of the best q": np.array([best_elbo(wire, x, mean) for mean in means]),
        "log p(x)": np.full(len(means), log_evidence[name]),
    }
    for name, (wire, x) in PHOTOS.items()
}
gap = ("ELBO of the best q", "log p(x)", "gap = KL(q ‖ p(z|x))")
vh.plots.lines(panels, means, "mean of q", "nats", fill=gap, y_range=(-12, -1.5))

# %% tags=["guard"]
gaps = [(c["log p(x)"] - c["ELBO of the best q"]).min() for c in panels.values()]
assert np.allclose(gaps, [0, np.log(2)], atol=0.03), gaps
wire, x = PHOTOS["straight wire"]
mean, std = vh.toys.gaussian_posterior(x)
single = [elbo(partial(log_joint, wire, x), mean, std, np.random.default_rng(i), 1) for i in (1, 2)]
assert np.allclose(single, log_evidence["straight wire"])

# %% [markdown]
# **What to see.** The ELBO of the straight wire touches log p(x) at 1.07, the mean of the
# posterior. On the ring it has two peaks, at ±1.55, and both stay 0.69 nats short.
#
# Why 0.69? The true posterior has two equal bumps, and a normal curve can sit on one of them only.
# There it is twice as high as the posterior, so the gap 𝔼_q[log q(z)/p(z|x)] is log 2 ≈ 0.693.
# Covering both bumps with one broad curve would cost more, for most of it would lie where the
# posterior is almost zero. This divergence would rather miss a bump than claim a place that cannot
# be.
#
# So a gap has two possible causes: the encoder has not found the best Gaussian *q* yet, or no
# Gaussian fits.
#
# ### Break
#
# You have the bound and know what it lacks. The second half turns it into a loss that trains.

# %% [markdown]
# ## 4. The KL divergence of two Gaussians <!-- 16 min -->
#
# In a VAE the encoder gives a mean μ and a variance σ² for each latent dimension, and
# the prior is N(0, 1). Then the second term of the ELBO needs no random numbers. With
# q = N(μ, σ²):
#
# $$\mathbb E_q[\log q(z)] = -\tfrac12\big(\log 2\pi\sigma^2 + 1\big), \qquad
# \mathbb E_q[\log p(z)] = -\tfrac12\big(\log 2\pi + \mu^2 + \sigma^2\big)$$
#
# (the first because 𝔼[(z−μ)²] = σ², the second because 𝔼[z²] = μ² + σ²). Their difference is the KL
# divergence of one dimension. Over independent dimensions divergences add up.
#
# ### Exercise 5 · The KL term – the core formula of this chapter <!-- 8 min -->
#
# Networks give ℓ = log σ², called `z_log_var`. Write the divergence to
# N(0, I) of each image, summed over latent dimensions.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** `z_log_var` taken for log σ; the ½ forgotten, or on the first term only; the
# mean over dimensions; a sum over images (`axis=0`). The first two train without complaint: that is
# why the definition is the test.
#
# **Ask the room.** Your loss is suddenly NaN. Where do you look first? *Answer: at exp(ℓ): the
# slope of the KL has no bound above, and from ℓ ≈ 88.7 on exp(ℓ) is infinite in 32 bits.*
#
# **Draw.** ℓ to the right, the slope upwards: flat at −½ on the left, a cliff on the right. Beside
# it −1/σ for a network that gives σ.
#
# **Late?** Exercise 5 is the one exercise of this chapter that nobody may miss. Show the slope
# figure without words.


# %% exercise="kl_divergence"
def kl_divergence(z_mean, z_log_var):
    """Return KL(N(z_mean, exp(z_log_var)) ‖ N(0, I)) in nats: (n, latent_dim) each → (n,)."""
    # <solution>
    kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)
    return kl.sum(axis=1)
    # </solution>


exercises.kl_divergence.check(kl_divergence)
# exercises.kl_divergence.hint()
# exercises.kl_divergence.solution()

# %% [markdown]
# A formula should be believed only after a test that knows nothing of it. Here the test is the
# definition: draw from *q*, average log q(z) − log p(z). Beside the formula stand four slips that
# are easily made: the sign turned, the ½ forgotten, the mean over dimensions instead of the sum,
# and `z_log_var` taken for log σ.

# %%
kl_divergence = exercises.kl_divergence.yours_or(vh.metrics.kl_divergence)
mu, log_var = np.array([[1.0, -0.5]]), np.array([[-2.0, -1.0]])
std = np.exp(log_var / 2)
z = mu + std * np.random.default_rng(2).standard_normal((100_000, 2))
log_ratio = (norm.logpdf(z, mu, std) - norm.logpdf(z)).sum(axis=1)
average, error = log_ratio.mean(), log_ratio.std() / np.sqrt(len(z))
kl = kl_divergence(mu, log_var)[0]
values = {f"{exercises.kl_divergence.whose} formula": kl, "sign turned": -kl, "½ forgotten": 2 * kl}
values |= {"mean over dimensions": kl / 2, "log σ for log σ²": kl_divergence(mu, 2 * log_var)[0]}
print(f"by definition          {average:6.3f} ± {error:.3f} nats")
for name, value in values.items():
    print(f"{name:<22} {value:6.3f} nats, {abs(value - average) / error:.0f} standard errors off")

# %% tags=["guard"]
off = [abs(value - average) / error for value in values.values()]
assert off[0] < 4
assert min(off[1:]) > 100

# %% [markdown]
# **What to see.** Only the formula agrees. The turned sign betrays itself, for a divergence below
# zero does not exist; the others look like perfectly good losses, and train.
#
# ### Why the logarithm of the variance, and where it bites
#
# A last layer without activation gives any real number, and a variance must be positive. The
# logarithm takes every real number. Look at what it does to the slope of the KL divergence in the
# network's output, beside two other ways: the network gives σ itself, or a number r with
# σ = log(1 + eʳ), a function called softplus.

# %%
log_var = np.linspace(-8, 5, 200)
std = np.exp(log_var / 2)
slopes_of_kl = {
    "network gives σ": std - 1 / std,
    "network gives ℓ = log σ²": 0.5 * (np.exp(log_var) - 1),
    "network gives r, σ = softplus(r)": (std - 1 / std) * (1 - np.exp(-std)),
}
for ell in np.array([-10, 0, 10, 88, 89], "float32"):
    with np.errstate(over="ignore"):
        print(f"ℓ = {ell:3.0f}: slope {0.5 * (np.exp(ell) - 1):.5g}")
vh.plots.lines(slopes_of_kl, log_var, "log σ²", "slope of the KL in the output")

# %% tags=["guard"]
at_ten = 0.5 * (np.exp(10) - 1)
assert round(at_ten) == 11_013
assert slopes_of_kl["network gives σ"].min() < -54
assert slopes_of_kl["network gives ℓ = log σ²"].min() > -0.5
assert slopes_of_kl["network gives r, σ = softplus(r)"].min() > -1
with np.errstate(over="ignore"):
    assert np.isinf(np.exp(np.float32(88.8)))
    assert np.isfinite(np.exp(np.float32(88.7)))

# %% [markdown]
# **What to see.** On the left, where σ is nearly 0, a network that gives σ meets the slope −1/σ,
# here −55 and without limit: one overconfident image throws it far off. With ℓ the slope never
# falls below −½.
#
# On the right it is the other way round. ½(e^ℓ − 1) has no bound: 11,013 at ℓ = 10, and from
# ℓ ≈ 88.7 on e^ℓ is infinite in 32 bits. Infinity minus infinity is NaN: if the loss of your VAE
# suddenly is NaN, look here first. Two remedies: clip ℓ, say to −10 … 10 (a clipped output has
# slope 0, so it cannot come back by itself), or softplus, whose slope stays above −1 on the left
# and grows only like σ on the right.
#
# ## 5. Gradients through a random draw <!-- 30 min -->
#
# The first term of the ELBO, 𝔼_q[log p(x|z)], is an average over draws of *z* from N(μ, σ²), and
# training has to change μ and σ. So the gradient must pass through the draw. Here are three ways to
# draw a number:

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 6: `exp(z_log_var)` where σ = exp(z_log_var / 2) belongs; a plain
# number for the seed, which repeats the same noise for ever; one row of noise for all images; NumPy
# inside, so that no gradient passes.
#
# **Ask the room.** Which of the three ways to draw a number lets a gradient pass? *Answer: Keras'
# own draw and the one by hand, which are the same; NumPy's comes back as a constant. A drawn class
# has no gradient in any library.*
#
# **Draw.** Two boxes. Left: μ and σ go into a die, and the arrow backwards stops there. Right: ε
# comes from a die at the side, z = μ + σε, and the arrow backwards passes.
#
# **Late?** Leave out the score function from its heading on, with exercises 7 and 8 (12 minutes and
# more). The course does not need it again.


# %%
def by_numpy(mean, log_var):
    return np.random.default_rng(5).normal(float(mean), np.exp(float(log_var) / 2))


def by_keras(mean, log_var):
    return keras.random.normal((), mean, stddev=keras.ops.exp(log_var / 2), seed=5)


def by_hand(mean, log_var):
    noise = keras.random.normal((), seed=5)
    return mean + keras.ops.exp(log_var / 2) * noise


# %% exercise="own_draw"
# <solution>
guess = "a"
# </solution>
exercises.own_draw.predict(guess)


# %%
def slopes(draw, mean=0.5, log_var=-1.0):
    """Return z, dz/dμ and dz/d log σ² as TensorFlow's tape has them; None where no path leads."""
    import tensorflow as tf

    parameters = tf.Variable(mean), tf.Variable(log_var)
    with tf.GradientTape() as tape:
        z = keras.ops.cast(draw(*parameters), "float32")
    found = (z, *tape.gradient(z, parameters))
    return [None if value is None else round(float(value), 3) for value in found]


if keras.backend.backend() == "tensorflow":  # other backends have no tape to look at
    for draw in (by_numpy, by_keras, by_hand):
        print("{:<9} z = {}, dz/dμ = {}, dz/d log σ² = {}".format(draw.__name__, *slopes(draw)))
exercises.own_draw.compare()

# %% tags=["guard"]
if keras.backend.backend() == "tensorflow":
    assert slopes(by_numpy)[1:] == [None, None]
    assert slopes(by_keras) == slopes(by_hand)
    z, in_mean, in_log_var = slopes(by_hand)
    assert in_mean == 1
    assert np.isclose(in_log_var, (z - 0.5) / 2, atol=1e-3)  # ½ σ ε

    def a_class(mean, log_var):
        logits = keras.ops.reshape(keras.ops.stack([mean, log_var]), (1, 2))
        return keras.random.categorical(logits, 1, seed=5)[0, 0]

    assert slopes(a_class)[1:] == [None, None]

# %% [markdown]
# NumPy's number comes back as a constant: no gradient, and an encoder that learns nothing from the
# pictures. The other two are one and the same. Keras draws noise ε from N(0, 1), which knows
# nothing of μ and σ, and computes z = μ + σε. This is the **reparameterization trick**: the slope
# of *z* in μ is 1, in log σ² it is ½σε. Not every draw can be written so: a class drawn with
# `keras.random.categorical` is a whole number, no small change moves it a little, and its gradient
# is None as well.
#
# ### The trick, to take hold of
#
# Each row is one sample: its noise, the *z* that comes of it, and its two slopes.

# %%
from IPython.display import HTML

noise = np.array([-1.6, -0.8, -0.2, 0.4, 1.3])
picture = vh.widgets.render_reparameterization(1.0, -1.0, noise)
alt = (
    "Five noise values become five samples around 1. The arrows of the slope in the mean are all "
    "1; those of the slope in log σ² point away from the mean, longer for larger noise."
)
HTML(vh.plots.figure.image_html(picture, alt))

# %%
vh.widgets.ReparameterizationExplorer()

# %% [markdown]
# **What to try.** Move μ: all samples walk along, so all slopes are 1. Lower log σ²: the samples
# draw together, those with large noise most, for their slope is ½σε. The noise stays where it is.
# (Without a running kernel you see the still picture only.)
#
# ### Exercise 6 · The sampling layer <!-- 6 min -->
#
# Now the trick as a Keras layer, the heart of a VAE. `inputs` are the encoder's two outputs. Draw
# the noise with `keras.random.normal(shape, seed=self.seed_generator)` – a plain number for a seed
# would repeat the same noise at every step, and the decoder would learn it by heart – and do the
# arithmetic with `ops`, so that gradients find their way on every backend.

# %% exercise="sampling_layer"
from keras import ops


class Sampling(keras.layers.Layer):
    """Draw z ~ N(z_mean, exp(z_log_var)) with fresh noise at every call."""

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        # <solution>
        epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon
        # </solution>


exercises.sampling_layer.check(Sampling)
# exercises.sampling_layer.hint()
# exercises.sampling_layer.solution()

# %%
layer = exercises.sampling_layer.yours_or(vh.models.Sampling)
mean, log_var = (
    ops.convert_to_tensor(np.repeat(p, 9, axis=0)) for p in vae.encode(test_images[1:2])
)
rows = {}
for times in (1, 2, 4):
    z = layer(seed=6)((mean, log_var + 2 * np.log(times)))
    rows[f"σ × {times}"] = vae.decode(ops.convert_to_numpy(z))
vh.plots.image_grid(rows, title=f"Draws of {exercises.sampling_layer.whose} layer")

# %% [markdown]
# Here the layer stands between the trained encoder and decoder: draws for the 2, with the σ
# that the encoder gives, and with twice and four times as much. At its own σ a draw is a variation
# of the image. Stretch the cloud, and some draws are no 2 any more: the encoder has learned how far
# it may go. Over 2,000 test images the classifier of chapter 04 reads the original's digit in 89 %
# of the plain copies, in 87 % of the draws, and in about 65 % where σ is four times as large.

# %% [markdown]
# ### Without a slope: the score function
#
# There is another way to a gradient, and it needs no slope of *z*. To compare, take the simplest
# average of all,
#
# $$L(\mu) = \mathbb E_{z \sim \mathcal N(\mu, \sigma^2)}\big[f(z)\big], \quad f(z) = z^2, \qquad
# L = \mu^2 + \sigma^2, \qquad \frac{dL}{d\mu} = 2\mu \ \text{ – the known answer.}$$
#
# **Reparameterization** changes the *draws*: with z = μ + σε the derivative goes inside. The
# **score function** leaves the draws where they are and changes their *density*. (Reinforcement
# learning calls it REINFORCE: act at random, and make those actions likelier that paid.)
#
# $$\frac{dL}{d\mu} = \mathbb E\Big[f'(z)\,\frac{dz}{d\mu}\Big] = \mathbb E\big[f'(z)\big], \qquad
# \frac{dL}{d\mu} = \mathbb E\Big[f(z)\,\frac{d \log q(z)}{d\mu}\Big]
# = \mathbb E\Big[f(z)\,\frac{z - \mu}{\sigma^2}\Big].$$
#
# ### Exercise 7 · Both estimators <!-- 6 min -->
#
# For f(z) = z² return what one draw contributes to each average, for every noise value.


# %% exercise="gradient_samples"
def gradient_samples(mean, std, epsilon):
    """Return (score, reparameterized): estimates of dL/dμ, one for each noise value (n,)."""
    z = mean + std * epsilon
    # <solution>
    score = z**2 * (z - mean) / std**2
    reparameterized = 2 * z
    # </solution>
    return score, reparameterized


exercises.gradient_samples.check(gradient_samples)
# exercises.gradient_samples.hint()
# exercises.gradient_samples.solution()

# %% [markdown]
# Both averages are right. What differs is how much they scatter, and for that there are formulas
# too: at μ = σ = 1 the variances are μ⁴/σ² + 14μ² + 15σ² = 30 for the score function and 4σ² = 4.
# A latent space has more than one dimension, so we let f(z) = |z|² in *d* dimensions and look at
# the slope in the first mean only. The known answer stays 2.
#
# **Predict.** What do more dimensions do to the two variances?


# %%
def gradients(mean, std, dim, baseline=0.0, n=20_000, seed=4):
    """Return (score, reparameterized) estimates (n,) of the slope in the first of dim means."""
    epsilon = np.random.default_rng(seed).standard_normal((n, dim))
    z = mean + std * epsilon
    loss = (z**2).sum(axis=1) - baseline
    return loss * epsilon[:, 0] / std, 2 * z[:, 0]


dims = np.array([1, 3, 10, 30, 100])
variances = np.array([[part.var() for part in gradients(1.0, 1.0, dim)] for dim in dims])
curves = {"score function, by formula": (dims, 30 + 22 * (dims - 1) + 4 * (dims - 1) ** 2)}
curves |= {"score function": (dims, variances[:, 0]), "reparameterized": (dims, variances[:, 1])}
labels = {"x_label": "latent dimensions d", "y_label": "variance of one draw's slope"}
vh.plots.lines(curves, points=list(curves)[1:], log_x=True, log_y=True, **labels)

# %% tags=["guard"]
formula = curves["score function, by formula"][1]
assert np.allclose(variances[:, 0], formula, rtol=0.1)
assert np.allclose(variances[:, 1], 4, rtol=0.05)
assert np.allclose(formula[[2, 4]] / 4, [138, 10_353], rtol=0.01)  # what a draw is worth

# %% [markdown]
# **What to see.** At d = 10 the variances are about 550 and 4, so one reparameterized draw is worth
# about 140 others; at d = 100 it is worth about 10,000. The score function knows the *value* of *f*
# only, and in that value all dimensions are mixed: the noise of 99 others hides what the first did.
# Reparameterization asks *f* for its *slope* in each dimension, which is what backpropagation
# through the decoder gives. That is why a VAE can train with a single draw for each image. The
# score function keeps its place where no slope exists: for discrete codes, or rewards.
#
# ### Exercise 8 · Your experiment: a baseline <!-- 6 min -->
#
# Subtracting a constant *b* from *f* leaves the average of the score function as it is, for
# 𝔼[z − μ] = 0, but not its variance. Does that rescue it? Choose `dim`, `std` and `baseline` (the
# mean of *f* is `dim * (1 + std**2)`), change one at a time, and write down what you conclude.

# %% exercise="my_experiment"
dim, std, baseline = 10, 1.0, 20.0  # change these
score, reparameterized = gradients(1.0, std, dim, baseline, n=vh.by_mode(100_000, 1_000_000))
ratio = score.var() / reparameterized.var()
print(f"slopes {score.mean():.2f} and {reparameterized.mean():.2f}; known answer 2")
print(f"variances {score.var():.1f} and {reparameterized.var():.2f}, ratio {ratio:.1f}")

# <solution>
conclusion = (
    "With the mean of f as baseline, the ratio at d = 10 falls from about 140 to about 18: a great "
    "help, but each further dimension still adds noise, and reparameterization stays ahead."
)
# </solution>
experiment_log.add(
    "02: score function with a baseline",
    settings={"dim": dim, "std": std, "baseline": baseline},
    results={"variance ratio": ratio},
    conclusion=conclusion,
)

# %% [markdown]
# ## 6. What the reconstruction assumes <!-- 14 min -->
#
# The first term, log p(x|z), depends on what you believe about a pixel. The decoder gives
# x̂ for each:
#
# - **Bernoulli**, a pixel is black or white, white with probability x̂:
#   −log p = −x log x̂ − (1 − x) log(1 − x̂), the binary cross-entropy.
# - **Gaussian**, a pixel is x̂ plus noise of deviation σₓ:
#   −log p = (x − x̂)² / (2σₓ²) + ½ log 2πσₓ².
#
# Each is least at x̂ = x, and what it costs there differs. A white pixel then costs nothing. A grey
# one, x = ½, still costs log 2 = 0.69 nats as a Bernoulli: MNIST's grey edges give the loss a
# **floor** above zero, and with grey pixels the number is a fine loss, but no likelihood.
#
# With σₓ² = ½ the Gaussian is (x − x̂)² and a constant. **So a squared error is a statement about
# noise**: summed over pixels, it says that pixels between 0 and 1 are blurred by σₓ = 0.71.
#
# ### Exercise 9 · The mean squared error <!-- 4 min -->
#
# A common slip is to write `mse + kl` with the squared error *averaged* over the 784 pixels and the
# KL *summed* over dimensions. Which standard deviation σₓ of a pixel does that loss assume? (Two
# digits will do.)

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 9: 392 (that is the variance), 28 (the 2 is forgotten), 0.025
# (upside down). Exercise 10: the mean over the pixels, the KL with a minus, logits taken for
# brightness.
#
# **Ask the room.** Averaging over the pixels looks harmless. Which camera does it assume? *Answer:
# one with σₓ = 19.8 on pixels between 0 and 1. Such a photo tells nothing, so the posterior is the
# prior: collapse, without an error message.*
#
# **Late?** Exercise 9 in two minutes on the board; exercise 10 comes back as `loss_parts` in
# chapter 03, so it may be skipped.

# %% exercise="assumed_deviation"
# <solution>
deviation = np.sqrt(784 / 2)
# </solution>
exercises.assumed_deviation.check(deviation)
# exercises.assumed_deviation.hint()
# exercises.assumed_deviation.solution()

# %% [markdown]
# A camera that bad tells nothing: give our straight wire this σₓ, and the posterior of the photo is
# N(0.004, 0.997), the prior again, with a KL divergence of nearly zero. That is **posterior
# collapse**, here from a slip in the loss, without an error message. Chapter 03 meets it again.
#
# ### Exercise 10 · The whole loss <!-- 7 min -->
#
# Put it together: the negative ELBO of each image, estimated with one draw of *z*, whose decoding
# is given. The decoder gives **logits** *l*, with x̂ = 1 / (1 + e⁻ˡ). In terms of them the
# cross-entropy of a pixel is log(1 + eˡ) − x l, and `np.logaddexp(0, l)` is
# log(1 + eˡ) without overflow. Sum over pixels, sum over dimensions.

# %% tags=["guard"]
x_hat = np.linspace(0.01, 0.99, 99)
assert np.allclose(-norm.logpdf(1, x_hat, np.sqrt(0.5)) - (1 - x_hat) ** 2, 0.5 * np.log(np.pi))
assert np.isclose((-0.5 * np.log(x_hat) - 0.5 * np.log(1 - x_hat)).min(), np.log(2))
far_mean, far_std = vh.toys.gaussian_posterior(PHOTOS["straight wire"][1], np.sqrt(784 / 2))
assert (round(far_mean, 3), round(far_std**2, 3)) == (0.004, 0.997)
assert vh.metrics.kl_divergence([[far_mean]], [[2 * np.log(far_std)]])[0] < 1e-4


# %% exercise="negative_elbo"
def negative_elbo(images, logits, z_mean, z_log_var):
    """Return the loss of each image (n,) in nats; images and logits are (n, h, w, 1)."""
    # <solution>
    cross_entropy = np.logaddexp(0, logits) - images * logits
    reconstruction = cross_entropy.sum(axis=(1, 2, 3))
    kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
    return reconstruction + kl
    # </solution>


exercises.negative_elbo.check(negative_elbo)
# exercises.negative_elbo.hint()
# exercises.negative_elbo.solution()

# %% [markdown]
# ## 7. Back to the digits <!-- 4 min -->
#
# We left two digits whose ten blind estimates never agreed. This time *z* is drawn where the
# encoder says, from q(z|x), and each draw is weighted by p(z)/q(z|x), so that the average still is
# p(x). This is **importance sampling**; chapter 06 makes an exercise of it.

# %% [markdown] tags=["teacher"]
# **Ask the room.** Why do ten draws from the encoder beat ten thousand from the prior? *Answer:
# about e^KL blind draws are needed, tens of millions for the 7. The KL is the price of finding this
# digit among all codes.*
#
# **Late?** One sentence and the figure.

# %%
importance = vh.metrics.importance_weighted_log_likelihood
weighted = np.array([importance(vae, digits[:2], k=10, seed=seed) for seed in range(10)])
bound = vh.metrics.estimate_elbo(vae, digits[:2], samples=200)
kl = kl_divergence(*vae.encode(digits))
spans = np.ptp(weighted, axis=0)
print(f"KL of the 7: {kl[0]:.1f} nats, of the 2: {kl[1]:.1f} nats")
print(f"span of ten estimates from ten draws: {spans[0]:.1f} and {spans[1]:.1f} nats")
panels = {}
for i, name in enumerate(names):
    from_encoder = np.full(10, 10), weighted[:, i]
    panels[name] = {"from the prior": from_prior[name], "from the encoder": from_encoder}
    panels[name]["ELBO"] = sizes, np.full(4, bound[i])
points = ["from the prior", "from the encoder"]
vh.plots.lines(panels, None, "draws", "estimate of log p(x), nats", points=points, log_x=True)

# %% tags=["guard"]
z_mean, z_log_var = vae.encode(digits)
logits = vae.decode_logits(vh.latent.sample_posterior(z_mean, z_log_var, seed=0))
loss = negative_elbo(digits, logits, z_mean, z_log_var)
elbos = vh.metrics.estimate_elbo(vae, digits, samples=20)
tighter = vh.metrics.importance_weighted_log_likelihood(vae, digits, k=100)
per_pixel = -(elbos + kl).mean() / 784
assert abs(loss.mean() + elbos.mean()) < 1
assert blind[-1, :, 1].max() < bound[1] - 15
assert (blind[-1] < bound).mean() > 0.8
assert spans.max() < 8
assert 1 < (tighter - elbos).mean() < 8
assert 0.07 < per_pixel < 0.14
assert 14 < kl.mean() < 24

# %% tags=["guard"]
rows = [("ELBO, nats", elbos.mean(), None, "100 digits, 20 samples each")]
rows += [("a tighter bound, nats", tighter.mean(), None, "the same, 100 importance samples")]
rows += [("cross-entropy of a pixel, nats", per_pixel, None, "the same, averaged")]
vh.measured([*rows, ("KL, nats", kl.mean(), None, "the same")])

# %% [markdown]
# **What to see.** Ten draws from the right place tell more than ten thousand blind ones: their
# estimates differ by a few nats, not by tens, and lie at the ELBO or a little above. The blind ones
# mostly fall short of it, though it is a *lower* bound; only the luckiest come near.
#
# The KL divergence says why. It is the price, in nats, of finding this digit among all codes: as a
# rule of thumb about e^KL blind draws are needed, tens of millions for the 7, billions for the 2.
#
# And the slip of exercise 9 in numbers: averaged instead of summed, the cross-entropy of these
# digits is a tenth of a nat a pixel, beside a KL divergence of nearly 20 nats. The cheapest thing a
# model can do is to ignore the picture.

# %% [markdown]
# ## Recap <!-- 1 min -->
#
# - A latent-variable model tells how data arise: *z* from the prior, *x* given *z*. Looking back,
#   p(z|x) needs p(x), an integral that no grid and no blind draws can do.
# - log p(x) = ELBO + KL(q ‖ p(z|x)): a bound for every *q*, exact for the posterior.
# - ELBO = reconstruction − KL to the prior; the KL of Gaussians is
#   ½ Σ (μ² + σ² − 1 − log σ²).
# - The network gives log σ²: any real number will do. The slope of the KL never falls below −½, but
#   above it has no limit.
# - z = μ + σε lets gradients through, written out or inside the library's draw, with far less
#   scatter than the score function.
# - BCE assumes black and white pixels, a summed squared error Gaussian noise with variance ½. Sum
#   over pixels, sum over dimensions, mean over images.
#
# ## Test yourself <!-- 4 min -->

# %% exercise="self_test"
# <solution>
answers = {1: "b", 2: "c", 3: "a", 4: "b", 5: "c"}
# <stub>
# answers = {1: ..., 2: ..., 3: ..., 4: ..., 5: ...}
# </solution>
exercises.self_test.check(answers)

# %%
progress("02")

# %% [markdown]
# ## Where this comes from <!-- 1 min -->
#
# - D. P. Kingma and M. Welling, [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114)
#   (2014): the ELBO with reparameterization; the KL formula is in its appendix B.
# - D. J. Rezende, S. Mohamed and D. Wierstra,
#   [Stochastic Backpropagation](https://arxiv.org/abs/1401.4082) (2014): the same idea, found
#   independently in the same months.
# - R. J. Williams,
#   [Simple statistical gradient-following algorithms](https://doi.org/10.1007/BF00992696) (1992):
#   the score function, and baselines.
# - Y. Burda, R. Grosse and R. Salakhutdinov,
#   [Importance Weighted Autoencoders](https://arxiv.org/abs/1509.00519) (2016): weighted draws as
#   a tighter bound.
# - S. Chatterjee and P. Diaconis,
#   [The sample size required in importance sampling](https://arxiv.org/abs/1511.01437) (2018): the
#   rule of thumb.
#
# **Next:** [03 · Training](03_training.ipynb) – you put these pieces into a `VAE` class and watch
# both terms fall.
