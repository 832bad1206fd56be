"""The child process in which a repository's own Python (`customize.py`) runs, for an approved stage of a job.

    python -m ckexplore.actions.hook_host detect|set_up

Reads `input.json` in the folder `$CKEXPLORE_STAGE`, and writes `output.json` there. It imports nothing that it doesn't
need, and its parent believes nothing that it wrote without checking it.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from ..store.errors import CkexploreError
from . import detection


def main() -> int:
    """Carry out one command, and return the exit code."""
    place = Path(os.environ["CKEXPLORE_STAGE"])
    spec = json.loads((place / "input.json").read_text(encoding="utf-8"))
    try:
        if sys.argv[1] == "detect":
            found = detection.detect(spec)
        else:
            found = detection.set_up(spec, spec["full_path"], spec.get("version", ""))
    except CkexploreError as error:
        (place / "error.txt").write_text(str(error), encoding="utf-8")
        sys.stdout.write(f"{error}\n")
        return error.code
    (place / "output.json").write_text(json.dumps(asdict(found), default=str), encoding="utf-8")
    sys.stdout.write(f"→ {found.full_path} {found.version}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
