"""Measure the bundled models as chapter 6 does, and write the numbers into their cards.

    python tools/measure_zoo.py [NAME …]

N = 10,000 test images against 10,000 generated ones, five sampling seeds. Only the cards change,
never a model.
"""

import argparse
import sys

from vae_helpers import evaluation, zoo
from vae_helpers.files import write_json


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    for name in options.names or zoo.names():
        print(name, flush=True)
        report = evaluation.measure(zoo.load(name), zoo.entry(name).load_data())
        card = zoo.card(name)
        card["evaluation"] = rounded(report)
        write_json(zoo.CHECKPOINTS / name / "card.json", card)


def rounded(value, digits=6):
    """Round every float in nested dicts and lists to so many significant digits."""
    if isinstance(value, dict):
        return {key: rounded(entry, digits) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry, digits) for entry in value]
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


if __name__ == "__main__":
    sys.exit(main())
