"""The register's classic table of 27 columns."""

from datetime import date

import pytest
from tests.shared_data import example_table

from slopewise.errors import InputError
from slopewise.records.registry.classic import CLASSIC_COLUMNS, is_classic_table, read_classic
from slopewise.records.registry.register_cells import is_about_als

DAY = date(2027, 1, 1)
ROW = {
    "Rank": "1",
    "NCT Number": "NCT99999999",
    "Title": "Made-up cells",
    "Status": "Recruiting",
    "Study Results": "No Results Available",
    "Conditions": "ALS|Other",
    "Interventions": "Biological: adipose cells, intrathecal",
    "Phases": "Phase 1|Phase 2",
    "Enrollment": "30",
    "Study Type": "Interventional",
    "Study Designs": "Allocation: Randomized|Masking: None (Open Label)",
    "Start Date": "May 2026",
    "Last Update Posted": "October 10, 2026",
    "Locations": '"A, Oslo, Norway|B, Bergen, Norway"',
}


def table(**changes: str) -> bytes:
    row = ROW | {key.replace("_", " "): value for key, value in changes.items()}
    cells = ",".join(
        value if value.startswith('"') else f'"{value}"'
        for value in (row.get(column, "") for column in CLASSIC_COLUMNS)
    )
    return f"{','.join(CLASSIC_COLUMNS)}\n{cells}\n".encode()


def test_there_are_27_columns() -> None:
    assert len(CLASSIC_COLUMNS) == 27


def test_a_row_becomes_an_entry_with_plain_dates() -> None:
    made = read_classic("found.csv", table(), read_on=DAY)
    (entry,) = made.entries
    assert (entry.status, entry.status_date, entry.start) == ("recruiting", "2026-10-10", "2026-05")
    assert (entry.phase, entry.countries) == ("1/2", ("Norway",))
    assert (entry.cell_source, entry.routes) == ("adipose", ("intrathecal",))
    assert entry.design == "randomized; masking none"
    assert is_about_als(entry)
    assert made.drafts[0].study_id == "reg_NCT99999999"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"NCT_Number": "12345"}, "no registry number"),
        ({"Enrollment": "thirty"}, "no count of people"),
        ({"Status": ""}, "no status"),
    ],
)
def test_a_wrong_row_is_a_finding_with_its_line(changes: dict[str, str], said: str) -> None:
    made = read_classic("found.csv", table(**changes), read_on=DAY)
    (finding,) = made.findings
    assert not made.entries
    assert finding.row == 2
    assert said in finding.reason


def test_another_table_is_not_taken_for_one() -> None:
    assert is_classic_table(table())
    assert not is_classic_table(b"study,design\n")
    with pytest.raises(InputError, match="no column title"):
        read_classic("found.csv", b"NCT Number,Status\nNCT99999999,Recruiting\n", read_on=DAY)


def test_the_public_table_is_read_whole() -> None:
    file = example_table("ctgov/ctgov_classic_als_msc.csv")
    made = read_classic(file.name, file.read_bytes(), read_on=DAY)
    assert len(made.entries) == 24  # rows of the file, as its source note says
    assert not made.findings
    assert all(map(is_about_als, made.entries))
