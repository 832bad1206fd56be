"""What is usually meant by a word such as latency or accuracy: the characteristic that the points have of it."""

from ...store.errors import NotFoundError
from .table import Column, PointTable

MEANT: dict[str, tuple[str, ...]] = {
    "latency": (
        *("latency_median_s", "latency_p90_s", "latency_p90_ms", "latency_p99_s", "latency_mean_s", "latency_mean_ms"),
        *("latency_s", "execution_time"),
    ),
    "time": ("execution_time", "latency_median_s", "latency_mean_s"),
    "accuracy": ("accuracy_top1", "top1", "accuracy", "accuracy_percent"),
    "throughput": ("throughput_per_s", "samples_per_s", "qps", "queries_per_s"),
    "size": ("model_size_bytes", "binary_size", "obj_size"),
    "memory": ("peak_memory_bytes",),
    "energy": ("energy_j",),
}
"""Characteristics by what they are, the one that is usually meant first."""


def named_column(table: PointTable, name: str) -> Column:
    """Give the column of that name, or of the characteristic that is usually meant by it. Raises NotFoundError."""
    try:
        return table.find(name)
    except NotFoundError:
        for meant in MEANT.get(name, ()):
            try:
                return table.find(meant)
            except NotFoundError:
                continue
        raise
