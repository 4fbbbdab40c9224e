"""Fast-forward: what a section needs of those before it, made in the learner's own kernel.

``tools/build_notebooks.py`` writes for each chapter what each statement binds, changes and reads
(``assets/sections/NN_topic.json``). :func:`fast_forward` runs those statements that lead to what a
section and all below it need, with the solutions in place of the exercises, and nothing that draws,
prints, checks or records.
"""

import ast
import contextlib
import inspect
import io
import linecache
import operator
import re
import sys
import textwrap
import time
import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vae_helpers.files import ASSETS, read_json

FOLDER = ASSETS / "sections"
LEDGER = "__fast_forward__"  # in the learner's namespace: what was made here, and when
PATIENCE = 2  # seconds after which a bar is shown
SAME = 0.5  # a cell that was run is the chapter's if it has this share of its lines


class FastForwardError(RuntimeError):
    """A statement that a section needs could not be run."""


@dataclass(frozen=True)
class Statement:
    """A statement of a chapter: see ``tools/dependencies.py``."""

    cell: int
    section: int
    code: str
    binds: frozenset
    changes: frozenset
    reads: frozenset
    is_loose: bool = False
    is_guard: bool = False
    exercise: str = ""

    @property
    def is_import(self) -> bool:
        """Whether it is an import."""
        return self.code.startswith(("import ", "from "))

    @property
    def touches(self) -> frozenset:
        """The names that have another value after it, perhaps."""
        return self.binds | self.changes


@dataclass(frozen=True)
class Chapter:
    """A chapter as the build wrote it down.

    Attributes:
        stem: the name of its file, without the ending.
        statements: of all cells, in their order.
        needs: section → the names that it and all below it need of what stands before.
        guards_need: the same with the asserts of the solutions.
    """

    stem: str
    statements: tuple[Statement, ...]
    needs: dict[int, frozenset]
    guards_need: dict[int, frozenset]

    def before(self, section: int, with_guards: bool) -> tuple[Statement, ...]:
        """Return the statements that stand before a section."""
        return tuple(
            s for s in self.statements if s.section < section and (with_guards or not s.is_guard)
        )


def fast_forward(chapter: str, section: int, *, namespace: dict | None = None) -> None:
    """Make what a section needs of those before it, and say what is there.

    Names that the kernel holds keep their values. Made anew are only those that section needs and
    that hold ``...`` or an open exercise, or the value of an earlier cell where the chapter
    changes it later. Exercises do not count as solved, and nothing is written.

    Args:
        chapter: such as ``"05_interpolation"``; ``"solutions/05_interpolation"`` makes what the
            asserts of the solutions look at, too.
        section: the number of the section to go on with.
        namespace: where the names are made; default: the notebook's.

    Raises:
        ValueError: for another chapter, or a section that it has not.
        FastForwardError: if a cell's code fails, naming the cell and the cause.
    """
    here = read_chapter(chapter)
    section = _allowed_section(section, here)
    with_guards = chapter.startswith("solutions/")
    if section == 1:
        print("Section 1 begins with the cells below: nothing to make, go on there.")
        return
    namespace = _namespace() if namespace is None else namespace
    needs = (here.guards_need if with_guards else here.needs)[section]
    statements = here.before(section, with_guards)
    kept = _kept(here, section, namespace, with_guards)
    made = needs - kept
    chosen = plan(statements, made, kept)
    if not chosen:
        print(f"Section {section} can begin: all that it needs is there already. Nothing was run.")
        return
    before = dict(namespace)
    try:
        _run(here, section, chosen, _PutBack(statements, kept, namespace), namespace)
    except BaseException:  # an interruption, too: half of a state would pass for all of it
        for name in {name for s in chosen for name in s.touches} - before.keys():
            namespace.pop(name, None)
        namespace.update(before)
        raise
    namespace.update({name: value for name, value in before.items() if name not in made})
    _note(namespace, here, chosen, made)
    print(_report(section, statements, chosen, needs, kept, made & before.keys()))


def chapters() -> list[str]:
    """List the chapters that have numbered sections."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def read_chapter(chapter: str) -> Chapter:
    """Read what the build wrote of a chapter; "solutions/" before its name is let pass.

    Raises:
        ValueError: naming the chapters that there are.
    """
    allowed = chapters()
    stem = chapter.removeprefix("solutions/") if isinstance(chapter, str) else chapter
    if stem not in allowed:
        raise ValueError(f"chapter={chapter!r}: allowed are {', '.join(map(repr, allowed))}")
    return from_json(stem, read_json(FOLDER / f"{stem}.json"))


def from_json(stem: str, content: dict) -> Chapter:
    """Make a chapter of what the build wrote."""
    statements = tuple(
        Statement(
            number,
            cell["section"],
            one["code"],
            *(frozenset(one.get(key, ())) for key in ("binds", "changes", "reads")),
            one.get("loose", False),
            cell.get("guard", False),
            cell.get("exercise", ""),
        )
        for number, cell in enumerate(content["cells"])
        for one in cell["statements"]
    )
    needs, guards_need = (
        {int(n): frozenset(names) for n, names in content[key].items()}
        for key in ("needs", "guards_need")
    )
    return Chapter(stem, statements, needs, guards_need)


def unmet(statements: Sequence[Statement]) -> frozenset:
    """Return the names that statements, run in order, need of what stands before them."""
    live = set()
    for statement in reversed(statements):
        live = (live - statement.binds) | statement.reads
    return frozenset(live)


def plan(
    statements: Sequence[Statement], wanted: Iterable[str], kept: frozenset = frozenset()
) -> list[Statement]:
    """Choose the statements that lead to the names wanted, going back from the last one.

    Args:
        statements: all that stand before, in their order.
        wanted: the names to make.
        kept: names that are there as they are after the last statement; they need not be made,
            save for statements that take an earlier value of theirs.
    """
    live, chosen = set(wanted), []
    last = {name: i for i, s in enumerate(statements) for name in s.touches}
    for i in range(len(statements) - 1, -1, -1):
        one = statements[i]
        follows = bool(chosen) and chosen[-1].cell == one.cell
        if not (one.touches & live or (one.is_loose and follows)):
            continue
        chosen.append(one)
        live -= one.binds
        live |= {name for name in one.reads if name not in kept or last.get(name, -1) >= i}
    return chosen[::-1]


# What the learner has.


def _kept(chapter, section, namespace, with_guards):
    """Return which names that stand before a section are there, and up to date."""
    everywhere = [s for s in chapter.statements if with_guards or not s.is_guard]
    before = [s for s in everywhere if s.section < section]
    names = {name for s in before for name in s.touches} & namespace.keys()
    usable = {name for name in names if not _is_open(name, namespace[name], before)}
    events = _events(chapter.stem, everywhere, namespace) if usable else []
    return frozenset(
        name
        for name in usable
        if len({s.cell for s in everywhere if name in s.touches}) == 1
        or _is_current(name, before, events)
    )


def _is_open(name, value, statements):
    """Say whether a value is a stub, which an exercise begins with."""
    if value is ...:
        return True
    is_answer = any(s.exercise and name in s.binds for s in statements)
    return is_answer and _is_stub(value)


def _is_stub(value):
    if isinstance(value, tuple | list):
        return any(part is ... for part in value)
    if isinstance(value, dict):
        return any(part is ... for part in value.values())
    if not isinstance(value, types.FunctionType | type):
        return False
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(value)))
    except (OSError, TypeError, SyntaxError):
        return ... in getattr(getattr(value, "__code__", None), "co_consts", ())
    indices = {
        id(n) for s in ast.walk(tree) if isinstance(s, ast.Subscript) for n in ast.walk(s.slice)
    }
    dots = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value is ...]
    return any(id(dot) not in indices for dot in dots)  # x[..., 0] is no stub


def _events(stem, statements, namespace):
    """List what was run in this kernel: (the chapter's cell or None, names it touched)."""
    ledger = namespace.get(LEDGER, {}).get(stem, [])
    inputs = namespace.get("In", [])
    touched, lines, exercises = {}, {}, {}
    for s in statements:
        touched.setdefault(s.cell, set()).update(s.touches)
        lines.setdefault(s.cell, set()).update(map(str.strip, s.code.splitlines()))
        exercises[s.cell] = s.exercise
    events = []
    for number, text in enumerate(inputs):
        if "fast_forward(" in text:
            continue
        found = {line.strip() for line in text.splitlines()}
        cell = _cell_of(text, found, lines, exercises)
        events.append((number, cell, _bound_in(text) if cell is None else touched[cell]))
    events += [(number + 0.5, cell, {name}) for number, cell, name in ledger]
    return [(cell, names) for _, cell, names in sorted(events, key=lambda event: event[0])]


def _cell_of(text, found, lines, exercises):
    """Return the cell of the chapter that an input is, perhaps changed by the learner, or None."""
    for cell, name in exercises.items():
        if name and re.search(rf"^exercises\.{name}\.(check|predict)\(", text, re.MULTILINE):
            return cell
    shares = {cell: len(its & found) / len(its) for cell, its in lines.items() if its}
    best = max(shares, key=shares.get, default=None)
    return best if best is not None and shares[best] >= SAME else None


def _bound_in(text):
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except SyntaxError:
        return set()
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names | {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}


def _is_current(name, before, events):
    """Say whether all cells that the value needs were run since its last binding.

    A value that the learner's own code has bound last is theirs, and stays.
    """
    touching = [s for s in before if name in s.touches]
    first = max((i for i, s in enumerate(touching) if name in s.binds), default=0)
    missing = {s.cell for s in touching[first:]}
    allowed = set(missing)
    for cell, names in reversed(events):
        if name not in names:
            continue
        if cell is None:
            return True
        if cell not in allowed:
            return False
        missing.discard(cell)
        if not missing:
            return True
    return False


# Running.


class _PutBack:
    """Gives the learner's values back, each as soon as the chapter does not change it any more."""

    def __init__(self, statements, kept, namespace):
        self.mine = {name: namespace[name] for name in kept}
        self.last = {name: s for s in statements for name in s.touches & kept}

    def after(self, statement, namespace):
        names = (n for n in statement.touches & self.mine.keys() if self.last[n] is statement)
        namespace.update({name: self.mine[name] for name in names})


def _run(chapter, section, chosen, put_back, namespace):
    with _Bar(section, len(chosen)) as bar, _no_new_figures():
        for cell in dict.fromkeys(s.cell for s in chosen):
            statements = [s for s in chosen if s.cell == cell]
            name = f"<fast-forward of {chapter.stem}, cell {cell}>"
            code = "\n".join(s.code for s in statements)
            # What wants to read the source of a function finds it here.
            linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
            line = 0
            for one in statements:
                try:
                    with _quiet():
                        exec(compile("\n" * line + one.code, name, "exec"), namespace)
                except Exception as error:
                    text = _what_failed(one, section, error, put_back.mine)
                    raise FastForwardError(text) from error
                put_back.after(one, namespace)
                line += one.code.count("\n") + 1
                bar.step()


def _what_failed(statement, section, error, mine):
    first = statement.code.splitlines()[0]
    text = f"Section {section} cannot begin: `{first}`, of section {statement.section}, stopped "
    text += f"with {type(error).__name__}: {error}."
    theirs = [n for n in sorted(statement.reads) if n in mine and not _is_module(mine[n])]
    if theirs:
        text += f" It uses what you had already: {', '.join(theirs)}. If you changed one of these, "
        text += "restart the kernel and run this cell first."
    return text


def _is_module(value):
    return isinstance(value, types.ModuleType)


class _Bar:
    """A line that grows with the statements that are done, shown only after some seconds."""

    def __init__(self, section, n_steps):
        self.section, self.n_steps, self.done = section, n_steps, 0
        self.stream, self.is_shown = sys.stdout, False

    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def step(self):
        self.done += 1
        seconds = time.perf_counter() - self.start
        if seconds < PATIENCE:
            return
        self.is_shown = True
        full = 20 * self.done // self.n_steps
        bar = "█" * full + "░" * (20 - full)
        text = f"{bar} {self.done} of {self.n_steps} steps towards section {self.section}"
        self.stream.write(f"\r{text}, {seconds:.0f} s")
        self.stream.flush()

    def __exit__(self, *error):
        if self.is_shown:
            self.stream.write("\n")


@contextlib.contextmanager
def _quiet():
    """Swallow what is printed and displayed."""
    shell = _shell()
    if shell is None:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    else:
        from IPython.utils.capture import capture_output

        with capture_output():
            yield


@contextlib.contextmanager
def _no_new_figures():
    """Close the figures that were opened meanwhile, before the notebook shows them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    before = set(pyplot.get_fignums()) if pyplot else set()
    try:
        yield
    finally:
        pyplot = sys.modules.get("matplotlib.pyplot")
        for number in set(pyplot.get_fignums()) - before if pyplot else ():
            pyplot.close(number)


def _note(namespace, chapter, chosen, made):
    """Remember which cell gave the names their values, for the next time."""
    now = len(namespace.get("In", [])) - 1
    entries = [(now, s.cell, name) for s in chosen for name in sorted(s.touches & made)]
    namespace.setdefault(LEDGER, {}).setdefault(chapter.stem, []).extend(entries)


def _report(section, statements, chosen, needs, kept, replaced):
    imported = {n for s in statements if s.is_import for n in s.binds}
    used = needs.union(*(s.reads for s in chosen))
    last = {name: i for i, s in enumerate(statements) for name in s.touches}
    made = sorted(needs - kept - imported, key=lambda name: (-last[name], name))
    yours = sorted((kept & used) - imported)
    text = f"Section {section} can begin: "
    text += (
        f"{_some(made)} {'is' if len(made) == 1 else 'are'} there" if made else "it is all there"
    )
    if yours:
        text += f"; of your own, {_some(yours)} {'was' if len(yours) == 1 else 'were'} kept"
    if replaced := [name for name in replaced if name not in imported]:
        text += f". Made anew, since open or from an earlier cell: {', '.join(replaced)}"
    return text + "."


def _some(names, n=3):
    """Name a few, and say how many more there are: "digits, vae and 4 other names"."""
    more = len(names) - n
    if more > 1:
        return f"{', '.join(names[:n])} and {more} other names"
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _shell():
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None


def _namespace():
    shell = _shell()
    return shell.user_ns if shell else sys.modules["__main__"].__dict__


def _allowed_section(section, chapter):
    n = max(chapter.needs)
    try:
        number = operator.index(section)
    except TypeError:
        number = None
    if number is None or isinstance(section, bool) or not 1 <= number <= n:
        raise ValueError(f"section={section!r}: allowed are the whole numbers 1 to {n}")
    return number
