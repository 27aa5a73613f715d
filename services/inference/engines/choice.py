"""Chooses the engine by the settings and by what is installed. It imports only the library that it chooses.

`choose_engine` returns a function that makes an engine from the folder of a model version, `choose_page_engine` one for
the reader network of pages.
"""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from services.inference.engines.engine import Engine
from services.inference.engines.page_engine import PageEngine
from shared.recognition.model_version import Manifest, ReaderManifest

EngineName = Literal["auto", "torch", "openvino"]
Device = Literal["auto", "cpu", "cuda"]
EngineKind = Literal["openvino", "torch", "cuda"]
MakeEngine = Callable[[Path, Manifest], Engine]  # takes the folder of a model version
MakePageEngine = Callable[[Path, ReaderManifest], PageEngine]
FASTEST_FIRST: tuple[EngineKind, ...] = ("openvino", "torch")  # on a processor
GPU_DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/dxg"))  # on Linux, and on Linux under Windows (WSL)


class EngineError(Exception):
    """The settings name an engine or a device that isn't available. The message says what to change."""


def choose_engine(wanted: EngineName, device: Device) -> MakeEngine:
    """Return the function that makes engines for images. EngineError if the settings can't be met.

    `auto` is torch on a GPU if there is one, otherwise the fastest engine that is installed.
    """
    return MAKE_ENGINE[_choose_kind(wanted, device)]()


def choose_page_engine(wanted: EngineName, device: Device) -> MakePageEngine:
    """Return the function that makes engines for pages, in the same way."""
    return MAKE_PAGE_ENGINE[_choose_kind(wanted, device)]()


def _choose_kind(wanted: EngineName, device: Device) -> EngineKind:
    if device == "cuda" or (device == "auto" and wanted in {"auto", "torch"} and has_gpu()):
        if not has_gpu():
            raise EngineError("INFERENCE_DEVICE is cuda, but torch finds no NVIDIA GPU. Set it to auto or cpu.")
        if wanted == "openvino":
            raise EngineError(f"INFERENCE_ENGINE {wanted} runs on the processor only. Set INFERENCE_DEVICE to cpu.")
        return "cuda"
    if wanted == "auto":
        return next((kind for kind in FASTEST_FIRST if find_spec(kind)), "torch")
    if not find_spec(wanted):
        raise EngineError(f"INFERENCE_ENGINE is {wanted}, which is not installed. Set it to auto.")
    return wanted


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


def _openvino_page_engine() -> MakePageEngine:
    from services.inference.engines.openvino_page_engine import OpenVinoPageEngine

    return OpenVinoPageEngine


def _torch_page_engine() -> MakePageEngine:
    from services.inference.engines.torch_page_engine import TorchPageEngine

    return TorchPageEngine


def _cuda_page_engine() -> MakePageEngine:
    from services.inference.engines.torch_page_engine import TorchPageEngine

    return TorchPageEngine.on_gpu


MAKE_ENGINE: dict[EngineKind, Callable[[], MakeEngine]] = {
    "openvino": _openvino_engine,
    "torch": _torch_engine,
    "cuda": _cuda_engine,
}
MAKE_PAGE_ENGINE: dict[EngineKind, Callable[[], MakePageEngine]] = {
    "openvino": _openvino_page_engine,
    "torch": _torch_page_engine,
    "cuda": _cuda_page_engine,
}
