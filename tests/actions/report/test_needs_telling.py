"""What something needs, as lines: what meets it, what would, why not, and how to choose among several."""

from msgspec.structs import replace

from ckexplore.actions.plan import Fitting, Need, Plan, Stage
from ckexplore.actions.report.needs_telling import tell_needs
from ckexplore.actions.report.plan_telling import tell_plan

from ...conftest import EVIL

GCC = Need("compiler", "C compiler", "compiler,lang-c", "met", "local:env:00aa, /usr/bin/gcc", "12.2.0")
LIBRARY = Need("xopenme", "xOpenME", "lib,xopenme", "planned", "r:package:xopenme", needs=(GCC,))
UNMET = Need("cl", "OpenCL", "lib,opencl", "unmet", problem="this machine has none of CL/cl.h; apt-get install it")


def test_each_dependency_says_what_meets_it_what_would_or_why_nothing_does() -> None:
    assert tell_needs((GCC, LIBRARY, UNMET)) == [
        "It needs:",
        "  ✔ compiler: C compiler (compiler,lang-c)",
        "       met: local:env:00aa, 12.2.0, /usr/bin/gcc",
        "  + xopenme: xOpenME (lib,xopenme)",
        "       would be made by: r:package:xopenme",
        "     ✔ compiler: as above",
        "  ✘ cl: OpenCL (lib,opencl)",
        "       UNMET: this machine has none of CL/cl.h; apt-get install it",
    ]


def test_the_short_form_has_a_line_for_each_and_leaves_out_what_met_ones_need() -> None:
    python = Need("python", "Python", "python", "met", "local:env:00bb", needs=(LIBRARY,))
    assert tell_needs((GCC, python), short=True) == [
        "It needs:",
        "  ✔ compiler (C compiler): met: local:env:00aa, 12.2.0, /usr/bin/gcc",
        "  ✔ python (Python): met: local:env:00bb",
    ]


def test_of_several_environments_that_fit_it_is_said_how_to_take_another() -> None:
    fitting = tuple(Fitting(f"00a{number}", f"{number}.0", f"/opt/{number}/gcc") for number in "a123456")
    told = tell_needs((replace(GCC, choices=7, fitting=fitting),))
    assert "       7 environments fit; --deps.compiler=UID takes another" in told
    assert "          00a1, 1.0, /opt/1/gcc" in told
    assert told[-1] == "          and 2 more: ckexplore show env --tags=compiler,lang-c"
    assert not any("00aa," in line for line in told[3:])


def test_no_dependency_says_more_than_a_line_should() -> None:
    evil = Need(EVIL, EVIL, EVIL, "unmet", problem=EVIL, choices=2, fitting=(Fitting(EVIL, EVIL, EVIL),))
    assert all(line.isprintable() for line in [*tell_needs((evil,)), *tell_needs((evil,), short=True)])


def test_a_plan_begins_with_what_it_needs_and_without_that_with_the_stages() -> None:
    plan = Plan("run program:x", "r:program:x", "1" * 16, (), (Stage("run x", ("x",), ("x",)),))
    assert tell_plan(plan)[0].startswith("run program:x would execute")
    assert tell_plan(replace(plan, needs=(GCC,)))[:2] == tell_needs((GCC,))[:2]


def test_another_environment_that_fits_as_well_voids_no_approval() -> None:
    plan = Plan("run program:x", "r:program:x", "1" * 16, (), (Stage("run x", ("x",), ("x",)),), needs=(GCC,))
    assert replace(plan, needs=(replace(GCC, choices=2),)).approval == plan.approval
