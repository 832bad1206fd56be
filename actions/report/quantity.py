"""A measured value as a person reads it; its name tells its unit: `latency_p90_s`, `binary_size`, `accuracy_top1`."""

from typing import Any

_PREFIXES = ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))
_BYTES = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def quantity(name: str, value: Any) -> str:
    """Give a value with its unit: seconds for `_s` and `time`, bytes for `_size` and `_bytes`, percent for accuracy."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    last = name.rsplit(".", 1)[-1]
    if last.endswith("_ms"):
        return seconds(value / 1000)
    if last.endswith("per_s"):
        return f"{value:,.0f}/s" if value >= 100 else f"{value:.3g}/s"
    if last.endswith(("_s", "_time", "_seconds")) or last == "execution_time":
        return seconds(value)
    if last.endswith(("_bytes", "_size")):
        return size(value)
    if "accuracy" in last:
        return f"{value:.2f} %"
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def seconds(value: float) -> str:
    """Give a time with three digits: 21.3 µs, 4.67 ms, 12.5 s."""
    if value == 0:
        return "0 s"
    for factor, prefix in _PREFIXES:
        if abs(value) >= factor * 0.9995:
            return (
                f"{value / factor:.3g} {prefix}s" if abs(value / factor) < 999.5 else f"{value / factor:,.0f} {prefix}s"
            )
    return f"{value:.3g} s"


def size(value: float) -> str:
    """Give a size in bytes: 64.0 KiB."""
    for factor, unit in _BYTES:
        if abs(value) >= factor:
            return f"{value / factor:.1f} {unit}"
    return f"{value:.0f} B"
