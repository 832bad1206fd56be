"""Lines of a log that tell of an error, and lines that only speak of errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.tui.widgets.ansi import CELL_LIMIT
from ckexplore.tui.widgets.error_lines import HINTS, is_error_line


@pytest.mark.parametrize(
    "line",
    [
        "error: expected ';' before '}' token",
        "main.c:3:5: error: unknown type name 'foo'",
        "main.c:1:10: fatal error: foo.h: No such file or directory",
        "error[E0308]: mismatched types",
        "error TS2304: Cannot find name 'x'.",
        "ERROR: Could not find a version that satisfies the requirement torch==9",
        "[ERROR] something",
        "2024-01-01 12:00:00,123 ERROR root - broken",
        "Error: Cannot find module 'x'",
        "make: *** [Makefile:2: all] Error 127",
        "make: *** No rule to make target 'x'.  Stop.",
        "CMake Error at CMakeLists.txt:3 (find_package):",
        "Traceback (most recent call last):",
        "ValueError: invalid literal for int()",
        "torch.cuda.OutOfMemoryError: CUDA out of memory.",
        "AssertionError",
        "KeyboardInterrupt",
        'Exception in thread "main" java.lang.NullPointerException',
        "subprocess.CalledProcessError: Command '['x']' returned non-zero exit status 1.",
        "fatal: not a git repository",
        "FAILED tests/test_x.py::test_y - assert 1 == 2",
        "=========== 3 failed, 2 passed in 0.3s ===========",
        "Segmentation fault (core dumped)",
        "Segmentation fault",
        "Aborted",
        "Killed",
        "main.o: undefined reference to `foo'",
        "bash: foo: command not found",
        "sh: 1: foo: not found",
        "cat: x: No such file or directory",
        "ModuleNotFoundError: No module named 'torch'",
        "thread 'main' panicked at src/main.rs:2:5:",
        "panic: runtime error: index out of range",
        "Process exited with code 1",
        "exit status 2",
        "npm ERR! code ELIFECYCLE",
        "E: Unable to locate package foo",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "/usr/bin/ld: cannot find -lfoo: No such file or directory",
        "collect2: error: ld returned 1 exit status",
        "bash: ./run.sh: Permission denied",
        "OSError: [Errno 28] No space left on device",
        "2 errors generated.",
        "RuntimeError: error",
        "ninja: build stopped: subcommand failed.",
        "FAILED: CMakeFiles/x.o",
        "Build failed",
        "Failed to import torch",
        "java.io.IOException: broken",
        "*** Error 1",
        "The program failed with exit code 3",
        "OOM",
        "E   assert 1 == 2",
        "test result: FAILED. 3 passed; 1 failed",
        "Command failed: ls",
        "AttributeError: module has no attribute 'x'",
        "configure: error: C compiler cannot create executables",
        "error while loading shared libraries: libx.so.1",
    ],
)
def test_a_line_that_tells_of_an_error_is_found(line: str) -> None:
    assert is_error_line(line)
    assert is_error_line(f"  {line}") or line[0] in "EK"


@pytest.mark.parametrize(
    "line",
    [
        "0 errors, 0 warnings",
        "no errors found",
        "Finished with no error",
        "error_rate=0.05",
        "error rate: 0.3",
        "Training error: 0.0123",
        "mean squared error: 1.2e-3, n=5",
        "error: 0.05",
        "gcc -Wall -Werror -O2 -c error.c",
        "gcc -Werror=format -DERROR=1 -o x x.c",
        "Compiling error.c",
        "src/error_handling.py",
        "adding 'pkg/errors.py'",
        "writing to stderr",
        "tests: 0 failed, 12 passed",
        "12 passed, 0 failed",
        "test result: ok. 10 passed; 0 failed; 0 ignored",
        "failures: 0",
        "errors: 0",
        "exit code 0",
        "exited with code 0",
        "exit status: 0",
        "Everything is fine",
        "checking for error_at_line... yes",
        "-- Looking for fatal_error",
        "--ignore-errors",
        "set -o errexit",
        "ignoring errors",
        "INFO progress 50%",
        "status 200 OK",
        "loss=0.2 err=0.1",
        "Setting default log level",
        "found 3 files",
        "abort_on_error: false",
        "error bars are drawn",
        "Reading package lists... Done",
        "Collecting exceptiongroup>=1.0",
        "  Using cached exceptiongroup-1.2.0-py3-none-any.whl",
        "relative error 0.01 %",
        "error handling enabled",
        "max_failures=3",
        "failed=0",
        "asserting shapes",
        "terminated normally",
    ],
)
def test_a_line_that_only_speaks_of_errors_is_passed_over(line: str) -> None:
    assert not is_error_line(line)


@given(st.lists(st.sampled_from([*HINTS, "Error", ":", " ", "0", "1", "exit", "code", "status", "x"]), max_size=8))
def test_a_line_without_a_hint_is_never_an_error_line(words: list[str]) -> None:
    line = "".join(words)
    assert not is_error_line(line) or any(hint in line.lower() for hint in HINTS)


def test_a_line_of_any_length_is_judged_at_once() -> None:
    """A pattern that goes back and forth would take hours here."""
    for piece in ("error ", "no x ", "Build ", "*** ", "exit x ", "-error", "error=1 "):
        is_error_line(piece * CELL_LIMIT)
