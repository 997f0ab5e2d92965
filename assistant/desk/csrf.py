"""Forms that only the desk's own pages can send: a token bound to the user, and the browser's word on the sender."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import Headers

from assistant.desk.errors import RefusedError
from assistant.desk.login import User
from assistant.desk.settings import Settings
from assistant.front.web.hosts import same_host

FIELD = "csrf"
# A form left open over night has to be opened again.
MAX_AGE_SECONDS = 12 * 3600
SALT = "assistant.desk.csrf"


class Csrf:
    """Makes and checks the tokens of forms."""

    def __init__(self, settings: Settings) -> None:
        self._serializer = URLSafeTimedSerializer(settings.secret, salt=SALT)

    def token(self, user: User) -> str:
        """A token for the forms that a user is shown."""
        return self._serializer.dumps(user.name)

    def check(self, token: str, user: User, headers: Headers) -> None:
        """Raises RefusedError unless a form was sent by one of our pages, shown to the same user."""
        if not _from_our_pages(headers):
            raise RefusedError(403, "foreign_form")
        try:
            owner = self._serializer.loads(token, max_age=MAX_AGE_SECONDS)
        except BadData:
            raise RefusedError(403, "old_form") from None
        if owner != user.name:
            raise RefusedError(403, "old_form")


def _from_our_pages(headers: Headers) -> bool:
    """Whether the browser says that one of our pages sent the request; every browser names the origin of a form."""
    origins, hosts = headers.getlist("origin"), headers.getlist("host")
    if len(origins) != 1 or len(hosts) != 1 or not same_host(origins[0].lower(), hosts[0].lower()):
        return False
    return headers.get("sec-fetch-site", "same-origin") == "same-origin"
