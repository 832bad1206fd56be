"""Boxes: quartiles where they are, whiskers as Tukey drew them, outliers one by one."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.report.axis import Axis
from ckexplore.actions.report.boxes import box_plot, boxes
from ckexplore.actions.report.charts import svg_text
from ckexplore.actions.report.plot import BoxPlot

from .test_charts import any_numbers, assert_exact, axes, options

LATENCY = Axis("latency", "ms", better="low")


@given(st.dictionaries(st.text(max_size=12), any_numbers, max_size=8), axes, options)
def test_boxes_of_anything_have_exactly_their_size_and_are_well_formed(series, x_axis, options) -> None:
    assert_exact(boxes(series, x_axis=x_axis, **options), options)
    ET.fromstring(svg_text(box_plot(series, x_axis=x_axis, title=options["title"])))


def test_whiskers_reach_to_the_farthest_values_within_one_and_a_half_boxes() -> None:
    plot = box_plot({"a": [1, 2, 3, 4, 5, 6, 7, 8, 9, 100]}, x_axis=LATENCY)
    assert isinstance(plot, BoxPlot)
    (box,) = plot.boxes
    assert (box.low, box.quartiles, box.high, box.beyond) == (1, (3.25, 5.5, 7.75), 9, (100,))


def test_a_small_plot_of_boxes_looks_like_this() -> None:
    series = {"-O2": [10, 12, 14, 16, 18, 40], "-O3": [4, 5, 6, 7, 8]}
    assert [text.rstrip() for text in boxes(series, width=50, height=9, x_axis=LATENCY).lines()] == [
        "",
        "-O2 (6)         ├──██┃███┤                      ∘",
        "",
        "",
        "-O3 (5)   ├█┃█┤",
        "",
        "         ───────┬──────────┬──────────┬─────────┬─",
        "               10         20         30        40",
        "                            latency (ms)  ← better",
    ]
    in_ascii = boxes(series, width=50, height=9, x_axis=LATENCY, symbols="ascii").lines()
    assert in_ascii[1].rstrip() == "-O2 (6)         |--==#===|                      o"


def test_more_boxes_than_rows_are_counted() -> None:
    chart = boxes({f"group {n}": [n, n + 1] for n in range(30)}, width=60, height=12, x_axis=LATENCY)
    assert any("… and 22 more" in text for text in chart.lines())


def test_a_long_label_keeps_its_end_and_its_count() -> None:
    chart = boxes({"firefly-armnn-v19.08-opencl": [1, 2], "b": [3]}, width=60, height=9, x_axis=LATENCY)
    assert any("opencl (2)" in text for text in chart.lines())
