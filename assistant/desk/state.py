"""What every page of the desk has at hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.engine import Engine
from starlette.requests import HTTPConnection, Request

from assistant.core.languages import Language
from assistant.desk.csrf import Csrf
from assistant.desk.forms import Form
from assistant.desk.login import User
from assistant.desk.repository import Repository
from assistant.desk.settings import Settings
from assistant.knowledge import KnowledgeBase
from assistant.knowledge.live import Live


@dataclass(frozen=True)
class Desk:
    """The parts that all pages share."""

    settings: Settings
    repository: Repository
    csrf: Csrf
    # The front's database; None if visitors' words are kept nowhere.
    engine: Engine | None

    def knowledge(self) -> KnowledgeBase:
        """The knowledge as it is saved here; raises KnowledgeError if it cannot be read."""
        return self._live.current()

    def refresh(self) -> None:
        """Takes over what has just been saved, so that the next page shows it."""
        self._live.refresh()

    @cached_property
    def _live(self) -> Live:
        return Live(self.repository.folder / "knowledge", self.settings.withdrawn)


def desk_of(request: HTTPConnection) -> Desk:
    """The desk that answers a request."""
    desk: Desk = request.app.state.desk
    return desk


def user_of(request: HTTPConnection) -> User:
    """Who sends a request."""
    user: User = request.state.user
    return user


def language_of(request: HTTPConnection) -> Language:
    """The language in which a request is answered."""
    language: Language = request.state.language
    return language


def form_of(request: Request) -> Form:
    """The form in a request; its token has been checked."""
    form: Form = request.state.form
    return form
