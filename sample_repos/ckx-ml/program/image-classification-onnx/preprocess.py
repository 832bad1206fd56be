"""Turns 8 x 8 scans of digits into the network's input; training and measuring both use exactly this.

An axis is resized by one small matrix of triangle (bilinear) weights, centres of pixels aligned. When an image
shrinks the triangle is widened by the same factor, so that every pixel of the scan counts (antialiasing).
"""

import numpy as np

SCAN_PIXELS = 8
SCAN_MAXIMUM = 16
"""The scans count dark pixels in 4 x 4 cells, so a value is between 0 and 16."""


def resize_weights(source: int, target: int) -> np.ndarray:
    """The (target, source) float32 matrix that resizes one axis; each row adds up to 1."""
    scale = source / target
    reach = max(scale, 1.0)
    centres = (np.arange(target) + 0.5) * scale - 0.5
    distance = np.abs(np.arange(source)[None, :] - centres[:, None])
    weights = np.clip(1.0 - distance / reach, 0.0, None)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def to_network_input(images: np.ndarray, resolution: int) -> np.ndarray:
    """(N, 8, 8) uint8 scans to (N, 1, resolution, resolution) float32 in [0, 1].

    Raises ValueError when the images are not 8 x 8 or the resolution is not positive.
    """
    if images.ndim != 3 or images.shape[1:] != (SCAN_PIXELS, SCAN_PIXELS):
        raise ValueError(f"the images have shape {images.shape}, not (N, {SCAN_PIXELS}, {SCAN_PIXELS})")
    if resolution < 1:
        raise ValueError(f"a resolution of {resolution} pixels is not possible")
    weights = resize_weights(SCAN_PIXELS, resolution)
    scaled = images.astype(np.float32) / SCAN_MAXIMUM
    resized = weights @ scaled @ weights.T
    return np.ascontiguousarray(resized[:, None], dtype=np.float32)
