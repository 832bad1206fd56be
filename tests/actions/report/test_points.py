from ckexplore.actions.report.figures import experiment_figure
from ckexplore.actions.report.points import points_table


def point(uid: str, choices: dict, run: dict, problem: str = "") -> dict:
    return {"point": uid, "choices": choices, "features": {}, "characteristics": {"run": run}, "problem": problem}


def test_only_choices_that_differ_have_a_column() -> None:
    points = [point("a" * 16, {"n": 1, "m": 5}, {"execution_time": 0.5}), point("b" * 16, {"n": 2, "m": 5}, {})]
    header, rows = points_table(points)
    assert header == ("point", "execution_time", "n")
    assert rows == [("aaaaaaaa", "500 ms", "1"), ("bbbbbbbb", "", "2")]


def test_a_broken_point_has_its_problem_in_the_row() -> None:
    header, rows = points_table([point("a" * 16, {}, {}, "ckp-a.json:1: not valid JSON")])
    assert header == ("point", "problem")
    assert rows == [("aaaaaaaa", "ckp-a.json:1: not valid JSON")]


def test_accuracy_against_latency_is_a_scatter_with_its_front() -> None:
    points = [
        point(f"{n:016x}", {"n": n}, {"accuracy_top1": accuracy, "latency_p90_ms": latency})
        for n, (accuracy, latency) in enumerate([(50.0, 1.0), (40.0, 2.0), (70.0, 3.0)])
    ]
    figure = experiment_figure(points)
    assert figure is not None
    text = "\n".join(figure(70, 20).lines())
    assert "accuracy_top1" in text
    assert "latency_p90" in text


def test_nothing_measured_has_no_figure() -> None:
    assert experiment_figure([]) is None
    assert experiment_figure([point("a" * 16, {}, {})]) is None
