"""The list and a patient's page, read as a browser without scripts reads them."""

import csv
import datetime
import re
from itertools import pairwise
from pathlib import Path

import pytest
from tests.web.client import Client, Element, few_demonstration_patients, read
from tests.web.conftest import FEW

from slopewise.report.patient.words import VERDICT_WORDS
from slopewise.web.jobs import Worker
from slopewise.workflow.list_patients import list_patients
from slopewise.workflow.open_demonstration import demonstration_folder
from slopewise.workflow.progress import Progress

ALL_PAGES = (
    "/patients",
    "/patients/1",
    "/patients/3",
    "/import",
    "/prognosis",
    "/evidence",
    "/help",
    "/nowhere",
)


def names(page: Element) -> list[str]:
    return [row[0].split()[0] for row in page.first("table").rows()]


def test_the_list_shows_every_patient_with_an_answer_in_words(client: Client) -> None:
    rows = client.page("/patients").first("table").rows()
    assert {row[0].split()[0] for row in rows} == FEW
    assert all(row[1] in VERDICT_WORDS.values() for row in rows)


def test_simulated_patients_are_labelled_in_the_list_and_on_their_page(client: Client) -> None:
    assert all("simulated" in row[0] for row in client.page("/patients").first("table").rows())
    assert "simulated" in client.page("/patients/1").first("h1").text


def test_the_list_sorts_by_a_column_both_ways(client: Client) -> None:
    up = names(client.page("/patients?sort=patient&order=up"))
    assert up == sorted(FEW)
    assert names(client.page("/patients?sort=patient&order=down")) == up[::-1]


def test_a_sorted_heading_says_so_and_turns_the_order(client: Client) -> None:
    page = client.page("/patients?sort=visit&order=up")
    heading = next(h for h in page.all("th") if h.get("aria-sort"))
    assert heading["aria-sort"] == "ascending"
    assert "order=down" in heading.first("a")["href"]


def test_the_list_sorted_by_visit_has_the_earliest_first(client: Client) -> None:
    dates = [row[3] for row in client.page("/patients?sort=visit").first("table").rows()]
    assert dates == sorted(dates)


def test_the_filter_keeps_patients_whose_identifier_holds_the_words(client: Client) -> None:
    page = client.page("/patients?find=o-014")
    assert names(page) == ["DEMO-014"]
    assert "1 of 3 patients" in page.first("main").text
    assert page.all("input")[0]["value"] == "o-014"


def test_the_filter_stands_when_the_order_changes(client: Client) -> None:
    page = client.page("/patients?find=DEMO&sort=answer")
    sorts = [h.first("a")["href"] for h in page.all("th") if h.get("scope") == "col"]
    assert all("find=DEMO" in address for address in sorts)


def test_a_filter_that_finds_nobody_says_so(client: Client) -> None:
    assert "No identifier has" in client.page("/patients?find=zzz").first("main").text


def test_an_empty_store_offers_the_import(empty: Client) -> None:
    main = empty.page("/patients").first("main")
    assert main.first("a")["href"] == "/import"


def test_the_answer_comes_before_the_picture_and_the_picture_before_the_numbers(
    client: Client,
) -> None:
    main = client.page("/patients/2").first("main")
    kinds = [
        e for e in main.all() if e.get("class").startswith("answer") or e.tag in {"figure", "dl"}
    ]
    assert [kinds[0].tag, kinds[1].tag, kinds[2].tag] == ["div", "figure", "dl"]


def test_every_figure_has_a_sentence_a_named_drawing_and_a_table(client: Client) -> None:
    figures = client.page("/patients/2").all("figure")
    assert len(figures) == 3
    for figure in figures:
        assert figure.first("figcaption").text.endswith(".")
        drawings = figure.first("div").all("svg")
        assert [d["role"] for d in drawings] == ["img"]
        assert drawings[0]["aria-label"]
        assert len(figure.first("table").rows()) > 1


def test_the_picture_s_table_holds_every_scored_visit(client: Client) -> None:
    page = client.page("/patients/2")
    with_scores = few_visits("DEMO-002")
    shown = [row[1] for row in page.first("figure").first("table").rows()]
    assert shown == with_scores


def test_the_interval_stands_before_the_middle(client: Client) -> None:
    facts = client.page("/patients/2").first("dl").first("div")
    assert re.search(r"(slower|faster)", facts.first("dd").text)
    assert facts.first("dd").text.index(" to ") < facts.first("dd").text.index("Middle")


def test_the_usual_rule_is_marked_as_wrong_too_often(client: Client) -> None:
    assert "it is wrong too often" in client.page("/patients/2").first("main").text


def test_all_seven_symptoms_are_listed_even_when_not_measured(client: Client) -> None:
    table = next(t for t in client.page("/patients/1").all("table") if "seven" in t.text)
    assert len({row[0] for row in table.rows()}) == 7


def test_the_evidence_prior_names_its_trials_and_moves_no_answer(client: Client) -> None:
    page = client.page("/patients/2?prior=evidence")
    assert "It rests on Oh 2018" in page.text
    assert "does not depend on it" in page.text
    assert "It rests on" not in client.page("/patients/2").text


def test_the_prior_is_changed_by_a_link(client: Client) -> None:
    page = client.page("/patients/2?prior=flat")
    switch = next(n for n in page.all("nav") if n.get("aria-label") == "Prior")
    current = next(a for a in switch.all("a") if a.get("aria-current"))
    assert current.text == "Flat prior"
    assert "every slowing is held equally likely" in page.text


def test_a_patient_without_a_dose_is_told_so(client: Client) -> None:
    main = client.page("/patients/3").first("main").text
    assert "Cannot tell" in main
    assert "No dose of a cell product is recorded" in main


def test_the_rows_name_the_files_they_came_from(client: Client) -> None:
    table = client.page("/patients/2").all("table")[-1]
    files = {row[0] for row in table.rows()}
    assert {"patients.csv", "visits.csv", "doses.csv"} <= files


def test_the_report_is_one_file_that_loads_nothing(client: Client) -> None:
    answer = client.get("/patients/2/report")
    page = read(answer.text)
    assert answer.headers["content-disposition"] == 'attachment; filename="slopewise-report.html"'
    assert not page.all("link", "script", "img", "iframe")
    assert "DEMO-002" in page.text
    assert "Simulated: no person stands behind these numbers." in page.text


def test_nothing_is_said_about_how_long_anyone_will_live(client: Client) -> None:
    told = client.page("/patients/2").first("main").text.lower()
    assert not re.search(r"survival|life expectancy|months to live|prognosis|hazard", told)


@pytest.mark.parametrize("address", ALL_PAGES)
def test_a_page_is_built_for_every_reader(client: Client, address: str) -> None:
    page = read(client.get(address).text)
    assert page.first("html")["lang"] == "en-GB"
    assert page.first("body").all("a")[0]["href"] == "#main"
    assert len(page.all("h1")) == 1
    levels = [int(e.tag[1]) for e in page.all("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    identifiers = [e["id"] for e in page.all() if "id" in e.attributes]
    assert len(identifiers) == len(set(identifiers))
    assert [a.text for a in page.first("nav").all("a")][-1] == "Help"


@pytest.mark.parametrize("address", ALL_PAGES)
def test_every_field_has_a_label_and_every_reference_a_target(client: Client, address: str) -> None:
    page = read(client.get(address).text)
    identifiers = {e["id"] for e in page.all() if "id" in e.attributes}
    labelled = {label["for"] for label in page.all("label") if "for" in label.attributes}
    inside = {id(field) for label in page.all("label") for field in label.all("input")}
    for field in page.all("input", "select"):
        if field.get("type") != "hidden":
            assert field.get("id") in labelled or id(field) in inside
    for element in page.all():
        for name in ("aria-labelledby", "aria-describedby"):
            assert element.get(name, "main") in identifiers


@pytest.mark.parametrize("address", ALL_PAGES)
def test_links_with_the_same_words_lead_to_the_same_place(client: Client, address: str) -> None:
    seen: dict[str, str] = {}
    for link in read(client.get(address).text).first("main").all("a"):
        assert link.text
        assert seen.setdefault(link.text, link["href"]) == link["href"]


def test_new_patients_are_assessed_while_the_list_is_asked_for(
    empty: Client, tmp_path: Path
) -> None:
    folder = few_demonstration_patients(tmp_path / "clinic", {"DEMO-001"})
    files = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.csv"))]
    address = empty.post("/import", files=files).headers["location"]
    empty.post(address + "/confirm")
    empty.page("/patients")
    empty.app.state.worker.wait()
    assert "Not assessed" not in empty.page("/patients").first("main").text


def test_work_that_fails_is_told_with_a_number() -> None:
    def fail(_: Progress) -> None:
        raise RuntimeError("DEMO-001")

    worker = Worker()
    state = worker.ensure(fail, wait_seconds=5)
    assert state.failed
    assert not state.is_running


def test_work_tells_how_far_it_is() -> None:
    worker = Worker()
    state = worker.ensure(lambda progress: progress(2, 3), wait_seconds=5)
    assert (state.done, state.total, state.is_running, state.failed) == (2, 3, False, None)


def test_a_visit_is_overdue_after_three_months(client: Client) -> None:
    store = client.app.state.store
    listed = list_patients(store, today=datetime.date(2030, 1, 1)).patients
    newest = max(patient.last_visit for patient in listed)
    for patient in listed:
        days = (newest - patient.last_visit).days
        assert (patient.overdue_months is not None) == (days > 91)


def few_visits(patient_id: str) -> list[str]:
    """The totals of a demonstration patient as they stand in the file."""
    with (demonstration_folder() / "visits.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["patient_id"] == patient_id]
    return [row["alsfrs_total"] for row in sorted(rows, key=lambda row: row["date"])]
