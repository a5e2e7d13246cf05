"""Each rule: what breaks it is found at its line, what is wrong is kept out, the rest stays."""

import ast
from pathlib import Path

import pytest
from tests.record_files import found, read

from slopewise.records.checks.rule_list import RULES
from slopewise.records.importers.report import Severity

SOURCE = Path(__file__).resolve().parents[2] / "src" / "slopewise" / "records"
GOOD_VISIT = "patient_id,date,alsfrs_total\nDEMO-001,2024-01-05,42"
ITEMS = (
    "speech,salivation,swallowing,handwriting,cutting_5a,cutting_5b,dressing_hygiene,"
    "turning_in_bed,walking,climbing_stairs,dyspnea,orthopnea,respiratory_insufficiency,"
    "respiratory,alsfrs_total,scale"
)


def lines_kept(rows, table: str) -> list[int]:
    return [row.line for row in rows.of(table)]


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        ("DEMO-001,2024-01-05,,49", "outside_range", "alsfrs_total"),
        ("DEMO-001,2024-01-05,,-1", "outside_range", "alsfrs_total"),
        ("DEMO-001,2024-01-05,,forty", "not_a_number", "alsfrs_total"),
        ("DEMO-001,2024-01-05,,1e999", "not_a_number", "alsfrs_total"),
        ("DEMO-001,2024-01-05,,", "no_score", "alsfrs_total"),
        ("DEMO-001,05/01/2024,,42", "date_format", "date"),
        ("DEMO-001,2024-02-30,,42", "impossible_date", "date"),
        ("DEMO-001,1024-02-03,,42", "impossible_date", "date"),
        ("DEMO-001,9999-12-30,,42", "future_date", "date"),
        ("DEMO-001,,36500,42", "impossible_month", "month"),
        ("DEMO-001,2024-01-05,3,42", "two_times", "month"),
        ("DEMO-001,,,42", "no_time", "date"),
        (",2024-01-05,,42", "empty_cell", "patient_id"),
        ("NA,2024-01-05,,42", "empty_cell", "patient_id"),
        (f"{'x' * 65},2024-01-05,,42", "too_long", "patient_id"),
    ],
)
def test_wrong_visit_is_out_with_its_line_and_column(tmp_path, row, rule, column):
    text = f"patient_id,date,month,alsfrs_total\nDEMO-002,2024-01-05,,40\n{row}"
    rows, report = read(tmp_path, visits=text)
    finding = found(report, rule)[0]
    assert (finding.file, finding.row, finding.column) == ("visits.csv", 3, column)
    assert finding.severity is Severity.ERROR
    assert finding.remedy
    assert lines_kept(rows, "visits") == [2]


def test_tomorrow_is_not_the_future_because_of_time_zones(tmp_path):
    text = "patient_id,date,alsfrs_total\nDEMO-001,2025-06-02,42\nDEMO-001,2025-06-03,42"
    rows, report = read(tmp_path, visits=text)
    assert lines_kept(rows, "visits") == [2]
    assert [f.row for f in found(report, "future_date")] == [3]


@pytest.mark.parametrize(
    ("scores", "rule"),
    [
        ("4,4,4,4,4,,4,4,4,4,4,4,4,,47,", "total_contradicts_items"),
        ("4,4,4,4,,,4,4,4,4,4,4,4,,43,", "total_contradicts_items"),
        ("4,4,4,4,4,3,4,4,4,4,4,4,4,,,", "two_cutting_items"),
        ("5,4,4,4,4,,4,4,4,4,4,4,4,,,", "outside_range"),
        ("4,4,4,4,4,,4,4,4,4,4,4,4,3,,", "item_of_other_form"),
        ("4,4,4,4,4,,4,4,4,4,3,,,,,ALSFRS", "item_of_other_form"),
        (",,,,,,,,,,,,,,41,ALSFRS", "total_outside_form"),
        (",,,,,,,,,,,,,,41,ALSFRS-X", "unknown_value"),
    ],
)
def test_wrong_items_put_the_visit_out(tmp_path, scores, rule):
    text = f"patient_id,month,{ITEMS}\nDEMO-002,0,,,,,,,,,,,,,,,40,\nDEMO-001,0,{scores}"
    rows, report = read(tmp_path, visits=text)
    assert [f.row for f in found(report, rule)] == [3]
    assert lines_kept(rows, "visits") == [2]


@pytest.mark.parametrize(
    "scores",
    [
        "4,4,4,4,4,,4,4,4,4,4,4,4,,48,",
        "4,4,4,4,,3,4,4,4,4,4,4,4,,47,",
        "4,4,4,4,4,,4,4,4,4,,,,4,40,ALSFRS",
        "4,4,4,4,,,4,4,4,4,4,4,4,,44,",
        "3.5,4,4,4,4,,4,4,4,4,4,4,4,,48,",
    ],
)
def test_totals_that_can_be_the_sum_stay(tmp_path, scores):
    _, report = read(tmp_path, visits=f"patient_id,month,{ITEMS}\nDEMO-001,0,{scores}")
    assert report.errors == ()


def test_visit_without_total_is_kept_and_said_to_be_unused(tmp_path):
    text = f"patient_id,month,{ITEMS}\nDEMO-001,0,4,4,4,4,4,,4,4,,4,4,4,4,,,"
    rows, report = read(tmp_path, visits=text)
    assert lines_kept(rows, "visits") == [2]
    assert found(report, "no_total")[0] in report.left_out


def test_same_visit_twice_counts_once_and_other_values_put_both_out(tmp_path):
    rows, report = read(
        tmp_path,
        visits="""patient_id,date,alsfrs_total,rater
        DEMO-001,2024-01-05,42,R1
        DEMO-001,2024-01-05,42.0,R1
        DEMO-001,2024-02-05,41,R1
        DEMO-001,2024-02-05,40,R1
        DEMO-001,2024-03-05,40,R1""",
    )
    assert lines_kept(rows, "visits") == [2, 6]
    assert [(f.row, f.severity) for f in found(report, "repeated_row")] == [(3, Severity.INFO)]
    contradicting = found(report, "contradicting_rows")
    assert [f.row for f in contradicting] == [4, 5]
    assert "alsfrs_total" in contradicting[0].reason


def test_rows_after_death_are_out(tmp_path):
    rows, report = read(
        tmp_path,
        visits="""patient_id,date,alsfrs_total
        DEMO-001,2024-01-05,42
        DEMO-001,2024-02-05,41
        DEMO-001,2024-04-05,40""",
        events="patient_id,date,kind\nDEMO-001,2024-03-01,death",
        doses="""patient_id,date,product_id,cells
        DEMO-001,2024-02-01,not documented,1000
        DEMO-001,2024-03-02,not documented,1000""",
        breathing="patient_id,date,measure,percent_predicted\nDEMO-001,2024-03-02,SVC,80",
    )
    late = [(f.file, f.row) for f in found(report, "after_death")]
    assert late == [("breathing.csv", 2), ("doses.csv", 3), ("visits.csv", 4)]
    assert lines_kept(rows, "visits") == [2, 3]
    assert lines_kept(rows, "doses") == [2]


def test_a_death_before_most_visits_is_the_one_that_is_out(tmp_path):
    rows, report = read(
        tmp_path,
        visits=GOOD_VISIT,
        events="patient_id,date,kind\nDEMO-001,2002-12-02,death",
    )
    assert lines_kept(rows, "visits") == [2]
    assert [f.file for f in found(report, "after_death")] == ["events.csv"]
    assert rows.of("events") == ()


def test_visits_may_follow_a_tracheostomy(tmp_path):
    _, report = read(
        tmp_path,
        visits=GOOD_VISIT,
        events="patient_id,date,kind\nDEMO-001,2023-12-02,tracheostomy",
    )
    assert report.errors == ()


def test_visit_before_onset_is_out(tmp_path):
    rows, report = read(
        tmp_path,
        patients="patient_id,onset_date\nDEMO-001,2023-01-01",
        visits="""patient_id,date,alsfrs_total
        DEMO-001,2022-01-05,42
        DEMO-001,2024-02-05,41""",
    )
    assert [(f.file, f.row) for f in found(report, "before_onset")] == [("visits.csv", 2)]
    assert lines_kept(rows, "visits") == [3]


def test_an_onset_after_most_visits_is_the_one_that_is_out(tmp_path):
    rows, report = read(
        tmp_path,
        patients="patient_id,onset_date,sex\nDEMO-001,2025-01-01,female",
        visits=GOOD_VISIT,
    )
    assert [f.column for f in found(report, "before_onset")] == ["onset_date"]
    assert lines_kept(rows, "visits") == [2]
    assert dict(rows.of("patients")[0].values) == {"patient_id": "DEMO-001", "sex": "female"}


@pytest.mark.parametrize(
    ("header", "row", "rule", "column"),
    [
        ("onset_date,diagnosis_date", "2023-05-01,2023-01-01", "diagnosis_before_onset", 2),
        ("age_at_onset,age_at_baseline", "62,50", "onset_after_baseline_age", 1),
        ("age_at_onset,age_at_baseline", "-23,50", "outside_range", 1),
        ("age_at_onset,age_at_baseline", "376,50", "outside_range", 1),
        ("onset_site,sex", "bulba,male", "unknown_value", 1),
        ("simulated,sex", "maybe,male", "not_yes_or_no", 1),
        ("onset_date,sex", "2030-05-01,male", "future_date", 1),
    ],
)
def test_a_wrong_fact_is_out_and_the_patient_stays(tmp_path, header, row, rule, column):
    rows, report = read(
        tmp_path,
        patients=f"patient_id,{header}\nDEMO-001,{row}",
        visits="patient_id,date,alsfrs_total\nDEMO-001,2024-01-05,42",
    )
    name = header.split(",")[column - 1]
    assert [(f.rule, f.column) for f in report.errors] == [(rule, name)]
    kept = rows.of("patients")[0].values
    assert name not in kept
    assert len(kept) == 2


def test_an_unknown_word_comes_with_the_list_and_a_guess(tmp_path):
    _, report = read(
        tmp_path, visits=GOOD_VISIT, events="patient_id,date,kind\nDEMO-001,2024-03-01,deat"
    )
    remedy = found(report, "unknown_value")[0].remedy
    assert "did you mean death?" in remedy
    assert "tracheostomy" in remedy


def test_other_with_words_of_ones_own_is_allowed(tmp_path):
    rows, report = read(
        tmp_path,
        visits=GOOD_VISIT,
        care="""patient_id,kind,start_date
        DEMO-001,other: yoga,2024-01-01
        DEMO-001,PEG,2024-01-01""",
    )
    assert [row.values["kind"] for row in rows.of("care")] == ["other: yoga", "gastrostomy"]
    assert report.errors == ()


def test_dates_and_months_in_one_patient_keep_the_commoner(tmp_path):
    rows, report = read(
        tmp_path,
        visits="""patient_id,date,month,alsfrs_total
        DEMO-001,2024-01-05,,42
        DEMO-001,2024-02-05,,41
        DEMO-001,,3,40
        DEMO-002,,3,40""",
        patients="patient_id,onset_month\nDEMO-001,-10\nDEMO-002,-10",
    )
    mixed = [(f.file, f.row, f.column) for f in found(report, "mixed_clocks")]
    assert mixed == [("patients.csv", 2, "onset_month"), ("visits.csv", 4, "month")]
    assert lines_kept(rows, "visits") == [2, 3, 5]


def test_the_two_forms_are_never_mixed_in_one_patient(tmp_path):
    rows, report = read(
        tmp_path,
        visits="""patient_id,date,alsfrs_total,scale
        DEMO-001,2024-01-05,38,ALSFRS
        DEMO-001,2024-02-05,41,
        DEMO-001,2024-03-05,40,ALSFRS-R
        DEMO-002,2024-03-05,40,ALSFRS""",
    )
    assert [f.row for f in found(report, "mixed_scales")] == [2]
    assert lines_kept(rows, "visits") == [3, 4, 5]


@pytest.mark.parametrize("product", ["", "ASC-9"])
def test_dose_without_a_product_is_out(tmp_path, product):
    rows, report = read(
        tmp_path,
        visits=GOOD_VISIT,
        products="product_id,cell_source\nASC-1,adipose",
        doses=f"patient_id,date,product_id,cells\nDEMO-001,2024-02-01,{product},1000",
    )
    assert rows.of("doses") == ()
    finding = report.errors[0]
    assert (finding.file, finding.row, finding.column) == ("doses.csv", 2, "product_id")


def test_product_may_be_not_documented_or_described_beside_the_dose(tmp_path):
    rows, report = read(
        tmp_path,
        visits=GOOD_VISIT,
        doses="""patient_id,date,cells,product_name,cell_source,donor
        DEMO-001,2024-02-01,1000,Alpha,adipose,autologous
        DEMO-001,2024-03-01,1000,Alpha,adipose,autologous""",
    )
    assert report.errors == ()
    assert [row.values["cell_source"] for row in rows.of("products")] == ["adipose"]
    assert {row.values["product_id"] for row in rows.of("doses")} == {
        "Alpha / adipose / autologous"
    }


def test_month_zero_is_never_moved_by_a_lost_first_dose(tmp_path):
    rows, report = read(
        tmp_path,
        visits=GOOD_VISIT,
        doses="""patient_id,date,product_id,cells
        DEMO-001,2024-13-01,not documented,1000
        DEMO-001,2024-03-01,not documented,1000
        DEMO-002,2024-02-01,not documented,1000
        DEMO-002,2024-03-41,not documented,1000""",
    )
    assert lines_kept(rows, "doses") == []
    unknown = found(report, "first_dose_unknown")
    assert [(f.row, "line 2" in f.reason) for f in unknown] == [(3, True), (4, False)]


def test_a_lost_dose_before_the_others_puts_them_out_as_well(tmp_path):
    rows, report = read(
        tmp_path,
        visits=GOOD_VISIT,
        products="product_id\nASC-1",
        doses="""patient_id,date,product_id,cells
        DEMO-001,2024-03-01,ASC-1,1000
        DEMO-001,2024-02-01,ASC-9,1000""",
    )
    assert lines_kept(rows, "doses") == []
    assert [f.row for f in found(report, "first_dose_unknown")] == [2]


def test_a_lost_later_dose_leaves_the_first_alone(tmp_path):
    rows, report = read(
        tmp_path,
        visits=GOOD_VISIT,
        products="product_id\nASC-1",
        doses="""patient_id,date,product_id,cells
        DEMO-001,2024-02-01,ASC-1,1000
        DEMO-001,2024-03-01,ASC-9,1000""",
    )
    assert lines_kept(rows, "doses") == [2]
    assert found(report, "first_dose_unknown") == []


@pytest.mark.parametrize(
    ("table", "text", "rule"),
    [
        ("care", "kind,start_date,end_date\nDEMO-001,riluzole,2024-02-01,2024-01-01", "end_before"),
        ("care", "kind,start_date,end_date\nDEMO-001,homeopathy,2024-02-01,", "unknown_value"),
        ("breathing", "date,measure,percent_predicted\nDEMO-001,2024-02-01,SVC,2300", "outside_r"),
        ("breathing", "date,measure,percent_predicted\nDEMO-001,2024-02-01,PEF,80", "unknown_v"),
        ("symptoms", "date,symptom,scale,value\nDEMO-001,2024-02-01,cramps,cns_ls,9", "scale_of_o"),
        (
            "symptoms",
            "date,symptom,scale,value\nDEMO-001,2024-02-01,pseudobulbar_affect,cns_ls,36",
            "outside_scale",
        ),
        ("adverse_events", "date,term,grade,serious\nDEMO-001,2024-02-01,fever,5,no", "grade_con"),
        ("adverse_events", "date,term\nDEMO-001,2024-02-01,", "empty_cell"),
        ("doses", "date,product_id,cells\nDEMO-001,2024-02-01,,10", "empty_cell"),
    ],
)
def test_a_wrong_row_of_another_table_is_out(tmp_path, table, text, rule):
    rows, report = read(tmp_path, visits=GOOD_VISIT, **{table: f"patient_id,{text}"})
    assert [f.rule.startswith(rule) for f in report.errors] == [True]
    assert report.errors[0].row == 2
    assert rows.of(table) == ()
    assert lines_kept(rows, "visits") == [2]


@pytest.mark.parametrize(
    ("cells", "rule"), [("-5", "outside_range"), ("many", "not_a_number"), ("1.5", "not_whole")]
)
def test_a_wrong_amount_is_out_and_the_dose_stays(tmp_path, cells, rule):
    rows, report = read(
        tmp_path,
        visits=GOOD_VISIT,
        doses=f"patient_id,date,product_id,cells\nDEMO-001,2024-02-01,not documented,{cells}",
    )
    assert [f.rule for f in report.errors] == [rule]
    assert lines_kept(rows, "doses") == [2]


def test_large_counts_of_cells_are_read_exactly(tmp_path):
    rows, _ = read(
        tmp_path,
        visits=GOOD_VISIT,
        doses="""patient_id,date,product_id,cells,cells_per_kg
        DEMO-001,2024-02-01,not documented,9007199254740993,1e6""",
    )
    values = rows.of("doses")[0].values
    assert (values["cells"], values["cells_per_kg"]) == (9007199254740993, 1000000)


def test_rare_vital_capacity_and_rising_totals_stay_with_a_remark(tmp_path):
    rows, report = read(
        tmp_path,
        visits="""patient_id,date,alsfrs_total
        DEMO-001,2024-01-05,35
        DEMO-001,2024-02-05,41
        DEMO-001,2024-03-05,46""",
        breathing="patient_id,date,measure,percent_predicted\nDEMO-001,2024-02-01,SVC,3.1",
    )
    assert report.errors == ()
    assert [f.row for f in found(report, "unusual_value")] == [2]
    assert [f.row for f in found(report, "total_rises")] == [3]
    assert len(rows.of("breathing")) == 1


def test_only_what_is_not_used_counts_as_left_out(tmp_path):
    _, report = read(
        tmp_path,
        visits="""patient_id,date,alsfrs_total,speech,ratr
        DEMO-001,2024-01-05,42,,R1
        demo-001,2024-01-05,,4,R1
        DEMO-002,2024-01-05,77,,R1""",
    )
    assert {f.rule for f in report.findings} - {f.rule for f in report.left_out} == {
        "similar_names",
        "no_visits",
    }
    assert {f.rule for f in report.left_out} == {"unknown_column", "no_total", "outside_range"}


def test_names_that_differ_in_signs_only_are_said(tmp_path):
    _, report = read(
        tmp_path,
        visits="patient_id,date,alsfrs_total\nDEMO-001,2024-01-05,42\ndemo 001,2024-02-05,42",
    )
    assert [f.row for f in found(report, "similar_names")] == [3]


def test_patient_without_visits_is_said(tmp_path):
    _, report = read(tmp_path, visits=GOOD_VISIT, patients="patient_id,sex\nDEMO-007,male")
    assert [(f.file, f.value) for f in found(report, "no_visits")] == [("patients.csv", "DEMO-007")]


def rules_used() -> set[str]:
    """Names of rules given to a finding anywhere in the importers."""
    names = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "BadCell" and isinstance(node.args[0], ast.Constant):
                names.add(node.args[0].value)
            names |= {
                k.value.value
                for k in node.keywords
                if k.arg == "rule" and isinstance(k.value, ast.Constant)
            }
    return names


def test_every_rule_is_in_the_list_and_every_listed_rule_is_used():
    assert rules_used() == {rule.name for rule in RULES}


def test_a_file_that_is_all_one_patient_is_judged_row_by_row(tmp_path):
    visits = "\n".join(f"DEMO-001,{n / 100},4" for n in range(20_000))
    rows, report = read(
        tmp_path,
        visits=f"patient_id,month,alsfrs_total\n{visits}",
        events="patient_id,month,kind\nDEMO-001,110,death",
    )
    assert len(found(report, "after_death")) == 20_000 - 11_001  # months 110.01 to 199.99
    assert len(rows.of("visits")) == 11_001


def test_very_many_repeated_rows_are_named_by_their_first_lines(tmp_path):
    visits = "DEMO-001,1,4\n" * 20_000
    rows, report = read(tmp_path, visits=f"patient_id,month,alsfrs_total\n{visits}")
    assert len(rows.of("visits")) == 1
    assert "lines 2, 3, 4, 5, 6, 7, … are" in found(report, "repeated_row")[0].reason
