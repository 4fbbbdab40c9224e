"""JupyterLab in a real browser: start it on loopback, run a notebook, look at what it shows."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import nbformat

SETTINGS = {
    # Cells off screen would otherwise have no content.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    # The notes about news and updates would ask the network.
    "@jupyterlab/apputils-extension/notification": {
        "checkForUpdates": False,
        "doNotDisturbMode": True,
        "fetchNews": "false",
    },
}
START = 180  # seconds to wait for a server or a kernel, on a busy machine
PATIENCE = 180  # seconds to wait for anything else


class PageError(AssertionError):
    """The page shows an error: in a widget, in an output, or in the browser's console."""


@contextlib.contextmanager
def server(folder):
    """Run JupyterLab on 127.0.0.1 with ``folder`` as its root; yield its address with the token.

    The server's settings, data and runtime files are in the folder, and it ends with the block.
    """
    folder = Path(folder)
    token = secrets.token_urlsafe(24)
    for name, values in SETTINGS.items():
        path = folder / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    environment = {
        **os.environ,
        **{f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "RUNTIME")},
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--expose-app-in-browser",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={token}",
    ]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
        try:
            port = _port(process, folder)
            yield f"http://127.0.0.1:{port}/lab/workspaces/{{name}}/tree/{{name}}.ipynb?token={token}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()


def _port(process, folder):
    """Wait for the file in which the server says where it listens."""
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        for path in (folder / "runtime").glob("jpserver-*.json"):
            with contextlib.suppress(json.JSONDecodeError):
                return json.loads(path.read_text(encoding="utf-8"))["port"]
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{(folder / 'server.log').read_text()[-2000:]}")


def write_notebook(path, cells):
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, path)


class NotebookPage:
    """An open notebook: run it, use its widgets, and be told of every error."""

    def __init__(self, page, address, name):
        self.page = page
        self.console = []
        page.set_default_timeout(START * 1000)
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("console", self._note)
        # A workspace of its own: another notebook that is open would come along.
        page.goto(address.format(name=name))
        page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
        )
        page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.ready")
        page.set_default_timeout(PATIENCE * 1000)

    def _note(self, message):
        if message.type == "error":
            self.console.append(f"{message.text} ({message.location.get('url', '')})")

    def run_all(self):
        """Run every code cell, and wait until each has been run."""
        cells = "window.jupyterapp.shell.currentWidget.model.cells"
        # JupyterLab ignores the command while the session is not ready: ask until it starts.
        end = time.monotonic() + START
        while time.monotonic() < end:
            self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
            counts = self.page.evaluate(
                f"() => Array.from({cells}).filter(cell => cell.type === 'code')"
                ".map(cell => cell.executionCount)"
            )
            if all(counts):
                # JupyterLab takes the focus once more, a moment after the last cell.
                self.settle(self.page.locator("body"))
                return
            self.page.wait_for_timeout(500)
        raise PageError(f"the cells did not run: their counts are {counts}")

    def check(self):
        """Raise PageError if a widget, an output or the console shows an error."""
        shown = self.page.locator(
            ".vae-error, [data-mime-type='application/vnd.jupyter.error'], "
            "[data-mime-type='application/vnd.jupyter.stderr'], .jp-RenderedText .ansi-red-fg"
        ).all_text_contents()
        if shown or self.console:
            raise PageError("\n".join([*shown, *self.console]))

    def panels(self):
        """Return the panels of the course, in their order."""
        return self.page.locator(".vae-panel").all()

    def state(self, panel):
        """Return the addresses of a panel's pictures, which change with every new picture."""
        return panel.locator("img.vae-picture").evaluate_all("all => all.map(one => one.src)")

    def settle(self, panel):
        """Wait until the kernel rests and the panel shows the same for half a second."""
        kernel = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
        end, seen, since = time.monotonic() + PATIENCE, None, time.monotonic()
        while time.monotonic() < end:
            now = (self.state(panel), panel.locator("[aria-live]").all_text_contents())
            idle = self.page.evaluate(f"() => {kernel}.status") == "idle"
            if now != seen or not idle:
                seen, since = now, time.monotonic()
            if time.monotonic() - since > 0.5:
                return
            self.page.wait_for_timeout(100)
        raise PageError("the panel does not come to rest")

    def press(self, target, *keys):
        """Focus an element and press keys; the focus has to stay where it is."""
        target.focus()
        for key in keys:
            self.page.keyboard.press(key)
        assert target.evaluate("element => element === document.activeElement"), "focus was lost"

    def wait_for_change(self, panel, before, what):
        """Wait until a panel's pictures differ, and look for errors."""
        self.wait_until(lambda: self.state(panel) != before, f"{what} did not change the picture")

    def wait_until(self, condition, otherwise):
        """Wait until a condition holds, look for errors all the while, and say what did not come.

        Where a test knows what is to come, this is the way to wait for it: on a busy machine the
        page can rest (``settle``) before it has begun.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.check()
            if condition():
                self.check()
                return
            self.page.wait_for_timeout(50)
        raise PageError(otherwise)

    def use_sliders(self, panel):
        """Move every slider by keyboard and see that the picture changes; return how many."""
        handles = panel.locator(".noUi-handle").all()
        for i, handle in enumerate(handles):
            before = self.state(panel)
            at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
            self.press(handle, "ArrowLeft" if at_end else "ArrowRight")
            self.wait_for_change(panel, before, f"slider {i}")
        return len(handles)
