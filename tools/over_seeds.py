"""Measure what the chapters say of trained models with several training seeds, and keep a table.

    python tools/over_seeds.py --models FOLDER [--chapter 04] [--seeds 0 1 2]

A chapter has one set of checkpoints. Whether a sentence is true of such models, or of this one
only, is seen with other seeds. ``tools/seeds/chapterNN.py`` has a function for each such claim; it
gets the models of one seed and returns its numbers. The results stand in ``docs/seeds.json``, and
``docs/seeds.md`` is the table made from it; a test fails when a claim does not hold, was measured
with fewer than three seeds, or for other checkpoints. Models of seeds other than 0 are trained into
FOLDER, once.
"""

import argparse
import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vae_helpers import zoo
from vae_helpers.course import readable
from vae_helpers.files import read_json, replacing, write_json

ROOT = Path(__file__).resolve().parents[1]
RECORD, TABLE = ROOT / "docs" / "seeds.json", ROOT / "docs" / "seeds.md"
SNAPSHOTS = {"mnist-dense-vae-2d": (1, 3, 10)}
CLAIMS = {}  # (chapter, name) → Claim


@dataclass(frozen=True)
class Claim:
    """A sentence of a chapter, how to measure it, and what must hold of the numbers."""

    chapter: str
    sentence: str
    measure: Callable[["Models"], dict[str, float]]
    holds: Callable[[dict[str, float]], bool]
    protocol: str


def claim(sentence: str, holds: Callable[[dict[str, float]], bool], protocol: str):
    """Register a function of the models of one seed that returns numbers, {what: number}.

    Args:
        sentence: what the chapter says.
        holds: whether the numbers of one seed bear it out.
        protocol: how they were measured: N, images, noise.
    """

    def register(measure):
        chapter = measure.__module__[-2:]
        CLAIMS[chapter, measure.__name__] = Claim(chapter, sentence, measure, holds, protocol)
        return measure

    return register


class Models:
    """The models of one training seed: ``models("mnist-vae")``, ``models("mnist-vae", beta=4)``.

    Args:
        seed: 0 for the bundled checkpoints.
        folder: where those of other seeds are, or are trained into.
    """

    def __init__(self, seed: int, folder: Path):
        self.seed, self.folder = seed, folder
        self.used = set()  # the names of the models that were asked for

    def __call__(self, name: str, beta: float | None = None):
        """Return a trained model, training it if it is not there yet."""
        self.used.add(name)
        variant = None if beta is None else f"beta-{beta:g}"
        if self.seed == 0:
            return zoo.load(name, variant)
        folder = self.folder / f"seed-{self.seed}" / (f"{name}-{variant}" if variant else name)
        if not (folder / "card.json").exists():
            print(f"training {name} {variant or ''} with seed {self.seed}", flush=True)
            # In 32 bits: few processors are quicker with 16, and the numbers differ by rounding.
            recipe = zoo.entry(name).fast.replace(precision="float32")
            settings = {"seed": self.seed, "beta": beta, "snapshots": SNAPSHOTS.get(name, ())}
            zoo.train(name, recipe, recipe_name="fast", folder=folder, **settings)
        return zoo.load(name, folder=folder)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--chapter", help="such as 04; default: all")
    parser.add_argument("--claim", help="the name of a function; default: all")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args(arguments)
    load_claims()
    for (chapter, name), one in CLAIMS.items():
        if options.chapter in (None, chapter) and options.claim in (None, name):
            keep(chapter, name, measure(one, options.seeds, options.models))
    write_table()
    failed = [key for key, entry in recorded().items() if not bears_out(key, entry)]
    print("\n".join(f"does not hold: chapter {c}, {name}" for c, name in failed))
    return int(bool(failed))


def load_claims():
    """Import the claims of all chapters."""
    for path in sorted((ROOT / "tools" / "seeds").glob("chapter[0-9][0-9].py")):
        importlib.import_module(f"seeds.{path.stem}")


def measure(one: Claim, seeds, folder) -> dict:
    """Return what is kept of a claim: its numbers by seed, and the checkpoints of seed 0."""
    numbers, used = {}, set()
    for seed in seeds:
        models = Models(seed, folder)
        numbers[str(seed)] = {k: round(float(v), 6) for k, v in one.measure(models).items()}
        used |= models.used
        print(one.chapter, one.measure.__name__, seed, numbers[str(seed)], flush=True)
    checkpoints = {name: zoo.card(name)["sha256"] for name in sorted(used)}
    return {"seeds": numbers, "checkpoints": checkpoints}


def keep(chapter, name, entry):
    """Put one claim's numbers into the record."""
    content = read_json(RECORD) if RECORD.is_file() else {}
    content.setdefault(chapter, {})[name] = entry
    write_json(RECORD, {c: dict(sorted(content[c].items())) for c in sorted(content)})


def recorded() -> dict[tuple[str, str], dict]:
    """Return what was measured, by (chapter, name)."""
    content = read_json(RECORD) if RECORD.is_file() else {}
    return {(c, name): entry for c, entries in content.items() for name, entry in entries.items()}


def bears_out(key, entry) -> bool:
    """Say whether the claim holds for every seed that was measured."""
    return key in CLAIMS and all(CLAIMS[key].holds(numbers) for numbers in entry["seeds"].values())


def write_table():
    """Write docs/seeds.md."""
    with replacing(TABLE) as temporary:
        temporary.write_text(table(), encoding="utf-8")


def table() -> str:
    """Return the record as a page, with the numbers of each seed side by side."""
    entries = recorded()
    lines = [
        "# What holds for other seeds",
        "",
        "Sentences of the chapters about trained models, each measured with models of several",
        "training seeds (0 is the bundled checkpoint). Made by `tools/over_seeds.py`; a test fails",
        "if one does not hold for each.",
    ]
    chapter = ""
    for key, one in sorted(CLAIMS.items()):
        if key not in entries:
            continue
        if one.chapter != chapter:
            chapter = one.chapter
            lines += ["", f"## Chapter {chapter}"]
        seeds = entries[key]["seeds"]
        lines += ["", f"**{one.sentence}** {one.protocol}", ""]
        lines += [f"| | {' | '.join(f'seed {seed}' for seed in seeds)} |"]
        lines += [f"| --- |{' ---: |' * len(seeds)}"]
        for what in next(iter(seeds.values())):
            cells = (readable(numbers[what]) for numbers in seeds.values())
            lines.append(f"| {what} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    # The chapters' modules import this one by its name, and must meet this very registry.
    sys.modules["over_seeds"] = sys.modules["__main__"]
    sys.exit(main())
