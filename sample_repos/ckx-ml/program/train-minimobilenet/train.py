"""Trains MiniMobileNet on the training half of the digits and writes ONNX files with their held-out accuracy.

    python train.py --command=one       the model of ML_MODEL_MULTIPLIER and ML_MODEL_RESOLUTION
    python train.py --command=family    every model in family.json

Reads from the environment: CK_DATASET_PATH (the folder of dataset:digits-8x8), CK_PREPROCESS_PATH (the folder of
program:image-classification-onnx, for its preprocess.py), CK_SEED and CK_EPOCHS (else those of family.json), and
CK_OUTPUT_PATH (else the folder `models` here). The same seed, machine and torch give the same file again.
"""

import argparse
import hashlib
import json
import os
import sys
import time
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from network import MiniMobileNet, count_multiplications, count_parameters
from torch.nn import functional

sys.path.insert(0, os.environ.get("CK_PREPROCESS_PATH", str(Path(__file__).parents[1] / "image-classification-onnx")))
from events import EventStream
from preprocess import SCAN_PIXELS, resize_weights, to_network_input

BATCH_SIZE = 64
LEARNING_RATE = 0.01
WEIGHT_DECAY = 0.02
LABEL_SMOOTHING = 0.05
ROTATION_DEGREES = 12.0
SCALE = 0.12
SHIFT = 0.12
"""Limits of the random distortion; the shift is a share of half the image's width."""


@dataclass(frozen=True)
class Recipe:
    """Which model to train, and how."""

    multiplier: float
    resolution: int
    seed: int
    epochs: int

    @property
    def file_name(self) -> str:
        return f"minimobilenet-{self.multiplier}-{self.resolution}.onnx"


@dataclass(frozen=True)
class TrainedModel:
    """A written model: its recipe, what came out, and what it costs for one image. One row of training.json."""

    file: str
    multiplier: float
    resolution: int
    seed: int
    epochs: int
    heldout_accuracy_top1: float
    parameters: int
    multiply_accumulates: int
    bytes: int
    sha256: str
    training_seconds: float
    torch: str


@dataclass(frozen=True)
class Digits:
    """One half of the dataset: (N, 8, 8) uint8 images and (N,) uint8 labels."""

    images: np.ndarray
    labels: np.ndarray

    @classmethod
    def load(cls, folder: Path, half: str) -> "Digits":
        return cls(np.load(folder / f"{half}-images.npy"), np.load(folder / f"{half}-labels.npy"))

    def tensors(self, resolution: int) -> tuple[torch.Tensor, torch.Tensor]:
        images = torch.from_numpy(to_network_input(self.images, resolution))
        return images, torch.from_numpy(self.labels.astype(np.int64))


def distort(images: torch.Tensor) -> torch.Tensor:
    """Turns, scales and shifts each image by its own random amount."""
    count = len(images)
    angle = torch.deg2rad((torch.rand(count) * 2 - 1) * ROTATION_DEGREES)
    scale = 1 + (torch.rand(count, 2) * 2 - 1) * SCALE
    shift = (torch.rand(count, 2) * 2 - 1) * SHIFT
    cosine, sine = torch.cos(angle), torch.sin(angle)
    rows = [
        torch.stack([cosine * scale[:, 0], -sine, shift[:, 0]], dim=1),
        torch.stack([sine, cosine * scale[:, 1], shift[:, 1]], dim=1),
    ]
    grid = functional.affine_grid(torch.stack(rows, dim=1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def train(recipe: Recipe, training: Digits, events: EventStream) -> MiniMobileNet:
    """AdamW with one learning-rate cycle, on distorted scans; every random number comes from the recipe's seed."""
    torch.manual_seed(recipe.seed)
    scans, labels = training.tensors(SCAN_PIXELS)
    resize = torch.from_numpy(resize_weights(SCAN_PIXELS, recipe.resolution))
    network = MiniMobileNet(recipe.multiplier)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=WEIGHT_DECAY)
    # A smaller last batch is left out: its noise would stay in the batch normalisation's running mean.
    steps = len(scans) // BATCH_SIZE
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, epochs=recipe.epochs, steps_per_epoch=steps
    )
    for epoch in range(recipe.epochs):
        loss_sum = 0.0
        for batch in torch.randperm(len(scans))[: steps * BATCH_SIZE].split(BATCH_SIZE):
            logits = network(resize @ distort(scans[batch]) @ resize.T)
            loss = functional.cross_entropy(logits, labels[batch], label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            loss_sum += loss.item()
        events.progress(epoch + 1, recipe.epochs)
        if (epoch + 1) % 5 == 0:
            print(f"  epoch {epoch + 1:3}/{recipe.epochs}  loss {loss_sum / steps:.3f}", flush=True)
    return network.eval()


def accuracy(network: MiniMobileNet, digits: Digits, resolution: int) -> float:
    """Top-1 in per cent."""
    images, labels = digits.tensors(resolution)
    with torch.no_grad():
        guesses = network(images).argmax(dim=1)
    return 100 * (guesses == labels).float().mean().item()


def export(network: MiniMobileNet, resolution: int, target: Path) -> None:
    """One ONNX file, float32, opset 17, any batch size, batch normalisation folded into the convolutions."""
    example = torch.zeros(1, 1, resolution, resolution)
    with warnings.catch_warnings():
        # The newer exporter fixes the batch size and puts the weights into a second file.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            (example,),
            str(target),
            input_names=["image"],
            output_names=["logits"],
            dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )


def train_and_export(recipe: Recipe, dataset: Path, output: Path, events: EventStream) -> TrainedModel:
    """Trains the recipe's model and writes it into the output folder."""
    print(f"{recipe.file_name}: seed {recipe.seed}, {recipe.epochs} epochs", flush=True)
    started = time.perf_counter()
    network = train(recipe, Digits.load(dataset, "training"), events)
    heldout = accuracy(network, Digits.load(dataset, "heldout"), recipe.resolution)
    target = output / recipe.file_name
    export(network, recipe.resolution, target)
    seconds = time.perf_counter() - started
    print(f"  held-out accuracy {heldout:.2f} %, {seconds:.1f} s", flush=True)
    return TrainedModel(
        file=recipe.file_name,
        multiplier=recipe.multiplier,
        resolution=recipe.resolution,
        seed=recipe.seed,
        epochs=recipe.epochs,
        heldout_accuracy_top1=round(heldout, 3),
        parameters=count_parameters(network),
        multiply_accumulates=count_multiplications(recipe.multiplier, recipe.resolution),
        bytes=target.stat().st_size,
        sha256=hashlib.sha256(target.read_bytes()).hexdigest(),
        training_seconds=round(seconds, 1),
        torch=torch.__version__,
    )


def record(output: Path, model: TrainedModel) -> None:
    """Adds the model to the folder's training.json, in place of an earlier one of the same file name."""
    path = output / "training.json"
    earlier = json.loads(path.read_text())["models"] if path.is_file() else []
    rows = {row["file"]: row for row in [*earlier, asdict(model)]}
    lines = ",\n".join("  " + json.dumps(rows[name]) for name in sorted(rows))
    path.write_text('{\n "models": [\n' + lines + "\n ]\n}\n")


def needed(name: str) -> str:
    """The environment variable's value; ends the program with a sentence when it is missing."""
    value = os.environ.get(name, "")
    if not value:
        raise SystemExit(f"{name} is not set: run this program through its repository, or set it by hand")
    return value


def recipes(command: str) -> list[Recipe]:
    """What the command and the environment ask for; family.json's seed and epochs where they say nothing."""
    family = json.loads((Path(__file__).parent / "family.json").read_text())
    seed = int(os.environ.get("CK_SEED") or family["seed"])
    epochs = int(os.environ.get("CK_EPOCHS") or family["epochs"])
    if command == "one":
        pairs = [(float(needed("ML_MODEL_MULTIPLIER")), int(needed("ML_MODEL_RESOLUTION")))]
    else:
        pairs = family["models"]
    return [Recipe(multiplier, resolution, seed, epochs) for multiplier, resolution in pairs]


def main() -> None:
    parser = argparse.ArgumentParser(description="Train MiniMobileNet on 8 x 8 digits.")
    parser.add_argument("--command", choices=["one", "family"], required=True)
    command = parser.parse_args().command
    # One thread and deterministic kernels: otherwise sums are added in another order each time.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    dataset = Path(needed("CK_DATASET_PATH"))
    output = Path(os.environ.get("CK_OUTPUT_PATH") or "models")
    output.mkdir(parents=True, exist_ok=True)
    events = EventStream.from_environment()

    started = time.perf_counter()
    models = []
    for recipe in recipes(command):
        models.append(train_and_export(recipe, dataset, output, events))
        record(output, models[-1])
    characteristics = {
        "execution_time": time.perf_counter() - started,
        "accuracy_top1": max(model.heldout_accuracy_top1 for model in models),
    }
    result = characteristics | {"run_time_state": {"models": [asdict(model) for model in models]}}
    Path("tmp-ck-timer.json").write_text(json.dumps(result, indent=1) + "\n")
    events.result(characteristics)


if __name__ == "__main__":
    main()
