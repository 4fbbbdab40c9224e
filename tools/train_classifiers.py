"""How the two bundled classifiers were made.

    python tools/train_classifiers.py train mnist      # about 10 minutes on two cores
    python tools/train_classifiers.py publish mnist    # statistics, floors, card, hashes

``train`` writes the model and its history under build/classifiers; ``publish`` measures it and
writes the bundled files. The test images are only looked at by ``publish``: everything that was
chosen, was chosen on the 10,000 validation images.
"""

import argparse
import math
from pathlib import Path

import keras
import numpy as np

from vae_helpers import features, provenance, weights
from vae_helpers.data import FILES, load_data
from vae_helpers.files import ASSETS, read_json, replacing, sha256_of, write_json
from vae_helpers.metrics import FeatureStatistics, fid
from vae_helpers.models import in_batches

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "classifiers"
RECIPES = {
    "mnist": {"epochs": 12, "flip": False},
    "fashion-mnist": {"epochs": 20, "flip": True},
}
COMMON = {
    "optimizer": "Adam",
    "learning_rate": 2e-3,
    "schedule": "cosine to 0",
    "batch_size": 100,
    "max_shift": 2,
    "dropout": 0.3,
    "seed": 1,
}
FLOOR_SIZES = (2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
FLOOR_DRAWS = 20


def augmented(images, rng, max_shift, flip):
    """Shift every image by up to ``max_shift`` pixels each way; mirror half of them if asked."""
    n, height, width, _ = images.shape
    frame = ((0, 0), (max_shift, max_shift), (max_shift, max_shift), (0, 0))
    padded = np.pad(images, frame)
    windows = np.lib.stride_tricks.sliding_window_view(padded[..., 0], (height, width), (1, 2))
    down, right = rng.integers(0, 2 * max_shift + 1, (2, n))
    shifted = windows[np.arange(n), down, right]
    if flip:
        mirrored = rng.random(n) < 0.5
        shifted[mirrored] = shifted[mirrored, :, ::-1]
    return shifted[..., None]


def train(name):
    """Train on 50,000 images and watch the other 10,000."""
    recipe = {**COMMON, **RECIPES[name]}
    data = load_data(name)
    keras.utils.set_random_seed(recipe["seed"])
    rng = np.random.default_rng(recipe["seed"])
    model = features.build_classifier(features.CLASSIFIERS[name], recipe["dropout"])
    steps = recipe["epochs"] * math.ceil(len(data.train) / recipe["batch_size"])
    schedule = keras.optimizers.schedules.CosineDecay(recipe["learning_rate"], steps)
    model.compile(
        keras.optimizers.Adam(schedule),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = []
    for epoch in range(recipe["epochs"]):
        images = augmented(data.train.images, rng, recipe["max_shift"], recipe["flip"])
        logs = model.fit(
            images,
            data.train.labels,
            batch_size=recipe["batch_size"],
            validation_data=(data.validation.images, data.validation.labels),
            validation_batch_size=500,
            verbose=0,
        ).history
        history.append({key: round(values[0], 5) for key, values in logs.items()})
        print(epoch + 1, history[-1], flush=True)
    folder = BUILD / features.CLASSIFIERS[name]
    fresh = features.build_classifier(
        features.CLASSIFIERS[name], recipe["dropout"]
    )  # without the optimizer's state
    fresh.set_weights(model.get_weights())
    with replacing(folder / "model.keras") as temporary:
        fresh.save(temporary)
    write_json(folder / "history.json", history)


def publish(name):
    """Copy the trained model into the package with its statistics and its card."""
    folder = ASSETS / "checkpoints" / features.CLASSIFIERS[name]
    data = load_data(name)
    trained = BUILD / features.CLASSIFIERS[name]
    model = weights.load(
        lambda: features.build_classifier(trained.name, COMMON["dropout"]),
        trained / "model.keras",
        sha256_of(trained / "model.keras"),
    )
    rescale_features(model, data.train.images)
    with replacing(folder / "model.keras") as temporary:
        model.save(temporary)
    split = features.split_classifier(model)
    accuracy, outputs = {}, {}
    for part in ("train", "validation", "test"):
        images, labels = getattr(data, part).images, getattr(data, part).labels
        outputs[part], probabilities = in_batches(split, images, 1_000)
        accuracy[f"{part}_accuracy"] = float((probabilities.argmax(axis=1) == labels).mean())
    reference = FeatureStatistics().update(outputs["train"]).update(outputs["validation"])
    floors = measure_floors(reference, outputs["test"])
    with replacing(folder / "statistics.npz") as temporary:
        np.savez(
            temporary,
            n=reference.n,
            mean=reference.mean,
            covariance=reference.covariance,
            floor_n=np.array(FLOOR_SIZES),
            floor=np.array(floors),
        )
    recipe = {**COMMON, **RECIPES[name]}
    card = {
        "name": features.CLASSIFIERS[name],
        "purpose": f"64 image features for the Fréchet classifier distance on {name}",
        "architecture": "3 × [Conv 3×3 same → BatchNorm → LeakyReLU 0.1 → MaxPool 2] with 32, 64, "
        "64 filters → Dense 64 LeakyReLU 0.1 (the features, "
        "scaled to a mean square of 1) → Dropout → Dense 10 logits",
        "parameters": model.count_params(),
        "data": {
            "name": name,
            "split": "train: first 50,000 of the training file; validation: its last 10,000; "
            "test: 10,000, looked at after all choices",
            "sha256": FILES[name][1],
            "augmentation": "random shifts up to 2 pixels each way"
            + (", mirrored with probability 1/2" if recipe["flip"] else ""),
        },
        "recipe": recipe,
        "seed": recipe["seed"],
        "command": f"python tools/train_classifiers.py train {name}",
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "metrics": {
            **accuracy,
            "real_floor_at_10000": floors[-1],
            "real_floor_protocol": "Fréchet distance of test images to all 60,000 training images, "
            f"mean of {FLOOR_DRAWS} random subsets at each N below 10,000",
            "real_floor": dict(zip(map(str, FLOOR_SIZES), floors, strict=True)),
        },
        "history": read_json(trained / "history.json"),
        "sha256": {file: sha256_of(folder / file) for file in ("model.keras", "statistics.npz")},
    }
    write_json(folder / "card.json", card)
    print(card["metrics"])


def rescale_features(model, images):
    """Give the features a mean square of 1, which distances depend on, and change nothing else.

    LeakyReLU commutes with a positive factor: what the last hidden layer loses, the logits get.
    """
    values, _ = in_batches(features.split_classifier(model), images, 1_000)
    scale = float(np.sqrt(np.square(values.astype(np.float64)).mean()))
    hidden, logits = model.get_layer("dense"), model.get_layer("logits")
    hidden.set_weights([weights / scale for weights in hidden.get_weights()])
    kernel, bias = logits.get_weights()
    logits.set_weights([kernel * scale, bias])


def measure_floors(reference, test_features):
    """Return the mean distance of real test images to the reference at every floor size."""
    rng = np.random.default_rng(0)
    n_test = len(test_features)
    return [
        float(
            np.mean(
                [
                    fid(reference, test_features[rng.permutation(n_test)[:n]])
                    for _ in range(FLOOR_DRAWS if n < n_test else 1)
                ]
            )
        )
        for n in FLOOR_SIZES
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["train", "publish"])
    parser.add_argument("name", choices=list(features.CLASSIFIERS))
    arguments = parser.parse_args()
    {"train": train, "publish": publish}[arguments.step](arguments.name)
