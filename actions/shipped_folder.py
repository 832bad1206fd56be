"""Where the repositories are that come with ckexplore: beside the rooms, installed or not."""

from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "sample_repos"
