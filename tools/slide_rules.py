"""What of a chapter goes on slides: one rule for the decks of ``slides.py`` and the live notebooks.

A chapter is written to be read alone. A slide holds what a room looks at together: the heading,
the key sentences, formulas, pictures, questions, and the exercise with what it asks. All the rest
of the text goes with the slide as notes. The rule:

- A heading starts a slide. Of the first paragraph under it the slide shows the first sentences, of
  the others only those with something in **bold**, up to ``WORDS`` words. A sentence before a list
  or a formula stays. Lists show the beginning of each item.
- ``**Predict.**`` is a slide of its own. So is a choice of ``chapterNN.py``, with its letters.
- A cell with a picture is a slide. ``**What to see.**`` after it comes with a key press.
- A cell that only prints is a slide, if the lines can be read from the back row.
- A widget's slide says where to move it: nothing moves on a slide.
- An exercise shows what it asks; its stub and its solution come on demand.

A cell with the tag ``slide`` is shown in full, one with ``no-slide`` not at all; a cell with the
tag ``teacher`` becomes notes.
"""

import base64
import re
import struct
from collections import defaultdict, deque
from dataclasses import dataclass, field
from html import unescape

from build_notebooks import GUARD, PREDICT, SEE, solved, to_learner
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

WORDS = 48  # on a slide of text, or beside a picture; five lines
LEAD = 40  # of the first paragraph under a heading
BESIDE = 42  # so few words leave room for a picture on the same slide
WITH_PICTURE = 60  # above and below a picture together
COLUMNS, LINES = 78, 11  # of what a cell printed
FEW_LINES = 7  # so many printed lines leave room for what they show
ROWS, TABLE_WORDS = 9, 80  # of a table: a larger one is for reading
ITEMS, LIST_WORDS = 6, 95  # of a list on one slide
TEACHER, FORCE, LEAVE_OUT = "teacher", "slide", "no-slide"
MINUTES = re.compile(r" *<!-- *(\d+) min *--> *$")
WIDGET = "application/vnd.jupyter.widget-view+json"
BREAK = re.compile(r"\**A good place for a break\b")
NOT_PLAIN = re.compile(r"- |\d+\. |\$\$|\||```")  # a list, a formula, a table, code
DOCSTRING = re.compile(r'"""(.+?)"""', re.DOTALL)
PICTURE = re.compile(r"<img\b[^>]*>")
END = '[*_)"”]'  # after the point that ends a sentence
ABBREVIATION = re.compile(r"(\b(al|e\.g|i\.e|vs|Fig|Eq|No|approx|cf)|\b[A-Z])\.$")

markdown = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, double_inline=True)


@dataclass
class Part:
    """A piece of a slide: ``kind`` says what ``content`` is.

    "text" (Markdown), "printed" (plain text), "picture" (an ``img`` element), "table" (HTML).
    A part that is a ``step`` is hidden until a key is pressed.
    """

    kind: str
    content: str
    step: bool = False


@dataclass
class Slide:
    """One slide, and all that hangs on it."""

    kind: str  # title, section, idea, exercise, question, result, live, break or next
    title: str
    cell: int  # number of the source's cell that it starts with
    section: str = ""
    minutes: int | None = None
    parts: list[Part] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    solution: str = ""
    teacher: list[str] = field(default_factory=list)
    reading: list[str] = field(default_factory=list)  # the text in full, where it was shortened

    @property
    def pictures(self):
        """The pictures of the slide."""
        return [part for part in self.parts if part.kind == "picture"]

    @property
    def takes_picture(self):
        """Whether a picture has room beside its text."""
        plain = all(part.kind == "text" and not part.step for part in self.parts)
        plain = plain and not any(NOT_PLAIN.match(part.content) for part in self.parts)
        return self.kind in ("section", "idea") and plain and self.n_words <= BESIDE

    @property
    def n_words(self):
        """How many words its text has."""
        return sum(n_words(part.content) for part in self.parts if part.kind == "text")


def slides_of(cells, outputs=None, questions=None):
    """Return the slides of a chapter.

    Args:
        cells: of the source, as jupytext reads them.
        outputs: for each cell a list of outputs as nbformat has them; None without an execution.
        questions: name of an exercise → its Prediction or SelfTest.
    """
    chapter = _Chapter(questions or {})
    for number, cell in enumerate(cells):
        tags = cell.metadata.get("tags", ())
        chapter.cell = number
        if LEAVE_OUT in tags or GUARD in tags:
            continue
        if TEACHER in tags:
            chapter.add_teacher(cell.source)
        elif cell.cell_type == "markdown":
            chapter.add_markdown(cell.source, in_full=FORCE in tags)
        elif cell.cell_type == "code":
            chapter.add_code(cell, outputs[number] if outputs else [], forced=FORCE in tags)
    return chapter.finished()


class _Chapter:
    """The slides so far, and what the next cell has to know."""

    def __init__(self, questions):
        self.questions = questions
        self.slides, self.cell = [], 0
        self.section, self.minutes = "", None
        self.is_asked = False  # whether the next "What to see" answers a prediction
        self.n_paragraphs = 0  # of text under the last heading
        self.code = []  # of cells that show nothing, for the next one that does
        self.teacher = []  # notes that wait for a slide

    @property
    def slide(self):
        return self.slides[-1] if self.slides else self.new("idea", "")

    def new(self, kind, title, **more):
        section = "" if title == self.section or kind in ("next", "break") else self.section
        self.slides.append(Slide(kind, title, self.cell, section, **more))
        self.slides[-1].teacher, self.teacher = self.teacher, []
        return self.slides[-1]

    def add_teacher(self, text):
        if self.slides:
            self.slide.teacher.append(text)
        else:
            self.teacher.append(text)

    # ------------------------------------------------------------------------------- text

    def add_markdown(self, source, in_full=False):
        found = blocks(source)
        for (kind, text), following in zip(found, [*found[1:], ("", "")], strict=True):
            if kind == "heading":
                self._heading(text)
            elif kind == "paragraph":
                self._paragraph(text, introduces=following[0] in ("list", "math", "fence", "table"))
                if in_full:
                    self.slide.parts[-1:] = [Part("text", text)]
            elif kind == "list":
                self._list(text, in_full)
            elif kind == "table":
                self._table(text)
            elif kind == "math" or (kind == "fence" and text.count("\n") <= 8):
                self._text_slide().parts.append(Part("text", text))

    def _heading(self, text):
        level, title = re.match(r"(#+) *(.*)", text, re.DOTALL).groups()
        timed = MINUTES.search(title)
        title, minutes = MINUTES.sub("", title), int(timed[1]) if timed else None
        self.n_paragraphs, self.is_asked = 0, False
        if len(level) <= 2:
            self.section = title
            self.new("title" if len(level) == 1 else "section", title, minutes=minutes)
        elif title.startswith("Exercise"):
            self.new("exercise", title, minutes=minutes)
        else:
            self.new("break" if title == "Break" else "idea", title, minutes=minutes)

    def _paragraph(self, text, introduces=False):
        label = text.replace("\n", " ")
        if PREDICT.match(text):
            name, _, question = re.sub(r"^\*\*", "", label).partition("**")
            self.new("question", name.rstrip("."))
            self.slide.parts.append(Part("text", first_words(question.strip(), 2 * WORDS)))
            self.slide.reading.append(text)
            self.is_asked = True
        elif text.startswith(SEE):
            self._see(label.removeprefix(SEE).strip())
        elif text.startswith("**What to try.**"):
            tried = label.removeprefix("**What to try.**").strip()
            self.new("live", "Try it").parts.append(Part("text", first_words(tried, WORDS)))
            self.slide.reading.append(text)
        elif text.startswith("**Next:**"):
            next_one = label.removeprefix("**Next:**").strip()
            self.new("next", "Next").parts.append(Part("text", next_one))
        elif BREAK.match(text):
            self.new("break", "Break").parts.append(Part("text", label.replace("*", "")))
        else:
            self._plain(label, introduces)

    def _plain(self, text, introduces):
        slide = self._text_slide()
        self.n_paragraphs += 1
        room = WORDS - slide.n_words
        if slide.kind == "exercise" and self.n_paragraphs == 1:
            shown = first_words(text, WORDS)
        else:
            shown = key_sentences(text, room, self.n_paragraphs == 1, introduces)
        if shown:
            slide.parts.append(Part("text", shown))
        if shown != text:
            slide.reading.append(text)

    def _see(self, text):
        """What a picture shows: a step on its slide."""
        shown = [s for s in reversed(self.slides) if s.cell < self.cell or s.kind == "question"]
        slide = next((s for s in shown if s.pictures or s.kind in ("result", "question")), None)
        is_full = (
            slide is None
            or slide.kind == "live"
            or any(part.step or part.content.count("\n") >= FEW_LINES for part in slide.parts)
        )
        if is_full:
            slide = self.new("idea", self.section)
        shown = first_words(text, WORDS)
        if slide.pictures and slide.n_words + n_words(shown) > WITH_PICTURE:
            self._part_lead_from_picture(slide)
        slide.parts.append(Part("text", shown, step=not is_full))
        slide.reading.append(text)
        self.is_asked, self.n_paragraphs = False, 0

    def _part_lead_from_picture(self, slide):
        """Put the text of a picture's slide on a slide of its own, before it."""
        lead = Slide(slide.kind, slide.title, slide.cell, slide.section, slide.minutes)
        lead.parts = [part for part in slide.parts if part.kind == "text"]
        if not lead.parts:
            return
        lead.teacher, slide.teacher = slide.teacher, []
        slide.parts = [part for part in slide.parts if part.kind != "text"]
        slide.kind, slide.minutes = "result", None
        self.slides.insert(next(n for n, s in enumerate(self.slides) if s is slide), lead)

    def _text_slide(self):
        """Return the slide to which text is added: none that already has its picture or answer."""
        slide = self.slide
        is_done = slide.pictures or any(part.step for part in slide.parts)
        if is_done or slide.kind in ("question", "result", "live", "break", "next"):
            self.n_paragraphs = 0
            slide = self.new("idea", self.section)
        return slide

    def _list(self, text, in_full):
        items = list_items(text)
        links = sum("](http" in item for item in items)
        slide = self._text_slide()
        if links > len(items) / 2:  # what to read: nobody follows a link on a projector
            slide.reading.append(text)
            return
        shown = items if in_full else [first_words(item, 18) for item in items]
        if shown != items:
            slide.reading.append(text)
        rank = 1
        mark = "{}. " if re.match(r"\d", text) else "- "
        while shown:
            n_here = _how_many(shown, used=slide.n_words + 8 * len(slide.parts))
            lines = [f"{mark.format(rank + i)}{item}" for i, item in enumerate(shown[:n_here])]
            slide.parts.append(Part("text", "\n".join(lines)))
            rank, shown = rank + n_here, shown[n_here:]
            if shown:
                slide = self.new(slide.kind, slide.title)

    def _table(self, text):
        if self.slide.kind == "title":  # of the head of a chapter
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in _lines(text)]
            label = ""
            told = []
            for first, *others in rows[2:]:
                label = first or label
                if label == "You will":
                    told.append(f"- {' '.join(others)}")
            if told:
                self.slide.parts += [Part("text", "**You will**"), Part("text", "\n".join(told))]
        elif len(_lines(text)) <= ROWS + 1 and n_words(text) <= TABLE_WORDS:
            slide = self._text_slide()
            if slide.n_words > LEAD / 2:
                slide = self.new("idea", slide.title)
            slide.parts.append(Part("text", text))
        else:
            self._text_slide().reading.append(text)

    # ------------------------------------------------------------------------------- code

    def add_code(self, cell, outputs, forced=False):
        name, code = cell.metadata.get("exercise"), cell.source
        question = self.questions.get(name)
        if ".predict(" in code and hasattr(question, "predict"):
            self._choices(question.question)
        elif compared := re.fullmatch(r"exercises\.(\w+)\.compare\(\)", code.strip()):
            self._answer(self.questions.get(compared[1]))
        elif name == "self_test":
            n = len(getattr(question, "questions", ())) or "A few"
            self._text_slide().parts.append(Part("text", f"{n} questions, in your notebook."))
        elif name:
            self._exercise(code)
        elif not code.startswith("progress("):
            self._results(code, outputs, forced)

    def _exercise(self, code):
        slide = self.slide
        slide.code.append(to_learner(code))
        slide.solution = "\n\n\n".join(filter(None, [slide.solution, solved(code)]))
        asked = DOCSTRING.search(code)
        if slide.kind == "exercise" and slide.n_words < WORDS and asked:
            slide.parts.insert(0, Part("text", " ".join(asked[1].split("\n\n")[0].split())))

    def _choices(self, question):
        choices = "\n".join(f"- **({key})** {text}" for key, text in question.choices.items())
        self.new("question", "Predict")
        self.slide.parts += [Part("text", question.text), Part("text", choices)]
        self.is_asked = True

    def _answer(self, prediction):
        if prediction is None:
            return
        question = prediction.question
        right = question.right
        answer = f"**({right})** {question.choices[right]} {question.feedback[right]}"
        self.new("question", "Who was right?")
        self.slide.parts += [Part("text", question.text), Part("text", answer, step=True)]
        self.is_asked = False

    def _results(self, code, outputs, forced):
        """What a cell shows: pictures, tables, a widget, and what it printed."""
        self.code.append(code)
        printed, shown, is_widget = read_outputs(outputs)
        is_widget = is_widget or (not outputs and "vh.widgets." in code)
        if is_widget:
            self._widget()
        elif shown or printed:
            self._show(shown, printed)
        elif not forced:
            return  # its code goes with the next cell that shows something
        self.slide.code += self.code
        self.code = []

    def _show(self, shown, printed):
        lines = printed.count("\n") + 1 if printed else 0
        aside = bool(shown) and lines > 2  # too much for the slide of a picture
        if aside:
            self.new("result", self.section).parts.append(Part("printed", printed))
        for n, part in enumerate(shown):
            slide = self.slide
            if not slide.takes_picture:
                slide = self.new("result", self.section)
            if lines and not aside and n == 0:
                slide.parts.append(Part("printed", printed))
            slide.parts.append(part)
        if printed and not shown:
            self.new("result", self.section).parts.append(Part("printed", printed))

    def _widget(self):
        """The picture before a widget is its twin on paper: they share a slide."""
        slide = self.slide
        if slide.kind != "live":
            twin = slide.pictures and slide.kind in ("result", "idea", "section")
            said = [s for s in self.slides[-2:-1] if s.kind == "live" and not s.pictures]
            if twin and said:  # "What to try" came before the twin
                slide.parts += said[0].parts
                slide.reading += said[0].reading
                self.slides.remove(said[0])
            elif not twin:
                slide = self.new("live", "Try it")
            slide.kind, slide.title = "live", "Try it"
            slide.section = self.section
        elif len(self.slides) > 1 and self.slides[-2].kind == "result":
            twin = self.slides[-2]
            if twin.pictures and not any(part.step for part in twin.parts):
                slide.parts = [p for p in twin.parts if p.kind == "picture"] + slide.parts
                slide.code = twin.code
                self.slides.remove(twin)

    def finished(self):
        """Return the slides, without those that only repeat a heading."""
        kept = []
        for slide, following in zip(self.slides, [*self.slides[1:], None], strict=True):
            if slide.parts or slide.kind in ("exercise", "break", "live"):
                kept.append(slide)
            elif following is not None:  # nothing of its own: its notes and minutes go on
                following.teacher = slide.teacher + following.teacher
                following.reading = slide.reading + following.reading
                following.code = slide.code + following.code
                if slide.kind == "section" and following.kind == "idea":
                    following.minutes = following.minutes or slide.minutes
            elif kept:
                kept[-1].reading += slide.reading
        return kept


# --------------------------------------------------------------------------------- Markdown


def blocks(source):
    """Split Markdown into (kind, text): heading, paragraph, list, table, math, fence, other."""
    kinds = {
        "heading_open": "heading",
        "paragraph_open": "paragraph",
        "bullet_list_open": "list",
        "ordered_list_open": "list",
        "table_open": "table",
        "math_block": "math",
        "fence": "fence",
        "hr": "rule",
    }
    lines = source.split("\n")
    return [
        (kinds.get(token.type, "other"), "\n".join(lines[slice(*token.map)]).strip())
        for token in markdown.parse(source)
        if token.level == 0 and token.map
    ]


def list_items(text):
    """Return the text of each item of a list, on one line; lists inside it are dropped."""
    items = re.split(r"^(?:[-*]|\d+\.) +", text, flags=re.MULTILINE)[1:]
    return [re.sub(r"\s+", " ", item.strip()) for item in items]


def sentences(text):
    """Split a paragraph into sentences; none ends inside of bold, code, a formula or a bracket."""
    whole = []
    for piece in re.split(rf"(?<=[.!?])(?=\s)|(?<=[.!?]{END})(?=\s)|(?<=[.!?]\*\*)(?=\s)", text):
        if whole and not _is_closed(whole[-1]):
            whole[-1] += piece
        else:
            whole.append(piece)
    return [piece.strip() for piece in whole if piece.strip()]


def _is_closed(text):
    ends = re.search(rf"[.!?]{END}*$", text) and not ABBREVIATION.search(text)
    bare = re.sub(r"`[^`]*`", "", text)
    even = all(bare.count(mark) % 2 == 0 for mark in ("**", "$", "`"))
    even = even and bare.replace("**", "").count("*") % 2 == 0
    return bool(ends) and even and bare.count("(") <= bare.count(")")


def n_words(text):
    """Count the words of a text, a formula as one."""
    return len(re.sub(r"\$[^$]+\$", "x", text).split())


def first_words(text, n):
    """Return as many whole sentences as fit into n words, but at least one."""
    kept = []
    for sentence in sentences(text):
        if kept and n_words(" ".join([*kept, sentence])) > n:
            break
        kept.append(sentence)
    if len(kept) > 1 and kept[-1].endswith(":"):
        kept.pop()  # what it announces is not there
    return " ".join(kept)


def key_sentences(text, room, is_first, introduces):
    """Return the sentences of a paragraph that a slide with ``room`` for words shows.

    Of the first paragraph these are the first ones, up to ``LEAD`` words; of all paragraphs those
    with something in bold, and the last one if it ``introduces`` a list or a formula.
    """
    found = sentences(text)
    leads = len(sentences(first_words(text, min(room, LEAD)))) if is_first else 0
    kept = []
    for n, sentence in enumerate(found):
        announces = introduces and n == len(found) - 1
        if n < leads or ((announces or "**" in sentence) and n_words(sentence) <= room):
            kept.append(sentence)
        else:
            continue
        room -= n_words(sentence)
    if kept and kept[-1].endswith(":") and not introduces:
        kept[-1] = kept[-1][:-1] + "."
    return " ".join(kept)


def _how_many(items, used):
    """Return how many items of a list go on a slide on which so many words are ``used``."""
    total, n = used, 0
    for item in items:
        total += n_words(item) + 3
        if n >= 2 and (total > LIST_WORDS or n == ITEMS):
            break
        n += 1
    # An item alone on the next slide would look lost.
    return n - 1 if n == len(items) - 1 and n > 2 else n


def _lines(text):
    return [line for line in text.split("\n") if line.strip()]


# ---------------------------------------------------------------------------------- outputs


def outputs_of(cells, executed):
    """Return for each cell of a source its outputs in the executed notebook.

    Raises:
        ValueError: a cell is missing there, so it was executed from another version.
    """
    by_code = defaultdict(deque)
    for cell in executed.cells:
        if cell.cell_type == "code":
            by_code[cell.source].append(cell.get("outputs", []))
    found = []
    for cell in cells:
        if cell.cell_type != "code":
            found.append([])
            continue
        code = solved(cell.source)
        if not by_code[code]:
            raise ValueError(f"the executed notebook does not have this cell:\n{code}")
        found.append(by_code[code].popleft())
    return found


def read_outputs(outputs):
    """Return what was printed and can be read on a slide, pictures and tables, and "a widget?"."""
    printed, shown, is_widget = "", [], False
    for output in outputs:
        if output.output_type == "stream" and output.name == "stdout":
            printed += output.text
        data = output.get("data", {})
        html = "".join(data.get("text/html", ""))
        if WIDGET in data:
            is_widget = True
        elif picture := PICTURE.search(html):
            shown.append(Part("picture", picture[0]))
        elif html.startswith("<table") and html.count("<tr") <= ROWS:
            shown.append(Part("table", html))
    lines = [line.rstrip() for line in printed.strip("\n").split("\n")]
    lines = [line for line in lines if not line.startswith("vae_helpers ")]
    fits = len(lines) <= LINES and max(map(len, lines), default=0) <= COLUMNS
    return ("\n".join(lines) if fits else ""), shown, is_widget


def picture_size(element):
    """Return width and height in pixels of a picture with a PNG in it; None if it has none."""
    match = re.search(r"base64,([A-Za-z0-9+/]{32})", element)
    if not match:
        return None
    return struct.unpack(">II", base64.b64decode(match[1])[16:24])


def alt_text(element):
    """Return the alt text of an ``img`` element."""
    match = re.search(r'\balt="([^"]*)"', element)
    return unescape(match[1]) if match else ""
