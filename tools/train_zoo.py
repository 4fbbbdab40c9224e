"""Train every bundled checkpoint; an interrupted run goes on where it was.

    python tools/train_zoo.py [NAME …] --out FOLDER
    python tools/train_zoo.py --out FOLDER --install

The second form copies what is finished into the package. Checkpoints are binaries: commit them
once, when they are final.
"""

import argparse
import shutil
import sys
from pathlib import Path

from vae_helpers import zoo

BETAS = (0.1, 0.5, 2.0, 4.0, 10.0)
SNAPSHOTS = (1, 3, 10)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--install", action="store_true")
    options = parser.parse_args()
    for name in options.names or zoo.names():
        for folder, settings in jobs(name):
            target = options.out / folder
            if options.install:
                install(target, zoo.CHECKPOINTS / folder)
            elif not (target / "card.json").exists():
                print(folder, flush=True)
                zoo.train(name, "fast", seed=0, folder=target, **settings)


def jobs(name):
    """Yield (folder, settings) of a model and its variants."""
    yield Path(name), {"snapshots": SNAPSHOTS} if name == "mnist-dense-vae-2d" else {}
    if name == "mnist-vae":
        for beta in BETAS:
            yield Path(name) / f"beta-{beta:g}", {"beta": beta}


def install(source, target):
    """Copy finished checkpoints, snapshots included, into the package."""
    for card in sorted(source.glob("card.json")) + sorted(source.glob("epoch-*/card.json")):
        destination = target / card.parent.relative_to(source)
        destination.mkdir(parents=True, exist_ok=True)
        for name in ("model.keras", "card.json"):
            shutil.copyfile(card.parent / name, destination / name)
        print("installed", destination.relative_to(zoo.CHECKPOINTS))


if __name__ == "__main__":
    sys.exit(main())
