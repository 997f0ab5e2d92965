"""Assembles the front: its routes, the middleware before them, and the background tasks beside them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from assistant.front.answering.intake import Intake
from assistant.front.answering.record import Record
from assistant.front.answering.worker import Worker
from assistant.front.core.budgets import Budgets
from assistant.front.core.errors import RefusedError, language_of, refused
from assistant.front.core.limits import Limits
from assistant.front.core.settings import SECONDS_PER_DAY, Settings
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.service import Messengers
from assistant.front.messengers.registry import CONNECTORS, made
from assistant.front.operate import metrics
from assistant.front.operate.notice import Notice
from assistant.front.operate.reviews import Reviews
from assistant.front.pubsub.broadcast import Broadcast
from assistant.front.pubsub.listeners import Listeners
from assistant.front.rasa.client import Rasa
from assistant.front.rasa.transport import Transport
from assistant.front.rasa_channels import rest
from assistant.front.rasa_channels.socketio import PATH, Sockets
from assistant.front.server.proxies import BehindProxy, TrustedProxies
from assistant.front.store import faults
from assistant.front.store.chats import Store
from assistant.front.store.cipher import check_keys
from assistant.front.store.gauges import gauges
from assistant.front.store.quota import set_quota
from assistant.front.store.schema import database
from assistant.front.store.team import TeamQuestions
from assistant.front.web import (
    chat,
    chat_page,
    check_page,
    knowledge_api,
    page_view,
    pages,
    plain_page,
    security_txt,
    team,
    team_page,
)
from assistant.front.web.admission import Admission
from assistant.front.web.hosts import KnownHosts, KnownOrigins
from assistant.front.web.messenger_webhook import Webhook
from assistant.front.web.middleware import HEALTH, READY, SafeHeaders, Throttle
from assistant.front.web.state import Front
from assistant.knowledge.live import following, live

logger = logging.getLogger(__name__)
METHODS = ["GET", "POST", "DELETE"]
# Besides the German one, which is the first.
DEMO_LANGUAGES = ("en", "uk", "ar")
SENT_HEADERS = ["Authorization", "Content-Type", "Accept", "Accept-Language", "Last-Event-ID", "Cache-Control"]
READ_HEADERS = ["Retry-After", "Content-Disposition", "ETag"]
WEBHOOKS = tuple(f"/webhooks/{name}" for name in CONNECTORS)


def application(settings: Settings, transport: Transport | None = None, budgets: Budgets | None = None) -> ASGIApp:
    """The whole front, as a server with the same budgets runs it; tests pass a `transport` in place of Rasa."""
    limits = Limits(settings.rates, settings.redis)
    budgets = budgets or Budgets(settings.caps)
    app: ASGIApp = bare_application(settings, limits, transport, budgets)
    app = CORSMiddleware(
        app, settings.origins, METHODS, SENT_HEADERS, expose_headers=READ_HEADERS, max_age=int(SECONDS_PER_DAY)
    )
    app = Admission(Throttle(app, limits, WEBHOOKS), budgets, limits, WEBHOOKS)
    app = SafeHeaders(KnownHosts(KnownOrigins(app, settings), settings))
    return BehindProxy(app, TrustedProxies(settings.proxies)) if settings.proxies else app


def bare_application(
    settings: Settings, limits: Limits, transport: Transport | None = None, budgets: Budgets | None = None
) -> Starlette:
    """The routes without middleware; both share `limits` and `budgets`, so that nobody has two."""
    shared = budgets or Budgets(settings.caps)

    def front() -> Front:
        running: Front = app.state.front
        return running

    sockets = Sockets(front)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        app.state.front = await run_sync(_front, settings, limits, transport, shared)
        await limits.start()
        await front().broadcast.start()
        await front().worker.start()
        await front().messengers.start()
        await front().intake.start()
        waiting, asked = front().store.count_waiting, gauges(front().engine)
        with metrics.exposed(settings.metrics_host, settings.metrics_port, waiting, *asked, Reviews(live())):
            yield
        await sockets.stop()
        await front().intake.stop()
        await front().worker.stop()
        await front().messengers.stop()
        await front().broadcast.stop()
        await limits.stop()
        await front().rasa.close()
        front().engine.dispose()

    passing = dict.fromkeys(faults.PASSING, _database_fault)
    handlers = {RefusedError: _refusal, HTTPException: _http, **passing, Exception: _fault}
    app = Starlette(routes=routes(settings, sockets.app), lifespan=lifespan, exception_handlers=handlers)
    return app


def routes(settings: Settings, sockets: ASGIApp) -> list[Route | Mount]:
    """Every route of the front."""
    demo, dist = settings.widget / "demo", settings.widget / "dist"
    shared = {
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": pages.WIDGET_CACHED,
        "Access-Control-Allow-Origin": "*",
    }
    return [
        Route("/api/opening", pages.opening),
        Route("/api/answers", knowledge_api.get_answers),
        Route("/api/topics", knowledge_api.get_topics),
        Route("/api/chat", chat.Chat),
        Route("/api/chat/messages", chat.post_message, methods=["POST"]),
        Route("/api/chat/events", chat.get_events),
        Route("/api/chat/feedback", chat.post_feedback, methods=["POST"]),
        Route("/api/chat/team", team.post_question, methods=["POST"]),
        Route(HEALTH, pages.health),
        Route(READY, pages.ready),
        Route("/openapi.json", pages.openapi),
        Route(security_txt.PATH, security_txt.security_txt),
        Route(page_view.PATH, chat_page.chat_page, methods=["GET", "POST"]),
        Route(page_view.TEAM_PATH, team_page.team_page, methods=["GET", "POST"]),
        Route(team_page.SENT_PATH, team_page.sent_page, methods=["GET", "POST"]),
        Route(plain_page.STYLES_PATH, plain_page.styles),
        Route(check_page.PATH, check_page.check_page),
        Route(check_page.SCRIPT_PATH, check_page.script),
        Route("/", pages.Page(demo, "index.html")),
        *(Route(f"/{language}", pages.Page(demo, f"{language}.html")) for language in DEMO_LANGUAGES),
        Mount("/demo", pages.Files(demo, {"Content-Security-Policy": pages.PAGE})),
        Mount("/widget", pages.Files(dist, shared)),
        Route("/webhooks/rest/", rest.status),
        Route("/webhooks/rest/webhook", rest.webhook, methods=["POST"]),
        Route("/webhooks/{messenger}", Webhook),
        Mount(PATH, sockets),
    ]


def _front(settings: Settings, limits: Limits, transport: Transport | None, budgets: Budgets) -> Front:
    engine = database(settings.database)
    check_keys(engine)
    set_quota(engine, settings.storage_max_bytes)
    store, listeners, keys = Store(engine), Listeners(budgets), Keys(settings.secret, *settings.old_secrets)
    rasa, known = Rasa(settings.rasa, transport), following(live().current)
    connectors = made(settings.messengers, known, settings.public_url, keys)
    messengers = Messengers(connectors, engine, store, known, settings.privacy, settings.messenger_timeout_seconds)
    notice = Notice(settings.notice, known)
    timeout, kept, record = settings.answer_timeout_seconds, settings.kept_seconds, Record(engine, store, known)
    worker = Worker(engine, store, rasa, listeners, keys, known, messengers, notice, record, timeout, kept)
    broadcast = Broadcast(settings.redis, listeners, store, several=engine.dialect.name == "postgresql")
    intake = Intake(engine, keys, limits, budgets, known, messengers, worker)
    parts = (settings, engine, store, rasa, listeners, keys, limits, budgets, worker)
    return Front(*parts, messengers, intake, broadcast, known, notice, record, TeamQuestions(engine))


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - Starlette picks the handler by class
    return refused(error, language_of(request))


async def _http(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (unknown path or method) in our words."""
    assert isinstance(error, HTTPException)  # noqa: S101
    response = refused(RefusedError("not_found" if error.status_code == 404 else "invalid"), language_of(request))
    response.status_code = error.status_code
    response.headers.update(error.headers or {})
    return response


async def _database_fault(request: Request, error: Exception) -> Response:
    """The database is locked, full or away: the log gets a line, the visitor is asked to try again."""
    faults.count(error)
    logger.error("A request was refused: %s.", faults.described(error))
    return refused(RefusedError("unavailable", retry_after=faults.RETRY_SECONDS), language_of(request))


async def _fault(request: Request, _: Exception) -> Response:
    """An unexpected error: the log gets the traceback, the visitor a sentence."""
    metrics.failed("request")
    return refused(RefusedError("unavailable", retry_after=5), language_of(request))
