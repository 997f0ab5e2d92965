"""A client that speaks raw bytes, from any loopback address, as attackers do."""

from __future__ import annotations

import socket
import struct
import zlib
from urllib.parse import urlsplit

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
TIMEOUT_SECONDS = 20.0
GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)
TEXT, BINARY, PING = 1, 2, 9


class Raw:
    """One connection."""

    def __init__(self, address, source=HERE):
        url = urlsplit(address)
        self.socket = socket.create_connection((url.hostname, url.port), TIMEOUT_SECONDS, source_address=(source, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def floods(self, data, times=1000):
        """Sends the same again and again; returns whether the server ends the connection or takes no more."""
        try:
            for _ in range(times):
                self.send(data)
        except (ConnectionError, TimeoutError):
            return True
        return self.is_closed(TIMEOUT_SECONDS)

    def reads(self):
        """The next bytes; none if the connection is closed."""
        try:
            return self.socket.recv(65536)
        except ConnectionError:
            return b""

    def asks(self, request=GET):
        """The status of the response to a request; 0 if the connection was closed."""
        try:
            self.send(request)
        except ConnectionError:
            return 0
        head = self.reads()
        return int(head.split()[1]) if head else 0

    def is_closed(self, seconds):
        """Whether the server closes the connection within the given time; what it sends before is `received`."""
        self.socket.settimeout(seconds)
        self.received = b""
        try:
            while part := self.socket.recv(65536):
                self.received += part
        except TimeoutError:
            return False
        except ConnectionError:
            pass
        return True


class RawWebSocket(Raw):
    """One websocket; `head` is the server's response to its opening."""

    def __init__(self, address, source=HERE):
        super().__init__(address, source)
        self.head = self.send(UPGRADE).reads()

    @property
    def is_open(self):
        return self.head.startswith(b"HTTP/1.1 101")

    def frame(self, operation, payload=b"", fin=True, compressed=False):
        """Sends one frame."""
        return self.send(frame(operation, payload, fin, compressed))


def frame(operation, payload=b"", fin=True, compressed=False):
    """A websocket frame with a mask of zeros."""
    first = operation | (0x80 if fin else 0) | (0x40 if compressed else 0)
    size = len(payload)
    if size < 126:
        head = bytes([first, 0x80 | size])
    elif size < 65536:
        head = bytes([first, 0x80 | 126]) + struct.pack("!H", size)
    else:
        head = bytes([first, 0x80 | 127]) + struct.pack("!Q", size)
    return head + bytes(4) + payload


def bomb(size):
    """A few bytes that inflate to many, as a frame of a compressed message holds them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (packer.compress(b"a" * size) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
