"""Serves the front with uvicorn, within its budgets."""

from __future__ import annotations

import logging
import resource
import sys
from contextlib import suppress
from dataclasses import replace

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE

from assistant.front.core.budgets import Budgets
from assistant.front.core.parsing import MAX_BODY_BYTES
from assistant.front.core.settings import Caps
from assistant.front.server.http import http_protocol
from assistant.front.server.proxies import TrustedProxies
from assistant.front.server.websocket import BoundedWebSocket

SHUTDOWN_SECONDS = 5
# For the database, Rasa, messengers, Redis, files and libraries.
OTHER_DESCRIPTORS = 256
# Logged for every such request; our own line about it comes at most once a minute.
NOT_EACH = ("Invalid HTTP request received.", "Unsupported upgrade request.")

logger = logging.getLogger(__name__)


def within_descriptors(caps: Caps) -> Caps:
    """The caps, with no more connections than this process may open; raises its soft limit as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = caps.connections + OTHER_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    room = caps.connections if soft == resource.RLIM_INFINITY else max(1, soft - OTHER_DESCRIPTORS)
    if room < caps.connections:
        logger.warning("Only %s connections are accepted: `ulimit -n` allows no more than %s files.", room, soft)
    return replace(caps, connections=min(caps.connections, room))


def server_config(app: ASGIApp, host: str, port: int, budgets: Budgets, proxies: str = "") -> Config:
    """How uvicorn serves the front."""
    logging.getLogger("uvicorn.error").addFilter(_is_new)
    return Config(
        app,
        host,
        port,
        http=http_protocol(budgets, TrustedProxies(proxies)),
        # `auto` needs a newer websockets than Rasa allows.
        ws=BoundedWebSocket,
        ws_max_size=MAX_BODY_BYTES,
        # A frame of a kilobyte can inflate to a megabyte.
        ws_per_message_deflate=False,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        log_config=None,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def serve(config: Config) -> None:
    """Serves until stopped; ends the process with an error if it cannot start."""
    server = Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def _is_new(record: logging.LogRecord) -> bool:
    return record.msg not in NOT_EACH
