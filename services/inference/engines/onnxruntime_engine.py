"""ONNX Runtime on a processor, in single precision."""

from pathlib import Path

import onnxruntime

from services.inference.engines.pieces import run_in_pieces, warm_up
from shared.recognition.calibration import Logits
from shared.recognition.model_version import GRAPH, Manifest
from shared.recognition.normalisation import Images

ERRORS_ONLY = 3


class OnnxRuntimeEngine:
    """One thread a call: the service's own workers share the cores."""

    name = "onnxruntime"
    device = "cpu"

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        del manifest  # the graph holds the normalisation
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = ERRORS_ONLY
        path = folder / GRAPH
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        warm_up(self._run_piece)

    def compute_logits(self, images: Images) -> Logits:
        """See Engine."""
        return run_in_pieces(self._run_piece, images)

    compute_exact_logits = compute_logits

    def _run_piece(self, images: Images) -> Logits:
        logits: Logits = self._session.run(None, {self._input: images})[0]
        return logits
