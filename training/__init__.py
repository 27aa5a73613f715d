"""Trains and publishes model versions, from data and recipes. Command-line programs; not a service.

The torchvision wheel for Linux is built for CUDA. Beside a CPU build of torch its import fails, because two operators
are missing. This module declares them, which is enough for torchvision's datasets.
"""

import torch

_operators = torch.library.Library("torchvision", "FRAGMENT")  # the operators exist as long as this object

try:
    import torchvision  # noqa: F401
except RuntimeError:
    for _name in ("nms", "qnms"):
        _operators.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
