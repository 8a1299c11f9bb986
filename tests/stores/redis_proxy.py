"""A proxy before a Redis server that loses an answer when it is told to."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy(socketserver.ThreadingTCPServer):
    """Passes everything on, but for an answer that is to be lost: that is dropped, and its connection with it."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.to = port
        self._until_lost = -1

    def lose(self, answer: int = 0) -> None:
        """Lose the next answer, or the one *answer* after it."""
        self._until_lost = answer

    def is_lost(self) -> bool:
        """Whether the answer that has just come is the one to be lost."""
        if self._until_lost >= 0:
            self._until_lost -= 1
            return self._until_lost < 0
        return False


class _Handler(socketserver.BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.to)) as there:
            back = threading.Thread(target=self._answers, args=(there,))
            back.start()
            with suppress(OSError):
                while asked := self.request.recv(65_536):
                    there.sendall(asked)
            with suppress(OSError):
                there.shutdown(socket.SHUT_RDWR)
            back.join()

    def _answers(self, there: socket.socket) -> None:
        with suppress(OSError):
            while answer := there.recv(65_536):
                if self.server.is_lost():
                    break
                self.request.sendall(answer)
            self.request.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxied(port: int) -> Iterator[Proxy]:
    """A proxy before the server on *port*."""
    with Proxy(port) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
