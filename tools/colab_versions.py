"""Compare the newest list in tools/colab with what Colab says it has now.

    python tools/colab_versions.py [FILE]

Colab publishes the packages of its runtime (googlecolab/backend-info). Without FILE the list is
fetched. The status is 1 if a version that the course uses has changed: then a new list is due.
"""

import argparse
import sys
import urllib.request
from pathlib import Path

LISTS = Path(__file__).resolve().parent / "colab"
SOURCE = "https://raw.githubusercontent.com/googlecolab/backend-info/main/pip-freeze.txt"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, help="such a list; default: fetch it")
    options = parser.parse_args(arguments)
    if options.file:
        text = options.file.read_text("utf-8")
    else:
        with urllib.request.urlopen(SOURCE, timeout=60) as answer:
            text = answer.read().decode()
    ours = max(path for path in LISTS.glob("*.txt") if not path.stem.endswith("tpu"))
    changed = changes(versions(ours.read_text("utf-8")), versions(text))
    print("\n".join(changed) or f"as in {ours.name}")
    return int(bool(changed))


def versions(text):
    """Return name → version of the lines ``name==version``; names in lower case, with dashes."""
    pairs = (line.split("==") for line in text.splitlines() if "==" in line and line[0] != "#")
    return {name.strip().lower().replace("_", "-"): version.strip() for name, version in pairs}


def changes(ours, theirs):
    """Say for each package of ours what Colab has now, if that is another version, or none."""
    return [
        f"{name}: {version} in our list, {theirs.get(name, 'nothing')} on Colab"
        for name, version in ours.items()
        if theirs.get(name) != version
    ]


if __name__ == "__main__":
    sys.exit(main())
