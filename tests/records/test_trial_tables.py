"""Tables of a trial as people write them: separators, CDISC ADaM, run-in, arms, left out rows."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyreadstat
import pytest
from tests.shared_data import FOLDER as SHARED_DATA

from slopewise.errors import InputError
from slopewise.records.trials.arms import choose_arms
from slopewise.records.trials.trial_columns import TrialColumns
from slopewise.records.trials.trial_reader import TrialRead, read_trial

NOTHING_TOLD = TrialColumns()
VISITS = """id,arm,month,y
A,placebo,0,40
A,placebo,3,37.5
B,cells,0,41
B,cells,3,40
"""


def read(path: Path, text: str | bytes = VISITS, **told: Any) -> TrialRead:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_trial(path, TrialColumns(**told))


def outcome_of(found: TrialRead) -> list[float]:
    assert found.record.visits is not None
    return [float(y) for y in found.record.visits.outcome]


@pytest.mark.parametrize(
    "text",
    [
        VISITS,
        VISITS.replace(",", "\t"),
        VISITS.replace(",", ";"),
        VISITS.replace(",", ";").replace(".", ","),
        "\ufeff" + VISITS,
        VISITS.replace("\n", "\r\n"),
        VISITS.replace("id,", "Patient ID,"),
    ],
    ids=["comma", "tab", "semicolon", "decimal comma", "mark", "windows", "spaced"],
)
def test_a_file_is_read_however_it_was_saved(tmp_path: Path, text: str) -> None:
    found = read(tmp_path / "visits.csv", text)
    assert outcome_of(found) == [40.0, 37.5, 41.0, 40.0]
    assert found.record.person == ("A", "B")
    assert list(found.record.treated) == [False, True]


def test_what_was_taken_is_told(tmp_path: Path) -> None:
    found = read(tmp_path / "visits.csv")
    columns = dict(found.columns)
    assert columns["outcome"] == "y (visits.csv)"
    assert columns["time"] == "month (visits.csv)"
    assert "Treated: cells. Control: placebo." in found.remarks


def test_told_columns_win(tmp_path: Path) -> None:
    text = "id,arm,month,y,other\nA,0,0,1,5\nA,0,1,2,6\nB,1,0,3,7\nB,1,1,4,8\n"
    assert outcome_of(read(tmp_path / "v.csv", text, outcome="Other")) == [5.0, 6.0, 7.0, 8.0]


def test_missing_and_wrong_cells_are_left_out_with_their_place(tmp_path: Path) -> None:
    text = VISITS.replace("37.5", "").replace("B,cells,3,40", "B,cells,three,40")
    found = read(tmp_path / "visits.csv", text)
    reasons = {one.reason: one.which for one in found.left_out}
    assert reasons["no y was recorded"] == ("visits.csv, line 3, y ''",)
    assert any("month is not a number" in reason for reason in reasons)
    assert outcome_of(found) == [40.0, 41.0]


def test_days_weeks_and_years_become_months(tmp_path: Path) -> None:
    for column, value in (("days", 91.3125), ("weeks", 91.3125 / 7), ("years", 0.25)):
        text = VISITS.replace("month", column).replace(",3,", f",{value!r},")
        found = read(tmp_path / "visits.csv", text)
        assert found.record.visits is not None
        assert found.record.visits.month[1] == pytest.approx(3.0)
        assert f"Visits' time was read in {column}." in found.remarks


def test_visits_before_baseline_are_run_in(tmp_path: Path) -> None:
    text = "id,arm,month,y\nA,0,-3,44\nA,0,-0.1,42\nA,0,2,40\nB,1,0,41\nB,1,2,40\n"
    visits = read(tmp_path / "v.csv", text).record.visits
    assert visits is not None
    assert list(visits.is_run_in) == [True, False, False, False, False]
    assert list(visits.is_baseline) == [False, True, False, True, False]


def test_a_folder_joins_visits_and_people(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("id,month,y\nA,0,40\nA,3,37\nB,0,41\nB,3,40\nC,0,30\n")
    (tmp_path / "people.csv").write_text("id,trt,stime,event\nA,0,3.5,1\nB,1,12,0\nD,1,2,\n")
    found = read_trial(tmp_path, NOTHING_TOLD)
    follow = found.record.follow_up
    assert follow is not None
    assert found.record.person == ("A", "B", "D")
    assert list(follow.died) == [True, False, False]
    assert list(follow.known) == [True, True, False]
    assert {one.reason: one.which for one in found.left_out} == {
        "no table says which arm they are in": ("C",)
    }


def test_an_event_may_be_a_named_value(tmp_path: Path) -> None:
    text = "id,arm,time,status\nA,0,5,1\nB,1,6,2\n"
    with pytest.raises(InputError, match="status=VALUE"):
        read(tmp_path / "p.csv", text)
    follow = read(tmp_path / "p.csv", text, event="status=2").record.follow_up
    assert follow is not None
    assert list(follow.died) == [False, True]


def test_follow_up_before_the_start_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"p\.csv, line 2, time '-3': follow-up cannot end"):
        read(tmp_path / "p.csv", "id,arm,time,died\nA,0,-3,1\nB,1,6,0\n")


def test_a_number_too_large_to_be_one_is_left_out(tmp_path: Path) -> None:
    found = read(tmp_path / "visits.csv", VISITS.replace("37.5", "1e400"))
    assert outcome_of(found) == [40.0, 41.0, 40.0]
    assert "y is not a number" in found.left_out[0].reason


def test_a_fact_of_a_person_must_not_change(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 3, arm 'cells': A has 'placebo' in line 2"):
        read(tmp_path / "v.csv", VISITS.replace("A,placebo,3", "A,cells,3"))


@pytest.mark.parametrize(
    ("levels", "control"),
    [
        (("1", "0"), "0"),
        (("0.0", "1.0"), "0.0"),
        (("Cells 10^6", "Placebo"), "Placebo"),
        (("TRT", "PBO"), "PBO"),
        (("sham_aspiration", "cells"), "sham_aspiration"),
        (("yes", "no"), "no"),
    ],
)
def test_the_control_is_known_by_its_name(levels: tuple[str, ...], control: str) -> None:
    assert choose_arms(levels, control=None, treated=None)[0] == control


@pytest.mark.parametrize(
    ("levels", "told", "words"),
    [
        (("A", "B"), {}, "does not say who is the control"),
        (("1", "2"), {}, "does not say who is the control"),
        (("placebo", "low", "high"), {}, "by --treated"),
        (("placebo",), {}, "one arm only"),
        (("A", "B"), {"control": "C"}, "the arms are A, B"),
    ],
)
def test_arms_that_do_not_say_are_refused(
    levels: tuple[str, ...], told: dict[str, str], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        choose_arms(levels, control=told.get("control"), treated=None)


def test_arms_may_be_told() -> None:
    assert choose_arms(("A", "B"), control="b", treated=None) == ("B", "A")
    assert choose_arms(("A", "B"), control=None, treated="A") == ("B", "A")
    levels = ("placebo", "low", "high")
    assert choose_arms(levels, control=None, treated="low") == ("placebo", "low")


# --- CDISC ADaM -------------------------------------------------------------------------------


def write_adam(folder: Path) -> None:
    """A small trial as a statistician would export it."""
    quests = pl.DataFrame({
        "USUBJID": ["01-1"] * 4 + ["01-2"] * 3,
        "TRTP": ["Placebo"] * 4 + ["Cells"] * 3,
        "PARAMCD": ["ALSFRTOT"] * 3 + ["ALSFR101"] + ["ALSFRTOT"] * 3,
        "AVISITN": [0.0, 3.0, 6.0, 3.0, 0.0, 3.0, 6.0],
        "ADY": [1.0, 92.0, 183.0, 92.0, -5.0, 93.0, 184.0],
        "AVAL": [40.0, 37.0, 34.0, 3.0, 41.0, 40.0, 39.0],
        "ABLFL": ["Y", "", "", "", "Y", "", ""],
        "DTYPE": ["", "", "LOCF", "", "", "", ""],
        "ANL01FL": ["", "Y", "Y", "Y", "", "Y", "Y"],
    })  # fmt: skip
    times = pl.DataFrame({
        "USUBJID": ["01-1", "01-2"], "PARAMCD": ["DEATH"] * 2,
        "PARAM": ["Time to death (days)"] * 2, "AVAL": [200.0, 360.0], "CNSR": [0.0, 1.0],
    })  # fmt: skip
    pyreadstat.write_xport(quests, str(folder / "adqs.xpt"), table_name="ADQS")
    pyreadstat.write_xport(times, str(folder / "adtte.xpt"), table_name="ADTTE")


def test_adam_files_are_read_by_their_own_columns(tmp_path: Path) -> None:
    write_adam(tmp_path)
    found = read_trial(tmp_path, NOTHING_TOLD)
    record = found.record
    assert record.visits is not None
    assert (record.control_arm, record.treated_arm) == ("Placebo", "Cells")
    assert outcome_of(found) == [40.0, 37.0, 41.0, 40.0, 39.0]
    month = np.array([0.0, 91.0, -5.0, 92.0, 183.0]) / 30.4375
    assert list(record.visits.month) == pytest.approx(list(month))
    assert list(record.visits.is_baseline) == [True, False, True, False, False]
    assert record.visits.visit_names == ("0", "3", "6")
    assert record.follow_up is not None
    assert list(record.follow_up.died) == [True, False]
    assert record.follow_up.month[0] == pytest.approx(200.0 / 30.4375)
    reasons = [one.reason for one in found.left_out]
    assert reasons == ["the value was not observed but filled in (DTYPE): LOCF"]


def test_parameters_that_could_each_be_meant_are_listed(tmp_path: Path) -> None:
    text = "USUBJID,TRTP,PARAMCD,ADY,AVAL\n" + "\n".join(
        f"{i},{arm},{code},{day},{day}"
        for i, arm in ((1, "Placebo"), (2, "Cells"))
        for code in ("SVC", "FVC")
        for day in (1, 90)
    )
    with pytest.raises(InputError, match=r"2 parameters .SVC, FVC.; name the one"):
        read(tmp_path / "a.csv", text)
    assert len(outcome_of(read(tmp_path / "a.csv", text, parameter=("svc",)))) == 4
    with pytest.raises(InputError, match="no table holds the parameter 'NIV'"):
        read(tmp_path / "a.csv", text, parameter=("NIV",))


def test_a_broken_transport_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no SAS transport file"):
        read(tmp_path / "a.xpt", b"not one")
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "b.xpt", b"HEADER RECORD*******LIBRARY HEADER" + b"x" * 200)


def test_the_public_pilot_study_is_read() -> None:
    folder = SHARED_DATA / "cdisc_pilot" / "adam"
    if not folder.is_dir():
        pytest.skip("the CDISC pilot study is not beside this checkout")
    told = TrialColumns(treated="Xanomeline High Dose")
    found = read_trial(folder / "adtte.xpt", told)
    follow = found.record.follow_up
    assert follow is not None
    assert len(found.record.person) == 170
    assert int(follow.died.sum()) == 90
    assert "Follow-up was read in days." in found.remarks
    assert found.record.score is None
    visits = read_trial(folder / "adqscibc.xpt", told)
    filled = [one.count for one in visits.left_out if "LOCF" in one.reason]
    assert filled == [168]


@pytest.mark.parametrize("name", ["nowhere.csv", "empty"])
def test_nothing_there_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"does not exist|holds no \.csv"):
        read_trial(tmp_path / name, NOTHING_TOLD)


def test_a_table_without_people_is_refused_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"by --subject .columns found: v.csv: a, b"):
        read(tmp_path / "v.csv", "a,b\n1,2\n")
