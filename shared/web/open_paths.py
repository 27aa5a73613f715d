"""The paths that need neither key nor token: health, metrics and the API description.

A new path is guarded unless it is added here.
"""

from shared.web.api_docs import DOCS, MEDIA_TYPES
from shared.web.metrics import METRICS

OPEN_PATHS = frozenset({"/healthz", "/readyz", METRICS, "/openapi.json", DOCS, *MEDIA_TYPES})
