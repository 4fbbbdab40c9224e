"""Make slides for the projector from the chapters themselves.

    python tools/slides.py EXECUTED [NN_topic …]     decks: build/slides/NN_topic.html
    python tools/slides.py --live [NN_topic …]       notebooks for JupyterLab: build/slides-live

EXECUTED is a folder in which ``run_course.py --output`` left the notebooks; pictures and printed
results come from there, all text from ``notebooks/source``. A deck is one file that needs nothing
else, no network either. A live notebook is a copy with the slides' text and the code folded, for
the widgets; the learner's files stay as they are. What goes on a slide: ``slide_rules.py``.
"""

import argparse
import html
import importlib
import re
import sys
from functools import cache
from pathlib import Path

import jupytext
import nbformat
import slide_rules
from build_notebooks import GUARD, SourceError, solved, sources
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from slide_rules import LEAVE_OUT, TEACHER, markdown

from vae_helpers.files import replacing

ROOT = Path(__file__).resolve().parents[1]
PARTS = Path(__file__).resolve().parent / "slides"  # the style and the script of a deck
DECKS, LIVE = ROOT / "build" / "slides", ROOT / "build" / "slides-live"
FEW = 34  # so few words, and nothing else on the slide, are written larger
# Nothing is loaded from anywhere, whatever the text may hold: the browser sees to it.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("executed", nargs="?", type=Path, help="folder of executed notebooks")
    parser.add_argument("chapters", nargs="*", help="such as 01_autoencoder; default: all")
    parser.add_argument("--live", action="store_true", help="write notebooks for JupyterLab")
    parser.add_argument("--output", type=Path, help="folder to write to")
    options = parser.parse_args(arguments)
    chapters = options.chapters
    if options.live and options.executed:  # no folder is needed, so it was a chapter
        chapters = [str(options.executed), *chapters]
    if not options.live and options.executed is None:
        parser.error("name the folder that run_course.py --output has filled, or use --live")
    try:
        paths = [path for path in sources(ROOT, chapters) if path.stem[:2].isdigit()]
        for path in paths:
            if options.live:
                written = write_live(path, options.output or LIVE)
            else:
                written = write_deck(path, options.executed, options.output or DECKS)
            print(f"wrote: {written}")
    except (SourceError, FileNotFoundError, ValueError) as error:
        print(f"slides: {error}", file=sys.stderr)
        return 1
    return 0


# ------------------------------------------------------------------------------------ decks


def write_deck(source, executed, folder=DECKS):
    """Write the deck of one chapter, and return its path."""
    found = [executed / place / f"{source.stem}.ipynb" for place in ("solutions", ".")]
    path = next((path for path in found if path.is_file()), None)
    if path is None:
        raise FileNotFoundError(
            f"{found[0]} does not exist: run "
            f"python tools/run_course.py {source.stem} --set solutions --output {executed}"
        )
    target = folder / f"{source.stem}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    slides = slides_of(source, nbformat.read(path, as_version=4))
    with replacing(target) as temporary:
        temporary.write_text(deck(slides, source.stem), encoding="utf-8")
    return target


def slides_of(source, executed=None):
    """Return the slides of a source file; with an executed notebook they have its results."""
    cells = jupytext.read(source, fmt="py:percent").cells
    outputs = slide_rules.outputs_of(cells, executed) if executed is not None else None
    return slide_rules.slides_of(cells, outputs, questions_of(source.stem))


def questions_of(chapter):
    """Return the predictions, exercises and self-tests of a chapter's checkers, by name."""
    try:
        return vars(importlib.import_module(f"vae_helpers.checks.chapter{chapter[:2]}"))
    except ModuleNotFoundError:
        return {}


def deck(slides, chapter):
    """Return the HTML of a deck: everything is in it."""
    title = slides[0].title if slides else chapter
    ids = [f"s{number}" for number in range(1, len(slides) + 1)]
    sections = "\n".join(map(section, slides, ids, [chapter] * len(slides)))
    contents = "\n".join(
        f'<li><a href="#{name}">{inline(slide.title)}</a></li>'
        for slide, name in zip(slides, ids, strict=True)
        if slide.kind in ("title", "section", "exercise", "break", "live", "idea")
        and slide.title != slide.section
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)} – slides</title>
<style>
{(PARTS / "deck.css").read_text(encoding="utf-8")}
{HtmlFormatter(style="friendly").get_style_defs(".code")}
</style>
<script>document.documentElement.className = "deck"</script>
</head>
<body>
<main>
{sections}
</main>
<nav aria-label="All slides"><h2>{html.escape(title)}</h2><ol>
{contents}
</ol></nav>
<aside id="keys"><h2>Keys</h2><table>
<tr><th>→ space Page&#8197;↓</th><td>on</td></tr>
<tr><th>← Page&#8197;↑</th><td>back</td></tr>
<tr><th>Home End</th><td>first, last</td></tr>
<tr><th>c</th><td>code</td></tr>
<tr><th>s</th><td>solution of an exercise</td></tr>
<tr><th>n</th><td>notes</td></tr>
<tr><th>o</th><td>all slides</td></tr>
<tr><th>f</th><td>full screen</td></tr>
<tr><th>d</th><td>dark room, light room</td></tr>
<tr><th>h</th><td>these keys</td></tr>
</table></aside>
<p id="place" aria-live="polite"></p><div id="line"></div>
<script>
{(PARTS / "deck.js").read_text(encoding="utf-8")}
</script>
</body>
</html>
"""


def section(slide, name, chapter):
    """Return one slide as HTML."""
    body = content(slide, chapter)
    minutes = f' <span class="minutes">{slide.minutes} min</span>' if slide.minutes else ""
    above = f'<p class="above">{inline(slide.section)}</p>' if slide.section else ""
    title = f"<h2>{inline(slide.title)}{minutes}</h2>" if slide.title else ""
    return (
        f'<section id="{name}" class="{slide.kind}" tabindex="-1">\n'
        f"<header>{above}{title}</header>\n{body}\n{extras(slide)}</section>"
    )


def content(slide, chapter):
    """Return what is on a slide below its heading."""
    pictures = [picture(part) for part in slide.pictures]
    others = [part for part in slide.parts if part.kind != "picture"]
    if slide.kind == "live":
        place = f"{chapter}.ipynb" + (f", {slide.section}" if slide.section else "")
        others = [*others, slide_rules.Part("text", f"*In JupyterLab:* {place}")]
    text = "\n".join(map(part_html, others))
    if not pictures:
        few = " few" if slide.n_words <= FEW and slide.kind != "title" else ""
        return f'<div class="body{few}">{text}</div>'
    shape = _shape(slide, n_words=sum(slide_rules.n_words(part.content) for part in others))
    # A lead stands above a wide picture, what it shows below.
    before = "\n".join(part_html(part) for part in others if not part.step)
    after = "\n".join(part_html(part) for part in others if part.step)
    figures = f'<div class="pictures">{"".join(pictures)}</div>'
    if shape == "beside":
        return f'<div class="body beside">{figures}<div class="text">{text}</div></div>'
    before = before and f'<div class="text">{before}</div>'
    after = after and f'<div class="text">{after}</div>'
    return f'<div class="body {shape}">{before}{figures}{after}</div>'


def _shape(slide, n_words):
    """Say where the text stands, so that the pictures get as large as they can.

    In hundredths of the slide's height there is room for 167 × 80, and a line of text takes 6.3.
    """
    sizes = [slide_rules.picture_size(part.content) or (3, 1) for part in slide.pictures]
    aspect = sum(width / height for width, height in sizes)
    if n_words == 0:
        return "alone"
    lines = n_words / 11 + len(slide.parts) - len(sizes)
    height_above_text = min(80 - 6.3 * lines, 167 / aspect)
    height_beside_text = min(80, 97 / aspect)
    if any(part.kind == "printed" and _columns(part.content) > 28 for part in slide.parts):
        return "wide"
    return "wide" if height_above_text >= height_beside_text else "beside"


def part_html(part):
    """Return a part of a slide that is no picture as HTML."""
    if part.kind == "printed":
        lines = part.content.count("\n") + 1
        size = f"--columns: {_columns(part.content)}; --lines: {lines}"
        shown = f'<pre class="printed" style="{size}">'
        shown += f"{html.escape(part.content)}</pre>"
    elif part.kind == "table":
        shown = re.sub(r"<(?!/?(?:table|tr|th|td|strong)\b)[^>]*>", "", part.content)
    else:
        shown = text_html(part.content)
    return f'<div class="step">{shown}</div>' if part.step else shown


def picture(part):
    """Return a picture as a figure; its alt text stays."""
    source = re.search(r'\bsrc="(data:image/[^"]*)"', part.content)
    if source is None:
        raise ValueError(f"a picture that is not part of the notebook: {part.content[:80]}")
    alt = html.escape(slide_rules.alt_text(part.content))
    return f'<figure><img alt="{alt}" src="{source[1]}"></figure>'


def extras(slide):
    """Return what comes on demand: code, solution, notes."""
    folded = []
    if slide.code:
        code = "\n\n\n".join(slide.code)
        folded.append(_folded("code", "Code", code_html(code)))
    if slide.solution:
        folded.append(_folded("solution", "Solution", code_html(slide.solution)))
    told = "\n".join(text_html(note) for note in slide.teacher)
    if slide.reading:
        told += "\n<h3>In the chapter</h3>\n"
        told += "\n".join(text_html(text) for text in slide.reading)
    if told:
        folded.append(_folded("notes", "Notes", told))
    return "\n".join(folded)


def _folded(kind, title, content):
    return f'<details class="{kind}"><summary>{title}</summary><div>{content}</div></details>\n'


def code_html(code):
    """Return Python code with its colours."""
    shown = highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))
    return f'<pre class="code">{shown}</pre>'


def _columns(text):
    return max(map(len, text.split("\n")))


# --------------------------------------------------------------------------------- Markdown


def text_html(text):
    """Return Markdown as HTML, with formulas as pictures and links that lead nowhere outside."""
    return _without_links(_render(text))


def inline(text):
    """Return a line of Markdown as HTML."""
    return _without_links(_render(text, in_line=True))


def _render(text, in_line=False):
    tokens = markdown.parseInline(text) if in_line else markdown.parse(text)
    return markdown.renderer.render([_escaped(token) for token in tokens], markdown.options, {})


def _escaped(token):
    """Make text of raw HTML: a slide has none of its own, save for comments, which go."""
    token.children = token.children and [_escaped(child) for child in token.children]
    if token.type in ("html_block", "html_inline"):
        raw = re.sub(r"<!--.*?-->|</?(?:small|details|summary|b|sub|sup|br)\b[^>]*>", "",
                     token.content, flags=re.DOTALL)  # fmt: skip
        token.type, token.content = "text", raw
    return token


def _without_links(text):
    """Turn links into their text, save those to another chapter, which lead to its deck."""

    def replaced(match):
        chapter = re.search(r'href="(?:\./)?(\d\d_[a-z0-9_]+)\.ipynb"', match[1])
        return f'<a href="{chapter[1]}.html">{match[2]}</a>' if chapter else match[2]

    return re.sub(r"<a\b([^>]*)>(.*?)</a>", replaced, text, flags=re.DOTALL)


@cache
def formula(tex, display):
    """Return a formula as SVG, drawn now, so that the deck needs neither a script nor a font."""
    try:
        import ziamath  # here, for it takes a while, and most of the course has no use for it
    except ModuleNotFoundError as error:
        raise ValueError("formulas need ziamath: pip install ziamath") from error
    ziamath.config.svg2 = False  # each formula on its own: ids would clash in one page
    # ziamath stretches these bars over everything beside them, TeX does not.
    plain = re.sub(r"\\[lr]?Vert\b", r"\\|", tex)
    drawn = ziamath.Latex(plain, size=24, inline=not display)
    svg = drawn.svg()
    width, height = (float(x) for x in re.search(r'width="(\S+)" height="(\S+)"', svg).groups())
    top = float(re.search(r'viewBox="\S+ (\S+) ', svg)[1])
    style = f"width: {width / 24:.2f}em; height: {height / 24:.2f}em"
    if not display:
        style += f"; vertical-align: {-(height + top) / 24:.2f}em"
    svg = re.sub(r' (?:xmlns(?::\w+)?|width|height)="[^"]*"', "", svg.split(">", 1)[0]) + (
        f' role="img" aria-label="{html.escape(tex)}" style="{style}">' + svg.split(">", 1)[1]
    )
    svg = svg.replace('fill="black"', 'fill="currentColor"')
    svg = re.sub(r"(\d+\.\d{2})\d+", r"\1", svg)  # a hundredth of a 24th of a letter
    return f'<div class="formula">{svg}</div>' if display else svg


def _formula_rule(display):
    def rule(renderer, tokens, number, options, environment):
        return formula(tokens[number].content.strip(), display)

    return rule


for _name, _display in (
    ("math_inline", False),
    ("math_inline_double", True),
    ("math_block", True),
    ("math_block_label", True),
):
    markdown.add_render_rule(_name, _formula_rule(_display))


# ------------------------------------------------------------------------------------- live


def write_live(source, folder=LIVE):
    """Write a chapter for JupyterLab, its slides' text and folded code; return the path."""
    target = folder / "notebooks" / f"{source.stem}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as temporary:
        nbformat.write(live(source), temporary)
    style = folder / "config" / "custom" / "custom.css"
    style.parent.mkdir(parents=True, exist_ok=True)
    with replacing(style) as temporary:
        temporary.write_bytes((PARTS / "live.css").read_bytes())
    return target


def live(source):
    """Return the notebook: for each cell of the source the text of its slides, and its code."""
    cells = jupytext.read(source, fmt="py:percent").cells
    slides = slide_rules.slides_of(cells, None, questions_of(source.stem))
    made = []
    for number, cell in enumerate(cells):
        tags = cell.metadata.get("tags", ())
        if cell.cell_type == "code" and GUARD not in tags and TEACHER not in tags:
            made.append(_folded_code(solved(cell.source)))
            if LEAVE_OUT in tags:
                made[-1].metadata["jupyter"]["outputs_hidden"] = True
        made += [_live_text(slide) for slide in slides if slide.cell == number]
    notebook = nbformat.v4.new_notebook(cells=made)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"live-{number}"
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return notebook


def _folded_code(code):
    cell = nbformat.v4.new_code_cell(code)
    cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def _live_text(slide):
    head = f"{'#' if slide.kind == 'title' else '##'} {slide.title}"
    texts = [part.content for part in slide.parts if part.kind == "text" and not part.step]
    answers = [part.content for part in slide.parts if part.kind == "text" and part.step]
    if answers:
        texts += ["<details><summary>What to see</summary>", *answers, "</details>"]
    return nbformat.v4.new_markdown_cell("\n\n".join([head, *texts]))


if __name__ == "__main__":
    sys.exit(main())
