"""Makes model versions: data, augmentation, recipe, evaluation, publishing. A command-line package, no service.

torchvision as the package index has it for Linux is built for CUDA; beside a CPU torch its import fails because two
operators are missing. Declaring them is enough for datasets and transforms, so that is done once, here, and only there.
"""

import torch

_operators = torch.library.Library("torchvision", "FRAGMENT")  # an operator lives as long as this object

try:
    import torchvision  # noqa: F401
except RuntimeError:
    for _name in ("nms", "qnms"):
        _operators.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
