"""Forms that only the desk's own pages can send: a token bound to the user, and the browser's word on the sender."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import Headers

from assistant.desk.errors import RefusedError
from assistant.desk.login import User
from assistant.desk.settings import Settings
from assistant.front.web.hosts import from_own_page

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
        if not from_own_page(headers):
            raise RefusedError(403, "foreign_form")
        try:
            owner = self._serializer.loads(token, max_age=MAX_AGE_SECONDS)
        except BadData:
            raise RefusedError(403, "old_form") from None
        if owner != user.name:
            raise RefusedError(403, "old_form")
