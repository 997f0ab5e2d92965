"""A small mail server in this process, which keeps what it takes."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage


@dataclass
class Taken:
    """A message as the server took it, with its envelope."""

    sender: str
    recipients: list[str]
    message: EmailMessage


@dataclass
class MailServer:
    """Speaks as much of SMTP as a client needs that only sends; `refuses` a command with this reply."""

    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    # Seconds before a message is taken.
    slow: float = 0.0
    port: int = 0

    def __enter__(self) -> MailServer:
        self._loop, started = asyncio.new_event_loop(), threading.Event()

        async def listen() -> None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = self._server.sockets[0].getsockname()[1]
            started.set()

        def run() -> None:
            self._loop.run_until_complete(listen())
            self._loop.run_forever()
            self._loop.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert started.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, recipients = "", list[str]()
        writer.write(b"220 mail.example.org\r\n")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            verb = line.split()[0].upper()
            self.commands.append(line)
            reply = self.refuses.get(verb, "250 OK")
            if verb == "MAIL":
                sender, recipients = _address(line), []
            elif verb == "RCPT":
                recipients.append(_address(line))
            elif verb == "DATA" and reply == "250 OK":
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                await asyncio.sleep(self.slow)
                self.taken.append(Taken(sender, recipients, _message(content)))
            elif verb == "QUIT":
                reply = "221 bye"
            writer.write(f"{reply}\r\n".encode())
            await writer.drain()
            if verb == "QUIT":
                break
        writer.close()


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


def _message(content: bytes) -> EmailMessage:
    lines = content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    found = email.message_from_bytes(lines, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found
