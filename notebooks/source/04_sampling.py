# %% [markdown]
# # 04 · Sampling
#
# **Noise goes in, pictures come out, if it is the right noise. Draw them, judge them with numbers,
# find the holes they fall through, and mend the sampler.**
#
# | | |
# | --- | --- |
# | Time | about 110 minutes with all exercises, with a break after section 5 |
# | You need | [03 · Training](03_training.ipynb), or what posterior and prior are |
# | You will | draw images from a VAE, and lay out its plane in equal shares of probability |
# | | make a plain autoencoder generate, with one Gaussian fitted to its codes |
# | | write the density of all posteriors together, and find holes with it |
# | | take the KL term apart, and see how far such an estimate can be believed |
# | | compare generators fairly: same number of images, several numbers, and a control |

# %%
import numpy as np
from scipy.special import logsumexp
from scipy.stats import chi, norm

import vae_helpers as vh
from vae_helpers.checks import chapter04 as exercises
from vae_helpers.checks import experiment_log, progress

print(f"vae_helpers {vh.__version__} in {vh.course_mode()} mode, NumPy {np.__version__}")

# %% [markdown]
# ## 1. Two numbers of noise <!-- 10 min -->
#
# In training every image passed through the encoder, and a point z was drawn from its posterior.
# To *invent* an image nobody needs the encoder. The KL term has pulled all posteriors towards the
# prior N(0, I), so we draw z from the prior and let the decoder speak.
#
# ### Exercise 1 · The sampler <!-- 5 min -->
#
# Write the two lines, with one knob: the **temperature**, the standard deviation of the noise. At 1
# the points come from the prior. (`decode` takes rows of points, all at once or in several calls.)
# The figure after it uses your code, or, until the check is green, the course's. So will others.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** The temperature multiplied onto the *images*; `rng.random` in place of a
# normal; two dimensions written into the code; the points returned without `decode`.
#
# **Ask the room.** Which half of the VAE is needed to invent an image? *Answer: the decoder and
# noise of the prior. The encoder stays at home.*
#
# **Draw.** The picture of encoder and decoder; strike the encoder out, and let a die feed the
# decoder.


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

# %%
plane = vh.zoo.load("mnist-dense-vae-2d")
sampler = exercises.sample_images.yours_or(vh.latent.decode_noise)
images = sampler(plane.decode, 20, 2, np.random.default_rng(4))
vh.plots.image_grid(
    {"1 to 10": images[:10], "11 to 20": images[10:]},
    title=f"Twenty draws from N(0, I), with {exercises.sample_images.whose} sampler",
)

# %% [markdown]
# **What to see.** Most can be read, though no writer ever wrote them. A few lie between two digits
# and are a bit of both.
#
# ## 2. Where the draws fall <!-- 12 min -->
#
# In [chapter 01](01_autoencoder.ipynb) we had no rule where codes lie, and drew points from the
# box around all of them. The VAE with the same layers has a rule. Eighteen draws from N(0, I), over
# the codes of the test images:

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 2: `norm.cdf` for `norm.ppf`; equal steps of z; ranks from 0 to 1,
# which gives ±∞; `linspace(0.01, 0.99, n)`, whose outer images stand for less.
#
# **Ask the room.** The cloud on the left looks round. What does the square on the right show that
# it hides? *Answer: lanes between the classes where little hangs, and where the prior draws all the
# same.*
#
# **Late?** Skip exercise 2 (6 minutes); the square of 225 garments is drawn without it.

# %%
clothes = vh.load_data("fashion-mnist", image_size=32, validation=0)
fashion_vae = vh.zoo.load("fashion-conv-vae")
z_mean_2d, z_log_var_2d = fashion_vae.encode(clothes.test.images)
points = vh.latent.sample_prior(18, 2, seed=4)
vh.plots.decoded_points(
    z_mean_2d, clothes.test.labels, points, fashion_vae.decode(points), clothes.class_names
)

# %% [markdown]
# **What to see.** Two in three coordinates lie between −1 and 1, and that is where garments hang.
# The map is centred, and nobody had to look at it to know where to draw. Some points still fall
# between the classes or beyond the rim: dim garments, or two at once.
#
# ### Flat probability
#
# The normal distribution function Φ(z) says which share of N(0, 1) lies below z: the **rank** of z
# among the prior's draws, from 0 to 1. (Foster, *Generative Deep Learning*, calls it a p-value; it
# is none of a statistical test.) For draws of N(0, 1) the rank is spread evenly: the bell is ironed
# flat, and the plane of the prior becomes a square in which equal areas are drawn equally often.
#
# **Predict.** One draw from each garment's posterior, shown as ranks: if these draws matched the
# prior, what would the square look like? And will it?

# %%
z_2d = vh.latent.sample_posterior(z_mean_2d, z_log_var_2d, seed=0)
vh.plots.probability_space(z_2d, clothes.test.labels, clothes.class_names)

# %% [markdown]
# **What to see.** On the left a cloud that seems round enough. On the right a perfect match would
# fill the square evenly, and this model's does not: between the classes there are lanes where
# little hangs. The prior will send points there, too. Section 6 comes back to these lanes.
#
# ### Exercise 2 · Equal shares of probability <!-- 6 min -->
#
# Lay out the *whole* plane so that every image stands for the same share of the prior. Cut N(0, 1)
# into n parts of the same probability, and return the z at the middle of each part: its rank is
# ½/n in the first, 1½/n in the second, and so on. (`norm` from SciPy has what you need.)


# %% exercise="quantile_values"
def quantile_values(n):
    """Return n values of z, smallest first, at the middles of n equal parts of N(0, 1)."""
    # <solution>
    rank = (np.arange(n) + 0.5) / n
    return norm.ppf(rank)
    # </solution>


exercises.quantile_values.check(quantile_values)
# exercises.quantile_values.hint()
# exercises.quantile_values.solution()

# %%
middles = exercises.quantile_values.yours_or(lambda n: vh.latent.quantile_grid(n)[:n, 0])
square = vh.latent.plane(middles(15))
vh.plots.latent_grid(fashion_vae.decode(square), square, quantiles=True)

# %% [markdown]
# **What to see.** 225 garments, each for one 225th of what the prior draws, and neighbours are
# alike: a sample without the luck. The steps of z are narrow in the middle and wide outside. The
# corners stand at ±1.8; what lies beyond is drawn, too, but stands in nobody's middle. Some places
# show two garments at once: look up in the square above what hangs there.
#
# ## 3. The same noise for an autoencoder <!-- 7 min -->
#
# Two numbers are for looking. From here on we use two models with **ten** latent dimensions and the
# same layers: an autoencoder (AE) and a VAE. Both get the same points of N(0, I).

# %% [markdown] tags=["teacher"]
# **What goes wrong.** "The judge is sure, so the images are good" – of 95 % ghosts, nearly all
# called a 1. A judge that has never seen a ghost must call it something.
#
# **Ask the room.** One number says the AE's samples are excellent. Which, and why is it fooled?
# *Answer: "recognised"; diversity and distance are not. Never judge a generator by one number.*
#
# **Draw.** A table of three columns: recognised, diversity, distance; fill it in from the print.

# %%
digits = vh.load_data("mnist", validation=10_000)
x_test, y_test = digits.test.images, digits.test.labels
x_some = x_test[::5]  # 2,000 from all over the file: its first half was written more neatly
ae, vae = vh.zoo.load("mnist-ae"), vh.zoo.load("mnist-vae")
z = vh.latent.sample_prior(2_000, 10, seed=1)
vh.plots.image_grid({"AE": ae.decode(z[:12]), "VAE": vae.decode(z[:12])})

# %% [markdown]
# The AE's are ghosts, dark and half drawn. About half of the VAE's can be read; the others look as
# if two digits had been written on the same spot.
#
# A number needs a judge. Ours is a classifier of digits, and we ask it three things about 2,000
# images at a time:
#
# - **recognised**: in how many images is it sure of a digit, with a probability of 0.9 or more?
# - **diversity**: how far apart are the images in the classifier's 64 features, on average? Real
#   digits count as 1.
# - **distance**: the Fréchet distance of these features to those of real digits. It grows when
#   images are bad, *and* when they are all alike. Chapter 06 builds it step by step.

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
ghosts = ae.decode(z)
scores = judge(
    {
        "real test images": x_some,
        "AE, noise of N(0, I)": ghosts,
        "VAE, noise of N(0, I)": vae.decode(z),
    }
)
named = np.bincount(vh.features.classify(ghosts).argmax(axis=1), minlength=10)
print(f"\nthe 2,000 ghosts are called: {named.max():,} times a {named.argmax()}")
ae_codes = ae.encode(digits.train.images[:10_000])
for name, points in (("codes of the AE", ae_codes), ("noise", z)):
    print(f"mean length of {name}: {np.linalg.norm(points, axis=1).mean():.1f}")

# %% tags=["guard"]
real, of_ae, of_vae = scores.values()
assert 0.35 < of_vae["recognised"] < 0.7 < 0.97 < real["recognised"]
assert of_ae["recognised"] > 0.9
assert 3.4 < np.linalg.norm(ae_codes, axis=1).mean() / np.linalg.norm(z, axis=1).mean() < 4.2
assert named[1] > 1_900
assert of_ae["diversity"] < 0.3 < of_vae["diversity"] < 0.7
assert of_ae["distance"] > 2 * of_vae["distance"] > 10 * real["distance"]

# %% [markdown]
# **What to see.** The judge is sure of 95 % of the ghosts (92 to 95 % with three training seeds),
# and takes nearly every one of them for a **1**. It has never seen a ghost and must call it
# something. The other two columns are not fooled: no diversity, and far from real digits. **Never
# judge a generator by one number.**
#
# ## 4. One Gaussian for the autoencoder <!-- 8 min -->
#
# "A VAE can be sampled, an AE cannot" is often written. Before we believe it, a control: has the
# AE's decoder failed, or has it been asked in the wrong place? The last two lines above say: its
# codes lie nearly four times as far out as the noise reaches, and N(0, I) pokes around in an empty
# middle. Nothing in the AE's loss says how far out codes should lie. But we can measure it.
#
# ### Exercise 3 · One Gaussian <!-- 5 min -->
#
# Fit the simplest density there is: draw n points from *one* Gaussian with the mean and the
# covariance of the codes. (`np.cov` takes one *column* an image; `rng.multivariate_normal` draws.)

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 3: the variances alone (`np.var`), the covariance of the rows
# (`np.cov(codes)` without `.T`), the mean forgotten.
#
# **Ask the room.** "An autoencoder cannot be sampled." Is it true? *Answer: from N(0, I) it is.
# With one Gaussian that has the mean and covariance of its codes it is level with this VAE and its
# prior, or a little better.*
#
# **Draw.** A small disc at the origin, N(0, I), inside a wide ellipse of codes whose middle is
# empty.
#
# **Late?** This is the surprise of the chapter: rather skip section 2.


# %% exercise="sample_gaussian"
def sample_gaussian(codes, n, rng):
    """Draw n points (n, latent_dim) of the Gaussian with the mean and covariance of the codes."""
    # <solution>
    mean, covariance = codes.mean(axis=0), np.cov(codes.T)
    return rng.multivariate_normal(mean, covariance, n)
    # </solution>


exercises.sample_gaussian.check(sample_gaussian)
# exercises.sample_gaussian.hint()
# exercises.sample_gaussian.solution()

# %% exercise="one_gaussian"
# <solution>
guess = "c"
# </solution>
exercises.one_gaussian.predict(guess)

# %%
x_train = digits.train.images
z_mean, z_log_var = vae.encode(x_train)
z_q = vh.latent.sample_posterior(z_mean, z_log_var, seed=0)  # one draw from each posterior
draw = exercises.sample_gaussian.yours_or(vh.latent.sample_gaussian)
of_one = {
    "AE, one Gaussian": ae.decode(draw(ae_codes, 2_000, np.random.default_rng(1))),
    "VAE, N(0, I)": vae.decode(z),
    "VAE, one Gaussian": vae.decode(draw(z_q[:10_000], 2_000, np.random.default_rng(1))),
}
by_one = judge(of_one)
vh.plots.image_grid({name: images[:12] for name, images in of_one.items()})

# %% tags=["guard"]
ae_one, vae_prior, vae_one = by_one.values()
assert ae_one["recognised"] > vae_prior["recognised"]
assert ae_one["distance"] < vae_one["distance"] < vae_prior["distance"]

# %%
exercises.one_gaussian.compare()

# %% [markdown]
# So the ghosts were a matter of place and scale alone. What the KL term gave the VAE is that nobody
# has to measure: its codes are nearly centred and scaled. (The VAE gains little by its own
# Gaussian.) But about half of all these images still cannot be read, and no Gaussian will change
# that. Sections 6 and 8 find out why.
#
# ## 5. How far out noise lies, and the temperature <!-- 5 min -->
#
# The density of N(0, I) is highest at the origin. And yet, in ten dimensions hardly any draw comes
# near it:

# %% [markdown] tags=["teacher"]
# **Ask the room.** Will a low temperature give cleaner digits? *Answer: fewer kinds, yes; cleaner,
# no: in this VAE the middle is where all classes meet. At T = 2 more is recognised than at 1, and
# the strokes are torn.*
#
# **Draw.** A thin ring of radius 3.1 with hardly anything inside: ten dimensions. Beside it a disc:
# two.
#
# **Late?** The picture of seven temperatures, and on.

# %%
r = np.linspace(0, 6, 241)
lengths = np.linalg.norm(z, axis=1)
heights, edges = np.histogram(lengths, bins=25, density=True)
print(f"in 10 dimensions: mean length {lengths.mean():.2f}, in theory {chi(10).mean():.2f}")
curves = {f"{d} dimensions": chi(d).pdf(r) for d in (2, 10)}
curves["10 dimensions, our 2,000"] = ((edges[:-1] + edges[1:]) / 2, heights)
vh.plots.lines(curves, r, "length of z", "density", points=["10 dimensions, our 2,000"])

# %% [markdown]
# **What to see.** There is so little room near the origin, and so much further out, that nearly all
# draws lie in a **shell** around 3.1.
#
# The **temperature** T moves the shell: z = Tε has the length T · 3.1. One often reads that a low
# temperature gives fewer but cleaner images.
#
# **Predict.** Seven temperatures from 0 to 3. Which row will be cleanest, and which way will the
# judge's numbers go?

# %%
temperatures = [0, 0.5, 0.7, 1, 1.5, 2, 3]
judge({f"T = {t:g}": vae.decode(t * z) for t in (0.5, 1, 2)})
vh.plots.image_grid(
    {f"T = {t:g}": vae.decode(t * z[:12]) for t in temperatures},
    title="The same twelve noises at seven temperatures",
    alt="Seven rows of twelve images. At temperature 0 all show one grey smudge like an 8; towards "
    "1 they become different digits; above it they stay what they are, with thick, torn strokes.",
)

# %% [markdown]
# **What to see.** Half of the rule holds: diversity falls with the temperature, down to one smudge
# at T = 0, the middle of all digits. But nothing gets cleaner. In a VAE like this the middle is
# where all classes meet, and clean digits lie further out. At T = 2 more is recognised than at 1,
# and even the distance is smaller. Yet look at the last rows: strokes get thick and torn, and the
# classifier does not mind. The rule holds for models whose best images lie in the middle. Check
# before you believe.
#
# ---
#
# *A good place for a break.*
#
# ## 6. What the decoder has seen: the aggregated posterior <!-- 27 min -->
#
# Half of the prior's samples could not be read. The decoder was trained on points of the
# *posteriors* of training images, never on points of the prior. All posteriors together are a
# mixture, the **aggregated posterior**
#
# $$q(z) = \frac1n \sum_{i=1}^n \mathcal N\!\left(z;\ \mu_i,\ \sigma_i^2\right).$$
#
# Sampling from the prior is right if q(z) = p(z). The simplest comparison is that of mean and
# variance, which for a mixture has two parts: the variance of the means plus the mean of the
# variances.
#
# ### Exercise 4 · Draw from it <!-- 6 min -->

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 4: means only, without noise; `exp(z_log_var)` for σ; mean and
# log-variance from different images. Exercise 5: the mean of the logarithms; log n of the wrong n;
# out of the logarithms, which gives −∞ far away; log 2π once and not for each dimension.
#
# **Ask the room.** Mean and variance of q(z) are nearly those of the prior. How can half of the
# prior's samples fail all the same? *Answer: two moments do not see holes. At one and the same
# length, the share that can be read at least doubles from the emptiest tenth to the fullest.*
#
# **Draw.** Islands of several sizes inside a dashed circle, and a cross in a lake.
#
# **Late?** Skip exercise 5 (9 minutes). If you are very late, also exercise 4: the islands and the
# curve of the tenths carry the section.


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

# %%
of_means, of_noise = z_mean.var(axis=0), np.exp(z_log_var).mean(axis=0)
aggregated = vh.metrics.aggregated_posterior(z_mean, z_log_var)
print("mean    ", aggregated.mean.round(2))
print("variance", (of_means + of_noise).round(2), "of which noise", of_noise.round(2))
print(f"a Gaussian with these moments is {aggregated.kl_to_prior:.2f} nats from N(0, I)\n")
draw_q = exercises.sample_aggregated.yours_or(vh.latent.sample_aggregated)
from_q = draw_q(z_mean, z_log_var, 2_000, np.random.default_rng(4))
by_q = judge({"VAE, q(z)": vae.decode(from_q)})

# %% tags=["guard"]
assert np.allclose(of_means + of_noise, np.diag(aggregated.covariance), rtol=1e-3)
assert aggregated.kl_to_prior < 0.5
assert by_q["VAE, q(z)"]["recognised"] > of_vae["recognised"] + 0.25

# %% [markdown]
# **What to see.** Mean near 0, variance near 1: in these numbers q(z) and the prior differ by a
# fraction of a nat. And yet far more of the points from q(z) become digits: 87 % here, against 49 %
# of the prior's in section 4. Mean and variance cannot see holes. In two dimensions the eye can: in
# the posteriors of 600 garments, as ellipses.

# %%
some = slice(0, 600)
vh.plots.posteriors(
    z_mean_2d[some], z_log_var_2d[some], clothes.test.labels[some], clothes.class_names
)

# %% [markdown]
# **What to see.** Each garment is an island of its own size, together they are a country with
# lakes. The dashed circle holds 86 % of the prior; the white places inside are the **holes**.
#
# ### Exercise 5 · The density of the aggregated posterior <!-- 9 min -->
#
# In ten dimensions there is nothing to look at, so we need the formula. Far from all posteriors a
# density is too small for any floating-point number, so stay in the logarithms:
#
# $$\log q(z) = \log \sum_i \exp\big(\log \mathcal N(z; \mu_i, \sigma_i^2)\big) - \log n,$$
#
# $$\log \mathcal N(z; \mu_i, \sigma_i^2) = -\frac12 \sum_d
# \left(\frac{(z_d - \mu_{id})^2}{\sigma_{id}^2} + \log \sigma_{id}^2 + \log 2\pi\right).$$
#
# `logsumexp(…, axis=1)` does the log of the sum of the exponentials. The figure after it uses your
# function where the eye can check it: of 500 draws from the prior it shows the nine with the
# smallest q(z) / p(z), numbers 1 to 9, and the nine with the largest, 10 to 18.


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

# %%
density = exercises.log_q.yours_or(vh.metrics.log_aggregated_posterior)
draws = vh.latent.sample_prior(500, 2, seed=1)
log_ratio = density(draws, z_mean_2d[:2_000], z_log_var_2d[:2_000]) - norm.logpdf(draws).sum(axis=1)
order = np.argsort(log_ratio)
points = draws[np.concatenate([order[:9], order[-9:]])]
vh.plots.decoded_points(
    z_mean_2d, clothes.test.labels, points, fashion_vae.decode(points), clothes.class_names
)

# %% [markdown]
# **What to see.** 1 to 9 lie beyond the rim and in a lane, 10 to 18 where garments crowd. An empty
# place alone does not spoil an image: beyond the rim hang bold, clear garments. In the lane between
# two classes hang scraps.
#
# Now ten dimensions, with all 50,000 posteriors. (The package's `log_aggregated_posterior` does the
# same as your function, in blocks that fit into memory.) A hole is easily mistaken for something
# else: points far out have a low density *and* thicker strokes, as section 5 showed. So we put all
# 2,000 draws at **one length**, 3.45, sort them by log q(z), and ask the judge about each tenth.
#
# How empty is empty? The yardstick is codes of *test* images: they are not among the 50,000 either.

# %%
on_shell = 3.45 * z / np.linalg.norm(z, axis=1, keepdims=True)
images = vae.decode(on_shell)
order = np.argsort(vh.metrics.log_aggregated_posterior(on_shell, z_mean, z_log_var))
sure = vh.features.classify(images).max(axis=1) >= 0.9
tenths = np.array([sure[part].mean() for part in np.array_split(order, 10)])
vh.plots.lines(
    {"each tenth": (np.arange(1, 11), tenths, np.sqrt(tenths * (1 - tenths) / 200))},
    x_label="tenth of the draws, from the emptiest places to the fullest",
    y_label="share recognised ± standard error",
)

# %% tags=["guard"]
assert tenths[-1] > tenths[0] + 0.3
assert tenths[7:].mean() > tenths[3:7].mean() > tenths[:3].mean()

# %%
test_codes = vh.latent.sample_posterior(*vae.encode(x_some[::4]), seed=0)
log_ratios = {}
for name, points in (("codes of test images", test_codes), ("draws of the prior", z[:500])):
    log_mixture = vh.metrics.log_aggregated_posterior(points, z_mean, z_log_var)
    log_ratios[name] = log_mixture - norm.logpdf(points).sum(axis=1)
    middle, mean = np.median(log_ratios[name]), log_ratios[name].mean()
    print(f"log q(z) − log p(z) at {name}: median {middle:.1f} nats, mean {mean:.1f}")

# %% tags=["guard"]
at_test, at_prior = log_ratios.values()
assert -4 < np.median(at_test) < -1.5
assert -6.5 < at_test.mean() < -3
assert 15 < np.median(at_test) - np.median(at_prior) < 19

# %% [markdown]
# **What to see.** Where the decoder was trained, it draws digits: from the emptiest tenth to the
# fullest the share that can be read at least doubles, at one and the same length (28 to 38 % and 78
# to 88 % with three training seeds). Codes of test images lie a little below 0, since even 50,000
# islands do not cover ten dimensions. A typical draw of the prior lies about 17 nats lower still
# (16 to 17 with three seeds): in a place e¹⁷ times as thinly populated, some twenty million times.
# Neither the decoder nor the noise is bad. They do not fit.
#
# ## 7. The surgery of the ELBO <!-- 12 min -->
#
# The KL term of this VAE is 18 nats. What does it pay for? Hoffman and Johnson (2016) cut it in
# two. Put log q(z) in, and take it out again:
#
# $$\underbrace{\mathbb E \log \frac{q(z \mid x)}{p(z)}}_{\text{KL term}} =
# \underbrace{\mathbb E \log \frac{q(z \mid x)}{q(z)}}_{\text{information}} +
# \underbrace{\mathbb E \log \frac{q(z)}{p(z)}}_{\mathrm{KL}(q(z)\,\|\,p(z))}$$
#
# The **information** is what a code tells about its image: we want it, reconstruction lives on it.
# The rest, how far the mixture is from the prior, is the price of the holes.
#
# ### Exercise 6 · The surgery <!-- 8 min -->
#
# `z` are draws from the posteriors of the first `len(z)` of n images, one each; the mixture q(z)
# has all n posteriors. Return the two parts, each a mean over `z`. (Your `log_q` is in the package
# as `vh.metrics.log_aggregated_posterior`, and `norm.logpdf(z, mean, deviation)` is the log density
# of each coordinate.) The figure takes up to 1,000 draws, among 100, 1,000, 10,000 and all 50,000
# training images.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 6: the whole KL term for one of the parts; the variance where
# `norm.logpdf` wants the deviation; a mixture of the first images alone.
#
# **Ask the room.** The information follows log n. What does that mean? *Answer: nobody can tell n
# images apart with more than log n nats, so the estimate is capped: at least 10.5 nats of
# information, at most 7.5 of distance.*
#
# **Late?** Skip the section: nothing but one paragraph of section 8 needs it.


# %% exercise="surgery"
def surgery(z, z_mean, z_log_var):
    """Return the information and KL(q(z) ‖ p(z)), two numbers in nats."""
    # <solution>
    m = len(z)
    log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
    log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
    log_prior = norm.logpdf(z).sum(axis=1)
    return np.mean(log_own - log_mixture), np.mean(log_mixture - log_prior)
    # </solution>


exercises.surgery.check(surgery)
# exercises.surgery.hint()
# exercises.surgery.solution()

# %%
cut = exercises.surgery.yours_or(vh.metrics.elbo_surgery)
n_images = np.array([100, 1_000, 10_000, 50_000])
parts = np.array([cut(z_q[:1_000][:n], z_mean[:n], z_log_var[:n]) for n in n_images])
for n, (information, to_prior) in zip(n_images, parts, strict=True):
    total = information + to_prior
    print(f"n = {n:6,}: {information:5.2f} + {to_prior:5.2f} = {total:.2f} nats")
curves = {"information": parts[:, 0], "KL(q(z) ‖ p(z))": parts[:, 1], "log n": np.log(n_images)}
vh.plots.lines(curves, n_images, "n, images in the mixture", "nats", log_x=True)

# %% tags=["guard"]
assert np.all(np.log(n_images) - parts[:, 0] < 0.6)
assert 10.2 < parts[3, 0] < 10.82
assert 7 < parts[3, 1] < 8.2
assert abs(parts[3].sum() - vh.metrics.kl_divergence(z_mean, z_log_var).mean()) < 0.3

# %% [markdown]
# **What to see.** 18 = 10.5 + 7.5 nats, with all images. But look along the curve: the information
# is nearly log n, whatever n is. Nobody can tell n images apart with more than log n nats, so the
# estimate is **capped**, and what it cannot see it books as distance from the prior. With more
# images the cut would move on. What is certain is an inequality: the information is *at least* 10.5
# nats, and KL(q(z) ‖ p(z)) *at most* 7.5.
#
# Could a better prior save these 7.5 nats? For these 50,000 images the mixture of their own
# posteriors would. But for new images? At codes of test images log q(z) − log p(z) was *negative*
# on average, about −4 nats (section 6): with this mixture as the prior their KL term would rise. It
# knows its own images by heart. A prior overfits like any other density.
#
# ## 8. Mend the sampler <!-- 9 min -->
#
# So we do not draw from the prior. A **Gaussian mixture** is a smooth map of where codes are:
# several Gaussians where section 4 had one. With scikit-learn it takes two lines:
#
# ```python
# mixture = GaussianMixture(10, random_state=0).fit(codes)
# points, component = mixture.sample(2_000)
# ```
#
# `vh.latent.PosteriorMixture` is these two lines, with a seed for the draws. For the VAE it gets
# *draws* from the posteriors, on which the decoder was trained; their means alone are less spread.
# Nobody forbids us to fit one to the AE's codes, too.
#
# **Predict.** Put these in order, from best to worst: VAE with N(0, I), VAE with a mixture, AE with
# a mixture.

# %% [markdown] tags=["teacher"]
# **Ask the room.** Order: VAE with N(0, I), VAE with a mixture, AE with a mixture. *Answer: AE with
# a mixture, then VAE with a mixture, then far behind the prior; in three trainings of three draws
# each.* What does the AE pay? *It has no density and no ELBO.*
#
# **Late?** The order by show of hands, the table, and on. Leave out the stretched copies.

# %%
n_components = vh.by_mode(10, 50)
ae_mixture = vh.latent.PosteriorMixture(ae_codes, n_components, seed=0)
vae_mixture = vh.latent.PosteriorMixture(z_q[:10_000], n_components, seed=0)
z_copies, _ = vae.encode(x_some)
sampled = {
    "VAE, prior": vae.decode(z),
    "VAE, mixture": vae.decode(vae_mixture.sample(2_000, seed=1)),
    "AE, mixture": ae.decode(ae_mixture.sample(2_000, seed=1)),
    "VAE, copies": vae.decode(z_copies),
}
scores = judge(sampled)
saved = np.mean(vae_mixture.log_density(test_codes) - norm.logpdf(test_codes).sum(axis=1))
print(f"as a prior, the VAE's mixture saves {saved:.1f} nats of the KL term of test images")
vh.plots.image_grid({name: images[:12] for name, images in sampled.items()})

# %% tags=["guard"]
distances = {name: score["distance"] for name, score in scores.items()}
assert distances["AE, mixture"] < distances["VAE, mixture"] < 0.75 * distances["VAE, prior"]
assert scores["AE, mixture"]["recognised"] > scores["VAE, prior"]["recognised"] + 0.2
assert 1 < saved < 3.5

# %% [markdown]
# **What to see.** The AE with a mixture comes first, the VAE with a mixture second, the VAE with
# its own prior far behind. With three training seeds and three draws each the distances were 6.2 to
# 7.7, 10.2 to 11.5, and 20 to 22: always in this order. Ghosh et al. (2020) report the like:
# autoencoders without noise, sampled with a mixture, keep up with VAEs or beat them. What the AE
# pays: nothing is known about its density, and it has no ELBO. Today's large image models take this
# way, with a learned density over the codes of an autoencoder (Rombach et al. 2022).
#
# And the nats of section 7? With the VAE's mixture for a prior the KL term of test images falls by
# about two of its 18 nats (the last line above), for images that the mixture never saw. So
# KL(q(z) ‖ p(z)) lies somewhere between 2 and 7.5 nats. Tomczak and Welling (2018) learn such a
# prior together with the VAE.
#
# The last row of the table is no sampler: **copies** of test images, to show what the decoder can
# do. Is that a bound?

# %% exercise="stretched_copies"
# <solution>
guess = "a"
# </solution>
exercises.stretched_copies.predict(guess)

# %%
stretched = {f"copies, codes × {s:g}": vae.decode(s * z_copies) for s in (1.2, 1.4)}
by_factor = judge(stretched)
rows = {"originals": x_some, "copies": sampled["VAE, copies"], **stretched}
vh.plots.image_grid({name: images[:12] for name, images in rows.items()})

# %% tags=["guard"]
plain, (_, far) = scores["VAE, copies"], by_factor.values()
assert far["distance"] < 0.65 * plain["distance"]
assert far["recognised"] > plain["recognised"] - 0.01

# %%
exercises.stretched_copies.compare()

# %% [markdown]
# ### A better decoder, the same noise
#
# The convolutional VAE also has ten latent dimensions. It gets the same noise as the dense one, and
# then a mixture fitted to draws from the posteriors of 2,000 training images.

# %%
conv = vh.zoo.load("mnist-conv-vae")
conv_q = vh.latent.sample_posterior(*conv.encode(x_train[:2_000]), seed=0)
conv_mixture = vh.latent.PosteriorMixture(conv_q, 10, seed=0)
of_conv = {
    "conv VAE, prior": conv.decode(z),
    "conv VAE, mixture": conv.decode(conv_mixture.sample(2_000, seed=1)),
}
by_conv = judge(of_conv)
rows = {"dense VAE, prior": sampled["VAE, prior"], **of_conv}
vh.plots.image_grid({name: images[:12] for name, images in rows.items()})

# %% tags=["guard"]
from IPython.display import display

conv_prior, conv_fitted = by_conv.values()
assert conv_prior["distance"] < 0.6 * scores["VAE, prior"]["distance"]
assert conv_fitted["distance"] < min(0.5 * conv_prior["distance"], distances["AE, mixture"])
scores |= {"AE, noise of N(0, I)": of_ae, **by_conv}
scores |= {"AE, one Gaussian": ae_one, "copies, codes × 1.4": far}
what, how = "Fréchet classifier distance: ", "2,000 samples, noise or draws of seed 1"
hows = {name: "every fifth test image, 2,000" for name in scores if "copies" in name}
display(vh.measured([(what + k, s["distance"], None, hows.get(k, how)) for k, s in scores.items()]))

# %% [markdown]
# **What to see.** The first two rows have the same noise and other digits: what a coordinate means
# was settled in each training anew. So a single pair says nothing. The same noise takes the luck of
# the draw out of the comparison, and 2,000 images do the rest. This convolutional VAE is better,
# and has holes as well: the mixture takes it further than all that came before in this chapter. A
# good decoder and a good sampler are two different things, and you can have both.
#
# ## 9. From scatter to widget <!-- 4 min -->
#
# Back to two dimensions, to feel the holes with your own hands. On paper: twelve stops on a circle
# around the origin. And in motion, below.
#
# **What to try.** Click on the map, or use the boxes and sliders. Find the border of two digits, a
# white lane between classes, and the last readable digit on the way out.

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
# ## 10. Your experiment: does β fill the holes? <!-- 6 min -->
#
# The course holds versions of the ten-dimensional VAE that were trained with other weights β of the
# KL term. A large β pulls harder towards the prior. Choose a variant, write down what you expect
# of its samples from the prior and from its own posteriors, run, and put your conclusion into your
# log. Then try another one.

# %% [markdown] tags=["teacher"]
# **Ask the room.** With β = 4, what do you expect of the prior's samples, and of those from the
# posteriors? *Answer of one run: the gap between them shrinks, and all are more blurred.*
#
# **Late?** Homework.

# %%
print(vh.zoo.variants("mnist-vae"))
variant = "beta-4"
other = vh.zoo.load("mnist-vae", variant)
other_q = vh.latent.sample_posterior(*other.encode(x_train[:2_000]), seed=0)
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
# ## 11. Common mistakes, failing for you <!-- 4 min -->
#
# 1. **Even noise.** `rng.random` draws from 0 to 1: one corner of the prior, and little diversity.
# 2. **Log-variance taken for the log of the deviation.** The noise of the posteriors gets far too
#    small. The pictures look fine; only the variance of the noise shows it.
# 3. **A sampler without a seed.** Nobody, not you either, can ever see the same images again.
# 4. **A sorted mixture.** scikit-learn's `sample` returns one Gaussian after the other, so the
#    first images are all of one kind. (The course's mixture mixes.)

# %%
rng = np.random.default_rng(4)
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
_, component = vae_mixture.mixture.sample(2_000)
print(f"4. the first twelve samples come from the Gaussians {component[:12]}")

# %% tags=["guard"]
assert bad["1. even noise"]["diversity"] < 0.6 * of_vae["diversity"]
assert bad["2. wrong deviation"]["recognised"] > of_vae["recognised"] + 0.2
assert wrong.var() < 0.5 * of_noise.mean()

# %% [markdown]
# ## Recap <!-- 1 min -->
#
# - Sampling needs the decoder and noise of the prior; temperature scales the noise.
# - An autoencoder asked with N(0, I) makes ghosts. One Gaussian, fitted to its codes, brings it
#   level with a VAE and its prior; a mixture takes both further.
# - In many dimensions noise lies in a shell, far from the origin.
# - The decoder was trained on the aggregated posterior q(z). Where it is thin are holes; mean and
#   variance do not show them, log q(z) does. Compare at one length.
# - KL term = information + KL(q(z) ‖ p(z)); an estimate from n images sees at most log n nats of
#   the information.
# - A judge can be fooled: more than nine in ten ghosts recognised, and stretched copies nearer to
#   real digits than true ones. Look at several numbers, and at the images.
#
# ## Self-test <!-- 4 min -->

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
# ## Further, and next <!-- 1 min -->
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
