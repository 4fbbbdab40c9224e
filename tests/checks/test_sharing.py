"""A learner's lines reach the folder of the class, whatever that folder does, or none does."""

import json
import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from vae_helpers.checks import class_folder, core, journal, record, sharing
from vae_helpers.checks.core import RIGHT, Exercise


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Return the folder that the class shares, and name it as whoever runs the class does."""
    monkeypatch.setenv("VAE_COURSE_CLASS", str(tmp_path / "room"))
    class_folder.forget()
    (tmp_path / "room").mkdir()
    return tmp_path / "room"


def check(answer=2):
    def checker(given):
        core.expect_number(given, 2, "two", mistakes={4: "Halve it."})

    return Exercise("two", "99", checker, ("hint",)).check(answer)


def entries(folder):
    lines = [line for file in folder.glob("*.jsonl") for line in file.read_text().splitlines()]
    # Who writes while another is at it may begin a line of their own, and leave one empty.
    return [json.loads(line) for line in lines if line]


def test_nothing_is_shared_until_the_learner_says_so(home, room):
    check()
    assert list(room.iterdir()) == []
    assert "leave no line" in sharing.status().message
    told = sharing.on()
    assert told.state == "sharing"
    assert str(room) in told.message
    assert told._repr_html_()
    check(4)
    [entry] = entries(room)
    assert (entry["verdict"], entry["mistake"]) == ("wrong", "Halve it.")
    assert entry in entries(home)  # the same line is the learner's own
    [file] = room.iterdir()
    assert file.stem == entry["who"] == (home / "class-id").read_text()
    assert sharing.off().state == "private"
    check(4)
    assert len(entries(room)) == 1


def test_the_learners_no_counts_more_than_the_classs_yes(home, room, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    check()
    assert len(entries(room)) == 1
    sharing.off()
    check()
    assert len(entries(room)) == 1
    sharing.on()
    check()
    assert len(entries(room)) == 2
    monkeypatch.setenv("VAE_COURSE_RECORD", "0")
    check()
    assert len(entries(room)) == 2
    assert "VAE_COURSE_RECORD forbids it" in sharing.on().message


def test_a_learner_may_name_the_folder(home, tmp_path):
    shared = tmp_path / "a shared folder"
    told = sharing.on(shared)
    assert "there is no such folder" in told.message
    assert "Nothing was changed" in told.message
    assert not record.is_recording()
    shared.mkdir()
    sharing.on(str(shared))
    check()
    assert len(entries(shared)) == 1
    sharing.off()
    sharing.on()  # the folder is known by now
    check()
    assert len(entries(shared)) == 2


@pytest.mark.parametrize("named", ["", "\0", "~nobody-of-this-name/x", "/proc/nowhere", "x" * 300])
def test_a_folder_that_cannot_be(monkeypatch, named):
    monkeypatch.setattr(class_folder, "path", class_folder.path)
    if "\0" in named:
        monkeypatch.setattr(class_folder, "path", lambda: class_folder.Path(named))
    else:
        monkeypatch.setenv("VAE_COURSE_CLASS", named)
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    assert check().state == RIGHT
    assert sharing.status().state == "sharing"
    class_folder.forget()


def test_a_folder_that_goes_away_and_comes_back_gets_all_lines(home, room, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    check(3)
    away = room.rename(room.with_name("away"))
    check(4)
    assert not room.exists()  # a mount point must not become a folder
    assert "lines wait" in sharing.status().message
    away.rename(room)
    check(2)
    assert [entry["verdict"] for entry in entries(room)] == ["wrong", "wrong", "right"]
    assert (home / "checks.jsonl").read_text().count("\n") == 3


def test_a_folder_that_does_not_answer_holds_nobody_up(room, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    monkeypatch.setattr(class_folder, "PATIENCE", 0.05)
    answers, add_line = threading.Event(), journal.add_line

    def hangs(path, entry):
        if path.parent == room:
            answers.wait(20)
        add_line(path, entry)

    monkeypatch.setattr(journal, "add_line", hangs)
    start = time.monotonic()
    for _ in range(3):
        check()
    assert time.monotonic() - start < 10
    assert entries(room) == []
    answers.set()
    for _ in range(200):
        if len(entries(room)) == 3:
            break
        time.sleep(0.01)
    assert len(entries(room)) == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_whoever_runs_the_class_can_read_it_under_any_umask(room, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    before = os.umask(0o077)
    try:
        check()
    finally:
        os.umask(before)
    [file] = room.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_the_courses_own_runs_share_nothing(home, room, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    monkeypatch.setenv("VAE_COURSE_EXPECT", RIGHT)
    check()
    assert list(room.iterdir()) == []
    assert not home.exists()


def test_two_kernels_at_once_are_one_learner(home, room):
    code = (
        "from vae_helpers.checks import record\n"
        "from vae_helpers.checks.verdicts import Result\n"
        "for i in range(50): record.keep_check('99', 'two', Result('right', '', ''), 0.0)"
    )
    environment = {**os.environ, "VAE_COURSE_RECORD": "1"}
    kernels = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(2)]
    assert [kernel.wait() for kernel in kernels] == [0, 0]
    [file] = room.iterdir()
    assert len(entries(room)) == len(entries(home)) == 100
    assert {entry["who"] for entry in entries(room)} == {file.stem}


def test_without_a_folder_of_ones_own_the_class_still_gets_a_line(home, room, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_RECORD", "1")
    home.write_text("in the way")
    check()
    assert len(entries(room)) == 1
    assert "could not be switched" in sharing.on().message + sharing.off().message


@pytest.mark.parametrize(("content", "is_kept"), [("0123456789ab", True), ("", False), ("x", None)])
def test_the_number_drawn_by_chance(home, content, is_kept):
    home.mkdir()
    (home / "class-id").write_text(content)
    if is_kept is None:
        with pytest.raises(OSError, match="holds no 12 hexadecimal digits"):
            journal.token("class-id")
        return
    drawn = journal.token("class-id")
    assert len(drawn) == 12
    assert (drawn == content) == is_kept
    assert journal.token("class-id") == drawn
