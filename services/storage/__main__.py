"""`python -m services.storage` serves storage with the settings of the environment."""

from services.storage.app import create_app
from services.storage.settings import Settings
from shared.web.service import serve

if __name__ == "__main__":
    settings = Settings()
    serve(create_app(settings), settings)
