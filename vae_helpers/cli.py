"""The command ``vae-helpers``: check an installation, train and evaluate models, show a class."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from vae_helpers import __version__
from vae_helpers.preflight import one_line

BAD_INPUT = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; bad input gives one line on standard error and exit status 2."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"vae-helpers: {one_line(error)}", file=sys.stderr)
        return BAD_INPUT


def _parser():
    parser = argparse.ArgumentParser(prog="vae-helpers", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"vae-helpers {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    preflight = commands.add_parser("preflight", help="check that everything is in place")
    preflight.add_argument(
        "--read", type=Path, metavar="FILE", help="say who is ready, from the codes in a text file"
    )
    preflight.set_defaults(run=_preflight)

    board = commands.add_parser("class", help="show which exercise the room is at")
    board.add_argument("folder", type=Path, metavar="FOLDER", help="where the learners' lines are")
    board.add_argument("--every", type=float, default=10, help="seconds to the next look, 10")
    board.add_argument("--once", action="store_true", help="show it once and end")
    board.add_argument("--html", type=Path, metavar="FILE", help="write it as a page, too")
    board.add_argument(
        "--release", metavar="WHAT", help="open the solutions: all, a chapter (03), or 03/NAME"
    )
    board.add_argument("--withdraw", action="store_true", help="take all such releases back")
    board.set_defaults(run=_class)

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
    from vae_helpers import preflight

    return preflight.run() if options.read is None else preflight.read(options.read)


def _class(options):
    from vae_helpers import class_board

    if options.release or options.withdraw:
        return class_board.release(options.folder, options.release, options.withdraw)
    every = None if options.once else options.every
    return class_board.show(options.folder, every=every, page=options.html)


def _print_losses(card):
    for part, losses in card["metrics"].items():
        print(f"{part:12}" + "  ".join(f"{key} {value:.2f}" for key, value in losses.items()))


if __name__ == "__main__":
    sys.exit(main())
