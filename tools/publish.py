"""Say where the course is published, and rewrite all that depends on it.

    make publish REPO=owner/name TAG=v1.0.0

The address goes into [project.urls] of pyproject.toml and the tag's version beside it, and from
there into the badges and first cells of all notebooks and into README.md. Commit what has changed,
set the tag on that commit, and push both: the badges open the notebooks at the tag.
"""

import argparse
import re
import sys
from pathlib import Path
from urllib.parse import urlencode

import build_notebooks

from vae_helpers.files import write_text

ROOT = Path(__file__).resolve().parents[1]
HUB_PART = re.compile(r"(<!-- hub: begin .*?-->\n).*?(<!-- hub: end -->)", re.DOTALL)
README_PART = re.compile(r"(<!-- colab: begin .*?-->\n).*?(<!-- colab: end -->)", re.DOTALL)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", help="owner/name, or its address on GitHub")
    parser.add_argument("tag", help="such as v1.0.0")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        address, version = checked(options.repository, options.tag)
    except ValueError as error:
        print(f"publish: {error}", file=sys.stderr)
        return 2
    write_edition(options.root, address, version)
    write_text(options.root / "README.md", readme(options.root))
    if (options.root / "docs" / "hub.md").is_file():
        write_text(options.root / "docs" / "hub.md", hub_page(options.root, address, version))
    return build_notebooks.main(["--root", str(options.root)])


def checked(repository, tag):
    """Return the repository's address and the tag's version.

    Raises:
        ValueError: if one of them is not of the allowed form.
    """
    name = repository.removeprefix("https://github.com/").rstrip("/").removesuffix(".git")
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", name):
        raise ValueError(f"REPO={repository!r}: allowed is owner/name, as GitHub has them")
    if not re.fullmatch(r"v\d+\.\d+\.\d+", tag):
        raise ValueError(f"TAG={tag!r}: allowed is v and three numbers, such as v1.0.0")
    return f"https://github.com/{name}", tag[1:]


def write_edition(root, address, version):
    """Write the address and the version where they are kept."""
    path = root / "pyproject.toml"
    content = re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', path.read_text("utf-8"))
    content = re.sub(r"(?ms)^\[project\.urls\]\n.*?\n\n", "", content)
    urls = f'[project.urls]\nRepository = "{address}"\n\n'
    write_text(path, content.replace("[project.scripts]\n", f"{urls}[project.scripts]\n", 1))
    path = root / "vae_helpers" / "__init__.py"
    content = path.read_text("utf-8")
    write_text(path, re.sub(r'(?m)^__version__ = ".*"$', f'__version__ = "{version}"', content))


def readme(root):
    """Return README.md with the badges of the edition that pyproject.toml speaks of."""
    content = (root / "README.md").read_text("utf-8")
    return README_PART.sub(lambda part: part[1] + badges(root) + part[2], content)


def hub_page(root, address, version):
    """Return docs/hub.md with the link by which nbgitpuller brings an edition to a hub."""
    content = (root / "docs" / "hub.md").read_text("utf-8")
    text = (
        "This copy has not been published yet: `make publish REPO=owner/name TAG=v1.0.0` writes "
        "the link here.\n"
    )
    if address:
        folder = address.rpartition("/")[2]
        query = {
            "repo": address,
            "branch": f"v{version}",
            "urlpath": f"lab/tree/{folder}/notebooks/00_start_here.ipynb",
        }
        link = f"https://HUB.EXAMPLE.ORG/hub/user-redirect/git-pull?{urlencode(query)}"
        text = f"```text\n{link}\n```\n"
    return HUB_PART.sub(lambda part: part[1] + text + part[2], content)


def badges(root):
    """Return a list of the chapters with their badges; without an address, a sentence."""
    edition = build_notebooks.published(root)
    if not edition.address:
        return (
            "This copy has not been published yet: `make publish REPO=owner/name TAG=v1.0.0` "
            "writes the\nbadges, one for each notebook, here and into the notebooks.\n"
        )
    rows = []
    for source in build_notebooks.sources(root):
        title = source.read_text("utf-8").splitlines()[1].removeprefix("# # ")
        badge = build_notebooks.badge(edition, f"notebooks/{source.stem}.ipynb")
        rows.append(f"| {title} | {badge} |\n")
    return f"| Notebook | Edition v{edition.version} |\n| --- | --- |\n{''.join(rows)}"


if __name__ == "__main__":
    sys.exit(main())
