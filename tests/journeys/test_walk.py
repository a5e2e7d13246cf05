"""The road through the pages in a browser, by keyboard alone, and what is measured on them.

The walk also takes the pictures of the documentation, into the folder SLOPEWISE_SCREENSHOTS.
"""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import OpenVisit, Visit
from tests.web.client import few_demonstration_patients

pytestmark = pytest.mark.browser

PATIENTS = {"DEMO-001", "DEMO-002", "DEMO-004", "DEMO-005", "DEMO-010", "DEMO-014"}
MEASURES = (Path(__file__).parent / "measures.js").read_text(encoding="utf-8")
ABOVE_THE_SCALE = {"patient_id": "DEMO-001", "date": "2024-01-09", "alsfrs_total": "61"}
PATHS = (
    "/patients",
    "/patients/2",
    "/import",
    "/prognosis",
    "/evidence",
    "/evidence/studies",
    "/claims",
    "/trials",
    "/help",
    "/nowhere",
)
ASSESSED_WITHIN = 60_000  # ms, on a slow and busy machine


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = few_demonstration_patients(tmp_path_factory.mktemp("clinic"), PATIENTS)
    with (folder / "visits.csv").open("r+", newline="", encoding="utf-8") as stream:
        columns = next(csv.reader(stream))
        stream.seek(0, io.SEEK_END)
        csv.DictWriter(stream, columns, restval="").writerow(ABOVE_THE_SCALE)
    return folder


@pytest.fixture(scope="module")
def filled(clinic: Path, browser: object, address: str) -> str:
    """The application after one import, whichever test comes first."""
    context = browser.new_context()  # type: ignore[attr-defined]
    page = context.new_page()
    import_clinic(Visit(page, address), clinic)
    context.close()
    return address


def test_the_whole_road_by_keyboard(open_visit: OpenVisit, clinic: Path) -> None:
    visit = open_visit()
    import_clinic(visit, clinic)
    page = visit.page
    tab_to(page, "DEMO-002")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("DEMO-002")
    expect(page.locator(".answer .sentence")).to_be_visible()
    visit.picture("patient")
    open_by_keyboard(page, "Numbers behind “Scores, doses and what was expected”")
    expect(page.locator("#p-course-table")).to_be_visible()
    go_by_keyboard(page, "Evidence")
    expect(page.locator("h1")).to_have_text("What is known, and how sure")
    visit.picture("evidence")
    go_by_keyboard(page, "Help")
    expect(page.locator("h1")).to_have_text("Help and limits")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", PATHS)
def test_every_target_is_large_enough(open_visit: OpenVisit, path: str) -> None:
    page = open_visit().go(path)
    assert not measure(page, "smallTargets")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", PATHS)
def test_nothing_scrolls_sideways(open_visit: OpenVisit, path: str) -> None:
    """WCAG 2.2, 1.4.10: 320 px is 400 % zoom of 1280, 640 px is 200 %."""
    visit = open_visit()
    page = visit.go(path)
    for width in (1280, 850, 840, 640, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width == 390:
            visit.picture(f"narrow{path.replace('/', '-')}")


@pytest.mark.parametrize(("path", "place"), [("/patients", ".identifier"), ("/patients/2", "h1")])
@pytest.mark.parametrize("width", [320, 390, 1000])
def test_the_longest_identifier_does_not_widen_the_page(
    open_visit: OpenVisit, filled: str, path: str, place: str, width: int
) -> None:
    page = open_visit().go(path)
    page.set_viewport_size({"width": width, "height": 800})
    page.locator(place).first.evaluate("(element) => { element.textContent = 'W'.repeat(64) }")
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", PATHS)
def test_the_skip_link_is_first_and_then_the_page_s_own_action(
    open_visit: OpenVisit, path: str
) -> None:
    page = open_visit().go(path)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", PATHS)
def test_the_focus_is_seen_wherever_it_is(open_visit: OpenVisit, path: str) -> None:
    page = open_visit().go(path)
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        found = measure(page, "focus")
        if found["tag"] == "BODY" or found["name"] in seen:
            break
        seen.add(found["name"])
        assert found["ring"] >= 2, found
        assert found["inView"], found
    assert len(seen) >= 5


@pytest.mark.usefixtures("filled")
def test_a_patient_s_page_has_few_stops(open_visit: OpenVisit) -> None:
    page = open_visit().go("/patients/2")
    assert measure(page, "stops") <= 17  # seven of them the navigation


@pytest.mark.usefixtures("filled")
def test_pages_read_the_same_with_scripts_off(open_visit: OpenVisit) -> None:
    visit = open_visit(scripts=False)
    for path in PATHS:
        expect(visit.go(path).locator("h1")).to_be_visible()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", PATHS)
def test_words_stand_out_from_what_is_behind_them(open_visit: OpenVisit, path: str) -> None:
    page = open_visit().go(path)
    assert not measure(page, "weakWords")
    page.emulate_media(color_scheme="dark")
    assert not measure(page, "weakWords")


@pytest.mark.usefixtures("filled")
def test_nothing_but_the_focus_ring_changes_on_hover(open_visit: OpenVisit) -> None:
    page = open_visit().go("/patients/2")
    before = page.evaluate("document.body.innerText")
    for link in page.locator("a, summary").all()[1:6]:
        link.hover()
    assert page.evaluate("document.body.innerText") == before


def test_the_road_to_a_survival_curve_by_keyboard(open_visit: OpenVisit) -> None:
    """Group and range first; the curve only after its own button. Measured on both pages."""
    visit = open_visit(scripts=False)
    page = visit.go("/prognosis")
    skip_to_content(page)
    for typed in ("66", "7", "9", "33", "72"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.locator(".answer .sentence")).to_contain_text("months after the first symptom")
    expect(page.locator("main svg")).to_have_count(0)
    visit.picture("prognosis")
    for step in ("Show the survival curve", "Numbers behind"):
        assert not measure(page, "smallTargets")
        assert not measure(page, "weakWords")
        for width in (1280, 640, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.set_viewport_size({"width": 1280, "height": 800})
        if step == "Show the survival curve":
            skip_to_content(page)
            tab_to(page, step)
            page.keyboard.press("Enter")
            expect(page.locator(".drawing-wide svg")).to_be_visible()
            visit.picture("prognosis-curve")
    assert page.url.endswith("/prognosis/curve#curve")


@pytest.mark.usefixtures("filled")
def test_the_pictures_of_the_pages(open_visit: OpenVisit) -> None:
    visit = open_visit()
    for path, name in (("/patients", "patients"), ("/import", "import"), ("/help", "help")):
        visit.go(path)
        visit.picture(name)
    visit.page.emulate_media(color_scheme="dark")
    visit.go("/patients/2")
    visit.picture("patient-dark")
    assert visit.page.title()


def measure(page: Page, name: str) -> Any:
    """One of the functions of measures.js."""
    return page.evaluate(f"() => {{ const measures = {MEASURES}; return measures.{name}() }}")


def import_clinic(visit: Visit, clinic: Path) -> None:
    """Upload, look at the findings, confirm, and wait until every patient has an answer."""
    page = visit.go("/patients")
    go_by_keyboard(page, "Import")
    expect(page.locator("h1")).to_have_text("Import files")
    skip_to_content(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "files"
    page.locator("#files").set_input_files(sorted(clinic.glob("*.csv")))
    tab_to(page, "Check the files")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("What was found in the files")
    expect(page.locator("#group-error")).to_contain_text("Left out")
    expect(page.locator(".findings-error tbody td").nth(2)).to_have_text("61")
    visit.picture("findings")
    assert not measure(page, "smallTargets")
    assert not measure(page, "weakWords")
    skip_to_content(page)
    tab_to(page, "Import what is right")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("rows of 6 patients, left out 1")
    skip_to_content(page)
    tab_to(page, "Go to the patients")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Patients")
    while page.get_by_text("Show again").count():
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("tbody tr")).to_have_count(6, timeout=ASSESSED_WITHIN)


def go_by_keyboard(page: Page, link: str) -> None:
    """From the top of the page to a page of the navigation."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.locator("body").press("Home")
    page.locator(".skip-link").focus()
    tab_to(page, link)
    page.keyboard.press("Enter")


def skip_to_content(page: Page) -> None:
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def open_by_keyboard(page: Page, summary: str) -> None:
    tab_to(page, summary)
    page.keyboard.press("Space")


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus is on the element that begins with these words."""
    for _ in range(60):
        if focused(page).startswith(words):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no focus stop begins with {words!r}; the last was {focused(page)!r}")


def focused(page: Page) -> str:
    told = page.evaluate("document.activeElement.textContent.trim().replace(/\\s+/g, ' ')")
    return str(told)[:80]
