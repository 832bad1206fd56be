"""The system under test as LoadGen calls it: classifies what a query names, completes it, and counts.

LoadGen tells nothing while it runs, and an exception that reaches it ends the process with a segmentation fault. So
what is done is counted here, and whatever goes wrong here ends the process with a sentence.
"""

import time
from array import array
from collections.abc import Callable, Sequence
from typing import NoReturn

import mlperf_loadgen
import numpy as np

Classify = Callable[[Sequence[int]], Sequence[int] | np.ndarray]
"""Gives the class of each of some samples, by their indices."""

Failed = Callable[[BaseException], NoReturn]


class Progress:
    """What is done: the seconds of each inference in nanoseconds, and how many samples there were beside one each."""

    def __init__(self) -> None:
        self.latencies_ns = array("q")
        self.more = 0

    @property
    def samples(self) -> int:
        """How many samples are completed."""
        return len(self.latencies_ns) + self.more


def issue_queries(
    classify: Classify, batch_size: int, progress: Progress, failed: Failed
) -> Callable[[list[int], list[int]], None]:
    """The function that LoadGen calls with the ids of responses and the indices of samples.

    A query of more samples than a batch has is answered batch after batch. Each answer is the class, 4 bytes.
    """
    memory = array("i", [0] * batch_size)  # one number is written into it faster than into numpy's
    answers, (address, _) = np.frombuffer(memory, dtype=np.int32), memory.buffer_info()
    answer, complete = mlperf_loadgen.QuerySampleResponse, mlperf_loadgen.QuerySamplesComplete
    clock, note = time.perf_counter_ns, progress.latencies_ns.append

    def issue(ids: list[int], indices: list[int]) -> None:
        try:
            if len(ids) == 1:
                begin = clock()
                (memory[0],) = classify(indices)
                complete([answer(ids[0], address, 4)])
                note(clock() - begin)
                return
            for first in range(0, len(ids), batch_size):
                part = ids[first : first + batch_size]
                begin = clock()
                found = classify(indices[first : first + batch_size])
                if len(found) != len(part):
                    raise ValueError(f"{len(part)} samples got {len(found)} answers")
                answers[: len(part)] = found
                complete([answer(one, address + 4 * place, 4) for place, one in enumerate(part)])
                note(clock() - begin)
                progress.more += len(part) - 1
        except BaseException as error:  # also SystemExit and KeyboardInterrupt: nothing may reach LoadGen
            failed(error)

    return issue


def described(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"
