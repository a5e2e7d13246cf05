"""A trial by keyboard alone: from a template to what simulating it found."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from tests.journeys.conftest import OpenVisit, Visit
from tests.journeys.test_walk import focused, measure, skip_to_content, tab_to
from tests.web.made_up_simulation import Engine

pytestmark = pytest.mark.browser

WIDTHS = (1280, 640, 390, 320)


@pytest.fixture
def engine(served_app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Made-up simulations for the walk: the pages are looked at, not the numbers."""
    made = Engine()
    made.hold.clear()
    monkeypatch.setattr(served_app.state, "simulate", made)
    yield made
    made.hold.set()
    served_app.state.simulations.close(10)


def test_a_trial_from_template_to_result_by_keyboard(open_visit: OpenVisit, engine: Engine) -> None:
    visit = open_visit(scripts=False)
    visit.refused = "/trials/new"  # a size of 3, answered with 422 and the form again
    page = visit.go("/trials")
    sound(visit, "trials")
    skip_to_content(page)
    tab_to(page, "Begin from this: group-sequential")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("A new design")
    sound(visit, "trial-design")
    type_size(page, "3")
    expect(page.locator("[role=alert] h2")).to_contain_text("1 thing is wrong; nothing was saved")
    sound(visit, "trial-error")
    skip_to_content(page)
    tab_to(page, "The trial: size = 3 is too small")
    page.keyboard.press("Enter")
    expect(page.locator("#f-trial-size")).to_be_in_viewport()
    type_size(page, "240", is_open=True)
    expect(page.locator("[role=status]")).to_have_text("Saved.")
    expect(page.locator(".plain-words")).to_contain_text("240 people randomised")
    skip_to_content(page)
    tab_to(page, "Interim looks")
    page.keyboard.press("Enter")
    expect(page.locator(".drawing-wide svg").first).to_be_visible()
    sound(visit, "trial-looks")
    skip_to_content(page)
    page.keyboard.press("Tab")
    assert focused(page) == "Back to the design"
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_visible()
    skip_to_content(page)
    tab_to(page, "Simulate it")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Simulate:")
    sound(visit, "trial-run")
    skip_to_content(page)
    tab_to(page, "Begin the simulation")
    page.keyboard.press("Enter")
    expect(page.locator("progress")).to_be_visible()
    skip_to_content(page)
    tab_to(page, "Do not renew this page")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Show again")).to_be_visible()
    sound(visit, "trial-running")
    stop_and_go_on(page, engine)
    expect(page.locator("h1")).to_contain_text("simulated")
    expect(page.locator(".answer")).to_contain_text("240 people")
    sound(visit, "trial-result")
    skip_to_content(page)
    tab_to(page, "Numbers behind “How often the trial finds each slowing”")
    page.keyboard.press("Space")
    expect(page.locator("#sim-by-slowing-table")).to_be_visible()


def type_size(page: Page, size: str, *, is_open: bool = False) -> None:
    """Type the number of people and save with Enter, which is the form's first button."""
    if not is_open:
        skip_to_content(page)
        tab_to(page, "The trial")
        page.keyboard.press("Space")
    for _ in range(12):
        if page.evaluate("document.activeElement.id") == "f-trial-size":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type(size)
    page.keyboard.press("Enter")


def stop_and_go_on(page: Page, engine: Engine) -> None:
    """Stop after two blocks, look at what is there, and let it go on to the end."""
    engine.blocks_to_pass = 2
    engine.wait_for(2)
    skip_to_content(page)
    tab_to(page, "Stop")
    page.keyboard.press("Enter")
    shown_when(page, "Stopped early")
    engine.hold.set()
    skip_to_content(page)
    tab_to(page, "Go on with it")
    page.keyboard.press("Enter")
    shown_when(page, "Take it with you")


def shown_when(page: Page, words: str) -> None:
    """The page once it has these words; it is loaded again until then."""
    for _ in range(100):
        if page.get_by_text(words).count() and not page.locator("progress").count():
            return
        page.wait_for_timeout(200)
        page.reload()
    raise AssertionError(f"no {words!r} on {page.url}")


def sound(visit: Visit, name: str) -> None:
    """Targets, contrast in both schemes, nothing sideways; with everything that can be opened."""
    page = visit.page
    visit.picture(name)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    assert not measure(page, "smallTargets")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert not measure(page, "weakWords")
    page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        if width == 390:
            visit.picture(f"narrow-{name}")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator("details:not(:has([aria-invalid]))").evaluate_all(
        "all => all.forEach(one => { one.open = false })"
    )


def test_the_focus_is_seen_on_a_design(open_visit: OpenVisit) -> None:
    page = open_visit().go("/trials/new?template=two-arm")
    for _ in range(45):
        page.keyboard.press("Tab")
        found = measure(page, "focus")
        if found["tag"] == "BODY":
            break
        assert found["ring"] >= 2, found
        # a long text is scrolled to where its cursor is, not to its frame
        assert found["inView"] or found["tag"] == "TEXTAREA", found
    assert focused(page)
