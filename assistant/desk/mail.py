"""Sends answers by e-mail, through the operator's mail server."""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import Literal, cast, get_args
from urllib.parse import quote, urlencode

from assistant.front.core.parsing import EMAIL

logger = logging.getLogger(__name__)
SERVER, SENDER = "ASSISTANT_DESK_SMTP", "ASSISTANT_DESK_SMTP_FROM"
USER, PASSWORD = "ASSISTANT_DESK_SMTP_USER", "ASSISTANT_DESK_SMTP_PASSWORD"
TIMEOUT_SECONDS = 20.0
# `smtp` is not encrypted, for a mail server on the same machine; `starttls` never goes on without encryption.
Scheme = Literal["smtp", "starttls", "smtps"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
ADDRESS = re.compile(rf"({'|'.join(SCHEMES)})://([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\]):(\d{{1,5}})")


class NotSentError(Exception):
    """The mail server did not take the answer; it may be sent again."""


@dataclass(frozen=True)
class MailServer:
    """A mail server that takes what is to be sent, and the address that it is sent from."""

    scheme: Scheme
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, recipient: str, subject: str, text: str) -> None:
        """Sends a plain text; raises NotSentError. Nobody's address or text gets into the log."""
        message = EmailMessage(SMTP)
        message["From"], message["To"], message["Subject"] = self.sender, recipient, " ".join(subject.split())
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=self.sender.partition("@")[2])
        message.set_content(text)
        try:
            with self._opened() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            logger.error("An answer could not be sent by e-mail (%s).", type(error).__name__)
            raise NotSentError from error

    def _opened(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        if self.scheme == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


def mail_server_in(environment: Mapping[str, str]) -> MailServer | None:
    """The mail server in an environment; None if there is none. Raises ValueError, naming the variable."""
    written, sender = environment.get(SERVER, "").strip(), environment.get(SENDER, "").strip()
    if not written:
        return None
    found = ADDRESS.fullmatch(written)
    if not found or int(found[3]) > 65535:
        raise ValueError(f"{SERVER}: {written!r} is not a mail server; write starttls://mail.example.org:587")
    if not EMAIL.fullmatch(sender):
        raise ValueError(f"{SENDER}: {sender!r} is not an e-mail address; write team@example.org")
    user, password = environment.get(USER, "").strip(), environment.get(PASSWORD, "")
    if user and found[1] == "smtp":
        raise ValueError(f"{SERVER}: smtp:// would send the password unencrypted; write starttls:// or smtps://")
    return MailServer(cast(Scheme, found[1]), found[2].strip("[]"), int(found[3]), sender, user, password)


def mailto(recipient: str, subject: str, text: str) -> str:
    """A link that opens the answer in the mail program of whoever presses it."""
    body = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return f"mailto:{quote(recipient, safe='@')}?{urlencode({'subject': subject, 'body': body}, quote_via=quote)}"
