"""The published record as carried by the package: complete, cited, and refused when it is not."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from slopewise.errors import InputError, NotFoundError
from slopewise.evidence.design import Comparison, DesignClass, Lane
from slopewise.evidence.studies import load_studies, load_study, read_study

FOLDER = files("slopewise.evidence") / "studies"
TOTALS = json.loads((Path(__file__).parent / "totals.json").read_text(encoding="utf-8"))["studies"]


@cache
def raw_studies() -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple(
        (
            file.name.removesuffix(".json"),
            json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal),
        )
        for file in FOLDER.iterdir()
    )


def numbers_of(value: Any, source: str | None = None) -> Iterator[tuple[Decimal, str | None]]:
    """Every number with the nearest source around it; written apart from the program's check."""
    if isinstance(value, dict):
        source = value.get("citation", {}).get("source", source)
        for part in value.values():
            yield from numbers_of(part, source)
    elif isinstance(value, list):
        for part in value:
            yield from numbers_of(part, source)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield Decimal(value), source


def minimal(**parts: Any) -> dict[str, Any]:
    study: dict[str, Any] = {
        "study_id": "demo_2001",
        "label": "Demo 2001",
        "bibliography": {"citation": {"source": "https://example.org/paper"}},
        "design": {"design_class": "case_series"},
        "evidence_level_read": "abstract",
    }
    return study | parts


def read(folder: Path, study: object, name: str = "demo_2001.json") -> Any:
    file = folder / name
    file.write_text(json.dumps(study), encoding="utf-8")
    return read_study(file)


def test_every_recorded_study_is_carried() -> None:
    assert [study.study_id for study in load_studies()] == sorted(TOTALS)


def test_studies_per_design_are_those_of_the_recorded_table() -> None:
    # counted in the table of 60 records from which the files were made
    counted = Counter(study.design.design_class for study in load_studies())
    assert counted == {
        DesignClass.SINGLE_ARM_PRE_POST: 25,
        DesignClass.REGISTRY_ONLY: 8,
        DesignClass.NOT_RETRIEVED: 7,
        DesignClass.RCT_PARALLEL: 6,
        DesignClass.CASE_SERIES: 5,
        DesignClass.MATCHED_EXTERNAL_CONTROL: 3,
        DesignClass.RETROSPECTIVE_CONTROLLED: 2,
        DesignClass.DOSE_ESCALATION: 1,
        DesignClass.NONRANDOMISED_CONTROLLED: 1,
        DesignClass.RCT_WITHIN_PATIENT: 1,
        DesignClass.WITHIN_PATIENT_LEG_COMPARISON: 1,
    }


@pytest.mark.parametrize("study_id", sorted(TOTALS))
def test_no_number_was_lost_or_changed(study_id: str) -> None:
    # the arms repeat numbers of people and doses; a test of their own holds them to those
    row = {key: part for key, part in dict(raw_studies())[study_id].items() if key != "arms"}
    found = [number for number, _ in numbers_of(row)]
    assert len(found) == TOTALS[study_id]["numbers"]
    assert sum(found, Decimal(0)) == Decimal(TOTALS[study_id]["sum"])


def test_every_number_stands_under_a_source() -> None:
    bare = [
        (name, number)
        for name, row in raw_studies()
        for number, source in numbers_of(row)
        if not source or source == "unverified"
    ]
    assert bare == []


def test_oh_2018_carries_table_3_of_the_paper() -> None:
    # Oh 2018, Ann Neurol 84:361, Table 3, doi:10.1002/ana.25302
    study = load_study("oh_2018")
    rows = {(row.outcome, row.timepoint): row for row in study.group_differences}
    row = rows["ALSFRS-R change from baseline", "6 months"]
    assert row.treated is not None
    assert row.control is not None
    assert row.interval95 is not None
    assert (row.treated.n, row.treated.mean, row.treated.sd) == (31, -3.1, 3.51)
    assert (row.control.n, row.control.mean, row.control.sd) == (25, -6.48, 4.53)
    assert (row.difference, row.interval95.low, row.interval95.high) == (3.38, 1.23, 5.54)
    assert row.citation.pointer == "Table 3"


def test_phase_3_of_nurown_keeps_the_superseded_figure_marked() -> None:
    responders = load_study("cudkowicz_2022").responders
    assert [row.superseded_by for row in responders] == [None, "the journal figure of 33%", None]
    models = [row.superseded_by for row in load_study("cudkowicz_2022").group_differences]
    corrected = "the corrected model (erratum Aug 2022)"
    assert models == [None, corrected, None, corrected, None]


def test_a_slope_printed_without_its_sign_stays_unread() -> None:
    slopes = load_study("petrou_2016").slopes
    assert [row.as_printed for row in slopes if row.mean is None] == ["0.28", "0.6"]


def test_secondary_sources_are_marked() -> None:
    marked = [row.citation.is_secondary for row in load_study("cudkowicz_2022").group_differences]
    assert marked == [True, True, True, False, False]


def test_a_change_within_one_arm_is_not_a_difference_between_arms() -> None:
    within = {
        study.study_id
        for study in load_studies()
        for row in study.group_differences
        if row.comparison is Comparison.WITHIN_ONE_ARM
    }
    assert within == {
        "karussis_2010",
        "petrou_2016",
        "sykova_2017",
        "prabhakar_2012",
        "gotkine_2023",
        "siwek_barczewska_interim",
    }


def test_only_designs_with_a_comparison_stand_in_the_compared_lanes() -> None:
    lanes = Counter(study.lane for study in load_studies())
    assert lanes == {
        Lane.RANDOMISED: 7,
        Lane.EXTERNAL_CONTROL: 6,
        Lane.SINGLE_ARM: 32,
        Lane.NO_RESULT: 15,
    }


def test_studies_without_content_carry_no_result() -> None:
    unread = [study for study in load_studies() if not study.is_content_read]
    assert not any(study.has_result_numbers for study in unread)


def test_the_record_is_read_once() -> None:
    assert load_studies() is load_studies()


def test_labels_tell_the_studies_apart() -> None:
    labels = [study.label for study in load_studies()]
    assert len(set(labels)) == len(labels)


def test_an_unknown_study_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(NotFoundError, match=r'no study "oh_2017".*oh_2018'):
        load_study("oh_2017")


def test_a_study_of_words_alone_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, minimal()).design.design_class is DesignClass.CASE_SERIES


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"survival": [{"statement": "3 died", "deaths": 3}]},
            r"demo_2001.json: survival\[0\].deaths = 3 has no source",
        ),
        (
            {"follow_up": {"value": 6, "unit": "months", "citation": {"source": "unverified"}}},
            "demo_2001.json: follow_up.value = 6 has no source",
        ),
        (
            {"follow_up": {"value": 6, "unit": "months", "citation": {"source": " "}}},
            "demo_2001.json: follow_up.value = 6 has no source",
        ),
        ({"blinding": "none"}, "demo_2001.json: blinding is not a known key"),
        ({"label": ""}, "demo_2001.json: label is ''; expected a text"),
        ({"notes": "one"}, "demo_2001.json: notes is 'one'; expected a list"),
        ({"people": [1]}, "demo_2001.json: people"),
        ({"design": {"design_class": "trial"}}, "design.design_class is 'trial'; expected one of"),
        ({"design": {}}, "demo_2001.json: design.design_class is missing"),
        (
            {"risk_of_bias": {"randomised": "yes"}},
            "risk_of_bias.randomised is 'yes'; expected true or false",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_file_and_key(
    tmp_path: Path, parts: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, minimal(**parts))


@pytest.mark.parametrize(("count", "said"), [(-1, "-1"), (2.5, "2.5"), (True, "True")])
def test_a_count_is_a_whole_number_of_people(tmp_path: Path, count: object, said: str) -> None:
    row = {"statement": "died", "deaths": count, "citation": {"source": "https://example.org"}}
    with pytest.raises(InputError, match=f"deaths is {said}; expected a whole number"):
        read(tmp_path, minimal(survival=[row]))


def test_a_number_that_is_not_finite_is_refused(tmp_path: Path) -> None:
    follow_up = {"value": float("nan"), "unit": "months", "citation": {"source": "https://a.org"}}
    with pytest.raises(InputError, match=r"follow_up\.value is nan; expected a number"):
        read(tmp_path, minimal(follow_up=follow_up))


def test_a_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo_2001.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"demo_2001\.json: not readable as JSON"):
        read_study(tmp_path / "demo_2001.json")


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = json.dumps(minimal()).replace('"label"', '"label": "Other", "label"')
    (tmp_path / "demo_2001.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r'demo_2001\.json: "label" stands twice in one object'):
        read_study(tmp_path / "demo_2001.json")


def test_a_file_of_brackets_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo_2001.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match=r"demo_2001\.json: brackets within brackets too deep"):
        read_study(tmp_path / "demo_2001.json")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"demo_2001\.json: not readable \(No such file"):
        read_study(tmp_path / "demo_2001.json")


def test_a_file_named_otherwise_than_its_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'other\.json: study_id is "demo_2001"'):
        read(tmp_path, minimal(), "other.json")


def test_a_file_that_is_no_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"demo_2001\.json: the file is \[\]; expected an object"):
        read(tmp_path, [])


def test_a_number_of_an_arm_stands_elsewhere_in_the_study_too() -> None:
    for name, row in raw_studies():
        arms = row.get("arms", [])
        rest = {number for number, _ in numbers_of({k: v for k, v in row.items() if k != "arms"})}
        assert {number for number, _ in numbers_of({"arms": arms})} <= rest, name
        treated = any(row.get("people", {}).get(key) for key in ("treated", "control"))
        assert bool(arms) or not treated, name
