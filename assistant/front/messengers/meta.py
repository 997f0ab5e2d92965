"""What Meta's messengers share: webhooks, their proof, and the errors of the Graph API.

https://developers.facebook.com/docs/graph-api/webhooks and .../docs/graph-api/guides/error-handling
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from starlette.responses import PlainTextResponse

from assistant.front.messengers.base.connector import Call, Connector, ForgedError, Incoming
from assistant.front.messengers.base.inbound import Arrival, Reading, Receipt
from assistant.front.messengers.base.outcomes import Outcome, Said, Verdict, general_verdict, retry_after

logger = logging.getLogger(__name__)
SIGNATURE_HEADER = "x-hub-signature-256"
Part = tuple[Callable[[Mapping[str, Any]], Reading], Mapping[str, Any]]

# Limits of the app, its page or its number: everybody waits.
LIMITS_OF_ALL = frozenset({4, 17, 32, 613, 80006, 80007, 130429, 131048})
# Limits of one chat, trouble of Meta's own, maintenance of the account.
LATER = frozenset({1, 2, 1200, 131000, 131016, 131056, 131057})
# Token, permissions, account, payment, registration of the number, approval of its name.
MISCONFIGURED = frozenset({0, 3, 10, 190, 368, 131005, 131031, 131037, 131042, 131045, 133010, *range(200, 300)})
# Blocked, gone, not among the test numbers, of a country that is closed, or silent for a day.
UNREACHABLE = frozenset({551, 130497, 131021, 131026, 131030, 131047, 131062})
# The same, said by the subcode of a code that means much else too.
UNREACHABLE_SUBCODES = frozenset({1545041, 2018001, 2018065, 2018108, 2018278})
REFUSED = frozenset({100, 131008, 131009, 131051})
OUTCOMES: Mapping[int, Outcome] = {
    **dict.fromkeys(LIMITS_OF_ALL | LATER, Outcome.LATER),
    **dict.fromkeys(MISCONFIGURED, Outcome.MISCONFIGURED),
    **dict.fromkeys(UNREACHABLE, Outcome.UNREACHABLE),
    **dict.fromkeys(REFUSED, Outcome.REFUSED),
}


class Meta(Connector):
    """A messenger on the Graph API."""

    options: ClassVar[Mapping[str, str]] = {"base_url": "https://graph.facebook.com", "api_version": "v23.0"}
    # An answer is taken for a day after a person wrote; the last minute may pass on the way.
    window_seconds = 86400.0 - 60.0
    gives_receipts = True
    # What its webhooks are about, in Meta's words.
    subject: ClassVar[str]
    # The setting that holds the access token.
    access: ClassVar[str]
    # Codes with subcodes that only the operator can mend, though the code alone says something else.
    for_operator: ClassVar[frozenset[tuple[int, int]]] = frozenset()

    @abstractmethod
    def parts(self, entry: Mapping[str, Any]) -> Iterator[Part]:
        """All that an entry holds, each with the method that reads it."""

    def verify(self, request: Incoming) -> None:
        """The word agreed on where Meta tries the address, else the app's signature of the whole body."""
        if request.method == "GET":
            if request.query.get("hub.mode") != "subscribe":
                raise ForgedError
            self._signed(request.query.get("hub.verify_token"), self._settings["verify_token"])
        else:
            self._signed(request.headers.get(SIGNATURE_HEADER), self._signature(request.body))

    def _signature(self, body: bytes) -> str:
        return "sha256=" + hmac.new(self._settings["app_secret"].encode(), body, hashlib.sha256).hexdigest()

    def read(self, request: Incoming) -> Reading:
        """The challenge, said back; or all of a bundle, where what cannot be read costs nothing but itself."""
        if request.method == "GET":
            return Reading(response=PlainTextResponse(request.query.get("hub.challenge", "")))
        update = json.loads(request.body)
        if update["object"] != self.subject:
            return Reading()
        readings = [self._read_part(*part) for entry in update["entry"] for part in self.parts(entry)]
        arrivals = [arrival for reading in readings for arrival in reading.arrivals]
        receipts = [receipt for reading in readings for receipt in reading.receipts]
        return Reading(tuple(arrivals), tuple(receipts))

    def _read_part(self, reader: Callable[[Mapping[str, Any]], Reading], part: Mapping[str, Any]) -> Reading:
        try:
            return reader(part)
        except (ValueError, LookupError, TypeError, AttributeError):
            logger.warning("%s: a part of a request cannot be read and is passed over.", self.name)
            return Reading()

    def judge(self, said: Said) -> Verdict:
        """By Meta's code, since one status stands for many things."""
        error = said.body.get("error")
        if said.status < 300 or not isinstance(error, Mapping):
            return general_verdict(said)
        outcome = self.outcome(error)
        if outcome is Outcome.LATER:
            whole = _number(error, "code") in LIMITS_OF_ALL
            return Verdict(outcome, retry_after(said.headers), whole=whole, reason=_reason(error))
        return Verdict(outcome, reason=_reason(error)) if outcome else general_verdict(said, reason=_reason(error))

    def outcome(self, error: Mapping[str, Any]) -> Outcome | None:
        """What Meta's error says of a message; None where it is not one that is known."""
        code, subcode = _number(error, "code"), _number(error, "error_subcode")
        if subcode in UNREACHABLE_SUBCODES:
            return Outcome.UNREACHABLE
        if (code, subcode) in self.for_operator:
            return Outcome.MISCONFIGURED
        if error.get("is_transient") is True:
            return Outcome.LATER
        return OUTCOMES.get(code)

    def sample(self) -> Incoming:
        """A request without entries."""
        body = json.dumps({"object": self.subject, "entry": []}).encode()
        headers = {SIGNATURE_HEADER: self._signature(body), "content-type": "application/json"}
        return Incoming("POST", f"{self._public_url}/webhooks/{self.name}", headers, {}, body)

    def _graph(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Call:
        """A call whose token stands in a header, so that no log of addresses holds it."""
        url = f"{self._settings['base_url']}/{self._settings['api_version']}/{path}"
        return Call(method, url, json=body, headers={"Authorization": f"Bearer {self._settings[self.access]}"})


def received(*arrivals: Arrival) -> Reading:
    """A reading of messages alone."""
    return Reading(arrivals)


def confirmed(key: object) -> Reading:
    """A reading of one receipt, where it names a message of ours."""
    return Reading(receipts=(Receipt(key),)) if isinstance(key, str) and key else Reading()


def _number(error: Mapping[str, Any], name: str) -> int:
    """A code; -1 where there is none, since 0 is one."""
    code = error.get(name)
    return code if isinstance(code, int) else -1


def _reason(error: Mapping[str, Any]) -> str:
    """What an operator and Meta's support need; the message is left out, as it may name a person's number."""
    named = {"code": "code", "error_subcode": "subcode", "type": "type", "fbtrace_id": "trace"}
    return ", ".join(f"{told} {error[name]}"[:80] for name, told in named.items() if error.get(name) is not None)
