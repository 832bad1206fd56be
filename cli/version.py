"""The version, as a literal: `--version` prints it before anything else is imported."""

VERSION = "0.1.0"
