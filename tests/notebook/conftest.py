"""A real Jupyter kernel, which one module of tests shares."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel
from jupyter_core.utils import ensure_event_loop


@dataclass
class Outputs:
    """What a cell has put out."""

    stdout: str = ""
    stderr: str = ""
    shown: list[dict[str, Any]] = field(default_factory=list)
    error: dict[str, Any] | None = None

    @property
    def card(self) -> str:
        """The plain text of the one card."""
        [bundle] = self.shown
        return str(bundle["text/plain"])

    @property
    def html(self) -> str:
        """The HTML of the one card."""
        [bundle] = self.shown
        return str(bundle["text/html"])

    def collect(self, message: dict[str, Any]) -> None:
        """Keep what a message of the kernel says."""
        content = message["content"]
        match message["msg_type"]:
            case "stream":
                setattr(self, content["name"], getattr(self, content["name"]) + content["text"])
            case "display_data" | "execute_result":
                self.shown.append(content["data"])
            case "error":
                self.error = content


@dataclass
class Kernel:
    """Runs cells, one after the other, as Jupyter does."""

    manager: Any
    client: Any

    def run(self, code: str, meanwhile: Callable[[], None] | None = None) -> Outputs:
        """Run a cell and wait for its end."""
        outputs = Outputs()
        if meanwhile is not None:
            number = self.client.execute(code)
            meanwhile()
            while True:
                message = self.client.get_iopub_msg(timeout=60)
                if message["parent_header"].get("msg_id") == number:
                    outputs.collect(message)
                    if message["content"].get("execution_state") == "idle":
                        return outputs
        self.client.execute_interactive(code, output_hook=outputs.collect, timeout=120, allow_stdin=False)
        return outputs


@pytest.fixture(scope="module")
def kernel(miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel that works on the miniature course, in a folder that is no workspace."""
    loop = ensure_event_loop()  # the client makes one otherwise, and never closes it
    folder = tmp_path_factory.mktemp("kernel")
    manager, client = start_new_kernel(
        kernel_name="python3", cwd=str(folder), env={**os.environ, "NNLEARN_CONTENT": str(miniature)}
    )
    yield Kernel(manager, client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    loop.close()
