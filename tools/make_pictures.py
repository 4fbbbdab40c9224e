"""Draw the README's picture with the bundled models, and put it and its alt text in place."""

import html
import re
import sys
from pathlib import Path

import numpy as np

import vae_helpers as vh
from vae_helpers.files import write_bytes, write_text

ROOT = Path(__file__).parent.parent
PICTURE = Path("docs") / "pictures" / "walks.png"
MODEL = "mnist-vae"
WALKS = ((3, 8), (4, 9), (7, 2), (0, 6))
STEPS = 11


def main():
    figure = walks(vh.zoo.load(MODEL), vh.load_data("mnist").test)
    write_bytes(ROOT / PICTURE, figure.png(dpi=150))
    readme = ROOT / "README.md"
    write_text(readme, with_picture(readme.read_text("utf-8"), figure.alt))
    print(f"wrote {PICTURE}: {figure.alt}")


def walks(vae, test):
    """Walk between test images, all steps decoded: the learner's first glimpse of the space."""
    means, _ = vae.encode(test.images)
    rows = {}
    for start, end in WALKS:
        ends = (central(means, test.labels, digit) for digit in (start, end))
        points = vh.latent.interpolate(*ends, STEPS, method="spherical")
        rows[f"{start} to {end}"] = vae.decode(points)
    return vh.plots.filmstrip(
        rows,
        alt=f"Four rows of {STEPS} digits drawn by a variational autoencoder. From left to right "
        + ", ".join(
            f"a{'n' * (start == 8)} {start} turns into a{'n' * (end == 8)} {end}"
            for start, end in WALKS
        )
        + ", step by step.",
    )


def central(means, labels, digit):
    """Return the encoding of the test image that is nearest to the middle of its class."""
    own = means[labels == digit]
    return own[np.argmin(((own - own.mean(axis=0)) ** 2).sum(axis=1))]


def with_picture(text, alt):
    """Return the README's text with the picture's alt text made new."""
    line = f'<img src="{PICTURE.as_posix()}" width="860"\nalt="{html.escape(alt)}">'
    return re.sub(r'<img src="[^"]*"[^>]*>', lambda match: line, text, count=1)


if __name__ == "__main__":
    sys.exit(main())
