"""`python -m services.inference` starts the service. Environment variables that begin with INFERENCE_ configure it."""

import sys

from services.inference.engines.choice import EngineError
from services.inference.settings import Settings
from shared.web.service import serve

APP = "services.inference.app:create_app_of_process"

if __name__ == "__main__":
    settings = Settings()
    try:
        serve(APP, settings, processes=settings.processes)
    except EngineError as error:
        sys.exit(str(error))
