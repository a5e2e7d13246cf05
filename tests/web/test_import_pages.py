"""Upload, findings, confirm or cancel: nothing is kept before the person says so."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.web.client import Client, Element, read

from slopewise.records.queries.patient_pages import patient_keys_and_dates
from slopewise.web.security import WebLimits

MakeClient = Callable[[WebLimits], Client]
GOOD = b"patient_id,month,alsfrs_total\nP-1,0,44\nP-1,2,42\n"
MIXED = b"patient_id,month,alsfrs_total\nP-1,0,44\nP-1,2,61\nP-1,3,41\n"


def patients(client: Client) -> list[str]:
    with client.app.state.store.reading() as session:
        return [row.patient_id for row in patient_keys_and_dates(session)]


def staged(client: Client, content: bytes = MIXED, **fields: str) -> str:
    """Upload; returns the address of the findings."""
    answer = client.post("/import", files=[("visits.csv", content)], fields=fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def message(page: Element) -> str:
    return page.first("main").text


def test_a_wrong_row_is_shown_with_file_row_column_value_and_remedy(empty: Client) -> None:
    page = empty.page(staged(empty))
    file, row, column, value, reason, remedy = page.first("table").rows()[0]
    assert (file, row, column, value) == ("visits.csv", "3", "alsfrs_total", "61")
    assert "48" in reason
    assert remedy


def test_the_findings_say_how_many_rows_would_be_kept(empty: Client) -> None:
    assert "Would keep 2 of 3 rows of 1 patient, leave out 1." in message(empty.page(staged(empty)))


def test_nothing_is_kept_before_it_is_confirmed(empty: Client) -> None:
    empty.page(staged(empty))
    assert patients(empty) == []


def test_confirming_keeps_what_is_right(empty: Client) -> None:
    answer = empty.post(staged(empty) + "/confirm")
    assert answer.status_code == 200
    assert "Kept 2 of 3 rows" in message(read(answer.text))
    assert patients(empty) == ["P-1"]


def test_cancelling_keeps_nothing_and_forgets_the_files(empty: Client) -> None:
    address = staged(empty)
    folder = Path(next(iter(empty.app.state.staged._waiting.values())).folder.name)
    assert folder.exists()
    empty.post(address + "/cancel")
    assert not folder.exists()
    assert patients(empty) == []
    assert empty.get(address).status_code == 404


def test_confirming_forgets_the_files_and_cannot_be_done_twice(empty: Client) -> None:
    address = staged(empty)
    folder = Path(next(iter(empty.app.state.staged._waiting.values())).folder.name)
    empty.post(address + "/confirm")
    assert not folder.exists()
    assert empty.post(address + "/confirm").status_code == 404


def test_the_same_file_again_changes_nothing_and_says_so(empty: Client) -> None:
    empty.post(staged(empty, GOOD) + "/confirm")
    answer = empty.post(staged(empty, GOOD) + "/confirm")
    page = read(answer.text)
    assert page.first("h1").text == "Nothing new"
    assert "nothing has changed" in message(page)


def test_the_findings_before_and_after_the_import_are_the_same(empty: Client) -> None:
    died = b"patient_id,month,kind\nP-1,2.5,death\n"
    first = empty.post("/import", files=[("visits.csv", GOOD), ("events.csv", died)])
    empty.post(first.headers["location"] + "/confirm")
    address = staged(empty, b"patient_id,month,alsfrs_total\nP-1,2,41\nP-1,4,40\n")
    before = empty.page(address)
    after = read(empty.post(address + "/confirm").text)
    assert "after the patient’s death" in before.text.replace("'", "’")
    assert before.first("table").rows() == after.first("table").rows()


def test_the_findings_of_a_known_file_say_that_nothing_would_change(empty: Client) -> None:
    empty.post(staged(empty, GOOD) + "/confirm")
    assert "nothing would change" in message(empty.page(staged(empty, GOOD)))


def test_strict_refuses_everything_and_offers_no_import(empty: Client) -> None:
    page = empty.page(staged(empty, strict="yes"))
    assert "Nothing is kept: 1 error" in message(page)
    assert [f["action"].rsplit("/", 1)[1] for f in page.all("form")] == ["cancel"]


def test_several_files_are_taken_as_one_folder(empty: Client) -> None:
    doses = b"patient_id,month,product_id,route,cells\nP-1,1,MSC,intrathecal,1000000\n"
    answer = empty.post("/import", files=[("visits.csv", GOOD), ("doses.csv", doses)])
    assert "3 of 3 rows" in message(empty.page(answer.headers["location"]))


def test_an_archive_is_taken_as_a_folder(empty: Client) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("export/visits.csv", GOOD)
    answer = empty.post("/import", files=[("export.zip", buffer.getvalue())])
    assert "2 of 2 rows" in message(empty.page(answer.headers["location"]))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([], "no file was chosen"),
        ([("visits.xlsx", b"PK")], "not a kind of file"),
        ([("visits.csv", GOOD), ("visits.csv", GOOD)], "two of the files"),
        ([("a.zip", b"PK"), ("visits.csv", GOOD)], "choose the archive alone"),
        ([("a.zip", b"not an archive")], "a.zip"),
        ([("visits.csv", b"")], "visits.csv"),
        ([("doses.csv", GOOD), ("care.csv", GOOD)], "visits.csv"),
    ],
)
def test_files_that_cannot_be_used_are_refused_in_words(
    empty: Client, files: list[tuple[str, bytes]], told: str
) -> None:
    answer = empty.post("/import", files=files, fields={"format": "auto"})
    assert answer.status_code == 422
    assert told.lower() in message(read(answer.text)).lower()
    assert "slopewise-upload-" not in answer.text
    assert not empty.app.state.staged._waiting


def test_an_unknown_layout_is_refused(empty: Client) -> None:
    answer = empty.post("/import", files=[("visits.csv", GOOD)], fields={"format": "excel"})
    assert answer.status_code == 422


def test_a_name_with_folders_cannot_leave_the_upload(empty: Client, tmp_path: Path) -> None:
    target = tmp_path / "visits.csv"
    answer = empty.post("/import", files=[(f"../../../..{target}", GOOD)])
    assert answer.status_code == 303
    assert not target.exists()


def test_the_oldest_waiting_upload_goes_when_there_are_too_many(
    make_client: MakeClient,
) -> None:
    client = make_client(WebLimits(staged_uploads=2))
    addresses = [staged(client, GOOD) for _ in range(3)]
    assert [client.get(address).status_code for address in addresses] == [404, 200, 200]


def test_two_uploads_at_once_do_not_meet(empty: Client) -> None:
    first, second = staged(empty, GOOD), staged(empty, MIXED)
    assert "2 of 2" in message(empty.page(first))
    assert "2 of 3" in message(empty.page(second))


@pytest.mark.parametrize("payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_words_from_a_file_stay_words(empty: Client, payload: str) -> None:
    quoted = '"' + payload.replace('"', '""') + '"'
    visits = (
        "patient_id,month,alsfrs_total,rater,mode\n"
        f"P-1,0,{quoted},r,m\n"
        f"P-1,1,44,{quoted},{quoted}\n"
    )
    care = f"patient_id,kind,start_month,detail\nP-1,riluzole,0,{quoted}\n"
    events = f"patient_id,month,term\nP-1,1,{quoted}\n"
    files = [
        ("visits.csv", visits.encode()),
        ("care.csv", care.encode()),
        ("adverse_events.csv", events.encode()),
    ]
    address = empty.post("/import", files=files).headers["location"]
    pages = [empty.page(address)]
    pages.append(read(empty.post(address + "/confirm").text))
    pages.append(empty.page("/patients/1"))
    for page in pages:
        assert not page.all("script")
        assert not [image for image in page.all("img") if image["src"] == "x"]
    assert payload in pages[0].text
    assert payload in pages[2].text
