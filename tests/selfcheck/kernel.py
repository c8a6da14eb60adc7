"""A Jupyter kernel in a unit's folder of a student's copy: cells go in, what a student would see comes out."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

PATIENCE = 60
COLOURS = re.compile(r"\x1b\[[\d;]*m")


@dataclass
class Shown:
    """What stands under a cell. `error` is the red text, `html` and `text` are the two forms of a result.

    `in_turn` are the texts of results in the order in which they were shown, also those that another took the place of.
    """

    printed: str = ""
    html: str = ""
    text: str = ""
    error: str = ""
    in_turn: list[str] = field(default_factory=list)


@dataclass
class Kernel:
    folder: Path
    manager: KernelManager = field(default_factory=lambda: KernelManager(kernel_name="python3"))

    def __enter__(self) -> Kernel:
        self.manager.start_kernel(cwd=str(self.folder), env={**os.environ, "OMP_NUM_THREADS": "1"})
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, source: str) -> Shown:
        return self.shown_by(self.client.execute(source))

    def run_in_a_notebook(self, source: str, interrupt_at: str = "") -> Shown:
        """Run a cell as a notebook does, which tells the kernel the cell's name.

        Args:
            interrupt_at: press stop when this text is shown.
        """
        self.client.session.metadata = {"cellId": "1"}
        try:
            return self.shown_by(self.client.execute(source), interrupt_at)
        finally:
            self.client.session.metadata = {}

    def interrupted_when_it_shows(self, source: str, text: str) -> Shown:
        """Run a cell and press stop when it displays that text."""
        return self.shown_by(self.client.execute(source), text)

    def shown_by(self, request: str, interrupt_at: str = "") -> Shown:
        shown = Shown()
        results: dict[str, dict[str, str]] = {}
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    shown.printed += content["text"]
                case "execute_result" | "display_data" | "update_display_data":
                    text = content["data"].get("text/plain", "")
                    shown.in_turn.append(text)
                    place = content.get("transient", {}).get("display_id", str(len(results)))
                    results[place] = content["data"]
                    if interrupt_at and interrupt_at in text:
                        self.manager.interrupt_kernel()
                case "error":
                    shown.error += COLOURS.sub("", "\n".join(content["traceback"]))
                case "status" if content["execution_state"] == "idle":
                    shown.text = "".join(data.get("text/plain", "") for data in results.values())
                    shown.html = "".join(data.get("text/html", "") for data in results.values())
                    return shown
