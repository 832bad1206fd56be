"""What the environment says about a run: where model and data are, how onnxruntime is set, how much is measured."""

import os
from dataclasses import dataclass
from pathlib import Path

from measure import Amount

GRAPH_OPTIMIZATIONS = ("disable", "basic", "extended", "all")
EXECUTION_MODES = ("sequential", "parallel")
YES_OR_NO = ("yes", "no")
PRECISIONS = ("fp32", "dynamic", "int8")


def needed(name: str) -> str:
    """The environment variable's value; ends the program with a sentence when it is missing."""
    value = os.environ.get(name, "")
    if not value:
        raise SystemExit(f"{name} is not set: run this program through its repository, or set it by hand")
    return value


def number(name: str, default: float, at_least: float) -> float:
    """A number from the environment; ends the program with a sentence for anything else and for one too small."""
    text = os.environ.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        raise SystemExit(f"{name} is {text!r}, which is not a number") from None
    if not at_least <= value < float("inf"):
        raise SystemExit(f"{name} is {text}, but it must be at least {at_least:g} and finite")
    return value


def whole_number(name: str, default: int, at_least: int) -> int:
    """The same for a number without a fraction."""
    value = number(name, default, at_least)
    if value != int(value):
        raise SystemExit(f"{name} is {value:g}, but it must be a whole number")
    return int(value)


def choice(name: str, default: str, known: tuple[str, ...]) -> str:
    """One of some words from the environment; ends the program with a sentence that lists them for any other."""
    value = os.environ.get(name) or default
    if value not in known:
        raise SystemExit(f"{name} is {value!r}, but it must be one of {', '.join(known)}")
    return value


@dataclass(frozen=True)
class SessionSettings:
    """How onnxruntime is set; an empty provider is the processor's."""

    threads: int = 1
    inter_threads: int = 1
    graph_optimization: str = "all"
    execution_mode: str = "sequential"
    provider: str = ""
    io_binding: bool = False


@dataclass(frozen=True)
class Settings:
    """Everything that the environment says about a run."""

    dataset: Path
    model: Path
    resolution: int | None
    multiplier: float | None
    precision: str
    session: SessionSettings
    batch_size: int
    amount: Amount

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read it; ends the program with a sentence for what is missing or wrong."""
        return cls(
            dataset=Path(needed("CK_DATASET_PATH")),
            model=Path(needed("CK_ENV_ONNX_MODEL_ONNX_FILEPATH")),
            resolution=whole_number("ML_MODEL_RESOLUTION", 0, at_least=0) or None,
            multiplier=number("ML_MODEL_MULTIPLIER", 0, at_least=0) or None,
            precision=choice("ML_MODEL_PRECISION", "fp32", PRECISIONS),
            session=SessionSettings(
                threads=whole_number("CK_THREADS", 1, at_least=1),
                inter_threads=whole_number("CK_INTER_THREADS", 1, at_least=1),
                graph_optimization=choice("CK_GRAPH_OPTIMIZATION", "all", GRAPH_OPTIMIZATIONS),
                execution_mode=choice("CK_EXECUTION_MODE", "sequential", EXECUTION_MODES),
                provider=os.environ.get("CK_PROVIDER", ""),
                io_binding=choice("CK_IO_BINDING", "no", YES_OR_NO) == "yes",
            ),
            batch_size=whole_number("CK_BATCH_SIZE", 1, at_least=1),
            amount=Amount(
                warmup=whole_number("CK_WARMUP", 50, at_least=0),
                repetitions=whole_number("CK_REPETITIONS", 3000, at_least=1),
                minimum_seconds=number("CK_MINIMUM_SECONDS", 3, at_least=0),
            ),
        )
