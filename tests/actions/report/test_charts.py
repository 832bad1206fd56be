"""Charts: exact in size whatever the data, honest about what is not to be seen, and right about where things are."""

import math
import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.report.cells import cell_width
from ckexplore.actions.report.charts import (
    ROLES,
    Axis,
    Chart,
    PlotPoint,
    bars,
    ecdf,
    histogram,
    histogram_plot,
    line,
    quantile,
    scatter,
)
from ckexplore.actions.report.plot import Columns, Plot

LATENCY = Axis("latency", "s", better="low")
ACCURACY = Axis("accuracy", "%", better="high")

any_number = st.floats() | st.integers(-(10**400), 10**400)
any_numbers = st.lists(any_number, max_size=40)
axes = st.builds(
    Axis,
    title=st.text(max_size=20),
    unit=st.sampled_from(("", "s", "ms", "B", "%", "J", "images")),
    logarithmic=st.booleans(),
    better=st.sampled_from(("low", "high", "")),
)
sizes = {
    "width": st.integers(0, 90),
    "height": st.integers(0, 30),
    "symbols": st.sampled_from(("braille", "block", "ascii")),
    "title": st.text(max_size=30),
}
options = st.fixed_dictionaries(sizes)


def assert_exact(chart: Chart, options: dict) -> None:
    assert (chart.width, chart.height) == (options["width"], options["height"])
    assert len(chart.rows) == chart.height
    assert {cell_width(text) for text in chart.lines()} <= {chart.width}
    assert {span.role for row in chart.rows for span in row} <= {*ROLES, ""}


@given(any_numbers, axes, options, st.none() | st.dictionaries(st.text(max_size=8), any_number, max_size=4))
def test_a_histogram_of_anything_has_exactly_its_size(values, x_axis, options, marks) -> None:
    assert_exact(histogram(values, x_axis=x_axis, marks=marks, **options), options)


@given(st.dictionaries(st.text(max_size=12), any_numbers, max_size=8), axes, options)
def test_cumulative_curves_of_anything_have_exactly_their_size(series, x_axis, options) -> None:
    assert_exact(ecdf(series, x_axis=x_axis, **options), options)


@given(st.dictionaries(st.text(max_size=12), any_numbers, max_size=8), axes, axes, options)
def test_lines_of_anything_have_exactly_their_size(series, x_axis, y_axis, options) -> None:
    assert_exact(line(series, x_axis=x_axis, y_axis=y_axis, **options), options)


@given(st.lists(st.tuples(st.text(max_size=20), any_number), max_size=40), axes, options)
def test_bars_of_anything_have_exactly_their_size(items, x_axis, options) -> None:
    labels, values = [label for label, _ in items], [value for _, value in items]
    assert_exact(bars(labels, values, x_axis=x_axis, **options), options)


points = st.builds(PlotPoint, any_number, any_number, st.text(max_size=20), st.text("abc", max_size=2))


@given(
    st.lists(points, max_size=40), st.sets(st.integers(-3, 50)), st.none() | st.integers(-3, 50), axes, axes, options
)
def test_a_scatter_of_anything_has_exactly_its_size(points, front, selected, x_axis, y_axis, options) -> None:
    chart = scatter(points, front=front, selected=selected, x_axis=x_axis, y_axis=y_axis, **options)
    assert_exact(chart, options)


def test_a_small_scatter_looks_like_this() -> None:
    points = [
        PlotPoint(0.001, 50, "a"),
        PlotPoint(0.002, 70, "b"),
        PlotPoint(0.004, 80, "c"),
        PlotPoint(0.003, 60, "d"),
    ]
    chart = scatter(points, width=40, height=12, x_axis=LATENCY, y_axis=ACCURACY, front=[0, 1, 2], title="Models")
    assert [text.rstrip() for text in chart.lines()] == [
        "Models",
        "accuracy (%)        ○ dominated  ● front",
        "80┤                                   ●",
        "  │                                   │",
        "70┤            ●──────────────────────┘",
        "  │            │",
        "60┤            │           ○",
        "  │            │",
        "50┤ ●──────────┘",
        "  └─┬──────────┬───────────┬──────────┬─",
        "    1          2           3          4",
        "                  latency (ms)  ← better",
    ]


def test_a_known_point_is_in_the_right_cell() -> None:
    corners = [PlotPoint(0, 0), PlotPoint(100, 0), PlotPoint(0, 100), PlotPoint(100, 100)]
    chart = scatter([*corners, PlotPoint(50, 75)], width=60, height=20, x_axis=Axis("x"), y_axis=Axis("y"))
    text = chart.lines()
    cells = {(x, y) for y, row in enumerate(text) for x, sign in enumerate(row) if sign == "●"}
    left, right = min(x for x, _ in cells), max(x for x, _ in cells)
    top, bottom = min(y for _, y in cells), max(y for _, y in cells)
    (x, y) = next(cell for cell in cells if cell[0] not in {left, right})
    assert {(left, top), (left, bottom), (right, top), (right, bottom)} < cells
    assert abs(x - (left + right) / 2) <= 1
    assert abs(y - (top + 0.25 * (bottom - top))) <= 1
    assert text[top].startswith("100┤"), "a point stands in the row of the tick with its value"
    assert text[bottom].startswith("  0┤")


def test_what_a_front_beats_is_dimmed_and_the_selected_point_is_named() -> None:
    points = [PlotPoint(1, 1, "best"), PlotPoint(2, 1, "beaten")]
    chart = scatter(points, width=60, height=16, x_axis=LATENCY, y_axis=ACCURACY, front=[0], selected=1)
    spans = [span for row in chart.rows for span in row]
    assert [span.text for span in spans if span.role == "cursor"] in (["◉ beaten  2 s, 1 % "], [" beaten  2 s, 1 % ◉"])
    assert any(span.role == "front" for span in spans)


def test_groups_differ_in_their_signs_and_too_many_are_gathered() -> None:
    points = [PlotPoint(n, n, group=f"group {n % 9}") for n in range(40)]
    chart = scatter(points, width=80, height=24, x_axis=Axis("x"), y_axis=Axis("y"))
    text = "\n".join(chart.lines())
    assert all(sign in text for sign in "●▲■◆▼○")
    assert "4 others" in text


def test_where_more_is_better_the_front_ends_at_its_points() -> None:
    points = [PlotPoint(1, 80), PlotPoint(2, 70), PlotPoint(4, 50)]
    throughput = Axis("throughput", "/s", better="high")
    chart = scatter(points, width=40, height=12, x_axis=throughput, y_axis=ACCURACY, front=[0, 1, 2])
    first = next(text for text in chart.lines() if "●" in text and "front" not in text)
    assert not first.split("●")[1].strip(), "nothing to the right of the point with the least throughput"


def columns_of(plot: object) -> Columns:
    assert isinstance(plot, Plot)
    return next(mark for mark in plot.marks if isinstance(mark, Columns))


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1), st.integers(1, 200), st.booleans())
def test_every_value_is_in_one_bar_or_counted_as_beyond_or_dropped(values, columns, logarithmic) -> None:
    plot = histogram_plot(values, x_axis=Axis(logarithmic=logarithmic), columns=columns)
    shown = [value for value in values if math.isfinite(value) and (value > 0 or not logarithmic)]
    if not shown:
        return
    assert isinstance(plot, Plot)
    beyond = sum(int(remark.split()[0][1:].replace(",", "")) for remark in plot.remarks if remark.startswith("+"))
    assert sum(columns_of(plot).counts) + beyond == len(shown)
    dropped = [remark for remark in plot.remarks if "dropped" in remark]
    assert bool(dropped) == (len(shown) < len(values))


def test_a_long_tail_is_clipped_and_said_so() -> None:
    values = [1 + n / 1000 for n in range(1000)] + [50.0, 90.0]
    plot = histogram_plot(values, x_axis=Axis("time", "s"))
    assert isinstance(plot, Plot)
    assert plot.x.high < 3
    assert any(remark.startswith("+") and "up to 90 s" in remark for remark in plot.remarks)


def test_a_logarithmic_histogram_counts_in_equal_ratios() -> None:
    plot = histogram_plot([1, 10, 100, 1000] * 20, x_axis=Axis(logarithmic=True), columns=9)
    assert [count for count in columns_of(plot).counts if count] == [20, 20, 20, 20]


def test_a_histogram_marks_its_quantiles_on_the_axis() -> None:
    chart = histogram([n / 1000 for n in range(1, 1001)], width=78, height=16, x_axis=LATENCY)
    text = "\n".join(chart.lines())
    assert text.count("▲") == 3
    for mark in ("p50 500 ms", "p90 900 ms", "p99 990 ms"):
        assert mark in text


def test_marks_outside_what_is_shown_are_told_beside_it() -> None:
    chart = histogram([1.0, 2.0, 3.0], width=78, height=16, x_axis=LATENCY, marks={"target": 9.0})
    text = "\n".join(chart.lines())
    assert "target is 9 s" in text
    assert "▲" not in text


def test_a_quantile_lies_between_the_two_nearest_values() -> None:
    assert quantile([1, 2, 3, 4], 0.5) == 2.5
    assert quantile([7], 0.99) == 7
    assert quantile([0, 10], 0.9) == pytest.approx(9)


def test_cumulative_curves_rise_from_nothing_to_all() -> None:
    chart = ecdf({"a": [1, 2, 3, 4]}, width=50, height=14, x_axis=Axis("x"))
    marked = [text for text in chart.lines() if any("⠀" < sign <= "⣿" for sign in text)]
    assert marked[0].startswith("100┤")
    assert marked[-1].startswith("  0┤")


def test_the_highest_value_of_a_long_line_is_never_lost() -> None:
    values = [0.0] * 100_000
    values[54_321] = 1.0
    chart = line({"a": values}, width=60, height=12, x_axis=Axis("query"), y_axis=Axis("y"))
    first = next(number for number, text in enumerate(chart.lines()) if any("⠀" < sign <= "⣿" for sign in text))
    assert first < 3


def test_a_line_with_places_of_another_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        line({"a": [1, 2]}, at={"a": [1]}, width=9, height=9, x_axis=Axis(), y_axis=Axis())


def test_bars_are_as_long_as_their_values_and_say_what_does_not_fit() -> None:
    chart = bars(["a", "b", "c", "d"], [4, 2, 1, math.nan], width=30, height=4, x_axis=Axis())
    lengths = [text.count("█") for text in chart.lines()]
    assert lengths[0] == 2 * lengths[1] or abs(lengths[0] - 2 * lengths[1]) <= 1
    assert "not finite" in chart.lines()[3]
    chart = bars([str(n) for n in range(10)], range(10), width=30, height=4, x_axis=Axis())
    assert chart.lines()[3].strip() == "… and 7 more"


def test_bars_below_zero_reach_to_the_left() -> None:
    up, down = bars(["up", "down"], [1, -1], width=40, height=2, x_axis=Axis()).lines()
    assert up.index("█") == down.rindex("█") + 1


@pytest.mark.parametrize(
    ("chart", "sentence"),
    [
        (histogram([], width=40, height=9, x_axis=LATENCY), "no values yet"),
        (histogram([math.nan, math.inf], width=40, height=9, x_axis=LATENCY), "none of the 2 values can be shown"),
        (ecdf({}, width=40, height=9, x_axis=LATENCY), "no values yet"),
        (line({"a": []}, width=40, height=9, x_axis=LATENCY, y_axis=ACCURACY), "no values yet"),
        (scatter([], width=40, height=9, x_axis=LATENCY, y_axis=ACCURACY), "no points yet"),
        (bars([], [], width=40, height=9, x_axis=LATENCY), "no values yet"),
    ],
)
def test_a_chart_without_data_says_so_in_its_middle(chart: Chart, sentence: str) -> None:
    assert chart.lines()[4].strip() == sentence


def test_dropped_values_are_counted() -> None:
    chart = histogram([1.0, 2.0, math.nan, math.inf], width=60, height=14, x_axis=LATENCY)
    assert "2 dropped: not finite" in chart.lines()[-1]


def test_text_from_outside_is_never_obeyed(evil_text: str) -> None:
    charts = [
        scatter(
            [PlotPoint(1, 1, evil_text, evil_text), PlotPoint(2, 2, "", "b")],
            width=80,
            height=20,
            x_axis=LATENCY,
            y_axis=ACCURACY,
            selected=0,
            title=evil_text,
        ),
        bars([evil_text], [1], width=80, height=5, x_axis=Axis(evil_text)),
        line({evil_text: [1, 2], "b": [3]}, width=80, height=20, x_axis=Axis(evil_text), y_axis=Axis(evil_text)),
    ]
    for chart in charts:
        assert "52;c;" in "".join(chart.lines())
        assert all(text.isprintable() for text in chart.lines())


@pytest.fixture
def evil_text() -> str:
    return "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202e[/]"


@pytest.mark.parametrize("draw", [histogram, lambda values, **rest: ecdf({"a": values}, **rest)])
def test_a_million_values_are_drawn_in_seconds(draw: Callable[..., Chart]) -> None:
    generator = random.Random(1)
    values = [generator.random() for _ in range(1_000_000)]
    started = time.process_time()
    chart = draw(values, width=78, height=22, x_axis=LATENCY)
    assert time.process_time() - started < 10
    assert chart.height == 22
