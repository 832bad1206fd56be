"""Stages of several dependencies become one list: each once, alternatives one after another."""

from ckexplore.actions.deps.dependency import Resolved, all_stages, in_turn, inputs, merged, problems
from ckexplore.actions.environments import ANY_OF
from ckexplore.actions.plan import Finish, Stage


def stage(title: str, uid: str = "") -> Stage:
    return Stage(title, ("x",), (), finish=Finish("register_environment", {"uid": uid or title}))


def dependency(key: str, *stages: Stage, problem: str = "", needs: tuple[Resolved, ...] = ()) -> Resolved:
    return Resolved(key, key, {"tags": key}, (f"{key}-1", f"{key}-2"), stages=stages, problem=problem, needs=needs)


def test_an_alternative_is_tried_when_none_before_it_worked_and_only_the_last_must_work() -> None:
    found = in_turn([("one", (stage("need"), stage("one"))), ("two", (stage("two"),)), ("three", (stage("three"),))])
    assert [(one.title, one.unless, one.optional) for one in found] == [
        ("need", (), True),
        ("one", (), True),
        ("two", ("one",), True),
        ("three", ("one", "two"), False),
    ]


def test_what_several_alternatives_need_is_made_once_whatever_happens() -> None:
    found = in_turn([("one", (stage("need"), stage("one"))), ("two", (stage("need"), stage("two")))])
    assert [(one.title, one.unless, one.optional) for one in found] == [
        ("need", (), False),
        ("one", (), True),
        ("two", ("one",), False),
    ]


def test_a_stage_of_several_dependencies_is_left_out_or_may_fail_only_if_all_of_them_allow_it() -> None:
    chosen = in_turn([("a", (stage("a"),)), ("b", (stage("b"),))])
    assert merged([*chosen, stage("a")])[0].optional is False
    assert merged([*chosen, stage("b")])[1].unless == ()
    assert all_stages([dependency("x", stage("a")), dependency("y", stage("a"), stage("b"))]) == (
        stage("a"),
        stage("b"),
    )
    assert merged([stage("a", "1"), stage("a", "2")]) == (stage("a", "1"), stage("a", "2"))


def test_problems_are_those_of_what_is_needed_too_and_inputs_name_all_that_may_be_used() -> None:
    inner = dependency("inner", problem="inner isn't here")
    assert problems([dependency("outer", needs=(inner,)), dependency("other")]) == ["inner isn't here"]
    assert inputs([dependency("x")]) == {"x": {"tags": "x", ANY_OF: ["x-1", "x-2"]}}
