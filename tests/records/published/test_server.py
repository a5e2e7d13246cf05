"""Fetching from a server that a person named: limits, no strange hosts, clear words."""

import socket

import pytest
from tests.local_server import Answer, serving

from slopewise.errors import InputError, TooLargeError
from slopewise.records.published.server import FetchLimits, fetch, with_page_token

LIMITS = FetchLimits(quiet_seconds=1.0, page_seconds=2.0, page_bytes=1_000, pages=3)


def test_a_page_is_fetched_and_named_without_its_query() -> None:
    with serving({"/studies": Answer(b"{}")}) as address:
        page = fetch(f"{address}/studies?secret=1", limits=LIMITS)
    assert page.content == b"{}"
    assert page.name.endswith("/studies")
    assert "secret" not in page.name


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("file:///etc/passwd", '"file" addresses are not read'),
        ("ftp://example.org/x", '"ftp" addresses are not read'),
        ("data:text/plain,x", '"data" addresses are not read'),
        ("https://", "addresses are not read"),
        ("https://name:word@example.org/", "a name or password"),
        ("http://example.org:port/", "cannot be read"),
    ],
)
def test_other_addresses_are_refused(address: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        fetch(address, limits=LIMITS)


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_an_error_status_is_said(status: int) -> None:
    with (
        serving({"/": Answer(b"no", status=status)}) as address,
        pytest.raises(InputError, match=f"status {status}"),
    ):
        fetch(f"{address}/", limits=LIMITS)


def test_a_page_over_the_limit_is_refused_with_and_without_its_length() -> None:
    pages = {"/told": Answer(b"x" * 1_001), "/untold": Answer(b"x" * 5_000, length=None)}
    with serving(pages) as address:
        for path in pages:
            with pytest.raises(TooLargeError, match=r"more than 0\.001 MB"):
                fetch(address + path, limits=LIMITS)


def test_a_page_cut_short_is_refused() -> None:
    with (
        serving({"/": Answer(b"x" * 10, length=100)}) as address,
        pytest.raises(InputError, match="broke off"),
    ):
        fetch(f"{address}/", limits=LIMITS)


def test_a_silent_server_is_given_up() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    limits = FetchLimits(quiet_seconds=0.2)
    with silent, pytest.raises(InputError, match=r"sent nothing|cannot be reached"):
        fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/", limits=limits)


def test_a_closed_port_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(InputError, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{port}/", limits=LIMITS)


def test_a_redirect_within_the_host_is_followed() -> None:
    pages = {"/old": Answer(b"", status=302, location="/new"), "/new": Answer(b"here")}
    with serving(pages) as address:
        assert fetch(f"{address}/old", limits=LIMITS).content == b"here"


def test_a_redirect_to_another_host_or_scheme_is_refused() -> None:
    for place in ("http://example.org/x", "file:///etc/passwd", "//localhost.example/x"):
        with (
            serving({"/": Answer(b"", status=302, location=place)}) as address,
            pytest.raises(InputError, match="which was not named"),
        ):
            fetch(f"{address}/", limits=LIMITS)


def test_redirects_without_end_are_given_up() -> None:
    with (
        serving({"/": Answer(b"", status=302, location="/")}) as address,
        pytest.raises(InputError, match="on and on"),
    ):
        fetch(f"{address}/", limits=LIMITS)


def test_the_next_page_keeps_the_question_and_replaces_the_token() -> None:
    place = with_page_token("https://x.example/studies?query.cond=ALS&pageToken=a", "b/c")
    assert place == "https://x.example/studies?query.cond=ALS&pageToken=b%2Fc"
