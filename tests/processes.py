"""Real `form-api serve` processes, for tests that kill them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

COMMAND = str(Path(sys.executable).with_name("form-api"))
START_SECONDS = 60


class Server:
    """A running service; `stop` asks it to end, `kill` does not."""

    def __init__(
        self, folder: Path, database: str, command: Sequence[str] = (COMMAND,), **environment: str
    ) -> None:
        self.folder, self.database, self.command = folder, database, command
        self.environment = {"FORM_API_BOT_CHECKS": "off"} | environment
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.base = ""

    def start(self, *arguments: str, preexec: Any = None) -> Server:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*self.command, "serve", "--port", "0", "--database", self.database, *arguments],
                cwd=self.folder,
                env=os.environ | self.environment,
                stdout=log,
                stderr=log,
                preexec_fn=preexec,
            )
        self.base = self._wait_for_address()
        return self

    def _wait_for_address(self) -> str:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            found = re.search(r"running on (http://\S+)", self.said())
            if found:
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError(f"the service did not start:\n{self.said()}")

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the service to its end."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
