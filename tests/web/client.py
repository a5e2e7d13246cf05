"""The application asked in this process, and its pages read as elements rather than as text."""

import asyncio
import csv
from collections.abc import AsyncIterator, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from slopewise.workflow.open_demonstration import demonstration_folder

OWN = "http://127.0.0.1:8321"
SAME_ORIGIN = {"origin": OWN, "sec-fetch-site": "same-origin"}
VOID = {"meta", "link", "input", "img", "br", "hr"}


def waited_for(answer: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
    """The answer, waited for in a thread of its own.

    A browser of the journeys may keep this process's own event loop running beside us.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer).result()


class Element:
    """One element: tag, attributes, children in order, and its own text among them."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    @property
    def text(self) -> str:
        parts = (c if isinstance(c, str) else c.text for c in self.children)
        return " ".join(" ".join(parts).split())

    def all(self, *tags: str) -> list["Element"]:
        """Elements below with one of these tags, in the order of the page; every one without."""
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    found.append(child)
                found += child.all(*tags)
        return found

    def first(self, tag: str) -> "Element":
        return self.all(tag)[0]

    def rows(self) -> list[list[str]]:
        """The body rows of a table as text."""
        return [
            [cell.text for cell in row.children if isinstance(cell, Element)]
            for row in self.first("tbody").all("tr")
        ]


class Reader(HTMLParser):
    """Builds the elements; complains about a page whose tags do not match."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("root", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read(html: str) -> Element:
    """The page as elements."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert len(reader._open) == 1, f"<{reader._open[-1].tag}> is not closed"
    return reader.root


class Client:
    """Asks the application as a browser on its own address would."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return waited_for(self._send("GET", address, headers=headers or {}))

    def page(self, address: str) -> Element:
        answer = self.get(address)
        assert answer.status_code == 200, answer.text
        return read(answer.text)

    def post(
        self,
        address: str,
        *,
        files: list[tuple[str, bytes]] | None = None,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] = SAME_ORIGIN,
        stream: AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        parts = [("files", (name, content)) for name, content in files or []]
        return waited_for(
            self._send("POST", address, headers=headers, files=parts, data=fields, content=stream)
        )

    async def _send(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str],
        files: list[tuple[str, tuple[str, bytes]]] | None = None,
        data: Mapping[str, str] | None = None,
        content: AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=OWN) as client:
            return await client.request(
                method,
                address,
                headers=dict(headers),
                files=files or None,
                data=dict(data) if data else None,
                content=content,
            )


def few_demonstration_patients(folder: Path, patient_ids: set[str]) -> Path:
    """The demonstration's files cut down to a few patients, so that a test is quick."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in demonstration_folder().glob("*.csv"):
        with source.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
        kept = [
            row
            for row in rows
            if rows[0][0] != "patient_id" or row is rows[0] or row[0] in patient_ids
        ]
        with (folder / source.name).open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(kept)
    return folder
