"""The paths that need neither key nor token: health, metrics and the API description.

A new path is guarded unless it is added here.
"""

from shared.web.api_docs import DOCS, MEDIA_TYPES, OPENAPI
from shared.web.metrics import METRICS

V2_LIVE, V2_READY = "/v2/health/live", "/v2/health/ready"  # health in the Open Inference Protocol, of inference only
OPEN_PATHS = frozenset({"/healthz", "/readyz", V2_LIVE, V2_READY, METRICS, OPENAPI, DOCS, *MEDIA_TYPES})
