# %% [markdown]
# # 05 · Interpolation
#
# **What lies between two images? Walk there in a straight line and in an arc, fall into a hole and
# let the data lead you round it, turn one knob at a time, and measure what everybody says about
# it.**
#
# | | |
# | --- | --- |
# | Time | about 100 minutes with all exercises, with a break after section 4 |
# | You need | [04 · Sampling](04_sampling.ipynb), or what a prior and a hole in it are |
# | You will | walk between two images, straight and in an arc, and judge the walk with a control |
# | | see a straight line cross a hole, and find stepping stones around it |
# | | ask what single latent dimensions mean, and whether the next training agrees |
# | | add slant or ink to any digit, and find out what else such a vector carries |

# %%
import numpy as np
from scipy.sparse.csgraph import dijkstra
from sklearn.neighbors import NearestNeighbors, kneighbors_graph

import vae_helpers as vh
from vae_helpers.checks import chapter05 as exercises
from vae_helpers.checks import experiment_log, progress

digits = vh.load_data("mnist", validation=10_000)
x, y = digits.test.images[::5], digits.test.labels[::5]  # 2,000 from all over the file
x_codes, y_codes = digits.train.images[:10_000], digits.train.labels[:10_000]
ae, vae, conv = (vh.zoo.load(f"mnist-{name}") for name in ("ae", "vae", "conv-vae"))
models = {"AE": ae, "VAE": vae}
three = {**models, "conv VAE": conv}

# %% [markdown]
# ## 1. Two slides in one projector <!-- 5 min -->
#
# To **interpolate** between two images means to encode both, walk from one code to the other in
# equal steps, and decode every step. The straight walk is one line: at the share t of the way
# stands
#
# $$z(t) = (1 - t)\,z_1 + t\,z_2, \qquad 0 \le t \le 1 .$$
#
# `latent.interpolate(z1, z2, steps)` of the package does that. We walk from a 3 to a 6, twice: with
# the plain autoencoder (AE) and with the VAE, both of chapter 04. As a control we mix the *pixels*
# in the same shares, without any model.
#
# **Predict.** What will the three rows show half-way? Will you be able to tell the AE from the VAE?

# %% [markdown] tags=["teacher"]
# **Ask the room.** Which of the two rows is the VAE's? *Answer: hard to tell. One can always choose
# the two images, so a filmstrip settles nothing; numbers are needed.*
#
# **Draw.** Two slides in one projector beside a bent arrow from a 3 to a 6.


# %%
def filmstrips(pair, method="linear"):
    """Return a walk between two images, in eleven steps, for each model."""
    return {
        name: model.decode(vh.latent.interpolate(*model.codes(pair), 11, method))
        for name, model in models.items()
    }


pair = x[[54, 130]]
rows = {"pixels mixed": np.linspace(*pair, 11), **filmstrips(pair)}
vh.plots.filmstrip(rows, title="From a 3 to a 6, in ten equal steps")

# %% [markdown]
# **What to see.** Mixed pixels are two slides in one projector: half-way both digits are there,
# each half as bright. The models bend one into the other, by way of something like an 8 or a 5 that
# is grey where they are not sure. And the two are hard to tell apart: the plain autoencoder, which
# nobody ever asked to have a tidy space, interpolates as well.
#
# "A VAE has a smooth latent space, an AE has not" is written in many places. Filmstrips cannot
# settle it, since one can always choose the two images. So we need numbers.
#
# ## 2. Smoothness as a number <!-- 14 min -->
#
# Let the classifier of chapter 04 look at every image of a walk. Its 64 features are a place, and
# the walk is a path through such places, f₀, f₁, … f₁₀. If each step changes a little, and always
# towards the goal, the path is short. If the images jump, or go astray by way of a third digit, it
# is long. So
#
# $$\text{ratio} = \frac{\sum_i \lVert f_{i+1} - f_i \rVert}{\lVert f_\text{end} - f_\text{start}
# \rVert} \ge 1 ,$$
#
# the length of the path over the direct distance.
#
# ### Exercise 1 · The length of a path <!-- 5 min -->
#
# Here come the features of several walks at once. Return the length of each, the sum above the
# line. (`np.diff` takes differences of neighbours, `np.linalg.norm(…, axis=…)` their lengths.)
#
# After it come random pairs of test images, eleven images a walk, in the AE, the VAE and a
# convolutional VAE, whose decoder is the best. We also count the images that are **recognised**; as
# in chapter 04 that means that the classifier gives one digit a probability of 0.9 or more.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 1: the direct distance, `np.diff` along the wrong axis, the root
# outside the sum. In the result the *cross-fade* has the shortest path: many think of a bug.
#
# **Ask the room.** The cross-fade wins in path length. Is it the best interpolation? *Answer: no.
# Smooth is not good; a classifier that has never seen two digits at once is fooled as well. Hence
# the control: each model against the fade of its own copies.*
#
# **Draw.** Features as a plane: a straight dotted line, and a path that wanders off by way of a
# third digit.
#
# **Late?** Skip "Is the VAE smoother" and say: by a few hundredths; and in recognised middles it is
# worse.


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

# %% exercise="shortest_path"
# <solution>
guess = "c"
# </solution>
exercises.shortest_path.predict(guess)

# %%
n_pairs = vh.by_mode(250, 1_000)
order = np.random.default_rng(5).permutation(len(x))
first, last = order[:n_pairs], order[-n_pairs:]
length_of = exercises.path_lengths.yours_or(vh.metrics.path_lengths)
ratios, along, f_of = {}, {}, {}


def watch(name, film):
    """Note the ratio of walks (n_pairs, 11, …), and the share recognised at each step."""
    f, p = vh.features.features_and_probabilities(film.reshape(-1, 28, 28, 1))
    f_of[name] = f = f.reshape(n_pairs, 11, -1)
    ratios[name] = float(np.sum(length_of(f)) / np.sum(length_of(f[:, [0, -1]])))
    along[name] = np.mean(p.max(axis=1).reshape(n_pairs, 11) >= 0.9, axis=0)


# %%
watch("pixels mixed", np.linspace(x[first], x[last], 11, axis=1, dtype="float32"))
for name, model in three.items():
    z = model.codes(x)
    walks = vh.latent.interpolate_pairs(z[first], z[last], 11)
    watch(name, vh.latent.decode(model, walks))
print("length / direct distance:", {name: round(ratio, 2) for name, ratio in ratios.items()})
t = np.linspace(0, 1, 11)
vh.plots.lines(along, t, "share t of the way", "share recognised", f"N = {n_pairs:,} walks each")

# %% tags=["guard"]
assert 1.33 < ratios["pixels mixed"] < 1.45 < ratios["VAE"] < ratios["AE"] < 1.57
assert 1.6 < ratios["conv VAE"] < 1.75
for share in along.values():
    assert share[5] < share[[0, -1]].mean() - 0.15
assert along["conv VAE"][5] == max(share[5] for share in along.values())
assert 0.48 < along["pixels mixed"][5] < 0.65

# %%
exercises.shortest_path.compare()

# %% [markdown]
# So smooth is not the same as good. (With squares in place of lengths a jump costs more: that is
# `metrics.path_energy`. The idea is the perceptual path length of Karras et al. 2019; their number
# is another one, with other features and much smaller steps.)
#
# The second judge is fooled as well. All four sag in the middle, and yet more than half of all
# *double exposures* count as "surely this digit". The classifier has never seen two digits at once,
# and settles for the one it sees better. A judge answers for what it knows.
#
# ### A fair control
#
# Compare each model with a cross-fade of *its own copies*, which are just as blurred. And ask a
# judge that never learnt anything: how far is an image from the nearest of 5,000 training images,
# in pixels? In the figure, right is far from anything written, and up is recognised.

# %%
written = NearestNeighbors(n_neighbors=1, algorithm="brute")
written.fit(digits.train.images[:5_000].reshape(5_000, -1))
one, other = order[:1_000], order[1_000:]


def judge(images):
    """Return the mean distance to the nearest real image, and the share recognised."""
    distance, _ = written.kneighbors(images.reshape(len(images), -1))
    return distance.mean(), np.mean(vh.features.classify(images).max(axis=1) >= 0.9)


# %%
fades, middles = {}, {}
for name, model in three.items():
    z, copies = model.codes(x), model.reconstruct(x)
    fades[name] = judge((copies[one] + copies[other]) / 2)
    middles[name] = judge(model.decode((z[one] + z[other]) / 2))
real, originals = judge(x[one]), judge((x[one] + x[other]) / 2)
points = {"real images": [real], "originals, faded": [originals]}
points |= {"copies, faded": [*fades.values()], "middles of walks": [*middles.values()]}
joined = {name: [fades[name], middles[name]] for name in three}
curves = {name: tuple(np.array(places).T) for name, places in (points | joined).items()}
axes = ("distance to the nearest real image, in pixels", "share recognised")
vh.plots.lines(curves, None, *axes, "From the cross-fade to the walk", points=list(points))

# %% tags=["guard"]
for name in three:
    assert middles[name][1] > fades[name][1] + 0.08, name
    assert middles[name][0] < fades[name][0] - 0.3, name
    assert middles[name][0] < real[0]
assert originals[0] > real[0] + 0.3

# %% [markdown]
# From its fade to its walk each model goes up and to the
# left: recognised more often, and nearer to something that a person once wrote. That is what the
# latent space adds. A cross-fade of originals is farther from anything written than a new test
# image is. (Blur alone makes the distance smaller, too; so compare walk and fade *within* a model.)
#
# ### Is the VAE smoother than the AE?
#
# In the same two numbers, with two more VAEs that were trained with other weights **β** of the KL
# term (chapter 03):

# %%
for beta in ("0.1", "4"):
    model = vh.zoo.load("mnist-vae", f"beta-{beta}")
    z = model.codes(x)
    walks = vh.latent.interpolate_pairs(z[first], z[last], 11)
    watch(f"β = {beta}", vh.latent.decode(model, walks))
    middles[f"β = {beta}"] = judge(model.decode((z[one] + z[other]) / 2))
for name in ("AE", "β = 0.1", "VAE", "β = 4"):
    print(f"{name:8} ratio {ratios[name]:.2f}, middles recognised {middles[name][1]:.0%}")

# %% tags=["guard"]
assert ratios["AE"] > ratios["VAE"] + 0.02 > ratios["β = 4"] + 0.05
assert ratios["β = 0.1"] > ratios["VAE"]
assert middles["AE"][1] > middles["VAE"][1] + 0.03 > middles["β = 4"][1] + 0.05

# %% [markdown]
# **What to see.** In one sense the VAE is smoother, by a hair: its paths are shorter by a few
# hundredths of the direct distance. In the other sense it is worse: about six in a hundred fewer of
# its middles are recognised. And the two are one thing, with a dial. With β the paths grow shorter
# *and* fewer middles are recognised, as one would expect of blur: what is drawn less sharply
# changes less from step to step. At β = 0.1 the VAE is nearly the AE. (Three trainings of each, 500
# pairs: ratios of 1.52 for the AE, 1.51, 1.47 to 1.48, and 1.42 to 1.43 for β = 0.1, 1 and 4;
# recognised 60 to 62 %, 57 to 60 %, 53 to 56 %, and 47 to 50 %.)
#
# ## 3. Where the straight line falls into a hole <!-- 18 min -->
#
# In two dimensions one can watch. Here is the wardrobe of the Fashion-MNIST VAE, and a straight
# walk from the middle of the ankle boots to the middle of the trousers, in nine stops. Under it
# stands log q(z), the density of what the decoder has seen (chapter 04; here from the posteriors of
# 2,000 test images).

# %% [markdown] tags=["teacher"]
# **What goes wrong.** "It is dim, so it is a hole." Stops 3 and 4 lie among the sandals, which this
# model draws dim. Exercise 2: lengths not squared; the way comes out from end to start; a graph
# that leads one way, which ends at −9999.
#
# **Ask the room.** Why does squaring the lengths matter? *Answer: one hop of 3 costs 9, three hops
# of 1 cost 3: many short steps beat a long one.*
#
# **Draw.** A banana of codes: the straight chord leaves it, stepping stones stay inside.
#
# **Late?** Skip exercise 2 (9 minutes), show the last figure.

# %%
fashion = vh.load_data("fashion-mnist", image_size=32, validation=0)
wardrobe = vh.zoo.load("fashion-conv-vae")
items, kinds = fashion.test.images[::5], fashion.test.labels[::5]
seen = wardrobe.encode(items)  # means and log variances
middle = vh.latent.centroids(seen[0], kinds)
line = vh.latent.interpolate(middle[9], middle[1], 9)
shown = wardrobe.decode(line)
light, log_q = shown.max(axis=(1, 2, 3)), vh.metrics.log_aggregated_posterior(line, *seen)
print("brightest pixel:", *light.round(2), "\nlog q(z), nats:", *log_q.round(1))
vh.plots.decoded_points(seen[0], kinds, line, shown, fashion.class_names, "Boots to trousers")

# %% tags=["guard"]
assert light[[2, 3]].max() < 0.6 < 0.7 < light[[0, -1]].min()
assert log_q[[2, 3]].min() > -3 > log_q[4] > log_q[5] + 2
assert log_q[5] < -6

# %% [markdown]
# **What to see.** From the third stop on the garment fades. It is tempting to say: there is the
# hole. But stops 3 and 4 lie where q is as dense as at the ends. They lie among the *sandals*, and
# this model draws sandals dim, all those thin straps. Only stop 6, and half-way stop 5, are in the
# lane between shoes and clothes, where few posteriors lie. So dim is not yet empty: **ask log q
# before you blame a hole.**
#
# Nobody forces us to walk straight. `latent.filmstrip(stops, steps)` walks through several stops.
#
# ### The same in ten dimensions, with a single class
#
# One 1 leans to the left, one far to the right. Between the two there are hundreds of ordinary 1s
# in the data, of every slant. Does the straight line find them? And if we give it one stop, an
# upright 1? (`features.handwriting` measures ink, slant and width of an image.)

# %%
ones = x[y == 1]
ones = ones[np.argsort(vh.features.handwriting(ones)["slant"])]  # 227, from left to right
upright = len(ones) // 2
rows = {"pixels mixed": np.linspace(ones[3], ones[-4], 11)}
for name, walk in filmstrips(ones[[3, -4]]).items():
    stops = models[name].codes(ones[[3, upright, -4]])
    rows |= {name: walk, f"{name}, one stop": models[name].decode(vh.latent.filmstrip(stops, 6))}
ink = {name: vh.features.handwriting(images)["ink"] for name, images in rows.items()}
least = {name: f"{values.min() / values[[0, -1]].mean():.0%}" for name, values in ink.items()}
print("least ink on the way, as a share of that at the ends:", least)
vh.plots.filmstrip(rows, title="A 1 leans over")

# %% [markdown]
# **What to see.** Mixed pixels make an X. Both models begin well, and then the stroke tears and
# loses a good part of its ink. With the stop it simply leans over. One pair is an anecdote; over
# thirty such pairs the least ink was 55 to 65 % straight on and 77 to 79 % with the stop, in three
# trainings of each model. Codes of 1s lie on a *curved* surface. Short steps do not notice; long
# ones leave it.
#
# ### Exercise 2 · Stepping stones <!-- 9 min -->
#
# That stop was chosen by us, who know what slant is. Let the data choose. Join each code with its
# k nearest ones, and look for the cheapest way along these joints, where a joint costs its
# *squared* length, so that many short hops beat a long one. SciPy and scikit-learn do the work:
# `kneighbors_graph(z, k, mode="distance")` is a sparse matrix of the lengths, with its numbers in
# `.data`; `dijkstra(graph, directed=False, indices=start, return_predecessors=True)` returns the
# costs from the start, and for each code the number of the one before it.
#
# After it thirty pairs of 1s, one from each end of the scale. Stones are our test 1s and half of
# the 1s among 20,000 training images. The *other* half judges how far from anything written a walk
# gets at the farthest, in pixels.


# %% exercise="stepping_stones"
def stepping_stones(z, start, end, k=10):
    """Return the numbers of the codes on the cheapest way from start to end, both included."""
    # <solution>
    graph = kneighbors_graph(z, k, mode="distance")
    graph.data **= 2
    _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]
    # </solution>


exercises.stepping_stones.check(stepping_stones)
# exercises.stepping_stones.hint()
# exercises.stepping_stones.solution()

# %%
find_stones = exercises.stepping_stones.yours_or(vh.latent.stepping_stones)
more = digits.train.images[:20_000][digits.train.labels[:20_000] == 1]
judges = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(more[1::2].reshape(-1, 784))
rng, farthest = np.random.default_rng(0), {}
pairs = np.stack([rng.integers(20, size=30), len(ones) - 1 - rng.integers(20, size=30)], axis=1)
for name, model in models.items():
    z, far = model.codes(np.concatenate([ones, more[::2]])), farthest.setdefault(name, [])
    for a, b in pairs.tolist():
        stops = {"straight": [a, b], "one stop": [a, upright, b], "stones": find_stones(z, a, b)}
        ways = (vh.latent.filmstrip(z[i], 2 + 20 // len(i)) for i in stops.values())
        rows = {kind: model.decode(way) for kind, way in zip(stops, ways, strict=True)}
        far.append([judges.kneighbors(row.reshape(-1, 784))[0].max() for row in rows.values()])
    print(name, dict(zip(stops, np.mean(far, axis=0).round(1).tolist(), strict=True)))
shown = {k: row[np.linspace(0, len(row) - 1, 12).astype(int)] for k, row in rows.items()}
vh.plots.image_grid(shown, title="The last pair in the VAE, twelve images of each way")

# %% tags=["guard"]
for straight, one_stop, stones in (np.array(far).T for far in farthest.values()):
    assert straight.mean() > max(one_stop.mean(), stones.mean()) + 0.2
    assert min(np.mean(one_stop < straight), np.mean(stones < straight)) > 0.8

# %% [markdown]
# **What to see.** The data find a way that stays nearer to what people write than our own stop
# does, and nobody told them about slant. (It was so with three trainings of each model. Least ink
# would be an unfair judge: the stones prefer thin 1s, which lie close together.) That is the idea
# behind shortest paths on curved surfaces (Arvanitidis et al. 2018). Between two *classes* it helps
# less: somewhere the walk must cross over. Your experiment in section 7 can try that.
#
# ## 4. Too short in the middle: straight against spherical <!-- 18 min -->
#
# There is an argument against straight lines that needs no picture. Take two random points of
# N(0, I). How far from the origin are they, and how far is the point half-way between?

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 3: the lengths still in cos Ω (the result is the straight line), no
# clip, the zero vector or equal directions forgotten.
#
# **Ask the room.** The spherical middles are recognised more often. Is slerp better? *Answer: the
# control, the straight middle merely stretched, does as well. It is a higher temperature in the
# middle of the walk.*
#
# **Draw.** Two vectors nearly at a right angle, the chord whose middle has 71 % of the length, and
# the arc.
#
# **Late?** Skip exercise 3 (9 minutes) and keep the control.

# %%
for d in (2, 10, 100, 512):
    z1, z2 = vh.latent.sample_prior(20_000, d, seed=1), vh.latent.sample_prior(20_000, d, seed=2)
    length, halfway = (np.linalg.norm(z, axis=1) for z in (z1, (z1 + z2) / 2))
    short = np.mean(length < halfway.mean())
    print(f"{d:4} dimensions: length {length.mean():5.2f} ± {length.std():.2f}, half-way", end="")
    print(f" {halfway.mean():5.2f}; {short:.2%} of the draws are as short")
    assert abs(halfway.mean() / length.mean() - np.sqrt(0.5)) < 0.01

# %% [markdown]
# Half-way has 1/√2 = 71 % of the length, in any number of dimensions, since two draws stand nearly
# at a right angle. But the more dimensions, the less lengths vary among themselves, until a typical
# middle is shorter than *every* draw.
#
# **Spherical interpolation** (slerp: Shoemake 1985; for latent spaces White 2016) keeps the length
# and turns the direction at a constant speed. With the unit vectors u₁ = z₁/‖z₁‖, u₂ = z₂/‖z₂‖ and
# the angle Ω between them, cos Ω = u₁·u₂,
#
# $$u(t) = \frac{\sin((1-t)\,\Omega)}{\sin\Omega}\,u_1 + \frac{\sin(t\,\Omega)}{\sin\Omega}\,u_2,
# \qquad z(t) = \big((1-t)\,\lVert z_1\rVert + t\,\lVert z_2\rVert\big)\, u(t) .$$
#
# ### Exercise 3 · Slerp <!-- 9 min -->
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

# %% exercise="arc_or_line"
# <solution>
guess = "b"
# </solution>
exercises.arc_or_line.predict(guess)

# %%
turn = exercises.slerp.yours_or(lambda a, b, t: [vh.latent.between(a, b, t[0], "spherical")])
z = vae.codes(x)
arcs = vh.latent.interpolate_pairs(z[first], z[last], 11, "spherical")
watch("VAE, spherical", vh.latent.decode(vae, arcs))
print("ratio of the path:", {name: round(ratios[name], 2) for name in ("VAE", "VAE, spherical")})
both = zip(z[one], z[other], strict=True)
arc = np.array([turn(a, b, np.array([0.5]))[0] for a, b in both])
halves = {"straight": (z[one] + z[other]) / 2, "spherical": arc}
straight, longer = (np.linalg.norm(points, axis=1) for points in halves.values())
halves["stretched"] = halves["straight"] * (longer / straight)[:, None]
posteriors = vae.encode(x_codes)
for name, points in halves.items():
    middles[name] = judge(vae.decode(points.astype("float32")))
    log_q = np.median(vh.metrics.log_aggregated_posterior(points, *posteriors))
    print(f"{name:9} middles: recognised {middles[name][1]:.0%}, median log q {log_q:.0f} nats")

# %% tags=["guard"]
assert 0.05 < middles["spherical"][1] - middles["straight"][1] < 0.16
assert middles["straight"][0] + 0.05 < middles["spherical"][0]
assert abs(middles["stretched"][1] - middles["spherical"][1]) < 0.06
assert 0.08 < ratios["VAE, spherical"] - ratios["VAE"] < 0.2

# %%
exercises.arc_or_line.compare()

# %% [markdown]
# And the control does as well: for ends of equal length the spherical middle *is* the straight one,
# stretched. So slerp is a higher temperature in the middle of the walk, and chapter 04 showed what
# that does to the classifier. In ten dimensions, where lengths vary anyway, it is a matter of
# taste; in hundreds, where they hardly vary, test it again.
#
# **What to try.** Look for yourself, on paper and in motion: choose any two of 2,000 test images
# and the kind of way, and slide. (In the AE "spherical" turns around the origin, which is no
# special place there.)

# %%
rows = {}
for method in vh.latent.METHODS:
    rows |= {f"{k}, {method}": film for k, film in filmstrips(x[[138, 75]], method).items()}
vh.plots.filmstrip(rows, title="From a 2 to a 5, both ways")

# %%
explorer = vh.widgets.InterpolationExplorer(models, x)
assert not explorer.errors, explorer.errors
explorer

# %% [markdown]
# ---
#
# *A good place for a break.*
#
# ## 5. One dimension at a time <!-- 6 min -->
#
# Instead of walking to a goal, turn a single coordinate and leave the other nine alone: a
# **traversal**. Rows are dimensions, columns are values in equal steps of the prior's probability.

# %% [markdown] tags=["teacher"]
# **Ask the room.** Three trainings that differ in nothing but the seed: does "dimension 4 is slant"
# survive? *Answer: no. At β = 4 the best dimension explains 0.40 in one training and 0.77 in
# another; all ten together know the slant in all of them.*
#
# **Draw.** Axes that turn from training to training over the same cloud.
#
# **Late?** The seeds figure alone.

# %%
values = vh.latent.prior_quantiles(9)
a_three = vae.codes(x[[54]])[0]
images = vh.latent.decode(vae, vh.latent.traverse_all(a_three, values))
vh.plots.traversals(images, values, title="VAE, β = 1: one coordinate of a 3 at a time")

# %% [markdown]
# Some rows have a flavour, this one leans, that one gets wider. But most do two things at once, and
# towards their ends many make something else of the 3.
#
# Names should be tested. How much of the variance of the slant does *one* dimension explain (r²,
# the squared correlation), over 10,000 training images? And how much do *all ten* together, in a
# linear fit? We ask the AE, and VAEs of six β; and each of them in three trainings that differ in
# nothing but the seed. (Yours is seed 0. The numbers of two more stand in the cell, since the
# course ships one set of models.)
#
# **Predict.** No loss ever mentions slant. Should any dimension care? Will it care more with a
# large β? And will three trainings agree?

# %%
known = vh.features.handwriting(x_codes)
by_beta = {float(v[5:]): vh.zoo.load("mnist-vae", v) for v in vh.zoo.variants("mnist-vae")}
by_beta = dict(sorted((by_beta | {1.0: vae}).items()))
codes = {"AE": ae.codes(x_codes)}
codes |= {f"β = {beta:g}": model.codes(x_codes) for beta, model in by_beta.items()}
found = {name: vh.latent.explained(z, known["slant"]) for name, z in codes.items()}
seeds_1_and_2 = {"AE": (0.31, 0.34), "β = 0.1": (0.23, 0.43), "β = 0.5": (0.32, 0.45)}
seeds_1_and_2 |= {"β = 1": (0.37, 0.49), "β = 2": (0.48, 0.60), "β = 4": (0.40, 0.77)}
seeds_1_and_2 |= {"β = 10": (0.47, 0.70)}
best = {name: [alone.max(), *seeds_1_and_2[name]] for name, (alone, _) in found.items()}
print("all ten:", {name: round(every, 2) for name, (_, every) in found.items()})
vh.plots.seeds(best, "r²", "Slant in the best dimension: three trainings each", join=False)

# %% tags=["guard"]
assert all(every > 0.8 for _, every in found.values())

# %% [markdown]
# **What to see.** All ten together know the slant, more than eight tenths of it, in the AE and at
# any β. What differs is how it is spread. In the AE the best dimension explains a third at most. A
# larger β pushes it up on the whole: in each of the three trainings β = 2 has more than β = 0.1.
# But look at the spread. At β = 4 the seed alone decides between 0.40 and 0.77, and the unluckiest
# β = 4 lies below the luckiest β = 0.1. One training each, and you can tell any story you like.
#
# Why should an axis mean anything? A posterior with a *diagonal* covariance pushes the decoder's
# directions to right angles, locally, as in a PCA (Rolínek et al. 2019 show how); a plain
# autoencoder does not care which way its axes point. So axes align with *something*, the more so
# with a large β (Higgins et al. 2017). But nothing in the loss asks for *human* names. Locatello et
# al. (2019) trained more than 12,000 models, and report that seeds and settings seem to matter more
# than the choice of the method. And a larger β has its price: blur, as chapter 03 showed.
#
# ## 6. Arithmetic with codes <!-- 25 min -->
#
# No single dimension need mean slant. But a *direction* can: the mean code of images that lean
# right, minus the mean code of images that lean left. Add it to any code, and that digit should
# lean (Larsen et al. 2016, with glasses and smiles).
#
# ### Exercise 4 · An attribute vector <!-- 6 min -->
#
# `score` says how much of the attribute each image has. Take the codes of the highest `share` of
# all images and of the lowest `share`, and subtract the means. (`np.quantile` finds the limits;
# a score exactly at a limit may count or not.) The figure adds the slant vector to digits that had
# no part in making it.
#
# Then all test images: `features.effect(model, z, step)` decodes codes with a step and without it,
# and tells how much ink and slant change on average, and which share is still read as the same
# digit; `features.random_effect` does so with random steps of the same length, as a control. There
# we also *subtract* a vector of **ink**: bold images minus thin ones.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 4: lowest minus highest, the median for the quantiles, minus the
# mean of *all*. Exercise 5: the quantiles of all images in place of those of the class; large
# classes count more.
#
# **Ask the room.** Subtract ink, and seven in ten digits become 1s. Why? *Answer: among the thin
# images more than four in ten are 1s; a vector does whatever its two groups differ in.* Gilets?
# *None: T-shirts mostly stay T-shirts, and random steps of the length do as much.*
#
# **Draw.** Two clouds, bold and thin, the thin one with a lump "1" in it; the arrow between their
# means points away from the lump.
#
# **Late?** Skip exercise 5 (6 minutes); balance is one sentence.


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
vector_of = exercises.attribute_vector.yours_or(vh.latent.score_vector)
slants = {name: vector_of(models[name].codes(x_codes), known["slant"]) for name in models}
rows, strengths = {}, 0.2 * np.arange(-3, 4)
for name, vector in slants.items():
    for i in (181, 182, 165):  # three that stand it; the average follows
        leaning = vh.latent.add_attribute(models[name].codes(x[[i]])[0], vector, strengths)
        rows[f"{name}, {y[i]}"] = models[name].decode(leaning)
alt = "Six rows: a 2, a 4 and a 7 of the AE, then of the VAE. With −0.6 slant vectors each leans "
alt += "to the left, as it was it stands in the middle, with +0.6 it leans to the right."
films = np.array(list(rows.values()))
vh.plots.traversals(films, strengths, list(rows), "The slant vector, added so many times", alt)

# %%
z_train, z_test = vae.codes(x_codes), vae.codes(x)
ink = vector_of(z_train, known["ink"])


def compare(name, step, what, model=vae, z=z_test[::4]):
    """Print what a step does, and what random ones of its length do on average; return both."""
    both = vh.features.effect(model, z, step), vh.features.random_effect(model, z, step, 4, seed=3)
    for who, found in zip((name, "  random, as long"), both, strict=True):
        print(f"{who:17} {what} {found.change[what]:+6.1f}, same digit {found.kept:.0%}")
    return both


ae_leaned = compare("AE + ½ slant", slants["AE"] / 2, "slant", ae, ae.codes(x[::4]))
vae_leaned = compare("VAE + ½ slant", slants["VAE"] / 2, "slant")
plain = compare("VAE − ink", -ink, "ink")
print(f"without ink, {plain[0].read[1]:.0%} of all are read as a 1")

# %% tags=["guard"]
for named, random in (ae_leaned, vae_leaned):
    assert 10 < named.change["slant"] < 16
    assert random.change["slant"] < 0.6 * named.change["slant"]
    assert named.kept > max(0.82, random.kept)
assert plain[0].kept < 0.4 < 0.6 < plain[0].read[1]
thin = known["ink"] <= np.quantile(known["ink"], 0.2)
assert 0.38 < np.mean(y_codes[thin] == 1) < 0.48
assert plain[1].kept > 1.4 * plain[0].kept

# %% [markdown]
# **What to see.** Half a slant vector leans the digits by about twelve degrees, and nearly nine in
# ten stay what they are. A random step as long leans them by a quarter to a half of that, to one
# side or the other. The AE does it just as well: arithmetic with codes needs no prior.
#
# But without ink, about seven in ten digits are read as 1s; before, it was one in eight! Of the
# thin images more than four in ten are 1s, of the bold ones next to none. So "bold minus thin"
# holds a good deal of "not 1, minus 1". **A vector does whatever its two groups differ in**, and
# they differ in more than its name.
#
# ### Exercise 5 · Like with like <!-- 6 min -->
#
# The cure: make the attribute vector *within each class* that occurs (`np.unique(labels)`), then
# take the mean of these vectors, every class counting the same.


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
balance = exercises.balanced_vector.yours_or(vh.latent.balanced_vector)
balanced = balance(z_train, known["ink"], y_codes)
thinned = compare("VAE − balanced", -balanced, "ink")
picked = vae.codes(x[[np.flatnonzero(y == k)[4] for k in range(10)]])
steps = {"− plain": -ink, "− ½ plain": -ink / 2, "as it was": 0 * ink}
steps |= {"− ½ balanced": -balanced / 2, "− balanced": -balanced}
rows = {name: vae.decode(picked + step) for name, step in steps.items()}
vh.plots.image_grid(rows, title=f"{exercises.balanced_vector.whose} balanced vector".capitalize())

# %% tags=["guard"]
assert thinned[0].kept > 1.6 * plain[0].kept
assert 0.8 * plain[0].change["ink"] > thinned[0].change["ink"] > plain[0].change["ink"]
assert thinned[0].kept < thinned[1].kept
assert thinned[1].change["ink"] < 0.4 * abs(thinned[0].change["ink"])

# %% [markdown]
# **What to see.** The balanced vector takes away nine tenths of the ink that the plain one takes,
# and about twice as many digits stay what they are. Not all is cured: a *random* step as long keeps
# more of them, seven in ten against six. Thinning a digit that far costs some of them their name.
#
# **What to try.** The same vectors as sliders, on any test image.

# %%
knobs = {"slant": slants["VAE"], "ink": ink, "balanced ink": balanced}
explorer = vh.widgets.LatentExplorer(vae, x, y, attributes=knobs)
assert not explorer.errors, explorer.errors
explorer

# %% [markdown]
# ### A class as the attribute
#
# "4 − 4 + 9" is the code of a 4, minus the centroid of the 4s, plus the centroid of the 9s. What do
# we get that the centroid of the 9s has not?

# %%
to_nine = z_train[y_codes == 9].mean(axis=0) - z_train[y_codes == 4].mean(axis=0)
fours = x[y == 4]
nines = vae.decode(vae.codes(fours) + to_nine)
as_nine = np.mean(vh.features.classify(nines).argmax(axis=1) == 9)
hand = [vh.features.handwriting(images)["slant"] for images in (fours, nines)]
print(f"{as_nine:.0%} of {len(fours)} are read as a 9; slants: r = {np.corrcoef(*hand)[0, 1]:.2f}")
vh.plots.image_grid({"4": fours[:12], "4 − 4 + 9": nines[:12]}, title="The same hand")

# %% tags=["guard"]
assert 0.7 < as_nine < 0.97
assert np.corrcoef(*hand)[0, 1] > 0.9

# %% [markdown]
# The slant and the stroke of each writer stay; the centroid has none of that.
#
# Now an old promise. The web notes "Variational Autoencoders" on Fashion-MNIST, after Foster's book
# *Generative Deep Learning*, say that the vector from shirt to coat, added to T-shirts, *invents
# gilets*. Their model has two latent dimensions, as our wardrobe has.
#
# **Predict.** Will coat − shirt make gilets of T-shirts? What will the classifier of clothes call
# them, and what would random steps of the same length have done?

# %%
shirts = items[kinds == 0]  # T-shirts
coat, z = middle[4] - middle[6], wardrobe.codes(shirts)  # the centroids of section 3
read = {
    "as copied": vh.features.effect(wardrobe, z, 0 * coat, "fashion-mnist").read,
    "coat − shirt": vh.features.effect(wardrobe, z, coat, "fashion-mnist").read,
    "random steps": vh.features.random_effect(wardrobe, z, coat, 10, 3, "fashion-mnist").read,
}
for name, shares in read.items():
    print(f"{name:12} T-shirts {shares[0]:.0%}, pullovers {shares[2]:.0%}, coats {shares[4]:.0%}")
rows = {"T-shirts": shirts[:10], "copies": wardrobe.decode(z[:10])}
rows["coat − shirt"] = wardrobe.decode(z[:10] + coat)
vh.plots.image_grid(rows, title="Coat − shirt, added to T-shirts")

# %% tags=["guard"]
assert read["coat − shirt"][0] > max(0.7, read["random steps"][0])
assert read["coat − shirt"][4] < 0.02
assert 0.04 < read["coat − shirt"][2] < 0.2

# %% [markdown]
# **What to see.** No gilet. More than eight in ten stay T-shirts, against nine in ten of the plain
# copies; some become pullovers or bags, and none is read as a coat. That last zero says little:
# this model draws even real coats as pullovers, so look at the images. Here and there a sleeve
# hangs down; nothing opens in front. And the control: random steps of the length do as much to a
# T-shirt, or a little more. The centroids of shirts and coats lie close together in this model, so
# their difference is a short step among garments that look alike. (A second training gave the same
# picture: 88 % stayed T-shirts, 78 % after random steps, and no coat.)
#
# ## 7. Your experiment: who finds the better way? <!-- 6 min -->
#
# Choose two of 2,000 test images and a way: straight, by one stop, or over the stones that the
# data choose. Write down first which of three numbers will get better: the ratio of the path, the
# lowest certainty of the classifier on the way, or the lowest log q. Try images of one class and of
# two, and put your conclusion into your log.

# %% exercise="experiment"
start, via, end = 1814, 190, 1440
z = vae.codes(x)
stops = {"straight": [start, end], "stop": [start, via, end], "stones": find_stones(z, start, end)}
results, rows = {}, {}
for kind, numbers in stops.items():
    way = vh.latent.filmstrip(z[numbers], 2 + 20 // len(numbers))
    rows[kind] = vae.decode(way)
    f, p = vh.features.features_and_probabilities(rows[kind])
    results[f"{kind}: ratio"] = length_of(f[None])[0] / length_of(f[None, [0, -1]])[0]
    results[f"{kind}: lowest certainty"] = p.max(axis=1).min()
    results[f"{kind}: lowest log q"] = vh.metrics.log_aggregated_posterior(way, *posteriors).min()
print({what: round(float(value), 2) for what, value in results.items()})

# <solution>
conclusion = "The stones help here: lowest certainty and log q rise. A 7 as a stop does not."
# </solution>
settings = {"from": start, "via": via, "to": end}
experiment_log.add("05: who finds the better way?", settings, results, conclusion)
vh.plots.image_grid(rows)

# %% [markdown]
# ## 8. Common mistakes, failing for you <!-- 2 min -->
#
# 1. **A straight line between opposite codes.** It runs through the origin; the spherical way does
#    not.
# 2. **Lengths of different films.** The ratio grows with the number of steps, since finer steps
#    follow more bends. Compare films of one length.

# %%
z = vae.codes(x)
for method in vh.latent.METHODS:
    way = vh.latent.interpolate(z[0], -z[0], 5, method)
    print(f"1. {method:9} from z to −z, lengths: {np.linalg.norm(way, axis=1).round(2)}")
lengths = {10 // k: vh.metrics.path_lengths(f_of["VAE"][:, ::k]).sum() for k in (10, 5, 2, 1)}
print("2. steps: ratio", {n: round(float(total / lengths[1]), 2) for n, total in lengths.items()})

# %% tags=["guard"]
walked = f"{n_pairs:,} pairs of test images, 11 images a walk, 64 classifier features"
half_way = "1,000 pairs of test images, straight; a classifier's probability of 0.9 or more"
measured = [(f"path length over direct distance, {k}", v, None, walked) for k, v in ratios.items()]
names = {k: v[1] for k, v in middles.items()} | {"originals": originals[1]}
names["VAE, spherical"] = names.pop("spherical")
measured += [
    (f"middles recognised, {k}", names[k], None, half_way)
    for k in ("originals", *three, "β = 0.1", "β = 4", "VAE, spherical")
]
how = "10,000 training images, r²"
measured += [
    (f"slant explained by the best of ten dimensions, {k}", v[0], None, how)
    for k, v in best.items()
]

# %% tags=["guard"]
how = f"two-dimensional Fashion VAE, {len(shirts)} test images, the bundled classifier"
measured += [("4 − 4 + 9 read as a 9", as_nine, None, f"VAE, {len(fours):,} test images")]
for what, name, k in (
    ("that stay T-shirts, copied", "as copied", 0),
    ("that stay T-shirts, coat − shirt added", "coat − shirt", 0),
    ("read as coats, coat − shirt added", "coat − shirt", 4),
    ("read as pullovers, coat − shirt added", "coat − shirt", 2),
    ("that stay T-shirts, random step as long", "random steps", 0),
):
    measured.append((f"T-shirts {what}", read[name][k], None, how))
vh.measured([(what, float(ours), *rest) for what, ours, *rest in measured])

# %% [markdown]
# ## Recap <!-- 1 min -->
#
# - A walk between codes bends one image into another; mixed pixels fade. The cross-fade is the
#   control: it beats every model in path length and fools the classifier. Use more than one judge.
# - "The VAE is smoother than the AE": by a few hundredths in path length; in recognised middles it
#   is worse. β turns both at once.
# - Codes lie on curved surfaces with holes beside them. A stop leads a walk around, and the nearest
#   codes can choose it. Dim is not yet empty: ask log q.
# - Straight middles are short. Slerp keeps the length; in ten dimensions that is nearly the
#   straight middle, stretched: more contrast, longer paths, emptier places.
# - What a single dimension means differs from training to training. Use several seeds, or name a
#   direction instead.
# - An attribute vector does all that its two groups differ in. Balance the classes, and hold a
#   random step of the same length beside it.
#
# ## Self-test <!-- 4 min -->

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
# ## Further, and next <!-- 1 min -->
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
# - Higgins et al. (2017), [beta-VAE](https://openreview.net/forum?id=Sy2fzU9gl); Rolínek et al.
#   (2019), [Variational autoencoders pursue PCA directions (by
#   accident)](https://arxiv.org/abs/1812.06775); Locatello et al. (2019), [Challenging common
#   assumptions in the unsupervised learning of disentangled
#   representations](https://arxiv.org/abs/1811.12359).
#
# **Next:** [06 · Evaluation](06_evaluation.ipynb) – how good is a generator, in numbers that can be
# trusted?
