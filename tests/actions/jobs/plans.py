"""Small plans for the tests of jobs."""

from ckexplore.actions.plan import Plan, Stage


def plan_for(*scripts: str, timeout: float = 60.0, output_limit: int = 256 << 20, title: str = "stage") -> Plan:
    """Make a plan that runs shell scripts, one a stage, without a sandbox."""
    stages = tuple(
        Stage(
            title=f"{title} {number}",
            argv=("bash", "-c", script),
            commands=(script,),
            timeout=timeout,
            output_limit=output_limit,
        )
        for number, script in enumerate(scripts)
    )
    return Plan("test", "test:program:x", "0" * 16, ("test",), stages)
