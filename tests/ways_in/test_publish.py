"""The tool that says where the course is published, on a copy of what it rewrites."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import build_notebooks
import publish
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path):
    """A copy of the course's sources, without an address."""
    for name in ("pyproject.toml", "README.md", "vae_helpers/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "notebooks" / "source", tmp_path / "notebooks" / "source")
    return tmp_path


def test_every_badge_points_at_its_own_file_at_the_tag(copy):
    assert publish.main(["someone/course", "v1.0.0", "--root", str(copy)]) == 0
    notebooks = sorted((copy / "notebooks").glob("**/*.ipynb"))
    assert len(notebooks) == 2 * len(build_notebooks.sources(copy)) >= 18
    for path in notebooks:
        cells = json.loads(path.read_bytes())["cells"]
        (link,) = re.findall(
            r"\(https://colab\.research\.google\.com/github/\S*?\)", "".join(cells[0]["source"])
        )
        own = path.relative_to(copy).as_posix()
        start = "https://colab.research.google.com/github/someone/course/blob/v1.0.0/"
        assert link == f"({start}{own})"
        place = 'ADDRESS, VERSION = "https://github.com/someone/course", "1.0.0"'
        assert place in "".join(cells[1]["source"])
    project = tomllib.loads((copy / "pyproject.toml").read_text())["project"]
    assert project["urls"] == {"Repository": "https://github.com/someone/course"}
    assert project["version"] == "1.0.0"
    assert project["scripts"]
    assert '__version__ = "1.0.0"' in (copy / "vae_helpers" / "__init__.py").read_text()
    readme = (copy / "README.md").read_text()
    assert readme.count("/someone/course/blob/v1.0.0/notebooks/") == len(notebooks) // 2
    assert "has not been published" not in readme


def test_a_second_edition_takes_the_place_of_the_first(copy):
    for source in build_notebooks.sources(copy)[1:]:
        source.unlink()  # one is enough
    publish.main(["someone/course", "v1.0.0", "--root", str(copy)])
    publish.main(["https://github.com/else/where.git", "v1.2.3", "--root", str(copy)])
    everything = [path for path in copy.rglob("*") if path.is_file()]
    for path in everything:
        assert "someone/course" not in path.read_text("utf-8")
    assert (copy / "pyproject.toml").read_text().count("[project.urls]") == 1
    assert "else/where/blob/v1.2.3/" in (copy / "README.md").read_text()


@pytest.mark.parametrize(
    ("repository", "tag", "message"),
    [
        ("course", "v1.0.0", "REPO='course'"),
        ("a/b c", "v1.0.0", "REPO='a/b c'"),
        ("", "v1.0.0", "REPO=''"),
        ("a/b", "1.0.0", "TAG='1.0.0'"),
        ("a/b", "", "TAG=''"),
    ],
)
def test_other_names_are_refused_and_nothing_is_written(copy, repository, tag, message, capsys):
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert publish.main([repository, tag, "--root", str(copy)]) == 2
    assert message in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}


def test_the_readme_tells_the_present_state():
    assert (ROOT / "README.md").read_text("utf-8") == publish.readme(ROOT)
