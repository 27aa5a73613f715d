"""`python -m services.inference`: settings from the environment, prefix INFERENCE_."""

from services.inference.app import create_app
from services.inference.settings import Settings
from shared.web.service import serve

if __name__ == "__main__":
    settings = Settings()
    serve(create_app(settings), host=settings.host, port=settings.port, log_level=settings.log_level)
