"""`make bench`: every benchmark there is, one after the other, so that none disturbs another."""

from __future__ import annotations

import subprocess
import sys

for name in ("benchmarks.api", "benchmarks.lighthouse"):
    subprocess.run([sys.executable, "-m", name], check=True)
