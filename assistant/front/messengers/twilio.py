"""SMS and WhatsApp through Twilio (https://www.twilio.com/docs/messaging)."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import ImmutableMultiDict
from starlette.responses import Response
from twilio.request_validator import RequestValidator

from assistant.front.messengers.base import sms_segments
from assistant.front.messengers.base.connector import Call, Connector, ForgedError, WebhookRequest
from assistant.front.messengers.base.inbound import CAPTION, InboundMessage, Reading, Receipt
from assistant.front.messengers.base.layout import Bubble, option_of
from assistant.front.messengers.base.outcomes import ApiResponse, CallResult, Outcome, result_from_status, retry_after

logger = logging.getLogger(__name__)
SIGNATURE_HEADER = "x-twilio-signature"
WHATSAPP = "whatsapp:"
SEPARATOR = ">"
EMPTY_RESPONSE = "<Response/>"
# No message has more fields than this.
MAX_FIELDS = 500
# WhatsApp's pictures have other types.
STICKER = "image/webp"
# What telephones make of a reaction where the network knows texts only: whose words come last, in quotation marks.
TAPBACK = re.compile(
    r"(?:(?:Liked|Loved|Disliked|Laughed at|Emphasi[sz]ed|Questioned|Removed an? [\w ]+ from)|"
    r"(?:Reacted |Removed )?[^\w\s“”\"]{1,8}(?: to| from)) [“\"].*[”\"]",
    re.DOTALL,
)
FAILED_STATUSES = ("failed", "undelivered", "canceled")

# See https://www.twilio.com/docs/api/errors. The first two concern the whole account.
ACCOUNT_LATER = frozenset((20429, 63038))
LATER = frozenset((14107, 21611, 63018))
MISCONFIGURED = frozenset((20003, 20005, 20404, 21212, 21603, 21606, 21608, 21609, 21659, 21660, 21703, 63007))
UNREACHABLE = frozenset((21211, 21214, 21408, 21610, 21612, 21614, 63003, 63015, 63016, 63024))


class Twilio(Connector):
    """Numbers that users write to; a recipient is `their number>ours`, so that answers come from the same number."""

    name = "twilio"
    secrets = ("account_sid", "auth_token")
    options: ClassVar[Mapping[str, str]] = {
        "base_url": "https://api.twilio.com",
        "api_version": "2010-04-01",
        "messaging_service_sid": "",
    }
    # Ten segments, for WhatsApp as well; never more characters than the 1,600 that Twilio accepts.
    max_length = sms_segments.MAX_SEPTETS
    max_length_with_options = sms_segments.MAX_SEPTETS

    @property
    def gives_receipts(self) -> bool:  # type: ignore[override]
        """Only if Twilio can be given an address to call."""
        return bool(self._public_url)

    def verify(self, request: WebhookRequest) -> None:
        """Checks Twilio's signature over the public URL and all fields."""
        signature = request.headers.get(SIGNATURE_HEADER, "")
        try:
            fields = ImmutableMultiDict(_fields(request.body))
            proven = RequestValidator(self._settings["auth_token"]).validate(request.url, fields, signature)
        except ValueError:
            raise ForgedError from None
        if not proven:
            raise ForgedError

    def read(self, request: WebhookRequest) -> Reading:
        """Reads one message, or the status of one of ours."""
        fields = {**request.query, **dict(_fields(request.body))}
        if "key" in request.query or fields.get("MessageStatus", "received") != "received":
            return _status(request.query.get("key"), fields)
        response = Response(EMPTY_RESPONSE, media_type="text/xml")
        if fields.get("AccountSid", self._settings["account_sid"]) != self._settings["account_sid"]:
            return Reading(astray=1, response=response)
        if fields.get("OptOutType"):
            # STOP, START or HELP, which Twilio answers itself.
            return Reading(response=response)
        return Reading(_written(fields), response=response)

    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:
        """Creates a message; `StatusCallback` brings its key back."""
        theirs, _, ours = recipient.partition(SEPARATOR)
        form = {"To": theirs, "From": ours, "Body": bubble.text}
        if not theirs.startswith(WHATSAPP):
            # Typographic quotes would double the number of segments.
            form["SmartEncoded"] = "true"
        if self._settings["messaging_service_sid"]:
            form["MessagingServiceSid"] = self._settings["messaging_service_sid"]
        if self._public_url:
            form["StatusCallback"] = f"{self._public_url}/webhooks/{self.name}?{urlencode({'key': key})}"
        account, secret = self._settings["account_sid"], self._settings["auth_token"]
        address = f"{self._settings['base_url']}/{self._settings['api_version']}/Accounts/{account}/Messages.json"
        return Call("POST", address, form=form, auth=(account, secret))

    def measure(self, text: str) -> int:
        """A text's length as SMS segments count it."""
        return sms_segments.sms_length(text)

    def interpret(self, response: ApiResponse) -> CallResult:
        """Goes by Twilio's code, else by the status; ignores its message, which may contain the number."""
        code = response.body.get("code")
        reason = f"error {code}" if isinstance(code, int) else ""
        if response.status < 300:
            return CallResult(Outcome.ACCEPTED)
        if response.status == 429 or code in ACCOUNT_LATER:
            return CallResult(Outcome.LATER, retry_after(response.headers), affects_all_chats=True, reason=reason)
        if code in LATER:
            return CallResult(Outcome.LATER, retry_after(response.headers), reason=reason)
        if code in MISCONFIGURED or response.status == 404:
            # The URL contains the account, so there is no such account.
            return CallResult(Outcome.MISCONFIGURED, reason=reason)
        if code in UNREACHABLE:
            return CallResult(Outcome.UNREACHABLE, reason=reason)
        return result_from_status(response, reason=reason)

    def sample(self) -> WebhookRequest:
        """The status of a message that is not ours."""
        url = f"{self._public_url}/webhooks/{self.name}"
        fields = {"MessageSid": "", "MessageStatus": "sent"}
        signature = RequestValidator(self._settings["auth_token"]).compute_signature(url, fields)
        headers = {"content-type": "application/x-www-form-urlencoded", SIGNATURE_HEADER: signature}
        return WebhookRequest("POST", url, headers, {}, urlencode(fields).encode())


def _fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form, including empty ones, which are signed too; raises ValueError if it is not a form."""
    return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)


def _status(key: str | None, fields: Mapping[str, str]) -> Reading:
    """A receipt, unless delivery failed."""
    if fields.get("MessageStatus") in FAILED_STATUSES:
        code = fields.get("ErrorCode", "")
        logger.warning("twilio did not deliver a message: error %s.", code if code.isdigit() else "unknown")
        return Reading()
    return Reading(receipts=(Receipt(key),) if key else ())


def _written(fields: Mapping[str, str]) -> tuple[InboundMessage, ...]:
    """The message as one or two: an attachment or a location, and its accompanying text."""
    id_, recipient = fields["MessageSid"], f"{fields['From']}{SEPARATOR}{fields['To']}"
    option = option_of(fields.get("ButtonPayload") or fields.get("ListId"))
    if option:
        return (InboundMessage(id_, recipient, option=option),)
    text = fields.get("Body") or fields.get("ButtonText") or fields.get("ListTitle") or ""
    if not recipient.startswith(WHATSAPP) and TAPBACK.fullmatch(text.strip()):
        return ()
    if recipient.startswith(WHATSAPP) and fields.get("MediaContentType0") == STICKER and not text.strip():
        return (InboundMessage(id_, recipient, kind="sticker"),)
    if fields.get("NumMedia", "0") not in ("", "0") or fields.get("Latitude"):
        extra = [InboundMessage(f"{id_}{CAPTION}", recipient, text=text)] if text.strip() else []
        return (InboundMessage(id_, recipient, kind="media"), *extra)
    return (InboundMessage(id_, recipient, text=text),)
