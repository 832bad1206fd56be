"""Points as figures: which columns are chosen first, what is named, what every kind of chart shows."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from ckexplore.actions.points.table import PointTable, point_table
from ckexplore.actions.report.axis import Axis, Scale
from ckexplore.actions.report.charts import draw, svg_text
from ckexplore.actions.report.depiction import Depiction, depict, first_depiction, point_label
from ckexplore.actions.report.drawing import drawing_of, written_upon
from ckexplore.actions.report.grouping import grouped
from ckexplore.actions.report.neighbour import along, nearest, neighbour, spots_in
from ckexplore.actions.report.parallel import ParallelColumn, parallel_plot
from ckexplore.actions.report.plot import Note, ParallelPlot, Plot
from ckexplore.actions.report.window import Window
from ckexplore.store.errors import NotFoundError
from ckexplore.store.formats.ck_points import points
from ckexplore.store.formats.point import Point

from ...conftest import SAMPLES

KINDS = ("scatter", "line", "histogram", "cumulative", "boxes", "parallel")


@pytest.fixture(scope="module")
def mobilenets() -> PointTable:
    return point_table(points(SAMPLES / "ckx-ml/experiment/mobilenets-mlperf-v0.5"))


def made(*rows: tuple[float, float, str]) -> PointTable:
    return point_table(
        Point(f"{number:016x}", {"threads": number + 1, "model": model}, {}, {"run": {"latency_s": x, "accuracy": y}})
        for number, (x, y, model) in enumerate(rows)
    )


def test_latency_against_accuracy_comes_first_and_wide_ranges_are_logarithmic(mobilenets: PointTable) -> None:
    first = first_depiction(mobilenets)
    assert (first.kind, first.x, first.y) == ("scatter", "run.latency_p90_ms", "run.accuracy_top1")
    assert first.logarithmic == {"run.latency_p90_ms"}


def test_without_accuracy_the_measured_number_is_shown_in_the_order_of_the_points() -> None:
    table = point_table(Point(f"{n:016x}", {}, {}, {"run": {"execution_time": float(n)}}) for n in range(3))
    assert first_depiction(table) == Depiction("line", y="run.execution_time")
    assert first_depiction(point_table([])) == Depiction("line")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("symbols", ["braille", "block", "ascii"])
def test_every_kind_of_chart_is_legible_on_a_small_terminal(mobilenets: PointTable, kind, symbols) -> None:
    shown = replace(first_depiction(mobilenets), kind=kind, colour="choices.model_family")
    depicted = depict(mobilenets, range(len(mobilenets)), shown, (0, 5), cells=(78, 18))
    chart = draw(depicted.plot, 78, 18, symbols)
    text = "\n".join(chart.lines())
    assert {len(line) for line in chart.lines()} == {78}
    assert ("75.69 %" if kind == "parallel" else "accuracy_top1") in text
    if kind != "histogram":
        assert "mobilenet-v1" in text, "a group in the legend, or beside its box"
    if symbols == "ascii":
        assert text.isascii()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_chart_is_a_picture_too(mobilenets: PointTable, kind) -> None:
    shown = replace(first_depiction(mobilenets), kind=kind, colour="choices.resolution", sign="choices.model_family")
    root = ET.fromstring(svg_text(depict(mobilenets, range(40), shown, (0, 5), title="a <title>").plot))
    assert root.tag.endswith("svg")
    if kind == "scatter":
        shapes = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert {"circle", "polygon"} <= shapes, "signs differ in their shapes"


def test_three_encodings_are_in_the_legend() -> None:
    table = made((1, 50, "a"), (2, 60, "b"), (3, 70, "a"), (4, 80, "b"))
    shown = Depiction(x="run.latency_s", y="run.accuracy", colour="choices.model", sign="choices.threads")
    plot = depict(table, range(4), shown, cells=(80, 20)).plot
    assert isinstance(plot, Plot)
    assert [key.label for key in plot.legend] == ["a", "b", "1", "2", "3", "4"]


def test_the_points_of_the_front_are_named_by_their_choices() -> None:
    table = made((1, 50, "small"), (2, 60, "middle"), (3, 55, "bad"))
    shown = Depiction(x="run.latency_s", y="run.accuracy")
    text = "\n".join(draw(depict(table, range(3), shown, (0, 1), cells=(70, 14)).plot, 70, 14).lines())
    assert "1 small" in text or "2 middle" in text
    assert "bad" not in text


def test_a_point_without_choices_is_named_by_its_uid() -> None:
    table = point_table([Point("0123456789abcdef", {}, {}, {"run": {"x": 1.0}})])
    assert point_label(table, 0) == "01234567"


def test_lines_over_a_choice_join_the_medians() -> None:
    table = point_table(
        Point(f"{n:016x}", {"threads": threads}, {}, {"run": {"latency_s": value}})
        for n, (threads, value) in enumerate([(1, 9.0), (2, 5.0), (1, 7.0), (1, 8.0), (2, 6.0)])
    )
    plot = depict(table, range(5), Depiction("line", x="choices.threads", y="run.latency_s")).plot
    assert isinstance(plot, Plot)
    assert plot.marks[-1].places == ((1.0, 8.0), (2.0, 5.5))  # type: ignore[union-attr]
    assert plot.remarks[0] == "the line joins medians"


def test_a_column_that_isnt_there_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="have no column 'nothing'"):
        depict(made((1, 2, "a")), [0], Depiction(x="run.latency_s", y="nothing"))


def test_when_no_point_passes_the_chart_says_so() -> None:
    assert "no point passes" in "\n".join(draw(depict(made((1, 2, "a")), [], Depiction()).plot, 40, 9).lines())
    assert "no points yet" in "\n".join(draw(depict(point_table([]), [], Depiction()).plot, 40, 9).lines())


# Groups


def test_few_numbers_are_groups_of_their_own_in_their_order() -> None:
    assert grouped("threads", [8, 1, 16, 1, None]).order == ("1", "8", "16", "unknown")


def test_many_numbers_become_ranges_with_about_as_many_points_each() -> None:
    found = grouped("latency_s", [float(number) for number in range(1, 601)])
    assert len(found.order) == 6
    assert found.order[0] == "to 101 s"
    assert found.order[-1].startswith("above ")
    assert {found.labels.count(label) for label in found.order} == {100}


def test_of_many_texts_the_most_frequent_are_groups_and_the_rest_are_others() -> None:
    texts = [f"{n}" for n in range(10) for _ in range(n + 1)]
    found = grouped("model", texts)
    assert found.order == ("5", "6", "7", "8", "9", "5 others")
    assert len(found.labels) == len(texts)


# Parallel coordinates


def columns(count: int) -> list[ParallelColumn]:
    numbers = [float(number) for number in range(count)]
    return [
        ParallelColumn("latency_s", numbers, Axis("latency", "s", better="low")),
        ParallelColumn("model", ["a" if number % 2 else "b" for number in range(count)], Axis("model")),
        ParallelColumn("accuracy", [None, *numbers[1:]], Axis("accuracy", "%", better="high")),
    ]


def test_parallel_axes_say_their_ends_and_which_way_is_better() -> None:
    plot = parallel_plot(columns(5))
    assert isinstance(plot, ParallelPlot)
    assert [(axis.title, axis.low, axis.high, axis.levels) for axis in plot.axes] == [
        ("latency ↓", "0 s", "4 s", ()),
        ("model", "", "", ("a", "b")),
        ("accuracy ↑", "1.00 %", "4.00 %", ()),
    ]
    assert plot.strands[0].heights == (0.0, 0.75, None)


def test_too_many_lines_are_thinned_and_said_so_but_never_the_front() -> None:
    plot = parallel_plot(columns(5_001), front={4_999})
    assert isinstance(plot, ParallelPlot)
    assert plot.strands[-1].role == "front"
    assert plot.remarks == (f"{len(plot.strands):,} of 5,001 lines",)


def test_a_small_parallel_chart_looks_like_this() -> None:
    plot = parallel_plot(columns(2)[:2])
    assert [text.rstrip() for text in draw(plot, 40, 8, "ascii").lines()] == [
        "      latency v             model",
        "         1 s",
        "          |ooo                |",
        "          |   oooooo       ooo|b",
        "          |         ooooooo   |",
        "          |   oooooo       ooo|a",
        "          |ooo                |",
        "         0 s",
    ]


# The cursor

SPOTS = {0: (0.1, 0.1), 1: (0.5, 0.12), 2: (0.3, 0.9), 3: (0.9, 0.9)}


def test_the_cursor_walks_to_the_nearest_point_in_a_direction() -> None:
    assert neighbour(SPOTS, 0, "right") == 1
    assert neighbour(SPOTS, 0, "up") == 2
    assert neighbour(SPOTS, 3, "left") == 2
    assert neighbour(SPOTS, 3, "right") is None
    assert neighbour(SPOTS, None, "down") == 0
    assert neighbour({}, None, "down") is None


def test_the_mouse_finds_the_nearest_point() -> None:
    assert nearest(SPOTS, (0.8, 0.8)) == 3
    assert nearest({}, (0.5, 0.5)) is None


def test_the_front_is_walked_round() -> None:
    assert [along((7, 8, 9), row, 1) for row in (7, 8, 9, 1, None)] == [8, 9, 7, 7, 7]
    assert [along((7, 8, 9), row, -1) for row in (7, 1)] == [9, 9]
    assert along((), 7, 1) is None


def test_of_very_many_points_one_a_cell_is_reached_and_the_front_always() -> None:
    places = {row: (row % 100 / 100, row // 100 / 100) for row in range(10_000)}
    shown = Window(Scale(0, 1), Scale(0, 1))
    spots = spots_in(shown, places, (9_998,), (10, 10))
    assert 100 <= len(spots) <= 102
    assert 9_998 in spots


def test_a_point_is_written_upon_a_chart_that_was_drawn() -> None:
    table = made((1, 50, "a"), (2, 60, "b"), (3, 55, "c"))
    depicted = depict(table, range(3), Depiction(x="run.latency_s", y="run.accuracy"), cells=(60, 14))
    drawing = drawing_of(depicted.plot, 60, 14)
    notes = [Note(depicted.places[2], "here", "cursor"), Note((99.0, 99.0), "far off", "cursor")]
    text = "\n".join(written_upon(drawing, notes).lines())
    assert "◉ here" in text or "here ◉" in text
    assert "far off" not in text
    assert written_upon(drawing, []) == drawing.chart


def test_a_chart_with_wide_letters_can_be_written_upon() -> None:
    table = made((1, 50, "模型"), (2, 60, "b"))
    depicted = depict(table, range(2), Depiction(x="run.latency_s", y="run.accuracy"), (0, 1), cells=(60, 14))
    drawing = drawing_of(depicted.plot, 60, 14)
    assert written_upon(drawing, []) == drawing.chart
