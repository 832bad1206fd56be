"""An ONNX model in an onnxruntime session that is set as the environment says, and the held-out digits in batches."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from preprocess import to_network_input
from settings import SessionSettings, Settings

GRAPH_LEVELS = {
    "disable": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
}
PROCESSOR = "CPUExecutionProvider"


def provider_names(wanted: str) -> list[str]:
    """The provider asked for and the processor behind it; `CUDA` means CUDAExecutionProvider."""
    known = onnxruntime.get_available_providers()
    found = [name for name in known if wanted in (name, name.removesuffix("ExecutionProvider"))]
    if wanted and not found:
        raise SystemExit(f"CK_PROVIDER is {wanted!r}, which this onnxruntime does not have; it has {', '.join(known)}")
    return list(dict.fromkeys([*found, PROCESSOR]))


def session_options(settings: SessionSettings) -> onnxruntime.SessionOptions:
    """The options of a session."""
    modes = onnxruntime.ExecutionMode
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    options.inter_op_num_threads = settings.inter_threads
    options.execution_mode = modes.ORT_PARALLEL if settings.execution_mode == "parallel" else modes.ORT_SEQUENTIAL
    options.graph_optimization_level = GRAPH_LEVELS[settings.graph_optimization]
    # A waiting thread that spins takes the processor from its neighbours and hides the cost of waking up.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


@dataclass(frozen=True)
class Model:
    """An open session with the names and the size that its input wants."""

    session: onnxruntime.InferenceSession
    input_name: str
    output_name: str
    resolution: int
    load_seconds: float
    io_binding: bool

    @classmethod
    def open(cls, settings: Settings) -> "Model":
        """Load the model; ends the program with a sentence when that is not possible."""
        if not settings.model.is_file():
            raise SystemExit(f"there is no model at {settings.model}")
        providers, options = provider_names(settings.session.provider), session_options(settings.session)
        started = time.perf_counter()
        try:
            session = onnxruntime.InferenceSession(str(settings.model), options, providers=providers)
        except Exception as error:  # onnxruntime's own exceptions have no common class below this one
            raise SystemExit(f"onnxruntime cannot load {settings.model}: {error}") from None
        seconds = time.perf_counter() - started
        image = session.get_inputs()[0]
        resolution = agreed_resolution(image.shape, settings.resolution)
        output = session.get_outputs()[0].name
        return cls(session, image.name, output, resolution, seconds, settings.session.io_binding)

    def feed(self, images: np.ndarray) -> Any:
        """What `call` takes for a batch of images."""
        if not self.io_binding:
            return {self.input_name: images}
        binding = self.session.io_binding()
        binding.bind_cpu_input(self.input_name, images)
        binding.bind_output(self.output_name)
        return binding

    @property
    def call(self) -> Callable[[Any], object]:
        """One inference, as lean as the session's interface allows; this is what is timed."""
        if self.io_binding:
            return self.session.run_with_iobinding
        return partial(self.session.run, [self.output_name])

    def logits(self, feed: Any) -> np.ndarray:
        """One inference, and its (batch, classes) float32 output."""
        if self.io_binding:
            self.session.run_with_iobinding(feed)
            return np.asarray(feed.copy_outputs_to_cpu()[0])
        return np.asarray(self.session.run([self.output_name], feed)[0])


def agreed_resolution(shape: list[object], wanted: int | None) -> int:
    """The image size for an input of shape (batch, channel, height, width), where a size can be a name."""
    if len(shape) != 4:
        raise SystemExit(f"the model's input has shape {shape}, not (batch, channel, height, width)")
    own = shape[3] if isinstance(shape[3], int) else None
    if own is None and wanted is None:
        raise SystemExit("the model takes any image size: set ML_MODEL_RESOLUTION")
    if own is not None and wanted is not None and own != wanted:
        raise SystemExit(f"ML_MODEL_RESOLUTION is {wanted}, but the model takes images of {own} x {own} pixels")
    return int(own or wanted or 0)


@dataclass(frozen=True)
class Task:
    """A model with the held-out images, ready for it, and their labels."""

    settings: Settings
    model: Model
    labels: np.ndarray
    images: np.ndarray

    @classmethod
    def prepare(cls, settings: Settings) -> "Task":
        """Load both; ends the program with a sentence when something is missing."""
        model = Model.open(settings)
        images = load_array(settings.dataset / "heldout-images.npy")
        labels = load_array(settings.dataset / "heldout-labels.npy")
        if len(images) == 0 or len(images) != len(labels):
            raise SystemExit(f"{settings.dataset} has {len(images)} held-out images and {len(labels)} labels")
        return cls(settings, model, labels, to_network_input(images, model.resolution))

    def feeds(self) -> list[Any]:
        """The images in batches of the size asked for, as the session takes them."""
        return [self.model.feed(batch) for batch in batches(self.images, self.settings.batch_size)]

    def state(self) -> dict[str, Any]:
        """What a reader must know to compare two runs."""
        session = self.settings.session
        return {
            "model": self.settings.model.name,
            "multiplier": self.settings.multiplier,
            "resolution": self.model.resolution,
            "precision": self.settings.precision,
            "threads": session.threads,
            "inter_threads": session.inter_threads,
            "graph_optimization": session.graph_optimization,
            "execution_mode": session.execution_mode,
            "io_binding": "yes" if session.io_binding else "no",
            "batch_size": self.settings.batch_size,
            "images": len(self.labels),
            "onnxruntime": onnxruntime.__version__,
            "provider": self.model.session.get_providers()[0],
        }

    def model_characteristics(self) -> dict[str, float]:
        """The size of the model's file and how long it took to load."""
        size = self.settings.model.stat().st_size
        return {"model_size_bytes": size, "model_load_s": self.model.load_seconds}


def load_array(path: Path) -> np.ndarray:
    """An array of the data set; ends the program with a sentence when it is not there."""
    if not path.is_file():
        raise SystemExit(f"there is no {path.name} in {path.parent}: CK_DATASET_PATH must be a folder of digits")
    return np.load(path, allow_pickle=False)


def batches(images: np.ndarray, size: int) -> list[np.ndarray]:
    """All images in batches of one size; the last batch is filled up from the beginning."""
    count = -(-len(images) // size)
    order = np.resize(np.arange(len(images)), count * size).reshape(count, size)
    return [np.ascontiguousarray(images[row]) for row in order]
