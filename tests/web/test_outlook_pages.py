"""*What may come*: the range first, and survival only after its own step."""

import pytest
from tests.web.client import Client


def test_the_patient_page_leads_to_the_outlook(client: Client) -> None:
    links = [link["href"] for link in client.page("/patients/1").all("a")]
    assert "/patients/1/outlook" in links


def test_the_outlook_shows_range_and_picture_without_survival(client: Client) -> None:
    page = client.page("/patients/1/outlook")
    assert "In 12 months" in page.first("figcaption").text
    assert "9 of 10 people with such scores" in page.first("figcaption").text
    assert len(page.all("svg")) >= 2
    assert "simulated" in page.first("h1").text
    captions = [table.first("caption").text for table in page.all("table")]
    assert captions == ["Expected course"]
    assert "Of 100" not in page.text
    for words in ("Research use only", "Not everybody wants to see this", "counts later visits"):
        assert words in page.text


def test_survival_comes_after_its_own_step(client: Client) -> None:
    first = client.page("/patients/1/outlook?months=24")
    step = next(link["href"] for link in first.all("a") if "curve=yes" in link["href"])
    assert "months=24" in step
    page = client.page(step.partition("#")[0])
    table = page.all("table")[-1]
    assert table.first("caption").text == "Without the event"
    chances = [row[2] for row in table.rows()]
    assert len(chances) == 24
    assert int(chances[-1]) <= int(chances[0])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/patients/999999/outlook", 404),
        ("/patients/1/outlook?months=500", 422),
        ("/patients/0/outlook", 422),
    ],
)
def test_what_is_not_there_is_said(client: Client, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
