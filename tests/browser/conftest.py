"""A JupyterLab and a Chromium for all browser tests."""

import lab
import pytest


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """Address and folder of a running JupyterLab."""
    folder = tmp_path_factory.mktemp("lab")
    with lab.server(folder) as address:
        yield address, folder


@pytest.fixture(scope="session")
def browser(chromium):
    """A Chromium without a window."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def open_notebook(jupyterlab, browser):
    """Return a function that writes a notebook of the given cells, and opens and runs it."""
    address, folder = jupyterlab
    pages = []

    def opened(name, cells):
        lab.write_notebook(folder / f"{name}.ipynb", cells)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        pages.append(page)
        notebook = lab.NotebookPage(page, address, name)
        notebook.run_all()
        return notebook

    yield opened
    for page in pages:
        page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        page.close()
