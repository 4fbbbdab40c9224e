# %% [markdown]
# # 02 · VAE theory and reparameterization
#
# **From one question – which hidden cause made this picture? – to the loss of a variational
# autoencoder, every line of it derived, tested and written by you.**
#
# | | |
# | --- | --- |
# | Time | about 90 minutes with all exercises; the code alone runs in about ten seconds |
# | Before | [01 · Autoencoder](01_autoencoder.ipynb); derivatives; the normal distribution |
# | After it you can | say what a latent-variable model is and why its posterior is out of reach |
# | | derive the evidence lower bound (ELBO), and name its two terms and its gap |
# | | write the KL divergence of two Gaussians and test it with random numbers |
# | | explain why gradients pass through z = μ + σε, and what that saves |
# | | say what a mean squared error assumes about your pixels |

# %%
import numpy as np
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, norm

import vae_helpers as vh
from vae_helpers.checks import chapter02 as exercises
from vae_helpers.checks import experiment_log, progress

# %% [markdown]
# ## 1. A bead on a wire
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
# In a VAE the wire is the decoder, *z* the code of an image, *x* the image with its 784 pixels.
# Here *x* has two numbers and *z* one, so that we can look at everything. One wire is straight,
# the other is bent to a ring whose ends overlap.
#
# ### Exercise 1 · Take photos
#
# Write the two steps of the story as code: `n` places *z* from the prior, then one blurred photo
# of each. `rng.standard_normal(shape)` draws from N(0, 1), and `noise` is the standard deviation
# σₓ of the blur in each coordinate. All randomness comes from `rng`, so that a seed repeats it.


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

# %% [markdown]
# **Before you run this:** on which side of the ring will there be most photos, left or right?

# %%
rng = np.random.default_rng(0)
places, blur = rng.standard_normal(600), NOISE * rng.standard_normal((600, 2))
z = np.linspace(-2.4, 2.4, 200)
panels = {
    name: {"wire": tuple(wire(z).T), "photos": tuple((wire(places) + blur).T)}
    for name, wire in (("straight wire", straight), ("ring", ring))
}
alt = (
    "600 photos scattered around a straight wire and around a ring of radius 2. They are densest "
    "in the middle of the straight wire and at the right of the ring."
)
vh.plots.lines(panels, x_label="x₁", y_label="x₂", points=["photos"], equal=True, alt=alt)

# %% [markdown]
# **What to see.** Photos crowd where the prior is dense: z = 0 is the middle of the straight
# wire and the right end of the ring. On the far left of the ring the two ends of the wire meet:
# z ≈ −1.6 and z ≈ +1.6 give the same photo. Keep that in mind.
#
# ## 2. Looking back: the posterior, and why it is out of reach
#
# Now the question of every autoencoder: given a photo, where was the bead? Bayes' rule answers,
#
# $$p(z \mid x) = \frac{p(x \mid z)\,p(z)}{p(x)}, \qquad p(x) = \int p(x \mid z)\,p(z)\,dz .$$
#
# The top is easy: two normal densities. We will need its logarithm again and again:


# %%
def log_joint(wire, x, z):
    """Return log p(x, z) = log p(z) + log p(x|z) of one photo x at places z (n,), in nats."""
    return norm.logpdf(z) + norm.logpdf(x, wire(z), NOISE).sum(axis=1)


grid = np.linspace(-6, 6, 2401)
step = grid[1] - grid[0]


def log_evidence(wire, x):
    """Return log p(x): the integral as a sum over a fine grid of z."""
    return logsumexp(log_joint(wire, x, grid)) + np.log(step)


# %% [markdown]
# **Before you run this:** a photo at (−2, 0), the far left of the ring. Where was the bead? And
# a photo at (1.5, 0.2) of the straight wire?

# %%
PHOTOS = {"straight wire": (straight, np.array([1.5, 0.2])), "ring": (ring, np.array([-2.0, 0.0]))}
z = np.linspace(-3.5, 3.5, 401)
panels = {
    name: {
        "prior p(z)": norm.pdf(z),
        "posterior p(z|x)": np.exp(log_joint(wire, x, z) - log_evidence(wire, x)),
    }
    for name, (wire, x) in PHOTOS.items()
}
alt = (
    "The prior, a broad bell around 0, with the posteriors: one narrow bell at 1.07 for the "
    "straight wire, two equal, narrower ones at -1.55 and 1.55 for the ring."
)
vh.plots.lines(panels, z, x_label="place z", y_label="density", alt=alt)

# %% [markdown]
# **What to see.** The photo of the straight wire leaves one answer, a narrow normal curve. The
# photo of the ring leaves two, equally good. The posterior says both, honestly.
#
# That worked because *z* is one number: 2,401 grid points, done. With 10 latent numbers and only
# 100 points for each, the sum has 100¹⁰ = 10²⁰ terms; at a million decoder calls a second
# that is three million years. There is no formula either once the wire is a neural network.
#
# A grid is silly, you may say: draw *z* from the prior and average p(x|z). That is right in
# the limit. Let us see how far off the limit is, with a trained VAE and the first test digit,
# made black and white so that its likelihood is one.
#
# **Before you run this:** guess whether 10,000 draws are enough for 10 latent dimensions.

# %%
vae = vh.zoo.load("mnist-vae")
test_images = vh.load_data("mnist").test.images
digits = vh.metrics.binarize(test_images[:100], "threshold")
decoded = vae.decode(vh.latent.sample_prior(10_000, 10, seed=0))
copies = np.repeat(digits[:1], 10_000, axis=0)
log_p = -vh.metrics.reconstruction_error(copies, decoded, kind="bce", per_image=True)
blind = {n: logsumexp(log_p[:n]) - np.log(n) for n in (10, 100, 1_000, 10_000)}
for n, estimate in blind.items():
    print(f"{n:>6,} draws from the prior: log p(x) ≈ {estimate:7.1f} nats")
best_three = np.sort(np.exp(log_p - logsumexp(log_p)))[-3:]
print(f"share of the three best draws in the last sum: {best_three.sum():.0%}")
print(f"(a grid of 100 points a dimension: {100**10 / 1e6 / 3.15e7 / 1e6:.1f} million years)")
assert 10 < blind[10_000] - blind[1_000] < 30
assert best_three.sum() > 0.8

# %% [markdown]
# **What to see.** From 1,000 to 10,000 draws the estimate still leaps up by about 20 nats, and
# nearly all of the last sum comes from three lucky draws. A random *z* is almost never a 7 like
# this 7.
#
# So we should not draw blindly, but where the picture says the code may be. Who tells us? An
# **encoder**: a guess q(z) made from *x*. This guess turns the impossible integral into an
# easy bound.
#
# ## 3. The evidence lower bound
#
# Let q(z) be any density that we can draw from. Start with what we want and change nothing:
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
# ### Exercise 2 · Give the reasons
#
# Which reason allows which line? One of the six is false and fits nowhere.
#
# - **a** The product rule: p(x, z) = p(z|x) p(x).
# - **b** The gap is a Kullback–Leibler divergence, and those are never negative.
# - **c** It does not depend on *z*, so averaging over *z* leaves it as it is.
# - **d** Multiply and divide by q(z); the logarithm of a product is a sum.
# - **e** The product rule the other way, p(x, z) = p(x|z) p(z); then pair *q* with p(z).
# - **f** The logarithm of an average is the average of the logarithms.

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
# ### Exercise 3 · Estimate the ELBO
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
# ### Where everything is exact
#
# For the straight wire, x = w z + noise with w = (1, ½), all is Gaussian and has
# a formula – one of very few models for which that is so:
#
# $$p(x) = \mathcal N\big(0,\ w w^\top + \sigma_x^2 I\big), \qquad
# p(z \mid x) = \mathcal N(m, v), \quad
# v = \frac{1}{1 + w^\top w / \sigma_x^2}, \quad m = v\,\frac{w^\top x}{\sigma_x^2}.$$
#
# **Before you run this:** what will the ELBO be if *q* is exactly the posterior?

# %%
w, (_, x) = np.array([1.0, 0.5]), PHOTOS["straight wire"]
posterior_var = 1 / (1 + w @ w / NOISE**2)
posterior_mean = posterior_var * (w @ x) / NOISE**2
log_p_x = multivariate_normal.logpdf(x, np.zeros(2), np.outer(w, w) + NOISE**2 * np.eye(2))
z = np.random.default_rng(1).normal(posterior_mean, np.sqrt(posterior_var), 5)
terms = log_joint(straight, x, z) - norm.logpdf(z, posterior_mean, np.sqrt(posterior_var))
print(f"posterior: mean {posterior_mean:.3f}, variance {posterior_var:.3f}")
print(f"log p(x): formula {log_p_x:.4f}, grid {log_evidence(straight, x):.4f} nats")
print("log p(x, z) − log q(z) of five draws:", terms.round(4))
assert np.allclose(terms, log_p_x)
assert np.isclose(log_evidence(straight, x), log_p_x)

# %% [markdown]
# **What to see.** Every single draw gives log p(x): with *q* the posterior the ratio in line 3
# is the constant p(x), the gap is zero, and nothing is random any more. Both ways of computing
# log p(x) agree.
#
# Now let q = N(m, s²) be wrong. For each mean we take the best *s*, by trying many.
#
# **Before you run this:** sketch the ELBO over the mean of *q*, for the straight wire and for the
# ring with its two possible places. Where does it touch log p(x)?

# %%
nodes, node_weights = np.polynomial.hermite_e.hermegauss(40)
node_weights = node_weights / node_weights.sum()  # an average over N(0, 1), without randomness
stds = np.geomspace(0.05, 2, 60)


def best_elbo(wire, x, mean):
    """Return the largest ELBO of q = N(mean, s²) over the standard deviations s, in nats."""
    z = mean + stds[:, None] * nodes
    log_ratio = log_joint(wire, x, z.ravel()).reshape(z.shape) - norm.logpdf(z, mean, stds[:, None])
    return (log_ratio @ node_weights).max()


# %%
means = np.linspace(-2.5, 2.5, 101)
panels = {
    name: {
        "ELBO of the best q": np.array([best_elbo(wire, x, mean) for mean in means]),
        "log p(x)": np.full(len(means), log_evidence(wire, x)),
    }
    for name, (wire, x) in PHOTOS.items()
}
gaps = {k: (c["log p(x)"] - c["ELBO of the best q"]).min() for k, c in panels.items()}
print("smallest gap:", {name: f"{gap:.3f} nats" for name, gap in gaps.items()})
assert np.allclose(list(gaps.values()), [0, np.log(2)], atol=0.02)
gap = ("ELBO of the best q", "log p(x)", "gap = KL(q ‖ p(z|x))")
alt = "Straight: the ELBO touches log p(x) at 1.07. Ring: two peaks at ±1.55, 0.69 nats below it."
labels = {"x_label": "mean of q", "y_label": "nats", "alt": alt}
vh.plots.lines(panels, means, fill=gap, y_range=(-12, -1.5), **labels)

# %% [markdown]
# **What did you observe?** The ELBO of the straight wire touches log p(x). On the ring it stays
# away by 0.69 nats, whatever *q* does. Why just 0.69?
#
# <details><summary>Answer</summary>
#
# The true posterior has two equal bumps, and a normal curve can sit on one of them only. There it
# is twice as high as the posterior, so the gap E[log q(z)/p(z|x)] is
# log 2 ≈ 0.693. Covering both bumps with one broad curve would cost more: most of it
# would lie where the posterior is almost zero. That is how this divergence chooses – it would
# rather miss a bump than claim a place that cannot be.
#
# So a gap has two possible causes: the encoder has not found the best *q* yet, or no *q* of its
# family fits.
#
# </details>

# %% [markdown]
# ## 4. The KL divergence of two Gaussians
#
# In a VAE the encoder gives a mean μ and a variance σ² for each latent dimension, and
# the prior is N(0, 1). Then the second term of the ELBO needs no random numbers. With
# q = N(μ, σ²):
#
# $$\mathbb E_q[\log q(z)] = -\tfrac12\big(\log 2\pi\sigma^2 + 1\big), \qquad
# \mathbb E_q[\log p(z)] = -\tfrac12\big(\log 2\pi + \mu^2 + \sigma^2\big)$$
#
# (the first because E[(z−μ)²] = σ², the second because
# E[z²] = μ² + σ²). Their difference is the KL divergence of one dimension. Over
# independent dimensions divergences add up.
#
# ### Exercise 4 · The KL term – the core formula of this chapter
#
# Networks give ℓ = log σ², called `z_log_var`. Write the divergence to
# N(0, I) of each image, summed over latent dimensions.


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
# definition: draw from *q*, average log q(z) − log p(z). At the same time we try four versions
# that stand in published code: the sign turned, the ½ forgotten, the mean over dimensions instead
# of the sum, and `z_log_var` taken for log σ (the text says "log of the standard deviation",
# the code has the variance).
#
# **Before you run this:** which of the wrong ones could you notice without the test?

# %%
mu, log_var = np.array([[1.0, -0.5]]), np.array([[-2.0, -1.0]])
std = np.exp(log_var / 2)
z = mu + std * np.random.default_rng(2).standard_normal((100_000, 2))
log_ratio = (norm.logpdf(z, mu, std) - norm.logpdf(z)).sum(axis=1)
mc, error = log_ratio.mean(), log_ratio.std() / np.sqrt(len(z))
right = vh.metrics.kl_divergence(mu, log_var)[0]
wrong = {"sign turned": -right, "½ forgotten": 2 * right, "mean over dimensions": right / 2}
wrong["log σ for log σ²"] = vh.metrics.kl_divergence(mu, 2 * log_var)[0]
print(f"by definition {mc:.3f} ± {error:.3f} nats, by the formula {right:.3f} nats")
for name, value in wrong.items():
    print(f"{name:<22}{value:6.3f} nats, {abs(value - mc) / error:.0f} standard errors off")
    assert abs(value - mc) > 100 * error
assert abs(right - mc) < 4 * error

# %% [markdown]
# **What to see.** Only the formula agrees. The turned sign betrays itself – a divergence below
# zero does not exist – but the others look like perfectly good losses, and train.
#
# ### Why the logarithm of the variance?
#
# A last layer without activation gives any real number, and a variance must be positive. The
# logarithm takes every real number – and it is kind to gradients.
#
# **Before you run this:** as σ → 0, what does the slope of the KL divergence do if the
# network gives σ, and if it gives log σ²?

# %%
std = np.geomspace(0.02, 3, 200)
slopes = {"network gives σ": std - 1 / std, "network gives log σ²": 0.5 * (std**2 - 1)}
print("slope at σ = 0.02:", {name: f"{slope[0]:.1f}" for name, slope in slopes.items()})
raw = np.random.default_rng(3).standard_normal(1_000)  # what an untrained last layer may give
with np.errstate(invalid="ignore"):
    share = np.isnan(np.log(raw)).mean()
print(f"taken for variances, {share:.0%} of raw outputs make log σ² NaN")
assert 0.45 < share < 0.55
assert slopes["network gives σ"][0] < -49
assert slopes["network gives log σ²"][0] > -0.51
vh.plots.lines(slopes, std, x_label="standard deviation σ", y_label="slope of the KL", log_x=True)

# %% [markdown]
# **What to see.** With σ itself the slope is −50 at σ = 0.02 and has no limit: one
# confident image throws the network far off. With log σ² it never goes below −½. And half
# of the raw outputs would have been no variance at all.
#
# ## 5. Gradients through a random draw
#
# The first term of the ELBO, E[log p(x|z)], is an average over draws – from a
# distribution whose μ and σ we want to change. How does one take the derivative of
# "draw a number"? There are two ways. To compare them we take the simplest average of all,
#
# $$L(\mu) = \mathbb E_{z \sim \mathcal N(\mu, \sigma^2)}\big[f(z)\big], \quad f(z) = z^2, \qquad
# L = \mu^2 + \sigma^2, \qquad \frac{dL}{d\mu} = 2\mu \ \text{ – the known answer.}$$
#
# **Score function** (REINFORCE): change the *density*, and leave the draws where they are,
#
# $$\frac{dL}{d\mu} = \mathbb E\Big[f(z)\,\frac{d \log q(z)}{d\mu}\Big]
# = \mathbb E\Big[f(z)\,\frac{z - \mu}{\sigma^2}\Big].$$
#
# **Reparameterization**: change the *draws*. Write z = μ + σε with
# ε ~ N(0, 1), which knows nothing of μ; now the derivative goes inside,
#
# $$\frac{dL}{d\mu} = \mathbb E\Big[f'(z)\,\frac{dz}{d\mu}\Big] = \mathbb E\big[f'(z)\big].$$
#
# ### Exercise 5 · Both estimators
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
# too: at μ = σ = 1 the variances are μ⁴/σ² + 14μ² + 15σ² = 30 and
# 4σ² = 4. A latent space has more than one dimension, so we let f(z) = |z|² in *d*
# dimensions and look at the slope with respect to the first mean only.
#
# **Before you run this:** the known answer stays 2. What do more dimensions do to the variances?


# %%
def gradients(mean, std, dim, baseline=0.0, n=20_000, seed=4):
    """Return (score, reparameterized) estimates (n,) of the slope in the first of dim means."""
    epsilon = np.random.default_rng(seed).standard_normal((n, dim))
    z = mean + std * epsilon
    loss = (z**2).sum(axis=1) - baseline
    return loss * epsilon[:, 0] / std, 2 * z[:, 0]


dims = np.array([1, 3, 10, 30, 100])
samples = [gradients(1.0, 1.0, dim) for dim in dims]
score, reparameterized = (np.array([s[i].var() for s in samples]) for i in (0, 1))
others = dims - 1  # each adds a square with mean 2 and variance 6
theory = 30 + 2 * 4 * (2 * others) + (2 * others) ** 2 + 6 * others

# %%
print("score function, mean slopes: ", [f"{s.mean():.2f}" for s, _ in samples])
print("reparameterized, mean slopes:", [f"{r.mean():.2f}" for _, r in samples])
assert np.allclose(score, theory, rtol=0.1)
assert np.allclose(reparameterized, 4, rtol=0.05)
assert np.allclose(theory[[2, 4]] / 4, [138, 10_353], rtol=0.01)  # what a draw is worth
curves = {
    "score function, formula": (dims, theory),
    "reparameterized, formula": (dims, np.full(5, 4.0)),
    "score function, measured": (dims, score),
    "reparameterized, measured": (dims, reparameterized),
}
labels = {"x_label": "latent dimensions d", "y_label": "variance of one draw's slope"}
vh.plots.lines(curves, points=list(curves)[2:], log_x=True, log_y=True, **labels)

# %% [markdown]
# **What did you observe?** By how many draws does the score function pay for one reparameterized
# draw, at d = 10? And why does only one of the two get worse?
#
# <details><summary>Answer</summary>
#
# The variance is about 550 against 4, so one reparameterized draw is worth about 140 others; at
# d = 100 it is worth about 10,000. The score function knows the *value* of *f* only, and in that
# value all dimensions are mixed: the noise of 99 others hides what the first did.
# Reparameterization asks *f* for its *slope* in each dimension – that is what backpropagation
# through the decoder gives. This is why a VAE trains with a single draw for each image.
#
# </details>
#
# The score function keeps its place where no slope exists: for discrete codes, or rewards.
#
# ### Exercise 6 · Your experiment: a baseline
#
# Subtracting a constant *b* from *f* leaves the average of the score function as it is, for
# E[z − μ] = 0 – but not its variance. Does that rescue it? Choose `dim`, `std` and
# `baseline` (the mean of *f* is `dim * (1 + std**2)`), change one at a time, and write down what
# you conclude.

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
# ### The trick, to take hold of
#
# Noise above, samples below, each joined to its noise, and under each sample its two slopes.
#
# **Before you run this:** which arrows are all alike, and which depend on the noise?

# %%
from IPython.display import HTML

noise = np.array([-1.6, -0.8, -0.2, 0.4, 1.3])
picture = vh.widgets.render_reparameterization(1.0, -1.0, noise)
alt = (
    "Five noise values on a line, joined to five samples below, closer together and around 1. "
    "Arrows of slope 1 for the mean; for the log-variance they point away from the mean."
)
HTML(vh.plots.figure.image_html(picture, alt))

# %%
vh.widgets.ReparameterizationExplorer()

# %% [markdown]
# **What to try.** Move μ: all samples walk along, so all slopes are 1. Lower log σ²:
# the samples draw together, those with large noise most, for their slope is
# ½σε. The noise above stays where it is – that is the whole trick.
# (Without a running kernel you see the still picture only.)
#
# ### Exercise 7 · The sampling layer
#
# Now the trick as a Keras layer, the heart of a VAE. `inputs` are the encoder's two outputs. Draw
# the noise with `keras.random.normal(shape, seed=self.seed_generator)` – a plain number for a seed
# would repeat the same noise at every step, and the decoder would learn it by heart – and do the
# arithmetic with `keras.ops`, so that gradients find their way on every backend.

# %% exercise="sampling_layer"
import keras
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

# %% [markdown]
# And what breaks if one draws *z* outright? We record both ways on TensorFlow's gradient tape.
#
# **Before you run this:** what is dz/dμ, and what is dz/d log σ², for
# z = μ + exp(½ log σ²) ε?

# %%
import tensorflow as tf

z_mean, z_log_var = tf.Variable([0.5]), tf.Variable([-1.0])
with tf.GradientTape(persistent=True) as tape:
    std = tf.exp(0.5 * z_log_var)
    drawn = tf.constant(np.random.default_rng(5).normal(z_mean, std))
    epsilon = tf.random.stateless_normal([1], seed=(5, 5))
    z = z_mean + std * epsilon
slopes = [float(slope[0]) for slope in tape.gradient(z, [z_mean, z_log_var])]
print("drawn outright:   dz/dμ =", tape.gradient(drawn, z_mean))
print(f"reparameterized:  dz/dμ = {slopes[0]:.0f}, dz/d log σ² = {slopes[1]:.3f}")
assert tape.gradient(drawn, z_mean) is None
assert np.allclose(slopes, [1.0, 0.5 * float(std[0] * epsilon[0])])  # 1 and ½ σ ε

# %% [markdown]
# **What to see.** Drawn outright there is no gradient at all: the encoder would never learn.
# Reparameterized, μ gets slope 1 and log σ² gets ½σε.
#
# ## 6. What the reconstruction assumes
#
# The first term, log p(x|z), depends on what you believe about a pixel. The decoder gives
# x̂ for each:
#
# - **Bernoulli**, a pixel is black or white, white with probability x̂:
#   −log p = −x log x̂ − (1 − x) log(1 − x̂), the binary cross-entropy.
# - **Gaussian**, a pixel is x̂ plus noise of deviation σₓ:
#   −log p = (x − x̂)² / (2σₓ²) + ½ log 2πσₓ².
#
# **Before you run this:** think of a grey pixel, x = 0.5. Which x̂ costs least in either model,
# and does it cost nothing?

# %%
x_hat = np.linspace(0.01, 0.99, 99)
bernoulli = {f"pixel x = {x}": -x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat) for x in (1.0, 0.5)}
squared_error = {f"pixel x = {x}": (x - x_hat) ** 2 for x in (1.0, 0.5)}
constant = -norm.logpdf(1.0, x_hat, np.sqrt(0.5)) - squared_error["pixel x = 1.0"]
print(f"Gaussian loss minus squared error: {constant.min():.4f} to {constant.max():.4f} nats")
assert np.allclose(constant, 0.5 * np.log(np.pi))
assert np.isclose(bernoulli["pixel x = 0.5"].min(), np.log(2))
panels = {"Bernoulli": bernoulli, "Gaussian, σₓ² = ½": squared_error}
vh.plots.lines(panels, x_hat, x_label="decoded x̂", y_label="loss of a pixel, nats")

# %% [markdown]
# **What to see.** All minima are at x̂ = x. But a grey pixel costs at least
# log 2 = 0.69 nats as a Bernoulli: MNIST's grey edges give the loss a **floor** above zero, and
# with grey pixels the number is a fine loss, but no likelihood. A confident wrong pixel costs a
# Bernoulli model without limit, a Gaussian one at most 1.
#
# The right panel is the plain squared error: with σₓ² = ½ the Gaussian is
# (x − x̂)² and a constant. **So a squared error is a statement about noise**: summed over
# pixels, it says that pixels between 0 and 1 are blurred by σₓ = 0.71.
#
# ### Exercise 8 · The mean squared error
#
# Much code writes `mse + kl` with the squared error *averaged* over the 784 pixels and the KL
# *summed* over dimensions. Which standard deviation σₓ of a pixel does that loss assume? (Two
# digits will do.)

# %% exercise="assumed_deviation"
# <solution>
deviation = np.sqrt(784 / 2)
# </solution>
exercises.assumed_deviation.check(deviation)
# exercises.assumed_deviation.hint()
# exercises.assumed_deviation.solution()

# %% [markdown]
# **Before you run this:** what is left of the posterior of our straight wire, if the camera is
# believed to be that bad?

# %%
for assumed in (NOISE, np.sqrt(784 / 2)):
    variance = 1 / (1 + w @ w / assumed**2)
    mean = variance * (w @ PHOTOS["straight wire"][1]) / assumed**2
    kl = vh.metrics.kl_divergence([[mean]], [[np.log(variance)]])[0]
    print(f"σₓ = {assumed:4.1f}: posterior N({mean:.3f}, {variance:.3f}), KL {kl:.4f} nats")
assert kl < 1e-4

# %% [markdown]
# **What to see.** Who believes that photos are all noise learns nothing from a photo: the posterior
# is the prior, its KL divergence nearly zero. That is *posterior collapse*, here from a slip in the
# loss – without an error message. You will meet it again in chapter 03.
#
# ### Exercise 9 · The whole loss
#
# Put it together: the negative ELBO of each image, estimated with one draw of *z*, whose decoding
# is given. The decoder gives **logits** *l*, with x̂ = 1 / (1 + e⁻ˡ). In terms of them the
# cross-entropy of a pixel is log(1 + eˡ) − x l, and `np.logaddexp(0, l)` is
# log(1 + eˡ) without overflow. Sum over pixels, sum over dimensions.


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
# ## 7. Back to the digits
#
# We left the first test digit with a sum over the prior that never settled. Now we let the trained
# encoder say where to look.
#
# **Before you run this:** 10,000 blind draws gave an estimate of log p(x). Will the ELBO, a
# *lower* bound, be below it?

# %%
z_mean, z_log_var = vae.encode(digits)
kl = vh.metrics.kl_divergence(z_mean, z_log_var)
bound = vh.metrics.estimate_elbo(vae, digits, samples=50)
tighter = vh.metrics.importance_weighted_log_likelihood(vae, digits, k=500)
print(f"first digit: 10,000 prior draws {blind[10_000]:.1f}, ELBO {bound[0]:.1f} nats")
print(f"its KL is {kl[0]:.1f} nats: one prior draw in e^{kl[0]:.0f} ≈ {np.exp(kl[0]):.0e} fits")
per_pixel = -(bound + kl).mean() / 784
assert blind[10_000] < bound[0]
assert 1 < (tighter - bound).mean() < 8
assert 0.07 < per_pixel < 0.14
assert 14 < kl.mean() < 24
rows = [("ELBO, nats", bound.mean(), None, "100 digits, 50 samples each")]
rows += [("a tighter bound, nats", tighter.mean(), None, "the same, 500 importance samples")]
rows += [("cross-entropy of a pixel, nats", per_pixel, None, "the same, averaged")]
vh.measured([*rows, ("KL, nats", kl.mean(), 18.24, "the same; published: 10,000 others")])

# %% [markdown]
# **What to see.** Fifty draws at the right place beat ten thousand blind ones: the estimate from
# the prior had not even reached the lower bound. The KL divergence says why: it is the price, in
# nats, of finding this digit among all codes. The tighter bound shows that the ELBO leaves a gap of
# a few nats; chapter 06 measures it.
#
# The silent slip of exercise 8, in numbers: averaged instead of summed, the cross-entropy of these
# digits is a tenth of a nat a pixel beside a KL divergence of nearly 20 nats. The cheapest thing a
# model can do is to ignore the picture.
#
# Last, the posterior as pictures: draws from q(z|x), decoded.
#
# **Before you run this:** will the rows be copies, variations, or different digits?

# %%
images = test_images[:3]
z_mean, z_log_var = vae.encode(images)
rows = {}
for digit, name in enumerate(("seven", "two", "one")):
    repeated = [np.repeat(part[digit : digit + 1], 8, axis=0) for part in (z_mean, z_log_var)]
    draws = vae.decode(vh.latent.sample_posterior(*repeated, seed=6))
    rows[name] = np.concatenate([images[digit : digit + 1], draws])
vh.plots.image_grid(rows, ["original"] + [f"draw {i}" for i in range(1, 9)])

# %% [markdown]
# **What to see.** Variations, so small that one has to look twice: a little other slant, a thinner
# stroke, the same digit. The encoder says "about here", not "exactly here", and the decoder has
# learned that all of that place means this digit. In [chapter 01](01_autoencoder.ipynb) nobody had
# told it what lies beside a code; the noise does.
#
# ## Recap
#
# - A latent-variable model tells how data arise: *z* from the prior, *x* given *z*. Looking back,
#   p(z|x) needs p(x), an integral that no grid and no blind draws can do.
# - log p(x) = ELBO + KL(q ‖ p(z|x)): a bound for every *q*, exact
#   for the posterior.
# - ELBO = reconstruction − KL to the prior; the KL of Gaussians is
#   ½ Σ (μ² + σ² − 1 − log σ²).
# - The network gives log σ²: any real number will do, and gradients stay small.
# - z = μ + σε lets gradients through, with far less scatter than the score
#   function.
# - BCE assumes black and white pixels, a summed squared error Gaussian noise with variance ½. Sum
#   over pixels, sum over dimensions, mean over images.
#
# ## Test yourself

# %%
exercises.self_test

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
# ## Where this comes from
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
#   [Importance Weighted Autoencoders](https://arxiv.org/abs/1509.00519) (2016): the tighter bound.
#
# **Next:** [03 · Training](03_training.ipynb) – you put these pieces into a `VAE` class and watch
# both terms fall.
