"""Who is at the desk: the name that the login proxy sends, believed only if the proxy proves itself."""

from __future__ import annotations

import hmac
import logging
import re
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from assistant.desk.settings import Settings
from assistant.front.server.proxies import TrustedProxies

SECRET_HEADER = "X-Desk-Secret"  # noqa: S105 - the header's name
# Nothing that git would read as more than a name, or strip from it.
NAME = re.compile(r"\w(?:[\w .@'’+-]{0,97}[\w+-])?")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class User:
    """Somebody who has logged in: the name, and the e-mail address under which commits are made."""

    name: str
    email: str


class Login:
    """Knows the login proxy."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._proxies = TrustedProxies(settings.proxies)

    def user(self, scope: Scope) -> User | None:
        """Who sends a request; None unless it comes from the proxy and names exactly one person."""
        client, headers = scope.get("client"), Headers(scope=scope)
        if not client or client[0] not in self._proxies:
            logger.warning("Refused a request from %s, which is none of ASSISTANT_DESK_PROXIES.", client and client[0])
            return None
        proofs, names = headers.getlist(SECRET_HEADER), headers.getlist(self._settings.user_header)
        if len(proofs) != 1 or not hmac.compare_digest(proofs[0].encode(), self._settings.secret.encode()):
            logger.warning("Refused a request without the desk's secret in %s.", SECRET_HEADER)
            return None
        name = _text(names[0]).strip() if len(names) == 1 else ""
        if not NAME.fullmatch(name):
            logger.warning("Refused a request that names nobody in %s.", self._settings.user_header)
            return None
        return User(name, name if "@" in name else f"{_mailbox(name)}@{self._settings.mail_domain}")


def _text(header: str) -> str:
    """A header as its sender wrote it; proxies send UTF-8, which is read as Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _mailbox(name: str) -> str:
    return re.sub(r"[^a-z0-9.-]+", ".", name.lower()).strip(".") or "desk"
