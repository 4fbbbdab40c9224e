# %% [markdown]
# # 04 · Sampling
#
# **Noise goes in, pictures come out – if it is the right noise. Draw them, judge them with numbers,
# find the holes they fall through, and mend the sampler.**
#
# | | |
# | --- | --- |
# | Time | about 75 minutes with all exercises; the code alone runs in about half a minute |
# | You need | [03 · Training](03_training.ipynb), or what posterior and prior are |
# | You will | draw images from a VAE, and lay out its plane in equal steps of probability |
# | | show what a plain autoencoder makes of the same noise, and why |
# | | say what a sampling temperature does, and check it instead of believing it |
# | | write the density of the aggregated posterior, find holes with it, and sample around them |
# | | compare two generators fairly: same noise, same number of images, more than one number |

# %%
import numpy as np
from IPython.display import display
from scipy.special import logsumexp
from scipy.stats import chi, norm

import vae_helpers as vh
from vae_helpers.checks import chapter04 as exercises
from vae_helpers.checks import experiment_log, progress

rng = np.random.default_rng(4)
print(f"vae_helpers {vh.__version__} in {vh.course_mode()} mode, NumPy {np.__version__}")

# %% [markdown]
# ## 1. Two numbers of noise
#
# In training every image passed through the encoder, and a point z was drawn from its posterior.
# To *invent* an image nobody needs the encoder. The KL term has pulled all posteriors towards the
# prior N(0, I), so we draw z from the prior and let the decoder speak.
#
# Here is a VAE of digits with two latent dimensions. **Before you run this:** of ten samples, how
# many will you be able to read?

# %%
plane = vh.zoo.load("mnist-dense-vae-2d")
z = rng.standard_normal((10, 2))
vh.plots.image_grid(
    {"decoded": plane.decode(z)},
    titles=[f"({a:z.1f}, {b:z.1f})" for a, b in z],
    title="Ten draws from N(0, I)",
)

# %% [markdown]
# **What to see.** Most can be read, though no writer ever wrote them. A few lie between two digits
# and are a bit of both.
#
# ### Exercise 1: the sampler
#
# Write the two lines yourself, with one more knob: the **temperature**, the standard deviation of
# the noise. At 1 the points come from the prior; section 6 is about the other values. (`decode`
# takes rows of points, all of them at once or in several calls.)


# %% exercise="sample_images"
def sample_images(decode, n, latent_dim, rng, temperature=1.0):
    """Decode n points drawn from N(0, temperature² I); rng is a NumPy generator."""
    # <solution>
    z = temperature * rng.standard_normal((n, latent_dim))
    return decode(z)
    # </solution>


exercises.sample_images.check(sample_images)
# exercises.sample_images.hint()
# exercises.sample_images.solution()

# %% [markdown]
# ## 2. Clothes from the prior
#
# In [chapter 01](01_autoencoder.ipynb) we had no rule where codes lie, and drew points from the
# box around all of them. The VAE with the same layers has a rule. **Before you run this:** the
# eighteen points come from N(0, I). Where on the map will they be, and will any fall beside it?

# %%
clothes = vh.load_data("fashion-mnist", image_size=32, validation=0)
fashion_vae = vh.zoo.load("fashion-conv-vae")
z_mean_2d, z_log_var_2d = fashion_vae.encode(clothes.test.images)
points = vh.latent.sample_prior(18, 2, seed=4)
vh.plots.decoded_points(
    z_mean_2d, clothes.test.labels, points, fashion_vae.decode(points), clothes.class_names
)

# %% [markdown]
# **What did you observe?** Compare with the points from the box in chapter 01.
#
# <details><summary>Answer</summary>
#
# Two in three coordinates lie between −1 and 1, where most garments hang. The map is centred now,
# and nobody had to look at the training images to know where to draw. Some points still fall
# between the classes or beyond the rim, and there the garments are dim, or two at once.
#
# </details>
#
# ## 3. From z to probability
#
# The normal distribution function Φ(z) says which share of N(0, 1) lies below z. Let us call it
# the **p-value** of z (it is no p-value of a test). If z comes from N(0, 1), Φ(z) is spread evenly
# from 0 to 1: the whole bell is ironed flat. So the plane of the prior becomes a square, in which
# every patch of the same area is drawn equally often.
#
# **Before you run this:** if the garments' codes matched the prior, what would the right side look
# like?

# %%
vh.plots.probability_space(z_mean_2d, clothes.test.labels, clothes.class_names)

# %% [markdown]
# **What to see.** On the left a cloud that seems round enough. On the right a perfect match would
# fill the square evenly – and it does not: between the classes there are lanes where nothing hangs.
# There the prior will send points, too. We come back to these lanes in section 7.
#
# ### Exercise 2: equal steps of probability
#
# To lay out the *whole* plane we want a grid in which each image stands for the same probability.
# Return the n values of z that belong to p-values in equal steps from `ends` to `1 - ends`.
# (`norm` from SciPy has what you need.)


# %% exercise="quantile_values"
def quantile_values(n, ends=0.01):
    """Return n values of z, from the quantile `ends` to the quantile `1 - ends` of N(0, 1)."""
    # <solution>
    return norm.ppf(np.linspace(ends, 1 - ends, n))
    # </solution>


exercises.quantile_values.check(quantile_values)
# exercises.quantile_values.hint()
# exercises.quantile_values.solution()

# %% [markdown]
# With these values on both axes: 15 × 15 garments, in steps that are narrow in the middle and wide
# outside. **Before you run this:** which share of the prior's samples lies *outside* the frame,
# which runs from the quantile 0.01 to 0.99 on both axes?

# %%
square = vh.latent.quantile_grid(15)
inside = vh.latent.sample_prior(100_000, 2, seed=1)
outside = np.mean(np.abs(inside).max(axis=1) > square.max())
print(f"outside the frame: {outside:.1%}; exactly 1 − 0.98² = {1 - 0.98**2:.1%}")
assert abs(outside - (1 - 0.98**2)) < 0.003, outside
vh.plots.latent_grid(fashion_vae.decode(square), square, quantiles=True)

# %% [markdown]
# **What to see.** All that this model can draw, without repetition, and neighbours are alike. Some
# places show two garments at once: look up in the square above what hangs there. The grid is a
# sample without the luck. A classifier that came with the course can
# check that: it counts the classes among random samples of the prior, on this grid, and on a grid
# with equal steps in *z*.

# %%
places = {
    "5,000 samples": vh.latent.sample_prior(5_000, 2, seed=1),
    "grid, equal steps of probability": square,
    "grid, equal steps of z, −3 to 3": vh.latent.grid(15),
}
shares = []
for name, place in places.items():
    found = vh.features.classify(fashion_vae.decode(place), "fashion-mnist").argmax(axis=1)
    shares.append(np.bincount(found, minlength=10) / len(found))
    elsewhere = np.abs(shares[-1] - shares[0]).sum() / 2
    print(f"{name:34} {elsewhere:4.0%} of the images in another class than among the samples")
assert np.abs(shares[1] - shares[0]).sum() < np.abs(shares[2] - shares[0]).sum()

# %% [markdown]
# The even grid shows too much of the rim, where the prior hardly ever goes.
#
# ## 4. The same noise for an autoencoder
#
# Two numbers are for looking. From here on we use two models with **ten** latent dimensions and the
# same layers: an autoencoder (AE) and a VAE. Both get the same ten points of N(0, I).
#
# **Before you run this:** the AE copies digits *better* than the VAE. What will it make of noise?

# %%
digits = vh.load_data("mnist", validation=10_000)
x_test, y_test = digits.test.images, digits.test.labels
x_some = x_test[::5]  # 2,000 from all over the file: its first 2,000 are not typical
ae, vae = vh.zoo.load("mnist-ae"), vh.zoo.load("mnist-vae")
z = vh.latent.sample_prior(2_000, 10, seed=1)
vh.plots.image_grid(
    {"AE": ae.decode(z[:10]), "VAE": vae.decode(z[:10])},
    alt="Ten samples each. AE: faint grey traces on black, none of them a digit. VAE: about half "
    "are readable digits, the others mixtures of two.",
)

# %% [markdown]
# **What did you observe?** And how would you put it into a number?
#
# <details><summary>Answer</summary>
#
# The AE's are ghosts, dark and half drawn, and no digits. About half of the VAE's can be read; the
# others look as if two digits had been written on the same spot.
#
# </details>
#
# A number needs a judge. Ours is a classifier of digits, and we ask it three things about 2,000
# images at a time:
#
# - **recognised**: in how many images is it sure of a digit, with a probability of 0.9 or more?
# - **diversity**: how far apart are the images in the classifier's 64 features, on average? Real
#   digits count as 1.
# - **distance**: the Fréchet distance of these features to those of real digits. It grows when
#   images are bad, *and* when they are all alike. Chapter 06 builds it step by step.
#
# **Before you run this:** guess which share of the AE's images the classifier recognises.

# %%
real_diversity = vh.metrics.diversity(vh.features.classifier_features(x_some))


def judge(pictures):
    """Print and return the three numbers for each kind of images: {name: images (2000, …)}."""
    scores = {}
    print(f"{'N = 2,000 each':26} recognised  diversity  distance")
    for name, images in pictures.items():
        features, probabilities = vh.features.features_and_probabilities(images)
        recognised = np.mean(probabilities.max(axis=1) >= 0.9)
        diversity = vh.metrics.diversity(features) / real_diversity
        distance = vh.features.features_distance(features).value
        print(f"{name:26} {recognised:10.0%} {diversity:10.2f} {distance:9.1f}")
        scores[name] = {"recognised": recognised, "diversity": diversity, "distance": distance}
    return scores


# %%
scores = judge(
    {
        "real test images": x_some,
        "AE, noise of N(0, I)": ae.decode(z),
        "VAE, noise of N(0, I)": vae.decode(z),
    }
)
real, of_ae, of_vae = scores.values()
assert 0.35 < of_vae["recognised"] < 0.7 < 0.97 < real["recognised"]
assert of_ae["diversity"] < 0.3 < of_vae["diversity"] < 0.7
assert of_ae["distance"] > 2 * of_vae["distance"] > 10 * real["distance"]

# %% [markdown]
# **What to see.** The first column can go badly wrong: the classifier has never seen a ghost and
# must call it something. Whatever it says about the AE, the diversity shows that all its samples
# are nearly one and the same image, and the distance shows that they are far from digits. **Never
# judge a generator by one number.**
#
# Why does the AE fail? Its decoder is no worse. It is asked in the wrong place:

# %%
x_codes = digits.train.images[:10_000]
ae_codes = ae.encode(x_codes)
z_mean, z_log_var = vae.encode(x_codes)
for name, codes in (("AE codes", ae_codes), ("VAE posterior means", z_mean)):
    length = np.linalg.norm(codes, axis=1).mean()
    print(f"{name:20} deviations {codes.std(axis=0).round(1)}, mean length {length:.1f}")
print(f"{'noise':20} deviations {z.std(axis=0).round(1)}")
assert 0.9 < z_mean.std() < 1.2
assert 2.5 < np.linalg.norm(ae_codes, axis=1).mean() / np.linalg.norm(z, axis=1).mean() < 4.5

# %% [markdown]
# The AE's codes lie three to four times as far out as the noise reaches: N(0, I) pokes around in an
# empty middle. Nothing in the AE's loss says how far out codes should lie.
#
# ## 5. The middle of each class
#
# Ten better places to ask: the mean code of each class, its **centroid**.
#
# ### Exercise 3: class means
#
# The labels run from 0, and every class occurs; the rows of the answer follow their order.


# %% exercise="class_means"
def class_means(z, labels):
    """Return the mean code of each class (n_classes, latent_dim), class 0 first."""
    # <solution>
    return np.array([z[labels == label].mean(axis=0) for label in np.unique(labels)])
    # </solution>


exercises.class_means.check(class_means)
# exercises.class_means.hint()
# exercises.class_means.solution()

# %% [markdown]
# **Before you run this:** the AE decoded noise into ghosts. What will it make of its centroids?

# %%
ae_centroids = vh.latent.centroids(ae.encode(x_test), y_test)
vae_centroids = vh.latent.centroids(vae.encode(x_test)[0], y_test)
rows = {"AE": ae.decode(ae_centroids), "VAE": vae.decode(vae_centroids)}
for name, images in rows.items():
    right = np.sum(vh.features.classify(images).argmax(axis=1) == np.arange(10))
    print(f"{name}: the classifier reads {right} of 10 as the digit of their class")
    assert right >= 9, right
vh.plots.image_grid(rows, titles=[f"class {label}" for label in range(10)])

# %% [markdown]
# **What to see.** Both rows are fine digits, a little smooth, like the average handwriting. So the
# AE's decoder is good wherever codes are. And yet a centroid is an unusual point, as the next
# section shows.
#
# ## 6. How far out the noise lies, and the temperature
#
# The density of N(0, I) is highest at the origin. **Before you run this:** how long is a typical
# draw in ten dimensions – 0, 1 or 3?

# %%
r = np.linspace(0, 6, 241)
lengths = np.linalg.norm(z, axis=1)
heights, edges = np.histogram(lengths, bins=25, density=True)
print(f"in 10 dimensions: mean length {lengths.mean():.2f}, in theory {chi(10).mean():.2f}")
print(f"centroids of the VAE: {np.linalg.norm(vae_centroids, axis=1).round(1)}")
shorter = chi(10).cdf(np.linalg.norm(vae_centroids, axis=1).mean())
print(f"only {shorter:.0%} of all draws are shorter than the mean centroid")
assert abs(lengths.mean() - 3.08) < 0.05
assert shorter < 0.2
curves = {f"{d} dimensions": chi(d).pdf(r) for d in (2, 10)}
curves["10 dimensions, our 2,000"] = ((edges[:-1] + edges[1:]) / 2, heights)
vh.plots.lines(curves, r, "length of z", "density", points=["10 dimensions, our 2,000"])

# %% [markdown]
# **What to see.** There is so little room near the origin, and so much further out, that nearly all
# draws in ten dimensions lie in a **shell** around 3.1. Neither the origin nor a centroid is what
# a sampler meets.
#
# The **temperature** T moves the shell: z = Tε has the length T · 3.1. One often reads that a low
# temperature gives fewer but cleaner images. **Before you run this:** which row will be cleanest?
# And when the judge has looked at 2,000 images for each temperature, which way will its numbers go?

# %%
temperatures = [0, 0.5, 0.7, 1, 1.5, 2, 3]
vh.plots.image_grid(
    {f"T = {t:g}": vae.decode(t * z[:12]) for t in temperatures},
    title="The same twelve noises at seven temperatures",
    alt="Seven rows of twelve images. At temperature 0 all show one grey smudge like an 8; towards "
    "1 they become different digits; above it they stay what they are, with thick, torn strokes.",
)

# %%
tried = [0.25, 0.5, 0.75, 1, 1.5, 2]
by_temperature = judge({f"T = {t:g}": vae.decode(t * z) for t in tried})
recognised, diversity, _ = np.array([list(s.values()) for s in by_temperature.values()]).T
assert recognised[0] < 0.2
assert np.all(np.diff(diversity) > 0)
assert recognised[5] > recognised[3] > recognised[1]
vh.plots.lines(
    {"recognised": recognised, "diversity (real digits: 1)": diversity},
    np.array(tried),
    "temperature",
    "share, and ratio to real digits",
    title="VAE, ten dimensions, N = 2,000",
)

# %% [markdown]
# **What did you observe?** Does the rule "low temperature, cleaner images" hold?
#
# <details><summary>Answer</summary>
#
# Half of it. Diversity does fall with the temperature: at T = 0 all images are the same smudge, the
# one in the middle of all digits. But they do not get cleaner. In this VAE the middle is where all
# classes meet, and the clean digits lie further out. Above T = 1 still more images are recognised,
# and even the distance falls. But look at the last rows: strokes get thick and torn, and the
# classifier does not mind. The rule holds for models whose best images lie in the middle. Check
# before you believe.
#
# </details>
#
# ## 7. What the decoder has seen: the aggregated posterior
#
# Half of the prior's samples could not be read. The decoder was trained on points of the
# *posteriors* of training images, never on points of the prior. All posteriors together are a
# mixture, the **aggregated posterior**
#
# $$q(z) = \frac1n \sum_{i=1}^n \mathcal N\!\left(z;\ \mu_i,\ \sigma_i^2\right).$$
#
# Sampling from the prior is right if q(z) = p(z). The KL term only asks for something like that:
# it pulls every posterior towards the prior, while the reconstruction pushes them apart.
#
# ### Exercise 4: draw from it


# %% exercise="sample_aggregated"
def sample_aggregated(z_mean, z_log_var, n, rng):
    """Draw n points of the mixture of all posteriors (n, latent_dim)."""
    # <solution>
    i = rng.integers(len(z_mean), size=n)
    noise = rng.standard_normal((n, z_mean.shape[1]))
    return z_mean[i] + np.exp(z_log_var[i] / 2) * noise
    # </solution>


exercises.sample_aggregated.check(sample_aggregated)
# exercises.sample_aggregated.hint()
# exercises.sample_aggregated.solution()

# %% [markdown]
# First the simplest comparison, mean and variance. The variance of a mixture has two parts: the
# variance of the means plus the mean of the variances. **Before you run this:** if training went
# well, what is the sum?

# %%
z_q = vh.latent.sample_posterior(z_mean, z_log_var, seed=0)
of_means, of_noise = z_mean.var(axis=0), np.exp(z_log_var).mean(axis=0)
aggregated = vh.metrics.aggregated_posterior(z_mean, z_log_var)
print("mean                 ", aggregated.mean.round(2))
print("variance of the means", of_means.round(2))
print("mean of the variances", of_noise.round(2))
print("sum                  ", (of_means + of_noise).round(2))
print(f"a Gaussian with these moments is {aggregated.kl_to_prior:.2f} nats from N(0, I)\n")
assert np.allclose(of_means + of_noise, np.diag(aggregated.covariance), rtol=1e-3)
assert aggregated.kl_to_prior < 0.5
from_q = judge({"VAE, prior": vae.decode(z), "VAE, posteriors": vae.decode(z_q[:2_000])})
assert from_q["VAE, posteriors"]["recognised"] > from_q["VAE, prior"]["recognised"] + 0.2

# %% [markdown]
# **What to see.** Mean near 0, variance near 1: in these numbers q(z) and the prior hardly differ,
# by a fraction of a nat. And yet far more of the points from q(z) become digits. Mean and
# variance cannot see holes. The p-values can: cut the square of section 3 into 5 × 5 equal cells.
# The prior puts the same into each; we call that 1.

# %%
p_values = vh.latent.to_probability(vh.latent.sample_posterior(z_mean_2d, z_log_var_2d, seed=0))
counts, _, _ = np.histogram2d(*p_values.T, bins=5, range=[[0, 1], [0, 1]])
filled = counts.T[::-1] / len(p_values) * 25  # rows from the top, as in the figures
print(filled.round(1))
print(f"emptiest cell {filled.min():.2f}, fullest {filled.max():.2f}; the prior has 1 in each")
assert filled.min() < 0.6 < 1.5 < filled.max()
assert abs(chi(2).cdf(2) - 0.86) < 0.01  # the circle of radius 2
vh.plots.posteriors(
    z_mean_2d[:600], z_log_var_2d[:600], clothes.test.labels[:600], clothes.class_names
)

# %% [markdown]
# **What to see.** Each garment is an island of its own size, together they are a country with
# lakes. The dashed circle holds 86 % of the prior; the white places inside are the **holes**.
#
# ### Exercise 5: the density of the aggregated posterior
#
# In ten dimensions there is nothing to look at, so we need the formula. Far from all posteriors a
# density is too small for any floating-point number; stay in the logarithms:
#
# $$\log q(z) = \log \sum_i \exp\big(\log \mathcal N(z; \mu_i, \sigma_i^2)\big) - \log n,$$
#
# $$\log \mathcal N(z; \mu_i, \sigma_i^2) = -\frac12 \sum_d
# \left(\frac{(z_d - \mu_{id})^2}{\sigma_{id}^2} + \log \sigma_{id}^2 + \log 2\pi\right).$$
#
# `logsumexp(…, axis=1)` does the log of the sum of the exponentials.


# %% exercise="log_q"
def log_q(z, z_mean, z_log_var):
    """Return log q(z) in nats (m,) of points z (m, d), for n posteriors (n, d)."""
    # <solution>
    squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
    log_density = -0.5 * (squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
    return logsumexp(log_density, axis=1) - np.log(len(z_mean))
    # </solution>


exercises.log_q.check(log_q)
# exercises.log_q.hint()
# exercises.log_q.solution()

# %% [markdown]
# The package's `log_aggregated_posterior` does the same in blocks, so that it needs little memory.
# We compare log q(z) with the prior's log p(z), at 2,000 points of the prior and, to be fair, at
# codes of *test* images, which are not among the 10,000 posteriors either.
#
# **Before you run this:** what would the difference be if q(z) were the prior? Sort the samples by
# it: how will the share of recognised digits change from the emptiest tenth to the fullest?

# %%
test_codes = vh.latent.sample_posterior(*vae.encode(x_some), seed=0)


def log_ratio(z):
    """Return log q(z) − log p(z), in nats: below 0 the decoder has seen less than p sends."""
    log_p = norm.logpdf(z).sum(axis=1)
    return vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var) - log_p


ratio, ratio_test = log_ratio(z), log_ratio(test_codes)
at_test, at_prior = np.median(ratio_test), np.median(ratio)
print(f"median at codes of test images {at_test:.0f} nats, at samples of the prior {at_prior:.0f}")
assert at_test - at_prior > 15
order = np.argsort(ratio)
vh.plots.image_grid(
    {"emptiest places": vae.decode(z[order[:12]]), "fullest": vae.decode(z[order[-12:]])},
    title="Of 2,000 prior samples: where q(z) is far below p(z), and where it is not",
    alt="Twelve images each. Emptiest places: torn strokes and blots. Fullest: readable digits.",
)

# %%
sure = vh.features.classify(vae.decode(z)).max(axis=1) >= 0.9
tenths = np.array([sure[part].mean() for part in np.array_split(order, 10)])
print("recognised, emptiest tenth first:", (100 * tenths).round().astype(int), "%")
assert tenths[-1] > tenths[:5].mean() + 0.15
tenth = np.arange(1, 11)
vh.plots.lines(
    {"each tenth": (tenth, tenths, np.sqrt(tenths * (1 - tenths) / 200))},
    x_label="tenth of the samples, by log q(z) − log p(z)",
    y_label="share recognised ± standard error",
)

# %% [markdown]
# **What to see.** Where the decoder was trained it draws digits; in the holes it is left to its own
# devices. Even the codes of test images are below 0 a little, since 10,000 islands do not cover ten
# dimensions. But a typical sample of the prior lies more than 15 nats lower still: in a place a
# million times as thinly populated. Neither the decoder nor the noise is bad: they do not fit.
#
# ## 8. Mend the sampler
#
# Then let us not draw from the prior. A **Gaussian mixture**, fitted to draws from q(z), is a
# simple map of where codes are. And nobody forbids us to fit one to the codes of the *AE*.
#
# **Before you run this:** put these in order, from best to worst: VAE with prior, VAE with mixture,
# AE with mixture.

# %%
n_components = vh.by_mode(10, 50)
mixture = vh.latent.PosteriorMixture(z_q, n_components, seed=0)
ae_mixture = vh.latent.PosteriorMixture(ae_codes, n_components, seed=0)
sampled = {
    "VAE, prior": vae.decode(z),
    "VAE, mixture": vae.decode(mixture.sample(2_000, seed=1)),
    "AE, mixture": ae.decode(ae_mixture.sample(2_000, seed=1)),
    "VAE, copies": vae.reconstruct(x_some),
}
scores = judge(sampled)
for name in ("VAE, mixture", "AE, mixture"):
    assert scores[name]["recognised"] > scores["VAE, prior"]["recognised"] + 0.15
    assert scores[name]["distance"] < 0.75 * scores["VAE, prior"]["distance"]
assert scores["VAE, mixture"]["recognised"] > scores["VAE, copies"]["recognised"] - 0.12
vh.plots.image_grid({name: images[:12] for name, images in sampled.items()})

# %% [markdown]
# **What did you observe?** It is often written that a VAE can be sampled and an AE cannot. What
# would you write?
#
# <details><summary>Answer</summary>
#
# An AE cannot be sampled *from N(0, I)*. With a density fitted to its codes it can, and here that
# beats the VAE's prior by far. What the VAE has is a space that is nearly centred and scaled, ready
# without a look at the data, and posteriors that overlap, so that a simple density fits. Fitting a
# better density to the codes helps it, too: samples nearly as good as its own copies, which no
# sampler can beat by much. Today's large image models do just that, with a learned density over
# the codes of an autoencoder.
#
# </details>
#
# ## 9. A better decoder, the same noise
#
# The convolutional VAE also has ten latent dimensions. Give it the same noise as the dense one.
# **Before you run this:** will the same noise become the same digit?

# %%
conv = vh.zoo.load("mnist-conv-vae")
pairs = {"dense VAE": vae.decode(z), "convolutional VAE": conv.decode(z)}
of_dense, of_conv = judge(pairs).values()
assert of_conv["distance"] < of_dense["distance"]
assert of_conv["recognised"] > of_dense["recognised"]
scores |= {"AE, noise of N(0, I)": of_ae, "conv VAE, prior": of_conv}
what, how = "Fréchet classifier distance: ", "2,000 samples, seed 0"
display(vh.measured([(what + name, s["distance"], None, how) for name, s in scores.items()]))
vh.plots.image_grid({name: images[:12] for name, images in pairs.items()})

# %% [markdown]
# **What did you observe?** What does "the same noise" compare, and what not?
#
# <details><summary>Answer</summary>
#
# The digits differ: what a coordinate means was settled in each training anew. So a single pair
# says nothing. The same noise only takes the luck of the draw out of the comparison, and 2,000
# images do the rest: strokes are cleaner and more digits are recognised, but the convolutional VAE
# has holes as well.
#
# </details>
#
# ## 10. From scatter to widget
#
# Back to two dimensions, to feel the holes with your own hands. On paper: twelve stops on a circle
# around the origin. And in motion, below it: click on the map, or use the boxes and sliders. Find
# the border of two digits, a white lane between classes, the last readable digit on the way out.

# %%
angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
circle = 1.2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
x_map, y_map = x_test[:3_000], y_test[:3_000]
vh.plots.decoded_points(plane.encode(x_map)[0], y_map, circle, plane.decode(circle))

# %%
explorer = vh.widgets.LatentExplorer(plane, x_map, y_map)
assert not explorer.errors, explorer.errors
explorer

# %% [markdown]
# ## 11. Your experiment: does β fill the holes?
#
# The course holds versions of the ten-dimensional VAE that were trained with other weights β of the
# KL term. A large β pulls harder towards the prior. Choose a variant, write down what you expect
# of its samples from the prior and from its own posteriors, run, and put your conclusion into your
# log. Then try another one.

# %%
print(vh.zoo.variants("mnist-vae"))
variant = "beta-4"
other = vh.zoo.load("mnist-vae", variant)
other_q = vh.latent.sample_posterior(*other.encode(x_codes[:2_000]), seed=0)
found = judge(
    {f"{variant}, prior": other.decode(z), f"{variant}, posteriors": other.decode(other_q)}
)
prior, posteriors = found.values()
results = {"prior " + key: value for key, value in prior.items()}
results |= {"posteriors " + key: value for key, value in posteriors.items()}

# %% exercise="experiment"
# <solution>
conclusion = "With β = 4 the gap between prior and posteriors shrinks, but all images are blurred."
# </solution>
experiment_log.add("04: does β fill the holes?", {"variant": variant}, results, conclusion)

# %% [markdown]
# ## 12. Common mistakes, failing for you
#
# 1. **Even noise.** `rng.random` draws from 0 to 1: one corner of the prior, at a fraction of the
#    diversity.
# 2. **Log-variance taken for the log of the deviation.** The noise of the posteriors gets far too
#    small. The pictures look perfect – only the numbers of section 7 show it.
# 3. **A sampler without a seed.** Nobody, not you either, can ever see the same images again.
# 4. **A sorted mixture.** scikit-learn's `sample` returns one Gaussian after the other. The first
#    images are all of one kind, and a batch is no random sample. (The course's mixture mixes.)

# %%
wrong = np.exp(z_log_var) * rng.standard_normal(z_mean.shape)  # right: np.exp(z_log_var / 2)
bad = judge(
    {
        "1. even noise": vae.decode(rng.random((2_000, 10))),
        "2. wrong deviation": vae.decode(z_mean[:2_000] + wrong[:2_000]),
    }
)
print(f"2. variance of the noise: {wrong.var():.4f} instead of {of_noise.mean():.4f}")
print(f"3. twice the same images? {np.allclose(vae.sample(4), vae.sample(4))}")
print(f"   with a seed: {np.allclose(vae.sample(4, seed=1), vae.sample(4, seed=1))}")
_, component = mixture.mixture.sample(2_000)
print(f"4. the first twelve samples come from the Gaussians {component[:12]}")
assert bad["1. even noise"]["diversity"] < 0.6 * of_vae["diversity"]
assert bad["2. wrong deviation"]["recognised"] > of_vae["recognised"] + 0.2
assert wrong.var() < 0.5 * of_noise.mean()

# %% [markdown]
# ## Recap
#
# - Sampling needs the decoder and noise of the prior; temperature scales the noise.
# - Φ irons the prior flat: a grid at normal quantiles is a sample without luck.
# - In many dimensions noise lies in a shell, far from the origin and the centroids.
# - The decoder was trained on the aggregated posterior q(z). Where q(z) is far below the prior are
#   holes; mean and variance do not show them, log q(z) − log p(z) does.
# - A density fitted to the codes mends the sampler, for the VAE and even for the AE.
# - A generator is judged by quality *and* diversity, with N and seed; a classifier can be fooled.
#
# ## Self-test

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
progress("04")

# %% [markdown]
# ## Further, and next
#
# - Hoffman and Johnson (2016), [ELBO surgery: yet another way to carve up the variational evidence
#   lower bound](http://approximateinference.org/accepted/HoffmanJohnson2016.pdf): the aggregated
#   posterior inside the KL term.
# - Tomczak and Welling (2018), [VAE with a VampPrior](https://arxiv.org/abs/1705.07120): learn the
#   prior, as a mixture of posteriors.
# - Dai and Wipf (2019), [Diagnosing and enhancing VAE models](https://arxiv.org/abs/1903.05789): a
#   second VAE as the sampler of the first one's codes.
# - Ghosh et al. (2020), [From variational to deterministic
#   autoencoders](https://arxiv.org/abs/1903.12436): plain autoencoders, sampled with a fitted
#   mixture.
# - Rombach et al. (2022), [High-resolution image synthesis with latent diffusion
#   models](https://arxiv.org/abs/2112.10752): the same idea on a large scale.
#
# **Next:** [05 · Interpolation](05_interpolation.ipynb) – what lies *between* two images.
