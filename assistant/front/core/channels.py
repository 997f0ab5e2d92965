"""The channels through which users reach the assistant."""

from __future__ import annotations

from typing import Literal, get_args

Messenger = Literal["telegram", "whatsapp", "facebook", "slack", "twilio"]
MESSENGERS: tuple[Messenger, ...] = get_args(Messenger)
# The page is the one at /chat, for those without JavaScript.
WEB, PAGE, SOCKETIO, REST = "web", "page", "socketio", "rest"
# The channel of the chats that check readiness; no visitor uses it, so it is not among those below.
CANARY = "canary"
# What asks Rasa, in a conversation of its own, whether a question to the team tells of an emergency.
TEAM = "team"
CHANNELS: tuple[str, ...] = (WEB, PAGE, SOCKETIO, REST, *MESSENGERS)
