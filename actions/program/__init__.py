"""Programs: how one is compiled, run and validated, as stages of a plan."""
