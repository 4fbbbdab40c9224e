"""``vae-helpers class FOLDER``: which exercise the room is at, where it is stuck, and on what.

It reads the lines that each check adds – see :mod:`vae_helpers.checks.sharing` – out of a folder
that the class shares, or of files that were collected: ``checks.jsonl``, ``vae-course.zip``, in
folders of any depth. No server: it looks again every few seconds, and reads only what changed.
"""

import html
import json
import re
import shutil
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vae_helpers import files
from vae_helpers.checks import core
from vae_helpers.checks import release as solutions
from vae_helpers.checks.verdicts import RIGHT, WRONG
from vae_helpers.terminal import fits, say

# Stuck is who is not through after so many wrong answers, or so long after the first one.
STUCK_TRIES, STUCK_AFTER = 4, timedelta(minutes=6)
HERE_FOR = timedelta(minutes=30)  # who has checked nothing for so long is not counted as at work
OVER_AFTER = timedelta(hours=1)  # without a new line, the board shows how it was at the last one
LONGEST = 100_000  # characters of a line; a longer one is none of ours

# The word in a line's "kind" → what is said of such an answer.
KINDS = {
    "argument": "an argument was changed before it is used",
    "constant": "always the same answer",
    "earlier": "the answer to an earlier exercise",
    "exception": "it stopped with an error",
    "exchanged": "two values or arguments are exchanged",
    "factor": "off by a factor",
    "fallback": "another wrong value",
    "gradient": "no gradient flows through it",
    "fixed": "an argument is fixed",
    "function": "a function of the right value, such as its square",
    "graph": "right numbers, but Keras cannot compile it",
    "ignored": "an argument is ignored",
    "in place": "it changes the array that it was given",
    "large": "right for small numbers only",
    "layout": "right numbers in another layout",
    "mistake": "a mistake that this exercise knows",
    "nan": "NaN or infinity",
    "none": "no `return`",
    "offset": "off by a constant",
    "one value": "one value for all",
    "own": "a mistake that only this exercise has",
    "reduced": "summed up once too often",
    "reduction": "a sum for a mean, or the like",
    "seed": "the seed is not used",
    "shape": "another shape",
    "sign": "the wrong sign",
    "term": "a term is missing, doubled or has the wrong sign",
    "time": "it does not come to an end",
    "type": "no number, array or function",
    "unreduced": "a sum or mean is missing",
}


@dataclass(frozen=True)
class Check:
    """A line: somebody handed in an answer."""

    when: datetime
    exercise: tuple[str, str]  # chapter and name
    verdict: str
    kind: str = ""


@dataclass
class Row:
    """How the room stands with one exercise; all are numbers of learners.

    Attributes:
        exercise: chapter and name.
        title: for people.
        solved: right, once at least.
        working: they answered it last, or what comes before it, and have not got it right.
        stuck: those of them who have been at it for long.
        left: tried it without success, and went on or away.
        tries: wrong answers before the right one, one number for each who solved it.
        wrong: what was said of wrong answers → to how many.
    """

    exercise: tuple[str, str]
    title: str
    solved: int = 0
    working: int = 0
    stuck: int = 0
    left: int = 0
    tries: list[int] = field(default_factory=list)
    wrong: Counter = field(default_factory=Counter)

    @property
    def chapter(self) -> str:
        """Such as "01"."""
        return self.exercise[0]


@dataclass
class Board:
    """What the board shows.

    Attributes:
        rows: of the chapters in which something was answered, in the course's order.
        n_learners: all who have handed in anything.
        n_active: those who did so lately.
        when: the time that "lately" counts from, UTC.
        is_over: whether that is the last line's time, since there was none for long.
    """

    rows: list[Row]
    n_learners: int
    n_active: int
    when: datetime
    is_over: bool

    @property
    def chapter(self) -> str:
        """Where most of the room works now, or most has been solved if nobody does."""
        weights: Counter = Counter()
        for row in self.rows:
            weights[row.chapter] += 1_000_000 * (row.working + row.stuck) + row.solved + row.left
        return max(weights, key=lambda chapter: (weights[chapter], chapter)) if weights else ""


class Reader:
    """Reads a folder again and again; a file that has not changed is not opened again."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self._known: dict = {}

    def read(self) -> dict[str, list[Check]]:
        """Return who → checks, in the order of time. Lines that stand in several files count once.

        Raises:
            OSError: if the folder cannot be read.
        """
        found = dict(self._entries())
        self._known = {path: found[path] for path in found}
        learners: dict[str, dict] = {}
        for path, (_, entries) in found.items():
            for who, check in entries:
                learners.setdefault(who or path, {})[check] = None
        return {
            who: sorted(checks, key=lambda check: check.when) for who, checks in learners.items()
        }

    def _entries(self) -> Iterator[tuple[str, tuple]]:
        paths = [self.folder] if self.folder.is_file() else sorted(_below(self.folder))
        for path in paths:
            try:
                status = path.stat()
                state = (status.st_size, status.st_mtime_ns)
                known = self._known.get(str(path))
                if known is None or known[0] != state:
                    known = (state, list(_checks_in(path)))
            except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
                continue  # being copied, or not for us to read
            yield str(path), known


def _below(folder):
    """Yield the files that may hold lines; a folder that is not there raises."""
    for path in [*folder.iterdir()]:
        if path.is_dir() and not path.is_symlink():
            try:
                yield from _below(path)
            except OSError:
                continue
        elif path.suffix in (".jsonl", ".zip"):
            yield path


def _checks_in(path):
    """Return (who, check) of each line of a file, or of the files in an archive."""
    if path.suffix != ".zip":
        yield from _parsed(path.read_bytes())
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.endswith(".jsonl") and member.file_size < 50_000_000:
                yield from _parsed(archive.read(member))


def _parsed(content):
    for line in content.split(b"\n"):
        if b'"verdict"' not in line or len(line) > LONGEST:
            continue
        try:
            entry = json.loads(line.decode(errors="replace"))
            who = str(entry.get("who", ""))
            yield who, _check(entry)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
            continue  # half a line, or somebody else's


def _check(entry):
    when = datetime.fromisoformat(entry["when"])
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    kind = str(entry.get("mistake") or entry.get("kind", ""))
    exercise = (str(entry["chapter"]), str(entry["exercise"]))
    return Check(when, exercise, str(entry["verdict"]), kind)


def board(learners: dict[str, Sequence[Check]], now: datetime | None = None) -> Board:
    """Count how the room stands.

    Args:
        learners: who → checks in the order of time.
        now: UTC; None takes the clock. Without a line for an hour the last line's time counts.
    """
    now = now or datetime.now(UTC)
    tried = {who: [c for c in checks if c.verdict in (RIGHT, WRONG)] for who, checks in
             learners.items()}  # fmt: skip
    last = max((checks[-1].when for checks in learners.values() if checks), default=now)
    is_over = now - last > OVER_AFTER
    when = last if is_over else now
    rows = {row.exercise: row for row in _course(tried.values())}
    n_active = 0
    for who, checks in tried.items():
        is_here = bool(learners[who]) and when - learners[who][-1].when < HERE_FOR
        n_active += is_here
        _count(rows, checks, when, is_here)
    return Board(list(rows.values()), len(learners), n_active, when, is_over)


def _count(rows, checks, when, is_here):
    """Add one learner's checks, in the order of time, to the rows."""
    by_exercise: dict[tuple, list[Check]] = {}
    for check in checks:
        by_exercise.setdefault(check.exercise, []).append(check)
    at = _place(rows, by_exercise, checks[-1].exercise) if is_here and checks else None
    if at and at not in by_exercise:
        rows[at].working += 1
    for exercise, own in by_exercise.items():
        row = rows[exercise]
        verdicts = [check.verdict for check in own]
        row.wrong.update({kind for check in own for kind in _kinds(check)})
        if RIGHT in verdicts:
            row.solved += 1
            row.tries.append(verdicts.index(RIGHT))
        elif exercise != at:
            row.left += 1
        elif len(own) >= STUCK_TRIES or when - own[0].when >= STUCK_AFTER:
            row.stuck += 1
        else:
            row.working += 1


def _kinds(check):
    """Return what was wrong: of a self-test each question that was missed."""
    if check.verdict != WRONG:
        return []
    if check.kind.startswith(core.MISSED):
        return [f"question {n}" for n in re.findall(r"\d+", check.kind)]
    return [check.kind]


def _place(rows, by_exercise, last):
    """Return the exercise that somebody is at: the last one or, if it is solved, the next one."""
    if all(check.verdict != RIGHT for check in by_exercise[last]):
        return last
    order = list(rows)
    after = order[order.index(last) + 1 :]
    return next((exercise for exercise in after if exercise not in by_exercise), None)


def _course(all_checks) -> Iterator[Row]:
    """Yield a row for each exercise of the chapters that were begun; unknown ones at the end."""
    seen = {check.exercise: None for checks in all_checks for check in checks}
    for chapter in sorted({chapter for chapter, _ in seen}):
        titles = _titles(chapter)
        unknown = {name: name for c, name in seen if c == chapter and name not in titles}
        for name, title in {**titles, **unknown}.items():
            yield Row((chapter, name), title)


def _titles(chapter):
    """Return name → title of a chapter's exercises, none for a chapter that is not there."""
    if not re.fullmatch(r"\d\d", chapter):
        return {}
    try:
        return {name: exercise.title for name, exercise in core.exercises_of(chapter).items()}
    except ModuleNotFoundError:
        return {}


def in_words(kind: str) -> str:
    """Return what is said of a wrong answer: a mistake's own sentence, or the kind in words."""
    return KINDS.get(kind, kind or KINDS["own"])


def show(folder: Path, every: float | None = 10.0, page: Path | None = None) -> int:
    """Show the board, and again every so many seconds until Ctrl-C; return 0.

    Args:
        folder: of the class, or a file.
        every: seconds; None shows it once.
        page: a file that becomes the same board as a web page.

    Raises:
        ValueError: for a folder that is not there, or seconds below 1.
    """
    if not Path(folder).exists():
        raise ValueError(f"FOLDER={str(folder)!r}: there is no such folder")
    if every is not None and not every >= 1:
        raise ValueError(f"every={every:g}: allowed is a number of seconds from 1")
    reader, shown = Reader(folder), None
    try:
        while True:
            try:
                shown, trouble = board(reader.read()), ""
            except OSError as error:  # a network folder that is away for a while
                trouble = f"The folder cannot be read now ({error}): this is how it was."
            if page is not None and shown:
                files.write_text(page, as_page(shown, every))
            if shown:
                _redraw(as_text(shown, *_size(), once=every is None), every is not None)
            if trouble:
                say(trouble)
            if every is None:
                return 0
            say(f"Every {every:g} s; Ctrl-C ends it.")
            time.sleep(every)
    except KeyboardInterrupt:
        say()
        return 0


def release(folder: Path, what: str | None, withdraw: bool = False) -> int:
    """Open solutions for the whole class, by a line in its folder, or take all of that back.

    Args:
        folder: of the class.
        what: "all", a chapter "03", or an exercise "03/elbo".
        withdraw: delete the file; the switch counts again.

    Raises:
        ValueError: for a folder or an exercise that is not there.
    """
    path = Path(folder) / solutions.RELEASE_FILE
    if not path.parent.is_dir():
        raise ValueError(f"FOLDER={str(folder)!r}: there is no such folder")
    if withdraw:
        path.unlink(missing_ok=True)
        say("No solution is released any more.")
        return 0
    _known(what)
    listed = path.read_text("utf-8").split() if path.exists() else []
    files.write_text(path, "".join(f"{one}\n" for one in dict.fromkeys([*listed, what])))
    path.chmod(0o644)
    say(f"Released: {', '.join(dict.fromkeys([*listed, what]))}, for whoever asks from now on.")
    return 0


def _known(what):
    chapter, _, name = what.partition("/")
    titles = _titles(chapter)
    if what != "all" and not (titles and (not name or name in titles)):
        raise ValueError(
            f"release={what!r}: allowed are all, a chapter such as 03, or an exercise such as 03/"
            + (", ".join(titles) or "NAME")
        )


def _size():
    size = shutil.get_terminal_size((100, 40))
    return size.columns, size.lines


def _redraw(text, again):
    """Print the board, over the last one where the terminal can do that."""
    if again and sys.stdout.isatty():
        if sys.platform == "win32":
            __import__("os").system("")  # lets the old console understand what follows
        sys.stdout.write("\x1b[H\x1b[2J\x1b[3J")
    say(text)


def as_text(shown: Board, width: int = 100, height: int = 40, once: bool = True) -> str:
    """Return the board for a terminal; without ``once`` in as many lines as it has."""
    if not shown.rows:
        return f"{_headline(shown)}\nNo check has left a line yet."
    lines = [_headline(shown), ""]
    bar = max(8, min(30, width - 66))
    lines.append(f"{'':34}{'solved':>7}{'at work':>8}{'stuck':>7}{'went on':>8}")
    for row in _shown_rows(shown, everything=once):
        if isinstance(row, str):
            lines.append(row)
            continue
        numbers = (row.solved, row.working, row.stuck, row.left)
        cells = "".join(f"{n or '·':>{w}}" for n, w in zip(numbers, (7, 8, 7, 8), strict=True))
        title = _short(f"{row.chapter} {row.title}", 33)
        lines.append(f"{title:34}{cells}  {_bar(row, shown.n_learners, bar)}".rstrip())
    lines += ["", _legend(), "", "What goes wrong, and with how many:"]
    room = None if once else max(3, height - len(lines) - 3)
    for n, row, kind in worst(shown)[: room if room else 12]:
        words = f"{row.chapter} {row.title}: {in_words(kind)}"
        lines.append(f"{n:4}×  {_short(words, max(30, width - 7))}")
    return "\n".join(lines)


def _shown_rows(shown, everything):
    """Yield the rows of the room's chapter, and a line for each other one."""
    for chapter in dict.fromkeys(row.chapter for row in shown.rows):
        rows = [row for row in shown.rows if row.chapter == chapter]
        busy = any(row.working + row.stuck for row in rows)
        if everything or chapter == shown.chapter or busy:
            yield from rows
        else:
            n = sum(row.solved for row in rows)
            yield f"{chapter} – {n} answers right to its {len(rows)} exercises"


def worst(shown: Board) -> list[tuple[int, Row, str]]:
    """Return (learners, row, kind) of wrong answers: where the room is now first, then by number.

    Two of each exercise at most, and what only one learner did is left out if more is known.
    """
    found = [(n, row, kind) for row in shown.rows for kind, n in row.wrong.most_common(2)]
    several = [one for one in found if one[0] > 1]

    def order(one):
        n, row, kind = one
        return (not row.working + row.stuck, row.chapter != shown.chapter, -n, kind)

    return sorted(several or found, key=order)


def _headline(shown):
    clock = f"{shown.when.astimezone():%H:%M}"
    people = f"{shown.n_learners} learner{'s' * (shown.n_learners != 1)}"
    minutes = int(HERE_FOR.total_seconds() / 60)
    if shown.is_over:
        return f"{people}, as it was on {shown.when.astimezone():%d %B %Y at %H:%M}"
    return f"{clock}  {people}, {shown.n_active} active in the last {minutes} minutes"


_SIGNS = {"solved": "█", "working": "▒", "stuck": "!", "left": "-", "rest": "·"}


def _signs():
    plain = {"solved": "#", "working": "+", "stuck": "!", "left": "-", "rest": "."}
    return _SIGNS if fits("".join(_SIGNS.values())) else plain


def _bar(row, n, width):
    """Return a bar of the room, in whole characters that add up to its width."""
    signs, drawn, done = _signs(), "", 0
    for name in ("solved", "working", "stuck", "left"):
        done += getattr(row, name)
        drawn += signs[name] * (round(width * done / n) - len(drawn))
    return drawn + signs["rest"] * (width - len(drawn))


def _legend():
    signs = _signs()
    after = f"{STUCK_TRIES} answers or {STUCK_AFTER.total_seconds() / 60:.0f} minutes"
    return (
        f"{signs['solved']} solved  {signs['working']} at work  {signs['stuck']} stuck "
        f"({after})  {signs['left']} went on"
    )


def _short(text, width):
    text = " ".join(text.replace("`", "").split())
    return text if len(text) <= width else text[: width - 1] + "…"


def as_page(shown: Board, every: float | None = 10.0) -> str:
    """Return the board as one HTML page that needs no network and looks again by itself.

    Solved, at work and stuck differ in colour (of Okabe and Ito's, told apart by the colour-blind),
    in brightness, and in pattern; and each bar has its numbers beside it.
    """
    refresh = f'<meta http-equiv="refresh" content="{every:g}">' if every else ""
    rows = [row for row in shown.rows if row.chapter == shown.chapter]
    others = [line for line in _shown_rows(shown, everything=False) if isinstance(line, str)]
    others += [
        f"{row.chapter} {row.title}: {row.working + row.stuck} there"
        for row in shown.rows
        if row.chapter != shown.chapter and row.working + row.stuck
    ]
    mistakes = [one for one in worst(shown) if one[1].chapter == shown.chapter][:4]
    body = [f"<h1>{html.escape(_headline(shown))}</h1>"]
    if not rows:
        body.append("<p>No check has left a line yet.</p>")
    else:
        body.append(_page_table(rows, shown.n_learners))
    if mistakes:
        body.append("<h2>What goes wrong</h2><ol>")
        body += [
            f"<li><b>{n}×</b> {html.escape(_short(row.title, 40))}: {_code(in_words(kind))}</li>"
            for n, row, kind in mistakes
        ]
        body.append("</ol>")
    if others:
        body.append(f"<p class='others'>{html.escape(' · '.join(others[:5]))}</p>")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        f"<title>The class</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(body)}</body></html>\n"
    )


def _page_table(rows: Iterable[Row], n: int) -> str:
    heads = ("solved", "at work", "stuck")
    head = "".join(f"<th scope='col' class='n'>{name}</th>" for name in heads)
    lines = [
        f"<table><thead><tr><th scope='col'>Chapter {html.escape(next(iter(rows)).chapter)}</th>"
        f"{head}<th scope='col'><span class='key'><i class='solved'></i>solved "
        "<i class='working'></i>at work <i class='stuck'></i>stuck <i class='left'></i>went on"
        "</span></th></tr></thead><tbody>"
    ]
    for row in rows:
        here = " class='here'" if row.working + row.stuck else ""
        cells = "".join(
            f"<td class='n'>{number or '<span class=zero>0</span>'}</td>"
            for number in (row.solved, row.working, row.stuck)
        )
        parts = "".join(
            f"<i class='{name}' style='width:{100 * getattr(row, name) / max(n, 1):.2f}%'></i>"
            for name in ("solved", "working", "stuck", "left")
        )
        lines.append(
            f"<tr{here}><th scope='row'>{html.escape(row.title)}</th>{cells}"
            f"<td class='bar' aria-hidden='true'><div>{parts}</div></td></tr>"
        )
    return "".join(lines) + "</tbody></table>"


def _code(text):
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


_STYLE = """
:root { font: 24px/1.25 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: #111; }
body { margin: 0.6rem 1rem; background: #fff; }
h1 { font-size: 1.25rem; margin: 0 0 0.4rem; }
h2 { font-size: 1.1rem; margin: 0.6rem 0 0.2rem; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 600; padding: 0.1rem 0.4rem; }
thead th { font-size: 0.8rem; white-space: nowrap; }
tbody th { font-weight: 400; width: 15rem; }
tr.here th { font-weight: 700; }
.n { text-align: right; width: 3.4rem; padding: 0.1rem 0.4rem; font-variant-numeric: tabular-nums; }
.zero { color: #767676; }
.bar div { display: flex; height: 1.15rem; background: #eee; border: 1px solid #555; }
i { display: inline-block; height: 100%; }
.solved { background: #0072B2; }
.working { background: #F0E442; }
.stuck { background: repeating-linear-gradient(45deg, #D55E00 0 7px, #5a2500 7px 11px); }
.left { background: #999; }
.key i { width: 1rem; height: 0.8rem; border: 1px solid #555; margin: 0 0.2rem 0 0.7rem; }
ol { margin: 0; padding-left: 1.4rem; } li { margin: 0.1rem 0; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.9em; }
.others { color: #444; font-size: 0.85rem; margin: 0.5rem 0 0; }
"""
