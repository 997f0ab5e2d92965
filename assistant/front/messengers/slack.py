"""Slack, through its Events API, interactive messages and Web API (https://docs.slack.dev)."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import ClassVar
from urllib.parse import parse_qsl

from slack_sdk.signature import SignatureVerifier
from starlette.responses import JSONResponse

from assistant.core.languages import LANGUAGES
from assistant.front.messengers.base.connector import Call, Connector, ForgedError, WebhookRequest
from assistant.front.messengers.base.gestures import without_short_codes
from assistant.front.messengers.base.inbound import (
    CAPTION,
    Common,
    InboundMessage,
    Payload,
    Reading,
    Receipt,
    in_thread,
    thread_of,
)
from assistant.front.messengers.base.layout import Bubble, all_fit, numbered, option_of, utf16_length
from assistant.front.messengers.base.outcomes import ApiResponse, CallResult, Outcome, result_from_status, retry_after

STAMP_HEADER, SIGNATURE_HEADER = "x-slack-request-timestamp", "x-slack-signature"
# A button may have 75 characters, but Slack may show only 30; longer options go into the text, with numbers on buttons.
MAX_BUTTON_LENGTH, MAX_BUTTONS = 30, 25
OPTIONS_FOR = "options."
# The values of `subtype` for what users write: text, text also sent to the channel, files, `/me`.
BY_PEOPLE = (None, "thread_broadcast", "file_share", "me_message")
# Slack's markup for users, channels, groups and links, with a label after the bar.
MARKUP = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
DELETE = "/delete"

LATER = frozenset(
    ["ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"]
)
MISCONFIGURED = frozenset(
    [
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "access_denied",
        "accesslimited",
        "ekm_access_denied",
        "org_login_required",
        "team_access_not_granted",
        "two_factor_setup_required",
        "enterprise_is_restricted",
    ]
)
UNREACHABLE = frozenset(
    [
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "user_not_found",
        "user_disabled",
        "user_not_visible",
        "cannot_dm_bot",
        "messages_tab_disabled",
        "thread_not_found",
        "cannot_reply_to_message",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
    ]
)


class Slack(Connector):
    """An app that users write to in private, or mention in a channel, where it answers in the thread.

    A recipient is `channel/user/thread`, with no thread in private; two users in one channel are two chats. What a user
    writes in private is one chat, whether in threads or not, and each answer goes where its question was.
    """

    name = "slack"
    secrets = ("bot_token", "signing_secret")
    options: ClassVar[Mapping[str, str]] = {"base_url": "https://slack.com/api", "team_id": ""}
    addressee = "workspace"
    # The limit of a section block.
    max_length = 3000
    max_length_with_options = 3000
    # In private, Slack sends an app its own messages back.
    gives_receipts = True
    headers_read = ("content-type", STAMP_HEADER)

    def verify(self, request: WebhookRequest) -> None:
        """Checks Slack's signature over the body and a time at most five minutes ago."""
        stamp, signature = request.headers.get(STAMP_HEADER), request.headers.get(SIGNATURE_HEADER)
        try:
            proven = SignatureVerifier(self._settings["signing_secret"]).is_valid(request.body, stamp, signature)
        except (ValueError, TypeError, OverflowError):
            # The time is not a number, or the body or signature is not text.
            raise ForgedError from None
        if not proven:
            raise ForgedError

    def read(self, request: WebhookRequest) -> Reading:
        """Reads an event, a button that was pressed, or a command; each has its own format."""
        if "json" in request.headers.get("content-type", ""):
            return self._event(json.loads(request.body))
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        if "payload" in form:
            payload = json.loads(form["payload"])
            return _picked(payload) if self._is_ours((payload.get("team") or {}).get("id")) else Reading(astray=1)
        if not self._is_ours(form.get("team_id")):
            return Reading(astray=1)
        return self._command(form, float(request.headers[STAMP_HEADER]))

    def _event(self, body: Payload) -> Reading:
        if body["type"] == "url_verification":
            return Reading(response=JSONResponse({"challenge": body["challenge"]}))
        installed = next(iter(body.get("authorizations") or ()), body)
        if not self._is_ours(installed.get("team_id")):
            return Reading(astray=1)
        event = body.get("event") or {}
        kind, private = event.get("type"), event.get("channel_type") == "im"
        if event.get("bot_id"):
            return Reading(receipts=_own(event))
        if kind == "message" and private and event.get("subtype") == "message_changed":
            return Reading(_edited(event, body["event_id"]))
        is_message = kind == "app_mention" or (kind == "message" and private)
        if not is_message or event.get("subtype") not in BY_PEOPLE or not event.get("user"):
            return Reading()
        return Reading(_written(event))

    def _is_ours(self, team: object) -> bool:
        """Whether a request is of the workspace that is set up, as far as it and the request name one."""
        return not self._settings["team_id"] or team in (None, self._settings["team_id"])

    def _command(self, form: Mapping[str, str], at: float) -> Reading:
        """Treats `/delete`, with any suffix, as a message; in a channel, replies with where to send it instead."""
        if not form.get("command", "").startswith(DELETE):
            return Reading()
        if not _is_private(form["channel_id"]):
            # The command says neither which thread it came from nor the user's language.
            text = "\n".join(self._knowledge.phrase("messenger_slack_command", one) for one in LANGUAGES)
            return Reading(response=JSONResponse({"response_type": "ephemeral", "text": text}))
        recipient = _recipient(form["channel_id"], form["user_id"])
        return Reading((InboundMessage(f"command:{form['trigger_id']}", recipient, text=DELETE, sent_at=at),))

    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:
        """`chat.postMessage` with a section, whose id is the key, and buttons; `text` is for notifications."""
        channel, user, thread = recipient.split("/")
        actions = [self._actions(bubble, user)] if bubble.options else []
        if actions and not self._all_fit(bubble):
            bubble = numbered(bubble, self._knowledge, ask=False)
        text = escaped(bubble.text)
        section = {"type": "section", "block_id": key, "text": {"type": "mrkdwn", "text": text}}
        body: dict[str, object] = {"channel": channel, "text": text, "blocks": [section, *actions]}
        body.update(unfurl_links=False, unfurl_media=False)
        if thread := thread or thread_of(bubble.answers):
            body["thread_ts"] = thread
        return Call("POST", self._method("chat.postMessage"), json=body, headers=self._headers("application/json"))

    def _actions(self, bubble: Bubble, user: str) -> dict[str, object]:
        """A button for each question, all with numbers if any is too long; they belong to one user."""
        short = self._all_fit(bubble)
        buttons = [
            {
                "type": "button",
                "action_id": option.token,
                "value": option.token,
                "text": {"type": "plain_text", "text": option.title if short else str(number), "emoji": False},
            }
            for number, option in enumerate(bubble.options, start=1)
        ]
        return {"type": "actions", "block_id": f"{OPTIONS_FOR}{user}", "elements": buttons}

    @staticmethod
    def _all_fit(bubble: Bubble) -> bool:
        return all_fit(bubble.options, MAX_BUTTONS, MAX_BUTTON_LENGTH)

    def supports(self, bubble: Bubble) -> bool:
        """Up to 25 options, if their questions fit in the text."""
        whole = numbered(bubble, self._knowledge, ask=False).text
        return len(bubble.options) <= MAX_BUTTONS and self.measure(whole) <= self.max_length

    def measure(self, text: str) -> int:
        """A text's length as it is sent, with `&` as `&amp;`."""
        return utf16_length(escaped(text))

    def interpret(self, response: ApiResponse) -> CallResult:
        """Goes by the error in the body, which comes with status 200, or for 429 by the header."""
        error = str(response.body.get("error", ""))[:80]
        if response.status == 429 or error in LATER:
            # Slack limits messages per channel, so one busy channel must not hold up the others.
            return CallResult(Outcome.LATER, retry_after(response.headers), reason=error)
        if response.status >= 300:
            return result_from_status(response, reason=error)
        if response.body.get("ok") is not False:
            return CallResult(Outcome.ACCEPTED)
        if error in MISCONFIGURED:
            return CallResult(Outcome.MISCONFIGURED, reason=error)
        return CallResult(Outcome.UNREACHABLE if error in UNREACHABLE else Outcome.REFUSED, reason=error)

    def language_call(self, recipient: str) -> Call:
        """`users.info`, which gives the language of a user's Slack."""
        form = {"user": recipient.split("/")[1], "include_locale": "true"}
        # A form keeps the user's id out of URLs, which tend to be logged.
        return Call("POST", self._method("users.info"), form=form, headers=self._headers())

    def language_in(self, response: ApiResponse) -> str | None:
        """The locale in the profile, such as `de-DE`."""
        locale = (response.body.get("user") or {}).get("locale")
        return locale if isinstance(locale, str) else None

    def sample(self) -> WebhookRequest:
        """An event of a kind that is ignored."""
        body = json.dumps({"type": "event_callback", "event": {"type": "app_home_opened"}})
        stamp = str(int(time.time()))
        signature = SignatureVerifier(self._settings["signing_secret"]).generate_signature(timestamp=stamp, body=body)
        headers = {"content-type": "application/json", STAMP_HEADER: stamp, SIGNATURE_HEADER: signature or ""}
        return WebhookRequest("POST", f"{self._public_url}/webhooks/{self.name}", headers, {}, body.encode())

    def _method(self, name: str) -> str:
        return f"{self._settings['base_url']}/{name}"

    def _headers(self, content: str = "application/x-www-form-urlencoded") -> dict[str, str]:
        # Without a charset, Slack accepts the request but adds a warning to its response.
        return {
            "Authorization": f"Bearer {self._settings['bot_token']}",
            "Content-Type": f"{content}; charset=utf-8",
        }


def escaped(text: str) -> str:
    """The text escaped for Slack, where `&`, `<` and `>` are markup."""
    return html.escape(text, quote=False)


def plain(text: str) -> str:
    """What a user wrote, without Slack's markup and without mentions, such as ours."""
    return html.unescape(MARKUP.sub(_unmarked, text)).strip()


def _unmarked(found: re.Match[str]) -> str:
    mark, content, label = found[1], found[2], found[3]
    if mark == "@":
        return ""
    if mark == "#":
        return f"#{label or content}"
    return label or ("" if mark == "!" else content)


def _recipient(channel: str, user: str, thread: str = "") -> str:
    return f"{channel}/{user}/{thread}"


def _is_private(channel: str) -> bool:
    """Whether a channel is a direct message, by its id."""
    return channel.startswith("D")


def _written(event: Payload) -> tuple[InboundMessage, ...]:
    """The message as one or two: files, and their accompanying text."""
    channel, stamp, written_in = event["channel"], event["ts"], event.get("thread_ts")
    thread = "" if _is_private(channel) else written_in or stamp
    common: Common = {"recipient": _recipient(channel, event["user"], thread), "sent_at": float(stamp)}
    # The same id for a mention and for the message that contains it.
    id_, text = f"{channel}:{stamp}", _text(event)
    own = written_in if _is_private(channel) else None
    if event.get("files") or event.get("subtype") == "file_share":
        extra = [InboundMessage(in_thread(f"{id_}{CAPTION}", own), text=text, **common)] if text else []
        return (InboundMessage(in_thread(id_, own), kind="media", **common), *extra)
    if event["type"] == "app_mention" and not text:
        return (InboundMessage(in_thread(id_, own), kind="start", **common),)
    return (InboundMessage(in_thread(id_, own), text=text, **common),)


def _text(event: Payload) -> str:
    """What a user wrote, with emoji instead of their short codes; `blocks` say which emoji a text has."""
    blocks = event.get("blocks")
    drawn = {one["name"]: _emoji(one.get("unicode")) for one in _elements(blocks) if "name" in one} if blocks else None
    return without_short_codes(plain(event.get("text") or ""), drawn)


def _elements(blocks: object) -> Iterator[Payload]:
    """The emoji in blocks of formatted text, however deep; raises RecursionError."""
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, Mapping):
            yield from [block] if block.get("type") == "emoji" else _elements(block.get("elements"))


def _emoji(code: object) -> str:
    """An emoji by its code points, such as `1f44b-1f3fc`; empty for one of the workspace's own."""
    points = code.split("-") if isinstance(code, str) else []
    return "".join(chr(int(point, 16)) for point in points)


def _edited(event: Payload, id_: str) -> tuple[InboundMessage, ...]:
    """A message that a user edited; ignores added link previews and our own messages."""
    message, before = event["message"], event.get("previous_message") or {}
    edited = message.get("edited")
    ours = message.get("bot_id") or message.get("subtype") not in BY_PEOPLE or not message.get("user")
    if ours or not edited or message.get("text") == before.get("text"):
        return ()
    recipient = _recipient(event["channel"], message["user"])
    id_ = in_thread(f"edit:{id_}", message.get("thread_ts"))
    return (InboundMessage(id_, recipient, kind="edit", sent_at=float(edited["ts"])),)


def _own(event: Payload) -> tuple[Receipt, ...]:
    """The keys in an app's message; another app's match no message of ours."""
    keys = [block.get("block_id") for block in event.get("blocks") or () if block.get("type") == "section"]
    return tuple(Receipt(key) for key in keys if isinstance(key, str))


def _picked(payload: Payload) -> Reading:
    """A button that was pressed; one offered to another user counts as stale."""
    if payload["type"] != "block_actions":
        return Reading()
    action, user = payload["actions"][0], payload["user"]["id"]
    channel, message = payload["channel"]["id"], payload.get("message") or {}
    thread = "" if _is_private(channel) else message.get("thread_ts") or message["ts"]
    stamp = action["action_ts"]
    common: Common = {"recipient": _recipient(channel, user, thread), "sent_at": float(stamp)}
    own = message.get("thread_ts") if _is_private(channel) else None
    id_, option = in_thread(f"action:{channel}:{user}:{stamp}", own), option_of(action.get("value"))
    if option is None or action.get("block_id") != f"{OPTIONS_FOR}{user}":
        return Reading((InboundMessage(id_, kind="stale", **common),))
    return Reading((InboundMessage(id_, option=option, **common),))
