"""`training` is imported before Lightning, as it must be where torchvision is built for CUDA and torch is not."""

import training  # noqa: F401
