"""`python -m benchmarks [NAME …]`: one benchmark, or all, one after the other."""

from __future__ import annotations

import subprocess
import sys

from benchmarks import site_report

NAMES = ("api", "lighthouse", "search", "site", "accessibility", "publishing")

if sys.argv[1:2] == ["site"]:
    from benchmarks.site import main

    main(sys.argv[2:])
elif sys.argv[1:2] == ["publishing"]:
    from benchmarks import publishing

    publishing.main(sys.argv[2:])
else:
    failed = []
    # one after the other, so that none disturbs another; one that fails costs no other its hour
    for name in sys.argv[1:] or NAMES:
        module = f"benchmarks.{name}" if name != "site" else "benchmarks"
        done = subprocess.run([sys.executable, "-m", module, *([name] * (name == "site"))])
        if done.returncode:
            failed.append(name)
    if {"lighthouse", "search"} & set(sys.argv[1:]):
        site_report.renew_phone()
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")
