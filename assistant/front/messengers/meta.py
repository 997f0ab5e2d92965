"""What Meta's messengers share: webhooks, their signatures, and the errors of the Graph API.

https://developers.facebook.com/docs/graph-api/webhooks and .../docs/graph-api/guides/error-handling
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from starlette.responses import PlainTextResponse, Response

from assistant.front.messengers.base.connector import Call, Connector, ForgedError, WebhookRequest
from assistant.front.messengers.base.inbound import UNREADABLE, InboundMessage, Payload, Reading, Receipt
from assistant.front.messengers.base.outcomes import ApiResponse, CallResult, Outcome, result_from_status, retry_after

logger = logging.getLogger(__name__)
SIGNATURE_HEADER = "x-hub-signature-256"
Item = tuple[Callable[[Payload], Reading], Payload]

# Limits of the app, its page or its number: everyone must wait.
SHARED_LIMITS = frozenset({4, 17, 32, 613, 80006, 80007, 130429, 131048})
# Limits of one chat, problems at Meta, maintenance of the account.
LATER = frozenset({1, 2, 1200, 131000, 131016, 131056, 131057})
# Token, permissions, account, payment, registration of the number, approval of its name.
MISCONFIGURED = frozenset({0, 3, 10, 190, 368, 131005, 131031, 131037, 131042, 131045, 133010, *range(200, 300)})
# Blocked us, deleted, not a test number, in a restricted country, or silent for a day.
UNREACHABLE = frozenset({551, 130497, 131021, 131026, 131030, 131047, 131062})
# The same, as subcodes of codes that can mean many other things.
UNREACHABLE_SUBCODES = frozenset({1545041, 2018001, 2018065, 2018108, 2018278})
REFUSED = frozenset({100, 131008, 131009, 131051})
OUTCOMES: Mapping[int, Outcome] = {
    **dict.fromkeys(SHARED_LIMITS | LATER, Outcome.LATER),
    **dict.fromkeys(MISCONFIGURED, Outcome.MISCONFIGURED),
    **dict.fromkeys(UNREACHABLE, Outcome.UNREACHABLE),
    **dict.fromkeys(REFUSED, Outcome.REFUSED),
}


class Meta(Connector):
    """A messenger on the Graph API."""

    options: ClassVar[Mapping[str, str]] = {"base_url": "https://graph.facebook.com", "api_version": "v23.0"}
    # Answers are accepted for a day after the user wrote; the last minute may pass in transit.
    window_seconds = 86400.0 - 60.0
    gives_receipts = True
    # The `object` of its webhooks.
    subject: ClassVar[str]
    # The setting that holds the access token.
    access: ClassVar[str]
    # Pairs of code and subcode that the operator must act on, although the code alone means something else.
    operator_errors: ClassVar[frozenset[tuple[int, int]]] = frozenset()

    @abstractmethod
    def items(self, entry: Payload) -> Iterator[Item]:
        """Everything in an entry, each item with the method that reads it."""

    def verify(self, request: WebhookRequest) -> None:
        """Checks the agreed token if Meta is verifying the address, else the app's signature of the body."""
        if request.method == "GET":
            if request.query.get("hub.mode") != "subscribe":
                raise ForgedError
            self._signed(request.query.get("hub.verify_token"), self._settings["verify_token"])
        else:
            self._signed(request.headers.get(SIGNATURE_HEADER), self._signature(request.body))

    def _signature(self, body: bytes) -> str:
        return "sha256=" + hmac.new(self._settings["app_secret"].encode(), body, hashlib.sha256).hexdigest()

    def read(self, request: WebhookRequest) -> Reading:
        """Echoes the challenge, or reads a whole batch, skipping items that cannot be read."""
        if request.method == "GET":
            return Reading(response=PlainTextResponse(request.query.get("hub.challenge", "")))
        update = json.loads(request.body)
        if update["object"] != self.subject:
            return Reading()
        readings = [self._read_item(*item) for entry in update["entry"] for item in self._items(entry)]
        messages = [inbound for reading in readings for inbound in reading.messages]
        receipts = [receipt for reading in readings for receipt in reading.receipts]
        return Reading(tuple(messages), tuple(receipts), astray=sum(reading.astray for reading in readings))

    def _items(self, entry: Payload) -> Iterator[Item]:
        """The items of an entry, as far as it can be read."""
        try:
            yield from self.items(entry)
        except UNREADABLE:
            logger.warning("%s: skipped an unreadable entry of a request.", self.name)

    def response_to(self, request: WebhookRequest) -> Response | None:
        """The challenge; a batch needs no more than an acknowledgement, so it is not read for that."""
        return super().response_to(request) if request.method == "GET" else None

    def _read_item(self, reader: Callable[[Payload], Reading], item: Payload) -> Reading:
        try:
            return reader(item)
        except UNREADABLE:
            logger.warning("%s: skipped an unreadable item of a request.", self.name)
            return Reading()

    def interpret(self, response: ApiResponse) -> CallResult:
        """Goes by Meta's error code, since one status can mean many things."""
        error = response.body.get("error")
        if response.status < 300 or not isinstance(error, Mapping):
            return result_from_status(response)
        outcome, reason = self.outcome(error), _reason(error)
        if outcome is Outcome.LATER:
            shared = _number(error, "code") in SHARED_LIMITS
            return CallResult(outcome, retry_after(response.headers), affects_all_chats=shared, reason=reason)
        return CallResult(outcome, reason=reason) if outcome else result_from_status(response, reason=reason)

    def outcome(self, error: Payload) -> Outcome | None:
        """What Meta's error means for a message; None if it is unknown."""
        code, subcode = _number(error, "code"), _number(error, "error_subcode")
        if subcode in UNREACHABLE_SUBCODES:
            return Outcome.UNREACHABLE
        if (code, subcode) in self.operator_errors:
            return Outcome.MISCONFIGURED
        if error.get("is_transient") is True:
            return Outcome.LATER
        return OUTCOMES.get(code)

    def sample(self) -> WebhookRequest:
        """A request without entries."""
        body = json.dumps({"object": self.subject, "entry": []}).encode()
        headers = {SIGNATURE_HEADER: self._signature(body), "content-type": "application/json"}
        return WebhookRequest("POST", f"{self._public_url}/webhooks/{self.name}", headers, {}, body)

    def _graph(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Call:
        """A call with its token in a header, so that logs of URLs do not contain it."""
        url = f"{self._settings['base_url']}/{self._settings['api_version']}/{path}"
        return Call(method, url, json=body, headers={"Authorization": f"Bearer {self._settings[self.access]}"})


def received(*messages: InboundMessage) -> Reading:
    """A reading of messages alone."""
    return Reading(messages)


def confirmed(key: object) -> Reading:
    """A reading of one receipt, if there is a key."""
    return Reading(receipts=(Receipt(key),)) if isinstance(key, str) and key else Reading()


def _number(error: Payload, name: str) -> int:
    """An error code; -1 if there is none, since 0 is a valid code."""
    code = error.get(name)
    return code if isinstance(code, int) else -1


def _reason(error: Payload) -> str:
    """What operators and Meta's support need; omits the message, which may contain a user's number."""
    labels = {"code": "code", "error_subcode": "subcode", "type": "type", "fbtrace_id": "trace"}
    return ", ".join(f"{label} {error[name]}"[:80] for name, label in labels.items() if error.get(name) is not None)
