"""The questions of the final test, three or four a chapter: numbers drawn, answers computed.

The right answer comes from the package; each wrong one is what a common mistake makes of the same
numbers, and the mistake's name is the feedback. Pencil and paper are enough, or a cell.
"""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import chi
from sklearn.metrics import roc_auc_score

from vae_helpers import coding, latent, metrics, toys
from vae_helpers.final.drawing import (
    DrawAgain,
    Drawn,
    Template,
    if_plausible,
    listed,
    percent,
    point,
    question,
    readable,
    two_decimals,
    whole,
)


@question("01", section=5)
def cross_entropy(draw):
    """The loss is summed over pixels, in nats, and dark pixels cost as well."""
    white = draw.choice([(1, 0, 1), (0, 1, 0), (1, 1, 0), (0, 0, 1)])
    off = [draw.choice([0.05, 0.1, 0.2, 0.3, 0.4]) for _ in white]
    x, x_hat = np.array([white]), np.round(np.abs(np.array([white]) - off), 2)
    right = metrics.reconstruction_error(x, x_hat, "bce")
    return Drawn(
        f"A tiny picture has the pixels {listed(x[0])}; its copy has {listed(x_hat[0])}. Which "
        "binary cross-entropy does this course report?",
        right,
        "Each pixel costs −log of the probability that the copy gave to what is there.",
        {
            "A mean over the pixels: the course adds them up.": right / x.size,
            "Base 2 gives bits: the course takes natural logarithms, and reports nats.": (
                right / np.log(2)
            ),
            "Only the white pixels were counted: a dark one costs −log(1 − x̂).": (
                -np.sum(x * np.log(x_hat))
            ),
            "That is the squared error: look for logarithms.": (
                metrics.reconstruction_error(x, x_hat, "mse")
            ),
        },
    )


@question("01", section=5)
def perfect_copy(draw):
    """A perfect copy of a grey picture has a loss above zero."""
    grey, n = draw.choice([0.1, 0.2, 0.3, 0.7, 0.8, 0.9]), draw.randrange(4, 30)
    right = metrics.bce_floor(np.full((1, n), grey))
    return Drawn(
        f"All {n} pixels of a picture are {grey:g}, and so are those of its copy: it is perfect. "
        "What is its binary cross-entropy, summed over the pixels?",
        right,
        "The entropy of the pixels: a grey pixel is read as a coin, and coins surprise.",
        {
            "Zero is the floor for black and white pixels only.": 0.0,
            "The second half is missing, −(1 − x) log(1 − x̂).": -n * grey * np.log(grey),
            "The probability of white is not always what comes: the x before the logarithm is "
            "missing, and the second half.": -n * np.log(grey),
            "That is one pixel: add them up.": right / n,
        },
    )


@question("01", section=8)
def room_in_the_box(draw):
    """Classes take unequal room: a point belongs to the nearest code, wherever that is."""
    trousers = np.array([0, 1, 2]) * draw.choice([0.5, 1, 1.5]) + draw.randrange(0, 3)
    bags = trousers.max() + np.array([draw.randrange(3, 6), draw.randrange(7, 14)])
    z, labels = np.r_[trousers, bags][:, None], np.array([0, 0, 0, 1, 1])
    low, high, border = z.min(), z.max(), latent.centroids(z, labels).mean()
    asked, of_asked = draw.choice([(0, trousers), (1, bags)])
    box = np.linspace(low, high, 2_001)[:, None]
    right = latent.class_shares(z, labels, box)[asked]
    return Drawn(
        f"An autoencoder has one latent number. Trousers have the codes {listed(trousers)}, bags "
        f"{listed(bags)}. New codes are drawn evenly from {low:g} to {high:g}, and each counts for "
        f"the class of the nearest code. How many of them are {('trousers', 'bags')[asked]}?",
        right,
        "The border is half-way between the last trousers and the first bag.",
        {
            "That is the share among the codes: an even draw knows nothing of it.": (
                np.mean(labels == asked)
            ),
            "The border is half-way between neighbouring codes, not between the class means.": (
                np.mean((box > border) == asked)
            ),
            "That is the share of the other class.": 1 - right,
            "The land between the classes is shared as well: the nearest code decides.": (
                np.ptp(of_asked) / (high - low)
            ),
        },
        percent,
    )


@question("02", section=2)
def where_was_the_bead(draw):
    """The posterior weighs the photo against the prior."""
    x = np.array([draw.randrange(11, 30) / 10, draw.choice([-0.7, 0.3, 0.8, 1.3, 1.9])])
    noise = draw.choice([0.5, 1.0, 1.5, 2.0])
    w = toys.straight([1.0])[0]
    right, _ = toys.gaussian_posterior(x, noise)
    return Drawn(
        "A bead on the straight wire (z, z/2) has the prior z ~ N(0, 1). A photo, whose blur has "
        f"the standard deviation {noise:g} in each coordinate, shows it at "
        f"{point(x)}. What is the mean of p(z|x)?",
        right,
        "With w = (1, ½): w·x / (w·w + σ²). The blurrier the photo, the more the prior counts.",
        {
            "That is the place that fits the photo best: the prior pulls it towards 0.": (
                w @ x / (w @ w)
            ),
            "The second coordinate tells something about z, too.": x[0] / (1 + noise**2),
            "The photo counts: 0 is the mean before it was taken.": 0.0,
            "That is what the first coordinate alone would say, without blur and prior.": x[0],
        },
    )


@question("02", section=3)
def below_the_evidence(draw):
    """The gap of the ELBO is the divergence to the posterior, not to the prior."""
    x = np.array([draw.choice([1.0, 1.5, 2.0]), draw.choice([-0.5, 0.5, 1.0])])
    mean, std = toys.gaussian_posterior(x)
    q_mean, q_std = mean + draw.choice([-0.5, -0.3, 0.3, 0.5]), std * draw.choice([0.7, 1.5, 2])

    def joint(z):
        return toys.log_joint(toys.straight, x, z)

    evidence, right = (toys.exact_elbo(joint, *q) for q in ((mean, std), (q_mean, q_std)))
    gap, to_prior = evidence - right, metrics.gaussian_kl([q_mean], [[q_std**2]])
    return Drawn(
        f"For one photo log p(x) = {two_decimals(evidence)}. The encoder's q(z|x) has a KL "
        f"divergence of {two_decimals(gap)} to the posterior p(z|x), and of "
        f"{two_decimals(to_prior)} to the prior. What is the ELBO, in nats?",
        right,
        "log p(x) = ELBO + KL(q ‖ posterior): the bound is exact when q is the posterior.",
        {
            "The distance to the prior is inside the ELBO; the gap is the one to the posterior.": (
                evidence - to_prior
            ),
            "A bound from below cannot be larger than log p(x).": evidence + gap,
            "The KL to the prior was taken off twice: the ELBO holds it already.": (
                evidence - gap - to_prior
            ),
        },
        two_decimals,
    )


@question("02", section=4)
def divergence_of_a_code(draw):
    """The encoder gives the logarithm of the variance."""
    mean = draw.choice([-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2])
    log_var = draw.choice([-3, -2, -1.5, -1, 1, 1.5])
    right = metrics.kl_divergence([[mean, 0]], [[log_var, 0]])[0]
    return Drawn(
        "For one image an encoder with two latent dimensions gives "
        f"z_mean = {point([mean, 0])} and z_log_var = {point([log_var, 0])}. What is its "
        "KL divergence to N(0, I)?",
        right,
        "½ (μ² + σ² − 1 − log σ²) with σ² = exp(z_log_var); the second dimension adds nothing.",
        {
            "z_log_var was taken for log σ: it is the logarithm of the variance.": (
                metrics.kl_divergence([[mean, 0]], [[2 * log_var, 0]])[0]
            ),
            "The ½ is missing.": 2 * right,
            "The log σ² is missing: without it the KL would be smallest for no noise at all.": (
                if_plausible(0.5 * (mean**2 + np.exp(log_var) - 1), low=0)
            ),
            "A mean over the dimensions: the KL adds them up.": right / 2,
        },
    )


@question("03", section=5)
def silent_beta(draw):
    """A mean over the pixels hides a weight on the KL."""
    side, weight = draw.choice([20, 28, 32, 48, 64]), draw.choice([2, 5, 10, 20, 25, 50, 200, 500])
    n_pixels = side**2
    return Drawn(
        f"A paper trains on {side} × {side} images with loss = {weight:,} · (binary cross-entropy, "
        "*mean* over the pixels) + KL. Which β is that in the standard form?",
        n_pixels / weight,
        "Divide until the reconstruction is a plain sum: the KL is multiplied by pixels / weight.",
        {
            "That weight stands before the reconstruction; β stands before the KL.": weight,
            "That is what is before the *sum* of the pixels: divide the loss by it.": (
                weight / n_pixels
            ),
            "That would be β with a weight of 1.": n_pixels,
            "The mean over the pixels still hides their number.": 1 / weight,
        },
    )


@question("03", section=7)
def who_tells_images_apart(draw):
    """A constant mean costs nats and carries nothing."""
    moving, fixed, dead = draw.randrange(1, 4), draw.randrange(1, 4), draw.randrange(1, 4)
    kinds = draw.sample([0] * moving + [1] * fixed + [2] * dead, moving + fixed + dead)
    columns = [_means(kind, draw) for kind in kinds]
    right = metrics.active_units(np.transpose(columns))
    dimensions = ", ".join(map(point, columns))
    return Drawn(
        "The posterior means of three very different images, in brackets for each latent "
        f"dimension: {dimensions}. Where the mean is 0, the variance is 1. How many dimensions "
        "tell the images apart?",
        right,
        "Only a mean that moves from image to image carries anything.",
        {
            "A mean that is the same for all images costs nats, but tells nothing.": (
                moving + fixed
            ),
            "Those are the silent ones.": fixed + dead,
            "Not every dimension is in use.": moving + fixed + dead,
            "Those are the ones that stand still away from 0.": fixed,
            "Those are the collapsed ones, where the posterior is the prior.": dead,
        },
        whole,
    )


def _means(kind, draw):
    """Return the means of three images: moving, the same for all, or collapsed."""
    if kind == 0:
        return draw.sample([-1.8, -1.1, -0.7, 0.4, 0.9, 1.3, 1.6, 2.1], 3)
    return [0.0 if kind == 2 else draw.choice([-1.2, 0.8, 1.1, 1.5])] * 3


@question("03", section=10)
def error_of_the_difference(draw):
    """Runs of the same seed are compared in pairs, and the error falls with their number."""
    seeds = [draw.randrange(0, 30) / 10 for _ in range(4)]
    gains = [draw.randrange(2, 14) / 10 for _ in range(4)]
    first = 110 + np.array(seeds)
    second = np.round(first - gains, 1)
    spread = metrics.summarise(first - second).standard_deviation
    each = [metrics.summarise(losses).standard_deviation for losses in (first, second)]
    return Drawn(
        f"Four seeds, in their order. Recipe A reaches losses of {listed(first)} nats, B "
        f"{listed(second)}. What is the standard error of the mean difference, in pairs?",
        spread / 2,
        "The standard deviation of the four differences, over √4.",
        {
            "That is how much a single difference varies; the mean of four varies less.": spread,
            "Those are unpaired runs: what the seed does to both cancels in the differences.": (
                np.hypot(*each) / 2
            ),
            "The error of a mean falls with √n, not with n.": spread / 4,
            "That is the mean difference itself.": np.mean(first - second),
        },
    )


@question("04", section=5)
def length_of_noise(draw):
    """Noise in many dimensions lies in a shell, and the temperature moves it."""
    d, temperature = draw.choice([9, 16, 25, 36, 64, 100]), draw.choice([0.4, 0.5, 0.6, 2, 3])
    return Drawn(
        f"A VAE has {d} latent dimensions. About how long is a code that is drawn at the "
        f"temperature {temperature:g}?",
        temperature * chi(d).mean(),
        "About T √d, and hardly any draw is much longer or shorter.",
        {
            "That is the spread of one coordinate: all of them add to the length.": temperature,
            "The *squared* lengths of the coordinates add up: take the root.": temperature * d,
            "The temperature multiplies the draw itself, not its variance.": (
                np.sqrt(temperature) * chi(d).mean()
            ),
            "The density is highest at the origin, but there is no room.": 0.0,
        },
    )


@question("04", section=6)
def variance_of_the_mixture(draw):
    """The variance of all codes has two parts."""
    means = np.array(draw.sample([-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0], 4))
    stds = np.array([draw.choice([0.2, 0.4, 0.6, 0.8, 1.0]) for _ in means])
    z_log_var = np.log(stds**2)[:, None]
    right = metrics.aggregated_posterior(means[:, None], z_log_var).covariance[0, 0]
    return Drawn(
        f"Four images have posteriors with the means {listed(means)} and the standard deviations "
        f"{listed(stds)}. What is the variance of the aggregated posterior q(z)?",
        right,
        "The variance of the means plus the mean of the variances.",
        {
            "The decoder sees draws, not means: each posterior's own noise belongs to q(z).": (
                means.var()
            ),
            "The posteriors lie in different places: that spread belongs to q(z), too.": (
                np.mean(stds**2)
            ),
            "Variances add up, standard deviations do not.": (means.std() + stds.mean()) ** 2,
            "σ was added where σ² belongs.": means.var() + stds.mean(),
        },
    )


@question("04", section=7)
def surgery(draw):
    """The KL term holds what the code knows, and how far the mixture is from the prior."""
    n, kl = draw.choice([100, 500, 1_000, 5_000, 10_000]), draw.randrange(11, 26)
    return Drawn(
        f"The posteriors of {n:,} images do not overlap, so that a code tells which of them was "
        f"shown. Their mean KL divergence to the prior is {kl} nats. How far is the aggregated "
        "posterior from the prior, in nats?",
        kl - np.log(n),
        f"KL = information + KL(q(z) ‖ p(z)), and to know one of {n:,} is worth log {n:,} nats.",
        {
            "Part of the KL is information: it is no distance to the prior.": kl,
            "That is the information, the other part.": np.log(n),
            "Bits and nats were mixed: take the natural logarithm.": kl - np.log2(n),
            "Both parts add up to the KL, so neither is larger than it.": kl + np.log(n),
        },
    )


@question("05", section=4)
def half_way_on_the_sphere(draw):
    """Slerp keeps the length, the straight line loses it."""
    a, b = draw.randrange(1, 9), draw.randrange(1, 9)
    z1, z2 = np.array([a, b]) * draw.choice([-1, 1]), np.array([b, -a]) * draw.choice([-1, 1])
    right = latent.between(z1, z2, 0.5, "spherical")
    straight = latent.between(z1, z2, 0.5, "linear")
    return Drawn(
        f"Two codes are {point(z1)} and {point(z2)}. What is half-way on the *spherical* way "
        "between them?",
        right,
        "The direction of the straight middle, as long as the two ends.",
        {
            "That is the straight middle: it is too short.": straight,
            "That is the sum of the two: it is longer than either.": z1 + z2,
            "Slerp turns unit vectors, but gives the length back at the end.": (
                right / np.linalg.norm(right)
            ),
            "That is half of the way *from* one *to* the other, seen from the origin.": (
                (z2 - z1) / 2
            ),
        },
    )


@question("05", section=2)
def detour(draw):
    """A path is as long as its steps together."""
    steps = [draw.choice([(3, 4), (3, -4), (4, 3), (4, -3), (5, 0), (6, 8)]) for _ in range(3)]
    path = np.r_[[(0, 0)], np.cumsum(steps, axis=0)]
    length = metrics.path_lengths(path[None])[0]
    direct = np.linalg.norm(path[-1] - path[0])
    squares = np.square(steps).sum()
    return Drawn(
        f"The features of four images on a walk are {', '.join(map(point, path))}. What "
        "is the length of this path over the direct distance of its ends?",
        length / direct,
        "The lengths of the three steps, added, over that of the direct way; 1 is straight.",
        {
            "Upside down: no path is shorter than the straight way.": direct / length,
            "That is the length of the path: divide it by the direct distance.": length,
            "Squares were added: a path adds up *lengths*.": squares / direct**2,
            "That is the mean step over the direct distance: add the steps up.": (
                length / direct / len(steps)
            ),
        },
    )


@question("05", section=6)
def like_with_like(draw):
    """A vector does all that its groups differ in."""
    zero, one, bold = draw.randrange(3, 7), draw.randrange(-6, -2), draw.choice([1, 1.5, 2])
    bolder = draw.choice([0.5, 1, 1.5])
    thin = {0: [zero], 1: [one - 1, one, one + 1]}
    heavy = {0: [zero + bold - 1, zero + bold + 1, zero + bold], 1: [one + bold + bolder]}
    vectors = [_difference(heavy[label], thin[label]) for label in (0, 1)]
    plain = _difference([*heavy[0], *heavy[1]], [*thin[0], *thin[1]])
    right = np.mean(vectors)
    return Drawn(
        f"One latent number. Bold zeros have the codes {listed(heavy[0])}, thin zeros "
        f"{listed(thin[0])}; bold ones have {listed(heavy[1])}, thin ones {listed(thin[1])}. What "
        "is the attribute vector “bold minus thin”, balanced over the two classes?",
        right,
        "Bold minus thin within each class, then the mean of the two.",
        {
            "That is all bold ones minus all thin ones: it also turns ones into zeros.": plain,
            "Thin minus bold: the sign is turned.": -right,
            "That is the vector from one class to the other.": _difference(
                [*heavy[0], *thin[0]], [*heavy[1], *thin[1]]
            ),
            "The mean over the classes, not their sum.": 2 * right,
        },
    )


def _difference(z_with, z_without):
    groups = (np.array(z, dtype=float)[:, None] for z in (z_with, z_without))
    return latent.attribute_vector(*groups)[0]


@question("06", section=4)
def importance_weights(draw):
    """The mean moves inside the logarithm."""
    log_w = np.array(draw.sample(range(-95, -20, 3), 3)) / 10
    return Drawn(
        f"Three draws from the encoder have the logarithmic weights {listed(log_w)}. What is the "
        "importance-weighted bound, in nats?",
        logsumexp(log_w) - np.log(3),
        "The logarithm of the mean of the weights; the largest one rules.",
        {
            "That is the ELBO, the mean of the logarithms.": log_w.mean(),
            "The logarithm of the *sum*: divide by the number of draws.": logsumexp(log_w),
            "That is the largest weight alone: the mean adds the others, over three.": log_w.max(),
            "The bound is no sum over draws.": log_w.sum(),
        },
    )


@question("06", section=7)
def frechet(draw):
    """Standard deviations are compared, not variances."""
    mean1, mean2 = draw.sample([0, 1, 2, 3, 4], 2)
    v1, v2 = draw.sample([1, 4, 9, 16, 25], 2)
    shift = (mean1 - mean2) ** 2
    return Drawn(
        f"One feature. Real images have the mean {mean1} and the variance {v1}, generated ones the "
        f"mean {mean2} and the variance {v2}. What is their Fréchet distance?",
        metrics.frechet_distance([mean1], [[v1]], [mean2], [[v2]]),
        "(μ₁ − μ₂)² + (σ₁ − σ₂)².",
        {
            "Variances were compared: take their roots.": shift + (v1 - v2) ** 2,
            "σ₁² + σ₂² − 2σ₁σ₂ is not the difference of the variances.": shift + abs(v1 - v2),
            "The clouds differ in their spread as well.": shift,
            "The shift of the means is squared, too.": (
                abs(mean1 - mean2) + (np.sqrt(v1) - np.sqrt(v2)) ** 2
            ),
        },
        whole,
        apart=0,
    )


@question("06", section=8)
def few_images(draw):
    """The bias falls like c/N, so a line over 1/N leads to its end."""
    small = draw.choice([100, 200, 500])
    large = small * draw.choice([3, 4, 5, 10])
    limit, c = draw.randrange(8, 50) / 2, draw.choice([3, 6, 9]) * small
    at = limit + c / np.array([small, large])
    (_, right) = np.polyfit([1 / small, 1 / large], at, 1)
    return Drawn(
        f"A generator's Fréchet distance is {listed(at[:1])} with {small} images and "
        f"{listed(at[1:])} with {large:,}. Where does the line over 1/N lead, for infinitely many?",
        right,
        "The bias is c/N: it is gone where 1/N is 0.",
        {
            "The larger sample still has its share of the bias.": at[1],
            "That is by how much the two differ.": at[0] - at[1],
            "No mean of two biased numbers is free of bias.": at.mean(),
            "The difference is all of the remaining bias only if N is doubled.": (
                if_plausible(2 * at[1] - at[0], low=0)
            ),
            "That is a guess from the first number alone.": at[0] / 2,
        },
        readable,
    )


@question("06", section=10)
def territory(draw):
    """Precision asks the generated images, coverage the real ones."""
    real = np.sort(draw.sample(range(0, 30), 5))
    generated = np.sort([draw.randrange(-4, 34) + 0.5 for _ in range(4)])
    among, across = (np.abs(real[:, None] - other) for other in (real, generated))
    right = metrics.precision_coverage(among, across, k=1)
    scores = metrics.neighbour_scores(real[:, None], generated[:, None], k=1)
    return Drawn(
        f"One feature. Real images lie at {listed(real)}, generated ones at {listed(generated)}. "
        "With balls that reach to the *nearest* other real image (k = 1): what are precision and "
        "coverage?",
        np.array(right),
        "Precision: generated images in a real ball. Coverage: real balls that hold one.",
        {
            "Exchanged: precision judges the generated images, coverage the real ones.": (
                np.array(right[::-1])
            ),
            "For the second number balls around *generated* images were drawn: that is recall.": (
                np.array([scores.precision, scores.recall])
            ),
            "For the first number a generated image in two balls counted twice: that is density.": (
                np.array([scores.density, scores.coverage]) if scores.density < 1 else None
            ),
            "Those balls reach too far: k = 1 is the nearest *other* real image.": (
                np.array(metrics.precision_coverage(among, across, k=2))
            ),
        },
        lambda value: "{} and {}".format(*map(two_decimals, value)),
    )


@question("07", section=4)
def silhouette(draw):
    """Own class without the point itself, against the nearest other class."""
    own = draw.randrange(1, 9) + np.cumsum([0, draw.randrange(1, 5), draw.randrange(1, 5)])
    other = draw.randrange(1, 16) + np.cumsum([0, draw.randrange(1, 4), draw.randrange(1, 4)])
    z, labels = np.r_[own, other][:, None], np.repeat([0, 1], 3)
    right = metrics.silhouette(z, labels, per_sample=True)[0]
    distance = np.abs(z[:, 0] - z[0, 0])
    a, b = distance[1:3].mean(), distance[3:].mean()
    with_itself = distance[:3].mean()
    return Drawn(
        f"One latent number. Class A has the codes {listed(own)}, class B {listed(other)}. What is "
        f"the silhouette of the code {own[0]} of class A?",
        right,
        "(b − a) / max(a, b), with the mean distances to the other codes of A, and to B.",
        {
            "The sign is turned: good separation is positive.": -right,
            "The code's distance to itself, 0, was counted in its class.": (
                (b - with_itself) / max(b, with_itself)
            ),
            "Divide by the larger of a and b, not by the smaller.": (
                if_plausible((b - a) / min(a, b), low=-1, high=1)
            ),
            "b is the *mean* distance to the other class, not that to its nearest code.": (
                (distance[3:].min() - a) / max(distance[3:].min(), a)
            ),
        },
        two_decimals,
    )


@question("07", section=3)
def neighbours(draw):
    """Nobody is a neighbour of itself."""
    gaps = draw.sample([1, 2, 3.5, 4.5, 6, 7.5], 5)
    z = np.r_[0, np.cumsum(gaps)]
    labels = np.array(draw.sample([0, 0, 0, 1, 1, 1], 6))
    distance = np.abs(z[:, None] - z)
    if any(len(set(row)) < len(row) for row in distance):
        raise DrawAgain
    order = np.argsort(distance, axis=1)
    same = labels[order] == labels[:, None]  # its first column is the code itself
    codes = listed_with_classes(z, labels)
    return Drawn(
        f"Six codes with their classes: {codes}. Which share of the two nearest *other* codes has "
        "a code's own class, on average?",
        metrics.own_neighbours(z[:, None], labels, k=2),
        "Two neighbours of each of six codes: count them, and divide by twelve.",
        {
            "Each code counted as its own neighbour.": same[:, :2].mean(),
            "Only the nearest one was asked: k is 2.": same[:, 1].mean(),
            "Own and other were exchanged.": 1 - same[:, 1:3].mean(),
            "That is the share of codes with *both* neighbours of their class.": (
                same[:, 1:3].all(axis=1).mean()
            ),
        },
        percent,
    )


def listed_with_classes(z, labels) -> str:
    """Write codes with a letter for their class: "0 (A), 1.5 (B)"."""
    return ", ".join(f"{code:g} ({'AB'[label]})" for code, label in zip(z, labels, strict=True))


@question("07", section=7)
def between_classes(draw):
    """The variance has a part between the classes and one within them."""
    first = np.array([-1, 1]) * draw.randrange(1, 5)
    middle, width = draw.randrange(3, 10), draw.choice([1, 1.5, 2, 2.5, 3, 4])
    second = middle + np.array([-1, draw.choice([-0.5, 0, 0.5]), 0, 1]) * width
    z, labels = np.r_[first, second].astype(float)[:, None], np.repeat([0, 1], [2, 4])
    right = metrics.between_share(z, labels)
    means = latent.centroids(z, labels)
    return Drawn(
        f"One latent number. Class A has the codes {listed(first)}, class B {listed(second)}. "
        "Which share of the variance lies between the classes?",
        right,
        "The variance of the class means, each counted as often as it has codes, over that of all.",
        {
            "That is the share within the classes.": 1 - right,
            "That is between over *within*: divide by the whole variance.": (
                if_plausible(right / (1 - right), high=1)
            ),
            "The class means count as often as they have codes: B's four times, A's twice.": (
                means.var() / z.var()
            ),
            "Those are standard deviations: only variances add up to a whole.": np.sqrt(right),
        },
        percent,
    )


@question("08", section=2)
def message_length(draw):
    """With bits back an image costs −ELBO / log 2 bits."""
    distortion, rate = draw.randrange(60, 131, 5), draw.randrange(10, 31, 2)
    return Drawn(
        f"A black and white image costs {distortion} nats of reconstruction and {rate} nats of KL. "
        "How many bits does it take with bits back?",
        (distortion + rate) / np.log(2),
        "−ELBO / log 2: the code and the pixels together.",
        {
            "Those are nats: divide by log 2.": distortion + rate,
            "The code has to be sent as well.": distortion / np.log(2),
            "A bit is smaller than a nat, so there are more of them.": (
                (distortion + rate) * np.log(2)
            ),
            "The KL is what the code costs: add it, and do not take it back.": (
                (distortion - rate) / np.log(2)
            ),
            "The code was paid twice: the KL is its price after the bits came back.": (
                (distortion + 2 * rate) / np.log(2)
            ),
        },
        whole,
    )


@question("08", section=2)
def push(draw):
    """A message is one whole number."""
    width, total = draw.randrange(2, 6), draw.randrange(9, 17)
    start = draw.randrange(1, total - width)
    edges, state = (0, start, start + width, total), draw.randrange(20, 100)
    left = state % width
    if not left:
        raise DrawAgain
    return Drawn(
        f"In an asymmetric numeral system symbol 1 owns the slots {start} to {start + width - 1} "
        f"of {total}. It is pushed onto the state {state}. What is the new state?",
        coding.push(state, 1, edges),
        "Blocks of the width become blocks of the total; then start and what is left over.",
        {
            "The slots before the symbol's own were not skipped.": (
                coding.push(state, 1, edges) - start
            ),
            "What was left over is lost: nobody could undo this.": (
                coding.push(state, 1, edges) - left
            ),
            "That needs log₂ of the total for every symbol, however likely it is.": (
                state * total + start
            ),
            "Width and total are exchanged: the state must grow.": (
                state // total * width + start + left
            ),
        },
        whole,
        apart=0,
    )


@question("08", section=3)
def pairs(draw):
    """ROC AUC counts pairs; a tie is one half."""
    normal = np.array(draw.sample(range(80, 110, 3), 4))
    odd = np.r_[draw.choice(list(normal)), draw.sample(range(81, 130, 3), 2)]
    is_odd = np.repeat([True, False], [len(odd), len(normal)])
    right = roc_auc_score(is_odd, np.r_[odd, normal])
    ties, above = odd[:, None] == normal, odd[:, None] > normal
    return Drawn(
        f"A detector scores four ordinary images {listed(normal)}, three anomalies {listed(odd)}. "
        "What is its ROC AUC?",
        right,
        "The share of the twelve pairs in which the anomaly scores higher, a tie being one half.",
        {
            "A tie is one half, not a win.": np.mean(above | ties),
            "A tie is one half, not a defeat.": np.mean(above),
            "An anomaly should score *higher*.": 1 - right,
            "That is the share of anomalies above *all* ordinary images, with one threshold.": (
                np.mean(odd > normal.max())
            ),
        },
        two_decimals,
    )


QUESTIONS = tuple(
    sorted(
        (made for made in list(vars().values()) if isinstance(made, Template)),
        key=lambda made: (made.chapter, made.section),
    )
)
