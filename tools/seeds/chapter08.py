"""What chapter 08 says of trained models, beside the simple tools."""

from functools import cache

import numpy as np
from over_seeds import claim
from scipy.ndimage import median_filter
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.svm import SVC

import vae_helpers as vh
from vae_helpers import baselines
from vae_helpers.backend import keras
from vae_helpers.baselines import add_noise, decibels, flat
from vae_helpers.checks import chapter08

LEVEL = 0.5
SOME = "Every fifth test image, 2,000."


@cache
def digits():
    data = vh.load_data("mnist")
    return data.train, data.test.images[::5], data.test.labels[::5]


def fast():
    return vh.zoo.entry("mnist-vae").fast


class Denoiser(vh.models.VAE):
    """The chapter's: it sees noisy images in training, and its target stays clean."""

    def call(self, images, training=None):
        """Add noise in training."""
        if training:
            noise = keras.random.normal(keras.ops.shape(images), seed=self.sampling.seed_generator)
            images = keras.ops.clip(images + LEVEL * noise, 0.0, 1.0)
        return super().call(images, training=training)


@claim(
    "AE and VAE win a decibel or so of noise; a linear map by ridge regression beats the median "
    "filter, a blur, and a VAE trained for it; that VAE makes clean images worse, and at more "
    "noise its draws agree far more often than they are right.",
    holds=lambda v: (
        v["with noise"] < v["AE"] < v["with noise"] + 2
        and v["with noise"] < v["VAE"] < v["with noise"] + 2
        and v["median filter"] < v["blur, rescaled"] < v["ridge"]
        and v["median filter"] + 1 < v["denoising VAE"] < v["ridge"] - 0.5
        and v["read right, denoising VAE"] < v["read right, ridge"] - 0.05
        and v["clean, denoising VAE"] < v["clean, VAE"] - 1
        and v["noise 0.9: right"] < v["noise 0.9: two draws alike"] - 0.1
    ),
    protocol=SOME + " Noise 0.5; PSNR in dB; ridge and denoiser from 20,000 images, two epochs.",
)
def denoising(models):
    train, x, y = digits()
    clean, noisy = train.images[:20_000], add_noise(train.images[:20_000], LEVEL, seed=0)
    x_noisy = add_noise(x, LEVEL)
    ae, vae, start = models("mnist-ae"), models("mnist-vae"), models("mnist-vae")
    denoiser = Denoiser(start.encoder, start.decoder, seed=models.seed)
    recipe = fast().replace(epochs=2, learning_rate=3e-3, mean_image_bias=False)
    vh.training.fit(denoiser, clean, recipe=recipe, seed=models.seed, progress=False)
    a = np.c_[flat(noisy), np.ones(len(noisy), "float32")]
    weights = np.linalg.solve(a.T @ a + 10 * np.eye(785, dtype="float32"), a.T @ flat(clean))
    ridge = (flat(x_noisy) @ weights[:-1] + weights[-1]).reshape(x.shape).clip(0, 1)
    restored = {
        "with noise": x_noisy,
        "AE": ae.reconstruct(x_noisy),
        "VAE": vae.reconstruct(x_noisy),
        "median filter": median_filter(x_noisy, (1, 3, 3, 1)),
        "blur, rescaled": baselines.rescaled_blur(noisy[:2_000], clean[:2_000], x_noisy),
        "ridge": ridge,
        "denoising VAE": denoiser.reconstruct(x_noisy),
    }
    numbers = {name: decibels(x, images) for name, images in restored.items()}
    for name in ("ridge", "denoising VAE"):
        numbers[f"read right, {name}"] = read(restored[name], y)
    for name, model in (("VAE", vae), ("denoising VAE", denoiser)):
        numbers[f"clean, {name}"] = decibels(x, model.reconstruct(x))
    for level in (0.5, 0.9):
        posterior = denoiser.encode(add_noise(x, level))
        named = [
            vh.features.classify(
                denoiser.decode(vh.latent.sample_posterior(*posterior, seed=s))
            ).argmax(axis=1)
            for s in (0, 1)
        ]
        numbers[f"noise {level}: two draws alike"] = np.mean(named[0] == named[1])
        numbers[f"noise {level}: right"] = np.mean(named[0] == y)
    return numbers


def read(images, labels):
    return np.mean(vh.features.classify(images).argmax(axis=1) == labels)


def copies(model, images, seed, bins=16):
    """Return the bins of copies from posterior draws, and the bits of their codes."""
    kl, drawn = baselines.drawn_copies(model, images, seed)
    return np.minimum(bins * drawn[..., 0], bins - 1).astype(int), kl


@claim(
    "On black and white digits a table of counts over ten neighbours needs fewer bits than the "
    "VAE; neighbours and copy together need fewer than either.",
    holds=lambda v: (
        148 < v["ten neighbours"] < v["VAE"] < 162
        and v["neighbours and copy"] < v["ten neighbours"] - 8
        and v["neighbours and place"] < v["ten neighbours"] - 8
        and 24 < v["code"] < 29
    ),
    protocol=SOME + " Static binarisation; counts of 10,000 training images; bits an image.",
)
def two_tone(models):
    train, x, _ = digits()
    known, new = (vh.metrics.binarize(i, "static") for i in (train.images[:10_000], x))
    pixels = [i[..., 0].astype(int) for i in (known, new)]
    ten = [baselines.contexts(p, 2) for p in pixels]
    place = np.add.outer(7 * (np.arange(28) // 4), np.arange(28) // 4)
    vae = models("mnist-vae")
    (bins, _), (new_bins, kl) = copies(vae, known, 1, 8), copies(vae, new, 2, 8)

    def cost(contexts, new_contexts, n):
        return baselines.counted_bits(pixels[0], contexts, pixels[1], new_contexts, (n, 2)).mean()

    return {
        "VAE": -vh.metrics.estimate_elbo(vae, new, seed=0).mean() / np.log(2),
        "code": kl.mean(),
        "ten neighbours": cost(*ten, 1024),
        "neighbours and place": cost(*(49 * c + place for c in ten), 49 * 1024),
        "neighbours and copy": kl.mean() + cost(8 * ten[0] + bins, 8 * ten[1] + new_bins, 8192),
    }


@claim(
    "On grey digits six neighbours in four levels need fewer bits than the VAE's copy.",
    holds=lambda v: v["six neighbours"] < v["VAE: code, and pixels given the copy"] - 80,
    protocol=SOME + " Counts of 10,000 training images; 16 bins of the copy; bits an image.",
)
def grey(models):
    train, x, _ = digits()
    known, new = (np.round(255 * i[..., 0]).astype(int) for i in (train.images[:10_000], x))
    levels = [np.digitize(p, (1, 100, 220)) for p in (known, new)]
    six = [baselines.contexts(q, 4, baselines.SIX_NEIGHBOURS) for q in levels]
    (bins, _), (new_bins, kl) = (
        copies(models("mnist-vae"), i, s) for i, s in ((train.images[:10_000], 1), (x, 2))
    )
    given_copy = baselines.counted_bits(known, bins, new, new_bins, (16, 256))
    return {
        "six neighbours": baselines.counted_bits(known, six[0], new, six[1], (4096, 256)).mean(),
        "VAE: code, and pixels given the copy": (kl + given_copy).mean(),
    }


@claim(
    "At about as many bits a learned code keeps 2 dB more than PCA: a draw from the VAE with "
    "β = 0.1 as well as the AE's rounded code; PCA needs twice the AE's bits for 18.5 dB.",
    holds=lambda v: (
        v["VAE, β = 0.1, dB"] > v["PCA at the VAE's bits, dB"] + 1.5
        and v["AE, rounded to 0.5, dB"] > v["PCA at the AE's bits, dB"] + 1.5
        and v["PCA, bits for 18.5 dB"] > 2.1 * v["AE, bits for 18.5 dB"]
    ),
    protocol=SOME + " Rounded coefficients, cost by counts of 10,000 training images.",
)
def lossy(models):
    train, x, _ = digits()
    known = train.images[:10_000]
    ae, vae = models("mnist-ae"), models("mnist-vae", beta=0.1)
    rate, drawn = baselines.drawn_copies(vae, x, seed=0)
    rate = rate.mean()
    codes = ae.encode(known), ae.encode(x)
    of_ae = np.array([rounded(*codes, ae.decode, step) for step in (0.5, 1, 1.5, 2, 3)])
    steps = ((10, 2), (20, 2), (30, 1.5), (40, 1.25), (60, 1), (80, 0.8))
    of_pca = np.array([pca_point(*one) for one in steps])
    numbers = {"VAE, β = 0.1, bits": rate, "VAE, β = 0.1, dB": decibels(x, drawn)}
    numbers |= {"AE, rounded to 0.5, bits": of_ae[0, 0], "AE, rounded to 0.5, dB": of_ae[0, 1]}
    for name, at in (("VAE", rate), ("AE", of_ae[0, 0])):
        numbers[f"PCA at the {name}'s bits, dB"] = np.interp(at, *of_pca.T)
    for name, curve in (("AE", of_ae[::-1]), ("PCA", of_pca)):
        numbers[f"{name}, bits for 18.5 dB"] = np.interp(18.5, curve[:, 1], curve[:, 0])
    return numbers


@cache
def pca_point(k, step):
    train, x, _ = digits()
    pca = PCA(k, random_state=0).fit(flat(train.images[:10_000]))
    codes = pca.transform(flat(train.images[:10_000])), pca.transform(flat(x))
    return rounded(
        *codes, lambda z: pca.inverse_transform(z).reshape(-1, 28, 28, 1).clip(0, 1), step
    )


def rounded(known, new, decode, step):
    bits, codes = baselines.rounded(known, new, step)
    return bits.mean(), decibels(digits()[1], decode(codes))


def detector(models, held_out, latent_dim=10, n=6_000, epochs=5):
    """Train a detector of the chapter's quick mode; return it and its images."""
    train, *_ = digits()
    keras.utils.set_random_seed(models.seed)
    model = vh.models.VAE(
        vh.models.dense_encoder((28, 28, 1), (300,), latent_dim),
        vh.models.dense_decoder((28, 28, 1), (300,), latent_dim),
        seed=models.seed,
    )
    ordinary = train.images[train.labels != held_out][:n]
    vh.training.fit(model, ordinary, recipe=fast(), epochs=epochs, seed=models.seed, progress=False)
    return model, ordinary


@claim(
    "Unseen digits: an unseen 1 gets the best −ELBO of all, a 9 is like a coin, a 0 is found; the "
    "nearest of the same training images is at least as good a score each time, and divided by "
    "the ink it is better than the VAE's error divided by the ink.",
    holds=lambda v: (
        v["1 −ELBO"] < 0.25
        and 0.4 < v["9 −ELBO"] < 0.62
        and v["0 −ELBO"] > 0.85
        and all(v[f"{k} nearest"] > v[f"{k} error"] + 0.01 for k in (0, 1, 9))
        and all(v[f"{k} nearest / ink"] > v[f"{k} error / ink"] + 0.03 for k in (0, 1, 9))
        and v["1 nearest"] < 0.55
        and v["1 nearest / ink"] > 0.75
        and all(v[f"1 {s}"] < 0.4 for s in ("−ELBO", "error + KL"))
    ),
    protocol=SOME + " 6,000 training images without the class, five epochs; ROC AUC.",
)
def unseen(models):
    _, x, y = digits()
    numbers = {}
    for k in (0, 1, 9):
        model, ordinary = detector(models, k)
        scores = baselines.anomaly_scores(model, ordinary, x)
        numbers |= {f"{k} {name}": roc_auc_score(y == k, s) for name, s in scores.items()}
    return numbers


@claim(
    "Fewer latent dimensions do not rescue the unseen 1 here: with 2, 10 and 32 of them it scores "
    "far worse than a coin.",
    holds=lambda v: max(v.values()) < 0.4,
    protocol=SOME + " 6,000 training images without 1, five epochs; ROC AUC.",
)
def capacity(models):
    _, x, y = digits()
    numbers = {}
    for latent_dim in (2, 10, 32):
        model, _ = detector(models, 1, latent_dim)
        error = vh.metrics.reconstruction_error(x, model.reconstruct(x), per_image=True)
        thesis = error + vh.metrics.kl_divergence(*model.encode(x))
        elbo = -vh.metrics.estimate_elbo(model, x, seed=0)
        numbers[f"{latent_dim} latents, −ELBO"] = roc_auc_score(y == 1, elbo)
        numbers[f"{latent_dim} latents, error + KL"] = roc_auc_score(y == 1, thesis)
    return numbers


@claim(
    "−ELBO goes with the size of the PNG; ones cost less than 0.6 of the mean.",
    holds=lambda v: v["correlation"] > 0.6 and v["ones, share of the mean"] < 0.6,
    protocol=SOME,
)
def simple_images(models):
    _, x, y = digits()
    cost = -vh.metrics.estimate_elbo(models("mnist-vae"), x, seed=0)
    return {
        "correlation": np.corrcoef(baselines.png_bits(x), cost)[0, 1],
        "ones, share of the mean": cost[y == 1].mean() / cost.mean(),
    }


def accuracy(images, labels, encode=flat):
    _, x, y = digits()
    return 100 * SVC(C=5).fit(encode(images), labels).score(encode(x), y)


@claim(
    "With 100 labels the VAE's codes make the SVM better than pixels, ten numbers of PCA worse; "
    "shifted images help, images of a VAE trained on the same 100 do not.",
    holds=lambda v: (
        v["VAE codes"] - 2 * v["± VAE codes"] > 0
        and v["VAE codes"] > v["PCA, 30 numbers"]
        and v["PCA, 10 numbers"] < 0
        and v["+ shifted"] - 2 * v["± + shifted"] > 0
        and max(v["+ bundled VAE"], v["+ own VAE"]) < 1
    ),
    protocol=SOME + " Ten draws of 100 labelled images; points; ± one standard error.",
)
def few_labels(models):
    train, *_ = digits()
    vae, runs = models("mnist-vae"), []
    pca = {k: PCA(k, random_state=0).fit(flat(train.images[:10_000])) for k in (10, 30)}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        images, labels = baselines.few_labelled(train.images, train.labels, 10, rng)
        i = rng.integers(100, size=1_000)
        more = {
            "+ shifted": baselines.shifted(images[i], rng),
            "+ bundled VAE": around(vae, images[i], rng),
        }
        if seed < 5:
            more["+ own VAE"] = around(baselines.vae_of_few(images, models.seed), images[i], rng)
        base = accuracy(images, labels)
        run = {
            name: accuracy(np.concatenate([images, new]), np.r_[labels, labels[i]]) - base
            for name, new in more.items()
        }
        run["VAE codes"] = accuracy(images, labels, lambda x: vae.encode(x)[0]) - base
        for k, one in pca.items():
            run[f"PCA, {k} numbers"] = (
                accuracy(images, labels, lambda x, one=one: one.transform(flat(x))) - base
            )
        runs.append(run)
    numbers = {}
    for name in runs[0]:
        gains = np.array([run[name] for run in runs if name in run])
        numbers[name] = gains.mean()
        numbers[f"± {name}"] = gains.std(ddof=1) / np.sqrt(len(gains))
    return numbers


def around(model, images, rng):
    z_mean, z_log_var = model.encode(images)
    return model.decode(z_mean + np.exp(z_log_var / 2) * rng.standard_normal(z_mean.shape))


@claim(
    "A conditional VAE of three latent dimensions draws the digit that it is asked for, and its "
    "code has lost most of it; one of ten obeys much less.",
    holds=lambda v: (
        v["3 latents: obeys"] > 0.78
        and v["3 latents: linear probe"] < 0.35
        and v["3 latents: five neighbours"] < 0.4
        and v["10 latents: obeys"] < v["3 latents: obeys"] - 0.1
    ),
    protocol="2,000 draws, 2,000 codes; trained on 10,000 images, six epochs.",
)
def conditional(models):
    train, x, y = digits()
    one_hot, numbers = np.eye(10, dtype="float32"), {}
    asked = np.arange(2_000) % 10
    for latent_dim in (3, 10):
        keras.utils.set_random_seed(models.seed)
        model = chapter08.conditional_vae_class()(latent_dim)
        images, labels = train.images[:10_000], one_hot[train.labels[:10_000]]
        vh.training.set_output_bias(model, images)
        vh.training.compile_model(model, fast().replace(epochs=6), steps_per_epoch=40)
        model.fit((images, labels), batch_size=250, epochs=6, verbose=0)
        z = vh.latent.sample_prior(2_000, latent_dim, seed=1).astype("float32")
        drawn = 1 / (1 + np.exp(-np.asarray(model.decode(z, one_hot[asked]))))
        numbers[f"{latent_dim} latents: obeys"] = read(drawn, asked)
        codes = [
            np.asarray(model.encode(i, one_hot[its])[0])
            for i, its in ((train.images[:2_000], train.labels[:2_000]), (x, y))
        ]
        for name, judge in (
            ("linear probe", vh.metrics.linear_probe),
            ("five neighbours", vh.metrics.knn_accuracy),
        ):
            found = judge(codes[0], train.labels[:2_000], codes[1], y)
            numbers[f"{latent_dim} latents: {name}"] = found
    return numbers
