"""What was measured before: points that a sweep needn't repeat, found by what their measurement depended on."""

from pathlib import Path

from ...store.formats.ck_points import points
from ...store.formats.point import Point
from ..measure import host


def measured_before(entry: Path, *, failed: bool) -> dict[str, Point]:
    """Give an experiment's points of this machine by their configuration's identity, those that `failed` as well."""
    here = _machine(host.describe())
    found: dict[str, Point] = {}
    for point in points(entry):
        name = point.features.get("configuration")
        if (
            isinstance(name, str)
            and name
            and (failed or not failure(point))
            and _machine(point.features.get("platform")) == here
        ):
            found[name] = point
    return found


def failure(point: Point) -> str:
    """Say why a point failed; "" for one that was measured."""
    run = point.characteristics.get("run")
    reason = run.get("fail_reason") if isinstance(run, dict) else None
    return str(reason) if reason else ""


def _machine(platform: object) -> object:
    """Tell machines apart by their processor and how many of them may be used."""
    cpu = platform.get("cpu") if isinstance(platform, dict) else None
    return (cpu.get("name"), cpu.get("usable_processors")) if isinstance(cpu, dict) else None
