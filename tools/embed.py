"""Embed the 10,000 test encodings of the MNIST models by t-SNE, and write the bundled files.

    python tools/embed.py [NAME …]      # some minutes a model on two cores

Each embedding gets a card: which model it was made of, with what, and its hash. When a checkpoint
changes, a test fails until this was run again.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from vae_helpers import provenance, tsne, zoo
from vae_helpers.data import FILES
from vae_helpers.files import replacing, sha256_of, write_json

MODELS = ("mnist-ae", "mnist-vae", "mnist-conv-vae")
SEED = 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    for name in options.names or MODELS:
        print(name, flush=True)
        print(publish(name), flush=True)


def publish(name, folder=tsne.EMBEDDINGS):
    """Write NAME.npz and NAME.json; return the card."""
    test = zoo.entry(name).load_data().test
    codes = zoo.load(name).codes(test.images)
    start = time.perf_counter()
    embedded = tsne.embed(codes, SEED)
    seconds = time.perf_counter() - start
    path = Path(folder) / f"{name}.npz"
    with replacing(path) as temporary:
        np.savez_compressed(temporary, points=embedded.points)
    points = "codes" if zoo.entry(name).beta is None else "posterior means"
    card = {
        "name": name,
        "what": f"t-SNE of the {points} of all {len(test):,} test images, in the order of the file",
        "shape": list(embedded.points.shape),
        "model": {"name": name, "sha256": zoo.card(name)["sha256"]},
        "data": {"name": "mnist", "sha256": FILES["mnist"][1]},
        "parameters": {"method": "scikit-learn TSNE", "components": 2, **tsne.PARAMETERS},
        "seed": SEED,
        "kl_divergence": round(embedded.divergence, 4),
        "seconds": round(seconds, 1),
        "command": f"python tools/embed.py {name}",
        "versions": provenance.versions("scipy", "scikit-learn"),
        "commit": provenance.commit(),
        "sha256": sha256_of(path),
    }
    write_json(path.with_suffix(".json"), card)
    return card


if __name__ == "__main__":
    sys.exit(main())
