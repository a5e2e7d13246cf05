"""One machine, one origin, no third party, and nothing of a patient where it does not belong."""

import logging
from collections.abc import AsyncIterator, Callable

import pytest
from tests.web.client import SAME_ORIGIN, Client, read
from tests.web.conftest import FEW

from slopewise.errors import (
    AccessDenied,
    ConvergenceError,
    InputError,
    NotFoundError,
    RecordError,
    TooLargeError,
)
from slopewise.settings import Settings
from slopewise.web.security import WebLimits

MakeClient = Callable[[WebLimits], Client]
PAGES = (
    "/patients",
    "/patients/1",
    "/patients/1?prior=flat",
    "/import",
    "/prognosis",
    "/evidence",
    "/trials",
    "/trials/new?template=platform",
    "/help",
)
LOADING = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("iframe", "src"),
    ("form", "action"),
    ("object", "data"),
    ("use", "href"),
}


@pytest.mark.parametrize("address", [*PAGES, "/nowhere", "/static/report/slopewise.css"])
def test_every_answer_carries_the_guards(client: Client, address: str) -> None:
    headers = client.get(address).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_never_kept_in_a_cache(client: Client, address: str) -> None:
    assert client.get(address).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing(client: Client, address: str) -> None:
    elements = client.page(address).all()
    assert not [e for e in elements if e.tag in {"script", "style", "iframe", "object"}]
    assert not [e for e in elements if any(name.startswith("on") for name in e.attributes)]
    assert not [e for e in elements if "style" in e.attributes]
    loaded = [e.get(name) for e in elements for tag, name in LOADING if e.tag == tag]
    assert loaded
    assert all(
        address.startswith(("/", "#")) and not address.startswith("//") for address in loaded
    )


@pytest.mark.parametrize("address", ["/docs", "/redoc", "/openapi.json"])
def test_no_interactive_documents_are_served(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8321", ""]
)
def test_a_foreign_host_is_refused(client: Client, host: str) -> None:
    answer = client.get("/patients", {"host": host})
    assert answer.status_code == 403
    assert not any(patient in answer.text for patient in FEW)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9", "localhost:8321", "[::1]:8321"])
def test_an_address_of_this_machine_is_served(client: Client, host: str) -> None:
    assert client.get("/help", {"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "null"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:8321"},
    ],
)
def test_a_change_asked_for_by_another_site_is_refused(
    empty: Client, headers: dict[str, str]
) -> None:
    answer = empty.post("/import", files=[("visits.csv", b"patient_id\nP1\n")], headers=headers)
    assert answer.status_code == 403
    assert "nothing was done" in read(answer.text).text
    assert not empty.app.state.staged._waiting


@pytest.mark.parametrize(
    "headers",
    [
        SAME_ORIGIN,
        {"origin": SAME_ORIGIN["origin"]},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin"},
    ],
)
def test_a_change_asked_for_by_its_own_page_is_done(empty: Client, headers: dict[str, str]) -> None:
    rows = b"patient_id,month,alsfrs_total\nP1,0,44\n"
    answer = empty.post("/import", files=[("visits.csv", rows)], headers=headers)
    assert answer.status_code == 303


def test_an_upload_that_says_it_is_too_large_is_refused(make_client: MakeClient) -> None:
    client = make_client(WebLimits(upload_bytes=10_000))
    answer = client.post("/import", files=[("visits.csv", b"x" * 20_000)])
    assert answer.status_code == 413
    assert "larger" in read(answer.text).text
    assert not client.app.state.staged._waiting


def test_an_upload_that_hides_its_size_is_stopped_at_the_limit(make_client: MakeClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        opening = (
            '--b\r\nContent-Disposition: form-data; name="files"; filename="visits.csv"\r\n\r\n'
        )
        yield opening.encode()
        for _ in range(1_000):
            sent += 10_000
            yield b"x" * 10_000

    client = make_client(WebLimits(upload_bytes=100_000))
    headers = {**SAME_ORIGIN, "content-type": "multipart/form-data; boundary=b"}
    answer = client.post("/import", headers=headers, stream=endless())
    assert answer.status_code == 413
    assert sent < 1_500_000


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("month 7 is wrong; correct it"), 422),
        (NotFoundError("no such patient"), 404),
        (TooLargeError("too much"), 413),
        (RecordError("the store refuses"), 409),
        (AccessDenied("not allowed"), 403),
    ],
)
def test_each_error_becomes_a_page_with_its_own_words(
    empty: Client, error: Exception, status: int
) -> None:
    empty.app.add_api_route("/broken", raiser(error))
    answer = empty.get("/broken")
    page = read(answer.text)
    assert answer.status_code == status
    assert str(error)[1:] in page.first("main").text
    assert page.all("h1")


@pytest.mark.parametrize(
    "error", [RuntimeError("DEMO-001 secret"), ConvergenceError("DEMO-001 secret")]
)
def test_a_fault_shows_a_number_and_tells_nothing(
    empty: Client, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    empty.app.add_api_route("/broken", raiser(error))
    with caplog.at_level(logging.ERROR):
        answer = empty.get("/broken")
    reference = read(answer.text).first("main").first("strong").text
    assert answer.status_code == 500
    assert len(reference) == 8
    assert reference in caplog.text
    for told in (answer.text, caplog.text):
        assert "DEMO-001" not in told
        assert "Traceback" not in told


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/patients/999", 404),
        ("/patients/DEMO-001", 422),
        ("/patients/1?prior=hopeful", 422),
        ("/patients?sort=names", 422),
        ("/import/guessed", 404),
        ("/static/report/../../errors.py", 404),
        ("/static/report/%2e%2e/%2e%2e/errors.py", 404),
    ],
)
def test_a_wrong_address_is_answered_by_a_page(client: Client, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert read(answer.text).first("h1").text
    assert "class SlopewiseError" not in answer.text


def test_no_address_holds_a_patient(client: Client) -> None:
    for address in ("/patients", "/patients/1", "/patients/2"):
        targets = [e.get("href") + e.get("action") for e in client.page(address).all("a", "form")]
        assert targets
        assert not [t for t in targets if any(patient in t for patient in FEW)]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_loopback_may_be_bound(host: str) -> None:
    assert Settings(host=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_anything_else_may_not_be_bound(host: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
        Settings(host=host)


def raiser(error: Exception) -> object:
    def handler() -> None:
        raise error

    return handler


@pytest.mark.parametrize("key", ["0", "-1", "9" * 30, "1e3", "%00"])
def test_a_patient_s_number_that_cannot_be_is_no_fault_of_the_program(
    client: Client, key: str
) -> None:
    for address in (f"/patients/{key}", f"/patients/{key}/report"):
        assert client.get(address).status_code in {404, 422}


def test_a_message_keeps_the_spelling_of_a_file(empty: Client) -> None:
    answer = empty.post("/import", files=[("visits.csv", b"\x00\x01")])
    assert "visits.csv is not a text file" in answer.text
