"""The command line: `ckexplore` opens the TUI, `ckexplore ACTION MODULE:ARTIFACT` runs an action."""
