# %% [markdown]
# # 05 · Interpolation
#
# **What lies between two images? Walk there in a straight line and in an arc, fall into a hole and
# get round it, turn one knob at a time – and measure what everybody says about it.**
#
# | | |
# | --- | --- |
# | Time | about 80 minutes with all exercises; the code alone runs in about half a minute |
# | You need | [04 · Sampling](04_sampling.ipynb), or what a prior and a hole in it are |
# | You will | walk between two images, straight and spherically, through one stop or many |
# | | measure how long and how believable a walk is, with a control that catches both judges |
# | | see a straight line cross a hole, and lead it around |
# | | find out what single latent dimensions mean, and what β has to do with it |
# | | add slant or ink to any digit, without dragging its class along |

# %%
import numpy as np
from sklearn.neighbors import NearestNeighbors

import vae_helpers as vh
from vae_helpers.checks import chapter05 as exercises
from vae_helpers.checks import experiment_log, progress

digits = vh.load_data("mnist", validation=10_000)
x_some, y_some = digits.test.images[::5], digits.test.labels[::5]  # 2,000, for the examples
x = vh.by_mode(x_some, digits.test.images)  # for the numbers: 2,000, or all in full mode
x_codes, y_codes = digits.train.images[:10_000], digits.train.labels[:10_000]
models = {"AE": vh.zoo.load("mnist-ae"), "VAE": vh.zoo.load("mnist-vae")}
ae, vae, conv = *models.values(), vh.zoo.load("mnist-conv-vae")
three = {**models, "conv VAE": conv}
print(f"vae_helpers {vh.__version__} in {vh.course_mode()} mode, NumPy {np.__version__}")

# %% [markdown]
# ## 1. Two slides in one projector
#
# To **interpolate** between two images means to encode both, walk from one code to the other in
# equal steps, and decode every step. The straight walk is one line: at the share t of the way
# stands
#
# $$z(t) = (1 - t)\,z_1 + t\,z_2, \qquad 0 \le t \le 1 .$$
#
# ### Exercise 1: the straight line
#
# Take all values of t at once. (`t[:, None]` makes a column of them.) The package's
# `latent.interpolate(z1, z2, steps)` does the same, and we shall go on with that.
#
# The cell after it walks from a 3 to a 6, twice: with a plain autoencoder and with a VAE, both of
# chapter 04. As a control it mixes the *pixels* in the same shares, without any model. **Before you
# run it:** what will the three rows show half-way? Will you be able to tell the AE from the VAE?


# %% exercise="lerp"
def lerp(z1, z2, t):
    """Return the points (n, latent_dim) at the shares t (n,) of the straight way from z1 to z2."""
    # <solution>
    t = t[:, None]
    return (1 - t) * z1 + t * z2
    # </solution>


exercises.lerp.check(lerp)
# exercises.lerp.hint()
# exercises.lerp.solution()


# %%
def filmstrips(pair, names=("AE", "VAE"), method="linear", steps=11):
    """Return a walk between two images for each model, after the mixed pixels."""
    rows = {"pixels mixed": np.linspace(pair[0], pair[1], steps)}
    for name in names:
        points = vh.latent.interpolate(*models[name].codes(pair), steps, method)
        rows[name] = models[name].decode(points)
    return rows


pair = x_some[[54, 130]]
alt = "Mixed pixels: half-way both digits, each half as bright. AE and VAE: the 3 bends into the "
alt += "6, by way of a blurred 8 or 5; the two rows are almost alike."
vh.plots.filmstrip(filmstrips(pair), title="From a 3 to a 6, in ten equal steps", alt=alt)

# %% [markdown]
# **What did you observe?**
#
# <details><summary>Answer</summary>
#
# Mixed pixels are two slides in one projector: half-way both digits are there, each half as bright.
# The models bend one into the other, by way of something like an 8 or a 5 that is grey where they
# are not sure. And the two are hard to tell apart: the plain autoencoder, which nobody ever asked
# to have a tidy space, interpolates as well.
#
# </details>
#
# "A VAE has a smooth latent space, an AE has not" is written in many places. Filmstrips cannot
# settle it, since one can always choose the two images. So we need numbers.
#
# ## 2. Smoothness as a number
#
# Let the classifier of chapter 04 look at every image of a walk. Its 64 features are a place, and
# the walk is a path through such places. If each step changes a little, and always towards the
# goal, the path is short. If the images jump, or go astray by way of a third digit, it is long. So
#
# $$\text{ratio} = \frac{\sum_i \lVert f_{i+1} - f_i \rVert}{\lVert f_\text{end} - f_\text{start}
# \rVert} \ge 1 ,$$
#
# the length of the path over the direct distance.
#
# ### Exercise 2: the length of a path
#
# Here come the features of several walks at once. Return the length of each, the sum above the
# line. (`np.diff` takes differences of neighbours, `np.linalg.norm(…, axis=…)` their lengths.)


# %% exercise="path_lengths"
def path_lengths(features):
    """Return the length (n,) of each path; features are (n, images, d)."""
    # <solution>
    steps = np.diff(features, axis=1)
    return np.linalg.norm(steps, axis=2).sum(axis=1)
    # </solution>


exercises.path_lengths.check(path_lengths)
# exercises.path_lengths.hint()
# exercises.path_lengths.solution()

# %% [markdown]
# Now for pairs of test images drawn at random, eleven images a walk: mixed pixels, AE, VAE, and the
# convolutional VAE, whose decoder is the best.
#
# **Before you run this:** put the four in order, from the shortest path to the longest. And draw
# with a finger the share of images that are **recognised** from t = 0 to 1; as in chapter 04 that
# means that the classifier gives one digit 0.9 or more.

# %%
n_pairs = vh.by_mode(500, 5_000)
order = np.random.default_rng(5).permutation(len(x))
first, last = order[:n_pairs], order[n_pairs : 2 * n_pairs]


def walks(z, method="linear"):
    """Walk from each code of ``first`` to its partner in ``last``: (n_pairs, 11, latent_dim)."""
    pairs = zip(z[first], z[last], strict=True)
    return np.array([vh.latent.interpolate(z1, z2, 11, method) for z1, z2 in pairs])


films = {"pixels mixed": np.linspace(x[first], x[last], 11, axis=1, dtype="float32")}
for name, model in three.items():
    films[name] = vh.latent.decode(model, walks(model.codes(x)))

# %%
features, sure, ratios, energies = {}, {}, {}, {}


def watch(name, film):
    """Note how long the walks of a film are, and which images the classifier is sure of."""
    f, p = vh.features.features_and_probabilities(film.reshape(-1, 28, 28, 1))
    f = features[name] = f.reshape(*film.shape[:2], -1)
    sure[name] = p.max(axis=1).reshape(film.shape[:2]) >= 0.9
    length = np.linalg.norm(np.diff(f, axis=1), axis=2).sum(axis=1)
    ratios[name] = length.sum() / np.linalg.norm(f[:, -1] - f[:, 0], axis=1).sum()
    energies[name] = vh.metrics.perceptual_path_length(f).ratio
    print(f"{name:14} length / direct {ratios[name]:.2f}   energy / least {energies[name]:.2f}")


for name, film in films.items():
    watch(name, film)
assert 1.33 < ratios["pixels mixed"] < 1.45 < ratios["VAE"] < ratios["AE"] < 1.57
assert 1.6 < ratios["conv VAE"] < 1.75

# %%
t = np.linspace(0, 1, 11)
along = {name: seen.mean(axis=0) for name, seen in sure.items()}
for name, share in along.items():
    print(f"{name:14} at the ends {share[[0, -1]].mean():.0%}, in the middle {share[5]:.0%}")
    assert share[5] < share[[0, -1]].mean() - 0.15
assert 0.5 < along["pixels mixed"][5] < 0.65
assert abs(along["pixels mixed"][5] - along["VAE"][5]) < 0.05
vh.plots.lines(
    along, t, "share t of the way", "share recognised", title=f"N = {n_pairs:,} walks each"
)

# %% [markdown]
# **What did you observe?** Which of the four would you call the best, by these two judges?
#
# <details><summary>Answer</summary>
#
# The paths are about one and a half times as long as the direct way, the VAE's a little shorter
# than the AE's. But the *shortest* are the mixed pixels, and the best decoder takes the longest
# way. Smooth is not the same as good: nothing in a cross-fade ever moves. (The second column is the
# package's `perceptual_path_length`, the same idea with squares, which punishes jumps more.)
#
# All four sag in the middle, the convolutional VAE least. But more than half of all double
# exposures count as "surely this digit", just as many as of the VAE's images. The classifier has
# never seen two digits at once, and settles for the one it sees better. We met that in chapter 04:
# a judge answers for what it knows.
#
# </details>
#
# ### A fair control
#
# Each model is better compared with a cross-fade of *its own copies*, which are just as blurred.
# And we ask a judge that never learnt anything: how far is an image from the nearest of 5,000
# training images, in pixels? **Before you run this:** which will be nearer to something that a
# person once wrote, the middle of a cross-fade or the middle of a walk? And then bet: two
# differences between AE and VAE, in path length and in recognised middles – which one wins?

# %%
written = NearestNeighbors(n_neighbors=1, algorithm="brute")
written.fit(digits.train.images[:5_000].reshape(5_000, -1))
half = len(x) // 2
one, other = order[:half], order[half:]  # middles are cheap: every image has a partner here


def judge(name, images):
    """Print and return two numbers for images: the share recognised, the distance to a real one."""
    recognised = vh.features.classify(images).max(axis=1) >= 0.9
    distance = written.kneighbors(images.reshape(len(images), -1))[0].mean()
    print(f"{name:34} recognised {recognised.mean():4.0%}   nearest real image at {distance:.2f}")
    return recognised, distance


# %%
middles = {"real": judge("test images", x[one])}
middles["originals"] = judge("originals, cross-faded", (x[one] + x[other]) / 2)
for name, model in three.items():
    z, copies = model.codes(x), model.reconstruct(x)
    middles[f"{name} faded"] = judge(
        f"{name}: copies, cross-faded", (copies[one] + copies[other]) / 2
    )
    middles[name] = judge(f"{name}: middle of the walk", model.decode((z[one] + z[other]) / 2))
for name in three:
    faded, walked = middles[f"{name} faded"], middles[name]
    assert walked[0].mean() > faded[0].mean() + 0.08, name
    assert walked[1] < faded[1] - 0.3, name
assert middles["originals"][1] > middles["real"][1] + 0.3
assert middles["originals"][1] > max(middles[name][1] for name in three) + 0.5

# %%
draws = np.random.default_rng(0).integers(n_pairs, size=(1_000, n_pairs))


def ratio_of(f):
    """Return the ratio of length and distance; of 1,000 sets of pairs drawn anew, too."""
    length = np.linalg.norm(np.diff(f, axis=1), axis=2).sum(axis=1)
    direct = np.linalg.norm(f[:, -1] - f[:, 0], axis=1)
    return length.sum() / direct.sum(), length[draws].sum(axis=1) / direct[draws].sum(axis=1)


(of_ae, more_ae), (of_vae, more_vae) = ratio_of(features["AE"]), ratio_of(features["VAE"])
clearer = middles["AE"][0].astype(float) - middles["VAE"][0]
error = clearer.std() / np.sqrt(half)
print(f"AE − VAE: length ratio {of_ae - of_vae:+.3f} ± {np.std(more_ae - more_vae):.3f}, ", end="")
print(f"middles recognised {clearer.mean():+.1%} ± {error:.1%} (standard errors over pairs)")
assert max(0.02, 3 * np.std(more_ae - more_vae)) < of_ae - of_vae < 0.05
assert max(0.03, 3 * error) < clearer.mean() < 0.09

# %% [markdown]
# **What to see.** Now it comes apart. A cross-fade is farther from anything written than a new test
# image is; the middle of a walk is nearer. And each model is recognised clearly more often than the
# cross-fade of its own copies: that is what the latent space adds. (Blur alone makes the distance
# smaller, too; so compare walk and fade *within* a model.)
#
# **What did you observe?** Is the VAE smoother than the AE?
#
# <details><summary>Answer</summary>
#
# In one sense, by a hair: its paths are three to four hundredths of the direct distance shorter.
# That is many standard errors, and invisible. In the other sense no: more of the *AE's* middles are
# recognised, by four to six in a hundred. The AE copies more sharply, and its walks gain over its
# own cross-fades about as much as the VAE's do. What differs is where the two spaces lie and how
# they are scaled (chapter 04), and a line between two codes asks for neither. These are two models
# with ten dimensions, trained once each. A larger gap elsewhere is possible – if somebody measures
# it.
#
# </details>
#
# ## 3. Where the straight line falls into a hole
#
# In two dimensions one can watch. Here is the wardrobe of the Fashion-MNIST VAE, and a straight
# walk from the middle of the ankle boots to the middle of the trousers, in nine stops.
# **Before you run this:** nobody makes boots with trouser legs. What will the stops in the middle
# show?

# %%
fashion = vh.load_data("fashion-mnist", image_size=32, validation=0)
wardrobe = vh.zoo.load("fashion-conv-vae")
items, kinds = fashion.test.images[::5], fashion.test.labels[::5]
z_mean, z_log_var = wardrobe.encode(items)
middle = vh.latent.centroids(z_mean, kinds)
line = vh.latent.interpolate(middle[9], middle[1], 9)
shown = wardrobe.decode(line)
light = shown.max(axis=(1, 2, 3))
print("brightest pixel of each stop:", light.round(2))
assert light[4:6].min() < 0.5 < 0.7 < light[[0, -1]].min()
title = "Straight from the ankle boots to the trousers"
vh.plots.decoded_points(z_mean, kinds, line, shown, fashion.class_names, title=title)

# %% [markdown]
# **What to see.** At the fifth and sixth stop the garment goes out like a candle. The line crosses
# the lane between shoes and clothes, where few posteriors lie: the decoder has seldom been there in
# training.
#
# ---
#
# Nobody forces us to walk straight. `latent.filmstrip(stops, steps)` walks through several stops.
# Let us go round by the bags, the shirts and the dresses, and measure log q(z), the density of what
# the decoder has seen (chapter 04; here from the posteriors of 2,000 test images). **Before you run
# this:** on which way does it sink lower? Will every step of the detour be a garment?

# %%
detour = vh.latent.filmstrip(middle[[9, 8, 6, 3, 1]], 4)  # boot, bag, shirt, dress, trousers
ways = {"straight": vh.latent.interpolate(middle[9], middle[1], len(detour)), "detour": detour}
lowest, lengths = {}, {}
for name, way in ways.items():
    log_q = vh.metrics.log_aggregated_posterior(way, z_mean, z_log_var)
    lowest[name] = log_q.min()
    lengths[name] = np.linalg.norm(np.diff(way, axis=0), axis=1).sum()
    print(f"{name:9} length {lengths[name]:.1f}, lowest log q(z) {log_q.min():.1f} nats", end="")
    print(f" (at the ends {log_q[0]:.1f} and {log_q[-1]:.1f})")
assert lowest["straight"] < lowest["detour"] - 1
assert 1.4 < lengths["detour"] / lengths["straight"] < 1.7
title = "From boot to trousers: straight, and by way of bag, shirt and dress"
vh.plots.filmstrip({name: wardrobe.decode(way) for name, way in ways.items()}, title=title)

# %% [markdown]
# **What to see.** The detour shows a garment at nearly every step; between boot and bag it is dim,
# for there is a narrow lane, too. On the map it is half as long again as the straight way. Once
# more: short is one thing, believable another.
#
# ### The same in ten dimensions, with a single class
#
# Take two 1s from the two ends of a scale: one leans to the left, one far to the right. (We measure
# that with three simple numbers of an image that we shall need again.) **Before you run this:**
# between the two there are hundreds of ordinary 1s in the data, of every slant. Will the straight
# line find them? And if slant were a straight axis, what would their codes look like on a map?


# %%
def measure(images):
    """Return ink (sum of pixels), slant (degrees, right above 0) and width (pixels) of images."""
    ink = images.sum(axis=(1, 2, 3))
    share = images[..., 0] / ink[:, None, None]
    down, across = np.mgrid[:28, :28]
    down = down - (share * down).sum(axis=(1, 2), keepdims=True)  # from the middle of the ink
    across = across - (share * across).sum(axis=(1, 2), keepdims=True)
    tilt = -(share * down * across).sum(axis=(1, 2)) / (share * down**2).sum(axis=(1, 2))
    width = np.sqrt((share * across**2).sum(axis=(1, 2)))
    return {"ink": ink, "slant": np.degrees(np.arctan(tilt)), "width": width}


ones = x_some[y_some == 1]
ones = ones[np.argsort(measure(ones)["slant"])]

# %%
two = ones[[3, -4]]
print("slant of the two:", measure(two)["slant"].round(), "degrees")
upright = ones[len(ones) // 3 : 2 * len(ones) // 3]
stop = upright[np.argmin(np.abs(measure(upright)["ink"] - measure(two)["ink"].mean()))]
rows = filmstrips(two)
for name in models:
    stops = models[name].codes(np.stack([two[0], stop, two[1]]))
    rows[f"{name}, one stop"] = models[name].decode(vh.latent.filmstrip(stops, 6))
for name in list(rows)[1:]:
    ink = measure(rows[name])["ink"]
    least = ink.min() / ink[[0, -1]].mean()
    print(f"{name:14} least ink on the way: {least:.0%} of the ink at the ends")
    assert (least > 0.72) if "stop" in name else (least < 0.6), least
vh.plots.filmstrip(rows, title="A 1 leans over")

# %%
panels = {}
for name, model in models.items():
    z = model.codes(ones)
    mean, directions, deviations = vh.latent.principal_directions(z, 2)
    around = np.concatenate([z[[3]], model.codes(stop[None]), z[[-4]]])
    thirds = ("least slant", "middle third", "most slant")
    groups = dict(zip(thirds, np.array_split(z, 3), strict=True))
    groups |= {"straight line": z[[3, -4]], "with a stop": around}
    panels[name] = {
        label: tuple(((points - mean) @ directions.T / deviations[0]).T)
        for label, points in groups.items()
    }
title, axes = f"Codes of {len(ones)} ones, sorted by slant", ("first direction", "second direction")
vh.plots.lines(panels, None, *axes, title, points=list(thirds))

# %% [markdown]
# **What to see.** Mixed pixels make an X. Both models begin well, and then the stroke tears and
# keeps half of its ink. With one stop, a 1 of middling slant from the data, it simply leans over.
#
# The map shows why. Its axes are the two directions along which the codes of the 1s spread most. In
# the AE the ones lie on a crescent, and the straight line cuts across its inner side. In the VAE
# the bend is hard to see in these two directions, but the torn stroke says that it is there. Data
# lie on *curved* surfaces in the latent space. Short steps do not notice; long ones leave the
# surface.
#
# ---
#
# Now a tour with ten stops: from each class the image nearest to its centroid, joined by the
# convolutional VAE. **Before you run this:** which legs will pass through a third digit?

# %%
z = conv.codes(x_some)
stops = []
for label, centroid in enumerate(vh.latent.centroids(z, y_some)):
    of_class = np.flatnonzero(y_some == label)
    stops.append(of_class[np.argmin(np.linalg.norm(z[of_class] - centroid, axis=1))])
tour = conv.decode(vh.latent.filmstrip(z[stops], 7, "spherical"))
legs = {f"{a} → {a + 1} → {a + 2}": tour[6 * a : 6 * a + 13] for a in (0, 2, 4, 6)}
legs["8 → 9"] = tour[48:]
read = vh.features.classify(tour).argmax(axis=1)
print("read by the classifier:", "".join(map(str, read)))
assert 6 in read[:6]
assert 9 in read[36:42]
vh.plots.image_grid(legs, title="From 0 to 9 without lifting the pen")

# %% [markdown]
# **What to see.** From 0 to 1 by a 6, from 6 to 7 by a 9: some legs pass through a digit that
# nobody ordered. These steps are spherical, which is our next subject.
#
# ## 4. Too short in the middle: straight against spherical
#
# There is an argument against straight lines that needs no picture. **Before you run this:** two
# random points of N(0, I) in 100 dimensions. How far from the origin are they, and how far is the
# point half-way between?

# %%
shares = []
for d in (2, 10, 100, 512):
    z1, z2 = vh.latent.sample_prior(20_000, d, seed=1), vh.latent.sample_prior(20_000, d, seed=2)
    length, halfway = (np.linalg.norm(z, axis=1) for z in (z1, (z1 + z2) / 2))
    cosine = (z1 * z2).sum(axis=1) / length / np.linalg.norm(z2, axis=1)
    angle = np.degrees(np.arccos(cosine))
    shares.append(np.mean(length < halfway.mean()))
    print(f"{d:4} dimensions: length {length.mean():5.2f} ± {length.std():.2f}, half-way", end="")
    print(f" {halfway.mean():5.2f}; {shares[-1]:.2%} of the draws are as short; ", end="")
    print(f"angle {angle.mean():.0f}° ± {angle.std():.0f}°")
    assert abs(halfway.mean() / length.mean() - np.sqrt(0.5)) < 0.01
    assert abs(angle.mean() - 90) < 1
assert shares[0] > 0.3 > 0.15 > shares[1] > 0.05 > 1e-3 > shares[2] > shares[3] - 1e-9

# %% [markdown]
# **What to see.** Half-way has 1/√2 = 71 % of the length, in any number of dimensions. But the more
# dimensions, the less lengths vary among themselves, until a typical middle is shorter than *every*
# draw. And the more dimensions, the nearer two draws are to a right angle.
#
# ---
#
# **Spherical interpolation** (slerp: Shoemake 1985; for latent spaces White 2016) keeps the length
# and turns the direction at a constant speed. With the unit vectors u₁ = z₁/‖z₁‖, u₂ = z₂/‖z₂‖ and
# the angle Ω between them, cos Ω = u₁·u₂,
#
# $$u(t) = \frac{\sin((1-t)\,\Omega)}{\sin\Omega}\,u_1 + \frac{\sin(t\,\Omega)}{\sin\Omega}\,u_2,
# \qquad z(t) = \big((1-t)\,\lVert z_1\rVert + t\,\lVert z_2\rVert\big)\, u(t) .$$
#
# ### Exercise 3: slerp
#
# Some cases need care. A zero vector has no direction, and equal directions have Ω = 0, so that the
# formula divides by zero: return the straight line for both. Rounding may also push u₁·u₂ above 1,
# where the arc cosine is not a number; `np.clip` helps. (Opposite directions are joined by any half
# circle. You need not care; the package always takes the same one.)


# %% exercise="slerp"
def slerp(z1, z2, t):
    """Return the points (n, latent_dim) at the shares t (n,) of the spherical way."""
    t = t[:, None]
    # <solution>
    straight = (1 - t) * z1 + t * z2
    length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
    if length1 == 0 or length2 == 0:
        return straight
    u1, u2 = z1 / length1, z2 / length2
    angle = np.arccos(np.clip(u1 @ u2, -1, 1))
    if np.sin(angle) < 1e-6:
        return straight
    direction = (np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2) / np.sin(angle)
    return ((1 - t) * length1 + t * length2) * direction
    # </solution>


exercises.slerp.check(slerp)
# exercises.slerp.hint()
# exercises.slerp.solution()

# %% [markdown]
# So much for noise. Between *codes of images*, in our VAE with ten dimensions, is spherical better?
# A control takes the straight middle and only stretches it to the length of the spherical one.
# **Before you run this:** White (2016) reports sharper images. What do you expect of the share
# recognised, of log q, and of the length of the path?
#
# Then look for yourself, on paper and in motion: choose any two of 2,000 test images and the kind
# of way, and slide. (In the AE "spherical" turns around the origin, which is no special place
# there.)

# %%
watch("VAE, spherical", vh.latent.decode(vae, walks(vae.codes(x), "spherical")))
posteriors = vae.encode(x_codes)
z1, z2 = vae.codes(x)[one], vae.codes(x)[other]
straight = (z1 + z2) / 2
arc = np.array([vh.latent.between(a, b, 0.5, "spherical") for a, b in zip(z1, z2, strict=True)])
stretch = np.linalg.norm(arc, axis=1) / np.linalg.norm(straight, axis=1)
kinds = {"straight": straight, "spherical": arc, "stretched": straight * stretch[:, None]}
for name, points in kinds.items():
    log_q = np.median(vh.metrics.log_aggregated_posterior(points[:1_000], *posteriors))
    middles[name] = (*judge(f"VAE, {name}", vae.decode(points)), log_q)
    print(f"    mean length {np.linalg.norm(points, axis=1).mean():.2f}, median log q {log_q:.0f}")
gain = middles["spherical"][0].astype(float) - middles["straight"][0]
print(f"spherical − straight: {gain.mean():+.1%} ± {gain.std() / np.sqrt(half):.1%} recognised")
assert 0.05 < gain.mean() < 0.15, gain.mean()

# %%
straight, arc, stretched = (middles[name] for name in kinds)
assert -15 < arc[2] - straight[2] < -5, "log q"
assert straight[1] + 0.05 < arc[1], "distance to the nearest real image"
assert 0.08 < ratios["VAE, spherical"] - ratios["VAE"] < 0.2, "length of the path"
assert abs(stretched[0].mean() - arc[0].mean()) < 0.06, "the control"
pair, rows = x_some[[138, 75]], {}
for method in vh.latent.METHODS:
    films_of_pair = filmstrips(pair, method=method)
    rows |= {f"{name}, {method}": films_of_pair[name] for name in models}
vh.plots.filmstrip(rows, title="From a 2 to a 5, on both ways")

# %%
explorer = vh.widgets.InterpolationExplorer(models, x_some)
assert not explorer.errors, explorer.errors
explorer

# %% [markdown]
# **What did you observe?** Would you interpolate spherically?
#
# <details><summary>Answer</summary>
#
# It depends on what you ask for. Some ten in a hundred more middles are recognised: strokes get
# their contrast back. But the path is longer, the middle is farther from real images, and it lies
# where the decoder has seen less, by some ten nats: the straight middle is short, but codes
# surround it. The control does as well, or a little better: for ends of equal length the spherical
# middle *is* the straight one, stretched. So slerp is a higher temperature in the middle of the
# walk, and we saw in chapter 04 what that does to the classifier. In ten dimensions, where lengths
# vary anyway, it is a matter of taste; in hundreds, where they hardly vary, test it again.
#
# </details>
#
# ## 5. One dimension at a time
#
# Instead of walking to a goal, turn a single coordinate and leave the other nine alone: a
# **traversal**. Rows are dimensions, columns are values in equal steps of the prior's probability.
# **Before you run this:** will you be able to give each row a name?

# %%
values = vh.latent.prior_quantiles(9)
a_three = vae.codes(x_some[[54]])[0]
images = vh.latent.decode(vae, vh.latent.traverse_all(a_three, values))
vh.plots.traversals(images, values, title="VAE, β = 1: one coordinate of a 3 at a time")

# %%
explorer = vh.widgets.LatentExplorer(vae, x_some, y_some)
assert not explorer.errors, explorer.errors
explorer

# %% [markdown]
# **What to see.** Some rows have a flavour – this one leans, that one gets wider – but most do two
# things at once, and towards their ends many make something else of the 3. (In the widget: "encode
# this test image", number 54, then move one slider at a time.)
#
# ---
#
# Names should be tested. How much of the variance of slant, ink and width does *one* dimension
# explain (r²), over 10,000 training images? And how much do *all ten* together, in a linear fit? We
# ask this of the AE, of the VAE, and of VAEs trained with other weights **β** of the KL.
# **Before you run this:** no loss ever mentions slant. Should any dimension care? And which way
# will the best single dimension go, from β = 0.1 to 10 – and all ten together?

# %%
known = measure(x_codes)


def explained(z, values):
    """Return r² of each dimension alone (d,), and of all dimensions together."""
    alone = np.array([np.corrcoef(column, values)[0, 1] ** 2 for column in z.T])
    inputs = np.column_stack([z, np.ones(len(z))])
    residual = values - inputs @ np.linalg.lstsq(inputs, values, rcond=None)[0]
    return alone, 1 - residual.var() / values.var()


for name, low, high in (("AE", 0.2, 0.33), ("VAE", 0.35, 0.6)):
    for what, values_of in known.items():
        alone, together = explained(models[name].codes(x_codes), values_of)
        print(f"{name:4} {what:6} best one {alone.max():.2f}, all ten {together:.2f}")
        assert low < alone.max() < high < 0.8 < together

# %%
names = {float(v.split("-")[1]): v for v in vh.zoo.variants("mnist-vae")}
by_beta = {beta: vh.zoo.load("mnist-vae", v) for beta, v in names.items()} | {1.0: vae}
betas = sorted(by_beta)
z_of = {beta: by_beta[beta].codes(x_codes) for beta in betas}
found = {what: [explained(z_of[beta], known[what]) for beta in betas] for what in known}
curves = {f"{what}, best one": [alone.max() for alone, _ in found[what]] for what in known}
curves["slant, all ten"] = [together for _, together in found["slant"]]
single = dict(zip(betas, curves["slant, best one"], strict=True))
assert single[0.1] < single[0.5] < single[1] < single[2] < single[4]
assert single[1] < 0.6 < 0.7 < single[4]
assert np.ptp(curves["slant, all ten"]) < 0.08
vh.plots.lines(curves, np.array(betas), "β", "share of the variance explained", log_x=True)

# %%
rows, active = {}, {}
for beta in betas:
    best = int(found["slant"][betas.index(beta)][0].argmax())
    sign = np.sign(np.corrcoef(z_of[beta][:, best], known["slant"])[0, 1])
    z = by_beta[beta].codes(x_some[[54]])[0]
    film = by_beta[beta].decode(vh.latent.traverse(z, best, sign * values))
    rows[f"β = {beta:g}, {vh.plots.figure.dimension_name(best)}"] = film
    kl = vh.metrics.kl_per_dimension(*by_beta[beta].encode(x_some)).mean(axis=0)
    active[beta] = int(np.sum(kl > 0.05))
    print(f"β = {beta:4g}: KL {kl.sum():4.1f} nats in {active[beta]} dimensions above 0.05 nats")
assert active[4] == 10 > active[10]
vh.plots.image_grid(rows, title="The dimension that knows slant best, from left to right")

# %%
explorer = vh.widgets.BetaExplorer(by_beta, x_some[:500])
assert not explorer.errors, explorer.errors
explorer

# %% [markdown]
# **What did you observe?** What does β do to the meaning of a dimension? Then do we want a large β?
#
# <details><summary>Answer</summary>
#
# The AE and the VAE know slant, ink and width equally well, and nobody told them. In the AE they
# are smeared over all dimensions: none explains a third. In the VAE the best one explains 40 to
# 53 %. A plain autoencoder does not care which way its axes point; a posterior with a *diagonal*
# covariance does. From β = 0.1 to 4 the best dimension explains ever more of the slant, while all
# ten together know as much at any β. Papers on *disentanglement* report that (Higgins et al. 2017).
#
# The price stands in chapter 03 and in the last rows: at β = 4 copies are blurred, at β = 10 some
# dimensions are dead and the 3 itself is in doubt. And this is one training each. Nothing in the
# loss asks for axes with *human* names; other runs and other data may give others (Locatello et al.
# 2019). Ink, for one, does not go up evenly.
#
# </details>
#
# ## 6. Arithmetic with codes
#
# No single dimension need mean slant. But a *direction* can: the mean code of images that lean
# right, minus the mean code of images that lean left. Add it to any code, and that digit should
# lean (Larsen et al. 2016, with glasses and smiles).
#
# ### Exercise 4: an attribute vector
#
# `score` says how much of the attribute each image has. Take the codes of the highest `share` of
# all images and of the lowest `share`, and subtract the means. (`np.quantile` finds the limits;
# a score exactly at a limit may count or not.)
#
# The cell after it adds the slant vector, up to 0.9 times, to digits that had no part in making it.
# **Before you run it:** will they stay what they are? And will the AE, with no prior, manage it?


# %% exercise="attribute_vector"
def attribute_vector(z, score, share=0.2):
    """Return the mean code (latent_dim,) of the highest scores minus that of the lowest."""
    # <solution>
    low, high = np.quantile(score, [share, 1 - share])
    return z[score >= high].mean(axis=0) - z[score <= low].mean(axis=0)
    # </solution>


exercises.attribute_vector.check(attribute_vector)
# exercises.attribute_vector.hint()
# exercises.attribute_vector.solution()


# %%
def direction(z, score, share=0.2):
    """Return the vector of an attribute with the package's function, which takes two groups."""
    low, high = np.quantile(score, [share, 1 - share])
    return vh.latent.attribute_vector(z[score >= high], z[score <= low])


rows, strengths = {}, 0.3 * np.arange(-3, 4)
slants = {name: direction(models[name].codes(x_codes), known["slant"]) for name in models}
for name, vector in slants.items():
    for digit in (2, 4, 7):
        z = models[name].codes(x_some[y_some == digit][3:4])[0]
        leaning = vh.latent.add_attribute(z, vector, strengths)
        rows[f"{name}, {digit}"] = models[name].decode(leaning)
vh.plots.traversals(np.stack(list(rows.values())), strengths, list(rows), title="Slant, added")

# %% [markdown]
# Now for all test images: how much does the attribute change, and how many images are still read as
# the same digit? The control takes random directions of the same length. We also try **ink**, the
# mean of bold images minus the mean of thin ones. **Before you run this:** which class has the
# least ink? What will become of the digits if we subtract the ink vector?


# %%
def moved(model, z, step):
    """Return the mean change of each attribute, and the share that stays the same digit."""
    before, after = model.decode(z), model.decode(z + step.astype("float32"))
    change = {what: np.mean(v - measure(before)[what]) for what, v in measure(after).items()}
    kinds = [vh.features.classify(images).argmax(axis=1) for images in (before, after)]
    return change, np.mean(kinds[0] == kinds[1])


z_train, z_vae = vae.codes(x_codes), vae.codes(x)
of_test = {"AE": ae.codes(x), "VAE": z_vae}
ink = direction(z_train, known["ink"])
noise = np.random.default_rng(3).standard_normal((10, 10)).astype("float32")
noise *= np.linalg.norm(slants["VAE"]) / np.linalg.norm(noise, axis=1, keepdims=True)

# %%
half_slant = {name: moved(models[name], of_test[name], slants[name] / 2) for name in models}
random = [moved(vae, z_vae[:500], step / 2) for step in noise]
aside = np.mean([abs(change["slant"]) for change, _ in random])
kept_aside = np.mean([kept for _, kept in random])
for name, (change, kept) in half_slant.items():
    print(f"{name:4} + half a slant vector: {change['slant']:+.1f}°, same digit {kept:.0%}")
    assert 2 * aside < 10 < change["slant"] < 16
    assert kept > max(0.84, kept_aside + 0.03)
print(f"VAE  + as long a random step: {aside:.1f}° either way, same digit {kept_aside:.0%}")
lost, kept_plain = moved(vae, z_vae, -ink)
read = vh.features.classify(vae.decode(z_vae - ink)).argmax(axis=1)
print(f"VAE  − ink vector: {lost['ink']:+.0f} ink, same digit {kept_plain:.0%}, ", end="")
print(f"read as a 1: {np.mean(read == 1):.0%}")
assert kept_plain < 0.4 < 0.6 < np.mean(read == 1)
assert 0.38 < np.mean(y_codes[known["ink"] <= np.quantile(known["ink"], 0.2)] == 1) < 0.48

# %% [markdown]
# **What to see.** Half a slant vector leans the digits by about twelve degrees, almost three
# times as much as a random step does, and nearly nine in ten stay what they are. The AE does it
# just as well: arithmetic with codes needs no prior.
#
# But without ink, seven in ten digits are read as 1s; before, it was one in eight! More than four
# in ten of the thin images are 1s, and next to none of the bold ones. So "bold minus thin" holds a
# good deal of "not 1, minus 1". **A vector does whatever its two groups differ in**, and they
# differ in more than its name.
#
# ### Exercise 5: like with like
#
# The cure: make the attribute vector *within each class* that occurs (`np.unique(labels)`), then
# take the mean of these vectors, every class counting the same.
#
# Two cells come after it. **Before you run them:** this vector is shorter. Will it still take away
# as much ink? And the class itself can be the attribute: "4 − 4 + 9" is the code of a 4, minus the
# centroid of the 4s, plus the centroid of the 9s. What do we get that the centroid of the 9s has
# not?


# %% exercise="balanced_vector"
def balanced_vector(z, score, labels, share=0.2):
    """Return the mean over the classes of the attribute vector within the class."""
    # <solution>
    vectors = []
    for label in np.unique(labels):
        of_class = labels == label
        low, high = np.quantile(score[of_class], [share, 1 - share])
        top, bottom = z[of_class & (score >= high)], z[of_class & (score <= low)]
        vectors.append(top.mean(axis=0) - bottom.mean(axis=0))
    return np.mean(vectors, axis=0)
    # </solution>


exercises.balanced_vector.check(balanced_vector)
# exercises.balanced_vector.hint()
# exercises.balanced_vector.solution()

# %%
classes = [y_codes == k for k in range(10)]
balanced = np.mean([direction(z_train[k], known["ink"][k]) for k in classes], axis=0)
thinner, kept_balanced = moved(vae, z_vae, -balanced)
for name, vector, change, kept in (
    ("plain", ink, lost, kept_plain),
    ("balanced", balanced, thinner, kept_balanced),
):
    print(f"− {name:8} length {np.linalg.norm(vector):.2f}: {change['ink']:+.0f} ink", end="")
    print(f", same digit {kept:.0%}")
assert kept_balanced > 1.7 * kept_plain
assert thinner["ink"] < 0.85 * lost["ink"]
picked = vae.codes(x_some[[np.flatnonzero(y_some == k)[4] for k in range(10)]])
steps = {"− plain": -ink, "− ½ plain": -ink / 2, "as it was": 0 * ink}
steps |= {"− ½ balanced": -balanced / 2, "− balanced": -balanced}
vh.plots.image_grid({name: vae.decode(picked + step) for name, step in steps.items()})

# %%
to_nine = z_train[y_codes == 9].mean(axis=0) - z_train[y_codes == 4].mean(axis=0)
fours = x[vh.by_mode(y_some, digits.test.labels) == 4]
nines = vae.decode(vae.codes(fours) + to_nine)
as_nine = np.mean(vh.features.classify(nines).argmax(axis=1) == 9)
hand = np.corrcoef(measure(fours)["slant"], measure(nines)["slant"])[0, 1]
print(
    f"N = {len(fours)}: {as_nine:.0%} are read as a 9; their slant goes along with r = {hand:.2f}"
)
assert 0.7 < as_nine < 0.95
assert hand > 0.9
title = "The same hand writes another digit"
vh.plots.image_grid({"4": fours[:12], "4 − 4 + 9": nines[:12]}, title=title)

# %% [markdown]
# **What to see.** The balanced vector has nine tenths of the effect on ink, and twice as many
# digits stay what they are. And "4 − 4 + 9" keeps the slant and the stroke of each writer; the
# centroid has none of that.
#
# ## 7. Your experiment: does a stop help?
#
# Choose two test images and a stop (numbers from 0 to 1,999), and a method. Write down
# first which of three numbers will get better by the stop: the ratio of the path, the lowest
# certainty of the classifier on the way, or the lowest log q. Then try a stop of the same class,
# one of a third class, and a random one, and put your conclusion into your log.

# %% exercise="experiment"
start, via, end, method = 138, 190, 75, "linear"
z = vae.codes(x_some[[start, via, end]])
direct = vh.latent.interpolate(z[0], z[2], 11, method)
results, rows = {}, {}
for kind, way in {"direct": direct, "one stop": vh.latent.filmstrip(z, 6, method)}.items():
    rows[kind] = vae.decode(way)
    f, p = vh.features.features_and_probabilities(rows[kind])
    length = np.linalg.norm(np.diff(f, axis=0), axis=1).sum()
    results[f"{kind}: ratio"] = length / np.linalg.norm(f[-1] - f[0])
    results[f"{kind}: lowest certainty"] = p.max(axis=1).min()
    results[f"{kind}: lowest log q"] = vh.metrics.log_aggregated_posterior(way, *posteriors).min()
print({what: round(float(value), 2) for what, value in results.items()})

# <solution>
conclusion = "The stop, a 7, makes the path longer and the strokes no clearer: it lies aside."
# </solution>
settings = {"from": start, "via": via, "to": end, "method": method}
experiment_log.add("05: does a stop help?", settings, results, conclusion)
vh.plots.filmstrip(rows)

# %% [markdown]
# ## 8. Common mistakes, failing for you
#
# 1. **The arc cosine without `clip`.** In 32-bit numbers u·u is often a little above 1, and the arc
#    cosine of that is not a number.
# 2. **A straight line between opposite codes.** It runs through the origin; the spherical way does
#    not.
# 3. **Noise on the way.** Walk between *means*. With a fresh draw from the posterior in every frame
#    the film trembles, by as much as it moves.
# 4. **Lengths of different films.** The ratio grows with the number of steps, since finer steps
#    follow more bends. Compare films of one length.
#
# The cell after that sets down what this chapter measured. The sources of this course show the
# view – two test images, a straight line, n steps, a filmstrip – and give no number for it.

# %%
means, log_var = vae.encode(x_some)
unit = means / np.linalg.norm(means, axis=1, keepdims=True)
above = (unit * unit).sum(axis=1) > 1
print(f"1. for {above.mean():.0%} of the codes u·u is above 1: the arc cosine is not a number")
for method in vh.latent.METHODS:
    way = vh.latent.interpolate(means[0], -means[0], 5, method)
    print(f"2. {method:9} from z to −z, lengths: {np.linalg.norm(way, axis=1).round(2)}")
noise = np.random.default_rng(0).standard_normal((200, 11, 10))  # eleven frames of one image
shaky = means[:200, None] + np.exp(log_var[:200, None] / 2) * noise
f = vh.features.classifier_features(vae.decode(shaky.reshape(-1, 10))).reshape(200, 11, -1)
steps = [np.linalg.norm(np.diff(g, axis=1), axis=2).mean() for g in (f, features["VAE"])]
print(f"3. a frame of noise moves the features by {steps[0]:.2f}, a step by {steps[1]:.2f}")
by_steps = {10 // k: round(float(ratio_of(features["VAE"][:, ::k])[0]), 2) for k in (10, 5, 2, 1)}
print(f"4. ratio by the number of steps: {by_steps}")

# %%
assert above.any()
assert 0.8 < steps[0] / steps[1] < 1.3
assert by_steps[1] == 1 < by_steps[2] < by_steps[5] < by_steps[10]
walked = f"{n_pairs:,} pairs of test images, 11 images a walk, 64 classifier features"
half_way = f"{half:,} pairs of test images, straight; a classifier's probability of 0.9 or more"
rows = [(f"path length over direct distance, {k}", v, None, walked) for k, v in ratios.items()]
rows += [(f"energy over the least, {k}", v, None, walked) for k, v in energies.items()]
for name in ("originals", *three, "spherical"):
    rows += [(f"middles recognised, {name}", middles[name][0].mean(), None, half_way)]
for beta in (0.1, 1, 4):
    what = f"slant explained by the best of ten dimensions, β = {beta:g}"
    rows += [(what, single[beta], None, "10,000 training images, r²")]
rows += [("4 − 4 + 9 read as a 9", as_nine, None, f"VAE, {len(fours):,} test images")]
vh.measured([(what, float(ours), *rest) for what, ours, *rest in rows])

# %% [markdown]
# ## Recap
#
# - A walk between codes bends one image into another; mixed pixels fade. The cross-fade is the
#   control: it beats every model in smoothness and fools the classifier. Use more than one judge.
# - "The VAE is smoother than the AE": by a few hundredths in path length; in recognised middles it
#   is not.
# - Codes lie on curved surfaces with holes beside them. A stop, or several, leads a walk around.
# - Straight middles are short. Slerp keeps the length – in ten dimensions that is nearly the
#   straight middle, stretched: more contrast, longer paths, emptier places.
# - A larger β puts what we can name into fewer dimensions, and costs detail. Test the names.
# - An attribute vector does all that its two groups differ in. Balance the classes.
#
# ## Self-test

# %% exercise="self_test"
# <solution>
answers = {1: "c", 2: "a", 3: "b", 4: "b", 5: "c"}
# <stub>
# answers = {1: ..., 2: ..., 3: ..., 4: ..., 5: ...}
# </solution>
exercises.self_test.check(answers)

# %%
progress("05")

# %% [markdown]
# ## Further, and next
#
# - White (2016), [Sampling generative networks](https://arxiv.org/abs/1609.04468): spherical
#   interpolation, and attribute vectors with balanced groups.
# - Larsen et al. (2016), [Autoencoding beyond pixels using a learned similarity
#   metric](https://arxiv.org/abs/1512.09300): arithmetic with faces.
# - Karras et al. (2019), [A style-based generator architecture for generative adversarial
#   networks](https://arxiv.org/abs/1812.04948): perceptual path length.
# - Arvanitidis et al. (2018), [Latent space oddity](https://arxiv.org/abs/1710.11379): shortest
#   paths that follow the curved surface.
# - Berthelot et al. (2019), [Understanding and improving interpolation in autoencoders via an
#   adversarial regularizer](https://arxiv.org/abs/1807.07543): training for believable middles.
# - Higgins et al. (2017), [beta-VAE](https://openreview.net/forum?id=Sy2fzU9gl), and Locatello et
#   al. (2019), [Challenging common assumptions in the unsupervised learning of disentangled
#   representations](https://arxiv.org/abs/1811.12359).
#
# **Next:** [06 · Evaluation](06_evaluation.ipynb) – how good is a generator, in numbers that can be
# trusted?
