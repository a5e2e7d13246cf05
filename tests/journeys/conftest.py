"""A real browser on a running application; without Chromium these tests are skipped and say why."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from slopewise.records.store import open_store
from slopewise.web.app import create_app

LAUNCH = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
MISSING = "/nowhere"  # an address that no page has
START_SECONDS = 30
expect.set_options(timeout=30_000)  # ms: a busy machine is slow, and slow is not wrong


@dataclass
class Visit:
    """A page in the browser, and everything it did that it should not have."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    refused: str = MISSING  # the address whose refusal is what the test asks for

    def note(self, told: ConsoleMessage) -> None:
        """A complaint of the console, but for the refusals that were asked for."""
        if not told.location["url"].endswith((MISSING, self.refused)):
            self.complaints.append(told.text)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def picture(self, name: str) -> None:
        """Keep a picture of the page where SLOPEWISE_SCREENSHOTS says; nothing without it."""
        folder = os.environ.get("SLOPEWISE_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png")


OpenVisit = Callable[..., Visit]


def chromium() -> str:
    """The browser's program, or a skip that says what is missing."""
    found = os.environ.get("SLOPEWISE_CHROMIUM") or next(
        (
            p
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (p := shutil.which(name))
        ),
        None,
    )
    if not found:
        pytest.skip("Chromium is not installed: the pages are not walked in a browser")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=LAUNCH)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def served_app() -> FastAPI:
    """The application with an empty store in memory."""
    return create_app(open_store(None))


@pytest.fixture(scope="session")
def address(served_app: FastAPI) -> Iterator[str]:
    """The application on a free port of this machine."""
    server = uvicorn.Server(uvicorn.Config(served_app, log_level="warning", access_log=False))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(START_SECONDS)
    listener.close()


@pytest.fixture
def open_visit(browser: Browser, address: str) -> Iterator[OpenVisit]:
    """Opens a page of a given size; at the end nothing may have gone wrong in any of them."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_one(width: int = 1280, height: int = 800, *, scripts: bool = True) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=scripts
        )
        contexts.append(context)
        visit = Visit(context.new_page(), address)
        visit.page.on("console", visit.note)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on(
            "request",
            lambda asked: (
                None if asked.url.startswith(address) else visit.foreign.append(asked.url)
            ),
        )
        visits.append(visit)
        return visit

    yield open_one
    for context in contexts:
        context.close()
    assert not [complaint for visit in visits for complaint in visit.complaints]
    assert not [url for visit in visits for url in visit.foreign]
