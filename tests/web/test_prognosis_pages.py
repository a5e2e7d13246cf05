"""The prognosis pages: the curve is a second step, and no fact stands in an address."""

import logging
from collections.abc import Mapping

import pytest
from tests.web.client import Client, Element, read

FACTS = {
    "age_onset": "66",
    "months_onset_to_diagnosis": "7",
    "months_onset_to_assessment": "9",
    "alsfrs": "33",
    "fvc": "72",
    "bulbar": "yes",
    "definite": "yes",
    "ftd": "no",
    "c9orf72": "no",
}
NUMBERS = tuple(FACTS)[:5]


def sent(client: Client, address: str, fields: Mapping[str, str], *, status: int = 200) -> Element:
    answer = client.post(address, fields=fields)
    assert answer.status_code == status, answer.text
    return read(answer.text)


def form_to(page: Element, address: str) -> Element:
    return next(form for form in page.all("form") if form["action"] == address)


def values(form: Element) -> dict[str, str]:
    """What the browser would send."""
    return {
        field["name"]: field.get("value")
        for field in form.all("input")
        if field.get("type") != "radio" or "checked" in field.attributes
    }


def test_the_form_begins_empty_with_every_yes_or_no_not_known(client: Client) -> None:
    form = form_to(client.page("/prognosis"), "/prognosis")
    assert values(form) == dict.fromkeys(FACTS, "")
    assert form["method"] == "post"


def test_every_field_has_its_words(client: Client) -> None:
    page = client.page("/prognosis")
    labelled = {label["for"] for label in page.all("label") if label.get("for")}
    assert labelled == set(NUMBERS)
    assert len(page.all("legend")) == 4
    hints = {element.get("id") for element in page.all("p")}
    fields = [field for field in page.all("input") if field.get("type") == "text"]
    assert all(field["aria-describedby"] in hints for field in fields)


@pytest.mark.parametrize("address", ["/prognosis", "/prognosis/curve"])
def test_a_get_never_carries_or_takes_facts(client: Client, address: str) -> None:
    query = "&".join(f"{name}={value}" for name, value in FACTS.items())
    answer = client.get(f"{address}?{query}")
    if address == "/prognosis":
        assert values(form_to(read(answer.text), "/prognosis")) == dict.fromkeys(FACTS, "")
    else:
        assert answer.status_code == 405
    assert "months after the first symptom" not in answer.text


def test_no_form_or_link_of_the_pages_puts_facts_into_an_address(client: Client) -> None:
    pages = [
        client.page("/prognosis"),
        sent(client, "/prognosis", FACTS),
        sent(client, "/prognosis/curve", FACTS),
    ]
    for page in pages:
        assert all(form["method"] == "post" for form in page.all("form"))
        addresses = [e.get("href") or e.get("action") for e in page.all("a", "form", "link")]
        assert not [address for address in addresses if "?" in address]


def test_group_and_range_come_before_and_without_the_curve(client: Client) -> None:
    main = sent(client, "/prognosis", FACTS).first("main")
    assert "within the trial window" in main.first("h2").text
    assert "between 13 and 33 months after the first symptom" in main.text
    assert not main.all("svg", "figure", "table")
    for hidden in ("out of 100", "Predicted middle", "19 months"):
        assert hidden not in main.text


def test_the_way_to_the_curve_says_what_will_be_seen(client: Client) -> None:
    main = sent(client, "/prognosis", FACTS).first("main")
    form = form_to(main, "/prognosis/curve#curve")
    assert form.first("button").text == "Show the survival curve"
    assert values(form) == FACTS
    assert "for how many of 100 people" in main.text
    assert "Not everybody wants to see this" in main.text


def test_the_curve_comes_after_the_second_step_below_group_and_range(client: Client) -> None:
    first = sent(client, "/prognosis", FACTS)
    main = sent(client, "/prognosis/curve", values(form_to(first, "/prognosis/curve#curve"))).first(
        "main"
    )
    assert main.text.index("between 13 and 33 months") < main.text.index("19 months")
    assert "47 out of 100" in main.text  # 0.46629, worked example E02
    assert len(main.all("figure")) == 1
    assert all(picture["role"] == "img" for picture in main.first("figure").all("svg"))
    rows = main.first("table").rows()
    assert [row[0] for row in rows] == ["12", "21", "24", "36", "60"]
    assert rows[2][1] == "32"  # S(24) = 0.32023
    assert rows[1][2] == "47"


def test_what_is_not_known_makes_a_range(client: Client) -> None:
    main = sent(client, "/prognosis", FACTS | {"ftd": "", "c9orf72": ""}).first("main")
    assert "−2.26 to −1.61" in main.text  # LP and LP + 0.388 + 0.256
    assert "Not known: frontotemporal dementia, C9orf72 repeat expansion" in main.text
    assert "about half or more" in main.text


@pytest.mark.parametrize("address", ["/prognosis", "/prognosis/curve"])
@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"alsfrs": "48"}, "alsfrs", "no loss since the first symptom"),
        ({"fvc": "3.2"}, "fvc", "not litres"),
        ({"age_onset": ""}, "age_onset", "this is empty"),
        ({"age_onset": "sixty"}, "age_onset", "not a number"),
        ({"age_onset": "nan"}, "age_onset", "not a number"),
        ({"months_onset_to_diagnosis": "9.5"}, "months_onset_to_diagnosis", "after the assessment"),
        ({"months_onset_to_assessment": "0"}, "months_onset_to_assessment", "above 0"),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_nothing_typed_is_lost(
    client: Client, address: str, changed: dict[str, str], field: str, words: str
) -> None:
    page = sent(client, address, FACTS | changed, status=422)
    form = form_to(page, "/prognosis")
    assert values(form) == FACTS | changed
    wrong = [one for one in form.all("input") if "aria-invalid" in one.attributes]
    assert [one["name"] for one in wrong] == [field]
    problem = next(p for p in form.all("p") if p.get("id") == f"{field}-problem")
    assert words in problem.text
    assert problem["id"] in wrong[0]["aria-describedby"]
    alert = next(e for e in page.all("div") if e.get("role") == "alert")
    assert "1 field needs" in alert.text


def test_a_decimal_comma_is_read(client: Client) -> None:
    with_comma = sent(client, "/prognosis", FACTS | {"fvc": "72,0"}).first("main")
    assert "between 13 and 33 months" in with_comma.text


def test_typed_text_is_shown_as_text(client: Client) -> None:
    page = sent(client, "/prognosis", FACTS | {"fvc": "<script>alert(1)</script>"}, status=422)
    assert not page.all("script")
    assert values(form_to(page, "/prognosis"))["fvc"] == "<script>alert(1)</script>"


@pytest.mark.parametrize("changed", [{"bulbar": "maybe"}, {"fvc": "7" * 500}])
def test_a_form_that_was_tampered_with_is_refused_without_a_trace(
    client: Client, changed: dict[str, str]
) -> None:
    page = sent(client, "/prognosis", FACTS | changed, status=422)
    assert "Traceback" not in page.text
    assert not page.all("svg")


def test_another_site_cannot_ask(client: Client) -> None:
    foreign = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    assert client.post("/prognosis/curve", fields=FACTS, headers=foreign).status_code == 403


def test_no_fact_is_logged_and_the_answer_is_not_kept(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    odd = {"age_onset": "66.625", "fvc": "71.375"}
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/prognosis/curve", fields=FACTS | odd)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert not [value for value in odd.values() if value in caplog.text]


def test_the_pages_say_what_they_are_not(client: Client) -> None:
    text = sent(client, "/prognosis", FACTS).text
    for words in (
        "Research use only",
        "non-invasive ventilation for more than 23 hours a day, tracheostomy or death",
        "uncertainty of the model itself is not included",
        "cannot say how long any one person will live",
    ):
        assert words in text
    assert "says nothing about how long" not in text
