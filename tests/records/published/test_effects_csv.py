"""A plain table of effects becomes studies, or is refused with line, column, value and remedy."""

import pytest

from slopewise.errors import InputError
from slopewise.evidence.design import Comparison, DesignClass, Lane
from slopewise.evidence.study import GroupSummary, Interval, Study
from slopewise.records.published.effects_columns import COLUMNS, template
from slopewise.records.published.effects_csv import read_effects

HEAD = "study,design,source,"


def read(text: str) -> tuple[Study, ...]:
    return read_effects("new.csv", text.encode()).studies


def refusal(text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_effects("new.csv", text if isinstance(text, bytes) else text.encode())
    return str(caught.value)


def test_an_estimate_without_more_is_a_slowing() -> None:
    (study,) = read(f"{HEAD}estimate,standard_error\nSmith 2027,RCT,10.1000/ABC,0.2,0.1\n")
    (row,) = study.slowing
    assert (study.study_id, study.label, study.lane) == (
        "smith_2027",
        "Smith 2027",
        Lane.RANDOMISED,
    )
    assert (row.estimate, row.se, row.interval95) == (0.2, 0.1, None)
    assert row.citation.source == "https://doi.org/10.1000/ABC"
    assert study.bibliography.doi == "10.1000/abc"


def test_arms_become_a_difference_between_arms() -> None:
    (study,) = read(
        f"{HEAD}pointer,scale,months,n_treated,mean_treated,sd_treated,n_control,mean_control,"
        "sd_control,blinded\nNew,randomised,page,Table 2,ALSFRS-R,6,20,-5,4.5,21,-6,5,yes\n"
    )
    (row,) = study.group_differences
    assert row.outcome == "ALSFRS-R change from baseline"
    assert (row.comparison, row.timepoint) == (Comparison.BETWEEN_ARMS, "6 months")
    assert row.treated == GroupSummary(n=20, mean=-5.0, sd=4.5)
    assert row.control == GroupSummary(n=21, mean=-6.0, sd=5.0)
    assert row.citation.pointer == "Table 2"
    assert study.people.treated is not None
    assert study.people.treated.value == 20
    assert study.risk_of_bias is not None
    assert study.risk_of_bias.blinded_assessors is True


@pytest.mark.parametrize(
    ("outcome", "scale"),
    [
        ("ALSFRS-R change from baseline", "ALSFRS-R"),
        ("change in alsfrs-r total", "ALSFRS-R"),
        ("mean ALSFRS change", "ALSFRS"),
        ("ALSFRS ratio", "ALSFRS"),
    ],
)
def test_the_outcome_may_name_the_scale(outcome: str, scale: str) -> None:
    (study,) = read(f"{HEAD}outcome,n_treated,mean_treated\nNew,randomised,page,{outcome},20,-5\n")
    assert study.scale == scale
    assert study.group_differences[0].outcome.casefold().count("alsfrs") == 1


def test_a_scale_that_is_given_stands_before_one_in_the_words() -> None:
    (study,) = read(
        f"{HEAD}outcome,scale,mean_treated\nNew,randomised,page,ALSFRS rescaled,ALSFRS-R,-5\n"
    )
    assert study.scale == "ALSFRS-R"


def test_the_latest_month_is_the_follow_up() -> None:
    (study,) = read(
        f"{HEAD}scale,months,mean_treated\nA,rct,page,ALSFRS-R,6,-3\nA,rct,page,ALSFRS-R,12,-7\n"
    )
    assert study.follow_up is not None
    assert (study.follow_up.value, study.follow_up.unit) == (12, "months")


def test_a_difference_keeps_its_interval_as_printed() -> None:
    (study,) = read(
        f"{HEAD}measure,estimate,low,high,scale\nA,rct,page,mean difference,1.5,0.2,2.8,ALSFRS-R\n"
    )
    (row,) = study.group_differences
    assert (row.difference, row.interval95, row.se) == (1.5, Interval(0.2, 2.8), None)


def test_counts_are_responders_and_events_are_safety() -> None:
    (study,) = read(
        f"{HEAD}outcome,months,event,events_treated,total_treated,events_control,total_control\n"
        "A,rct,page,25 % slower,6,,9,30,7,31\n"
        "A,rct,page,,6,deaths,1,30,2,31\n"
        "A,rct,page,,6,Headache,4,30,1,31\n"
        "A,rct,page,,6,treatment-related serious events,0,30,0,31\n"
    )
    (rule,) = study.responders
    assert rule.treated is not None
    assert (rule.definition, rule.treated.responders, rule.treated.n) == ("25 % slower", 9, 30)
    (died,) = study.survival
    assert (died.deaths, died.n) == (1, 30)
    assert study.safety is not None
    assert study.safety.treatment_related_serious_events == 0
    (headache,) = study.safety.adverse_events
    assert (headache.event, headache.count, headache.denominator) == ("Headache", 4, 30)
    assert "Headache: 1 of 31 in the comparison group" in (study.safety.statement or "")
    assert "deaths: 2 of 31 in the comparison group" in (study.safety.statement or "")


@pytest.mark.parametrize(
    ("words", "design"),
    [
        ("randomised", DesignClass.RCT_PARALLEL),
        ("Single-Arm", DesignClass.SINGLE_ARM_PRE_POST),
        ("external control", DesignClass.MATCHED_EXTERNAL_CONTROL),
        ("nonrandomised_controlled", DesignClass.NONRANDOMISED_CONTROLLED),
        ("untreated group, not randomised", DesignClass.NONRANDOMISED_CONTROLLED),
    ],
)
def test_designs_are_understood_in_easy_words(words: str, design: DesignClass) -> None:
    (study,) = read(f'{HEAD}estimate,standard_error\nA,"{words}",page,0.1,0.1\n')
    assert study.design.design_class is design


def test_semicolons_with_decimal_commas_are_read() -> None:
    (study,) = read("study;design;source;estimate;standard_error\nA;rct;page;0,25;0,1\n")
    assert study.slowing[0].estimate == 0.25


def test_the_template_reads_and_says_that_it_is_made_up() -> None:
    studies = read(template())
    assert [study.lane for study in studies] == [Lane.RANDOMISED, Lane.SINGLE_ARM]
    assert all(study.label.startswith("MADE-UP") for study in studies)
    assert all(f"# {column.name}: " in template() for column in COLUMNS)


def test_a_file_without_a_source_column_is_refused_with_what_to_do() -> None:
    said = refusal("study,design,estimate,standard_error\nA,rct,0.1,0.1\n")
    assert "a number without a source is refused" in said
    assert "by address or DOI" in said


ROWS = f"{HEAD}estimate,standard_error,low,high,p_value\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROWS + "A,rct,,0.1,0.1,,,\n", "line 2, column source: a number without a source"),
        (ROWS + "A,rctt,page,0.1,0.1,,,\n", 'line 2, column design: "rctt" is no known design'),
        (ROWS + "A,rct,page,x,0.1,,,\n", 'line 2, column estimate: "x" is not a plain number'),
        (ROWS + "A,rct,page,0.1,0,,,\n", 'column standard_error: "0" must be above 0'),
        (ROWS + "A,rct,page,0.1,,0.3,0.4,\n", "is no interval around it"),
        (ROWS + "A,rct,page,0.1,,0.0,,\n", "column high: the other end is given"),
        (ROWS + "A,rct,page,0.1,,,,1.2\n", 'column p_value: "1.2" is outside 0 to 1'),
        (ROWS + "A,rct,page,,0.1,,,\n", "the row holds no result"),
        (
            ROWS + "A,rct,page,0.1,0.1,,,\nA,rct,page,0.1,0.1,,,\n",
            'line 3, column study: "A" repeats',
        ),
        (ROWS + "A,rct,page,0.1,0.1,,,\nA,rct,page,0.2,0.1,,,\n", "contradicts line 2"),
        (ROWS + "A,rct,page,0.1,0.1\n", "the row has 5 cells, the header 8"),
        (ROWS + "A,rct,page,nan,0.1,,,\n", "the row holds no result"),
        (ROWS + "A,rct,page,1e999,0.1,,,\n", "is not a plain number"),
        (ROWS, "has a header but no row"),
        (f"{HEAD}measure,estimate\nA,rct,page,hazard ratio,0.8\n", "evidence pool FILE"),
        (f"{HEAD}event,events,total\nA,rct,page,fever,4,3\n", "is more than 3 people"),
        (f"{HEAD}event,events,total\nA,rct,page,fever,-1,3\n", "not a whole number of 0 or more"),
        (f"{HEAD}mean_treated\nA,rct,page,-3\n", "column scale: the cell is empty"),
        (f"{HEAD}donor,estimate\nA,rct,page,own,0.1\n", "write autologous or allogeneic"),
        ("design,source\nrct,page\n", "has no column study"),
    ],
)
def test_a_wrong_row_is_refused_with_line_column_and_remedy(text: str, said: str) -> None:
    assert said in refusal(text)


def test_rows_of_one_study_must_agree_on_the_study() -> None:
    said = refusal(
        f"{HEAD}year,outcome,estimate\nA,rct,page,2020,one,0.1\nA,rct,page,2021,two,0.2\n"
    )
    assert 'line 3, column year: "2021" differs from "2020" in line 2' in said


def test_every_wrong_line_is_named_at_once() -> None:
    said = refusal(ROWS + "A,rct,,0.1,0.1,,,\nB,rct,page,x,0.1,,,\n")
    assert "line 2" in said
    assert "line 3" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "a spreadsheet"),
        ("study,design\n".encode("utf-16"), "UTF-16"),
        (b"study,design\x00\n", "NUL byte"),
        (b'study,design,source\n"A,rct,page\n', "quotes are not closed"),
    ],
)
def test_what_is_no_text_table_is_refused(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_an_unknown_column_and_odd_numbers_are_said_not_hidden() -> None:
    made = read_effects(
        "new.csv",
        f"{HEAD}estimate,standard_eror\nA,rct,page,20,0.1\n".encode(),
    )
    said = " ".join(f"{one.column} {one.reason} {one.remedy}" for one in made.findings)
    assert "standard_eror" in said
    assert "did you mean standard_error?" in said
    assert "no standard error, interval or p-value" in said
    assert "20 % is 0.2" in said
