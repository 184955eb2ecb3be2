"""The benchmarks: `python -m benchmarks`."""

import os

# Set in some containers. Elsewhere Python compiles our code once and not at every start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
