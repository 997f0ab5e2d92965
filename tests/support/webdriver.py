"""Drives a browser by the commands of W3C WebDriver, over HTTP or, as Firefox speaks them by itself, over Marionette.

Debian ships no geckodriver, without which no client library speaks to Firefox; a dozen commands are all that is needed.
"""

from __future__ import annotations

import base64
import json
import socket
from typing import Any, Protocol

import httpx2

from tests.support.paper import pages_of

SECONDS = 60.0
# The method and the path, below that of the session, of each command.
OVER_HTTP = {
    "Navigate": ("POST", "url"),
    "Back": ("POST", "back"),
    "Refresh": ("POST", "refresh"),
    "ExecuteAsyncScript": ("POST", "execute/async"),
    "PerformActions": ("POST", "actions"),
    "ReleaseActions": ("DELETE", "actions"),
    "SetWindowRect": ("POST", "window/rect"),
    "SwitchToFrame": ("POST", "frame"),
    "SetTimeouts": ("POST", "timeouts"),
    "TakeScreenshot": ("GET", "screenshot"),
}
# The body of an asynchronous function, whose value or error is what the command returns.
AWAITED = """
const done = arguments[arguments.length - 1];
(async function () { %s }).apply(window, [...arguments].slice(0, -1))
  .then((value) => done({ value: value === undefined ? null : value }), (error) => done({ error: `${error}` }));
"""
# Key codes of the standard, for keys that write no character.
KEYS = {
    "Backspace": "\ue003",
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Shift": "\ue008",
    "Escape": "\ue00c",
    "ArrowUp": "\ue013",
    "ArrowDown": "\ue015",
}


class WebDriverError(Exception):
    """The browser refused a command."""


class Wire(Protocol):
    """Carries commands to one browser."""

    def send(self, command: str, parameters: dict[str, Any]) -> Any:
        """What the command returned."""

    def print(self) -> str | None:
        """The page as a PDF, in base64, if the browser can be asked for one."""

    def close(self) -> None:
        """Ends the session."""


class Http:
    """The protocol as chromedriver and WebKitWebDriver speak it."""

    def __init__(self, address: str, capabilities: dict[str, Any]) -> None:
        self._client = httpx2.Client(base_url=address, timeout=SECONDS, trust_env=False)
        wanted = {"capabilities": {"alwaysMatch": capabilities}}
        session = self._ask("POST", "/session", wanted)
        self._path = f"/session/{session['sessionId']}"
        self.browser: str = session["capabilities"]["browserName"]

    def send(self, command: str, parameters: dict[str, Any]) -> Any:
        method, path = OVER_HTTP[command]
        return self._ask(method, f"{self._path}/{path}", parameters)

    def extension(self, path: str, parameters: dict[str, Any]) -> Any:
        """A command of the vendor's own."""
        return self._ask("POST", f"{self._path}/{path}", parameters)

    def print(self) -> str | None:
        """The page as a PDF, in base64; none from WebKit, which has no such command."""
        return str(self.extension("print", {})) if self.browser == "chrome" else None

    def close(self) -> None:
        self._ask("DELETE", self._path, {})
        self._client.close()

    def _ask(self, method: str, path: str, parameters: dict[str, Any]) -> Any:
        body = parameters if method == "POST" else None
        answer = self._client.request(method, path, json=body)
        value = answer.json()["value"]
        if answer.status_code != httpx2.codes.OK:
            raise WebDriverError(f"{path}: {value['error']}: {value['message']}")
        return value


class Marionette:
    """The protocol as Firefox speaks it: the same commands, each a list in JSON, preceded by its length."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self._file = self._socket.makefile("rb")
        self._number = 0
        self._read()
        self._ask("WebDriver:NewSession", {"capabilities": {}})
        # The first tab belongs to the browser itself, and may not be led elsewhere.
        opened = self._ask("WebDriver:NewWindow", {"type": "tab", "focus": True})
        self._ask("WebDriver:SwitchToWindow", {"handle": opened["handle"], "focus": True})

    def send(self, command: str, parameters: dict[str, Any]) -> Any:
        answer = self._ask(f"WebDriver:{command}", parameters)
        return answer["value"] if isinstance(answer, dict) and "value" in answer else answer

    def set_preferences(self, preferences: dict[str, int]) -> None:
        """Sets preferences of the running browser."""
        script = "for (const [name, value] of Object.entries(arguments[0])) Services.prefs.setIntPref(name, value);"
        self._ask("Marionette:SetContext", {"value": "chrome"})
        self._ask("WebDriver:ExecuteScript", {"script": script, "args": [preferences], "sandbox": "system"})
        self._ask("Marionette:SetContext", {"value": "content"})

    def print(self) -> str | None:
        return str(self.send("Print", {}))

    def close(self) -> None:
        self._ask("Marionette:Quit", {"flags": ["eForceQuit"]})
        self._file.close()
        self._socket.close()

    def _ask(self, name: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, name, parameters]).encode()
        self._socket.sendall(b"%d:%b" % (len(message), message))
        _, _, error, value = self._read()
        if error:
            raise WebDriverError(f"{name}: {error['error']}: {error['message']}")
        return value

    def _read(self) -> Any:
        length = b""
        while (byte := self._file.read(1)) != b":":
            length += byte
        return json.loads(self._file.read(int(length)))


class Tab:
    """One tab: goes to pages, runs scripts, types and presses as a person does."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._send("SetTimeouts", script=int(SECONDS * 1000), pageLoad=int(SECONDS * 1000))

    def go(self, address: str) -> None:
        self._send("Navigate", url=address)

    def back(self) -> None:
        self._send("Back")

    def reload(self) -> None:
        self._send("Refresh")

    def resize(self, width: int, height: int) -> None:
        """Resizes the window, with what the browser itself takes up of it."""
        self._send("SetWindowRect", width=width, height=height)

    def enter_frame(self, index: int | None) -> None:
        """Goes on in a frame of the page, or in the page itself."""
        self._send("SwitchToFrame", id=index)

    def run(self, script: str, *arguments: Any) -> Any:
        """The value of the body of an asynchronous function; raises WebDriverError if it throws."""
        result = self._send("ExecuteAsyncScript", script=AWAITED % script, args=list(arguments))
        if result is None:
            # Firefox says this of a page that is left meanwhile; the one that follows is asked instead.
            result = self._send("ExecuteAsyncScript", script=AWAITED % script, args=list(arguments))
        if "error" in result:
            raise WebDriverError(result["error"])
        return result["value"]

    def press(self, *keys: str) -> None:
        """Holds all keys but the last, and presses that."""
        codes = [KEYS.get(key, key) for key in keys]
        held = [{"type": "keyDown", "value": code} for code in codes]
        self._keys(held + [{"type": "keyUp", "value": code} for code in reversed(codes)])

    def write(self, text: str) -> None:
        """Types a text, key by key."""
        self._keys([{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")])

    def click(self, x: float, y: float) -> None:
        """Presses the mouse at a point of the window."""
        move = {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}
        acts = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": acts})

    def screenshot(self) -> str:
        """The window as a PNG, in base64."""
        return str(self._send("TakeScreenshot"))

    def printed(self) -> list[str] | None:
        """The text of each sheet of paper that the page would fill, if the browser can be asked to print."""
        pdf = self.wire.print()
        return None if pdf is None else pages_of(base64.b64decode(pdf))

    def _keys(self, actions: list[dict[str, Any]]) -> None:
        self._act({"type": "key", "id": "keyboard", "actions": actions})

    def _act(self, source: dict[str, Any]) -> None:
        self._send("PerformActions", actions=[source])

    def _send(self, command: str, **parameters: Any) -> Any:
        return self.wire.send(command, parameters)
