"""A socket server that sends everybody the same response and records the requests."""

from __future__ import annotations

import asyncio

from assistant.launch.servers import HOST


class CannedServer:
    """Answers every request with the same bytes; optionally closes the connection afterwards."""

    def __init__(self, answer, closes=False):
        self.answer, self.closes = answer, closes
        self.opened, self.asked = 0, []
        self._writers = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._talk, HOST, 0)
        self.url = f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        # Otherwise, connections kept open by clients would outlive the event loop.
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)

    async def _talk(self, reader, writer):
        self.opened += 1
        self._writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), b":0"
                )
                self.asked.append(head + await reader.readexactly(int(length.partition(b":")[2])))
                writer.write(self.answer)
                if self.closes:
                    break
        except asyncio.IncompleteReadError:
            pass
        writer.close()
