"""A deck in a real browser: opened from its file, with the network cut, turned by keys."""

import base64
import io

import pytest
import slide_rules
import slides
from PIL import Image

pytestmark = pytest.mark.browser


def picture(width, height):
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    return slide_rules.Part("picture", f'<img alt="teal" src="data:image/png;base64,{data}">')


def text(words, step=False):
    return slide_rules.Part("text", " ".join(["word"] * words) + ".", step)


def some_slides():
    """Slides as full as the rule lets them be."""
    table = "\n".join(
        ["N = 2,000 each   recognised  diversity".ljust(slide_rules.COLUMNS, "7")] * 11
    )
    made = [
        slide_rules.Slide("title", "04 · Sampling", 0, parts=[text(40)]),
        slide_rules.Slide(
            "section", "1. Wide", 1, parts=[text(20), picture(1400, 300), text(40, True)]
        ),
        slide_rules.Slide("result", "1. Square", 2, parts=[picture(800, 800), text(48, True)]),
        slide_rules.Slide("result", "1. Rows", 3, parts=[slide_rules.Part("printed", table)]),
        slide_rules.Slide("exercise", "Exercise 1 · Add", 4, parts=[text(48)], code=["x = ..."]),
    ]
    made[-1].solution, made[-1].teacher = "x = 1", ["Ask first."]
    return made


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    path = tmp_path_factory.mktemp("deck") / "04_small.html"
    path.write_text(slides.deck(some_slides(), "04_small"), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    asked, errors = [], []
    page.context.set_offline(True)
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda note: errors.append(note.text) if note.type == "error" else None)
    page.goto(path.as_uri())
    yield page
    assert not errors
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()


def shown(page):
    """Return the number of the one slide that is in sight."""
    sections = page.locator("main > section").all()
    (number,) = [n for n, one in enumerate(sections, start=1) if one.is_visible()]
    return number


def test_keys_turn_the_slides_and_answers_come_last(page):
    page.keyboard.press("Home")
    assert shown(page) == 1
    page.keyboard.press("PageDown")
    step = page.locator("section.current .step")
    assert shown(page) == 2
    assert not step.is_visible()
    page.keyboard.press("Space")
    assert step.is_visible()
    assert shown(page) == 2
    page.keyboard.press("ArrowRight")
    assert shown(page) == 3
    page.keyboard.press("ArrowLeft")
    assert (shown(page), step.is_visible()) == (2, True)
    page.keyboard.press("End")
    assert shown(page) == 5
    assert page.url.endswith("#s5")


def test_code_solution_and_notes_come_on_demand_one_at_a_time(page):
    page.keyboard.press("End")
    panels = {key: page.locator(f"section.current details.{kind}") for key, kind in
              (("c", "code"), ("s", "solution"), ("n", "notes"))}  # fmt: skip
    assert not any(panel.is_visible() for panel in panels.values())
    for key in panels:
        page.keyboard.press(key)
        assert {k for k, panel in panels.items() if panel.is_visible()} == {key}
    page.keyboard.press("n")
    assert not panels["n"].is_visible()
    page.keyboard.press("o")
    page.locator("nav a", has_text="Wide").click()
    assert shown(page) == 2
    assert not page.locator("nav").is_visible()


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (1024, 768)])
def test_the_back_row_can_read_full_slides(page, size):
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    for number in range(len(some_slides())):
        page.evaluate(f"show({number}, true)")
        assert not page.evaluate(f"overflows(slides[{number}])"), f"slide {number + 1} is too full"
        smallest = page.evaluate(
            "Math.min(...[...slides[now].querySelectorAll('.body p, .body li')]"
            ".map(one => parseFloat(getComputedStyle(one).fontSize)))"
        )
        # 640 of 1,024 wide: a narrow projector's slide is not as high as its picture.
        assert smallest >= min(size[1], 0.65 * size[0]) / 25 - 0.6
