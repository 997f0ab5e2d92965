"""How uvicorn serves the desk."""

from __future__ import annotations

from starlette.types import ASGIApp
from uvicorn import Config

from assistant.desk.settings import Settings

GRACE_SECONDS = 5


def server_config(app: ASGIApp, settings: Settings) -> Config:
    """The server on its port; who asks is said by the login proxy's headers alone, which login.py reads."""
    return Config(
        app,
        settings.host,
        settings.port,
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
