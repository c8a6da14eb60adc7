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
    """What stands under a cell. `error` is the red text, `html` and `text` are the two forms of a result."""

    printed: str = ""
    html: str = ""
    text: str = ""
    error: str = ""


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

    def interrupted_when_it_shows(self, source: str) -> Shown:
        """Run a cell and press stop at the first thing that it displays."""
        return self.shown_by(self.client.execute(source), interrupt=True)

    def shown_by(self, request: str, interrupt: bool = False) -> Shown:
        shown = Shown()
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    shown.printed += content["text"]
                case "display_data" if interrupt:
                    self.manager.interrupt_kernel()
                    interrupt = False
                case "execute_result" | "display_data":
                    shown.text += content["data"].get("text/plain", "")
                    shown.html += content["data"].get("text/html", "")
                case "error":
                    shown.error += COLOURS.sub("", "\n".join(content["traceback"]))
                case "status" if content["execution_state"] == "idle":
                    return shown
