"""`python -m services.inference`: settings from the environment, prefix INFERENCE_."""

import sys

from services.inference.engines.choice import EngineError
from services.inference.settings import Settings
from shared.web.service import serve

APP = "services.inference.app:create_app_of_process"

if __name__ == "__main__":
    settings = Settings()
    try:
        serve(
            APP,
            host=settings.host,
            port=settings.port,
            log_level=settings.log_level,
            processes=settings.processes,
        )
    except EngineError as error:
        sys.exit(str(error))
