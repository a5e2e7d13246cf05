"""Fetch a page from a server that a person named: http or https, one host, limits on all sides."""

import time
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from slopewise.errors import InputError, TooLargeError
from slopewise.version import VERSION

__all__ = ["FetchLimits", "Page", "fetch", "is_address", "with_page_token"]

CHUNK = 65_536
MOST_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How long and how much: seconds without a byte, seconds for a page, bytes, pages.

    assumption: the largest record with results known here is 0.5 MB; a page holds up to 100.
    """

    quiet_seconds: float = 30.0
    page_seconds: float = 120.0
    page_bytes: int = 50_000_000
    pages: int = 200


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave: a name for messages (without its query), and the bytes."""

    name: str
    content: bytes


def is_address(source: str) -> bool:
    """Whether the text is an address rather than a folder."""
    return "://" in source


def with_page_token(address: str, token: str) -> str:
    """The address of the next page, by the rule of the registry's API version 2."""
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True)]
    query = [(name, value) for name, value in query if name != "pageToken"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("pageToken", token)])))


def fetch(address: str, *, limits: FetchLimits) -> Page:
    """The page at the address; InputError says what went wrong, and nothing is tried again.

    A redirect to another host or from https to http is refused.
    """
    name = _checked(address)
    request = Request(
        quote(address, safe=":/?#[]@!$&'()*+,;=%~-._"),
        headers={"User-Agent": f"slopewise/{VERSION}", "Accept": "application/json, */*;q=0.5"},
    )
    for _ in range(MOST_REDIRECTS + 1):
        try:
            with _opener().open(request, timeout=limits.quiet_seconds) as answer:
                return Page(name, _body(answer, name, limits))
        except HTTPError as error:
            with error:
                request = _redirected(request, error, name)
        except URLError as error:
            raise InputError(
                f"{name} cannot be reached ({error.reason}); check the address"
            ) from None
        except TimeoutError:
            raise InputError(
                f"{name} sent nothing for {limits.quiet_seconds:g} seconds; try later"
            ) from None
        except (HTTPException, OSError) as error:
            raise InputError(
                f"{name} broke off ({type(error).__name__}); try again, or save the file and give "
                "that"
            ) from None
    raise InputError(f"{name} sends on and on; give the address that it ends at")


def _redirected(request: Request, error: HTTPError, name: str) -> Request:
    """The request to go on with where the server sends on within the host that was named."""
    place = error.headers.get("Location")
    if error.code not in {301, 302, 303, 307, 308} or not place:
        raise InputError(
            f"{name} answered with status {error.code} ({error.reason}); check the address, or "
            "try later"
        )
    address = urljoin(request.full_url, place)
    old, new = urlsplit(request.full_url), urlsplit(address)
    if (old.scheme, old.hostname, old.port) != (new.scheme, new.hostname, new.port):
        raise InputError(
            f"{old.hostname} sends on to {new.scheme}://{new.netloc}, which was not named; give "
            "that address itself if you trust it"
        )
    return Request(address, headers=dict(request.header_items()))


def _checked(address: str) -> str:
    """Refuse what is no plain web address; gives the name for messages."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
        place = f"{host}:{parts.port}" if parts.port else host
    except ValueError as error:
        raise InputError(f"the address cannot be read ({error})") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise InputError(
            f'"{parts.scheme}" addresses are not read; give one that begins with https:// or '
            "http://, or a folder"
        )
    if parts.username or parts.password:
        raise InputError("an address with a name or password in it is not read; leave them out")
    return f"{place}{parts.path}"


def _opener() -> OpenerDirector:
    """An opener of web addresses alone, which follows no redirect by itself."""
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(), HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    opener.add_handler(HTTPErrorProcessor())
    return opener


def _body(answer: HTTPResponse, name: str, limits: FetchLimits) -> bytes:
    told = answer.headers.get("Content-Length", "")
    if told.isdigit() and int(told) > limits.page_bytes:
        raise TooLargeError(_too_large(name, limits))
    ends = time.monotonic() + limits.page_seconds
    parts: list[bytes] = []
    size = 0
    while chunk := answer.read1(CHUNK):
        size += len(chunk)
        parts.append(chunk)
        if size > limits.page_bytes:
            raise TooLargeError(_too_large(name, limits))
        if time.monotonic() > ends:
            raise InputError(
                f"{name} took more than {limits.page_seconds:g} seconds; ask for smaller pages"
            )
    if told.isdigit() and size < int(told):
        raise InputError(f"{name} broke off after {size} of {told} bytes; try again")
    return b"".join(parts)


def _too_large(name: str, limits: FetchLimits) -> str:
    return (
        f"{name} sends more than {limits.page_bytes / 1e6:g} MB; ask for smaller pages (pageSize)"
    )
