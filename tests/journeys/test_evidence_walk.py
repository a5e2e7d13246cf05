"""The evidence and the claims in a browser, by keyboard alone and without scripts."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import OpenVisit
from tests.journeys.test_walk import (
    go_by_keyboard,
    measure,
    open_by_keyboard,
    skip_to_content,
    tab_to,
)

pytestmark = pytest.mark.browser

STOPS = 90
CLAIMS = "Stem cell therapy is safe and slows the progression of ALS. The clinic has a blue door."
PATHS = (
    "/evidence?view=technical&without=oh_2018",
    "/evidence/cudkowicz_2022",
    "/evidence/oh_2018?view=technical",
    "/claims/slows_progression?view=technical",
    "/claims/check",
)


def tab_until(page: Page, holds: str) -> None:
    """Press Tab until an expression about the focused element `it` holds."""
    for _ in range(STOPS):
        if page.evaluate(f"(() => {{ const it = document.activeElement; return {holds} }})()"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no focus stop with {holds}")


def test_a_study_is_switched_off_by_keyboard_and_the_answer_moves(open_visit: OpenVisit) -> None:
    visit = open_visit(scripts=True)
    page = visit.go("/evidence")
    first = page.locator(".card").first
    before = first.inner_text()
    skip_to_content(page)
    open_by_keyboard(page, "Leave studies out")
    tab_until(page, "it.value === 'oh_2018'")
    page.keyboard.press("Space")
    tab_to(page, "Answer again")
    page.keyboard.press("Enter")
    expect(page.locator(".was").first).to_contain_text("is now")
    assert "without=oh_2018" in page.url
    assert first.inner_text() != before
    expect(page.locator("input[value=oh_2018]")).to_be_checked()
    visit.picture("evidence-without")
    skip_to_content(page)
    tab_to(page, "Count every study again")
    page.keyboard.press("Enter")
    expect(page.locator(".was")).to_have_count(0)
    assert first.inner_text() == before


def test_a_figure_s_numbers_open_by_keyboard(open_visit: OpenVisit) -> None:
    page = open_visit(scripts=True).go("/evidence")
    skip_to_content(page)
    open_by_keyboard(page, "Numbers behind “Each study and all together: randomised”")
    expect(page.locator("#slowing_randomised-forest-table")).to_be_visible()


def test_a_text_is_checked_by_keyboard(open_visit: OpenVisit) -> None:
    visit = open_visit(scripts=True)
    page = visit.go("/evidence")
    go_by_keyboard(page, "Claims")
    expect(page.locator("h1")).to_have_text("Claims, one by one")
    visit.picture("claims")
    skip_to_content(page)
    tab_until(page, "it.tagName === 'TEXTAREA'")
    page.keyboard.type(CLAIMS)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("What the text claims")
    assert page.url.endswith("/claims/check")
    expect(page.locator(".checked > li")).to_have_count(2)
    expect(page.locator(".checked > li").nth(1)).to_contain_text("No known claim")
    visit.picture("claims-checked")
    check_measures(page, measure)
    skip_to_content(page)
    tab_to(page, "“Slows progression”")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("“Slows progression”")
    visit.picture("claim")


@pytest.mark.parametrize("path", PATHS)
def test_each_page_is_measured_in_every_width_and_scheme(open_visit: OpenVisit, path: str) -> None:
    page = open_visit().go(path)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    check_measures(page, measure)
    page.emulate_media(color_scheme="dark")
    assert not measure(page, "weakWords")


def test_both_views_read_without_scripts(open_visit: OpenVisit) -> None:
    visit = open_visit(scripts=False)
    page = visit.go("/evidence")
    page.get_by_role("link", name="With the statistics").click()
    expect(page.get_by_text("Between-study variance").first).to_be_visible()
    page.get_by_role("link", name="In plain words").click()
    expect(page.get_by_text("Between-study variance")).to_have_count(0)


def check_measures(page: Page, measured: Callable[[Page, str], Any]) -> None:
    assert not measured(page, "smallTargets")
    assert not measured(page, "weakWords")
    for width in (1280, 850, 640, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    page.set_viewport_size({"width": 1280, "height": 800})
