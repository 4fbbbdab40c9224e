# %% [markdown]
# # 08 · Applications
#
# **Clean a picture, pack it into few bits, find the odd one out, make training data: put each
# promise of the VAE beside the simple tool that does the same job, and let the numbers speak.**
#
# | | |
# | --- | --- |
# | Time | about 90 minutes with all exercises; the code alone runs in about 45 seconds |
# | You need | the ELBO of [02](02_vae_theory.ipynb) and the posteriors of [04](04_sampling.ipynb) |
# | You will | train a VAE that removes noise, and measure it in decibels |
# | | turn nats into bits, and send pictures in fewer of them than PNG |
# | | find images of a class that was never seen – and see why one digit always gets away |
# | | test whether invented images make a classifier better |
# | | write a conditional VAE that draws the digit you ask for |

# %%
import bz2
import gzip
import io

import numpy as np
from PIL import Image
from scipy.ndimage import median_filter
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve
from sklearn.svm import SVC

import vae_helpers as vh
from vae_helpers.backend import keras
from vae_helpers.checks import chapter08 as exercises
from vae_helpers.checks import experiment_log, progress

ops = keras.ops
print(f"vae_helpers {vh.__version__} in {vh.course_mode()} mode, Keras {keras.__version__}")

# %% [markdown]
# ## 1. Denoising
#
# The code of an autoencoder has room for ten numbers. Noise needs 784. So it is often said that
# noise gets lost on the way through the bottleneck, and an autoencoder cleans pictures for free.
#
# **Before you run this:** each pixel gets noise of standard deviation 0.5. Which row will be
# cleanest – the autoencoder (AE), the VAE, or a median filter, which replaces each pixel by the
# median of the nine around it and has never learned anything?

# %%
digits = vh.load_data("mnist")
x_train, y_train = digits.train.images, digits.train.labels
step = vh.by_mode(5, 1)  # quick: 2,000 test images from all over the file
x_test, y_test = digits.test.images[::step], digits.test.labels[::step]
ae, vae = vh.zoo.load("mnist-ae"), vh.zoo.load("mnist-vae")
LEVEL = 0.5


def add_noise(images, level, seed=8):
    noise = np.random.default_rng(seed).standard_normal(images.shape)
    return np.clip(images + level * noise, 0, 1).astype("float32")


# %%
x_noisy = add_noise(x_test, LEVEL)
cleaned = {
    "with noise": x_noisy,
    "AE": ae.reconstruct(x_noisy),
    "VAE": vae.reconstruct(x_noisy),
    "median filter": median_filter(x_noisy, (1, 3, 3, 1)),
}
vh.plots.image_grid(
    {"clean": x_test[:10]} | {name: images[:10] for name, images in cleaned.items()},
    alt="Ten digits. With noise they can still be read. AE and VAE make other digits and smudges "
    "of them. The median filter gives the right digits in grey, grainy strokes.",
)

# %% [markdown]
# **What to see.** AE and VAE do return something clean – but it is seldom the digit that went in.
# Their encoders have never met noise, and for an image unlike all others a network may answer
# anything.
#
# ### Exercise 1: decibels
#
# Engineers measure copies by the **peak signal-to-noise ratio** (PSNR). For pixels in [0, 1],
#
# $$\text{PSNR} = 10 \log_{10} \frac{1}{\text{MSE}},$$
#
# with the mean squared error of one image, averaged over its pixels. 10 dB more mean a tenth of
# the error. Return it for each image. (No copy is perfect here, so that no MSE is 0.)


# %% exercise="psnr"
def psnr(x, x_hat):
    """Return the PSNR of each image (n,), in decibels; both are (n, h, w, 1) in [0, 1]."""
    # <solution>
    mse = np.mean((x - x_hat) ** 2, axis=(1, 2, 3))
    return -10 * np.log10(mse)
    # </solution>


exercises.psnr.check(psnr)
# exercises.psnr.hint()
# exercises.psnr.solution()


# %%
# Before you run this: is a copy by the AE closer to the clean image than the noisy image is?
def decibels(x, x_hat):
    mse = vh.metrics.reconstruction_error(x, x_hat, "mse", reduction="mean", per_image=True)
    return np.mean(-10 * np.log10(mse))


def show_decibels(restored):
    for name, images in restored.items():
        error = vh.metrics.reconstruction_error(x_test, images)
        print(f"{name:26} squared error {error:5.1f}, PSNR {decibels(x_test, images):5.2f} dB")
    return {name: decibels(x_test, images) for name, images in restored.items()}


db = show_decibels(cleaned | {"VAE, given the clean one": vae.reconstruct(x_test)})
assert 9.2 < db["with noise"] < 9.6 < db["AE"] < db["VAE"] < 11
assert 13.9 < db["median filter"] < 14.5 < 18.6 < db["VAE, given the clean one"] < 19.1

# %% [markdown]
# **What to see.** The bottleneck alone wins about one decibel; the filter that knows nothing wins
# nearly five. The last line is what this decoder could reach if it knew the clean image.
#
# So we must *train* for the task: **noise in, clean target out** (Vincent et al. 2008). In our
# class that is one method. Keras hands `compute_loss` the images that we gave it, and they are
# clean; only what the encoder sees in training gets noise, fresh for every batch. We do not begin
# from nothing: the bundled VAE knows digits, and its weights are our start.
#
# **Before you run this:** will the denoiser beat the median filter?


# %%
class Denoiser(vh.models.VAE):
    """A VAE that sees noisy images in training; its target stays clean."""

    def call(self, images, training=None):
        if training:
            noise = keras.random.normal(ops.shape(images), seed=self.sampling.seed_generator)
            images = ops.clip(images + LEVEL * noise, 0.0, 1.0)
        return super().call(images, training=training)


start = vh.zoo.load("mnist-vae")
denoiser = Denoiser(start.encoder, start.decoder, seed=0)
fast = vh.zoo.entry("mnist-vae").fast  # the recipe of the course
n, epochs = vh.by_mode((20_000, 2), (50_000, 12))
recipe = fast.replace(epochs=epochs, learning_rate=3e-3, mean_image_bias=False)
vh.training.fit(denoiser, x_train[:n], recipe=recipe, progress=False)["loss"]

# %%
cleaned["denoising VAE"] = denoiser.reconstruct(x_noisy)
db = show_decibels(cleaned)
assert db["denoising VAE"] > db["median filter"] + 1.2
vh.plots.image_grid({"clean": x_test[:10]} | {name: x[:10] for name, x in cleaned.items()})

# %% [markdown]
# **What did you observe?** The denoiser has the same layers as the VAE above. What did it learn
# that the VAE had not? And what will it do to an image *without* noise?
#
# <details><summary>Answer</summary>
#
# It learned where noisy images belong: its encoder now looks past the noise, and the decoder draws
# what it believes was there. Nothing is filtered; the digit is drawn anew. That is its strength and
# its danger: it draws a clean digit even where it should say "I cannot read this". And it expects
# noise everywhere. A clean image becomes worse than through the plain VAE, as the next cell shows.
#
# </details>
#
# A VAE can do one thing more than a filter: it can say how sure it is. Draw several codes from the
# posterior of one noisy image and decode each.

# %%
of_clean = [decibels(x_test, model.reconstruct(x_test)) for model in (vae, denoiser)]
print(f"clean images in: VAE {of_clean[0]:.1f} dB, denoising VAE {of_clean[1]:.1f} dB")
assert of_clean[0] > of_clean[1] + 1
rows = {"clean": x_test[:10]}
for level in (0.5, 0.9):
    noisy = add_noise(x_test, level)
    posterior = denoiser.encode(noisy)
    draws = [denoiser.decode(vh.latent.sample_posterior(*posterior, seed=s)) for s in range(3)]
    first, second = (vh.features.classify(x).argmax(axis=1) for x in draws[:2])
    agree, right = np.mean(first == second), np.mean(first == y_test)
    print(f"noise {level}: two draws are read alike in {agree:.0%}, and right in {right:.0%}")
    rows[f"noise {level}"] = noisy[:10]
    rows |= {f"draw {i + 1} at {level}": x[:10] for i, x in enumerate(draws)}
assert right < agree - 0.1
vh.plots.image_grid(rows)

# %% [markdown]
# **What to see.** Where the draws differ, the noise leaves doubt; a single clean picture would have
# hidden that. But do not trust it blindly. At 0.9, more noise than it was trained on, two draws
# agree far more often than they are right: the denoiser is sure, and wrong.
#
# ## 2. Compression
#
# ### What a code costs: bits back
#
# Sender and receiver both have the VAE. To send a black and white image x, the sender
#
# 1. draws z from the posterior q(z|x); the receiver gets it under the prior, −log₂ p(z) bits,
# 2. sends x under the decoder's probabilities, −log₂ p(x|z) bits.
#
# That looks wasteful: *any* z of the posterior would do. But the draw needed random bits, and they
# can be another part of the message. The receiver, who knows x by now, knows q(z|x) too, and reads
# them out of z: −log₂ q(z|x) **bits back**. (Both are densities, since z is sent on a fine grid: a
# finer one makes the first cost larger and gives as many more bits back.) On average the image
# costs
#
# $$\mathbb E_q\left[-\log_2 p(x|z) - \log_2 p(z) + \log_2 q(z|x)\right]
# = \frac{-\text{ELBO}}{\log 2}\ \text{bits}, \qquad \text{of which the code costs }
# \frac{\text{KL}}{\log 2}.$$
#
# So on black and white images the loss that you know from chapter 03 is the length of a message. On
# grey ones it is not: see below, and section 8. (Townsend et al. 2019 built the coder, which needs
# hardly more than this formula.)
#
# **Before you run this:** a black and white digit has 784 pixels, raw 784 bits. How many does a PNG
# need? And the VAE, which was trained on grey images and never on these?


# %%
def png_bits(image):
    """Return the bits of an image as a PNG file, and those of its data alone."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    file = buffer.getvalue()  # 57 bytes of it are the same in every file of this size
    return 8 * len(file), 8 * (len(file) - 57)


def show_bits(sizes):
    print(f"{f'N = {len(x_test):,}':34} bits an image  a pixel")
    for name, bits in sizes.items():
        print(f"{name:34} {bits:13.0f} {bits / 784:8.2f}")


# %%
white = vh.metrics.binarize(x_test, "static")
pile = np.packbits(white.astype(bool).reshape(len(white), -1)).tobytes()
file, data = np.mean([png_bits(image[..., 0] > 0) for image in white], axis=0)
two_tone = {
    "PNG, the file": file,
    "PNG, its data alone": data,
    "gzip, all images in one pile": 8 * len(gzip.compress(pile)) / len(white),
    "bzip2, all images in one pile": 8 * len(bz2.compress(pile)) / len(white),
    "VAE: −ELBO": -vh.metrics.estimate_elbo(vae, white, seed=0).mean() / np.log(2),
    "      of which the code (KL)": vh.metrics.kl_divergence(*vae.encode(white)).mean() / np.log(2),
}
show_bits(two_tone)
*_, bzip2_bits, vae_bits, code_bits = two_tone.values()
assert 150 < vae_bits < 162 < min(0.28 * data, 0.85 * bzip2_bits)
assert 25 < code_bits < 28 < data < 784 < file

# %% [markdown]
# **What to see.** A PNG *file* is larger than the raw pixels, since 57 bytes are wrapping. A fair
# comparison leaves the wrapping out, or packs all images together. The VAE still wins: 156 bits, a
# quarter of the PNG data. Only 26 of them are the code; the other 130 repair what the
# decoder gets wrong, pixel by pixel. That is why it is **lossless**.
#
# ### Grey images: eight bits a pixel
#
# Most images are not black and white. The obvious way is to send the code and then the
# *difference* between image and copy, and it fails (section 8 shows how). Better ask the copy:
# where it is black, the pixel is nearly always 0; where it is grey, it may be anything.
#
# ### Exercise 2: ask the copy how sure it is
#
# Training images tell how often each pixel value comes **given the copy's value**. The copy's
# brightness falls into one of 16 bins; a table has for each bin the probability of all 256 pixel
# values. An event of probability p costs −log₂ p bits. Return the bits of each image.


# %% exercise="residual_bits"
def residual_bits(pixels, bins, table):
    """Return the bits (n,) of images, given their copies.

    pixels: whole numbers 0–255 (n, h, w, 1); bins: the bin of each pixel of the copies, same shape;
    table: (16, 256), the probability of each pixel value in each bin.
    """
    # <solution>
    p = table[bins, pixels]
    return -np.log2(p).sum(axis=(1, 2, 3))
    # </solution>


exercises.residual_bits.check(residual_bits)
# exercises.residual_bits.hint()
# exercises.residual_bits.solution()


# %%
def copied(model, images, seed):
    """Return pixels, bins of a copy decoded from a posterior draw, and the KL in bits."""
    posterior = model.encode(images)
    copies = model.decode(vh.latent.sample_posterior(*posterior, seed=seed))
    kl = vh.metrics.kl_divergence(*posterior) / np.log(2)
    return np.round(255 * images).astype(int), np.minimum(16 * copies, 15).astype(int), kl


def grey_bits(model, images, training_images):
    """Return the bits of each image (n,): the code, then the pixels by a table of training."""
    pixels, bins, _ = copied(model, training_images, seed=1)
    table = np.bincount((256 * bins + pixels).ravel(), minlength=16 * 256).reshape(16, 256) + 1.0
    table /= table.sum(axis=1, keepdims=True)
    pixels, bins, kl = copied(model, images, seed=2)
    return kl - np.log2(table[bins, pixels]).sum(axis=(1, 2, 3))


# %%
# Before you run this: PNG needs 2.8 bits a pixel. Will the VAE get below half of that, 1.4?
eight_bit = np.round(255 * x_test[..., 0]).astype("uint8")
png_files = np.array([png_bits(image)[0] for image in eight_bit])
grey = {
    "PNG, the file": png_files.mean(),
    "gzip, all images in one pile": 8 * len(gzip.compress(eight_bit.tobytes())) / len(x_test),
    "bzip2, all images in one pile": 8 * len(bz2.compress(eight_bit.tobytes())) / len(x_test),
    "VAE, code and pixels": grey_bits(vae, x_test, x_train[:10_000]).mean(),
}
show_bits(grey)
weights = vae.encoder.count_params() + vae.decoder.count_params()
print(f"{weights:,} weights of 32 bits are {weights * 32 / len(x_train):.0f} bits a training image")
assert 1.35 < grey["VAE, code and pixels"] / 784 < 1.43 < 2.7 < grey["PNG, the file"] / 784 < 2.9
saved = grey["gzip, all images in one pile"] - grey["VAE, code and pixels"]
assert saved < 300 < weights * 32 / len(x_train) < 315

# %% [markdown]
# **What to see.** 1.39 bits a pixel, half of a PNG file: to the second decimal what Townsend et al.
# print for their VAE, which has another likelihood. And hardly less than bzip2, which has learned
# nothing in advance. Most of a grey value is grain that nobody can predict: the code of 26 bits
# explains the digit, a thousand bits go into the grain.
#
# And is it fair? **The receiver needs the model.** Spread over all training images, its weights
# would cost 308 bits each, more than they save against gzip or bzip2. A learned compressor pays
# when the stream is long, or when the model is on the device anyway. This term is easily forgotten.
#
# ### Lossy: throw the grain away
#
# If only the digit matters, send the code alone. Then the picture is no longer the same, and a
# number of bits means nothing without its PSNR.
#
# - **JPEG**, from the worst quality on.
# - **The AE's code**, each of its ten numbers rounded to one of 2, 4, … 32 values. Or, crudest of
#   all: sort the codes into 64 groups and send the number of the group, 6 bits.
# - **A draw from the VAE's posterior**, counted as KL / log 2 bits. Bits back cannot do that here:
#   the receiver never gets x, and so cannot read anything out of z. *Relative entropy coding*
#   (Flamich et al. 2020) sends a draw for the KL and some bits more: take this curve as a floor.
#
# **Before you run this:** JPEG at its lowest quality against the VAE with β = 0.1, whose code costs
# 49 bits. How many times as many bits does JPEG need for about the same PSNR?


# %%
def jpeg(image, quality):
    """Return the bits of a JPEG without its tables, and the image that comes back."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality, optimize=True)
    scan = len(buffer.getvalue()) - buffer.getvalue().index(b"\xff\xda") - 12
    return 8 * scan, np.asarray(Image.open(buffer)) / 255


def round_codes(z, training_z, bits):
    """Round each coordinate to one of 2**bits values, each of them used equally often."""
    middles = (np.arange(2**bits) + 0.5) / 2**bits
    values = np.quantile(training_z, middles, axis=0)
    edges = (values[1:] + values[:-1]) / 2
    which = [np.searchsorted(edges[:, d], z[:, d]) for d in range(z.shape[1])]
    return np.stack([values[i, d] for d, i in enumerate(which)], axis=1)


# %%
some = eight_bit[:: len(eight_bit) // 500]
points = {"JPEG, without its tables": [], "AE, rounded codes": [], "VAE, a draw (KL bits)": []}
for quality in (1, 5, 10, 20, 40):
    bits, back = zip(*(jpeg(image, quality) for image in some), strict=True)
    points["JPEG, without its tables"].append((np.mean(bits), decibels(some / 255, np.array(back))))
codes = ae.encode(x_train[:10_000])
for bits in (1, 2, 3, 4, 5):
    back = ae.decode(round_codes(ae.encode(x_test), codes, bits))
    points["AE, rounded codes"].append((10 * bits, decibels(x_test, back)))
words = MiniBatchKMeans(64, random_state=0, n_init=1).fit(codes[:5_000])
nearest = words.cluster_centers_[words.predict(ae.encode(x_test))].astype("float32")
points["AE, one of 64 words"] = [(6, decibels(x_test, ae.decode(nearest)))]
assert 13.5 < points["AE, one of 64 words"][0][1] < 14.6

# %%
for variant in ("beta-10", "beta-4", "beta-2", None, "beta-0.5", "beta-0.1"):
    model = vh.zoo.load("mnist-vae", variant)
    posterior = model.encode(x_test)
    back = model.decode(vh.latent.sample_posterior(*posterior, seed=0))
    bits = vh.metrics.kl_divergence(*posterior).mean() / np.log(2)
    points["VAE, a draw (KL bits)"].append((bits, decibels(x_test, back)))
jpeg_bits, jpeg_db = points["JPEG, without its tables"][0]
beta_bits, beta_db = points["VAE, a draw (KL bits)"][-1]
print(f"β = 0.1: {beta_bits:.0f} bits, {beta_db:.1f} dB; JPEG: {jpeg_bits:.0f}, {jpeg_db:.1f} dB")
assert beta_db > jpeg_db - 0.4
assert 4.6 < jpeg_bits / beta_bits < 5
curves = {name: tuple(np.array(values).T) for name, values in points.items()}
single = ["AE, one of 64 words"]
vh.plots.lines(curves, x_label="bits an image", y_label="PSNR (dB)", log_x=True, points=single)

# %% [markdown]
# **What did you observe?** Who wins where? And which of the curves could a friend of yours use
# today, for one single picture of a cat?
#
# <details><summary>Answer</summary>
#
# Below about 19 dB the learned codes need a fraction of JPEG's bits: at 19 dB JPEG's 236 are nearly
# five times the 49 of the VAE. Above it they are not even in the race: ten numbers cannot hold
# more, and what they drop never comes back, however many bits you spend. JPEG goes on up to any
# quality, and only JPEG can take the cat: the VAE would send back a digit. Rounded codes are sent
# as they are; the VAE's bits are a floor that needs a special coder.
#
# </details>
#
# ## 3. Anomaly detection
#
# A detector sees only what is ordinary, and must call out when something else comes by. A VAE gives
# a score for free: how many nats does it need for this image?
#
# ### Exercise 3: the negative ELBO as a score
#
# Write it for each image, from what encoder and decoder return. It is the loss of chapter 03 before
# the mean: cross-entropy summed over pixels, plus the KL divergence. The cross-entropy of a pixel x
# and a logit l is log(1 + e^l) − x l, and `np.logaddexp(0, l)` is its first part without overflow.


# %% exercise="anomaly_score"
def anomaly_score(images, logits, z_mean, z_log_var):
    """Return −ELBO of each image (n,), in nats; images and logits are (n, h, w, 1)."""
    # <solution>
    cross_entropy = np.sum(np.logaddexp(0, logits) - images * logits, axis=(1, 2, 3))
    kl = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1)
    return cross_entropy + kl
    # </solution>


exercises.anomaly_score.check(anomaly_score)
# exercises.anomaly_score.hint()
# exercises.anomaly_score.solution()

# %% [markdown]
# Three small detectors, each trained on all digits but one: without 0, without 1, without 9.
# (`VAE_COURSE_MODE=full` takes all images, and leaves out each of the ten.) Two scores: the
# negative ELBO, and the squared error of the copy. And two judgements of a score:
#
# - **ROC AUC**: the share of pairs – one anomaly, one ordinary image – in which the anomaly scores
#   higher. A coin gets 0.5.
# - **average precision** (AP): go down the list from the highest score; at each anomaly, which
#   share of the images so far are anomalies? AP is the mean of these shares. A coin gets the share
#   of anomalies, here 0.1.
#
# **Before you run this:** which of the three will be hardest to find?

# %%
n, epochs = vh.by_mode((6_000, 5), (50_000, 12))
detectors = {}
for held_out in vh.by_mode((0, 1, 9), range(10)):
    keras.utils.set_random_seed(0)
    detector = vh.models.VAE(
        vh.models.dense_encoder((28, 28, 1), (300,), 10),
        vh.models.dense_decoder((28, 28, 1), (300,), 10),
        seed=0,
    )
    ordinary = x_train[y_train != held_out][:n]
    vh.training.fit(detector, ordinary, recipe=fast, epochs=epochs, progress=False)
    detectors[held_out] = detector


# %%
def squared_error(model, images):
    return vh.metrics.reconstruction_error(images, model.reconstruct(images), per_image=True)


TONNAER = (0.81, 0.09, 0.92, 0.87, 0.78, 0.86, 0.87, 0.51, 0.89, 0.58)
print(f"N = {len(x_test):,}        −ELBO        squared error  published")
print("held out    AUC    AP      AUC    AP       AUC")
scores, auc = {}, {}
for held_out, detector in detectors.items():
    odd, elbo = y_test == held_out, -vh.metrics.estimate_elbo(detector, x_test, seed=0)
    scores[held_out] = {"−ELBO": elbo, "squared error": squared_error(detector, x_test)}
    auc[held_out] = {name: roc_auc_score(odd, s) for name, s in scores[held_out].items()}
    ap = [average_precision_score(odd, s) for s in scores[held_out].values()]
    numbers = *zip(auc[held_out].values(), ap, strict=True), (TONNAER[held_out],)
    print(f"{held_out:8}", *("  ".join(f"{x:5.2f}" for x in pair) for pair in numbers), sep="   ")

# %%
assert auc[0]["−ELBO"] > 0.88
assert auc[1]["−ELBO"] < 0.2 < auc[1]["squared error"] < 0.45
assert 0.42 < auc[9]["−ELBO"] < 0.62
curves = {}
for held_out in (0, 1, 9):
    roc = {name: roc_curve(y_test == held_out, s)[:2] for name, s in scores[held_out].items()}
    curves[f"without {held_out}"] = roc | {"a coin": (np.array([0, 1]), np.array([0, 1]))}
vh.plots.lines(curves, x_label="share of false alarms", y_label="share of anomalies found")

# %% [markdown]
# **What to see.** An unseen 0 is found easily. An unseen 9 is not: to a model that knows 4 and 7 it
# is nothing new. And with an unseen 1 the ELBO is far *worse* than a coin: the model likes ones
# better than the digits it was trained on! The published column is from another VAE (Tonnaer's
# thesis, 32 latent dimensions, −ELBO), and tells the same three stories.
#
# **Before you run this:** why ones? Here is every test image with its size as a PNG, and what the
# VAE that knows all ten digits pays for it.

# %%
everything = -vh.metrics.estimate_elbo(vae, x_test, seed=0)
correlation = np.corrcoef(png_files, everything)[0, 1]
ones, zeros = y_test == 1, y_test == 0
of_ones = everything[ones].mean()
print(f"correlation {correlation:.2f}; ones {of_ones:.0f} nats, all {everything.mean():.0f}")
assert correlation > 0.6
assert of_ones < 0.6 * everything.mean()
groups = {"the other digits": ~ones & ~zeros, "zeros": zeros, "ones": ones}
curves = {name: (png_files[which], everything[which]) for name, which in groups.items()}
vh.plots.lines(curves, x_label="PNG file (bits)", y_label="−ELBO (nats)", points=list(groups))

# %% [markdown]
# **What did you observe?** What does a high likelihood mean, then?
#
# <details><summary>Answer</summary>
#
# That the image is cheap to describe – for *any* describer. A one is a short stroke on black, and
# even PNG, which has never seen a digit, needs few bits. On black and white the ELBO is a message
# length (section 2), on grey images it ranks them much alike; and a simple image has a short
# message whether it is ordinary or not. A class of low complexity gets a high likelihood without
# ever having been seen.
#
# </details>
#
# It is not only ones. Take the VAE of clothes and show it digits, which no shop sells. We score in
# bits, the length of a true message, by `grey_bits`. Serrà et al. (2020) take away the size of the
# PNG: what remains is *surprise beyond complexity*. A third score is the squared error of the copy,
# and a fourth has no model at all: small files are suspect. **Before you run this:** which of the
# four will tell digits from clothes?
#
# The second cell then goes back to the digits that were left out, with two remedies: taking away
# the PNG, and dividing the squared error by the *ink*, the sum of the squared pixels, so that a
# thin stroke has no advantage.

# %%
clothes = vh.load_data("fashion-mnist", image_size=32, validation=0)
fashion_vae, k = vh.zoo.load("fashion-conv-vae"), vh.by_mode(20, 5)
padded = np.pad(digits.test.images[::k], ((0, 0), (2, 2), (2, 2), (0, 0)))  # 32 × 32, as clothes
odd, both = np.repeat([0, 1], len(padded)), np.concatenate([clothes.test.images[::k], padded])
message = grey_bits(fashion_vae, both, clothes.train.images[:1_000])
as_png = [png_bits(image)[0] for image in np.round(255 * both[..., 0]).astype("uint8")]
foreign = {
    "bits of the VAE": roc_auc_score(odd, message),
    "the same minus PNG": roc_auc_score(odd, message - as_png),
    "squared error": roc_auc_score(odd, squared_error(fashion_vae, both)),
    "small PNG": roc_auc_score(odd, -np.array(as_png)),
}
print("ROC AUC", {name: round(value, 2) for name, value in foreign.items()})
assert foreign["bits of the VAE"] < 0.35 < 0.93 < foreign["squared error"]
assert 0.93 < foreign["the same minus PNG"] < foreign["small PNG"]

# %%
ink = np.square(x_test).sum(axis=(1, 2, 3))
names = ("−ELBO", "bits − PNG", "squared error", "error / ink")
print("ROC AUC     ", *(f"{name:>14}" for name in names))
for held_out, detector in detectors.items():
    surprise = grey_bits(detector, x_test, x_train[y_train != held_out][:3_000]) - png_files
    mended = {"bits − PNG": surprise, "error / ink": scores[held_out]["squared error"] / ink}
    auc[held_out] |= {name: roc_auc_score(y_test == held_out, s) for name, s in mended.items()}
    print(f"without {held_out}   ", *(f"{auc[held_out][name]:14.2f}" for name in names))
assert min(auc[1]["bits − PNG"], auc[1]["error / ink"]) > 0.7
assert max(auc[0]["bits − PNG"], auc[0]["error / ink"]) < auc[0]["−ELBO"] - 0.05

# %% [markdown]
# **What to see.** To the VAE of clothes a digit is *more* likely than clothes; Nalisnick et al.
# (2019) found the same in large models. The squared error finds the digits, and so does "minus
# PNG". But the size of the PNG alone finds them better than either, without any model: clothes are
# simply larger files. Compare with what is simple before you praise what is not!
#
# Among the digits, taking away the PNG or dividing the error by the ink brings the ones back and
# costs elsewhere: zeros are found less well. No score is best for all, and who knows nothing of the
# anomalies to come cannot even choose.
#
# ### Noise is an anomaly, too
#
# In use there is no ROC curve but one **threshold**, set on ordinary images alone, since anomalies
# are not at hand. In the widget below the bell rings above 99 % of ordinary test images.
#
# First on paper: a digit and a garment with more and more noise, as the VAE of digits copies them.
# Then with a slider (images 10 to 19 are clothes): from which level on does a digit become unusual?

# %%
from IPython.display import display

strangers = np.concatenate([x_test[:10], clothes.test.images[:10, 2:-2, 2:-2]])
noise = [0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0]
rows = {}
for name, image in {"digit": x_test[0], "clothes": strangers[11]}.items():
    given = np.concatenate([add_noise(image[None], level) for level in noise])
    rows |= {name: given, f"copy of the {name}": vae.reconstruct(given)}
    print(f"{name}: squared errors {squared_error(vae, given).round(0)}")
display(vh.plots.image_grid(rows, titles=[f"noise {level:g}" for level in noise]))
explorer = vh.widgets.NoiseExplorer(vae, strangers, x_test[:1_000])
assert not explorer.errors, explorer.errors
low, high = (squared_error(vae, add_noise(x_test[:10], level)) for level in (0.1, 0.3))
of_clothes = np.sort(squared_error(vae, strangers[10:]))
assert np.median(low) < explorer.limit < min(*high, *of_clothes[2:])
explorer

# %% [markdown]
# **What to see.** Most garments are above the threshold without any noise. A digit passes it at a
# noise of about 0.2, where you still read it easily: the score is the distance to the *noisy*
# image, and the copy leaves the noise out.
#
# ## 4. Data for a classifier
#
# Labels are dear, pictures are cheap. Say we have ten labelled images of each digit, 100 in all,
# and a classifier (a support vector machine) that wants more. Three ways to 1,000 more images, and
# one to do with fewer numbers:
#
# - **shifted**: the labelled images themselves, moved by up to two pixels. No model at all.
# - **from its own VAE**: a VAE trained on the same 100 images, then draws from their posteriors,
#   each with the label of its image.
# - **from the bundled VAE**: the same with the VAE that has seen 50,000 images *without* labels.
# - **codes**: no images; the classifier gets the bundled VAE's ten numbers in place of 784 pixels.
#
# **Before you run this:** put them in order. Which of them will help, which will harm?


# %%
def draw_labelled(per_class, rng):
    """Return images and labels, per_class of each digit."""
    picked = [rng.choice(np.flatnonzero(y_train == k), per_class, replace=False) for k in range(10)]
    return x_train[np.concatenate(picked)], np.repeat(np.arange(10), per_class)


def shifted(images, labels, i, rng):
    """Return the images of numbers i, each moved by up to two pixels, and their labels."""
    by = rng.integers(-2, 3, size=(len(i), 2))
    moved = [np.roll(images[j], tuple(d), axis=(0, 1)) for j, d in zip(i, by, strict=True)]
    return np.array(moved), labels[i]


def generated(model, images, labels, i, rng, spread=1.0):
    """Decode points around the codes of images i: draws from their posteriors if spread = 1."""
    z_mean, z_log_var = (part[i] for part in model.encode(images))
    noise = rng.standard_normal(z_mean.shape)
    return model.decode(z_mean + spread * np.exp(z_log_var / 2) * noise), labels[i]


# %%
def accuracy(images, labels, more=(), encode=lambda x: x.reshape(len(x), -1)):
    """Train on images and what there is more; return the share of test images named right."""
    if more:
        images, labels = np.concatenate([images, more[0]]), np.concatenate([labels, more[1]])
    return SVC(C=5).fit(encode(images), labels).score(encode(x_test), y_test)


def own_vae(images):
    """Train a VAE on a few images, seen again and again, until its copies are sharp."""
    keras.utils.set_random_seed(0)
    model = vh.zoo.build("mnist-vae", seed=0)
    recipe = fast.replace(batch_size=50, learning_rate=4e-3, fused_adam=True)
    vh.training.fit(model, np.tile(images, (20, 1, 1, 1)), recipe=recipe, epochs=15, progress=False)
    return model


# %%
rng = np.random.default_rng(0)
known = draw_labelled(10, rng)
first = np.arange(0, 100, 10)  # the first image of each digit, and what is made of it
rows = {
    "labelled": known[0][first],
    "shifted": shifted(*known, first, rng)[0],
    "own VAE": generated(own_vae(known[0]), *known, first, rng)[0],
    "bundled VAE": generated(vae, *known, first, rng)[0],
}
vh.plots.image_grid(rows, titles=[str(digit) for digit in range(10)])


# %%
def compare(seed, per_class=10, n=1_000):
    """Return the accuracy of each way, for one draw of labelled images."""
    rng = np.random.default_rng(seed)
    known = draw_labelled(per_class, rng)

    def numbers():
        return rng.integers(len(known[0]), size=n)

    return {
        "labelled only": accuracy(*known),
        "+ shifted": accuracy(*known, shifted(*known, numbers(), rng)),
        "+ own VAE": accuracy(*known, generated(own_vae(known[0]), *known, numbers(), rng)),
        "+ bundled VAE": accuracy(*known, generated(vae, *known, numbers(), rng)),
        "codes": accuracy(*known, encode=lambda x: vae.encode(x)[0]),
    }


runs = [compare(seed) for seed in range(vh.by_mode(3, 20))]

# %%
ways = {name: 100 * np.array([run[name] for run in runs]) for name in runs[0]}
base = ways.pop("labelled only")
print(f"100 labelled images only: {base.mean():.1f} % right, {len(runs)} draws of them")
gain = {name: values - base for name, values in ways.items()}  # differences within a draw
for name, values in gain.items():
    error = values.std(ddof=1) / np.sqrt(len(runs))
    print(f"{name:14} {values.mean():+5.1f} ± {2 * error:.1f} points (± 2 standard errors)")
gain = {name: values.mean() for name, values in gain.items()}
assert min(gain["+ shifted"], gain["codes"]) > 1.7 > max(gain["+ bundled VAE"], gain["+ own VAE"])
assert min(gain.values()) > -2.5
vh.plots.seeds({name: values - base for name, values in ways.items()}, "gain (points)", reference=0)

# %% [markdown]
# **What did you observe?** The invented images look fine. Why do they not help?
#
# <details><summary>Answer</summary>
#
# A VAE that has seen the same 100 images knows nothing that the classifier could not learn from
# them: trained to the end it copies them, not quite without mistakes. Nothing is won, nearly a
# point is lost. (Stopped after three of the fifteen epochs it even costs four or five points:
# blurred copies under labels that are not right any more.) The bundled VAE does know more, 50,000
# images of handwriting; but a draw from the posterior of an image is that image again, smoothed:
# about zero. Its knowledge does help where we use it directly, as codes. And as much comes from a
# *fact* that no model had to learn: a digit that is moved stays the same digit.
#
# Invented data help when the generator knows something that the classifier does not. Ask where it
# got it from.
#
# </details>
#
# ## 5. Your experiment: make invented data help
#
# You may change all of it: fewer labels (`per_class=2`), a wider `spread`, another `n`, points
# *between* two codes of a class, a filter that keeps only what the classifier is sure of. Write
# down what you expect, use several seeds, and give the difference with its error. A gain that is
# smaller than its error is none.

# %% exercise="experiment"
per_class, spread, n = 2, 2.0, 1_000
differences = []
for seed in range(vh.by_mode(5, 20)):
    rng = np.random.default_rng(seed)
    known = draw_labelled(per_class, rng)
    more = generated(vae, *known, rng.integers(len(known[0]), size=n), rng, spread)
    differences.append(100 * (accuracy(*known, more) - accuracy(*known)))
results = {"gain (points)": np.mean(differences), "N seeds": len(differences)}
results["2 standard errors"] = 2 * np.std(differences, ddof=1) / np.sqrt(len(differences))
print({name: round(value, 2) for name, value in results.items()})
# <solution>
conclusion = "With two labels a class a wide spread does help: the VAE knows what they cannot show."
# </solution>
experiment_log.add(
    "08: invented data", {"per class": per_class, "spread": spread}, results, conclusion
)

# %% [markdown]
# ## 6. Ask for a digit: the conditional VAE
#
# From our VAE you get *some* digit. To ask for a certain one, tell the label to both halves
# (Sohn et al. 2015): the encoder gets image and label, the decoder gets code and label. Then the
# code need not say which digit it is, only how it is written.
#
# The label comes as a **one-hot** row: ten numbers, a 1 at the digit and 0 elsewhere. "Gets both"
# means: side by side in one row, `ops.concatenate([…, …], axis=1)`.
#
# ### Exercise 5: write it
#
# - `encode`: flatten the images to `(n, 784)`, put the labels beside them, and call `self.encoder`.
# - `decode`: the codes with the labels beside them, into `self.decoder`.
# - `compute_loss`: Keras hands over the pair (images, labels) as `x`. Return the mean of
#   reconstruction + KL: `vh.models.reconstruction_loss(images, logits)` gives (n,),
#   `vh.models.kl_per_dimension(z_mean, z_log_var)` gives (n, latent_dim).


# %% exercise="conditional_vae"
class MyConditionalVAE(keras.Model):
    image_shape = (28, 28, 1)

    def __init__(self, latent_dim=3, n_classes=10):
        super().__init__()
        self.encoder = vh.models.dense_encoder((28 * 28 + n_classes,), (300,), latent_dim)
        self.decoder = vh.models.dense_decoder((28, 28, 1), (300,), latent_dim + n_classes)
        self.sampling = vh.models.Sampling(seed=0)

    def encode(self, images, labels):
        # <solution>
        return self.encoder(ops.concatenate([ops.reshape(images, (-1, 784)), labels], axis=1))
        # </solution>

    def decode(self, z, labels):
        # <solution>
        return self.decoder(ops.concatenate([z, labels], axis=1))
        # </solution>

    def call(self, inputs):
        z_mean, z_log_var = self.encode(*inputs)
        logits = self.decode(self.sampling((z_mean, z_log_var)), inputs[1])
        return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        # <solution>
        kl = vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"])
        reconstruction = vh.models.reconstruction_loss(x[0], y_pred["logits"])
        return ops.mean(reconstruction + ops.sum(kl, axis=1))
        # </solution>


exercises.conditional_vae.check(MyConditionalVAE)
# exercises.conditional_vae.hint()
# exercises.conditional_vae.solution()

# %% [markdown]
# So that the next cells run whatever you have written, they take the course's own copy of this
# class. Put `MyConditionalVAE(latent_dim)` in its place to train yours.
#
# Then the same code goes to the decoder with all ten labels: first three codes of noise, then three
# of test images. **Before you run this:** what will the images of one *row* have in common?

# %%
one_hot = np.eye(10, dtype="float32")
n, epochs = vh.by_mode((10_000, 6), (50_000, 12))
keras.utils.set_random_seed(0)
latent_dim = 3  # yours to change
conditional = exercises.conditional_vae_class()(latent_dim)  # or MyConditionalVAE(latent_dim)
vh.training.set_output_bias(conditional, x_train[:n])  # begin with the mean image
vh.training.compile_model(conditional, fast.replace(epochs=epochs), steps_per_epoch=n // 250)
pairs = x_train[:n], one_hot[y_train[:n]]
losses = conditional.fit(pairs, batch_size=250, epochs=epochs, verbose=0).history["loss"]
print("loss in nats, epoch by epoch:", np.round(losses, 1))
assert losses[-1] < 0.8 * losses[0]


# %%
def draw(z, labels):
    """Return images (n, 28, 28, 1) of the conditional VAE, for codes and digits."""
    logits = np.asarray(conditional.decode(z.astype("float32"), one_hot[labels]))
    return 1 / (1 + np.exp(-logits))


ten, writers = np.arange(10), [1, 5, 21]
z = vh.latent.sample_prior(3, latent_dim, seed=3)
hands = np.asarray(conditional.encode(x_test[writers], one_hot[y_test[writers]])[0])
rows = {f"noise {i + 1}": draw(np.repeat(z[[i]], 10, axis=0), ten) for i in range(3)}
for i, hand in zip(writers, hands, strict=True):
    copies = draw(np.repeat(hand[None], 10, axis=0), ten)
    rows[f"hand of a {y_test[i]}"] = np.concatenate([copies, x_test[[i]]])
vh.plots.image_grid(rows, titles=[*(f"as {label}" for label in ten), "given"])

# %%
# Before you run this: does it draw what we ask for? And does the code still know the digit?
asked = np.arange(2_000) % 10
drawn = draw(vh.latent.sample_prior(2_000, latent_dim, seed=1), asked)
obeyed = np.mean(vh.features.classify(drawn).argmax(axis=1) == asked)
codes = [
    np.asarray(conditional.encode(x, one_hot[y])[0])
    for x, y in ((x_train[:2_000], y_train[:2_000]), (x_test, y_test))
]
knows = vh.metrics.linear_probe(codes[0], y_train[:2_000], codes[1], y_test)
plain = [vae.encode(x)[0] for x in (x_train[:2_000], x_test)]
plain_knows = vh.metrics.linear_probe(plain[0], y_train[:2_000], plain[1], y_test)
print(f"draws the digit it was asked for: {obeyed:.0%} of 2,000 (chance: 10 %)")
print(f"digit read from the code: conditional {knows:.0%}, plain VAE {plain_knows:.0%}")
assert plain_knows > 0.8
assert latent_dim != 3 or obeyed > 0.78 > 0.4 > knows

# %% [markdown]
# **What to see.** A row is one hand: upright or slanted, thin or bold. A column is one digit.
# Nobody told the model what style is; it is what the label leaves open. The numbers agree: it draws
# what it is asked for, and its code has nearly forgotten the digit.
#
# **What did you observe?** We gave this model a code of three numbers, not ten. What would a larger
# code be used for?
#
# <details><summary>Answer</summary>
#
# Three numbers hold slant and weight of the pen, not much more. A larger code copies better –
# and may carry the digit itself, so that the decoder need not listen to the label. After
# the same short training with `latent_dim = 10` it draws the digit asked for much less often. Try
# it.
#
# </details>
#
# ## 7. Where the field went
#
# Three ideas grew out of the model that you have built.
#
# - **VQ-VAE** ([van den Oord et al. 2017](https://arxiv.org/abs/1711.00937)): the code is a number
#   in a list of words, as in the lonely point of the figure in section 2. The words are learned
#   together with the encoder, and each *patch* of an image has its own; a second network learns
#   which words follow each other. Larger: [VQ-VAE-2](https://arxiv.org/abs/1906.00446).
# - **Hierarchical VAEs** stack codes, coarse ones over fine ones, and close most of the gap in
#   likelihood: [ladder VAE](https://arxiv.org/abs/1602.02282),
#   [NVAE](https://arxiv.org/abs/2007.03898), [very deep VAE](https://arxiv.org/abs/2011.10650).
# - **Latent diffusion** ([Rombach et al. 2022](https://arxiv.org/abs/2112.10752)) is what chapter
#   04 ended with, on a large scale: an autoencoder with hardly any KL makes the codes, and a strong
#   model learns where in the latent space they lie.
#
# ## 8. Common mistakes, failing for you
#
# 1. **A loss read as bits.** The loss of *grey* images divided by log 2 looks like a seventh of the
#    true message: cross-entropy on grey pixels is no likelihood.
# 2. **Sending the difference.** Most pixels are exactly 0 and nearly free. The copy says 2 there,
#    or 5: small differences, but everywhere other ones. The difference forgets *which* copy it
#    belongs to, and costs more than the image itself.
# 3. **Anomalies in the training set.** A detector that has seen zeros misses zeros.
# 4. **Accuracy.** Nine of ten images are ordinary: whoever never rings is right nine times in ten.


# %%
def entropy(values):
    p = np.bincount(values.ravel(), minlength=256) / values.size
    return -np.sum(p[p > 0] * np.log2(p[p > 0]))


copies = np.round(255 * vae.decode(vh.latent.sample_posterior(*vae.encode(x_test), seed=0)))
pixels = np.round(255 * x_test).astype(int)
of_pixels, of_difference = entropy(pixels), entropy((pixels - copies.astype(int)) % 256)
before, after = auc[0]["squared error"], roc_auc_score(zeros, squared_error(vae, x_test))
loss_bits, message_bits = everything.mean() / np.log(2), grey["VAE, code and pixels"]
print(f"1. loss / log 2 = {loss_bits:.0f} bits, true message {message_bits:.0f}")
print(f"2. entropy of a pixel {of_pixels:.2f} bits, of a difference {of_difference:.2f}")
print(f"3. ROC AUC of zeros: {before:.2f} unseen, {after:.2f} if they were in the training set")
print(f"4. accuracy of a detector that never rings: {1 - zeros.mean():.0%}")
assert 0.13 < loss_bits / message_bits < 0.16
assert of_difference > of_pixels + 1
assert after < before - 0.1

# %% [markdown]
# ## 9. What we measured
#
# Published numbers stand beside ours where there are any. Their models are not ours, so the same
# order of things is all that can be expected. Below it, the whole course in one table: what the
# sources claim, and what became of it.

# %%
on, draws = f"{len(x_test):,} test images", f"100 labels, {len(runs)} draws of them"
two_tone_bits, grey_vae = two_tone["VAE: −ELBO"] / 784, grey["VAE, code and pixels"] / 784
rows = [
    ("denoising VAE, PSNR, dB", db["denoising VAE"], None, f"{on}, noise 0.5"),
    ("median filter, PSNR, dB", db["median filter"], None, f"{on}, noise 0.5, 3 × 3 pixels"),
    ("two-tone digits, VAE, bits a pixel", two_tone_bits, 0.19, f"{on}, static, −ELBO"),
    ("grey digits, VAE, bits a pixel", grey_vae, 1.39, f"{on}, table of 16 bins"),
    ("grey digits, PNG, bits a pixel", grey["PNG, the file"] / 784, 2.79, f"{on}, whole files"),
    ("gain by shifted images, points", gain["+ shifted"], None, draws),
    ("gain by a VAE of these images, points", gain["+ own VAE"], None, draws),
    ("conditional VAE obeys, share", obeyed, None, "2,000 draws"),
]
unseen = [(f"unseen {k}, ROC AUC of −ELBO", auc[k]["−ELBO"], TONNAER[k], on) for k in (0, 1, 9)]
vh.measured([(what, float(ours), *rest) for what, ours, *rest in rows + unseen])

# %%
from vae_helpers.claims import claims

table = claims()
verdicts = {row.claim: row.reproduced for row in table}
assert all(found in ("yes", "none") for claim, found in verdicts.items() if "loss" in claim)
assert all(found == "yes" for claim, found in verdicts.items() if "ilhouette" in claim)
assert verdicts["The AE separates the classes best of the three"] == "partly"
assert verdicts["The VAE alone can be sampled"] == "partly"
assert verdicts["The VAE interpolates more smoothly than the AE"] != "yes"
table

# %% [markdown]
# **What was reproduced, and what was not.** The *numbers* all were: the parameters, the losses
# (each a little better, in no more epochs), the silhouettes. The *sentences* fared worse. The AE
# keeps the classes apart best by silhouette, and not by the other measures. "The VAE alone can be
# sampled" is true of N(0, I): with a mixture fitted to the codes, the AE's samples beat those of
# the VAE's prior. And that a VAE interpolates more smoothly could not be shown as it is usually
# said.
#
# The uses in this chapter came out just as mixed: denoising yes, compression on paper, anomalies of
# some kinds, invented data hardly ever.
#
# ## Recap
#
# - An autoencoder does not denoise by itself. Trained with noise in and clean targets out it does,
#   by drawing anew; draws from the posterior show its doubt.
# - −ELBO / log 2 of a true likelihood is the length of a message, bits back included. It beats PNG
#   on black and white, hardly beats bzip2 on grey, and the model itself must be paid for.
# - Lossy and lossless are two different games: a rate means nothing without its PSNR.
# - A high likelihood means *cheap to describe*, not *ordinary*: simple classes escape a detector.
# - Invented data help only if the generator knows what the classifier does not. Here moving the
#   images helped, and so did the codes themselves.
# - A conditional VAE draws what the label says; its code keeps the hand of the writer.
#
# ## Self-test

# %% exercise="self_test"
# <solution>
answers = {1: "b", 2: "a", 3: "c", 4: "b", 5: "a"}
# <stub>
# answers = {1: ..., 2: ..., 3: ..., 4: ..., 5: ...}
# </solution>
exercises.self_test.check(answers)

# %%
progress("08")

# %% [markdown]
# ## Further
#
# - Vincent et al. (2008), [Extracting and composing robust features with denoising
#   autoencoders](https://doi.org/10.1145/1390156.1390294), and Im et al. (2017), [Denoising
#   criterion for variational auto-encoding framework](https://arxiv.org/abs/1511.06406).
# - Townsend, Bird and Barber (2019), [Practical lossless compression with latent variables using
#   bits back coding](https://arxiv.org/abs/1901.04866): the coder itself.
# - Flamich, Havasi and Hernández-Lobato (2020), [Compressing images by encoding their latent
#   representations with relative entropy coding](https://arxiv.org/abs/2010.01185): lossy, too.
# - Nalisnick et al. (2019), [Do deep generative models know what they don't
#   know?](https://arxiv.org/abs/1810.09136), and Serrà et al. (2020), [Input complexity and
#   out-of-distribution detection](https://arxiv.org/abs/1909.11480).
# - Tonnaer, [Anomaly detection with variational
#   autoencoders](https://books.ipskampprinting.nl/thesis/603556-Tonnaer/65), chapter 3 of a thesis:
#   each digit held out, as here.
# - Kingma et al. (2014), [Semi-supervised learning with deep generative
#   models](https://arxiv.org/abs/1406.5298): few labels, many images.
# - Sohn, Lee and Yan (2015), [Learning structured output representation using deep conditional
#   generative
#   models](https://papers.nips.cc/paper/5775-learning-structured-output-representation-using-deep-conditional-generative-models).
#
# ## The end, and what now
#
# You began with a wardrobe and two numbers a garment. Since then you have written the loss, the
# sampling layer, the density of the codes and the distance behind FID, and you have seen most rules
# of thumb of this field hold only half. That habit – *what does the simple tool get, how many
# images, how many seeds?* – is worth more than any of the formulas.
#
# Your [experiment log](00_start_here.ipynb) is yours: `experiment_log.read()` shows it. Take one
# line of it that surprised you, run its chapter with `VAE_COURSE_MODE=full`, and find out whether
# it was luck. Then take your own images.
