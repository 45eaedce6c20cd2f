"""A real Jupyter kernel, which one module of tests shares."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_async_kernel
from patience import PATIENCE_S


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
    def text(self) -> str:
        """The same on one line."""
        return " ".join(self.card.split())

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

    runner: asyncio.Runner
    manager: Any
    client: Any

    def run(self, code: str, stop_at: str = "") -> Outputs:
        """Run a cell and wait for its end; press the stop button once it has printed this."""
        return self.runner.run(self._run(code, stop_at))

    def restart(self) -> None:
        """Start it anew, as the button does: nothing of what has run is left."""
        self.runner.run(self.manager.restart_kernel(now=True))
        self.runner.run(self.client.wait_for_ready(PATIENCE_S))

    async def _run(self, code: str, stop_at: str) -> Outputs:
        outputs, printed = Outputs(), asyncio.Event()

        def collect(message: dict[str, Any]) -> None:
            outputs.collect(message)
            if stop_at and stop_at in outputs.stdout:
                printed.set()

        async def stop() -> None:
            if stop_at:
                await asyncio.wait_for(printed.wait(), PATIENCE_S)
                await self.manager.interrupt_kernel()

        executing = self.client.execute_interactive(
            code, output_hook=collect, timeout=PATIENCE_S, allow_stdin=False
        )
        await asyncio.gather(executing, stop())
        return outputs


@pytest.fixture(scope="module")
def kernel(miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel that works on the miniature course, in a folder that is no workspace."""
    folder = tmp_path_factory.mktemp("kernel")
    environment = {**os.environ, "NNLEARN_CONTENT": str(miniature)}
    with asyncio.Runner() as runner:
        manager, client = runner.run(
            start_new_async_kernel(
                startup_timeout=PATIENCE_S, kernel_name="python3", cwd=str(folder), env=environment
            )
        )
        yield Kernel(runner, manager, client)
        client.stop_channels()
        runner.run(manager.shutdown_kernel(now=True))
