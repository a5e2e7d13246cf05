"""The pages of claims: verdicts in words, rows with sources, and a text that leaves no trace."""

import logging

import pytest
from tests.web.client import SAME_ORIGIN, Client, Element, read

from slopewise.evidence.claims.answers import answer_claims
from slopewise.evidence.claims.claim import ClaimAnswer
from slopewise.evidence.claims.regulation import regulation
from slopewise.evidence.claims.text_check import NO_CLAIM_IN_TEXT
from slopewise.evidence.studies import load_studies
from slopewise.web.claims.pages import MOST_LETTERS

TEXT = (
    "Stem cell therapy is safe. It slows the progression of ALS. "
    "Our clinic has a blue door and opens at nine."
)


@pytest.fixture(scope="module")
def answers() -> dict[str, ClaimAnswer]:
    return {answer.claim_id: answer for answer in answer_claims(load_studies())}


def checked(client: Client, text: str, *, status: int = 200) -> Element:
    answer = client.post("/claims/check", fields={"text": text})
    assert answer.status_code == status, answer.text
    return read(answer.text)


def verdicts(page: Element) -> list[Element]:
    return [one for one in page.all("span") if one.get("class").startswith("verdict ")]


def test_every_claim_is_listed_under_its_verdict(
    client: Client, answers: dict[str, ClaimAnswer]
) -> None:
    page = client.page("/claims")
    found = {}
    for group in page.all("section"):
        if group.get("class") == "panel claim-group":
            verdict = group.first("h2").text.split(" ", 1)[1].lower()
            for link in group.all("a"):
                found[link["href"].removeprefix("/claims/")] = verdict
    assert found == {name: str(one.verdict) for name, one in answers.items()}


def test_a_verdict_is_a_sign_and_words_before_it_is_a_colour(client: Client) -> None:
    signs = {}
    for verdict in verdicts(client.page("/claims")):
        sign, words = verdict.all("span")
        assert sign["aria-hidden"] == "true"
        signs[words.text] = sign.text
    assert len(signs) >= 4
    assert len(set(signs.values())) == len(signs)


@pytest.mark.parametrize("claim_id", ["slows_progression", "safe_well_tolerated"])
def test_a_claim_s_page_holds_every_statement_row_and_source(
    client: Client, answers: dict[str, ClaimAnswer], claim_id: str
) -> None:
    answer = answers[claim_id]
    page = client.page(f"/claims/{claim_id}?view=technical")
    assert answer.true_wording.rstrip(".") in page.text
    links = {link["href"] for link in page.all("a")}
    for statement in answer.statements:
        assert str(statement.verdict).capitalize() in page.text
        for row in (*statement.rows_for, *statement.rows_against):
            assert row.study_id is None or f"/evidence/{row.study_id}" in links
            assert set(row.citation.links) <= links
        for step in statement.certainty.steps if statement.certainty else ():
            assert step.domain.value.capitalize() in page.text


def test_the_plain_view_folds_the_rows_and_leaves_out_the_steps(client: Client) -> None:
    plain = client.page("/claims/slows_progression")
    technical = client.page("/claims/slows_progression?view=technical")
    assert not [one for one in plain.all("details") if "open" in one.attributes]
    folded = [one for one in technical.all("details") if "open" not in one.attributes]
    assert all(one.first("summary").text.startswith("Because of") for one in folded)
    assert "It starts at" not in plain.text
    assert "It starts at" in technical.text


def test_every_region_stands_with_its_date_and_the_advice_to_check(client: Client) -> None:
    page = client.page("/claims")
    for region in regulation():
        assert region.sentence in page.text
        assert f"Newest page read: {region.latest_read}" in page.text
        assert region.re_check in page.text


def test_a_text_is_read_sentence_by_sentence(client: Client) -> None:
    page = checked(client, TEXT)
    items = page.first("ol").all("blockquote")
    assert [one.text for one in items] == TEXT.replace(". ", ".|").split("|")
    links = [link["href"] for link in page.first("ol").all("a")]
    assert "/claims/safe_well_tolerated" in links
    assert "/claims/slows_progression" in links
    assert "No known claim in this sentence" in page.first("ol").text


def test_a_text_without_claims_is_not_called_right(client: Client) -> None:
    assert NO_CLAIM_IN_TEXT in checked(client, "The door is blue.").text


def test_markup_in_a_text_is_shown_as_text(client: Client) -> None:
    page = checked(client, "<script>alert(1)</script> Stem cells are safe. <img src=x>")
    assert not page.all("script")
    assert not [one for one in page.all("img") if one.get("src") == "x"]
    assert "<img src=x>" in page.text


def test_a_text_stands_in_no_address_no_log_and_no_further_page(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "My neighbour Quillfeather says stem cells are safe."
    with caplog.at_level(logging.DEBUG):
        page = checked(client, secret)
    assert all("Quillfeather" not in link["href"] for link in page.all("a"))
    assert "Quillfeather" not in caplog.text
    assert "Quillfeather" not in client.get("/claims/check").text
    form = page.all("form")[-1]
    assert (form["method"], form["action"]) == ("post", "/claims/check")


def test_a_get_takes_no_text(client: Client) -> None:
    page = client.page("/claims/check?text=Stem%20cells%20are%20safe")
    assert not page.first("textarea").text
    assert not verdicts(page)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
        {**SAME_ORIGIN, "sec-fetch-site": "same-site"},
        {},
    ],
)
def test_another_site_cannot_have_a_text_checked(client: Client, headers: dict[str, str]) -> None:
    answer = client.post("/claims/check", fields={"text": TEXT}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("text", ["", "  \n ", "word " * (MOST_LETTERS // 5 + 1)])
def test_an_empty_or_endless_text_is_refused_with_advice(client: Client, text: str) -> None:
    page = checked(client, text, status=422)
    problem = next(one for one in page.all("p") if one.get("class") == "problem")
    assert "paste" in problem.text
    assert page.first("textarea")["aria-invalid"] == "true"
    assert problem["id"] in page.first("textarea")["aria-describedby"]


def test_an_unknown_claim_is_not_found_and_the_nearest_is_named(client: Client) -> None:
    answer = client.get("/claims/slows_progress")
    assert answer.status_code == 404
    assert "slows_progression" in answer.text
    answer = client.get("/claims/%3Cscript%3E")
    assert answer.status_code == 404
    assert not read(answer.text).all("script")


@pytest.mark.parametrize("address", ["/claims", "/claims/slows_progression", "/claims/check"])
def test_identifiers_are_unique_and_nothing_is_loaded_from_elsewhere(
    client: Client, address: str
) -> None:
    page = client.page(address)
    identifiers = [one["id"] for one in page.all() if one.get("id")]
    assert len(identifiers) == len(set(identifiers))
    assert len(page.all("h1")) == 1
    for element in page.all("img", "link", "form", "iframe", "script"):
        target = element.get("src") or element.get("href") or element.get("action")
        assert target.startswith("/")
    labelled = {label.get("for") for label in page.all("label")}
    assert all(one["id"] in labelled for one in page.all("textarea"))


def test_verdict_and_certainty_are_said_once(client: Client) -> None:
    shown = client.get("/claims/slows_progression").text
    assert "Not supported. One randomised trial" not in shown
    assert "Certainty: very low; the true answer" not in shown


def test_an_unknown_claim_leads_back_to_the_claims(client: Client) -> None:
    assert 'class="button" href="/claims"' in client.get("/claims/nosuch").text
    assert 'class="button" href="/evidence/studies"' in client.get("/evidence/nosuch").text


def test_a_shared_answer_is_printed_once_in_the_list(client: Client) -> None:
    shown = client.get("/claims").text
    assert shown.count("One randomised trial printed enough to say") == 1
    assert "The same answer as for “Slows progression”." in shown
