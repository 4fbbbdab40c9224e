# %% [markdown]
# # 01 · Autoencoder
#
# **Squeeze a picture of a garment into two numbers, get the picture back – and find out why that
# is not yet a machine that invents clothes.**
#
# | | |
# | --- | --- |
# | Time | about 75 minutes with all exercises; the code alone runs in about a minute |
# | You need | [00 · Start here](00_start_here.ipynb); NumPy; a first idea of neural networks |
# | You will | build an encoder and a decoder and say where each parameter is |
# | | read the reconstruction loss in nats, and say what it can never reach |
# | | draw a map of the codes and decode any place of it |
# | | show, with numbers, three reasons why a plain autoencoder is a poor generator |

# %%
import vae_helpers as vh
from vae_helpers.backend import keras  # Keras, without TensorFlow's notes at the start

print(f"vae_helpers {vh.__version__} in {vh.course_mode()} mode")

import numpy as np
from keras import layers
from scipy.spatial import KDTree
from sklearn.decomposition import PCA

from vae_helpers.checks import chapter01 as exercises
from vae_helpers.checks import experiment_log, progress

keras.utils.set_random_seed(1)

# %% [markdown]
# ## 1. A wardrobe as wide as a market square
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
# Together they are an **autoencoder**: its target is its own input, so it needs no labels.
#
# ## 2. The clothes
#
# Fashion-MNIST has 70,000 grey pictures of clothes in ten classes. Ours have a frame of two black
# pixels, so that the side, 32, can be halved often. The labels are for looking only: training
# never sees them.

# %%
data = vh.load_data("fashion-mnist", image_size=32, validation=0)
x_train, x_test, y_test = data.train.images, data.test.images, data.test.labels
print(f"train {x_train.shape}, test {x_test.shape}, from {x_test.min()} to {x_test.max()}")
one_each = [np.flatnonzero(y_test == label)[0] for label in range(10)]
vh.plots.image_grid({"test images": x_test[one_each]}, titles=data.class_names)

# %% [markdown]
# ### Exercise 1: how tight is the squeeze?
#
# How many pixels does each number of a two-dimensional code have to stand for?

# %% exercise="compression"
# <solution>
pixels_per_number = 32 * 32 / 2
# </solution>

exercises.compression.check(pixels_per_number)
# exercises.compression.hint()
# exercises.compression.solution()

# %% [markdown]
# ## 3. Ada: the encoder
#
# A convolution slides small filters over the image. With **stride 2** it takes every second
# position only, so height and width are halved, while the number of filters grows: less *where*,
# more *what*.
#
# **Predict first:** which shape will come out of a layer with 32 filters and stride 2?

# %%
images = keras.Input((32, 32, 1), name="images")
h = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(images)
h.shape

# %% [markdown]
# ### Exercise 2: count the parameters
#
# Write a function that counts the weights and biases of a convolution with square kernels.


# %% exercise="count_parameters"
def count_parameters(kernel_size, channels, filters):
    """Count the weights and biases of a convolution: kernel_size × kernel_size, on channels."""
    # <solution>
    return (kernel_size**2 * channels + 1) * filters
    # </solution>


exercises.count_parameters.check(count_parameters)
# exercises.count_parameters.hint()
# exercises.count_parameters.solution()

# %% [markdown]
# Two more convolutions, and a dense layer turns the 4 × 4 × 128 = 2,048 numbers that are left
# into two. It has no activation: the label may say any number, negative ones too.

# %%
h = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(h)
h = layers.Conv2D(128, 3, strides=2, padding="same", activation="relu")(h)
h = layers.Flatten()(h)
z = layers.Dense(2, name="z")(h)
encoder = keras.Model(images, z, name="encoder")
encoder.summary()
assert encoder.count_params() == 96_770
assert encoder.layers[3].count_params() == 73_856

# %% [markdown]
# **What to see.** Where the picture is large there are few parameters: a filter is used at every
# place and paid for once. The third convolution holds three quarters of all parameters, 73,856 =
# (3 · 3 · 64 + 1) · 128.
#
# ## 4. Ben: the decoder
#
# Ben goes the other way, from 4 × 4 to 32 × 32. A **transposed convolution** does it like a rubber
# stamp: for every input pixel it stamps the kernel onto the output, as strongly as the pixel is
# bright. With stride 2 the stamp moves on two pixels at a time. Where stamps overlap, the ink
# adds up.

# %%
small_image = np.array([[0.2, 0.9], [0.6, 0.4]], dtype="float32")
kernel = np.outer([0.5, 1, 0.5], [0.5, 1, 0.5]).astype("float32")
stamps = np.zeros((4, 5, 5), dtype="float32")
for stamp, (row, column) in zip(stamps, np.ndindex(2, 2), strict=True):
    place = slice(2 * row, 2 * row + 3), slice(2 * column, 2 * column + 3)
    stamp[place] = small_image[row, column] * kernel

total = stamps.sum(axis=0)
vh.plots.image_grid(
    {"2 × 2 pixels in": [small_image], "four stamps": stamps, "their sum, 5 × 5 out": [total]},
    alt="A 2 by 2 image; four 5 by 5 images with one soft stamp each, in the four corners and "
    "as bright as its pixel; their sum, a smooth 5 by 5 image.",
)

# %%
# Keras comes to the same sum.
keras_total = keras.ops.conv_transpose(
    small_image[None, :, :, None], kernel[:, :, None, None], strides=2, padding="valid"
)
# A GPU may round the factors to ten bits, hence the tolerance.
assert np.allclose(total, np.asarray(keras_total)[0, :, :, 0], rtol=1e-3)

# %% [markdown]
# ### Exercise 3: stamp it yourself
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
# The decoder is the encoder's mirror image: a dense layer makes 2,048 numbers of two, and three
# transposed convolutions double the side. A last convolution leaves one channel. Its values are
# **logits** ℓ, any real numbers; a pixel's brightness is sigmoid(ℓ), between 0 and 1. The loss
# takes the logits themselves, for a reason that comes at once.

# %%
z = keras.Input((2,), name="z")
h = layers.Dense(4 * 4 * 128)(z)
h = layers.Reshape((4, 4, 128))(h)
for filters in (128, 64, 32):
    h = layers.Conv2DTranspose(filters, 3, strides=2, padding="same", activation="relu")(h)
logits = layers.Conv2D(1, 3, padding="same", name="logits")(h)
decoder = keras.Model(z, logits, name="decoder")

decoder.summary()
assert decoder.count_params() == 246_273
assert encoder.count_params() + decoder.count_params() == 343_043

# %% [markdown]
# ## 5. The pay: the reconstruction loss
#
# Read the copy's brightness $\hat x$ as the probability that a pixel is white. The **binary
# cross-entropy** of a pixel $x$ is the surprise at seeing it:
#
# $$-x \log \hat x - (1 - x) \log(1 - \hat x)$$
#
# With natural logarithms its unit is the **nat**. This course always **sums over the pixels** of
# an image and **averages over images**. Others average over pixels too, and then print numbers
# that are 1,024 times smaller for the same quality.
#
# ### Exercise 4: write the loss
#
# No copy is exactly 0 or 1 here, so that nothing has to be cut off or added inside the logarithms.


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

# %% [markdown]
# A sigmoid computed with 32 bits reaches exactly 0 and 1, and log 0 is minus infinity. Written
# with logits, the same loss never takes such a logarithm. That is why our decoders end with
# logits.
#
# **Predict first:** Ben returns every test image perfectly, $\hat x = x$. What is the loss?

# %%
floor = vh.metrics.bce_floor(x_test)
print(f"loss of a perfect copy: {floor:.1f} nats an image, {floor / 1024:.4f} a pixel")
assert 189 < floor < 191, floor

# %% [markdown]
# **What to see.** Not zero! A grey pixel of 0.5 costs log 2 = 0.69 nats even if the copy is
# perfect, because it is read as a coin toss. What a model can still gain is the distance to this
# floor: a fall from 270 to 260 is no "4 %" but an eighth of all that was left to gain.
#
# ## 6. Train it
#
# In quick mode (the default) your own model sees a part of the images, twice; in full mode all of
# them, three times. **Predict first:** where does the loss start, if the decoder answers 0.5 for
# every pixel? (1,024 coin tosses.)

# %%
n_images = vh.by_mode(6_000, 60_000)
autoencoder = vh.models.Autoencoder(encoder, decoder)
blind = vh.metrics.reconstruction_error(
    x_test[:500], autoencoder.reconstruct(x_test[:500]), kind="bce"
)
history = vh.training.fit(
    autoencoder, x_train[:n_images], x_test[:2_000], epochs=vh.by_mode(2, 3), seed=1
)
own_loss = history["val_loss"][-1]
print(f"from {blind:.1f} to {own_loss:.1f} nats an image, {own_loss / 1024:.4f} a pixel")
assert history["loss"][-1] + 30 < history["loss"][0] < 600
assert abs(blind - 710) < 20, blind
assert floor < own_loss < 320, own_loss
vh.plots.training_curves(history)

# %% [markdown]
# **What to see.** It starts near 1,024 · log 2 = 710 nats and falls steeply: the first epoch's
# mean is already far below.
#
# ## 7. Look at the copies
#
# From here on we use a model that was trained on all 60,000 images; it comes with the course. (To
# train it again: `vae-helpers train fashion-conv-ae --out my-model`.) The published training of
# this architecture ends at 0.2540 nats a pixel.
#
# **Predict first:** two numbers an image. What will survive: the outline, a print on a shirt, the
# laces of a sneaker, the brightness?

# %%
trained = vh.zoo.load("fashion-conv-ae")
copies = trained.reconstruct(x_test)
loss = vh.metrics.reconstruction_error(x_test, copies, kind="bce")
print(f"{loss:.1f} nats an image = {loss / 1024:.4f} a pixel (published: 0.2540)")
assert 0.245 < loss / 1024 < 0.262, loss

rows = {
    "original": x_test[one_each],
    "yours": autoencoder.reconstruct(x_test[one_each]),
    "trained": copies[one_each],
}
vh.plots.image_grid(rows, titles=data.class_names)

# %% [markdown]
# **What did you observe?** What is kept, what is lost, and what would Ben sew for the sandal?
#
# <details><summary>Answer</summary>
#
# The kind of garment, its outline and its brightness survive. Prints, straps, buttons and laces
# are gone: they differ from garment to garment, two numbers cannot carry them, and so the decoder
# gives the average of everything that hangs near the same spot. An average is blurred. Rare
# shapes such as sandals come out as something more common.
#
# </details>
#
# ## 8. Is it better than straight lines?
#
# Principal component analysis (PCA) also squeezes an image into two numbers and back, but with
# straight lines only: it is the best *linear* autoencoder in squared error.
#
# ### Exercise 5: reconstruct with PCA
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
flat_train, flat_test = x_train[:10_000].reshape(-1, 1024), x_test.reshape(-1, 1024)
pca = PCA(n_components=20, random_state=0).fit(flat_train)
codes = pca.transform(flat_test)
pca_errors = []
for k in range(1, 21):
    x_hat = pca.mean_ + codes[:, :k] @ pca.components_[:k]
    pca_errors.append(np.square(flat_test - x_hat).sum(axis=1).mean())
error = vh.metrics.reconstruction_error(x_test, copies, kind="mse")
components_needed = 1 + np.flatnonzero(np.array(pca_errors) < error)[0]
print(f"squared error: autoencoder {error:.1f}, PCA with 2 numbers {pca_errors[1]:.1f}")
print(f"PCA is as good as the autoencoder from {components_needed} numbers on")
assert error < 0.85 * pca_errors[1]

# %%
x_hat = (pca.mean_ + codes[one_each, :2] @ pca.components_[:2]).reshape(-1, 32, 32, 1)
rows = {"original": x_test[one_each], "PCA": x_hat.clip(0, 1), "autoencoder": copies[one_each]}
vh.plots.image_grid(rows, titles=data.class_names)

# %% [markdown]
# **What to see.** PCA can only mix: mean image plus so much of one pattern plus so much of another,
# so ghosts of other garments shine through. The autoencoder bends its plane through the space
# of images and needs fewer numbers for the same error.
#
# ## 9. The map of the wardrobe
#
# Where did Ada hang what?

# %%
z_test = trained.encode(x_test)
vh.plots.embedding(z_test, y_test, data.class_names, title="10,000 test images, as codes")

# %% [markdown]
# And from above, with the garments themselves: at every spot of a 15 × 15 grid the test image
# whose code is nearest. A spot stays black if nothing hangs within one step of the grid.

# %%
grid = vh.latent.grid(15, low=z_test.min(axis=0), high=z_test.max(axis=0))
step = np.ptp(z_test, axis=0) / 14
codes_in_steps = KDTree(z_test / step)
distance, which = codes_in_steps.query(grid / step)
nearest = x_test[which]
nearest[distance > 1] = 0
empty = np.mean(distance > 1)
assert 0.05 < empty < 0.4, empty
vh.plots.latent_grid(nearest, grid, title=f"Real garments; {empty:.0%} of the spots are empty")

# %% [markdown]
# **Predict first:** Ben is sent to every one of these spots, the empty ones too. What will he sew?

# %%
decoded = trained.decode(grid)
vh.plots.latent_grid(decoded, grid, title="What the decoder makes of the same spots")

# %% [markdown]
# **What did you observe?** Compare the two maps where the first one is black.
#
# <details><summary>Answer</summary>
#
# The decoder is a function: it has an image for *every* point. Near garments the images are
# convincing and blend into each other. Far from all of them nobody ever told it what is right, and
# it continues in some way: blots, torn outlines, garments that run into each other.
#
# </details>
#
# **Walk about yourself.** Click on the map, or use the boxes and sliders: find a place where a
# boot becomes a bag, and one where nothing is right. (The grid above shows the same on paper.)

# %%
explorer = vh.widgets.LatentExplorer(trained, x_test[:3_000], y_test[:3_000], data.class_names)
assert not explorer.errors, explorer.errors
explorer

# %% [markdown]
# ## 10. Can it invent clothes?
#
# We need new codes. There is no rule where codes lie, so for want of better we draw points evenly
# from the box around all of them.

# %%
points = vh.latent.sample_box(z_test, 18, seed=3)
vh.plots.decoded_points(z_test, y_test, points, trained.decode(points), data.class_names)

# %% [markdown]
# Some would sell, some would not. There are three reasons, and each has a number.
#
# **Limit 1: classes take unequal room.** Whoever draws points evenly draws some classes all the
# time. The area is that of the ellipse of one standard deviation.

# %%
areas = vh.latent.class_areas(z_test, y_test)
for label in np.argsort(-areas):
    print(f"{data.class_names[label]:12} {areas[label]:7.2f}  {areas[label] / areas.sum():4.0%}")
print(f"largest : smallest = {areas.max() / areas.min():.0f} : 1")
assert areas.max() / areas.min() > 3

# %% [markdown]
# **Limit 2: the map is neither centred nor bounded.** Nothing in the loss says where codes should
# lie, so each training puts them elsewhere, and no one can know the box without the training
# images.

# %%
for name, z in (("trained", z_test), ("yours", autoencoder.encode(x_test))):
    low, high, mean = z.min(axis=0), z.max(axis=0), z.mean(axis=0)
    for i in range(2):
        print(f"{name}: z{i + 1} from {low[i]:6.1f} to {high[i]:5.1f}, mean {mean[i]:5.1f}")
off_centre = np.linalg.norm(z_test.mean(axis=0) / z_test.std(axis=0))
print(f"the mean of all codes lies {off_centre:.1f} standard deviations from the origin")
assert off_centre > 0.4, off_centre
vh.measured(
    [
        ("loss of the trained model, nats a pixel", loss / 1024, 0.2540, "10,000 test images"),
        ("loss of your model, nats a pixel", own_loss / 1024, None, f"{n_images:,} images seen"),
        ("largest over smallest area of a class", areas.max() / areas.min(), None, "trained model"),
    ]
)

# %% [markdown]
# **Limit 3: the gaps are nobody's land.** How bad is what Ben sews there? We ask two judges. The
# first is a classifier of clothes that came with the course: if its highest class probability is
# low, it finds an image implausible.
#
# ### Exercise 6: measure the nonsense
#
# Return the share of images whose *highest* class probability is below the threshold.


# %% exercise="implausible_share"
def implausible_share(probabilities, threshold=0.7):
    """Return the share, from 0 to 1, of rows (n, 10) without a probability from threshold up."""
    # <solution>
    return np.mean(probabilities.max(axis=1) < threshold)
    # </solution>


exercises.implausible_share.check(implausible_share)
# exercises.implausible_share.hint()
# exercises.implausible_share.solution()

# %%
fine_grid = vh.latent.grid(40, low=z_test.min(axis=0), high=z_test.max(axis=0))
fine_decoded = trained.decode(fine_grid)
in_gap = codes_in_steps.query(fine_grid / step)[0] > 1
groups = {"real images": x_test, "copies": copies}
groups |= {"near garments": fine_decoded[~in_gap], "in the gaps": fine_decoded[in_gap]}
shares = {}
for name, shown in groups.items():
    certainty = vh.features.classify(shown, "fashion-mnist").max(axis=1)
    shares[name] = np.mean(certainty < 0.7)
    print(f"{name:14} {shares[name]:4.0%} implausible (N = {len(shown):,})")
assert shares["in the gaps"] > 1.5 * max(shares["near garments"], shares["real images"])

# %% [markdown]
# **What to see.** Images from the gaps are implausible about twice as often as those from near
# garments. Still, the classifier is a lenient judge: it has seen clothes only and must call a blot
# some garment, often with great certainty. So we ask Ada herself: shown Ben's work from a spot,
# would she hang it there again?


# %%
def share_sent_elsewhere(z, images):
    """Return the share of images whose code is more than a step of the 15 × 15 grid from z."""
    moved = np.linalg.norm((trained.encode(images) - z) / step, axis=1)
    return np.mean(moved > 1)


near = share_sent_elsewhere(fine_grid[~in_gap], fine_decoded[~in_gap])
gaps = share_sent_elsewhere(fine_grid[in_gap], fine_decoded[in_gap])
print(f"sent elsewhere: {share_sent_elsewhere(z_test, copies):.0%} of the copies,")
print(f"{near:.0%} of what was decoded near garments, {gaps:.0%} of what was decoded in the gaps")
assert share_sent_elsewhere(z_test, copies) < 0.01
assert near < 0.15 < 0.85 < gaps

# %% [markdown]
# **What to see.** Copies stay where they are. What was sewn in the gaps belongs somewhere else
# nearly always: encoder and decoder understand each other only where garments hang.
#
# ## 11. Your experiment: a wider code
#
# How much does a third, a fourth, an eighth number help, and what does it cost? Choose
# `latent_dim`, write down what you expect, run the cell, and put your conclusion into your
# experiment log. The training is the same as that of your own model above, so compare with
# `own_loss`.

# %%
latent_dim = 8
wider = vh.models.Autoencoder(
    vh.models.fashion_conv_encoder(latent_dim, variational=False),
    vh.models.fashion_conv_decoder(latent_dim),
)
wider_history = vh.training.fit(
    wider, x_train[:n_images], x_test[:2_000], epochs=vh.by_mode(2, 3), seed=1
)
results = {"own loss (nats)": own_loss, "wider loss (nats)": wider_history["val_loss"][-1]}

# %% exercise="experiment"
# <solution>
assert results["wider loss (nats)"] < results["own loss (nats)"] - 5
conclusion = "Eight numbers bring the loss down by more than five nats, but no map can show them."
# <stub>
# conclusion = ...  # your words here
# </solution>
experiment_log.add("01: a wider code", {"latent_dim": latent_dim}, results, conclusion)

# %% [markdown]
# ## 12. Common mistakes, failing for you
#
# 1. **Bytes instead of [0, 1].** The loss has no lower bound then: it falls and falls, and means
#    nothing. The course's models refuse such images.
# 2. **The sigmoid twice**, once in the model and once in the loss: brightness stays between 0.5
#    and 0.73.
# 3. **The mean of unequal batches**, or the last batch alone, in place of the mean of all images.

# %%
white = np.where(x_test[:1] > 0, 1.0, -1.0)
loss_of = [vh.models.reconstruction_loss(255 * x_test[:1], sure * white)[0] for sure in (1, 9, 99)]
print("1. loss in bytes, surer and surer:", *(f"{float(nats):,.0f}" for nats in loss_of))
try:
    trained.encode(255 * x_test[:1])
except ValueError as refusal:
    print(f"   {refusal}")
assert loss_of[2] < loss_of[1] < loss_of[0] < 0, loss_of

# %%
twice = 1 / (1 + np.exp(-copies))
print(f"2. the sigmoid twice: brightness from {twice.min():.2f} to {twice.max():.2f}")

each = vh.metrics.reconstruction_error(x_test, copies, kind="bce", per_image=True)
batches = np.array([each[i : i + 4_000].mean() for i in range(0, 10_000, 4_000)])
print(f"3. all images {loss:.2f}, mean of batches {batches.mean():.2f}, last {batches[-1]:.2f}")
assert abs(batches[-1] - loss) > 0.1, batches
assert 0.5 <= twice.min() < twice.max() < 0.732

# %% [markdown]
# ## Recap
#
# - An autoencoder is an encoder and a decoder, trained together to copy; it needs no labels.
# - Convolutions with stride 2 halve the side, transposed convolutions double it by stamping.
# - The loss is a sum over pixels, in nats, with a floor above zero for grey images.
# - Two curved numbers beat two straight ones (PCA).
# - It copies well and invents badly: classes take unequal room, the map has no fixed centre or
#   border, and between the garments the decoder was never told what is right.
#
# What is missing is a rule for where codes may lie, and no gaps. That rule turns the
# autoencoder into a *variational* one.
#
# ## Self-test
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
# ## Further, and next
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
