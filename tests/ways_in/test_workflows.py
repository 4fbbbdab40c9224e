"""What GitHub runs: valid YAML that calls targets which the Makefile has."""

import re
from pathlib import Path

import bootstrap
import colab_versions
import on_colab
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_run_make_targets_only(path):
    """By make; on Windows by bootstrap.py, which reads the Makefile."""
    content = yaml.safe_load(path.read_text("utf-8"))
    assert content[True], "no trigger"  # YAML takes the word on for a truth value
    assert content["permissions"] == {"contents": "read"}
    for name, job in content["jobs"].items():
        assert job["timeout-minutes"], name
        commands = [step["run"] for step in job["steps"] if "run" in step]
        assert commands, name
        for command in commands:
            found = re.fullmatch(
                r"(make|py tools\\bootstrap\.py) ([a-z-]+)((?: [A-Z]+=(?:\S+|\$\{\{.*?\}\}))*)",
                command,
            )
            assert found, command
            assert found[2] in TARGETS, command
            if found[1] != "make":
                assert job["runs-on"].startswith("windows"), name
                assert list(bootstrap.commands([found[2]])), command


def test_there_are_two_workflows():
    assert [path.stem for path in WORKFLOWS] == ["colab", "tests"]


def test_the_lists_of_versions_run_in_the_workflow():
    content = yaml.safe_load((ROOT / ".github" / "workflows" / "colab.yml").read_text("utf-8"))
    runtimes = content["jobs"]["lists"]["strategy"]["matrix"]["runtime"]
    assert sorted(runtimes) == sorted(path.stem for path in on_colab.LISTS.glob("*.txt"))


def test_a_changed_version_is_noticed(tmp_path, capsys):
    newest = (on_colab.LISTS / "2026-08.txt").read_text("utf-8")
    there = tmp_path / "pip-freeze.txt"
    there.write_text(newest.replace("scikit-learn", "scikit_learn") + "other==1\n")
    assert colab_versions.main([str(there)]) == 0
    there.write_text(re.sub(r"keras==.*", "keras==4.0", newest).replace("tqdm", "tqdn"))
    assert colab_versions.main([str(there)]) == 1
    out = capsys.readouterr().out
    assert "keras: 3.13.2 in our list, 4.0 on Colab" in out
    assert "tqdm: 4.67.3 in our list, nothing on Colab" in out
    assert "numpy" not in out
