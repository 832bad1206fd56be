"""Detached runs: a plan becomes a folder, a supervisor of its own carries it out, and anybody can follow it.

A job is an artifact of the module `job` in a CK repository of its own, so that `ls`, `search`, `rm` and the table work
on it. Its folder holds `plan.json`, the raw `output.log`, `events.jsonl`, `state.json` and a `lock` that the
supervisor holds for life: a running job whose lock is free is lost.
"""
