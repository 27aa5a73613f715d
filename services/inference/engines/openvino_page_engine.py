"""OpenVINO runs the reader network on a processor, in half precision (bf16) if the processor supports it.

The sizes of pages must be few, because OpenVINO prepares the network for each size and keeps that.
"""

import threading
from pathlib import Path

import openvino

from services.inference.engines.openvino_options import choose_options, has_half_precision
from services.inference.engines.page_engine import Grey, PageMaps
from shared.recognition.model_version import GRAPH, ReaderManifest


class OpenVinoPageEngine:
    """Each call uses one thread, because the worker threads of the service share the cores."""

    name = "openvino"
    device = "cpu"

    def __init__(self, folder: Path, manifest: ReaderManifest) -> None:
        del manifest  # the graph holds the normalisation
        core = openvino.Core()
        options = choose_options("bf16" if has_half_precision(core) else "f32")
        self._model = core.compile_model(core.read_model(folder / GRAPH), "CPU", options)
        self._local = threading.local()

    def compute_maps(self, page: Grey) -> PageMaps:
        """(H, W) uint8, multiples of 16 → (C, H/4, W/4) float32."""
        request = getattr(self._local, "request", None)
        if request is None:
            request = self._local.request = self._model.create_infer_request()
        maps: PageMaps = request.infer({0: page[None]}, share_inputs=True)[0][0].copy()
        return maps
