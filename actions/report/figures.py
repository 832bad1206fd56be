"""Which chart tells a result best: the latencies of a run, or the points of an experiment against each other.

A figure is a function of the size, so that the same data are drawn anew for every terminal.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ...store.errors import CkexploreError
from ...store.formats.ck_points import load_point
from ..explore.front import front
from .axis import Axis
from .charts import Chart, PlotPoint, histogram, line, scatter
from .points import flat_choices, run_numbers, vectors

_UNITS = (
    ("_ms", "ms"),
    ("_us", "µs"),
    ("_s", "s"),
    ("time", "s"),
    ("_bytes", "B"),
    ("_size", "B"),
    ("_j", "J"),
    ("_w", "W"),
)
_WIDE = 20

Figure = Callable[[int, int], Chart]
"""Draws itself into (width, height) cells."""

_COSTS = ("latency_median_s", "latency_p90_s", "latency_p90_ms", "latency_mean_ms", "execution_time", "mmacs")
_GAINS = ("accuracy_top1", "top1", "throughput_per_s", "qps")


def sample_figure(values: Sequence[float], name: str, unit: str) -> Figure:
    """Draw measured values as a histogram with their median, 90th and 99th percentile."""
    return partial(_histogram, tuple(values), Axis(title=name.removesuffix("_s"), unit=unit))


def _histogram(values: tuple[float, ...], axis: Axis, width: int, height: int) -> Chart:
    return histogram(values, width=width, height=height, x_axis=axis)


def point_figure(file: str) -> Figure | None:
    """Draw the latencies of one stored point; None when it holds no list of measurements."""
    path = Path(file)
    uid = path.name.removeprefix("ckp-").split(".", 1)[0]
    try:
        point = load_point(path.parent, uid)
    except CkexploreError:
        return None
    return _vector_figure({"characteristics": point.characteristics})


def _vector_figure(point: Mapping[str, Any]) -> Figure | None:
    for name, values in vectors(point).items():
        if name.endswith("_s"):
            return sample_figure(values, name, "s")
    return None


def experiment_figure(points: Sequence[Mapping[str, Any]]) -> Figure | None:
    """Draw an experiment: cost against gain where both were measured, else the last run, else each point's time."""
    numbers = [run_numbers(point) for point in points]
    cost = _measured_in_most(numbers, _COSTS)
    gain = _measured_in_most(numbers, _GAINS)
    if cost and gain and gain.startswith(("accuracy", "top1")) and len(points) > 1:
        return _trade_off(points, numbers, cost, gain)
    if points and (latest := _vector_figure(points[-1])) is not None:
        return latest
    name = cost or gain
    if name and len(points) > 1:
        values = [one[name] for one in numbers if name in one]
        return partial(_line, name, values, Axis(title="point"), axis_of(name))
    return None


def _measured_in_most(numbers: Sequence[Mapping[str, float]], names: Sequence[str]) -> str:
    return next((name for name in names if 2 * sum(name in one for one in numbers) > len(numbers)), "")


def _line(name: str, values: list[float], x_axis: Axis, y_axis: Axis, width: int, height: int) -> Chart:
    return line({name: values}, width=width, height=height, x_axis=x_axis, y_axis=y_axis)


def axis_of(name: str, values: Sequence[float] = (), better: str = "") -> Axis:
    """Make the axis of a characteristic, whose name ends with its unit; logarithmic where the values reach far.

    `better` is "min", "max" or "".
    """
    title, unit = name, "%" if name.startswith(("accuracy", "top1")) else ""
    for ending, of_ending in _UNITS:
        if name.endswith(ending) and not name.endswith("per_s"):
            title, unit = name.removesuffix(ending) if ending.startswith("_") else name, of_ending
            break
    positive = bool(values) and min(values) > 0
    end = "low" if better == "min" else "high" if better == "max" else ""
    return Axis(title=title, unit=unit, logarithmic=positive and max(values) > _WIDE * min(values), better=end)


def _trade_off(
    points: Sequence[Mapping[str, Any]], numbers: Sequence[Mapping[str, float]], cost: str, gain: str
) -> Figure:
    shown = [
        PlotPoint(one[cost], one[gain], label=str(point["point"])[:8], group=_group(point))
        for point, one in zip(points, numbers, strict=True)
        if cost in one and gain in one
    ]
    x_axis = axis_of(cost, [point.x for point in shown if point.x > 0])
    return partial(_scatter, tuple(shown), x_axis, axis_of(gain), tuple(front([(one.x, -one.y) for one in shown])))


def _scatter(
    shown: tuple[PlotPoint, ...], x_axis: Axis, y_axis: Axis, best: tuple[int, ...], width: int, height: int
) -> Chart:
    return scatter(shown, width=width, height=height, x_axis=x_axis, y_axis=y_axis, front=best)


def _group(point: Mapping[str, Any]) -> str:
    """Group points by what is best told apart by colour: the model's family."""
    chosen = flat_choices(point)
    return str(next((chosen[name] for name in ("family", "model_family", "cmd_key") if name in chosen), ""))
