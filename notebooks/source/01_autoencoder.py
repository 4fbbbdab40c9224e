# %% [markdown]
# # 01 · Autoencoder
#
# **Squeeze a picture of a garment into two numbers, get the picture back – and find out why that
# is not yet a machine that invents clothes.**
#
# | | |
# | --- | --- |
# | Time | about 90 minutes, with a break after section 5; the code runs in a minute and a half |
# | You need | [00 · Start here](00_start_here.ipynb); NumPy; a first idea of neural networks |
# | You will | build a decoder, and train it |
# | | write the reconstruction loss in nats, and say what it can never reach |
# | | draw a map of the codes and decode any place of it |
# | | show, with numbers, three reasons why a plain autoencoder is a poor generator |

# %%
import vae_helpers as vh
from vae_helpers.backend import keras  # Keras, without TensorFlow's notes at the start

print(f"vae_helpers {vh.__version__} in {vh.course_mode()} mode")

import numpy as np
from keras import layers
from scipy.spatial import Delaunay, KDTree
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from vae_helpers.checks import chapter01 as exercises
from vae_helpers.checks import experiment_log, progress

# %% [markdown]
# ## 1. A wardrobe as wide as a market square <!-- 4 min -->
#
# Picture a wardrobe without rails or shelves, as wide as a market square. Ada hangs every garment
# somewhere on the square, and on its label she may write two numbers only: steps to the east,
# steps to the north. At the other end of town sits Ben, a tailor who never sees the garment. He
# reads the two numbers and sews what he believes hangs there. In the evening original and copy
# lie side by side, and both of them are paid by how alike the two are.
#
# Nobody tells them what trousers are. All the same, what looks alike will soon hang close
# together, for then a label that is a step off still gives nearly the right copy.
#
# | in the story | in this chapter |
# | --- | --- |
# | Ada | the **encoder**, a network from an image to a point |
# | the two numbers | the **code** z, a point of the **latent space** |
# | Ben | the **decoder**, a network from a point to an image |
# | the pay | the **reconstruction loss**, which is to become small |
#
# Together they are an **autoencoder**. Its target is its own input, so it needs no labels.
#
# ## 2. First see one work <!-- 7 min -->
#
# Fashion-MNIST has 70,000 grey pictures of clothes in ten classes. Ours have a frame of two black
# pixels, so that the side, 32, can be halved often. An autoencoder that was trained on the 60,000
# training images comes with the course. It has never seen a label, nor the test images below.

# %% [markdown] tags=["teacher"] section=1
# **Ask the room.** Ada may write two numbers on each label. Which garments will she hang next to
# each other, though nobody tells her what trousers are? *Answer: those that look alike, for then a
# label that is a step off still gives nearly the right copy.*
#
# **Draw.** A square with a coat, trousers and a boot in it; Ada at the left, Ben at the right, and
# between them a slip of paper with two numbers. Leave it on the board: encoder, code, decoder are
# written under it later.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** "Two numbers are enough" is what many take from the picture. The table says
# otherwise: 93 % of the originals are named right, and only half of the copies.
#
# **Ask the room.** Which four classes are lost, and what is kept? *Answer: dresses, coats, shirts
# and sandals are nearly wiped out; top, trousers, shoe or bag is kept in about nine of ten.*
#
# **Late?** Run it on the projector; nobody has to type here.

# %%
data = vh.load_data("fashion-mnist", image_size=32, validation=0)
x_train, x_test, y_test = data.train.images, data.test.images, data.test.labels
trained = vh.zoo.load("fashion-conv-ae")
copies = trained.reconstruct(x_test)
one_each = [np.flatnonzero(y_test == label)[0] for label in range(10)]
rows = {"original": x_test[one_each], "copy": copies[one_each]}
vh.plots.image_grid(rows, titles=data.class_names, title="1,024 pixels → 2 numbers → 1,024 pixels")

# %% [markdown]
# Two numbers! Each of them stands for 512 pixels. What is common to many garments comes back, and
# what is special to one is gone: prints, buttons, straps.
#
# How much of the *class* is left? A classifier of clothes, trained on real ones, also comes with
# the course. Run the cell, choose, and run it again.

# %% exercise="copies_named"
# <solution>
guess = "a"
# </solution>
exercises.copies_named.predict(guess)

# %%
y_some = y_test[:4_000]
named = {
    "originals": vh.features.classify(x_test[:4_000], "fashion-mnist").argmax(axis=1),
    "copies": vh.features.classify(copies[:4_000], "fashion-mnist").argmax(axis=1),
}
right = {name: given == y_some for name, given in named.items()}
kinds = np.array(["top", "trousers", *3 * ["top"], "shoe", "top", "shoe", "bag", "shoe"])
print(f"{'named right':12}", *right)
for label, name in enumerate(data.class_names):
    print(f"{name:12}", *(f"{hits[y_some == label].mean():8.0%}" for hits in right.values()))
print(f"{'all':12}", *(f"{hits.mean():8.0%}" for hits in right.values()))
of_kind = (np.mean(kinds[given] == kinds[y_some]) for given in named.values())
print("the kind    ", *(f"{share:8.1%}" for share in of_kind), "  top, trousers, shoe or bag")
exercises.copies_named.compare()

# %% tags=["guard"]
assert 0.90 < right["originals"].mean() < 0.95
assert 0.45 < right["copies"].mean() < 0.60
assert np.mean(kinds[named["copies"]] == kinds[y_some]) > 0.88

# %% [markdown]
# Four classes are nearly wiped out: dresses, coats, shirts and sandals. (Two more autoencoders,
# trained with other seeds, lose the same four and end at 51 %.) What remains is the kind: two
# numbers hold a top, trousers, a shoe or a bag. What tells a coat from a pullover does not fit in.
# From Ada's two numbers Ben can only sew the average of all that hangs near that spot, and an
# average is blurred. Does the blur alone mislead the classifier? Section 7 asks the codes.
#
# ## 3. Ada: the encoder <!-- 2 min -->
#
# A convolution slides small filters over the image. With **stride 2** it takes every second
# position only, so height and width are halved, while the number of filters grows: less *where*,
# more *what*. Three of them make 4 × 4 places of 128 numbers, and a dense layer turns these 2,048
# numbers into two. It has no activation: a label may say any number, negative ones too.


# %%
def build_encoder(latent_dim):
    """Return a model from images (n, 32, 32, 1) to codes (n, latent_dim)."""
    h = images = keras.Input((32, 32, 1), name="images")
    for filters in (32, 64, 128):
        h = layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(h)
    z = layers.Dense(latent_dim, name="z")(layers.Flatten()(h))
    return keras.Model(images, z, name="encoder")


encoder = build_encoder(2)
encoder.summary()

# %% [markdown]
# Where the picture is large there are few parameters: a filter is used at every place and paid for
# once.
#
# ## 4. Ben: the decoder <!-- 17 min -->
#
# Ben goes the other way, from 4 × 4 to 32 × 32. A **transposed convolution** does it like a rubber
# stamp: for every input pixel it stamps the kernel onto the output, as strongly as the pixel is
# bright. With stride 2 the stamp moves on two pixels at a time. Where stamps overlap, the ink
# adds up. The last stamps stick out; `padding="same"` cuts that border off, so that the side is
# exactly doubled.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 1: stamps overwrite each other (`=` for `+=`), the `return` stands
# inside the loop, the stride is forgotten. Exercise 2: a sigmoid at the end (the loss takes
# logits), a ReLU on the dense layer, filters from small to large. "Shape (None, 39, 39, 1)" means
# that `padding="same"` is missing.
#
# **Ask the room.** Why are there hardly any parameters where the picture is large? *Answer: a
# filter is used at every place and paid for once; most parameters sit in the layers with the most
# filters, where the picture is small.*
#
# **Draw.** Four stamps of 3 × 3 on a grid of 5 × 5, at a distance of two, with the overlap hatched.
# Then the border that `same` cuts off.
#
# **Late?** Skip both exercises (15 minutes): the course's decoder steps in wherever theirs is
# missing. Say only "a transposed convolution is a rubber stamp".

# %%
small_image = np.array([[0.2, 0.9], [0.6, 0.4]], dtype="float32")
kernel = np.outer([0.5, 1, 0.5], [0.5, 1, 0.5]).astype("float32")
stamps = np.zeros((4, 5, 5), dtype="float32")
for stamp, (row, column) in zip(stamps, np.ndindex(2, 2), strict=True):
    place = slice(2 * row, 2 * row + 3), slice(2 * column, 2 * column + 3)
    stamp[place] = small_image[row, column] * kernel

total = stamps.sum(axis=0)
rows = {"2 × 2 pixels in": [small_image], "four stamps": stamps, "their sum, 5 × 5": [total]}
vh.plots.image_grid(rows | {'"same": 4 × 4 out': [total[:4, :4]]})

# %% tags=["guard"]
for padding, ours in (("valid", total), ("same", total[:4, :4])):
    keras_total = keras.ops.conv_transpose(
        small_image[None, :, :, None], kernel[:, :, None, None], strides=2, padding=padding
    )
    # A GPU may round the factors to ten bits, hence the tolerance.
    assert np.allclose(ours, np.asarray(keras_total)[0, :, :, 0], rtol=1e-3)

# %% [markdown]
# ### Exercise 1 · Stamp it yourself <!-- 8 min -->
#
# In one dimension: the output has room for all stamps, `(len(x) - 1) * stride + len(kernel)`
# numbers, and is zero before the first one.


# %% exercise="transposed_convolution"
def transposed_convolution(x, kernel, stride):
    """Stamp x[i] * kernel onto the output from place i * stride on, and add up."""
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    # <solution>
    for i, value in enumerate(x):
        out[i * stride : i * stride + len(kernel)] += value * kernel
    return out
    # <stub>
    # for i, value in enumerate(x):
    #     ...  # your code here
    # return ...  # and here
    # </solution>


exercises.transposed_convolution.check(transposed_convolution)
# exercises.transposed_convolution.hint()
# exercises.transposed_convolution.solution()

# %% [markdown]
# ### Exercise 2 · Build the decoder <!-- 7 min -->
#
# The decoder is the encoder's mirror image:
#
# - a dense layer, without activation, from the code to 4 · 4 · 128 numbers, and a `Reshape`,
# - three `Conv2DTranspose` with 128, 64 and 32 filters, 3 × 3 kernels, `strides=2`,
#   `padding="same"` and `activation="relu"`,
# - a last `Conv2D` with one filter, 3 × 3, `padding="same"`, and *no* activation. Its values are
#   **logits** ℓ, any real numbers; a pixel's brightness is sigmoid(ℓ), between 0 and 1.


# %% exercise="build_decoder"
def build_decoder(latent_dim):
    """Return a model from codes (n, latent_dim) to logits (n, 32, 32, 1)."""
    z = keras.Input((latent_dim,), name="z")
    # <solution>
    h = layers.Dense(4 * 4 * 128)(z)
    h = layers.Reshape((4, 4, 128))(h)
    for filters in (128, 64, 32):
        h = layers.Conv2DTranspose(filters, 3, strides=2, padding="same", activation="relu")(h)
    logits = layers.Conv2D(1, 3, padding="same")(h)
    return keras.Model(z, logits, name="decoder")
    # </solution>


exercises.build_decoder.check(build_decoder)
# exercises.build_decoder.hint()
# exercises.build_decoder.solution()

# %% tags=["guard"]
both = encoder.count_params(), vh.models.fashion_conv_decoder(2).count_params()
assert both == (96_770, 246_273)

# %% [markdown]
# ## 5. The pay: the reconstruction loss <!-- 11 min -->
#
# Read the copy's brightness $\hat x$ as the probability that a pixel is white. The **binary
# cross-entropy** of a pixel $x$ is the surprise at seeing it:
#
# $$-x \log \hat x - (1 - x) \log(1 - \hat x)$$
#
# With natural logarithms its unit is the **nat**. This course always **sums over the pixels** of
# an image and **averages over images**. Others average over pixels too, and then print numbers
# that are 1,024 times smaller for the same quality. Pixels must lie in [0, 1]: with bytes from 0 to
# 255 the loss would have no lower bound, so the course's models refuse such images.
#
# ### Exercise 3 · Write the loss <!-- 6 min -->
#
# No copy is exactly 0 or 1 here, so that nothing has to be cut off or added inside the logarithms.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Averaged over the pixels as well: the answer is 1,024 times too small, and
# looks fine. Also log₂ for log, and a small number added inside the logarithm "to be safe".
#
# **Ask the room.** Ben returns every image perfectly. What is the loss? *Answer: 190 nats, not 0: a
# grey pixel is read as a coin toss, and ½ costs log 2 even then. So compare with the floor, not
# with zero.*
#
# **Draw.** A vertical scale: 710 at the top (every pixel ½), the mean garment, a trained model near
# 258, and the floor at 190. Only what lies above the floor can be won.
#
# **Late?** Keep exercise 3, it is the loss of the whole course; drop the prediction.


# %% exercise="reconstruction_loss"
def reconstruction_loss(x, x_hat):
    """Return the loss in nats: summed over pixels, averaged over images (n, h, w, 1)."""
    # <solution>
    cross_entropy = -x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat)
    return cross_entropy.sum(axis=(1, 2, 3)).mean()
    # </solution>


exercises.reconstruction_loss.check(reconstruction_loss)
# exercises.reconstruction_loss.hint()
# exercises.reconstruction_loss.solution()

# %%
loss = vh.metrics.reconstruction_error(x_test, copies, kind="bce")
of_copies = exercises.reconstruction_loss.yours_or(exercises.loss_in_nats)
print(f"the copies, by {exercises.reconstruction_loss.whose} loss: {of_copies(x_test, copies):.1f}")
print(f"by the course's metric: {loss:.1f} nats an image = {loss / 1024:.4f} a pixel")
assert 0.245 < loss / 1024 < 0.262, loss

# %% [markdown]
# The web notes "Variational Autoencoders" on Fashion-MNIST, after chapter 3 of David Foster,
# *Generative Deep Learning* (2nd edition, 2023), publish 0.2540 nats a pixel for a model of these
# layers after three epochs.
#
# **Predict.** Ben returns every test image perfectly, $\hat x = x$. What is the loss?

# %%
floor = vh.metrics.bce_floor(x_test)
print(f"loss of a perfect copy: {floor:.1f} nats an image, {floor / 1024:.4f} a pixel")
assert 189 < floor < 191, floor

# %% [markdown]
# **What to see.** Not zero! A grey pixel of 0.5 costs log 2 = 0.69 nats even if the copy is
# perfect, because it is read as a coin toss. What a model can still gain is the distance to this
# floor: a fall from 270 to 260 is no "4 %" but an eighth of all that was left to gain.
#
# ---
#
# A good place for a break. What follows is the training, the map, and the disappointment.
#
# ## 6. Train it <!-- 13 min -->
#
# Now your own, in quick mode (the default) on 4,160 images, in full mode on all 60,000, each once.
# Every ten steps of 32 images we look at the loss of 500 test images. That takes about half a
# minute. (To train the course's model again: `vae-helpers train fashion-conv-ae --out my-model`.)
#
# **Predict.** The untrained decoder answers about 0.5 for every pixel: 1,024 coin tosses. Where
# does the curve start? And what is the first thing to be learned, before the code says anything?

# %% [markdown] tags=["teacher"]
# **What goes wrong.** The training cell takes about half a minute; the impatient run it twice,
# which takes twice as long. Exercise 4: the mean is not taken away, or not put back.
#
# **Ask the room.** Where does the curve start, and what is learned first? *Answer: at 1,024 · log 2
# = 710; then the mean garment, for which no code is needed.*
#
# **Late?** Start the training, and tell PCA during it: two straight numbers are worth less than two
# bent ones, and PCA needs five to ten numbers for the same error.

# %%
x_some, x_look = x_train[: vh.by_mode(4_160, 60_000)], x_test[:500]


def train(latent_dim):
    """Train an autoencoder; return it, and its loss before the first step and every ten steps."""
    keras.utils.set_random_seed(1)
    decoder = exercises.build_decoder.yours_or(vh.models.fashion_conv_decoder)(latent_dim)
    model = vh.models.Autoencoder(build_encoder(latent_dim), decoder)
    model.compile(optimizer=keras.optimizers.Adam(3e-3))
    start = vh.metrics.reconstruction_error(x_look, model.reconstruct(x_look), kind="bce")
    steps = {"batch_size": 32, "steps_per_epoch": 10, "epochs": len(x_some) // 320}
    run = model.fit(x_some, **steps, validation_data=(x_look,), verbose=0)
    return model, [start, *run.history["val_loss"]]


autoencoder, curve = train(latent_dim=2)
print(
    f"{exercises.build_decoder.whose} decoder: from {curve[0]:.0f} to {curve[-1]:.0f} nats an image"
)

# %%
mean_garment = np.repeat(x_train.mean(axis=0, keepdims=True), len(x_look), axis=0)
blot = vh.metrics.reconstruction_error(x_look, mean_garment, kind="bce")
lowest = vh.metrics.bce_floor(x_look)
lines = {"your autoencoder": curve, "the mean garment for all": [blot] * len(curve)}
lines["a perfect copy"] = [lowest] * len(curve)
labels = {"x_label": "steps of 32 images", "y_label": "nats per image"}
vh.plots.lines(lines, 10 * np.arange(len(curve)), **labels, title="What your autoencoder learns")

# %% [markdown]
# **What to see.** It starts at 1,024 · log 2 = 710. In a few dozen steps it falls to about the loss
# of the *mean garment*, one grey blot for everything, and slows down. That is the easiest lesson,
# and no code is needed for it. Then the code begins to count.

# %% tags=["guard"]
assert abs(curve[0] - 710) < 20, curve
assert any(abs(loss_ - blot) < 15 for loss_ in curve)
assert lowest < curve[-1] < blot - 50

# %% [markdown]
# ### Is it better than straight lines?
#
# Principal component analysis (PCA) also squeezes an image into two numbers and back, but with
# straight lines only: it is the best *linear* autoencoder in squared error.
#
# ### Exercise 4 · Reconstruct with PCA <!-- 5 min -->
#
# The rows of `components` are orthogonal unit vectors, and PCA works around the mean image.


# %% exercise="pca_reconstruction"
def pca_reconstruction(x, mean, components):
    """Encode x (n, d) with components (k, d) and decode: (n, d) again."""
    # <solution>
    codes = (x - mean) @ components.T
    return mean + codes @ components
    # </solution>


exercises.pca_reconstruction.check(pca_reconstruction)
# exercises.pca_reconstruction.hint()
# exercises.pca_reconstruction.solution()

# %%
pca = PCA(n_components=12, random_state=0).fit(x_train[:10_000].reshape(-1, 1024))
rebuild = exercises.pca_reconstruction.yours_or(exercises.linear_copies)


def through_pca(images, k):
    """Return copies of images that went through k numbers of PCA."""
    copied = np.asarray(rebuild(images.reshape(-1, 1024), pca.mean_, pca.components_[:k]))
    return copied.reshape(images.shape).clip(0, 1)


error = np.square(x_test - copies).sum(axis=(1, 2, 3)).mean()
errors = [np.square(x_test - through_pca(x_test, k)).sum(axis=(1, 2, 3)).mean() for k in range(13)]
needed = np.argmax(np.array(errors) < error)  # the first that is as good
print(f"squared error: autoencoder {error:.1f}, PCA with 2 numbers {errors[2]:.1f}")
print(f"PCA is as good from {needed} numbers on")

# %% tags=["guard"]
assert error < 0.85 * errors[2]
assert 5 <= needed <= 10, errors

# %%
rows = {"original": x_test[one_each], "PCA, 2 numbers": through_pca(x_test[one_each], 2)}
rows[f"PCA, {needed} numbers"] = through_pca(x_test[one_each], needed)
rows["yours, 2 numbers"] = autoencoder.reconstruct(x_test[one_each])
rows["the course's, 2"] = copies[one_each]
vh.plots.image_grid(rows, titles=data.class_names)

# %% [markdown]
# PCA can only mix: the mean image plus so much of one pattern plus so much of another, so ghosts of
# other garments shine through. The autoencoder bends its plane through the space of images, and
# needs fewer numbers for the same error. Yours has seen a part of the images once, the course's all
# of them several times.
#
# ## 7. The map of the wardrobe <!-- 8 min -->
#
# Where did Ada hang what?

# %% [markdown] tags=["teacher"]
# **What goes wrong.** The grid shows *real* garments at the places of their codes; the one after it
# shows *decoded* ones. Many take the first for output of the decoder. Point it out.
#
# **Ask the room.** What will Ben sew at the black spots? *Answer: something, always. And often
# something clean and bright: no picture tells that nothing ever hung there.*
#
# **Draw.** The map as a cloud with a gap inside, and a box around it whose corners are empty.

# %%
z_test = trained.encode(x_test)
vh.plots.embedding(z_test, y_test, data.class_names, title="10,000 test images, as codes")

# %% [markdown]
# The map answers the question of section 2. Half of the garments are named by those of the other
# half that hang nearest. No picture is decoded, so no blur can mislead these judges:

# %%
for k in (1, 25):
    judge = KNeighborsClassifier(k).fit(z_test[::2], y_test[::2])
    print(f"named right by {k:2} neighbours: {judge.score(z_test[1::2], y_test[1::2]):.0%}")

# %% [markdown]
# At best two thirds, of garments that the classifier names right in nine of ten cases. So most of
# the loss is in the squeeze; Ben's blur adds the rest.
#
# Now the same map from above, with the garments themselves: at every spot of a 15 × 15 grid the
# test image whose code is nearest. A spot stays black if nothing hangs within half a step of it.

# %%
grid = vh.latent.grid(15, low=z_test.min(axis=0), high=z_test.max(axis=0))
step = np.ptp(z_test, axis=0) / 14
codes_in_steps = KDTree(z_test / step)
distance, which = codes_in_steps.query(grid / step)
hanging = x_test[which] * (distance < 0.5)[:, None, None, None]
empty = np.mean(distance >= 0.5)
assert 0.1 < empty < 0.5, empty
vh.plots.latent_grid(
    hanging,
    grid,
    title=f"Real garments; {empty:.0%} of the spots are empty",
    alt="Real garments at the 225 places of a grid; many places at the rim, and some between the "
    "garments, are black.",
)

# %% [markdown]
# Ben is sent to every one of these spots, the empty ones too. What will he sew there?

# %% exercise="empty_spots"
# <solution>
guess = "c"
# </solution>
exercises.empty_spots.predict(guess)

# %%
vh.plots.latent_grid(trained.decode(grid), grid, title="What the decoder makes of the same spots")

# %%
exercises.empty_spots.compare()

# %% [markdown]
# **What to try.** Click on the map, or use the boxes and sliders: find a place where a boot becomes
# a bag, and one where nothing is right. (The grid above shows the same on paper.)

# %%
explorer = vh.widgets.LatentExplorer(trained, x_test[:3_000], y_test[:3_000], data.class_names)
assert not explorer.errors, explorer.errors
explorer

# %% [markdown]
# ## 8. Can it invent clothes? <!-- 15 min -->
#
# We need new codes. There is no rule where codes lie, so for want of better we draw points evenly
# from the box around all of them.

# %% [markdown] tags=["teacher"]
# **What goes wrong.** Exercise 5: the number of points in place of the share, no `minlength`, or
# the first of the two arrays that `query` returns (distances) in place of the second.
#
# **Ask the room.** Three reasons why this is no generator. Which of them would more training cure?
# *Answer: none. Nothing in the loss says where codes should lie; that rule is the next chapter.*
#
# **Draw.** Three small sketches: unequal areas; a cloud off the origin; an arrow into a gap, and
# one beyond the rim.
#
# **Late?** Skip exercise 5 (7 minutes) and tell the three limits from the printed numbers.

# %%
points = vh.latent.sample_box(z_test, 18, seed=3)
vh.plots.decoded_points(z_test, y_test, points, trained.decode(points), data.class_names)

# %% [markdown]
# Some would sell, some would not. There are three reasons, and each has a number.
#
# ### Limit 1: classes take unequal room
#
# The test images have 1,000 garments of each class. Does the box draw each equally often?
#
# ### Exercise 5 · What the box draws <!-- 7 min -->
#
# A point belongs to the class of the *nearest* code. Return the share of points of each of the ten
# classes. `KDTree(z).query(points)` finds the nearest codes.


# %% exercise="box_shares"
def box_shares(z, labels, points):
    """Return the share of points (n, 2) that go to each class 0 … 9, by codes z and labels."""
    # <solution>
    nearest = KDTree(z).query(points)[1]
    return np.bincount(labels[nearest], minlength=10) / len(points)
    # </solution>


exercises.box_shares.check(box_shares)
# exercises.box_shares.hint()
# exercises.box_shares.solution()

# %% [markdown]
# **Predict.** Which class will be drawn most? Look at the map of codes once more. The second
# column lets the 25 nearest codes vote: is the answer one of the rule, or one of the map?

# %%
fine = vh.latent.grid(60, low=z_test.min(axis=0), high=z_test.max(axis=0))  # an even box
shares = exercises.box_shares.yours_or(vh.latent.class_shares)(z_test, y_test, fine)
of_25 = vh.latent.class_shares(z_test, y_test, fine, k=25)
print(f"by {exercises.box_shares.whose} function, and by 25 votes:")
for label in np.argsort(-shares):
    print(f"{data.class_names[label]:12} {shares[label]:5.1%} {of_25[label]:6.1%}")

# %% [markdown]
# **What to see.** Bags, by both judges, with twice an even share: 20 %, and 25 and 20 % in two more
# trainings. The last place changes with the training. And shirts show what such a number is worth:
# each time 10 % by the nearest code and 3 % by 25 votes. They hang scattered among the other tops,
# so they own many single points and hardly any ground.
#
# ### Limit 2: the map is neither centred nor bounded
#
# Nothing in the loss says where codes should lie, so each training puts them elsewhere, and no one
# can know the box without the training images.

# %%
for name, z in (("the course's", z_test), ("yours", autoencoder.encode(x_test))):
    low, high, mean = z.min(axis=0), z.max(axis=0), z.mean(axis=0)
    for i in range(2):
        print(f"{name}: z{i + 1} from {low[i]:6.1f} to {high[i]:5.1f}, mean {mean[i]:5.1f}")

off_centre = np.linalg.norm(z_test.mean(axis=0) / z_test.std(axis=0))
print(f"the mean of all codes lies {off_centre:.1f} standard deviations from the origin")

# %% [markdown]
# ### Limit 3: where nothing hangs, Ben sews all the same
#
# Two kinds of places are empty: **gaps** among the codes, and the corners of the box **beyond the
# rim**. (The rim is the convex hull, a rubber band around all codes.) Two judges look at what Ben
# sews there. The classifier says whether it is unsure, its highest probability below 70 %. And Ada
# says where she would hang it: the picture is *sent elsewhere* if that is more than a step away.

# %%
inside = Delaunay(z_test).find_simplex(fine) >= 0
is_empty = codes_in_steps.query(fine / step)[0] > 0.5
groups = {"near garments": ~is_empty, "gaps": is_empty & inside}
groups["beyond the rim"] = is_empty & ~inside
decoded = trained.decode(fine)
sure = vh.features.classify(decoded, "fashion-mnist").max(axis=1)
moved = np.linalg.norm((trained.encode(decoded) - fine) / step, axis=1)
print("                       unsure  sent elsewhere")
for name, of_group in groups.items():
    unsure, gone = np.mean(sure[of_group] < 0.7), np.mean(moved[of_group] > 1)
    print(f"{name:14} N = {of_group.sum():5,} {unsure:5.0%} {gone:10.0%}")

# %% tags=["guard"]
vh.measured(
    [
        ("loss of the trained model, nats a pixel", loss / 1024, 0.2540, "10,000 test images"),
        ("largest share of the box of a class", shares.max(), None, "label of the nearest code"),
        ("smallest share of the box of a class", shares.min(), None, "label of the nearest code"),
    ]
)

# %% [markdown]
# Near garments Ada and Ben understand each other. The empty places are of two kinds. In the
# **gaps** many pictures are dark or torn: the classifier is unsure of a third of them (44 and 56 %
# in two more trainings), nearly three times as often as near garments, or more. **Beyond the rim**
# they look better, at times as good as near garments, and yet Ada sends most of them elsewhere (70
# to 83 % in three trainings): often clean, bright garments, but nobody ever hung them there. No
# picture tells you which kind of place it comes from.
#
# ## 9. Your experiment: a wider code <!-- 6 min -->
#
# How much does a third, a fourth, an eighth number help, and what does it cost? Choose
# `latent_dim`, write down what you expect, and run the cell. It trains as your own model was
# trained, in half a minute. Then write your conclusion into your log. (With another seed a loss
# so early in a training differs by several nats: is the gain large enough to speak of?)

# %% [markdown] tags=["teacher"]
# **Ask the room.** Before it runs: how many nats will the change be worth? *Answer for eight
# numbers: several nats; with another seed a loss this early differs by several as well, so ask
# whether the gain is large enough to speak of.*
#
# **Late?** Make it homework.

# %%
latent_dim = 8
wider, wider_curve = train(latent_dim)
results = {"2 numbers (nats)": curve[-1], f"{latent_dim} numbers (nats)": wider_curve[-1]}
print({name: round(float(nats), 1) for name, nats in results.items()})
lines = {"2 numbers": curve, f"{latent_dim} numbers": wider_curve}
lines["a perfect copy"] = [lowest] * len(curve)
vh.plots.lines(lines, 10 * np.arange(len(curve)), **labels, title="Does a wider code help?")

# %% exercise="experiment"
# <solution>
assert wider_curve[-1] < curve[-1] - 3
conclusion = "Eight numbers bring the loss down, but no map can show them."
# <stub>
# conclusion = ...  # your words here
# </solution>
experiment_log.add("01: a wider code", {"latent_dim": latent_dim}, results, conclusion)

# %% [markdown]
# ## Recap <!-- 1 min -->
#
# - An autoencoder is an encoder and a decoder, trained together to copy; it needs no labels.
# - Convolutions with stride 2 halve the side, transposed convolutions double it by stamping.
# - The loss is a sum over pixels, in nats, with a floor above zero for grey images.
# - Two curved numbers beat two straight ones (PCA). They keep the kind of a garment, and lose much
#   of its class.
# - It copies well and invents badly: classes take unequal room, the map has no fixed centre or
#   border, and where no garment hangs the decoder draws all the same.
#
# What is missing is a rule for where codes may lie, and no gaps. That rule turns the
# autoencoder into a *variational* one.
#
# ## Self-test <!-- 5 min -->
#
# Run the cell to read the questions, fill in the letters, and run it again.

# %% exercise="self_test"
# <solution>
answers = {1: "a", 2: "c", 3: "b", 4: "c", 5: "b"}
# <stub>
# answers = {1: ..., 2: ..., 3: ..., 4: ..., 5: ...}
# </solution>
exercises.self_test.check(answers)

# %%
progress("01")

# %% [markdown]
# ## Further, and next <!-- 1 min -->
#
# - Hinton and Salakhutdinov (2006), [Reducing the dimensionality of data with neural
#   networks](https://doi.org/10.1126/science.1127647): deep autoencoders against PCA.
# - Baldi and Hornik (1989), [Neural networks and principal component
#   analysis](https://doi.org/10.1016/0893-6080(89)90014-2): why a linear one is PCA.
# - Dumoulin and Visin (2016), [A guide to convolution arithmetic for deep
#   learning](https://arxiv.org/abs/1603.07285): every stride and padding, drawn.
# - Xiao, Rasul and Vollgraf (2017), [Fashion-MNIST](https://arxiv.org/abs/1708.07747).
#
# **Next:** [02 · VAE theory and reparameterization](02_vae_theory.ipynb), where codes become clouds
# and a second term in the loss closes the gaps.
