"""A plain TCP relay from one port to another; tests/support/relay.py has one that can delay and cut."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import contextmanager, suppress

from assistant.launch import servers


@contextmanager
def relay(port, target):
    """Forwards connections on one port to another."""

    class Relay(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.create_connection((servers.HOST, target)) as other:
                back = threading.Thread(target=_pass_on, args=(other, self.request), daemon=True)
                back.start()
                _pass_on(self.request, other)

    with socketserver.ThreadingTCPServer((servers.HOST, port), Relay) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()


def _pass_on(source, target):
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
