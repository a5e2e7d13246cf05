"""The evidence pages, read as a browser without scripts reads them."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.web.client import waited_for

from slopewise.evidence.studies import load_studies
from slopewise.report.evidence.record import added_sentence, printed
from slopewise.web.app import create_app
from slopewise.workflow.published_record import added_here

LOADED = {
    ("img", "src"),
    ("script", "src"),
    ("link", "href"),
    ("iframe", "src"),
    ("form", "action"),
}
STUDIES = files("slopewise.evidence") / "studies"


class Page(HTMLParser):
    """Elements with their attributes, and the text that is shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


class Client:
    """Asks the application in this process, as its own address."""

    def __init__(self) -> None:
        self._transport = httpx.ASGITransport(app=create_app())

    def get(self, address: str) -> httpx.Response:
        return waited_for(self._get(address))

    async def _get(self, address: str) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=self._transport, base_url="http://127.0.0.1"
        ) as client:
            return await client.get(address)


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


def page(client: Client, address: str) -> Page:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def study_links(found: Page) -> list[str]:
    pattern = re.compile(r"/evidence/(?!studies$)(\w+)")
    matches = (pattern.fullmatch(link.get("href") or "") for link in found.all("a"))
    return [match[1] for match in matches if match]


def test_the_table_lists_every_study_under_a_counted_sentence(client: Client) -> None:
    found = page(client, "/evidence/studies")
    assert sorted(study_links(found)) == [study.study_id for study in load_studies()]
    assert "60 records: 45 with content read (7 randomised" in found.text


def test_a_filter_in_the_address_narrows_the_table_and_stays_in_the_form(
    client: Client,
) -> None:
    found = page(client, "/evidence/studies?cells=adipose&design=rct_parallel&text=dose")
    assert study_links(found) == []
    found = page(client, "/evidence/studies?cells=adipose&design=rct_parallel")
    assert study_links(found) == ["aguera_2025"]
    chosen = {option["value"] for option in found.all("option") if "selected" in option}
    assert {"adipose", "rct_parallel"} <= chosen


def test_empty_fields_of_the_form_leave_every_study(client: Client) -> None:
    form = "cells=&donor=&route=&design=&scale=&numbers=&text=&sort=design"
    assert len(study_links(page(client, f"/evidence/studies?{form}"))) == 60


def test_a_filter_that_finds_nothing_says_what_to_do(client: Client) -> None:
    found = page(client, "/evidence/studies?text=zzzz")
    assert "take a filter away to see more" in found.text
    assert not found.all("table")


def test_order_links_keep_the_filter(client: Client) -> None:
    found = page(client, "/evidence/studies?donor=allogeneic")
    orders = [
        parse_qs(urlsplit(link["href"] or "").query)
        for link in found.all("a")
        if "sort=" in (link.get("href") or "")
    ]
    assert len(orders) == 6
    assert all(order["donor"] == ["allogeneic"] for order in orders)


def test_the_largest_study_comes_first_by_people(client: Client) -> None:
    assert study_links(page(client, "/evidence/studies?sort=people"))[0] == "sharma_2021"


@pytest.mark.parametrize("query", ["sort=luck", "numbers=maybe", "text=" + "x" * 300])
def test_a_form_that_was_tampered_with_is_refused_without_a_trace(
    client: Client, query: str
) -> None:
    answer = client.get(f"/evidence/studies?{query}")
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_typed_text_is_shown_as_text(client: Client) -> None:
    found = page(client, "/evidence/studies?text=%3Cscript%3Ealert(1)%3C/script%3E")
    assert not found.all("script")
    field = next(field for field in found.all("input") if field.get("id") == "text")
    assert field["value"] == "<script>alert(1)</script>"


def test_an_unknown_study_is_not_found_and_the_nearest_is_named(client: Client) -> None:
    answer = client.get("/evidence/oh_2017")
    assert answer.status_code == 404
    assert "oh_2018" in answer.text


def numbers_of(value: Any, source: str = "") -> list[tuple[Decimal, str]]:
    """Every number of a study's file with its source, without its bibliography."""
    if isinstance(value, dict):
        source = value.get("citation", {}).get("source", source)
        parts = [part for key, part in value.items() if key != "bibliography"]
        return [number for part in parts for number in numbers_of(part, source)]
    if isinstance(value, list):
        return [number for part in value for number in numbers_of(part, source)]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return [(Decimal(value), source)]
    return []


class Rows(HTMLParser):
    """The rows of the page's tables: what each says, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[tuple[list[str], set[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append(([], set()))
        elif tag == "a" and self.rows:
            self.rows[-1][1].add(dict(attrs)["href"] or "")

    def handle_data(self, data: str) -> None:
        if self.rows:
            self.rows[-1][0].append(data)


@pytest.mark.parametrize("study_id", [study.study_id for study in load_studies()])
def test_a_study_s_page_shows_every_number_in_a_row_with_its_source(
    client: Client, study_id: str
) -> None:
    rows = Rows(client.get(f"/evidence/{study_id}").text).rows
    file = json.loads((STUDIES / f"{study_id}.json").read_text("utf-8"), parse_float=Decimal)
    for number, source in numbers_of(file):
        text = re.compile(rf"(?<![\d.]){re.escape(printed(float(number)))}(?![\d.]\d)")
        links = set(re.findall(r"https?://[^\s;]+", source))
        assert any(
            text.search(" ".join(said)) and (links <= linked if links else source in said)
            for said, linked in rows
        ), f"{number} of {source}"


@pytest.mark.parametrize(
    "address", ["/evidence", "/evidence/studies", "/evidence/oh_2018", "/evidence/petrou_2016"]
)
def test_nothing_is_loaded_from_another_site(client: Client, address: str) -> None:
    found = page(client, address)
    loaded = [
        attributes.get(name) or ""
        for tag, attributes in found.elements
        for name in attributes
        if (tag, name) in LOADED or name == "srcset"
    ]
    assert all(one.startswith("/") for one in loaded)
    outside = [link for link in found.all("a") if (link.get("href") or "").startswith("http")]
    assert all(link.get("rel") == "noreferrer noopener" for link in outside)
    assert all("target" not in link for link in outside)


@pytest.mark.parametrize(
    "address", ["/evidence/studies", "/evidence/oh_2018", "/evidence/baloh_2022"]
)
def test_tables_are_named_and_headed_and_fields_are_labelled(client: Client, address: str) -> None:
    found = page(client, address)
    assert len(found.all("caption")) == len(found.all("table")) > 0
    assert all(cell.get("scope") in {"col", "row"} for cell in found.all("th"))
    identifiers = [one["id"] for _, one in found.elements if "id" in one]
    assert len(identifiers) == len(set(identifiers))
    labelled = {label.get("for") for label in found.all("label")}
    fields = [f for f in found.all("input") + found.all("select") if f.get("type") != "hidden"]
    assert all(field["id"] in labelled for field in fields)
    assert len(found.all("h1")) == 1


def test_the_stylesheet_of_the_pages_is_served(client: Client) -> None:
    assert client.get("/static/web/evidence.css").status_code == 200


def test_the_page_says_which_studies_were_added_on_this_machine() -> None:
    assert added_sentence(()) == ""
    one, two = load_studies()[:2]
    assert one.label in added_sentence((one,))
    assert added_sentence((one,)).endswith("count with it.")
    assert added_sentence((one, two)).endswith("count with them.")
    changed = replace(one, label="Made-up 2099")
    assert added_here((changed, two)) == (changed,)
    assert "Added on this machine" not in Page(Client().get("/evidence").text).text
