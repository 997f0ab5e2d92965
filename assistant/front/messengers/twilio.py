"""SMS and WhatsApp by Twilio (https://www.twilio.com/docs/messaging)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import ImmutableMultiDict
from starlette.responses import Response
from twilio.request_validator import RequestValidator

from assistant.front.messengers.base import sms_segments
from assistant.front.messengers.base.connector import Call, Connector, ForgedError, Incoming
from assistant.front.messengers.base.inbound import Arrival, Reading, Receipt
from assistant.front.messengers.base.layout import Bubble, option_of
from assistant.front.messengers.base.outcomes import Outcome, Said, Verdict, general_verdict, retry_after

logger = logging.getLogger(__name__)
SIGNATURE_HEADER = "x-twilio-signature"
WHATSAPP = "whatsapp:"
BETWEEN = ">"
NO_ANSWER = "<Response/>"
# More fields than this no message has.
MOST_FIELDS = 500
NOT_TAKEN = ("failed", "undelivered", "canceled")

# By what https://www.twilio.com/docs/api/errors says of them. The first two concern the whole account.
ACCOUNT_LATER = frozenset((20429, 63038))
LATER = frozenset((14107, 21611, 63018))
MISCONFIGURED = frozenset((20003, 20005, 20404, 21212, 21603, 21606, 21608, 21609, 21659, 21660, 21703, 63007))
UNREACHABLE = frozenset((21211, 21214, 21408, 21610, 21612, 21614, 63003, 63015, 63016, 63024))


class Twilio(Connector):
    """Numbers that people write to; a recipient is `their number>ours`, so that the number written to answers."""

    name = "twilio"
    secrets = ("account_sid", "auth_token")
    options: ClassVar[Mapping[str, str]] = {
        "base_url": "https://api.twilio.com",
        "api_version": "2010-04-01",
        "messaging_service_sid": "",
    }
    # Ten segments, also for WhatsApp; in characters never more than the 1,600 that Twilio takes.
    longest = sms_segments.LONGEST
    longest_with_options = sms_segments.LONGEST

    @property
    def gives_receipts(self) -> bool:  # type: ignore[override]
        """Only where Twilio can be told whom to call."""
        return bool(self._public_url)

    def verify(self, request: Incoming) -> None:
        """Twilio's signature over the public address and all fields."""
        signature = request.headers.get(SIGNATURE_HEADER, "")
        try:
            fields = ImmutableMultiDict(_fields(request.body))
            proven = RequestValidator(self._settings["auth_token"]).validate(request.url, fields, signature)
        except ValueError:
            raise ForgedError from None
        if not proven:
            raise ForgedError

    def read(self, request: Incoming) -> Reading:
        """One message, or word of what became of one of ours."""
        fields = {**request.query, **dict(_fields(request.body))}
        if "key" in request.query or fields.get("MessageStatus", "received") != "received":
            return _status(request.query.get("key"), fields)
        answer = Response(NO_ANSWER, media_type="text/xml")
        if fields.get("OptOutType"):
            # STOP, START or HELP: Twilio answered it.
            return Reading(response=answer)
        return Reading(_written(fields), response=answer)

    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:
        """A message resource; `StatusCallback` brings the key back."""
        theirs, _, ours = recipient.partition(BETWEEN)
        form = {"To": theirs, "From": ours, "Body": bubble.text}
        if not theirs.startswith(WHATSAPP):
            # Typographic quotes would make every SMS twice as many.
            form["SmartEncoded"] = "true"
        if self._settings["messaging_service_sid"]:
            form["MessagingServiceSid"] = self._settings["messaging_service_sid"]
        if self._public_url:
            form["StatusCallback"] = f"{self._public_url}/webhooks/{self.name}?{urlencode({'key': key})}"
        account, secret = self._settings["account_sid"], self._settings["auth_token"]
        address = f"{self._settings['base_url']}/{self._settings['api_version']}/Accounts/{account}/Messages.json"
        return Call("POST", address, form=form, auth=(account, secret))

    def measure(self, text: str) -> int:
        """As SMS count it."""
        return sms_segments.places(text)

    def judge(self, said: Said) -> Verdict:
        """By Twilio's code, else by status; its sentence is not kept, since it may tell the number."""
        code = said.body.get("code")
        reason = f"error {code}" if isinstance(code, int) else ""
        if said.status < 300:
            return Verdict(Outcome.TAKEN)
        if said.status == 429 or code in ACCOUNT_LATER:
            return Verdict(Outcome.LATER, retry_after(said.headers), whole=True, reason=reason)
        if code in LATER:
            return Verdict(Outcome.LATER, retry_after(said.headers), reason=reason)
        if code in MISCONFIGURED or said.status == 404:
            # The address holds the account: no such one.
            return Verdict(Outcome.MISCONFIGURED, reason=reason)
        if code in UNREACHABLE:
            return Verdict(Outcome.UNREACHABLE, reason=reason)
        return general_verdict(said, reason=reason)

    def sample(self) -> Incoming:
        """Word of a message that is none of ours."""
        url = f"{self._public_url}/webhooks/{self.name}"
        fields = {"MessageSid": "", "MessageStatus": "sent"}
        signature = RequestValidator(self._settings["auth_token"]).compute_signature(url, fields)
        headers = {"content-type": "application/x-www-form-urlencoded", SIGNATURE_HEADER: signature}
        return Incoming("POST", url, headers, {}, urlencode(fields).encode())


def _fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form, also empty ones, which are signed as well; raises ValueError where it is none."""
    return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)


def _status(key: str | None, fields: Mapping[str, str]) -> Reading:
    """A receipt, unless Twilio could not do what it was asked to."""
    if fields.get("MessageStatus") in NOT_TAKEN:
        code = fields.get("ErrorCode", "")
        logger.warning("twilio did not deliver a message: error %s.", code if code.isdigit() else "unknown")
        return Reading()
    return Reading(receipts=(Receipt(key),) if key else ())


def _written(fields: Mapping[str, str]) -> tuple[Arrival, ...]:
    """The message, in one or two: a picture or a place, and what is written beside it."""
    id_, recipient = fields["MessageSid"], f"{fields['From']}{BETWEEN}{fields['To']}"
    option = option_of(fields.get("ButtonPayload") or fields.get("ListId"))
    if option:
        return (Arrival(id_, recipient, option=option),)
    text = fields.get("Body") or fields.get("ButtonText") or fields.get("ListTitle") or ""
    if fields.get("NumMedia", "0") not in ("", "0") or fields.get("Latitude"):
        beside = [Arrival(f"{id_}:text", recipient, text=text)] if text.strip() else []
        return (Arrival(id_, recipient, kind="media"), *beside)
    return (Arrival(id_, recipient, text=text),)
