"""The board of a class: thirty learners' files become what an instructor wants to know."""

import ast
import html.parser
import io
import json
import re
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import simulate_class

from vae_helpers import checks, class_board
from vae_helpers.checks import core, sharing
from vae_helpers.class_board import Check, Reader, board

NOW = datetime(2026, 11, 24, 16, tzinfo=UTC)
LINE = {"chapter": "00", "exercise": "halfway", "verdict": "wrong", "kind": "shape", "seconds": 0}


def write(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def at(minutes, who="a", now=NOW, **changes):
    when = (now - timedelta(minutes=minutes)).isoformat(timespec="seconds")
    return {"when": when, "who": who, **LINE, **changes}


def seen(folder, now=NOW):
    shown = board(Reader(folder).read(), now)
    return shown, {row.exercise[1]: row for row in shown.rows}


@pytest.fixture
def room(tmp_path):
    """Return a folder with thirty learners, 45 minutes after they began."""
    lines = simulate_class.simulate(chapters=("00", "01"), known_mistakes=False)
    simulate_class.write(_made(tmp_path / "room"), lines, 45, now=NOW)
    return tmp_path / "room"


def _made(folder):
    folder.mkdir()
    return folder


def test_thirty_learners(room):
    shown, rows = seen(room)
    assert shown.n_learners == 30
    assert 20 <= shown.n_active <= 30
    assert not shown.is_over
    assert shown.chapter == "01"
    total = sum(row.working + row.stuck for row in shown.rows)
    assert total <= shown.n_active  # nobody is in two places
    for row in shown.rows:
        assert row.solved + row.working + row.stuck + row.left <= 30
        assert len(row.tries) == row.solved
    entries = [json.loads(x) for file in room.iterdir() for x in file.read_text().splitlines()]
    right = {e["who"] for e in entries if (e["exercise"], e["verdict"]) == ("halfway", "right")}
    assert rows["halfway"].solved == len(right) > 20
    missed = [e for e in entries if (e["exercise"], e["kind"]) == ("halfway", "shape")]
    assert rows["halfway"].wrong["shape"] == len({e["who"] for e in missed})


def test_where_somebody_is_and_when_somebody_is_stuck(tmp_path):
    right, stub = {"verdict": "right"}, {"verdict": "not attempted"}
    write(tmp_path / "new.jsonl", at(1, "new", **stub))
    write(tmp_path / "work.jsonl", at(2, "work"), at(1, "work"))
    write(tmp_path / "often.jsonl", *[at(1, "often")] * 1, *(at(i / 10, "often") for i in range(4)))
    write(tmp_path / "long.jsonl", at(7, "long"))
    write(tmp_path / "done.jsonl", at(3, "done"), at(2, "done", **right))
    write(tmp_path / "gone.jsonl", at(50, "gone"))
    other = {"chapter": "01", "exercise": "build_decoder"}
    write(tmp_path / "on.jsonl", at(9, "on"), at(1, "on", **other))
    # It was right once, and somebody runs the cell with the stub or with an error again.
    write(tmp_path / "twice.jsonl", at(5, "twice", **right), at(1, "twice"))
    shown, rows = seen(tmp_path)
    row = rows["halfway"]
    assert (row.solved, row.working, row.stuck, row.left) == (2, 1, 2, 2)
    assert sorted(row.tries) == [0, 1]
    assert (shown.n_learners, shown.n_active) == (8, 7)
    first, second = [row.exercise[1] for row in shown.rows if row.chapter == "01"][:2]
    # "done" and "twice" are through with chapter 00, and so at the first exercise of 01.
    assert {name: rows[name].working for name in (first, second)} == {first: 2, second: 1}


def test_a_class_that_is_over_is_shown_as_it_was(tmp_path):
    write(tmp_path / "a.jsonl", at(0, "a"))
    late = NOW + timedelta(days=3)
    shown, rows = seen(tmp_path, late)
    assert shown.is_over
    assert shown.when == NOW
    assert rows["halfway"].working == 1
    assert "as it was on 24 November 2026" in class_board.as_text(shown)


def test_a_clock_that_is_ahead_hides_nobody(tmp_path):
    write(tmp_path / "a.jsonl", at(-90, "a"))
    shown, rows = seen(tmp_path)
    assert (shown.n_active, rows["halfway"].working) == (1, 1)


def test_collected_files_in_any_order_count_each_line_once(tmp_path):
    lines = [at(3, "ann"), at(2, "ann", verdict="right")]
    write(tmp_path / "shared" / "ann.jsonl", *lines)
    write(tmp_path / "collected" / "Ann B" / "checks.jsonl", *lines)
    write(tmp_path / "collected" / "Ann B" / "progress.jsonl", {"chapter": "00", "state": "right"})
    write(tmp_path / "collected" / "Ann B" / "experiments.jsonl", {"experiment": "00"})
    for who, name in (("ann", "a"), ("bob", "b")):
        with zipfile.ZipFile(tmp_path / f"{name}-vae-course.zip", "w") as archive:
            archive.writestr("checks.jsonl", json.dumps(at(1, who)) + "\n")
    old = [{k: v for k, v in at(5).items() if k != "who"}]  # of an edition without the number
    write(tmp_path / "x" / "checks.jsonl", *old)
    write(tmp_path / "y" / "checks.jsonl", *old)
    found = Reader(tmp_path).read()
    assert sorted(map(len, found.values())) == [1, 1, 1, 3]
    assert [check.when for check in found["ann"]] == sorted(check.when for check in found["ann"])


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"\n\n\xff\xfe\0",
        b'{"verdict": "wrong"}',
        b'["verdict"]',
        b'{"when": 5, "chapter": "00", "exercise": "halfway", "verdict": "wrong"}',
        b'{"when": "x", "chapter": "00", "exercise": "halfway", "verdict": "wrong"}',
        b'{"when": "0001-01-01T00:00:00+14:00", "chapter": "0", "exercise": "h", "verdict": "x"}',
        b'{"verdict": "right", "when": "2026-11-24T15:5',
        b'"verdict"' * 100_000,
        b'{"verdict": ' * 5_000,
    ],
)
def test_rubbish_and_half_lines_are_left_out(tmp_path, rubbish):
    (tmp_path / "a.jsonl").write_bytes(json.dumps(at(1)).encode() + b"\n" + rubbish)
    (tmp_path / "b.zip").write_bytes(rubbish)
    (tmp_path / "c.txt").write_bytes(rubbish)
    shown, rows = seen(tmp_path)
    assert shown.n_learners == 1
    assert rows["halfway"].working == 1


def test_names_that_this_edition_does_not_know_and_nothing_at_all(tmp_path):
    assert "No check has left a line yet" in class_board.as_text(seen(tmp_path)[0])
    assert "No check has left a line yet" in class_board.as_page(seen(tmp_path)[0])
    bad = {"chapter": "../<b>", "exercise": "<script>alert(1)</script>", "kind": "<i>"}
    write(tmp_path / "a.jsonl", at(1, "a", **bad), at(1, "b", chapter="77"), at(1, "c", **bad))
    shown, rows = seen(tmp_path)
    assert set(rows) == {"<script>alert(1)</script>", "halfway"}
    assert class_board.as_text(shown)
    assert "<script" not in class_board.as_page(shown)


def test_only_what_changed_is_read_again(tmp_path, monkeypatch):
    write(tmp_path / "a.jsonl", at(2))
    b = write(tmp_path / "b.jsonl", at(2, "b"))
    opened = []
    checks_in = class_board._checks_in
    monkeypatch.setattr(class_board, "_checks_in", lambda p: opened.append(p.name) or checks_in(p))
    reader = Reader(tmp_path)
    reader.read()
    assert sorted(opened) == ["a.jsonl", "b.jsonl"]
    with b.open("a") as file:
        file.write(json.dumps(at(1, "b")) + "\n")
    assert len(reader.read()["b"]) == 2
    assert len(opened) == 3
    b.unlink()
    assert set(reader.read()) == {"a"}


def test_ten_thousand_lines_take_no_time(tmp_path):
    for n in range(100):
        write(tmp_path / f"{n}.jsonl", *(at(i, str(n)) for i in range(100)))
    start = time.process_time()
    shown = seen(tmp_path)[0]
    assert shown.n_learners == 100
    assert time.process_time() - start < 2


def test_of_a_self_test_each_missed_question_counts(tmp_path):
    lines = {"exercise": "self_test", "chapter": "01", "kind": "3 of 5"}
    write(tmp_path / "a.jsonl", at(1, "a", **lines, mistake="missed: 1, 3"))
    write(tmp_path / "b.jsonl", at(1, "b", **lines, mistake="missed: 3"))
    assert seen(tmp_path)[1]["self_test"].wrong == {"question 3": 2, "question 1": 1}


def test_text(room):
    shown, _ = seen(room)
    text = class_board.as_text(shown, width=80)
    assert max(map(len, text.splitlines())) <= 80
    assert "30 learners" in text
    for row in shown.rows:
        assert f"{row.chapter} {row.title}"[:20] in text
    short = class_board.as_text(shown, width=80, height=30, once=False)
    assert len(short.splitlines()) <= 30
    for row in shown.rows:
        assert len(class_board._bar(row, 30, 30)) == 30


def test_a_terminal_without_blocks(room, monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    assert class_board.show(room, every=None) == 0
    out.seek(0)
    assert "#" in out.read()


class _Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.open, self.words = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_page(room):
    shown, _ = seen(room)
    page = class_board.as_page(shown, every=5)
    parsed = _Page()
    parsed.feed(page)
    assert parsed.open == []
    assert ("meta", {"http-equiv": "refresh", "content": "5"}) in parsed.tags
    # Nothing is fetched, and nothing runs.
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in parsed.tags}
    assert not re.search(r"url\(|https?:|@import", page)
    assert "refresh" not in class_board.as_page(shown, every=None)
    for row in shown.rows:
        assert (row.title in parsed.words) == (row.chapter == shown.chapter)


def test_it_looks_again_until_ctrl_c(room, monkeypatch, capsys, tmp_path):
    page, looks = tmp_path / "board.html", []

    def sleep(seconds):
        looks.append((seconds, page.read_text()))
        if len(looks) == 1:
            now = datetime.now(UTC)
            write(room / "new.jsonl", at(0, "new", now))
        if len(looks) == 2:
            room.rename(tmp_path / "away")
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(class_board.time, "sleep", sleep)
    assert class_board.show(room, every=3, page=page) == 0
    assert [seconds for seconds, _ in looks] == [3, 3, 3]
    assert ["30 learners" in page for _, page in looks] == [True, False, False]
    out = capsys.readouterr().out
    assert out.count("31 learners") == 2  # while the folder is away, the last board stays
    assert "cannot be read now" in out
    assert "\x1b" not in out  # what is no terminal gets no control characters


def test_the_names_of_kinds_are_those_that_the_checkers_use():
    used = {"right"}
    for path in Path(checks.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                used |= set(_kinds(node))
    used |= {"in place"}  # which is chosen in two steps
    assert used == {"right", *class_board.KINDS}, used ^ set(class_board.KINDS)
    assert class_board.in_words("You took `log_var` for log σ.") == "You took `log_var` for log σ."


def _kinds(call):
    """Yield the words for a kind in a call of Wrong, expect, Found, or with ``kind=``."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    place = {"Wrong": 1, "expect": 2, "Found": 0}.get(name)
    given = [k.value for k in call.keywords if k.arg == "kind" and name != "Result"]
    if place is not None and len(call.args) > place:
        given.append(call.args[place])
    if name == "Wrong" and len(call.args) == 1 and not given:
        yield "own"
    for part in given:  # "shape", or found.kind or "shape"
        for node in part.values if isinstance(part, ast.BoolOp) else [part]:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
                yield node.value


def test_solutions_are_released_for_the_class(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("VAE_COURSE_CLASS", str(tmp_path))
    monkeypatch.setenv("VAE_COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VAE_COURSE_SOLUTIONS", "closed")
    exercise = core.exercises_of("00")["halfway"]
    for what in ("01", "00/halfway"):
        assert exercise.solution().state == "closed"
        class_board.release(tmp_path, what)
    assert exercise.solution().state == "solution"
    assert (tmp_path / "solutions-open").read_text() == "01\n00/halfway\n"
    class_board.release(tmp_path, None, withdraw=True)
    assert exercise.solution().state == "closed"
    assert "Released: 01, 00/halfway" in capsys.readouterr().out


def test_a_check_is_what_the_board_reads(tmp_path, monkeypatch):
    """From a learner's cell to the board, without a file made by hand."""
    monkeypatch.setenv("VAE_COURSE_CLASS", str(_made(tmp_path / "room")))
    monkeypatch.setenv("VAE_COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("VAE_COURSE_EXPECT", raising=False)
    sharing.on()
    exercise = core.exercises_of("00")["halfway"]
    exercise.check(lambda a, b: (a + b) / 2.5)
    exercise.reset()
    [[check]] = Reader(tmp_path / "room").read().values()
    assert isinstance(check, Check)
    assert check.exercise == ("00", "halfway")
    assert check.verdict == "wrong"
    assert abs(datetime.now(UTC) - check.when) < timedelta(minutes=1)
    row, *_ = board(Reader(tmp_path / "room").read()).rows
    assert (row.title, row.working) == (exercise.title, 1)
