"""Assembles the desk from its pages.

A page is a module in `pages/`. It offers `routes`, a list of Starlette's routes, and may offer `MENU`, its place in
the menu. Its handlers may be plain functions: they run in threads. Its words are a file in `texts/`.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from types import ModuleType

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from assistant.desk import pages
from assistant.desk.csrf import Csrf
from assistant.desk.errors import ChangedError, RefusedError
from assistant.desk.login import Login
from assistant.desk.middleware import CheckedForms, InLanguage, SafeHeaders, SignedIn
from assistant.desk.repository import GitError, Repository
from assistant.desk.settings import Settings
from assistant.desk.state import Desk
from assistant.desk.view import STATIC_ROUTE, Parts, changed_page, error_page
from assistant.front.store.schema import database
from assistant.knowledge import KnowledgeError

logger = logging.getLogger(__name__)
OF_STATUS = {404: "not_found", 405: "not_allowed"}


def application(settings: Settings) -> ASGIApp:
    """The whole desk; raises SQLAlchemyError or NewerSchemaError if the front's database cannot be opened."""
    modules = page_modules()
    csrf = Csrf(settings)
    engine = database(settings.database) if settings.database else None
    repository = Repository(settings.root, settings.branch, settings.folder)
    # Within Starlette, so that what they refuse is shown on a page too.
    middleware = [Middleware(SignedIn, Login(settings)), Middleware(InLanguage), Middleware(CheckedForms, csrf)]
    app = Starlette(
        routes=[STATIC_ROUTE, *(route for module in modules for route in routes_of(module))],
        middleware=middleware,
        exception_handlers={
            RefusedError: _refused,
            ChangedError: _changed,
            KnowledgeError: _not_in_order,
            SQLAlchemyError: _no_database,
            GitError: _no_git,
            HTTPException: _http,
            Exception: _fault,
        },
    )
    menu = [module.MENU for module in modules if hasattr(module, "MENU")]
    app.state.parts = Parts(tuple(sorted(menu, key=lambda each: each.rank)), csrf)
    app.state.desk = Desk(settings, repository, csrf, engine)
    return SafeHeaders(app)


def page_modules() -> list[ModuleType]:
    """The modules of all pages."""
    found = pkgutil.iter_modules(pages.__path__)
    return [importlib.import_module(f"{pages.__name__}.{each.name}") for each in found]


def routes_of(module: ModuleType) -> list[Route]:
    """The routes of a page."""
    routes: list[Route] = getattr(module, "routes", [])
    return routes


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - Starlette picks the handler by class
    return error_page(request, error)


async def _changed(request: Request, error: Exception) -> Response:
    assert isinstance(error, ChangedError)  # noqa: S101
    return changed_page(request, error)


async def _not_in_order(request: Request, error: Exception) -> Response:
    """The knowledge cannot be read, since somebody has edited it outside these pages."""
    logger.error("The knowledge cannot be read: %s", error)
    return error_page(request, RefusedError(503, "not_in_order", found=str(error)))


async def _no_database(request: Request, error: Exception) -> Response:
    logger.error("The front's database does not answer (%s).", type(error).__name__)
    return error_page(request, RefusedError(503, "no_database"))


async def _no_git(request: Request, error: Exception) -> Response:
    """There is no checkout here, or git refuses to read it."""
    logger.error("The checkout cannot be used: %s", error)
    return error_page(request, RefusedError(503, "no_git"))


async def _http(request: Request, error: Exception) -> Response:
    """Starlette's own refusals in our words."""
    assert isinstance(error, HTTPException)  # noqa: S101
    return error_page(request, RefusedError(error.status_code, OF_STATUS.get(error.status_code, "fault")))


async def _fault(request: Request, _: Exception) -> Response:
    """A fault of ours; uvicorn logs it."""
    return error_page(request, RefusedError(500, "fault"))
