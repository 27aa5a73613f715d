"""Which engine runs the networks here, by the settings and what is installed. Nothing is imported that is not used."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from services.inference.engines.engine import Engine
from shared.recognition.model_version import Manifest

EngineName = Literal["auto", "torch", "openvino"]
Device = Literal["auto", "cpu", "cuda"]
MakeEngine = Callable[[Path, Manifest], Engine]  # of the folder of a model version
GPU_DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/dxg"))  # Linux, and Linux under Windows


class EngineError(Exception):
    """The settings ask for an engine or a device that is not here; the message says what to change."""


def choose_engine(wanted: EngineName, device: Device) -> MakeEngine:
    """«auto»: torch where there is a GPU, else the fastest that is installed. EngineError."""
    if device == "cuda" or (device == "auto" and wanted in {"auto", "torch"} and has_gpu()):
        if not has_gpu():
            raise EngineError("INFERENCE_DEVICE is cuda and torch finds no NVIDIA GPU here: set it to auto or cpu.")
        if wanted not in {"auto", "torch"}:
            raise EngineError(f"INFERENCE_ENGINE {wanted} runs on the processor alone: set INFERENCE_DEVICE to cpu.")
        return _cuda_engine()
    name = wanted if wanted != "auto" else next((each for each in MAKERS if find_spec(each)), "torch")
    if not find_spec(name):
        raise EngineError(f"INFERENCE_ENGINE is {name}, which is not installed: set it to auto.")
    return MAKERS[name]()


def has_gpu() -> bool:
    """Whether torch can use one. Where there is no driver, torch is not even loaded: that takes seconds."""
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


MAKERS: dict[str, Callable[[], MakeEngine]] = {  # on a processor, the fastest first
    "openvino": _openvino_engine,
    "torch": _torch_engine,
}
