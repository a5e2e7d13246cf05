"""What every answer and every request must satisfy: one machine, one origin, no third party.

Single user on the person's own machine: the application binds to loopback only, so there is no
login. What remains to guard against is the person's own browser being used by another site.
Sources: OWASP ASVS 5.0 chapters V3 (front end) and V4 (web service); Fetch Metadata.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slopewise.errors import AccessDenied, TooLargeError

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "SAFE_METHODS",
    "BodyLimit",
    "RequestGuard",
    "SecurityHeaders",
    "WebLimits",
]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'none'; object-src 'none'; connect-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@dataclass(frozen=True, slots=True)
class WebLimits:
    """Bounds of one running application; sizes are bytes."""

    allowed_hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "::1"})
    # assumption: a clinic's folder is far smaller; PRO-ACT's largest table is larger and goes in
    # by the command line, which reads from disk.
    upload_bytes: int = 50_000_000
    upload_files: int = 30
    staged_uploads: int = 5


class SecurityHeaders:
    """Adds the security headers to every answer; pages are never kept in a cache."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        static = scope["path"].startswith("/static/")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers["cache-control"] = "no-cache" if static else "no-store"
            await send(message)

        await self._app(scope, receive, send_guarded)


class RequestGuard:
    """Refuses a foreign Host header (DNS rebinding) and a change asked for by another site."""

    def __init__(self, app: ASGIApp, *, allowed_hosts: Iterable[str]) -> None:
        self._app = app
        self._allowed_hosts = frozenset(allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            self._require_known_host(headers.getlist("host"))
            if scope["method"] not in SAFE_METHODS:
                _require_same_origin(headers, scope["scheme"])
        await self._app(scope, receive, send)

    def _require_known_host(self, hosts: list[str]) -> None:
        try:
            name = urlsplit(f"//{hosts[0]}").hostname if len(hosts) == 1 else None
        except ValueError:
            name = None
        if name not in self._allowed_hosts:
            raise AccessDenied(
                "the address in the request is not this application's own; "
                "open it at http://127.0.0.1 with the port printed at its start"
            )


def _require_same_origin(headers: Headers, scheme: str) -> None:
    """Every state change must come from a page of this application.

    Browsers say so in Sec-Fetch-Site, which no page can forge. Without it Origin has to be our own;
    a request with neither is refused. Our pages send no referrer, and then Origin is "null".
    """
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site")
    own_origin = f"{scheme}://{headers.get('host', '')}"
    is_ours = origin == own_origin
    if site is not None:
        is_ours = site == "same-origin" and (is_ours or origin in {None, "null"})
    if not is_ours:
        raise AccessDenied(
            "this change was not asked for by a page of slopewise itself, so nothing was done; "
            "open the page again and use its own button"
        )


class BodyLimit:
    """Stops keeping a request's body at the limit, whatever length it declared.

    What comes after the limit is read and thrown away, so that the browser stays to be told; beyond
    `_DRAINED_LIMITS` times the limit the connection is let go.
    """

    _DRAINED_LIMITS = 8

    def __init__(self, app: ASGIApp, *, limit_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > self._limit_bytes:
            await self._refuse(receive)
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit_bytes:
                await self._refuse(receive)
            return message

        await self._app(scope, receive_counted, send)

    async def _refuse(self, receive: Receive) -> None:
        drained = 0
        while drained <= self._DRAINED_LIMITS * self._limit_bytes:
            message = await receive()
            drained += len(message.get("body", b""))
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                break
        raise TooLargeError(
            f"the upload is larger than {self._limit_bytes / 1_000_000:.0f} MB, so nothing was "
            "kept; split it, or import the folder with the command `slopewise import FOLDER`"
        )
