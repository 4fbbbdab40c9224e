"""The explorer's pages in a real browser: from the file system, with the network off."""

import contextlib

import export_explorer
import pytest

pytestmark = pytest.mark.browser

HASH = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let hash = 0;
  for (let i = 0; i < data.length; i += 4) hash = (31 * hash + data[i] + 7 * data[i + 1]) | 0;
  return hash;
}"""
YELLOW = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let n = 0;
  for (let i = 0; i < data.length; i += 4) n += data[i] > 230 && data[i + 2] < 110;
  return n;
}"""
PICTURE = {  # of each panel, what every slider changes
    "map": ".vae-at-image canvas",
    "sliders": ".vae-image",
    "walk": ".vae-image",
    "versus": ".vae-sheet",
    "beta": ".vae-sheet",
}
# What a screen reader calls each control; the browser's own rules of names, in short.
UNNAMED = """() => [...document.querySelectorAll("input, select, button, canvas, img, [tabindex]")]
  .filter(e => !((e.labels && [...e.labels].some(l => l.textContent.trim()))
    || e.getAttribute("aria-label") || e.getAttribute("alt")
    || (e.tagName === "BUTTON" && e.textContent.trim())))
  .map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def opened(browser, explorer):
    """Return a function that opens a page; at the end no message may be in the console."""
    messages = []
    with contextlib.ExitStack() as stack:

        def open_page(name, **settings):
            context = stack.enter_context(
                contextlib.closing(browser.new_context(**{"offline": True, **settings}))
            )
            page = context.new_page()
            page.on("console", lambda message: messages.append(message.text))
            page.on("pageerror", lambda error: messages.append(str(error)))
            page.goto((explorer / f"{name}.html").as_uri())
            if settings.get("java_script_enabled", True):
                panels = page.locator("[data-vae]").count()
                page.wait_for_function(
                    f"document.querySelectorAll('[data-ready]').length === {panels}", timeout=60_000
                )
            return page

        yield open_page
    # These tests read canvases; that this is slow the browser says to them, not to the page.
    assert [text for text in messages if "willReadFrequently" not in text] == []


def wait_for_change(page, canvas, before):
    page.wait_for_function(
        f"([canvas, before]) => ({HASH})(canvas) !== before", arg=[canvas.element_handle(), before]
    )


@pytest.mark.parametrize("name", export_explorer.PAGES)
def test_every_slider_changes_a_picture_and_everything_has_a_name(opened, name):
    page = opened(name, viewport={"width": 360, "height": 700}, has_touch=True)
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for panel in page.locator("[data-vae]").all():
        canvas = panel.locator(PICTURE[panel.get_attribute("data-vae")]).last
        for slider in panel.locator("input[type=range]").all():
            before = canvas.evaluate(HASH)
            slider.focus()
            for _ in range(5):
                page.keyboard.press("ArrowLeft")
            wait_for_change(page, canvas, before)


def test_arrow_keys_on_the_map_move_the_point(opened):
    page = opened("index")
    page.locator(".vae-map").focus()
    canvas = page.locator("[data-vae] .vae-at-image canvas")
    before = canvas.evaluate(HASH)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    wait_for_change(page, canvas, before)
    text = "z = (0.5, −0.1): most like a"
    page.get_by_role("status").filter(has_text=text).wait_for()
    assert "z = (0.5, −0.1), most like" in page.locator(".vae-map").get_attribute("aria-label")
    values = page.locator("input[type=range]").evaluate_all("all => all.map(i => i.value)")
    assert [float(value) for value in values] == pytest.approx([0.5, -0.1])


def test_a_drawing_gives_an_ellipse_and_an_image(opened):
    page = opened("index")
    place, canvas = page.locator(".vae-map"), page.locator(".vae-at-image canvas")
    page.wait_for_timeout(300)
    before, yellow = canvas.evaluate(HASH), place.evaluate(YELLOW)
    box = page.locator(".vae-pad").bounding_box()
    mouse = page.mouse
    mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 0.15 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.85 * box["height"], steps=8)
    mouse.up()
    wait_for_change(page, canvas, before)
    page.get_by_role("status").filter(has_text="most like a 1. The encoder says").wait_for()
    assert place.evaluate(YELLOW) > yellow + 20
    page.get_by_role("button", name="Wipe").click()
    told = page.get_by_role("status").filter(has_text="most like")
    told.filter(has_not_text="encoder").wait_for()
    assert place.evaluate(YELLOW) == yellow


def test_a_test_image_is_taken_by_keyboard(opened):
    page = opened("index")
    page.get_by_label("or a test image").select_option("0, image 1")
    page.get_by_role("status").filter(has_text="most like a 0. The encoder says").wait_for()


def test_nothing_moves_alone_where_that_is_not_wanted(opened):
    page = opened("sliders", reduced_motion="reduce")
    page.get_by_role("button", name="One step").click()
    page.get_by_role("status").filter(has_text="60 % of the way").wait_for()
    page.wait_for_timeout(300)
    assert page.get_by_label("way", exact=True).input_value() == "0.6"


def test_without_javascript_there_are_pictures(opened):
    for name in export_explorer.PAGES:
        page = opened(name, java_script_enabled=False)
        for image in page.locator("[data-vae] img").all():
            assert len(image.get_attribute("alt")) > 30
            assert image.bounding_box()["width"] > 200
