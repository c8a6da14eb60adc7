"""A real JupyterLab in a real browser: its server, and what a person does in it, step by step."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
PATIENCE_MS = 300_000
"""For one step: kernels import PyTorch, and other work may keep the processors busy."""

SIGN_OF_WORK = re.compile(r"^\s*Checking .* …\s*$")


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: where it is, the folder it shows, and its log."""

    url: str
    root: Path
    log: Path


@contextmanager
def jupyterlab(root: Path, home: Path, nbgrader_config: str = "") -> Iterator[Server]:
    """JupyterLab on `root`, with nothing of the settings of whoever runs the tests.

    Args:
        home: for settings and history; `nbgrader_config` is written there, where nbgrader looks for it.
    """
    config = home / "config"
    config.mkdir(parents=True)
    if nbgrader_config:
        (config / "nbgrader_config.py").write_text(nbgrader_config, "utf-8")
    settings = (
        config / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    )
    settings.parent.mkdir(parents=True)
    settings.write_text('{"fetchNews": "false"}', "utf-8")  # else JupyterLab begins with a question
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "PYTHONPATH": str(REPOSITORY),
        "OMP_NUM_THREADS": "1",
    }
    port = free_port()
    command = [
        sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", "--no-browser", "--IdentityProvider.token=", "--ServerApp.allow_root=True",
    ]  # fmt: skip
    log = home / "jupyterlab.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=out, stderr=out)
        try:
            wait_until_it_listens(process, port, log)
            yield Server(f"http://127.0.0.1:{port}", root, log)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:  # it waits for kernels, on a machine that is busy
                process.kill()
                process.wait()


def wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """A browser that is refused shows a page of its own, which may come late and in the way of the next attempt."""
    for _ in range(PATIENCE_MS // 100):
        if process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start: {log.read_text('utf-8')[-2000:]}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Desk:
    """A browser's page on JupyterLab.

    Args:
        page: Playwright's page.
        shots: the folder for screenshots.
    """

    def __init__(self, page: Any, server: Server, shots: Path) -> None:
        self.page = page
        self.server = server
        self.shots = shots
        page.set_default_timeout(PATIENCE_MS)

    def shot(self, name: str) -> None:
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.shots / f"{name}.png")

    def open(self, path: str) -> None:
        """A notebook, by its path below the server's root. JupyterLab starts with an empty desk."""
        self.page.goto(f"{self.server.url}/lab/tree/{path}?reset")
        self.panel.locator(".jp-Cell").first.wait_for()
        self.page.wait_for_selector("#jp-main-statusbar >> text=Idle")

    def open_lab(self) -> None:
        self.page.goto(f"{self.server.url}/lab?reset")
        self.page.wait_for_selector("#jp-MainMenu")

    @property
    def panel(self) -> Any:
        """The notebook in front."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def cell(self, text: str) -> Any:
        """The code cell that begins with `text`, scrolled into view: JupyterLab draws only what is near."""
        found = self.panel.locator(".jp-CodeCell").filter(has_text=re.compile(r"^[\W\d]*" + re.escape(text)))
        for _ in range(80):
            if found.count():
                found.first.scroll_into_view_if_needed()
                return found.first
            self.panel.locator(".jp-WindowedPanel-outer").first.hover()
            self.page.mouse.wheel(0, 400)
            self.page.wait_for_timeout(100)
        raise AssertionError(f"No cell begins with {text!r}.")

    def run(self, cell: Any) -> str:
        """Run a cell, wait for its end; the text that stands below it then."""
        cell.locator(".jp-InputPrompt").click()
        self.page.keyboard.press("Control+Enter")
        cell.locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]")).wait_for()
        output = cell.locator(".jp-Cell-outputArea")
        output.scroll_into_view_if_needed()
        output.filter(has_not_text=SIGN_OF_WORK).wait_for(state="attached")
        return str(output.inner_text())

    def write(self, cell: Any, source: str) -> None:
        """Type over the whole cell, as one paste."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Escape")

    @property
    def active(self) -> Any:
        """The cell that keys go to."""
        return self.panel.locator(".jp-Cell.jp-mod-active")

    def run_and_go_on(self) -> str:
        """Shift+Enter: run the active cell, wait for its end, and stand on the next; the text that stood below it."""
        number = self.active.get_attribute("data-windowed-list-index")
        cell = self.panel.locator(f".jp-Cell[data-windowed-list-index='{number}']")
        is_code = "jp-CodeCell" in str(cell.get_attribute("class"))
        self.page.keyboard.press("Shift+Enter")
        self.panel.locator(f".jp-Cell.jp-mod-active:not([data-windowed-list-index='{number}'])").wait_for()
        if not is_code:
            return ""
        cell.locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]")).wait_for()
        return str(cell.locator(".jp-Cell-outputArea").inner_text())

    def go_on_to(self, text: str) -> None:
        """Shift+Enter from cell to cell until the active one begins with `text`."""
        for _ in range(80):
            if self.active.inner_text().lstrip("[]:0123456789 \n").startswith(text):
                return
            self.run_and_go_on()
        raise AssertionError(f"No cell begins with {text!r}.")

    def type_over_the_dots(self, text: str) -> None:
        """In a cell that ends in `...)`, by keys alone: in, to the dots of its first line, over them."""
        for key in ("Enter", "Control+Home"):
            self.page.keyboard.press(key)
        for _ in range(self.active.locator(".cm-line").first.inner_text().index("...") + 3):
            self.page.keyboard.press("ArrowRight")
        for _ in range(3):
            self.page.keyboard.press("Backspace")
        self.page.keyboard.type(text)

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
        self.page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden)")
        self.saved()

    def saved(self) -> None:
        """Wait until nothing is unsaved."""
        self.page.wait_for_function("!document.querySelector('.lm-TabBar-tab.jp-mod-dirty')")

    def menu(self, top: str, *items: str) -> None:
        """Click through the menu bar, submenus in order."""
        self.page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{top}$")).click()
        for item in items:
            self.page.locator(".lm-Menu-item", has_text=re.compile(f"^{re.escape(item)}$")).last.click()
