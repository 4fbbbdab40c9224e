"""The slides of the chapters, on a small chapter with each kind of cell."""

import base64
import re
from types import SimpleNamespace

import build_notebooks
import jupytext
import nbformat
import pytest
import slide_rules
import slides

SOURCE = '''\
# %% [markdown]
# # 04 · A small chapter
#
# **The lead.**
#
# | | |
# | --- | --- |
# | Time | 10 minutes |
# | You will | see a picture |

# %% [markdown]
# ## 1. Heads <!-- 12 min -->
#
# The first sentence. **The key**, e.g. of `a.b`, is <here> & now. {long}
#
# Nothing bold, so for reading alone.

# %% [markdown] tags=["teacher"]
# Ask the room first.

# %%
x = 1 < 2  # a line that only computes

# %%
vh.plots.lines(x)

# %% [markdown]
# **What to see.** It rises. See [the next](05_interpolation.ipynb), not [this](https://example.org).
#
# **Predict.** What comes?

# %%
print("as printed")

# %% [markdown]
# **What to see.** The secret answer.
#
# ### Exercise 1 · The sum <!-- 6 min -->
#
# Add them.

# %% exercise="add"
def add(a, b):
    """Return the sum."""
    # <solution>
    return a + b
    # </solution>

# %% exercise="guess_it"
# <solution>
guess = "b"
# </solution>
exercises.guess_it.predict(guess)

# %%
exercises.guess_it.compare()

# %% tags=["guard"]
assert x, "a guard"

# %% [markdown] tags=["no-slide"]
# ## Left out

# %% [markdown] tags=["slide"]
# ## In full
#
# One. Two. {long} The very end.

# %%
vh.widgets.Explorer(x)

# %% [markdown]
# ## Further, and next
#
# - [a paper](https://example.org/a)
#
# **Next:** [05 · Interpolation](05_interpolation.ipynb)
'''.replace("{long}", "More words that nobody reads on a wall. " * 12)
PIXEL = base64.b64encode(
    b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\0\0\x03\0\0\0\x01\0" + bytes(20)
).decode()
PICTURE = f'<img alt="A line &lt; 3 &quot;up&quot;." src="data:image/png;base64,{PIXEL}" width="9">'
QUESTION = SimpleNamespace(
    text="Which?", choices={"a": "Left.", "b": "Right."}, right="b", feedback={"b": "Because so."}
)
QUESTIONS = {"guess_it": SimpleNamespace(predict=None, question=QUESTION)}


@pytest.fixture(scope="module")
def cells():
    return jupytext.reads(SOURCE, fmt="py:percent").cells


@pytest.fixture(scope="module")
def made(cells):
    """The slides of the small chapter with its results."""
    return slide_rules.slides_of(cells, slide_rules.outputs_of(cells, executed(cells)), QUESTIONS)


@pytest.fixture(scope="module")
def deck(made):
    return slides.deck(made, "04_small")


def executed(cells):
    """A solution notebook of the small chapter, as the runner leaves it."""
    notebook = nbformat.v4.new_notebook()
    for cell in cells:
        if cell.cell_type != "code":
            continue
        code = nbformat.v4.new_code_cell(build_notebooks.solved(cell.source))
        if "plots" in code.source:
            html = {"text/html": PICTURE}
            code.outputs = [nbformat.v4.new_output("display_data", html)]
        elif "print" in code.source:
            code.outputs = [nbformat.v4.new_output("stream", text="as <printed>\n")]
        elif "widgets" in code.source:
            view = {slide_rules.WIDGET: {}}
            code.outputs = [nbformat.v4.new_output("display_data", view)]
        notebook.cells.append(code)
    return notebook


def section_of(deck, title):
    """Return the HTML of the first slide with a title."""
    return next(s for s in re.findall(r"<section.*?</section>", deck, re.DOTALL) if title in s)


def test_slides_come_in_the_order_of_the_chapter(made):
    assert [(one.kind, one.title) for one in made] == [
        ("title", "04 · A small chapter"),
        ("section", "1. Heads"),
        ("question", "Predict"),
        ("result", "1. Heads"),
        ("exercise", "Exercise 1 · The sum"),
        ("question", "Predict"),
        ("question", "Who was right?"),
        ("section", "In full"),
        ("live", "Try it"),
        ("next", "Next"),
    ]
    assert [one.minutes for one in made if one.minutes] == [12, 6]


def test_a_slide_shows_key_sentences_and_the_notes_hold_the_rest(made):
    slide = made[1]
    shown = " ".join(part.content for part in slide.parts if part.kind == "text")
    assert "The first sentence." in shown
    assert "**The key**, e.g. of `a.b`," in shown
    assert slide.n_words <= slide_rules.WORDS + 20
    assert "reading alone" not in shown
    assert "reading alone" in "".join(slide.reading)
    assert slide.teacher == ["Ask the room first."]
    assert made[7].parts[0].content.endswith("The very end.")  # the tag "slide"


def test_what_a_picture_shows_and_answers_wait_for_a_key(made, deck):
    for slide, answer in ((made[1], "It rises."), (made[3], "secret"), (made[6], "Because so.")):
        (step,) = [part for part in slide.parts if part.step]
        assert answer in step.content
        assert re.search(rf'<div class="step">(?:(?!</div>).)*{answer}', deck, re.DOTALL)
    before = deck[: deck.index("Who was right?")]
    assert "Because so." not in before
    assert "secret" not in section_of(deck, "What comes?")


def test_alt_texts_stay_and_text_is_escaped(deck):
    assert 'alt="A line &lt; 3 &quot;up&quot;."' in deck
    assert "as &lt;printed&gt;" in deck
    assert "&lt;here&gt; &amp; now" in deck
    assert "<here>" not in deck
    assert "min -->" not in deck


def test_code_is_there_but_folded_and_the_stub_is_not_the_solution(deck):
    text = re.sub(r"<span[^>]*>|</span>", "", section_of(deck, "Exercise 1"))
    stub, solution = re.findall(
        r'<details class="(?:code|solution)">.*?</details>', text, re.DOTALL
    )
    assert "your code here" in stub
    assert "a + b" not in stub
    assert "a + b" in solution
    assert "<details open" not in deck
    assert "a guard" not in deck
    assert "only computes" in section_of(deck, "1. Heads")


def test_nothing_comes_from_outside(deck):
    assert "://" not in deck
    assert "//cdn" not in deck
    assert set(re.findall(r'\bsrc="([a-z]+:)', deck)) == {"data:"}
    links = re.findall(r'<a href="([^"]*)"', deck)
    assert {link for link in links if not link.startswith("#")} == {"05_interpolation.html"}
    with pytest.raises(ValueError, match="not part of the notebook"):
        slides.picture(slide_rules.Part("picture", '<img src="https://example.org/a.png">'))


def test_another_version_of_the_notebook_is_refused(cells):
    notebook = executed(cells)
    notebook.cells = notebook.cells[1:]
    with pytest.raises(ValueError, match="does not have this cell"):
        slide_rules.outputs_of(cells, notebook)


def test_a_missing_execution_says_what_to_run(tmp_path, capsys):
    assert slides.main([str(tmp_path), "04_sampling"]) == 1
    assert "run_course.py 04_sampling" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two? Three!", 3),
        ("As Kim et al. say, e.g. here. Two.", 2),
        ("**Label.** Text (with. a point) inside. `a. b` too.", 3),
        ("It is $p(x). q$ in one. *So. It* is.", 2),
    ],
)
def test_sentences_end_where_they_end(text, count):
    found = slide_rules.sentences(text)
    assert len(found) == count
    assert " ".join(found) == text


def test_a_formula_is_a_picture_with_its_text():
    pytest.importorskip("ziamath")
    shown = slides.text_html(r"$$\frac{\lVert a \rVert}{b} < 1$$")
    assert "<svg" in shown
    assert r'aria-label="\frac{\lVert a \rVert}{b} &lt; 1"' in shown
    height = float(re.search(r"height: ([\d.]+)em", shown)[1])
    assert height < 4  # bars that are stretched without end make it a hundred


@pytest.mark.parametrize(
    "source", [p for p in build_notebooks.sources() if p.stem[:2].isdigit()], ids=lambda p: p.stem
)
def test_every_chapter_yields_slides_that_can_be_read(source):
    made = slides.slides_of(source)
    code = source.read_text(encoding="utf-8")
    n_headings = len(re.findall(r"^# ## ", code, re.MULTILINE))
    exercises = list(dict.fromkeys(one.title for one in made if one.kind == "exercise"))
    assert exercises == [
        slide_rules.MINUTES.sub("", title)
        for title in re.findall(r"^# ### (Exercise .*)", code, re.MULTILINE)
    ]
    assert len(made) > n_headings
    assert all(one.n_words <= 120 for one in made), max(made, key=lambda one: one.n_words)
    assert all(one.parts or one.kind in ("exercise", "break", "live") for one in made)


def test_the_live_notebook_has_folded_code_and_no_answers_in_sight(cells, tmp_path):
    source = tmp_path / "04_small.py"
    source.write_text(SOURCE, encoding="utf-8")
    notebook = slides.live(source)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.metadata["jupyter"]["source_hidden"] for cell in code)
    assert "a guard" not in str(notebook)
    assert "<solution>" not in str(notebook)
    told = [cell.source for cell in notebook.cells if "secret" in cell.source]
    assert len(told) == 1
    assert told[0].index("<details>") < told[0].index("secret")
