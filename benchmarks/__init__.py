"""Measurements of the running services. Each prints what README and docs quote."""

import training  # noqa: F401  its declaration for torchvision has to come before Lightning is imported
