"""A file that cannot be read as a whole is refused with what to do; nothing is guessed."""

import zipfile
from pathlib import Path

import pytest
from tests.record_files import TODAY, found, read

from slopewise.errors import InputError, NotFoundError
from slopewise.records.importers import csv_folder

VISITS = "patient_id,date,alsfrs_total\nDEMO-001,2024-01-05,42\nDEMO-001,2024-02-05,41\n"


def read_bytes(folder: Path, content: bytes):
    path = folder / "visits.csv"
    path.write_bytes(content)
    return csv_folder.read(path, now=TODAY)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_found(tmp_path, separator):
    rows, report = read_bytes(tmp_path, VISITS.replace(",", separator).encode())
    assert [row.values["alsfrs_total"] for row in rows.of("visits")] == [42, 41]
    assert report.findings == ()


def test_decimal_comma_is_read_where_the_comma_does_not_separate(tmp_path):
    rows, _ = read_bytes(tmp_path, b"patient_id;month;alsfrs_total\nDEMO-001;-1,5;42\n")
    assert rows.of("visits")[0].values["month"] == -1.5


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    content = b"\xef\xbb\xbf" + VISITS.replace("\n", "\r\n").encode()
    rows, report = read_bytes(tmp_path, content)
    assert len(rows.of("visits")) == 2
    assert report.findings == ()


def test_windows_1252_text_is_read_and_said(tmp_path):
    content = "patient_id,date,alsfrs_total,rater\nDEMO-001,2024-01-05,42,Zoé\n".encode("cp1252")
    rows, report = read_bytes(tmp_path, content)
    assert rows.of("visits")[0].values["rater"] == "Zoé"
    assert "Windows-1252" in found(report, "encoding")[0].reason


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"  \n \n", "is empty"),
        (b"patient_id,date,alsfrs_total\n", "header but no rows"),
        (VISITS.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0rest", "spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        (b"patient_id,date\x00,alsfrs_total\n", "NUL byte in line 1"),
        (b"patient_id\x81\x8d,date,alsfrs_total\nDEMO-001,2024-01-05,42\n", "not written in UTF-8"),
        (b"patient_id,date,date,alsfrs_total\nDEMO-001,2024-01-05,,42\n", "column date twice"),
        (b'patient_id,date,alsfrs_total\n"DEMO-001,2024-01-05,42\n', "quotes are not closed"),
        (b"patient,date,alsfrs_total\nDEMO-001,2024-01-05,42\n", "is patient meant?"),
        (b"patient_id,dat,alsfrs_total\nDEMO-001,2024-01-05,42\n", "is dat meant?"),
    ],
)
def test_unreadable_file_is_refused_with_what_to_do(tmp_path, content, said):
    with pytest.raises(InputError) as error:
        read_bytes(tmp_path, content)
    assert said in str(error.value)
    assert "visits.csv" in str(error.value)


def test_a_file_of_200_megabytes_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "visits.csv"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda _self: pytest.fail("the file was read"))
    with pytest.raises(InputError, match="200 MB; files over 50 MB are not read"):
        csv_folder.read(path, now=TODAY)


def test_a_folder_without_visits_is_refused_with_a_guess(tmp_path):
    with pytest.raises(InputError, match=r"is visit\.csv meant"):
        read(tmp_path, visit=VISITS)


def test_nothing_there_is_said(tmp_path):
    with pytest.raises(NotFoundError, match="does not exist"):
        csv_folder.read(tmp_path / "nowhere", now=TODAY)
    with pytest.raises(InputError, match=r"holds no \.csv file"):
        csv_folder.read(tmp_path, now=TODAY)


def test_unknown_columns_and_files_are_named_and_not_read(tmp_path):
    _, report = read(
        tmp_path,
        visits="patient_id,date,alsfrs_total,rateer,weather\nDEMO-001,2024-01-05,42,R1,rain",
        dose="patient_id,date\nDEMO-001,2024-02-01",
    )
    columns = {f.column: f.remedy for f in found(report, "unknown_column")}
    assert columns["rateer"].startswith("did you mean rater?")
    assert "weather" in columns
    assert "doses.csv" in found(report, "unknown_file")[0].remedy


def test_ragged_rows_are_out_and_the_others_stay(tmp_path):
    rows, report = read(
        tmp_path,
        visits="""patient_id,date,alsfrs_total
        DEMO-001,2024-01-05,42
        DEMO-001,2024-02-05
        DEMO-001,2024-03-05,40,extra
        DEMO-001,2024-04-05,39,,""",
    )
    assert [f.row for f in found(report, "ragged_row")] == [3, 4]
    assert [row.line for row in rows.of("visits")] == [2, 5]
    assert report.rows_read == 4


def test_row_numbers_are_lines_of_the_file_also_after_quoted_line_breaks_and_blank_lines(tmp_path):
    text = (
        'patient_id,date,alsfrs_total,rater\nDEMO-001,2024-01-05,42,"R\n1"\n\n'
        "DEMO-001,2024-03-05,77,R1\n"
    )
    _, report = read_bytes(tmp_path, text.encode())
    assert [(f.rule, f.row) for f in report.errors] == [("control_sign", 2), ("outside_range", 5)]


def test_a_zip_archive_of_the_folder_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "clinic.zip", "w") as archive:
        archive.writestr("clinic/visits.csv", VISITS)
        archive.writestr("clinic/__MACOSX/visits.csv", "rubbish")
        archive.writestr("clinic/readme.md", "rubbish")
    rows, report = csv_folder.read(tmp_path / "clinic.zip", now=TODAY)
    assert len(rows.of("visits")) == 2
    assert report.findings == ()


@pytest.mark.parametrize("name", ["../visits.csv", "/visits.csv", "a/../../visits.csv", "C:/v.csv"])
def test_an_archive_that_points_outside_is_refused(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "clinic.zip", "w") as archive:
        archive.writestr(name, VISITS)
    with pytest.raises(InputError, match="outside the archive"):
        csv_folder.read(tmp_path / "clinic.zip", now=TODAY)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "clinic.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("visits.csv", VISITS + "," * 40_000_000)
    with pytest.raises(InputError, match="such an archive is refused"):
        csv_folder.read(tmp_path / "clinic.zip", now=TODAY)


def test_an_archive_that_is_none_is_refused(tmp_path):
    (tmp_path / "clinic.zip").write_text(VISITS)
    with pytest.raises(InputError, match="not a zip archive"):
        csv_folder.read(tmp_path / "clinic.zip", now=TODAY)


def test_a_link_out_of_the_folder_to_nothing_is_not_read(tmp_path):
    (tmp_path / "visits.csv").symlink_to(tmp_path / "nowhere.csv")
    with pytest.raises(InputError):
        csv_folder.read(tmp_path, now=TODAY)


def test_the_hash_of_the_file_travels_with_its_rows(tmp_path):
    rows, _ = read(tmp_path, visits=VISITS)
    # sha256sum (GNU coreutils) of the same bytes
    expected = "b17c3c1b0fced89bd7c5297b24cf4cdbb362390684c9d0f782e4160117243dac"
    assert [(file.name, file.sha256) for file in rows.files] == [("visits.csv", expected)]


def test_a_very_long_cell_is_not_repeated_whole(tmp_path):
    digits = "9" * 5000
    visits = f"patient_id,month,alsfrs_total\nDEMO-001,0,{digits}\nDEMO-001,{digits}x,40"
    _, report = read(tmp_path, visits=visits)
    assert len(report.errors) == 2
    assert max(len(f.reason + f.remedy + (f.value or "")) for f in report.findings) < 400


@pytest.mark.parametrize("sign", ["\u202e", "\x9b", "\x1b", "\u2066"])
def test_an_identifier_that_steers_the_display_is_refused(tmp_path, sign):
    visits = f"patient_id,month,alsfrs_total\nDEMO{sign}-001,0,40\nDEMO-002,0,40"
    rows, report = read(tmp_path, visits=visits)
    assert [finding.rule for finding in report.errors] == ["control_sign"]
    assert [row.patient_id for row in rows.of("visits")] == ["DEMO-002"]


def test_a_file_without_headings_is_told_what_the_first_line_is_for(tmp_path):
    with pytest.raises(InputError, match="first line must hold the names of the columns"):
        read(tmp_path, visits="DEMO-001,0,40\nDEMO-001,1,39")
