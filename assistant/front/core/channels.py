"""The channels through which users reach the assistant."""

from __future__ import annotations

from typing import Literal, get_args

Messenger = Literal["telegram", "whatsapp", "facebook", "slack", "twilio"]
MESSENGERS: tuple[Messenger, ...] = get_args(Messenger)
WEB, SOCKETIO, REST = "web", "socketio", "rest"
# The channel of the chats that check readiness; no visitor uses it, so it is not among those below.
CANARY = "canary"
CHANNELS: tuple[str, ...] = (WEB, SOCKETIO, REST, *MESSENGERS)
