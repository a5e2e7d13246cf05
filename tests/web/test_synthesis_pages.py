"""The synthesis page: the answer first, studies switched off by the address, files to keep."""

import csv
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.web.client import Client, Element, read

from slopewise.evidence.pooling.pooled_effect import Method
from slopewise.workflow.synthesise import synthesise

KEYS = [one.answer.question.key for one in synthesise().comparisons]
COUNTED = [study.study_id for study in synthesise().with_number]


def cards(page: Element) -> list[Element]:
    return [one for one in page.all("article") if one.get("class") == "card"]


def switched(page: Element) -> dict[str, bool]:
    return {
        field["value"]: "checked" in field.attributes
        for field in page.all("input")
        if field.get("name") == "without"
    }


def test_each_comparison_is_a_card_with_its_sentence_certainty_and_a_way_to_its_figure(
    client: Client,
) -> None:
    page = client.page("/evidence")
    found = synthesise()
    assert len(cards(page)) == len(found.comparisons) == 3
    identifiers = {one.get("id") for one in page.all()}
    for card, one in zip(cards(page), found.comparisons, strict=True):
        assert one.answer.sentence in card.text
        assert f"Certainty: {one.certainty.level.value}" in card.text.replace(" .", ".")
        assert card.all("a")[-1]["href"].removeprefix("#") in identifiers


def test_lanes_stand_in_separate_figures(client: Client) -> None:
    page = client.page("/evidence")
    figures = {figure["id"]: figure for figure in page.all("figure")}
    for one in synthesise().comparisons:
        key = f"{one.answer.question.key}-forest"
        labels = {effect.label for effect in one.answer.effects}
        if key not in figures:
            assert not labels
            continue
        assert len(figures[key].all("svg")) == 2
        assert all(label in figures[key].text for label in labels)
        others = {
            effect.label
            for other in synthesise().comparisons
            if other is not one
            for effect in other.answer.effects
        }
        assert not any(label in figures[key].text for label in others - labels)


@pytest.mark.parametrize("study_id", COUNTED[:4])
def test_a_study_in_the_address_is_off_and_the_answer_says_what_it_was(
    client: Client, study_id: str
) -> None:
    assert not any(switched(client.page("/evidence")).values())
    page = client.page(f"/evidence?without={study_id}")
    assert {name for name, off in switched(page).items() if off} == {study_id}
    assert "Left out by you:" in page.text
    moved = [one for one in page.all("p") if one.get("class") == "was"]
    assert moved
    assert all(re.match(r"Was .*is now ", one.text) for one in moved)
    assert "/evidence" in [link["href"] for link in page.all("a") if "again" in link.text]


def test_every_choice_is_kept_by_the_links_between_the_views(client: Client) -> None:
    page = client.page("/evidence?view=technical&without=oh_2018&method=pm&hartung_knapp=no")
    plain = next(link for link in page.all("a") if link.text == "In plain words")
    kept = parse_qs(urlsplit(plain["href"]).query)
    assert kept == {"without": ["oh_2018"], "method": ["pm"], "hartung_knapp": ["no"]}
    chosen = [option["value"] for option in page.all("option") if "selected" in option.attributes]
    assert chosen == ["pm"]


def test_the_plain_view_comes_first_and_leaves_statistics_to_the_other(client: Client) -> None:
    plain, technical = client.page("/evidence"), client.page("/evidence?view=technical")
    assert "Between-study variance" not in plain.text
    assert "Between-study variance" in technical.text
    assert "How each estimate was come by" in technical.text
    assert [one["value"] for one in technical.all("option")] == [one.value for one in Method]


def test_the_safety_table_says_up_to_how_many_where_nobody_had_an_event(client: Client) -> None:
    page = client.page("/evidence")
    table = next(one for one in page.all("table") if one.get("aria-labelledby") == "safety-table")
    cells = [cell for row in table.rows() for cell in row]
    none = [cell for cell in cells if cell.startswith("0 of ")]
    assert none
    assert all("up to" in cell for cell in none)
    for answer in synthesise().safety:
        if answer.route == "any route":
            assert answer.sentence in page.text


@pytest.mark.parametrize("view", ["plain", "technical"])
def test_figures_have_words_a_table_and_no_scripts(client: Client, view: str) -> None:
    page = client.page(f"/evidence?view={view}")
    for figure in page.all("figure"):
        assert figure.first("figcaption").text
        assert figure.all("table")
        assert all(svg["aria-label"] for svg in figure.all("svg"))
    assert not page.all("script")
    identifiers = [one["id"] for one in page.all() if one.get("id")]
    assert len(identifiers) == len(set(identifiers))
    tables = page.all("table")
    assert tables
    assert all(table.all("caption") for table in tables)


def test_nothing_is_asked_of_another_host(client: Client) -> None:
    page = client.page("/evidence?view=technical")
    for element in page.all("img", "link", "form", "iframe"):
        address = element.get("src") or element.get("href") or element.get("action")
        assert address.startswith("/")
    outside = [link for link in page.all("a") if link["href"].startswith("http")]
    assert all(link["rel"] == "noreferrer noopener" for link in outside)


@pytest.mark.parametrize(
    "evil", ["%3Cscript%3Ealert(1)%3C/script%3E", "%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"]
)
def test_an_unknown_study_is_refused_as_text_with_advice(client: Client, evil: str) -> None:
    answer = client.get(f"/evidence?without={evil}")
    assert answer.status_code == 404
    page = read(answer.text)
    assert not page.all("script")
    assert not [one for one in page.all("img") if one.get("src") == "x"]
    assert "choose from the page" in page.text


def test_a_near_miss_is_told(client: Client) -> None:
    answer = client.get("/evidence?without=oh_2017")
    assert answer.status_code == 404
    assert "did you mean oh_2018" in answer.text


@pytest.mark.parametrize(
    "query", ["view=loud", "method=luck", "hartung_knapp=maybe", "without=" + "x" * 300]
)
def test_a_value_that_the_page_does_not_know_is_refused(client: Client, query: str) -> None:
    answer = client.get(f"/evidence?{query}")
    assert answer.status_code == 422
    assert "Choose from its links" in answer.text


def test_addresses_of_the_list_still_lead_to_it(client: Client) -> None:
    answer = client.get("/evidence?cells=adipose&donor=")
    assert answer.status_code == 308
    assert answer.headers["location"] == "/evidence/studies?cells=adipose&donor="


def content(text: str) -> tuple[str, list[dict[str, str]]]:
    lines = text.splitlines()
    said = "\n".join(line for line in lines if line.startswith("#"))
    return said, list(csv.DictReader(line for line in lines if not line.startswith("#")))


@pytest.mark.parametrize("key", KEYS)
def test_each_forest_plot_has_a_file_with_its_numbers_and_the_command(
    client: Client, key: str
) -> None:
    answer = client.get(f"/evidence/download/{key}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert f'filename="slopewise-{key}.csv"' in answer.headers["content-disposition"]
    said, rows = content(answer.text)
    one = next(one for one in synthesise().comparisons if one.answer.question.key == key)
    assert [float(row["estimate"]) for row in rows] == [e.estimate for e in one.answer.effects]
    command = f"slopewise evidence pool slopewise-{key}.csv --method reml"
    assert (command in said) == bool(one.answer.effects)


def test_the_file_follows_the_choice_of_studies(client: Client) -> None:
    _, rows = content(client.get(f"/evidence/download/{KEYS[0]}.csv?without=oh_2018").text)
    assert "oh_2018" not in [row["study"] for row in rows]


@pytest.mark.parametrize("figure", ["map", "timeline", "safety-headache"])
def test_the_other_figures_have_files_too(client: Client, figure: str) -> None:
    page = client.page("/evidence")
    assert f"/evidence/download/{figure}.csv" in [link["href"] for link in page.all("a")]
    said, rows = content(client.get(f"/evidence/download/{figure}.csv").text)
    assert rows
    assert "Research use only" in said


def test_a_figure_that_is_not_there_is_not_found(client: Client) -> None:
    answer = client.get("/evidence/download/nothing.csv")
    assert answer.status_code == 404
    assert "use a link of the page" in answer.text


def test_a_study_s_page_says_whether_it_counts_and_shows_arms_bias_and_registrations(
    client: Client,
) -> None:
    page = client.page("/evidence/cudkowicz_2022")
    captions = {caption.text for caption in page.all("caption")}
    assert {"Arms", "Registrations"} <= captions
    assert any(caption.startswith("Risk of bias, domain by domain: RoB 2") for caption in captions)
    assert "its spread is another trial's" in page.text
    assert "replaced by" in page.text
    assert "How each estimate was come by" not in page.text
    technical = client.page("/evidence/cudkowicz_2022?view=technical")
    assert "How each estimate was come by" in technical.text
    assert all("open" in one.attributes for one in technical.all("details"))


@pytest.mark.parametrize("study_id", COUNTED)
def test_every_study_with_an_estimate_says_so_on_its_page(client: Client, study_id: str) -> None:
    text = client.page(f"/evidence/{study_id}").text
    assert "Counted: slowing of" in text or "Not counted: slowing of" in text


def test_the_other_outcomes_are_rated_too(client: Client) -> None:
    page = client.page("/evidence?view=technical")
    section = next(one for one in page.all("section") if one.get("aria-labelledby") == "outcomes")
    assert {"Survival", "Breathing (vital capacity)"} <= {one.text for one in section.all("h3")}
    assert "Certainty: very low" in section.text
