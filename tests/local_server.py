"""A server on this machine for the tests that read from an address."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

__all__ = ["Answer", "serving"]

OWN = -1


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address gives; `length` is the length told, None tells none."""

    body: bytes
    status: int = 200
    location: str | None = None
    length: int | None = OWN


@contextmanager
def serving(pages: Mapping[str, Answer]) -> Iterator[str]:
    """The address of a server that gives these answers by path with query, else by path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.get(self.path) or pages.get(urlsplit(self.path).path)
            answer = found or Answer(b"not here", status=404)
            self.send_response(answer.status)
            if answer.location is not None:
                self.send_header("Location", answer.location)
            if answer.length is not None:
                told = len(answer.body) if answer.length == OWN else answer.length
                self.send_header("Content-Length", str(told))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
