"""The command ``vae-helpers``: check an installation, train and evaluate the models."""

import argparse
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from vae_helpers import __version__, machine

BAD_INPUT = 2
INTERRUPTED = 130
LONGEST_LINE = 600


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; bad input gives one line on standard error and exit status 2."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"vae-helpers: {_one_line(error)}", file=sys.stderr)
        return BAD_INPUT


def _parser():
    parser = argparse.ArgumentParser(prog="vae-helpers", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"vae-helpers {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    preflight = commands.add_parser("preflight", help="check that everything is in place")
    preflight.set_defaults(run=_preflight)

    train = commands.add_parser("train", help="train a model of the zoo from scratch")
    train.add_argument("name", metavar="NAME", help="such as mnist-vae")
    train.add_argument("--recipe", default="fast", help="published, fast (the default) or shortest")
    train.add_argument("--epochs", type=int, help="instead of the recipe's number")
    train.add_argument("--seed", type=int, default=0, help="0 unless told")
    train.add_argument("--beta", type=float, help="weight of the KL divergence, for a VAE")
    train.add_argument("--out", type=Path, help="folder, ./checkpoints/NAME unless told")
    train.set_defaults(run=_train)

    evaluate = commands.add_parser("evaluate", help="measure a trained model's losses again")
    evaluate.add_argument("name", metavar="NAME", help="such as mnist-vae")
    evaluate.add_argument("--variant", help="such as beta-4")
    evaluate.add_argument("--folder", type=Path, help="your own training's folder")
    evaluate.set_defaults(run=_evaluate)
    return parser


def _train(options):
    from vae_helpers import zoo

    recipe = zoo.entry(options.name).recipe(options.recipe)
    name = options.recipe
    if options.epochs is not None:
        recipe, name = recipe.replace(epochs=options.epochs), f"{name}, {options.epochs} epochs"
    if options.seed < 0:
        raise ValueError(f"seed={options.seed}: allowed is a whole number from 0")
    folder = options.out or Path("checkpoints") / options.name
    history = zoo.train(
        options.name,
        recipe,
        recipe_name=name,
        seed=options.seed,
        folder=folder,
        beta=options.beta,
    )
    if len(history["loss"]) < recipe.epochs:
        print(f"Stopped. The same command goes on from {folder}.")
        return INTERRUPTED
    _print_losses(zoo.card(options.name, folder=folder))
    print(f"Saved in {folder}. Load it with zoo.load({options.name!r}, folder={str(folder)!r}).")
    return 0


def _evaluate(options):
    from vae_helpers import zoo

    card = zoo.card(options.name, options.variant, options.folder)
    if "test" not in card["metrics"]:
        raise ValueError(f"the card of {options.name} has no losses of test images to compare with")
    model = zoo.load(options.name, options.variant, options.folder)
    measured = zoo.evaluate(model, zoo.entry(options.name).load_data().test.images)
    print(f"{'test, nats an image':24}{'measured':>10}{'card':>10}")
    for key, value in measured.items():
        print(f"{key:24}{value:10.2f}{card['metrics']['test'][key]:10.2f}")
    wrong = [
        key
        for key, value in measured.items()
        if not abs(value - card["metrics"]["test"][key]) <= card["tolerance"]
    ]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: further from the card than {card['tolerance']}")
    return 0


def _preflight(options):
    """Check Python, packages, memory, disk, data, models and classifiers, one line each."""
    problems = 0
    for what, check in _CHECKS.items():
        try:
            sign, found = "ok  ", check()
        except Exception as error:  # whatever is wrong, the other checks still run
            sign, found = "FAIL", _one_line(error)
            problems += 1
        print(f"{sign}  {what:12}{found}")
    print("Everything is in place." if not problems else f"{problems} to mend, see FAIL above.")
    return 1 if problems else 0


def _check_python():
    version = sys.version_info[:2]
    if not (3, 11) <= version < (3, 14):
        raise RuntimeError(f"{platform.python_version()}: needed is 3.11, 3.12 or 3.13")
    return platform.python_version()


def _check_backend():
    from vae_helpers.backend import keras

    return f"Keras {keras.__version__} on {keras.backend.backend()}"


def _check_memory():
    gigabytes = machine.memory() / 1e9
    if gigabytes < 6:
        raise RuntimeError(f"{gigabytes:.1f} GB: a notebook may need up to 6 GB")
    return f"{gigabytes:.1f} GB"


def _check_processors():
    usable = machine.processors()
    return f"{usable:g} usable" + (": 2 are better" if usable < 2 else "")


def _check_speed():
    rate = machine.matrix_rate()
    # 480,000 weights: forward and backward take 6 operations a weight and image.
    epoch = 6 * 480_000 * 50_000 / rate
    return f"{rate / 1e9:.0f} GFLOP/s: an epoch of mnist-vae takes {epoch:.0f} s or some more"


def _check_disk():
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    if free < 1:
        raise RuntimeError(f"{free:.1f} GB free here: 1 GB is needed")
    return f"{free:.0f} GB free"


def _check_data():
    from vae_helpers import data

    return ", ".join(f"{name} {len(data.load_data(name).train):,} + …" for name in data.FILES)


def _check_checkpoints():
    from vae_helpers import zoo

    checked = [
        zoo.load(name, variant) for name in zoo.names() for variant in (None, *zoo.variants(name))
    ]
    return f"{len(checked)} models open"


def _check_classifiers():
    import numpy as np

    from vae_helpers import features

    for dataset in features.CLASSIFIERS:
        features.classify(np.zeros((1, 28, 28, 1), np.float32), dataset)
        features.reference_statistics(dataset)
    return f"{len(features.CLASSIFIERS)} classifiers open"


_CHECKS = {
    "Python": _check_python,
    "backend": _check_backend,
    "memory": _check_memory,
    "processors": _check_processors,
    "speed": _check_speed,
    "disk": _check_disk,
    "data": _check_data,
    "checkpoints": _check_checkpoints,
    "classifiers": _check_classifiers,
}


def _print_losses(card):
    for part, losses in card["metrics"].items():
        print(f"{part:12}" + "  ".join(f"{key} {value:.2f}" for key, value in losses.items()))


def _one_line(error):
    """Return an error's words in one line that a terminal can show, whatever raised it."""
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= LONGEST_LINE else words[: LONGEST_LINE - 2] + " …"


if __name__ == "__main__":
    sys.exit(main())
