"""What repo2docker and nbgitpuller take from the course."""

import os
import re
import shutil
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import publish
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
# Of repo2docker's buildpacks/conda/__init__.py: it is matched against each dependency.
PYTHON_REGEX = re.compile(r"python\s*=+\s*([\d\.]*)")
LOCAL = re.compile(r"^(-e|--editable)|file:|^\.|^/")


def test_binder_gets_the_python_that_is_meant_and_no_local_requirement():
    environment = yaml.safe_load((ROOT / ".binder" / "environment.yml").read_text("utf-8"))
    words = [part for part in environment["dependencies"] if isinstance(part, str)]
    found = [match[1] for match in map(PYTHON_REGEX.match, words) if match]
    assert found == ["3.12"]
    [pip] = [part["pip"] for part in environment["dependencies"] if isinstance(part, dict)]
    assert not [line for line in pip if LOCAL.search(line)]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert pip == [*project["dependencies"], *project["optional-dependencies"]["lab"]]


def test_binder_installs_the_course_without_its_dependencies():
    path = ROOT / ".binder" / "postBuild"
    assert os.name == "nt" or os.access(path, os.X_OK)
    text = path.read_text("utf-8")
    assert text.startswith("#!/bin/bash\n")
    assert "-m pip install --no-deps" in text


def test_the_link_for_a_hub_is_written_with_the_address(tmp_path):
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "hub.md", tmp_path / "docs")
    text = publish.hub_page(tmp_path, "https://github.com/someone/course", "1.0.0")
    (link,) = re.findall(r"https://HUB\S+", text)
    query = parse_qs(urlsplit(link).query)
    assert query == {
        "repo": ["https://github.com/someone/course"],
        "branch": ["v1.0.0"],
        "urlpath": ["lab/tree/course/notebooks/00_start_here.ipynb"],
    }
    (tmp_path / "docs" / "hub.md").write_text(text)
    assert publish.hub_page(tmp_path, "https://github.com/someone/course", "1.0.0") == text


def test_the_page_of_the_hub_tells_the_present_state():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    address = project.get("urls", {}).get("Repository", "")
    text = (ROOT / "docs" / "hub.md").read_text("utf-8")
    assert text == publish.hub_page(ROOT, address, project["version"])


@pytest.mark.parametrize("name", ["set-up.md", "hub.md"])
def test_lines_to_paste_are_labelled_and_have_no_prompt(name):
    """People paste whole blocks: no prompt, no `!pip`; and the fence says which window."""
    text = (ROOT / "docs" / name).read_text("utf-8")
    fences = re.findall(r"(?ms)^ *```(\w*)\n(.*?)^ *```", text)
    for language, block in fences:
        assert language in ("sh", "bat", "text"), block
        assert not re.search(r"(?m)^\s*([$%#>]|!pip|>>>|PS |C:\\>)", block), block
    for before in re.split(r"(?m)^ *```(?:sh|bat)\n", text)[:-1]:
        paragraph = before.rstrip().rpartition("\n\n")[2]
        assert re.search(r"Terminal|Command Prompt", paragraph), paragraph
