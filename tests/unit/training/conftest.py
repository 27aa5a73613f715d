"""Lightning imports torchvision, which beside a CPU torch needs what `training` declares first."""

import training  # noqa: F401
