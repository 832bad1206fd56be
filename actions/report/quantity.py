"""A measured value as a person reads it; its name tells its unit: `latency_p90_s`, `binary_size`, `accuracy_top1`."""

from typing import Any

from .units import with_unit


def quantity(name: str, value: Any) -> str:
    """Give a value with its unit: seconds for `_s` and `time`, bytes for `_size` and `_bytes`, percent for accuracy."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    last = name.rsplit(".", 1)[-1]
    if last.endswith("_ms"):
        return with_unit(value, "ms")
    if last.endswith("per_s"):
        return f"{value:,.0f}/s" if value >= 100 else f"{value:.3g}/s"
    if last.endswith(("_s", "_time", "_seconds")) or last.startswith("execution_time"):
        return with_unit(value, "s")
    if last.endswith(("_bytes", "_size")):
        return with_unit(value, "B")
    if "accuracy" in last:
        return f"{value:.2f} %"
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"
