"""The benchmarks' modules find each other by the folder of the script; tests find them the same way."""

import sys

from ..conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))
