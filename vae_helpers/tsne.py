"""t-SNE: bundled embeddings of all test encodings, which take minutes, and how to make your own.

An embedding is for looking. Its axes, the sizes of its islands and the gaps between them say
nothing (Wattenberg et al. 2016, https://doi.org/10.23915/distill.00002).
"""

from typing import NamedTuple

import numpy as np

from vae_helpers.files import ASSETS, damaged, read_card, read_npz

EMBEDDINGS = ASSETS / "embeddings"
PARAMETERS = {"perplexity": 30.0, "init": "pca", "learning_rate": "auto"}
# With fewer points the threads of t-SNE wait for each other longer than they work.
SERIAL_BELOW = 5_000


class Embedded(NamedTuple):
    """Points (n, 2), float32, and the KL divergence that t-SNE has brought down to this, nats."""

    points: np.ndarray
    divergence: float


def embed(z: np.ndarray, seed: int = 0) -> Embedded:
    """Embed encodings in the plane, neighbours near each other (van der Maaten and Hinton 2008).

    Starts from the two principal components, with scikit-learn's automatic learning rate and a
    perplexity of 30. On two cores 2,000 points take about 8 s and 10,000 some minutes.

    Args:
        z: encodings (n, latent_dim), n from 91: three times the perplexity, and one.
        seed: of what is random in it, with this start hardly anything.

    Raises:
        ValueError: for another shape, too few encodings, NaN or infinity.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    z = np.asarray(z)
    least = int(3 * PARAMETERS["perplexity"]) + 1
    if z.ndim != 2 or z.shape[1] < 2 or len(z) < least:
        raise ValueError(
            f"z has shape {z.shape}: allowed is (n, latent_dim) with n from {least} and 2 "
            "dimensions or more"
        )
    if not np.isfinite(z).all():
        raise ValueError("z holds NaN or infinity: allowed are finite numbers")
    with threadpool_limits(1 if len(z) < SERIAL_BELOW else None):
        fitted = TSNE(2, random_state=seed, **PARAMETERS).fit(z)
    return Embedded(fitted.embedding_.astype(np.float32), float(fitted.kl_divergence_))


def names() -> tuple[str, ...]:
    """Return the names of the models whose 10,000 test encodings are bundled as embeddings."""
    return tuple(sorted(path.stem for path in EMBEDDINGS.glob("*.json")))


def load(name: str) -> np.ndarray:
    """Load the embedding of a model's test encodings: points (10,000, 2), in the images' order.

    Raises:
        ValueError: if there is none for this name.
        DamagedFileError: if the file is missing or its SHA-256 is not the card's. It is checked
            before it is opened, and opened without running code from it.
    """
    return read_npz(EMBEDDINGS / f"{name}.npz", card(name)["sha256"])["points"]


def card(name: str) -> dict:
    """Return where an embedding comes from: model, its hash, parameters, seed, versions.

    Raises:
        ValueError: if there is none for this name.
        DamagedFileError: if not one card is there.
    """
    if not names():
        raise damaged(EMBEDDINGS, "has no cards")
    if name not in names():
        raise ValueError(f"name={name!r}: allowed are {', '.join(names())}")
    return read_card(EMBEDDINGS / f"{name}.json", {"name": str, "sha256": str})
