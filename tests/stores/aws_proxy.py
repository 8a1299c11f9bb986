"""An HTTP proxy before moto's server that does what the real service does on a bad day."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Fault = Callable[[str, Any], str | None]
"""Given the name of a request's operation and its content, says what goes wrong: ``throttle``, ``deny``, ``half`` (of a batch is not
processed), ``lose`` (the answer), or None."""

_ERRORS = {"throttle": "ProvisionedThroughputExceededException", "deny": "AccessDeniedException"}
_LEFT = {"BatchWriteItem": "UnprocessedItems", "BatchGetItem": "UnprocessedKeys"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fault: Fault
    moto: str

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        asked = json.loads(body)
        fault = type(self).fault(operation, asked)
        if fault in _ERRORS:
            self.answer(400, {"__type": f"com.amazonaws.dynamodb.v20120810#{_ERRORS[fault]}", "message": "not\nnow"})
        elif fault == "half" and operation in _LEFT:
            self.half(operation, asked)
        else:
            status, answer = self.forward(json.dumps(asked).encode())
            if fault == "lose":
                self.close_connection = True
            else:
                self.answer(status, answer)

    def half(self, operation: str, asked: dict[str, Any]) -> None:
        ((table, batch),) = asked["RequestItems"].items()
        rows = batch if operation == "BatchWriteItem" else batch["Keys"]
        now, later = rows[: (len(rows) + 1) // 2], rows[(len(rows) + 1) // 2 :]
        wrap = (lambda rows: rows) if operation == "BatchWriteItem" else (lambda rows: {"Keys": rows})
        asked["RequestItems"] = {table: now if operation == "BatchWriteItem" else batch | {"Keys": now}}
        status, answer = self.forward(json.dumps(asked).encode())
        answer[_LEFT[operation]] = {table: wrap(later)} if later else {}
        self.answer(status, answer)

    def forward(self, body: bytes) -> tuple[int, Any]:
        connection = HTTPConnection(urlsplit(type(self).moto).netloc)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("content-length", "host")}
        connection.request("POST", "/", body, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    def answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def faulty(url: str, fault: Fault) -> Iterator[str]:
    """The dynamodb: URL *url* with a proxy in between that asks *fault* about every request."""
    address, _, moto = url.partition("endpoint=")
    handler = type("Handler", (_Handler,), {"fault": staticmethod(fault), "moto": moto})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{address}endpoint=http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
