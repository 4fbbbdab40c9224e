"""Write the explorer: pages that move through a latent space in the browser, without Python.

    python tools/export_explorer.py [FOLDER]     # build/explorer; about 15 seconds

What it writes is made of the bundled checkpoints, the test images and ``vae_helpers/web`` alone,
and ``manifest.json`` says of which: where nothing has changed, nothing is written again.
"""

import argparse
import base64
import html
import sys
from pathlib import Path

import numpy as np

from vae_helpers import latent, zoo
from vae_helpers.data import CLASS_NAMES
from vae_helpers.files import read_json, sha256_of, write_json, write_text
from vae_helpers.web import export
from vae_helpers.widgets.render import render_images

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "explorer"
WEB = ROOT / "vae_helpers" / "web"
STATIC = ("vae.js", "explorer.js", "explorer.css", "page.css")

BETAS = ("0.1", "0.5", "1", "2", "4", "10")
TITLES = {
    "mnist-dense-vae-2d": "VAE of digits, two numbers",
    "fashion-conv-vae": "VAE of clothes, two numbers",
    "mnist-vae": "variational autoencoder",
    "mnist-ae": "autoencoder",
}
ENCODERS = ("mnist-dense-vae-2d", "mnist-vae")
EACH = 3  # test images of a class
CODES = 1500  # test images on a map
CELLS = 15  # pictures along a side of the map
LIMIT = 3.0  # of the map and the sliders, as in explorer.js


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args(arguments).folder
    if is_current(folder):
        print(f"{folder} is as it should be")
        return
    write(folder)
    print(f"wrote {folder / 'index.html'}")


def sources():
    """Return what the explorer is made of: a checkpoint's or a file's name → SHA-256."""
    files = [*(WEB / name for name in STATIC), WEB / "export.py", Path(__file__)]
    return {
        **{file.relative_to(ROOT).as_posix(): sha256_of(file) for file in files},
        **{title(*which): zoo.card(*which)["sha256"] for which in exported()},
    }


def exported():
    """Return (name, variant) of all models that the explorer uses."""
    beta = [("mnist-vae", f"beta-{b}") for b in BETAS if b != "1"]
    return [*((name, None) for name in TITLES), *beta]


def title(name, variant=None):
    """Return the name under which the page knows a model."""
    return name if variant is None else f"{name}-{variant}"


def is_current(folder):
    """Tell whether a folder holds what :func:`write` would write there."""
    try:
        manifest = read_json(Path(folder) / "manifest.json")
        return manifest["sources"] == sources() and manifest["files"] == hashes(folder)
    except (OSError, ValueError, KeyError):
        return False


def hashes(folder):
    """Return the SHA-256 of all files of a folder but the manifest, by their names."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in paths
        if path.name != "manifest.json"
    }


def write(folder):
    """Write all scripts, fragments and pages, and last the manifest."""
    folder = Path(folder)
    (folder / "manifest.json").unlink(missing_ok=True)
    models = {title(*which): Loaded(*which) for which in exported()}
    for name, model in models.items():
        note = f"{name}: checkpoint {model.card['sha256']}, by tools/export_explorer.py"
        write_text(folder / "models" / f"{name}.js", export.script(model.described(), note))
    for name in STATIC:
        write_text(folder / name, (WEB / name).read_text("utf-8"))
    pictures = {name: draw(models) for name, draw in PICTURES.items()}
    for name, page in PAGES.items():
        fragments = {panel: fragment(panel, *pictures[panel]) for panel in page["panels"]}
        for panel, text in fragments.items():
            write_text(folder / "fragments" / f"{panel}.html", text)
        write_text(folder / f"{name}.html", whole_page(name, page, fragments))
    write_json(folder / "manifest.json", {"sources": sources(), "files": hashes(folder)})


class Loaded:
    """A model with its test images and their codes."""

    def __init__(self, name, variant):
        self.name, self.variant = name, variant
        self.card = zoo.card(name, variant)
        self.model = zoo.load(name, variant)
        self.data = zoo.entry(name).load_data()
        self.images, self.labels = self.data.test.images, self.data.test.labels
        self.codes = self.model.codes(self.images)
        self.means = latent.centroids(self.codes, self.labels)

    def described(self):
        """Return all that the page knows of the model."""
        two = self.model.latent_dim == 2
        encodes = self.variant is None and self.name in ENCODERS
        described = {
            "name": title(self.name, self.variant),
            "title": TITLES[self.name],
            "sha256": self.card["sha256"],
            "size": self.model.image_shape[0],
            "latentDim": self.model.latent_dim,
            "losses": self.card["metrics"]["test"],
            "classes": CLASS_NAMES[self.data.name],
            "means": np.round(self.means, 3).tolist(),
            "decoder": export.decoder(self.model),
            "encoder": export.encoder(self.model, self.all_images()) if encodes else None,
        }
        if self.name != "mnist-ae":
            described["examples"] = self.examples()
        if two:
            few = slice(CODES)
            described["codes"] = {
                "z": export.packed(self.codes[few], 12),
                "labels": self.labels[few].tolist(),
            }
        return described

    def all_images(self):
        """Return test, training and validation images."""
        return np.concatenate(
            [part.images for part in (self.data.test, self.data.train, self.data.validation)]
        )

    def typical(self):
        """Return places of ``EACH`` test images a class: near its middle, and farther from it.

        For all models of a data set they are the same images: those of the first 200 of a class
        that lie, in the image's own pixels, nearest to the class's mean image, one of each third.
        """
        places = []
        for label in range(10):
            own = np.flatnonzero(self.labels == label)[: 30 * EACH]
            mean = self.images[self.labels == label].mean(axis=0)
            far = ((self.images[own] - mean) ** 2).sum(axis=(1, 2, 3))
            thirds = np.array_split(np.arange(len(own)), EACH)
            places += [own[third[np.argmin(far[third])]] for third in thirds]
        return np.array(places)

    def examples(self):
        """Return the typical images with their codes."""
        places = self.typical()
        return {
            "labels": self.labels[places].tolist(),
            "each": EACH,
            "pixels": export.packed(self.images[places], 9),
            "codes": np.round(self.codes[places], 3).tolist(),
        }

    def example(self, label, which=0):
        """Return the code of a typical image."""
        return self.codes[self.typical()[EACH * label + which]]

    def most_like(self, z):
        """Name the class whose mean is nearest."""
        name = CLASS_NAMES[self.data.name][np.argmin(((self.means - z) ** 2).sum(axis=1))]
        return f"a{'n' * (name == '8')} {name}"


# --- what stands there before the script, and without it ---------------------------------------


def atlas(name):
    """Return a function that draws the whole map of a two-dimensional model."""

    def draw(models):
        loaded = models[name]
        edge = LIMIT - LIMIT / CELLS
        images = loaded.model.decode(latent.grid(CELLS, -edge, edge))
        corners = {
            "top left": (-2, 2),
            "top right": (2, 2),
            "middle": (0, 0),
            "bottom left": (-2, -2),
            "bottom right": (2, -2),
        }
        found = ", ".join(f"{where} {loaded.most_like(z)}" for where, z in corners.items())
        return sheet(images, CELLS), (
            f"Map of {CELLS} by {CELLS} decoded images: z₁ grows from −3 on the left to 3 on the "
            f"right, z₂ from −3 at the bottom to 3 at the top. Most like: {found}."
        )

    return draw


def rows_of_sliders(models):
    loaded = models["mnist-vae"]
    values = np.linspace(-LIMIT, LIMIT, 7)
    z = loaded.example(1)
    points = [latent.traverse(z, i, values) for i in range(len(z))]
    return sheet(loaded.model.decode(np.concatenate(points)), 7), (
        "Ten rows of seven digits. In each row one of the ten numbers of a code goes from −3 to 3, "
        "and the others stay: stroke, slant and shape change, often several at once."
    )


def walk(models):
    loaded = models["mnist-vae"]
    points = latent.interpolate(loaded.example(3), loaded.example(8), 11)
    return sheet(loaded.model.decode(points), 11), "Eleven steps in which a 3 turns into an 8."


def two_sheets(models):
    noise = latent.sample_prior(16, 10, seed=0)
    halves = [models[name].model.decode(noise).reshape(4, 4, 28, 28) for name in AE_AND_VAE]
    between = np.ones((4, 1, 28, 28))
    rows = np.concatenate([halves[0], between, halves[1]], axis=1)
    return sheet(rows.reshape(-1, 28, 28, 1), 9), (
        "Two sheets of sixteen images decoded from the same noise. Left the autoencoder: blots and "
        "broken strokes. Right the variational autoencoder: most can be read as digits."
    )


def rows_of_beta(models):
    noise = latent.sample_prior(11, 10, seed=0)
    names = [title("mnist-vae", None if b == "1" else f"beta-{b}") for b in BETAS]
    images = np.concatenate([models[name].model.decode(noise) for name in names])
    return sheet(images, 11), (
        "Six rows of eleven digits decoded from the same noise, by models trained with β = "
        + ", ".join(BETAS)
        + ". From above to below the strokes become softer and the digits more alike."
    )


def sheet(images, columns):
    """Return a PNG of images without gaps, as a data URI: 16 greys, which is half the bytes."""
    coarse = np.round(np.asarray(images) * 15) / 15
    png = render_images(coarse, columns, scale=1, gap=0)
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


AE_AND_VAE = ("mnist-ae", "mnist-vae")
PICTURES = {
    "map-digits": atlas("mnist-dense-vae-2d"),
    "map-clothes": atlas("fashion-conv-vae"),
    "sliders": rows_of_sliders,
    "walk": walk,
    "versus": two_sheets,
    "beta": rows_of_beta,
}
PANELS = {
    "map-digits": {"data-vae": "map", "data-model": "mnist-dense-vae-2d"},
    "map-clothes": {"data-vae": "map", "data-model": "fashion-conv-vae"},
    "sliders": {"data-vae": "sliders", "data-model": "mnist-vae"},
    "walk": {"data-vae": "walk", "data-model": "mnist-vae"},
    "versus": {"data-vae": "versus", "data-model": " ".join(AE_AND_VAE)},
    "beta": {
        "data-vae": "beta",
        "data-model": " ".join(
            title("mnist-vae", None if b == "1" else f"beta-{b}") for b in BETAS
        ),
        "data-first": "mnist-vae",
    },
}


def fragment(panel, picture, alt):
    """Return a panel as HTML to put into a page that loads the explorer's scripts."""
    attributes = " ".join(f'{key}="{value}"' for key, value in PANELS[panel].items())
    return (
        f"<div {attributes}>\n"
        f'<figure class="vae-first"><img src="{picture}" alt="{html.escape(alt)}">\n'
        f"<figcaption>{html.escape(alt)}</figcaption></figure>\n"
        "<noscript><p>With JavaScript switched on, this picture moves.</p></noscript>\n</div>\n"
    )


# --- pages ---------------------------------------------------------------------------------------

PAGES = {
    "index": {
        "link": "Digits on a map",
        "title": "Draw a digit, and find it on the map",
        "text": [
            "A variational autoencoder has squeezed every handwritten digit into two numbers. The "
            "map shows what it draws for each pair of them. Move the point and watch the image.",
            "Then draw a digit of your own. The encoder answers with a cloud of codes, not with "
            "one: the yellow ellipses hold it at one and two standard deviations. The point goes "
            "to its middle, and the decoder shows what is left of your drawing.",
        ],
        "panels": {"map-digits": None},
        "after": "Try a digit that nobody writes, or half of one. Where does it land, how large "
        "is the ellipse, and does the decoder give you back what you drew?",
    },
    "clothes": {
        "link": "Clothes on a map",
        "title": "A wardrobe on a plane",
        "text": [
            "The same idea with clothes, and a convolutional network of 247,000 weights that runs "
            "on this page. Between a shoe and a shirt there is no thing in the world; the decoder "
            "must draw something all the same.",
        ],
        "panels": {"map-clothes": None},
        "after": "Switch to the codes. Shirts, coats and pullovers share one place: two numbers "
        "are too few to tell them apart.",
    },
    "sliders": {
        "link": "Ten sliders, and a walk",
        "title": "Ten numbers, one digit",
        "text": [
            "With ten numbers a digit comes back much sharper. Nobody told the model what a number "
            "should mean: move each of them and give it a name, if you can."
        ],
        "panels": {
            "sliders": "Ten sliders",
            "walk": "A walk from one image to another",
        },
        "after": "Halfway, fading the pixels shows two digits on top of each other. The decoder "
        "shows one digit, or something that might have been one.",
    },
    "versus": {
        "link": "AE beside VAE",
        "title": "The same noise, two decoders",
        "text": [
            "Two decoders of the same layers, which learned from the same digits. For one of them, "
            "the VAE's, codes had to keep close to a standard normal distribution. Give both the "
            "same noise."
        ],
        "panels": {"versus": None},
        "after": "With σ = 1 the noise is where the VAE's codes are. The autoencoder's codes lie "
        "farther out: is there a σ at which its images become digits?",
    },
    "beta": {
        "link": "β from 0.1 to 10",
        "title": "How much does the KL divergence weigh?",
        "text": [
            "Six models of the same layers. β weighs the KL divergence against the reconstruction: "
            "with a small β codes may carry much, with a large one they must stay near the prior."
        ],
        "panels": {"beta": None},
        "after": "Which β copies best? Which one draws the most believable digits from noise?",
    },
}


def whole_page(name, page, fragments):
    """Return a page that stands alone, in its folder."""
    links = "".join(
        f'<li><a href="{other}.html"{" aria-current=page" * (other == name)}>{one["link"]}</a></li>'
        for other, one in PAGES.items()
    )
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in page["text"])
    for panel, heading in page["panels"].items():
        body += (f"<h2>{heading}</h2>\n" if heading else "") + fragments[panel]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{page["title"]}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css">
<link rel="stylesheet" href="explorer.css">
</head>
<body>
<header><nav aria-label="Pages"><ul>{links}</ul></nav></header>
<main>
<h1>{page["title"]}</h1>
{body}<p>{page["after"]}</p>
</main>
<script src="vae.js"></script>
<script src="explorer.js"></script>
</body>
</html>
"""


if __name__ == "__main__":
    sys.exit(main())
