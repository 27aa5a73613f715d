"""The Python client of Slate: pictures in, typed predictions out. Everything that a caller needs is in this module.

The build copies what it imports from the repository, and writes `slate_client` in place of `shared` (see setup.py).
"""

from shared.clients.async_inference import AsyncInferenceClient
from shared.clients.inference import PICTURE_PROBLEMS, InferenceClient
from shared.clients.patience import Patience
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import BatchPredictions, Explanation, ModelDetails, ModelList, Prediction
from shared.contracts.inside import Inside
from shared.contracts.page import PageReading
from shared.contracts.problem import Problem

__all__ = [
    "PICTURE_PROBLEMS",
    "AsyncInferenceClient",
    "BatchPredictions",
    "Explanation",
    "InferenceClient",
    "Inside",
    "ModelDetails",
    "ModelList",
    "PageReading",
    "Patience",
    "Prediction",
    "Problem",
    "RefusedError",
    "ServiceUnavailableError",
]
