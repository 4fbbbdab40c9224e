"""Write docs/results.md and the README's table from the models' cards and the last benchmark.

Nothing is measured here: the cards hold what was measured (``tools/measure_zoo.py`` adds the
evaluation), ``benchmarks/training.json`` the times, ``vae_helpers/assets/measured.json`` what the
chapters measured (``tools/run_course.py --write``). ``--check`` only says what is stale.
"""

import argparse
import math
import runpy
import sys
from pathlib import Path

from vae_helpers import zoo
from vae_helpers.claims import claims
from vae_helpers.course import MEASURED, readable
from vae_helpers.files import read_json, write_text
from vae_helpers.published import PUBLISHED, SOURCES, validation_losses

ROOT = Path(__file__).parent.parent
BEGIN = "<!-- results: begin (written by `make results`) -->\n"
END = "<!-- results: end -->"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="exit 1 when a file is stale")
    options = parser.parse_args(arguments)
    stale = [path for path, text in generated().items() if _read(path) != text]
    for path in stale:
        if options.check:
            print(f"{path.relative_to(ROOT)} is stale: run make results")
        else:
            write_text(path, generated()[path])
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if options.check and stale else 0


def generated():
    """Return every generated file and its text."""
    readme = ROOT / "README.md"
    before, rest = _read(readme).split(BEGIN)
    _, after = rest.split(END)
    return {
        readme: f"{before}{BEGIN}{readme_table()}{END}{after}",
        ROOT / "docs" / "results.md": results_page(),
    }


def readme_table():
    rows = [("model", "latent", "parameters", "published", "ours", "epochs: theirs, ours")]
    for name in zoo.names():
        card, published = zoo.card(name), PUBLISHED[name]
        rows.append(
            (
                f"`{name}`",
                card["architecture"]["latent_dim"],
                f"{sum(card['parameters'].values()):,}",
                _number(published.value, name),
                f"**{_number(published.form(validation_losses(card)), name)}**",
                f"{zoo.entry(name).published.epochs}, {card['recipe']['epochs']}",
            )
        )
    return (
        _table(rows)
        + f"\n{published_by()}\n"
        + "\nEach number is a validation loss in the form its source used; one seed, 0. "
        + "[docs/results.md](docs/results.md) has the forms, the protocols and all other numbers.\n"
    )


def published_by():
    """Say who published the numbers of which models."""
    sentences = []
    for letter, text in SOURCES.items():
        names = [f"`{name}`" for name in zoo.names() if PUBLISHED[name].source == letter]
        if names:
            sentences.append(f"{' · '.join(names)}: {text}.")
    return f"Published by: {' '.join(sentences)}"


def results_page():
    return "\n".join(
        [
            "# Results",
            "",
            "Written by `make results` from the cards of the bundled models; do not edit.",
            "",
            "## Losses beside the published ones",
            "",
            comparison(),
            published_by(),
            "",
            "## Losses of every checkpoint",
            "",
            "Nats an image, summed over pixels or latent dimensions, averaged over all images of "
            "the split, one noise sample an image, seed 0. Where validation is missing the "
            "source validated on the test images, and so do we.",
            "",
            losses(),
            "## How they were trained",
            "",
            training(),
            *speed(),
            *evaluation(),
            *chapters(),
            *published_claims(),
        ]
    )


def comparison():
    rows = [("model", "form", "published", "ours", "published protocol", "our protocol")]
    for name in zoo.names():
        card, published = zoo.card(name), PUBLISHED[name]
        rows.append(
            (
                f"`{name}`",
                published.what,
                _number(published.value, name),
                _number(published.form(validation_losses(card)), name),
                published.protocol,
                f"same data and architecture; recipe “{card['recipe']['name']}”, "
                f"{card['recipe']['epochs']} epochs, seed {card['seed']}",
            )
        )
    return _table(rows)


def losses():
    rows = [("checkpoint", "β", "split", "images", "loss", "reconstruction", "KL")]
    for label, card in checkpoints():
        for split, measured in card["metrics"].items():
            rows.append(
                (
                    label,
                    "–" if card["beta"] is None else f"{card['beta']:.4g}",
                    split,
                    f"{card['data']['split'][split]:,}",
                    *(
                        f"{measured[key]:.2f}" if key in measured else "–"
                        for key in ("loss", "reconstruction_loss", "kl_loss")
                    ),
                )
            )
    return _table(rows)


def training():
    rows = [("checkpoint", "epochs", "batch", "Adam", "precision", "seconds", "versions")]
    for label, card in checkpoints():
        recipe, versions = card["recipe"], card["versions"]
        rows.append(
            (
                label,
                len(card["history"]["loss"]) if "epoch-" not in label else _epochs(label),
                recipe["batch_size"],
                f"{recipe['learning_rate']:g}, {recipe['schedule']}, β₂ {recipe['beta_2']:g}",
                recipe["precision"],
                f"{card['seconds']:.0f}",
                f"Keras {versions['keras']}, {versions['backend']} "
                f"{versions[versions['backend']]}, Python {versions['python']}",
            )
        )
    return _table(rows) + "\nSeconds of a busy machine; `make bench` compares times in pairs.\n"


def speed():
    path = ROOT / "benchmarks" / "training.json"
    if not path.is_file():
        return []
    benchmark = runpy.run_path(str(path.with_suffix(".py")))
    measured = read_json(path)
    table = benchmark["report"](measured["rows"], measured["host"])
    return ["", "## Speed of training", "", table]


# What the evaluation table shows: section and key of the card, heading, digits.
MEASURES = (
    ("reconstruction", "mse", "squared error", 2),
    ("reconstruction", "bce", "cross-entropy of the mean code, nats", 2),
    ("reconstruction", "bce_above_floor", "the same above the entropy of the pixels", 2),
    ("posterior", "kl", "KL to the prior, nats", 2),
    ("posterior", "active_units", "active units", 0),
    (
        "posterior",
        "mutual_information",
        "mutual information of image and code, nats (ranges: log N caps the estimate)",
        2,
    ),
    ("posterior", "aggregated_posterior_kl", "KL of the aggregated posterior, as a Gaussian", 3),
    ("generated", "fcd", "Fréchet classifier distance, 64 features", 2),
    ("real", "fcd_floor", "its floor, real against real", 3),
    ("generated", "kid", "KID", 3),
    ("generated", "precision", "precision", 3),
    ("generated", "recall", "recall", 3),
    ("generated", "density", "density", 3),
    ("generated", "coverage", "coverage", 3),
    ("real", "expected_coverage", "its value for a second real sample", 3),
    ("generated", "diversity", "mean distance of two generated images", 2),
    ("real", "diversity", "the same of two real images", 2),
    ("generated", "class_entropy", "entropy of the generated classes, nats", 3),
    ("smoothness", "ratio", "energy of a walk over the least possible", 2),
    ("codes", "silhouette", "silhouette of the codes", 4),
    ("codes", "ari", "k-means ARI", 3),
    ("codes", "nmi", "k-means NMI", 3),
    ("codes", "nearest_centroid_accuracy", "nearest centroid, accuracy", 4),
    ("codes", "knn_accuracy", "5 nearest neighbours, accuracy", 4),
    ("codes", "linear_probe_accuracy", "linear probe, accuracy", 4),
)


def evaluation():
    """Return the tables of the cards' evaluation, one for each data set."""
    cards = [(label, card) for label, card in checkpoints() if "evaluation" in card]
    if not cards:
        return []
    page = ["", "## Evaluation", "", EVALUATION_PROTOCOL, ""]
    for dataset in dict.fromkeys(card["data"]["name"] for _, card in cards):
        measured = [(label, card) for label, card in cards if card["data"]["name"] == dataset]
        rows = [(dataset, *(label for label, _ in measured))]
        for section, key, heading, digits in MEASURES:
            cells = (_cell(card["evaluation"], section, key, digits) for _, card in measured)
            rows.append((heading, *cells))
        page.append(_table(rows))
    return page


def _cell(evaluation, section, key, digits):
    """Return a number in words; an estimate within a nat of its cap, log N, is a lower bound."""
    measured = evaluation.get(section, {})
    text = _value(measured.get(key), digits)
    if key != "mutual_information" or key not in measured:
        return text
    if measured[key] < math.log(evaluation["protocol"]["n"]) - 1:
        return text
    return f"{text} to {measured['kl'] - measured['aggregated_posterior_kl']:.{digits}f}"


EVALUATION_PROTOCOL = (
    "Per image, N = 10,000: the test images against as many decoded points of N(0, I) – also for "
    "the autoencoders, which were never trained for that. Mean ± standard deviation over five "
    "sampling seeds; the training seed is 0 throughout. The Fréchet classifier distance compares "
    "the 64 features of the bundled classifier with those of all 60,000 training images; it is no "
    "FID, and its floor is what as many real test images get. Neighbours: k = 5. `make results` "
    "only prints what `tools/measure_zoo.py` has written into the cards."
)


def chapters():
    """Return the times and the numbers of the chapters, as they were last run in full mode."""
    runs = read_json(MEASURED) if MEASURED.is_file() else {}
    runs = {name: modes["full"] for name, modes in runs.items() if "full" in modes}
    if not runs:
        return []
    times = [("chapter", "seconds", "processor seconds", "peak memory, MB", "cores")]
    numbers = [("chapter", "measured", "here", "published", "how ours was measured")]
    for name, run in runs.items():
        spent = (run[key] for key in ("seconds", "cpu_seconds", "peak_megabytes", "cores"))
        times.append((name, *("–" if number is None else f"{number:.0f}" for number in spent)))
        for row in run["measured"]:
            both = (readable(row["ours"]), readable(row["published"]))
            numbers.append((name[:2], row["what"], *both, row["protocol"]))
    return [
        "",
        "## The chapters in full mode",
        "",
        CHAPTERS,
        "",
        _table(times),
        "",
        _table(numbers),
    ]


CHAPTERS = (
    "`VAE_COURSE_MODE=full`, solutions, each chapter in a kernel of its own, run by "
    "`tools/run_course.py --write`. The wall time is that of a machine that had other work too."
)


def published_claims():
    """Return the closing table of the last chapter."""
    return ["", "## Published claims", "", claims().markdown()]


def _value(value, digits):
    if value is None:
        return "–"
    if isinstance(value, dict):
        return f"{value['mean']:.{digits}f} ± {value['standard_deviation']:.{digits}f}"
    return f"{value:.{digits}f}"


def checkpoints():
    for name in zoo.names():
        for variant in (None, *zoo.variants(name)):
            label = f"`{name}`" + (f" {variant}" if variant else "")
            yield label, zoo.card(name, variant)


def _epochs(label):
    return label.rpartition("-")[2]


def _number(value, name):
    if value is None:
        return "–"
    return f"{value:.4f}" if name == "fashion-conv-ae" else f"{value:.2f}"


def _table(rows):
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines) + "\n"


def _read(path):
    return path.read_text("utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
