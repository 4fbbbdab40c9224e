"""Write docs/exercises.md, for helpers, and docs/teaching.md, for instructors.

Everything comes from one place: headings, minutes and teacher's cells of ``notebooks/source``
(tools/outline.py), hints and questions of ``vae_helpers.checks``, the plans of tools/plans.toml,
the text of tools/teaching.md, and the wrong answers of tests/checks/wrong_answers. What the
checkers say to these is kept in tools/messages.json, which only a run without ``--check`` writes;
so ``--check`` needs a few seconds.
"""

import argparse
import re
import sys
import textwrap
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import build_notebooks
import outline

from vae_helpers.files import read_json, write_json, write_text

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE, PLANS = ROOT / "tools" / "teaching.md", ROOT / "tools" / "plans.toml"
MESSAGES = ROOT / "tools" / "messages.json"
NOTE = (
    "<!-- Written by `make guide` from the notebooks' sources: change those, not this page. -->\n"
)
LONGEST = 90  # minutes without a break
BREAK, LUNCH = 15, 60
SHOWN = 5  # wrong answers of an exercise, the first of its table, which are the most usual ones

# Those that are shown besides, or not: what later ones of the table teach a helper more about.
ALSO = {
    "01 build_decoder": ["a ReLU on the dense layer"],
    "02 elbo": ["the logarithm of the mean"],
    "02 kl_divergence": ["the exponential forgotten", "summed over images"],
    "02 sampling_layer": ["gradients stopped"],
    "02 negative_elbo": ["logits taken for brightness", "overflow with large logits"],
    "03 my_vae": ["the batch's mean to the trackers", "β read once, as a number"],
    "03 mean_image_bias": ["clipped before the mean"],
    "03 free_bits_penalty": ["NumPy inside"],
    "04 sample_images": ["the points, not decoded"],
    "04 log_q": ["out of the logarithms"],
    "05 stepping_stones": ["joints that lead one way"],
    "05 slerp": ["the cosine without the lengths"],
    "06 frechet_distance": ["roots of slightly negative eigenvalues", "A B in place of AᵀB"],
    "07 silhouette_of": ["divided by b always"],
    "08 pop": ["NumPy's numbers"],
}
NOT = {"03 my_vae: a tuple in place of a dict"}  # its message holds whole tensors


class PlanError(ValueError):
    """A plan names what is not there, or does not add up."""


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    options = parser.parse_args(arguments)
    if not options.check:
        write_json(MESSAGES, said())
    stale = [path for path, text in generated().items() if _read(path) != text]
    for path in stale:
        if options.check:
            print(f"{path.relative_to(ROOT)} is stale: run make guide")
        else:
            write_text(path, generated()[path])
            print(f"wrote {path.relative_to(ROOT)}")
    return int(options.check and bool(stale))


def generated():
    """Return both pages, path → text."""
    chapters, messages = outline.chapters(), read_json(MESSAGES)
    return {
        ROOT / "docs" / "exercises.md": exercises_page(chapters, messages),
        ROOT / "docs" / "teaching.md": teaching_page(chapters),
    }


# ---------------------------------------------------------------- wrong answers


@cache
def wrong_answers():
    """Return the wrong answers that are shown: (chapter, exercise) → answers."""
    table = {}
    for answer in _tests().answers():
        if answer.given.kind == "wrong" and answer.name not in NOT:
            table.setdefault((answer.chapter, answer.exercise), []).append(answer)
    return {
        key: [a for i, a in enumerate(given) if i < SHOWN or a.given.title in _also(*key)]
        for key, given in table.items()
    }


def _also(chapter, exercise):
    return ALSO.get(f"{chapter} {exercise}", ())


def said():
    """Hand in each wrong answer that is shown, and return what the checker says, by name."""
    judge = _tests("judge")
    return {
        answer.name: judge.outcome(answer).message
        for given in wrong_answers().values()
        for answer in given
    }


def advice(message):
    """Return what a message says apart from the count of cases, and from the values shown."""
    judge = _tests("judge")
    return judge.VALUES.sub("", judge.COUNT.sub("", message.strip()), count=1).strip()


@cache
def _tests(name=""):
    """Import tests/checks/wrong_answers, which is no part of the package."""
    import importlib

    folder = str(ROOT / "tests" / "checks")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(f"wrong_answers.{name}" if name else "wrong_answers")


# ---------------------------------------------------------------- the helpers' page


def exercises_page(chapters, messages):
    """Return the page of all exercises."""
    chapters = [chapter for chapter in chapters if chapter.number]
    n = sum(len(chapter.exercises) for chapter in chapters)
    contents = [("chapter", "exercise", "minutes", "in section")] + [
        (
            chapter.number,
            f"[{e.number} · {e.title}](#{_anchor(chapter, e)})",
            e.minutes,
            f"{section.number or ''} {section.title}".strip(),
        )
        for chapter in chapters
        for section in chapter.sections
        for e in section.exercises
    ]
    parts = [NOTE, _HELPERS.format(n=n, shown=sum(map(len, wrong_answers().values())))]
    parts += [_table(contents), *(_chapter_of_exercises(c, messages) for c in chapters)]
    return "\n".join(parts)


_HELPERS = """# All exercises, for helpers

{n} exercises: what is asked, the hints in their order, {shown} wrong answers that are known with
what the course says to each, and the solution. Learners have all of this in the notebook, but for
the solution, which an instructor may close (`VAE_COURSE_SOLUTIONS`).

**How to help.** Let them read the message aloud: it names input, their value and the expected one,
and mostly the mistake. Then the next hint, `exercises.NAME.hint()`, one at a time. Point at the
line, do not type in it. Whoever is stuck for longer than the minutes that stand here goes on: every
later cell runs with the course's own function in place of theirs.
"""


def _chapter_of_exercises(chapter, messages):
    parts = [f"\n## {chapter.number} · {chapter.title}\n"]
    parts += [
        _exercise(chapter, section, exercise, messages)
        for section in chapter.sections
        for exercise in section.exercises
    ]
    parts += [_open_cells(chapter), _predictions(chapter), _self_test(chapter)]
    return "\n".join(part for part in parts if part)


def _exercise(chapter, section, exercise, messages):
    checker = _checkers(chapter).get(exercise.name)
    where = f"section {section.number}" if section.number else f"section “{section.title}”"
    stub, solution = _code(exercise.code)
    kind = f"`exercises.{exercise.name}`" if checker else "open, no checker"
    parts = [
        f'<a id="{_anchor(chapter, exercise)}"></a>\n',
        f"### {chapter.number} · Exercise {exercise.number} · {exercise.title}\n",
        f"*{exercise.minutes} minutes · {where} · {kind}*\n",
        f"{_links(exercise.text)}\n" if exercise.text else "",
        f"**The cell.**\n\n```python\n{stub}\n```\n",
    ]
    if checker:
        parts.append("**Hints.**\n\n" + _numbered(checker.hints) + "\n")
        known = wrong_answers().get((chapter.number, exercise.name), ())
        if known:
            parts.append("**Known wrong answers.**\n")
            parts += [_wrong(answer, messages[answer.name]) for answer in known]
            parts.append("")
    parts.append(f"**Solution.**\n\n```python\n{solution}\n```\n")
    return "\n".join(part for part in parts if part is not None)


def _wrong(answer, message):
    """Return one wrong answer as an item of a list: its title, its code, what the course says."""
    codes = answer.given.code if isinstance(answer.given.code, tuple) else (answer.given.code,)
    codes = [textwrap.dedent(code).strip() for code in codes if code is not None]
    told = "  \n  ".join(advice(message).splitlines())
    title = f"- *{answer.given.title}*"
    if all("\n" not in code and "`" not in code for code in codes):
        return f"{title}: {', '.join(f'`{code}`' for code in codes)}  \n  → {told}"
    block = textwrap.indent("\n…\n".join(codes), "  ")
    return f"{title}:\n\n  ```python\n{block}\n  ```\n\n  → {told}"


def _code(source):
    """Return an exercise's cell as it is found, and solved, without the checker's calls."""
    calls = re.compile(r"^(# )?(exercises\.|experiment_log\.read).*\n?", re.MULTILINE)
    both = build_notebooks.to_learner(source), build_notebooks.solved(source)
    return tuple(calls.sub("", build_notebooks.without_asserts(code)).strip() for code in both)


def _open_cells(chapter):
    """Return the chapter's experiment, if it has no heading of its own."""
    headed = {exercise.name for exercise in chapter.exercises}
    parts = []
    for section in chapter.sections:
        for cell in section.cells:
            name = cell.metadata.get("exercise")
            is_open = name and name not in headed and "experiment_log.add(" in cell.source
            if is_open:
                found = re.search(r'^conclusion = (\(.*?^\)|".*?")$', _code(cell.source)[1], _ML)
                example = found and re.sub(r'^\(|\)$|"\s*"|"|\n', "", found[1]).strip()
                parts.append(
                    f"**Open: {section.title}.** No right answer; what counts is a guess before, "
                    f"and a sentence after. One that would do: “{example}”\n"
                )
    return "\n".join(parts)


_ML = re.MULTILINE | re.DOTALL


def _predictions(chapter):
    from vae_helpers.checks.core import predictions_of

    asked = [p.question for p in predictions_of(chapter.number).values()]
    if not asked:
        return ""
    return f"**Predictions, and what comes out.**\n\n{_questions(asked)}\n"


def _self_test(chapter):
    test = _checkers(chapter).get("self_test")
    if test is None:
        return ""
    return (
        "**Self-test.** Whoever misses a question gets it again, with other numbers where there "
        f"are any.\n\n{_questions(test._first.values())}\n"  # .questions depend on one's tries
    )


def _questions(questions):
    return "\n".join(_question(n, question) for n, question in enumerate(questions, start=1))


def _question(number, question):
    choices = " ".join(f"*{key})* {text}" for key, text in question.choices.items())
    why = question.feedback[question.right]
    return f"{number}. {question.text} {choices}  \n   **{question.right}**: {why}"


def _checkers(chapter):
    from vae_helpers.checks.core import exercises_of

    return exercises_of(chapter.number)


def _anchor(chapter, exercise):
    return f"e{chapter.number}-{exercise.number}"


# ---------------------------------------------------------------- the instructor's page


def teaching_page(chapters):
    """Return the instructor's guide: the template with its marks filled in."""
    plans = read_plans(chapters)
    filled = {"timetable": timetable(chapters), "late": late(chapters), "notes": notes(chapters)}
    filled |= {f"plan {name}": plan_text(plan) for name, plan in plans.items()}
    text = TEMPLATE.read_text(encoding="utf-8")
    for mark, content in filled.items():
        place = f"<!-- guide: {mark} -->\n"
        if text.count(place) != 1:
            raise PlanError(f"{TEMPLATE.name}: {place.strip()} must stand there once")
        text = text.replace(place, content)
    left = re.search(r"<!-- guide: .* -->", text)
    if left:
        raise PlanError(f"{TEMPLATE.name}: nothing is known to fill in {left[0]}")
    return f"{NOTE}\n{text}"


def timetable(chapters):
    """Return the table of minutes, a row for each chapter, and one for each section below."""
    rows = [("chapter", "minutes", "of which exercises", "break")]
    for chapter in chapters:
        name = f"{chapter.number} · {chapter.title}" if chapter.number else chapter.title
        of_exercises = sum(e.minutes for e in chapter.exercises)
        rows.append((name, chapter.minutes, of_exercises or "–", _break(chapter)))
    total = sum(chapter.minutes for chapter in chapters)
    rows.append(("**all**", f"**{total}**", "", ""))
    parts = [_table(rows), "\n<details><summary>Section by section</summary>\n"]
    for chapter in chapters:
        rows = [("section", "minutes", "exercises")]
        rows += [
            (
                f"{section.number}. {section.title}" if section.number else section.title,
                section.minutes,
                ", ".join(f"{e.number} ({e.minutes})" for e in section.exercises),
            )
            for section in chapter.sections[1:]
        ]
        parts += [f"\n**{chapter.number or 'Template'} · {chapter.title}**\n", _table(rows)]
    return "\n".join([*parts, "\n</details>\n"])


def _break(chapter):
    return f"after section {chapter.break_after}" if chapter.break_after else "–"


def late(chapters):
    """Return the list of what to skip, chapter by chapter."""
    rows = [("chapter", "section", "minutes", "when you are late")]
    for chapter in chapters:
        for section in chapter.sections:
            found = re.search(r"\*\*Late\?\*\* (.*?)(\n\n|\Z)", section.teacher, re.DOTALL)
            if found:
                name = f"{section.number}. {section.title}" if section.number else section.title
                rows.append((chapter.number, name, section.minutes, " ".join(found[1].split())))
    return _table(rows) + "\n"


def notes(chapters):
    """Return the teacher's notes, chapter by chapter."""
    parts = []
    for chapter in chapters:
        said_there = [section for section in chapter.sections if section.teacher]
        if not said_there:
            continue
        parts.append(f"\n### {chapter.number} · {chapter.title} ({chapter.minutes} minutes)\n")
        parts.append(f"*Needs:* {_links(chapter.needs)}\n")
        for section in said_there:
            number = f"{section.number}. " if section.number else ""
            parts.append(f"#### {number}{section.title} ({section.minutes} min)\n")
            parts.append(_items(section.teacher))
    return "\n".join(parts)


def _items(text):
    """Turn paragraphs into items of a list, one line each."""
    return "".join(f"- {' '.join(part.split())}\n" for part in text.split("\n\n"))


# ---------------------------------------------------------------- plans


@dataclass(frozen=True)
class Step:
    """A step of a plan, with its minutes."""

    title: str
    minutes: int
    who: str
    do: str = ""
    helper: str = ""
    exercises: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    is_told: bool = False
    forward: int = 0  # the section to which the fast-forward cell has to bring the room; 0 if none


@dataclass(frozen=True)
class Block:
    """What is taught without a break; ``pause`` are the minutes before it."""

    title: str
    day: int
    pause: int
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> int:
        """Those of all steps."""
        return sum(step.minutes for step in self.steps)


@dataclass(frozen=True)
class Plan:
    """A plan: its blocks with the breaks between them."""

    title: str
    start: int  # minutes after midnight
    promise: str
    blocks: tuple[Block, ...]

    def days(self) -> list[list[Block]]:
        """Return the blocks of each day."""
        last = max(block.day for block in self.blocks)
        return [[b for b in self.blocks if b.day == day] for day in range(1, last + 1)]


def read_plans(chapters, path=PLANS):
    """Return the plans by name, and refuse what is not in the chapters.

    Raises:
        PlanError: a section or exercise that is not there, a block over 90 minutes, a tale that is
            longer than its sections.
    """
    chapters = {chapter.stem: chapter for chapter in chapters}
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _plan(plan, chapters) for name, plan in raw.items()}


def _plan(raw, chapters):
    hours, minutes = raw["start"].split(":")
    blocks, day, reached = [], 1, {}
    for block in raw["blocks"]:
        begins_day = block.get("day", day) != day or not blocks
        day = block.get("day", day)
        pause = 0 if begins_day else LUNCH if block.get("after") == "lunch" else BREAK
        steps = tuple(read_step(step, chapters, reached) for step in block["steps"])
        blocks.append(Block(block["title"], day, pause, steps))
        if blocks[-1].minutes > LONGEST:
            raise PlanError(f"block {block['title']!r} has {blocks[-1].minutes} minutes")
    return Plan(raw["title"], 60 * int(hours) + int(minutes), raw["promise"].strip(), tuple(blocks))


def read_step(raw, chapters, reached):
    """Make a step; ``reached`` keeps which sections of each chapter are run or made up for."""
    kept = {key: raw[key] for key in ("who", "do", "helper") if key in raw}
    if "chapter" not in raw:
        return Step(raw["title"], raw["minutes"], **kept)
    if raw["chapter"] not in chapters:
        raise PlanError(f"there is no chapter {raw['chapter']!r}")
    chapter = chapters[raw["chapter"]]
    sections = [chapter.section(number) for number in raw["sections"]]
    whole = sum(section.minutes for section in sections)
    there = {e.number: e for section in sections for e in section.exercises}
    chosen = [] if "tell" in raw else raw.get("exercises", list(there))
    if set(chosen) - set(there):
        raise PlanError(f"{chapter.stem}, sections {raw['sections']}: no exercises {chosen}")
    minutes = raw.get("tell", whole - sum(e.minutes for n, e in there.items() if n not in chosen))
    if minutes > whole:
        raise PlanError(f"{chapter.stem}, sections {raw['sections']}: {minutes} of {whole} minutes")
    numbers = [section.number for section in sections if section.number]
    step = Step(
        f"{chapter.number or chapter.title} · {_names(sections)}",
        minutes,
        exercises=tuple(f"{n} ({there[n].minutes})" for n in chosen),
        left_out=tuple(f"{n} ({e.minutes})" for n, e in there.items() if n not in chosen),
        is_told="tell" in raw,
        **kept,
    )
    if numbers and not step.is_told:
        there = reached.setdefault(chapter.stem, set())
        before = set(range(1, numbers[0]))
        if not before <= there:  # something was left out, which this section or one below may need
            step = replace(step, forward=numbers[0])
        there |= before | set(numbers)
    return step


def _names(sections):
    if len(sections) == 1:
        only = sections[0]
        return f"{only.number}. {only.title}" if only.number else only.title
    numbers = [section.number for section in sections if section.number]
    titles = [section.title for section in sections if not section.number]
    spans = []
    if numbers:
        runs = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))
        listed = f"{numbers[0]} to {numbers[-1]}" if runs else " and ".join(map(str, numbers))
        spans.append(f"section{'s' if len(numbers) > 1 else ''} {listed}")
    return ", ".join([*spans, *titles])


def plan_text(plan):
    """Return a plan, minute by minute."""
    parts = [f"{' '.join(plan.promise.split())}\n"]
    for day, blocks in enumerate(plan.days(), start=1):
        now = plan.start
        whole = sum(block.minutes + block.pause for block in blocks)
        taught = sum(block.minutes for block in blocks)
        name = f"Day {day}: " if len(plan.days()) > 1 else ""
        parts.append(
            f"**{name}{_clock(now)} to {_clock(now + whole)}**, {taught} minutes of teaching in "
            f"{len(blocks)} blocks.\n"
        )
        for block in blocks:
            if block.pause:
                what = "Lunch" if block.pause == LUNCH else "Break"
                parts.append(f"*{_clock(now)} {what}, {block.pause} minutes.*\n")
                now += block.pause
            span = f"{_clock(now)} to {_clock(now + block.minutes)}"
            parts.append(f"#### {span} · {block.title} ({block.minutes} min)\n")
            for step in block.steps:
                parts.append(_step_text(step, now))
                now += step.minutes
    return "\n".join(parts)


def _step_text(step, now):
    who = {"all": "learners work", "A": "A speaks", "B": "B speaks"}[step.who]
    lines = [f"- **{_clock(now)} · {step.title}** ({step.minutes} min; {who})"]
    if step.is_told:
        lines.append("  - On the projector; nobody types.")
    if step.forward:
        lines.append(
            "  - First, for what was left out: the fast-forward cell at the top of the notebook, "
            f"with `section = {step.forward}`."
        )
    if step.do:
        lines.append(f"  - {step.do}")
    if step.exercises:
        lines.append(f"  - Exercises, with their minutes: {', '.join(step.exercises)}.")
    if step.left_out and not step.is_told:
        lines.append(f"  - Exercises left out: {', '.join(step.left_out)}.")
    if step.helper:
        lines.append(f"  - *Helper:* {step.helper}")
    return "\n".join(lines) + "\n"


def _clock(minutes):
    return f"{minutes // 60}:{minutes % 60:02}"


# ---------------------------------------------------------------- small things


def _links(markdown):
    """Adapt links between notebooks to the folder docs/."""
    markdown = outline.without_minutes(markdown)
    markdown = re.sub(r"\]\(((?:\d\d|your)_\w+\.ipynb)\)", r"](../notebooks/\1)", markdown)
    return markdown.replace("](../docs/", "](")


def _numbered(texts):
    return "\n".join(f"{i}. {text}" for i, text in enumerate(texts, start=1))


def _table(rows):
    lines = [
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _read(path):
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
