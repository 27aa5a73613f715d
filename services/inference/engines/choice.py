"""Chooses the engine by the settings and by what is installed. It imports only the library that it chooses.

`choose_engine` returns a function that makes an engine from the folder of a model version.
"""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from services.inference.engines.engine import Engine
from shared.recognition.model_version import Manifest

EngineName = Literal["auto", "torch", "openvino"]
Device = Literal["auto", "cpu", "cuda"]
MakeEngine = Callable[[Path, Manifest], Engine]  # takes the folder of a model version
GPU_DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/dxg"))  # on Linux, and on Linux under Windows (WSL)


class EngineError(Exception):
    """The settings name an engine or a device that isn't available. The message says what to change."""


def choose_engine(wanted: EngineName, device: Device) -> MakeEngine:
    """Return the function that makes engines. EngineError if the settings can't be met.

    `auto` is torch on a GPU if there is one, otherwise the fastest engine that is installed.
    """
    if device == "cuda" or (device == "auto" and wanted in {"auto", "torch"} and has_gpu()):
        if not has_gpu():
            raise EngineError("INFERENCE_DEVICE is cuda, but torch finds no NVIDIA GPU. Set it to auto or cpu.")
        if wanted not in {"auto", "torch"}:
            raise EngineError(f"INFERENCE_ENGINE {wanted} runs on the processor only. Set INFERENCE_DEVICE to cpu.")
        return _cuda_engine()
    name = wanted if wanted != "auto" else next((each for each in PROCESSOR_ENGINES if find_spec(each)), "torch")
    if not find_spec(name):
        raise EngineError(f"INFERENCE_ENGINE is {name}, which is not installed. Set it to auto.")
    return PROCESSOR_ENGINES[name]()


def has_gpu() -> bool:
    """True if torch can use an NVIDIA GPU. Without a driver torch is not imported, because that takes seconds."""
    if sys.platform != "linux" or not any(path.exists() for path in GPU_DRIVERS) or not find_spec("torch"):
        return False
    import torch

    return torch.cuda.is_available()


def _openvino_engine() -> MakeEngine:
    from services.inference.engines.openvino_engine import OpenVinoEngine

    return OpenVinoEngine


def _torch_engine() -> MakeEngine:
    from services.inference.engines.torch_engine import TorchEngine

    return TorchEngine


def _cuda_engine() -> MakeEngine:
    from services.inference.engines.cuda_engine import CudaEngine

    return CudaEngine


PROCESSOR_ENGINES: dict[str, Callable[[], MakeEngine]] = {  # for a processor, the fastest first
    "openvino": _openvino_engine,
    "torch": _torch_engine,
}
