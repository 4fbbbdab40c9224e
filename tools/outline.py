"""The outline of the course from ``notebooks/source``: chapters, sections, exercises, minutes.

A section begins with ``## 3. Title <!-- 12 min -->``, an exercise with
``### Exercise 2 · Title <!-- 6 min -->``. What stands before the first section of a chapter is its
section 0; a section without a number, such as "## Recap", has ``number=None``. The minutes of a
section contain those of its exercises; section 0, which is the chapter's head, has none: its time
is in that of the section after it.

A teacher's cell belongs to the section that it stands in. Where several headings share the text
cell before it, ``tags=["teacher"] section=1`` names the section, by its number or its title.

    python tools/outline.py            # print the outline
    python tools/outline.py 04_sampling
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import jupytext
import nbformat

ROOT = Path(__file__).resolve().parents[1]
STEM = re.compile(r"(\d\d|your)_[a-z0-9_]+")  # as in build_notebooks: a template has no number
MINUTES = re.compile(r" *<!-- *(\d+) min *-->")
SECTION = re.compile(r"## +(?:(\d+)\. +)?(.+)")
EXERCISE = re.compile(r"### +Exercise +(\d+) +· +(.+)")
TEACHER, GUARD = "teacher", "guard"


class OutlineError(ValueError):
    """A source breaks the form of its headings."""


@dataclass(frozen=True)
class Exercise:
    """An exercise with a heading.

    Attributes:
        name: as in the cell's ``exercise="name"``.
        number: that of its heading.
        title: without number and minutes.
        minutes: how long it takes a learner; None where the heading does not say.
        text: what is asked, the Markdown between the heading and the cell.
        code: the cell, with the marks of the solution.
    """

    name: str
    number: int
    title: str
    minutes: int | None
    text: str
    code: str


@dataclass(frozen=True)
class Section:
    """What stands under a ``## `` heading.

    Attributes:
        number: that of its heading; 0 before the first heading, None where a heading has none.
        title: without number and minutes; that of the chapter for section 0.
        minutes: its whole time, exercises included; None where the heading does not say.
        exercises: those with a heading.
        cells: its cells, copies; a text cell that runs over a heading is cut there.
    """

    number: int | None
    title: str
    minutes: int | None
    exercises: tuple[Exercise, ...]
    cells: tuple[nbformat.NotebookNode, ...] = field(repr=False)

    @property
    def teacher(self) -> str:
        """What the teacher's cells say, as Markdown."""
        return "\n\n".join(cell.source for cell in self.cells if has_tag(cell, TEACHER))


@dataclass(frozen=True)
class Chapter:
    """A chapter, or a template.

    Attributes:
        stem: the name of its file, ``04_sampling``.
        number: "04", as in the names of the checkers; "" for a template.
        title: without the number.
        minutes: those of the header's "Time".
        break_after: the section after which the header puts a break; None if it has none.
        needs: the header's "You need", as Markdown.
        will: the lines of the header's "You will".
        sections: in their order.
    """

    stem: str
    number: str
    title: str
    minutes: int
    break_after: int | None
    needs: str
    will: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """All exercises with a heading, in their order."""
        return tuple(exercise for section in self.sections for exercise in section.exercises)

    def section(self, number: int | str) -> Section:
        """Return the section of this number or, where it has none, of this title."""
        for section in self.sections:
            if number in (section.number, section.title) and number is not None:
                return section
        raise OutlineError(f"{self.stem} has no section {number!r}")


def chapters(root: Path = ROOT) -> list[Chapter]:
    """Return all chapters, in their order, the templates last."""
    folder = root / "notebooks" / "source"
    return [read(path) for path in sorted(folder.glob("*.py")) if STEM.fullmatch(path.stem)]


def chapter(stem: str, root: Path = ROOT) -> Chapter:
    """Return one chapter, such as "04_sampling".

    Raises:
        OutlineError: there is no such chapter.
    """
    path = root / "notebooks" / "source" / f"{stem}.py"
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in path.parent.glob("*.py")))
        raise OutlineError(f"stem={stem!r}: allowed is one of {known}")
    return read(path)


def read(path: Path) -> Chapter:
    """Read the outline of one source file."""
    cells = jupytext.read(path, fmt="py:percent").cells
    head = cells[0].source
    title = re.match(r"# (?:(\d\d) · )?(.+)", head)
    if title is None:
        raise OutlineError(f"{path.name} does not begin with '# NN · Title'")
    time = re.search(r"(\d+) minutes", _row(head, "Time"))
    pause = re.search(r"break after section (\d+)", _row(head, "Time"))
    if time is None:
        raise OutlineError(f"{path.name}: the header's row 'Time' names no minutes")
    return Chapter(
        stem=path.stem,
        number=title[1] or "",
        title=title[2],
        minutes=int(time[1]),
        break_after=int(pause[1]) if pause else None,
        needs=_row(head, "You need"),
        will=tuple(_rows(head, "You will")),
        sections=tuple(_sections(path, title[2], cells)),
    )


def without_minutes(markdown: str) -> str:
    """Drop the minutes from the headings of a text."""
    return re.sub(rf"^(#+ .*?){MINUTES.pattern}", r"\1", markdown, flags=re.MULTILINE)


def has_tag(cell, tag: str) -> bool:
    """Say whether a cell has a tag, such as "teacher" or "guard"."""
    return tag in cell.metadata.get("tags", ())


def _sections(path, title, cells):
    elsewhere = [cell for cell in cells if "section" in cell.metadata]
    heading, gathered = None, []
    for piece in _cut(cell for cell in cells if "section" not in cell.metadata):
        if piece.cell_type == "markdown" and piece.source.startswith("## "):
            yield _section(path, title, heading, gathered, elsewhere)
            heading, gathered = piece.source.partition("\n")[0], []
        gathered.append(piece)
    yield _section(path, title, heading, gathered, elsewhere)
    if elsewhere:
        raise OutlineError(f"{path.name}: there is no section {elsewhere[0].metadata['section']!r}")


def _cut(cells):
    """Yield the cells, text cells cut before each section; the teacher's stay whole."""
    for cell in cells:
        if cell.cell_type != "markdown" or has_tag(cell, TEACHER):
            yield nbformat.from_dict(dict(cell))
            continue
        for text in re.split(r"^(?=## )", cell.source, flags=re.MULTILINE):
            if text.strip():
                yield nbformat.from_dict({**cell, "source": text.strip("\n")})


def _section(path, title, heading, cells, elsewhere):
    number, minutes = 0, None
    if heading is not None:
        text, minutes = _heading(heading)
        found = SECTION.fullmatch(text)
        number, title = found[1] and int(found[1]), found[2]
    ours = [cell for cell in elsewhere if cell.metadata["section"] in (number, title)]
    elsewhere[:] = [cell for cell in elsewhere if cell not in ours]
    cells = (*cells, *ours)
    return Section(number, title, minutes, tuple(_exercises(path, cells)), cells)


def _exercises(path, cells):
    """Yield the exercises of a section: each from its heading to the next cell that is marked."""
    heading, text = None, []
    for cell in cells:
        if cell.cell_type == "markdown" and not has_tag(cell, TEACHER):
            for block in re.split(r"^(?=#{2,4} )", cell.source, flags=re.MULTILINE):
                if block.startswith("### Exercise"):
                    if heading is not None:
                        raise OutlineError(f"{path.name}: {heading!r} has no cell")
                    heading, _, block = block.partition("\n")
                    text = []
                if heading is not None and block.strip():
                    text.append(block.strip())
        elif heading is not None and "exercise" in cell.metadata:
            name, minutes = _heading(heading)
            found = EXERCISE.fullmatch(name)
            if found is None:
                raise OutlineError(f"{path.name}: {heading!r} is no '### Exercise N · Title'")
            asked = "\n\n".join(text)
            yield Exercise(
                cell.metadata["exercise"], int(found[1]), found[2], minutes, asked, cell.source
            )
            heading = None
    if heading is not None:
        raise OutlineError(f"{path.name}: {heading!r} has no cell")


def _heading(line):
    found = MINUTES.search(line)
    return MINUTES.sub("", line).strip(), int(found[1]) if found else None


def _row(head, name):
    return next(iter(_rows(head, name)), "")


def _rows(head, name):
    """Yield the second column of a row of the header's table, and of those without a name below."""
    inside = False
    for line in head.splitlines():
        cells = [part.strip() for part in line.strip("|").split("|")]
        if len(cells) != 2 or not line.startswith("|"):
            continue
        inside = cells[0] == name or (inside and not cells[0])
        if inside:
            yield cells[1]


def main(stems):
    for one in chapters() if not stems else map(chapter, stems):
        print(f"{one.stem} · {one.title}: {one.minutes} min")
        for section in one.sections:
            number = "–" if section.number is None else section.number
            print(f"  {number!s:>3} {section.minutes or '':>3}  {section.title}")
            for exercise in section.exercises:
                minutes = exercise.minutes or ""
                print(f"          {minutes:>3}  Exercise {exercise.number} · {exercise.title}")


if __name__ == "__main__":
    main(sys.argv[1:])
