"""Makes an int8 model of a float32 one: python quantise.py dynamic|int8 SOURCE TARGET

`dynamic` stores the weights as int8 and finds the range of each activation anew in every inference. `int8` is static:
quantise and dequantise nodes around every operator (QDQ), uint8 activations, int8 weights with a scale for each output
channel, ranges from training images. The same input gives the same bytes.

Reads MINIMOBILENET_DIGITS (the folder of dataset:digits-8x8), MINIMOBILENET_PREPROCESS (the folder with
preprocess.py) and ML_MODEL_RESOLUTION.
"""

import os
import sys
import tempfile

try:
    import numpy as np
    import onnx
    from onnxruntime.quantization import (
        CalibrationDataReader,
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_dynamic,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process
except ImportError as error:
    sys.exit(f"cannot quantise: {error.name} is missing; pip install 'ckexplore[quantize]', or onnx and onnxruntime")

CALIBRATION_IMAGES = 256
BATCH = 32


class TrainingImages(CalibrationDataReader):
    """The first training images in batches; no held-out one, since those say how accurate the result is."""

    def __init__(self, input_name: str) -> None:
        sys.path.insert(0, os.environ["MINIMOBILENET_PREPROCESS"])
        from preprocess import to_network_input  # noqa: PLC0415

        scans = np.load(os.path.join(os.environ["MINIMOBILENET_DIGITS"], "training-images.npy"), allow_pickle=False)
        images = to_network_input(scans[:CALIBRATION_IMAGES], int(os.environ["ML_MODEL_RESOLUTION"]))
        self._feeds = iter([{input_name: images[first : first + BATCH]} for first in range(0, len(images), BATCH)])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._feeds, None)


def quantise(precision: str, source: str, target: str) -> None:
    """Write the model `target`; raises ValueError for a precision that is not known."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = os.path.join(folder, "prepared.onnx")
        # Symbolic shapes are for transformers, and would need another package.
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        if precision == "dynamic":
            quantize_dynamic(prepared, target, weight_type=QuantType.QUInt8)
        elif precision == "int8":
            quantize_static(
                prepared,
                target,
                TrainingImages(onnx.load(prepared).graph.input[0].name),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax,
            )
        else:
            raise ValueError(f"a precision of {precision!r} is not known; it is dynamic or int8")


if __name__ == "__main__":
    quantise(*sys.argv[1:4])
