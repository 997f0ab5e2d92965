"""A websocket client that does what no decent client does: frames are sent as given, whatever they hold."""

from __future__ import annotations

import socket
import struct
import zlib
from contextlib import suppress

from assistant.launch.servers import HOST

TEXT, CONTINUATION = 1, 0
PATH = "/socket.io/?EIO=4&transport=websocket"
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
# A client has to mask what it sends; with this mask nothing changes.
NO_MASK = b"\0\0\0\0"


class WebSocket:
    """A connection to the socket.io endpoint; `opened` says whether the server agreed to the upgrade."""

    def __init__(self, port: int, address: str, deflate: bool = False, timeout: float = 5.0) -> None:
        self.opened = self.deflates = False
        self._received = b""
        self._socket = socket.create_connection((HOST, port), timeout, source_address=(address, 0))
        with suppress(OSError):
            self._socket.sendall(_upgrade(port, deflate).encode())
            head = self._head()
            self.opened = head.startswith(b"HTTP/1.1 101")
            self.deflates = b"permessage-deflate" in head.lower()

    def _head(self) -> bytes:
        while b"\r\n\r\n" not in self._received:
            more = self._socket.recv(4096)
            if not more:
                break
            self._received += more
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        return head

    def send(self, data: bytes) -> bool:
        """Sends bytes; returns False if the server has closed the connection."""
        try:
            self._socket.sendall(data)
        except OSError:
            return False
        return True

    def received(self) -> bytes | None:
        """What has come since; None if the server has closed the connection."""
        try:
            return self._socket.recv(65536) or None
        except TimeoutError:
            return b""
        except OSError:
            return None

    def close(self) -> None:
        """Closes the connection without a word."""
        self._socket.close()


def frame(payload: bytes, opcode: int = TEXT, last: bool = True, compressed: bool = False) -> bytes:
    """A client's frame."""
    first = opcode | (0x80 if last else 0) | (0x40 if compressed else 0)
    if len(payload) < 126:
        return struct.pack("!BB", first, 0x80 | len(payload)) + NO_MASK + payload
    if len(payload) < 65536:
        return struct.pack("!BBH", first, 0x80 | 126, len(payload)) + NO_MASK + payload
    return struct.pack("!BBQ", first, 0x80 | 127, len(payload)) + NO_MASK + payload


def unfinished(size: int, compressed: bool, pieces: int = 8) -> bytes:
    """The frames of one message of that size, the last of which never comes."""
    content = b"\0" * size
    if compressed:
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        content = squeeze.compress(content) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    step = len(content) // pieces + 1
    frames = [frame(content[:step], TEXT, last=False, compressed=compressed)]
    frames += [frame(content[at : at + step], CONTINUATION, last=False) for at in range(step, len(content), step)]
    return b"".join(frames)


def _upgrade(port: int, deflate: bool) -> str:
    return (
        f"GET {PATH} HTTP/1.1\r\nHost: {HOST}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"{DEFLATE if deflate else ''}\r\n"
    )
