"""The one place where an error becomes a page: what was wrong, what to do, no stack trace."""

import logging
import secrets
import traceback

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slopewise.errors import InputError, SlopewiseError
from slopewise.web.rendering import page

__all__ = ["FailurePages"]

_LOG = logging.getLogger(__name__)
_PATIENTS = ("/patients", "Go to the patients")
_TITLES = {
    400: "This request could not be read",
    403: "Refused",
    404: "Not found",
    405: "Not possible here",
    409: "Not changed",
    413: "Too large",
    422: "Something in what was given is wrong",
}
_FOR_HTTP = {
    404: "There is no page at this address. Choose one of the pages above.",
    405: "This address does not take that kind of request. Go back and use the page's own button.",
}


class FailurePages:
    """Turns every error of the application into a page; the log gets no patient's data."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            response = failure_page(Request(scope), error)
            if not started:
                await response(scope, receive, send)


def failure_page(request: Request, error: Exception) -> Response:
    """The page for an error: its own words when it is one of ours, else a reference number."""
    if isinstance(error, SlopewiseError) and error.http_status < 500:
        return _page(request, status=error.http_status, message=_sentence(str(error)))
    if isinstance(error, HTTPException) and error.status_code < 500:
        message = _FOR_HTTP.get(error.status_code, "Go back and try again.")
        return _page(request, status=error.status_code, message=message)
    if isinstance(error, RequestValidationError):
        message = "The address holds a value that this page does not know. Choose from its links."
        return _page(request, status=InputError.http_status, message=message)
    return _unexpected(request, error)


def _unexpected(request: Request, error: Exception) -> Response:
    """Log where it happened without the message (it may hold a patient's data); show a number."""
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    _LOG.error("error %s: %s at %s", reference, type(error).__name__, places)
    title = "slopewise could not finish this"
    message = (
        "This is a fault of the program, not of what you gave it. Nothing was changed. "
        f"When you report it, give the reference {reference}."
    )
    return page(
        request,
        "pages/failure.html",
        {
            "title": title,
            "message": message,
            "reference": reference,
            "way_on": _way_on(request),
        },
        status=500,
    )


def _page(request: Request, *, status: int, message: str) -> Response:
    title = _TITLES.get(status, "This did not work")
    context = {
        "title": title,
        "message": message,
        "reference": None,
        "way_on": _way_on(request),
    }
    return page(request, "pages/failure.html", context, status=status)


def _way_on(request: Request) -> tuple[str, str]:
    """Where a reader goes on: to the list that the address belongs to."""
    path = request.url.path
    if path.startswith("/evidence"):
        return "/evidence/studies", "All studies"
    if path.startswith("/trials"):
        return "/trials", "All trials"
    return ("/claims", "All claims") if path.startswith("/claims") else _PATIENTS


def _sentence(text: str) -> str:
    """A message as a sentence: capital first but for a file's name, full stop last."""
    text = text.strip()
    if not text:
        return "What was given could not be used."
    begins_with_a_file = "." in text.split(maxsplit=1)[0][:-1]
    first = text[0] if begins_with_a_file else text[0].upper()
    return first + text[1:] + ("" if text[-1] in ".!?" else ".")
