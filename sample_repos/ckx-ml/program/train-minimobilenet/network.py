"""MiniMobileNet: MobileNet-v1 (Howard et al., arXiv:1704.04861) cut down to 8 x 8 digits.

A 3 x 3 convolution, six depthwise-separable blocks, the mean over all pixels and one linear layer. The channel
multiplier scales the width of every layer, as the paper's alpha does; any input resolution fits.
"""

import torch
from torch import nn

STEM_CHANNELS = 32
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (256, 1))
"""Output channels at multiplier 1, and the stride, of each block."""
CLASSES = 10


def convolution(inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation and ReLU; the exporter folds the first two into one."""
    layer = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, groups=groups, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), nn.ReLU())


class MiniMobileNet(nn.Module):
    """(N, 1, R, R) float32 images to (N, 10) logits."""

    def __init__(self, multiplier: float) -> None:
        super().__init__()
        width = round(STEM_CHANNELS * multiplier)
        layers = [convolution(1, width, 3)]
        for channels, stride in BLOCKS:
            wider = round(channels * multiplier)
            layers.append(convolution(width, width, 3, stride, groups=width))
            layers.append(convolution(width, wider, 1))
            width = wider
        self.layers = nn.Sequential(*layers)
        self.classify = nn.Linear(width, CLASSES)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.classify(self.layers(images).mean((2, 3)))


def count_parameters(network: nn.Module) -> int:
    """Trained numbers, batch normalisation's scale and shift among them."""
    return sum(parameter.numel() for parameter in network.parameters())


def count_multiplications(multiplier: float, resolution: int) -> int:
    """Multiply-accumulate operations for one image: those of the convolutions and of the linear layer."""
    width, pixels = round(STEM_CHANNELS * multiplier), resolution
    total = 9 * width * pixels**2
    for channels, stride in BLOCKS:
        pixels = -(-pixels // stride)
        wider = round(channels * multiplier)
        total += (9 * width + width * wider) * pixels**2
        width = wider
    return total + width * CLASSES
