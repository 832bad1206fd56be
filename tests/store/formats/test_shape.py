from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.store.formats import ck, cm, cmeta, mlc
from ckexplore.store.formats.format import Format
from ckexplore.store.formats.shape import Dependency, Shape, Variation

from ...conftest import EVIL

NAMES = [
    "deps",
    "prehook_deps",
    "post_deps",
    "compile_deps",
    "run_deps",
    "run_cmds",
    "variations",
    "versions",
    "default_version",
    "default_variations",
    "customize",
    "supported_versions",
    "version",
    "version_from",
    "version_min",
    "enable_if_env",
    "skip_if_env",
    "tags",
    "names",
    "sort",
    "env",
    "base",
    "group",
    "default",
    "extra_env",
    "_desc",
    "uses",
    "updates",
    "append",
    "task",
    "name",
    "inherits",
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(EVIL),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=4),
    max_leaves=25,
)


def test_a_cm_script_tells_what_it_needs() -> None:
    meta = {
        "deps": [
            {"tags": "get,python3", "names": ["python", "python3"], "version_min": "3.8", "version_max": 3.11},
            {"tags": "get,cuda", "enable_if_env": {"USE_CUDA": [True], "MODE": ["a", "b"]}},
            {"tags": "get,tool", "skip_if_env": {"NO": ["yes"]}, "version": "1.2"},
            {"automation": "cfg,a6533b79f7954a7a", "artifact": "mlperf", "name": "cfg"},
        ],
        "prehook_deps": [{"tags": "download", "enable_if_any_env": {"A": ["1"], "B": ["2"]}}],
        "posthook_deps": [{"tags": "check"}],
        "post_deps": [{"tags": "run", "skip_if_any_env": {"A": ["1"], "B": ["2"]}}],
    }
    assert cm.shape("script", meta).dependencies == (
        Dependency("python, python3", "get,python3", versions="≥ 3.8, ≤ 3.11"),
        Dependency("", "get,cuda", when="USE_CUDA = yes and MODE = a or b"),
        Dependency("", "get,tool", versions="1.2", when="unless NO = yes"),
        Dependency("cfg", "cfg,a6533b79f7954a7a::mlperf"),
        Dependency("", "download", phase="before", when="A = 1 or B = 2"),
        Dependency("", "check", phase="after"),
        Dependency("", "run", phase="at the end", when="unless A = 1 or B = 2"),
    )


@pytest.mark.parametrize("format_", [cm, mlc])
def test_a_script_tells_its_variations_and_versions(format_: Format) -> None:
    meta = {
        "default_version": "1.10",
        "versions": {"1.9": {}, "1.10": {"env": {"A": "1"}}},
        "default_variations": {"precision": "fp32"},
        "variations": {
            "cuda": {"group": "device", "env": {"USE_CUDA": True}, "deps": [{"tags": "get,cuda"}]},
            "cpu": {"group": "device", "default": "yes", "env": {"A": 1, "B": None, "C": ["x", "y"], "D": 4}},
            "fp32": {"group": "precision", "base": ["cpu", "slow"]},
            "gpu": {"alias": "cuda"},
            "batch.#": {"env": {"BATCH": "#"}, "default_version": "2"},
            "empty": None,
        },
    }
    assert format_.shape("script", meta) == Shape(
        variations=(
            Variation("cuda", "device", sets="USE_CUDA=yes; needs get,cuda"),
            Variation("cpu", "device", default=True, sets="A=1, B=, C=x or y, …"),
            Variation("fp32", "precision", default=True, sets="with cpu, slow"),
            Variation("gpu", sets="the same as cuda"),
            Variation("batch.#", sets="BATCH=#; version 2"),
            Variation("empty"),
        ),
        versions=("1.9", "1.10"),
        default_version="1.10",
    )


def test_a_ck_program_tells_what_it_needs_in_order() -> None:
    meta = {
        "version": "1.0.0",
        "compile_deps": {
            "lib": {"tags": "lib,x", "sort": 20, "version_from": [1, 64, 0], "version_to": [1, 66]},
            "compiler": {"tags": "compiler,lang-c", "sort": "10", "or_tags": "gcc;llvm", "no_tags": "old"},
        },
        "run_deps": {"weights": {"tags": "model", "enable_if_env": [{"A": ["yes", "on"]}, {"B": "1"}]}},
        "run_cmds": {"default": {"run_deps": {"images": {"tags": "dataset", "disable_if_env": {"C": "2"}}}}},
    }
    assert ck.shape("program", meta) == Shape(
        dependencies=(
            Dependency("compiler", "compiler,lang-c; one of gcc;llvm; not old", phase="compile"),
            Dependency("lib", "lib,x", phase="compile", versions="≥ 1.64.0, ≤ 1.66"),
            Dependency("weights", "model", phase="run", when="A = yes or B = 1"),
            Dependency("images", "dataset", phase="run default", when="unless C = 2"),
        ),
        versions=("1.0.0",),
        default_version="1.0.0",
    )


def test_a_ck_package_tells_its_variations_and_versions() -> None:
    meta = {
        "deps": {"adb": {"tags": "adb", "only_for_target_os_tags": ["android"]}},
        "customize": {"version": "2.0", "supported_versions": ["1.0", "2.0"]},
        "variations": {
            "min": {"extra_env": {"A": "1"}, "extra_tags": ["small"], "on_by_default": "yes"},
            "full": {"extra_customize": {"x": 1}, "version": "3"},
        },
    }
    assert ck.shape("package", meta) == Shape(
        dependencies=(Dependency("adb", "adb", when="on android"),),
        variations=(Variation("min", default=True, sets="A=1; tags small"), Variation("full", sets="x=1; version 3")),
        versions=("1.0", "2.0"),
        default_version="2.0",
    )


def test_a_cmeta_artifact_tells_what_it_inherits_and_uses() -> None:
    setup = "setup,a2f9b61079ce4333"
    description = {
        "inherits": ["template-c,649899ef3f004e4a"],
        "uses": [{"task": "target,94decb2ddd28441f"}, {"internal_func": "customize"}],
        "run": {"uses": [{"task": setup, "name": "perf,70caec51baf449aa", "if_os": "linux", "if": "x == 1"}]},
        "updates": {
            "compile": {
                "uses": [
                    {
                        "match": {"task": setup},
                        "prepend": [{"task": "model,86f0effd07ad454d", "model_tags": "onnx,imagenet"}],
                        "append": [{"task": setup, "name": "lib-x"}],
                    }
                ]
            }
        },
    }
    assert cmeta.shape("program", {"_desc": description}).dependencies == (
        Dependency("template-c", "", phase="inherited"),
        Dependency("target", ""),
        Dependency("perf", "", phase="run", when="on linux; x == 1"),
        Dependency("model", "onnx,imagenet", phase="compile"),
        Dependency("lib-x", "", phase="compile"),
    )


def texts(shape: Shape) -> list[str]:
    found = [*shape.versions, shape.default_version]
    for one in shape.dependencies:
        found += [one.key, one.tags, one.phase, one.versions, one.when]
    for one in shape.variations:
        found += [one.name, one.group, one.sets]
    return found


@given(st.dictionaries(st.sampled_from(NAMES), anything, max_size=8))
def test_any_meta_has_a_shape_that_is_safe_and_short(meta: dict[str, Any]) -> None:
    for format_ in (ck, cm, mlc, cmeta):
        for text in texts(format_.shape("script", meta)):
            assert text.isprintable()
            assert len(text) <= 400
