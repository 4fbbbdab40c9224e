"""The tool that executes the notebooks and reports."""

import functools
import json
import os

import nbformat
import pytest
import run_course

CHECKED = "from vae_helpers.checks import chapter01\nchapter01.count_parameters.check({answer})"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(run_course, "NOTEBOOKS", tmp_path)
    monkeypatch.setenv("VAE_COURSE_HOME", "unused")
    monkeypatch.setenv("VAE_COURSE_EXPECT", "")
    (tmp_path / "solutions").mkdir()
    return tmp_path


def store(path, *codes):
    cells = [nbformat.v4.new_code_cell(code) for code in codes]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def test_table_and_exit_status(folder, capsys):
    store(folder / "00_good.ipynb", "1 + 1")
    store(folder / "solutions" / "00_good.ipynb", "1 / 0")
    assert run_course.main(["--output", str(folder / "out")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any("ZeroDivisionError" in line for line in lines)
    good, bad, total = lines[-3:]
    assert good.startswith("00_good")
    assert good.endswith("passed")
    assert bad.startswith("solutions/00_good")
    assert bad.endswith("FAILED")
    assert total.endswith("1 failed")
    executed = json.loads((folder / "out" / "00_good.ipynb").read_text())
    assert executed["cells"][0]["outputs"]
    assert not json.loads((folder / "00_good.ipynb").read_text())["cells"][0]["outputs"]


@pytest.mark.parametrize(
    ("name", "answer", "status"),
    [
        ("01_a.ipynb", "...", 0),
        ("01_a.ipynb", "lambda k, c, f: (k * k * c + 1) * f", 1),
        ("solutions/01_a.ipynb", "...", 1),
        ("solutions/01_a.ipynb", "lambda k, c, f: (k * k * c + 1) * f", 0),
        ("solutions/01_a.ipynb", "lambda k, c, f: k * k * c * f", 1),
    ],
)
def test_states_are_enforced(folder, name, answer, status, capsys):
    store(folder / name, CHECKED.format(answer=answer))
    assert run_course.main([]) == status
    assert ("expected 'right'" in capsys.readouterr().out) == (
        status == 1 and name.startswith("solutions")
    )


def test_a_slow_cell_and_a_dead_kernel_are_failures(folder, capsys):
    store(folder / "00_slow.ipynb", "import time\ntime.sleep(60)")
    store(folder / "01_dead.ipynb", "import os\nos._exit(1)")
    assert run_course.main(["--timeout", "2"]) == 1
    assert capsys.readouterr().out.count("FAILED") == 2


def test_unknown_chapter_and_empty_folder(folder, capsys):
    assert run_course.main(["09_none"]) == 2
    assert "no notebook '09_none'" in capsys.readouterr().err
    assert run_course.main([]) == 2


def test_the_learners_log_is_left_alone(folder, tmp_path):
    store(
        folder / "00_log.ipynb",
        "import os\nos.environ['VAE_COURSE_EXPECT'] = ''\n"
        "from vae_helpers.checks import experiment_log\n"
        f"assert str(experiment_log.folder()) != {os.environ['VAE_COURSE_HOME']!r}",
    )
    assert run_course.main([]) == 0


def test_times_and_numbers_of_the_solutions_are_kept(folder, monkeypatch):
    """Chapter by chapter and mode by mode: one does not wipe out another, a failure nothing."""
    path = folder / "measured.json"
    monkeypatch.setattr(run_course, "keep", functools.partial(run_course.keep, path=path))
    code = "import vae_helpers as vh\nvh.measured([('loss', {}, 84.74, 'seed 0')])"
    store(folder / "01_a.ipynb", code.format(1.0))
    store(folder / "solutions" / "01_a.ipynb", "1", code.format(2.0), code.format(3.0))
    store(folder / "solutions" / "02_b.ipynb", code.format(4.0))
    store(folder / "03_c.ipynb", code.format(6.0))
    assert run_course.main(["--write"]) == 0
    monkeypatch.setenv("VAE_COURSE_MODE", "full")
    store(folder / "solutions" / "02_b.ipynb", code.format(5.0), "1 / 0")
    assert run_course.main(["--write", "--set", "solutions"]) == 1
    kept = json.loads(path.read_text())
    assert [row["ours"] for row in kept["01_a"]["quick"]["measured"]] == [2.0, 3.0]
    assert [row["ours"] for row in kept["01_a"]["full"]["measured"]] == [2.0, 3.0]
    assert [row["ours"] for row in kept["02_b"]["quick"]["measured"]] == [4.0]
    assert "full" not in kept["02_b"]
    assert "03_c" not in kept  # a learner's notebook is not a solution
    assert kept["01_a"]["quick"]["seconds"] > 0
