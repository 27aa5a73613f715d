"""How every network is compiled with OpenVINO."""

from typing import Literal

import openvino

Precision = Literal["f32", "bf16"]


def choose_options(precision: Precision) -> dict[str, object]:
    """One thread for each call, because the worker threads of the service share the cores."""
    return {
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": precision,
        "ENABLE_CPU_PINNING": False,  # with pinning, all threads of all processes use the same core
    }


def has_half_precision(core: openvino.Core) -> bool:
    """Whether the processor computes in bf16."""
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
