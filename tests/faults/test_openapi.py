"""Fault 31: whatever the served OpenAPI document allows or forbids, the API keeps to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.processes import Server

HERE = Path(__file__).parent
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "3")
"""For each address in each phase; `make soak` takes 400, about 10,000 cases."""
SEED = os.environ.get("SCHEMATHESIS_SEED", "1")


def test_served_document_is_kept(tmp_path: Path) -> None:
    """Schemathesis with all its checks finds no answer that the document does not describe."""
    with Server(tmp_path, f"sqlite:///{tmp_path / 'form.db'}").start() as server:
        # One worker: before 3.11.8 Python may fail when two threads parse sources at once, as
        # Hypothesis does (CPython issue 106905).
        done = subprocess.run(
            [
                Path(sys.executable).with_name("st"),
                f"--config-file={HERE / 'schemathesis.toml'}",
                *("run", f"{server.base}/api/openapi.json", "--checks=all", "--no-color"),
                *("--seed", SEED, "--max-examples", EXAMPLES, "--workers=1"),
                "--generation-database=none",
            ],
            cwd=tmp_path,
            env=os.environ
            | {
                "PYTHONPATH": str(HERE.parents[1]),
                "SCHEMATHESIS_HOOKS": "tests.faults.schemathesis_hooks",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        summary = done.stdout[done.stdout.find("SUMMARY") :]
        print(summary)
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.search(r"Tested: +25\b", summary), summary
        assert "Traceback" not in server.said()
