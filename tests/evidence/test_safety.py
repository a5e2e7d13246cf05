"""Safety rows: who is counted, among whom, and what is not counted with its reason."""

import dataclasses

from slopewise.evidence.safety.answer import answer_safety
from slopewise.evidence.safety.safety_answer import ANY_ROUTE, SafetyAnswer, SafetyEvent
from slopewise.evidence.studies import load_studies, load_study
from slopewise.evidence.study import AdverseEvent, ArmRole, Safety, Study, SurvivalResult


def answer_to(event: SafetyEvent, route: str = ANY_ROUTE) -> SafetyAnswer:
    answers = answer_safety(load_studies())
    return next(one for one in answers if (one.event, one.route) == (event, route))


def with_safety(study: Study, **changes: object) -> Study:
    assert study.safety is not None
    safety: Safety = dataclasses.replace(study.safety, **changes)  # type: ignore[arg-type]
    return dataclasses.replace(study, safety=safety)


def test_serious_related_events_count_each_cohort_once() -> None:
    found = answer_to(SafetyEvent.RELATED_SERIOUS)
    counted = {row.study_id: (row.events, row.total) for row in found.rows}
    assert counted["barczewska_2020"] == (0, 67)
    assert counted["oh_2018"] == (0, 33)
    assert "oh_2015" not in counted  # may share patients with oh_2018
    left = {one.study_id: one.reason for one in found.left_out}
    assert "may share patients" in left["oh_2015"]
    assert len({row.cohort for row in found.rows}) == len(found.rows)
    assert found.plain is not None
    assert found.plain.total == sum(row.total for row in found.rows)


def test_none_is_said_with_its_bound_and_who_judged() -> None:
    found = answer_to(SafetyEvent.RELATED_SERIOUS)
    assert found.plain is not None
    assert found.plain.high is not None
    assert found.sentence.startswith(f"None of {found.plain.total} people")
    assert f"up to {100 * found.plain.high:.1f} %" in found.sentence
    assert "judged by the authors" in " ".join(found.cautions)


def test_headaches_that_differ_too_much_get_no_single_rate() -> None:
    found = answer_to(SafetyEvent.HEADACHE)
    counted = {row.study_id: (row.events, row.total) for row in found.rows}
    assert counted["barczewska_2019"] == (1, 43)
    assert counted["sykova_2017"] == (8, 26)  # 30 % of 26
    assert "too different for one rate" in found.sentence
    assert any("mixed series" in one.reason for one in found.left_out)


def test_deaths_are_listed_and_never_pooled() -> None:
    found = answer_to(SafetyEvent.DEATH)
    assert found.rows
    assert found.pooled is None
    assert found.plain is None
    assert any("before treatment" in one.reason for one in found.left_out)


def test_an_arm_with_its_own_route_is_counted_under_it() -> None:
    found = answer_to(SafetyEvent.DEATH, "intravenous")
    assert [(row.study_id, row.events, row.total) for row in found.rows] == [("nabavi_2019", 1, 6)]


def test_injections_are_no_people() -> None:
    found = answer_to(SafetyEvent.FEVER)
    assert not found.rows
    assert found.sentence.startswith("Not known")
    assert any("injections" in one.reason for one in found.left_out)


def test_events_above_zero_are_at_most_so_many_people() -> None:
    study = with_safety(load_study("yamashita_2023"), treatment_related_serious_events=7)
    found = answer_safety((study,))[0]
    assert [(row.events, row.total) for row in found.rows] == [(5, 5)]
    assert "7 events" in found.rows[0].basis
    assert found.rows[0].is_at_most
    assert found.sentence.startswith("Up to 100 % (95 % interval): at most 5 of 5 people")


def test_none_found_is_not_called_safe_and_names_what_was_not_read() -> None:
    found = answer_to(SafetyEvent.RELATED_SERIOUS)
    assert found.sentence.endswith("None found does not mean safe.")
    assert "“severe”" in " ".join(found.cautions)
    basis = {row.study_id: row.basis for row in found.rows}
    assert "randomised to treatment" in basis["oh_2018"]
    assert basis["li_2017"] == "none was reported among the people treated"


def test_several_lines_about_the_same_people_count_them_once() -> None:
    lines = (
        AdverseEvent("back pain", count=3, denominator=5),
        AdverseEvent("leg pain", count=2, denominator=5),
    )
    study = with_safety(load_study("yamashita_2023"), adverse_events=lines)
    found = next(one for one in answer_safety((study,)) if one.event is SafetyEvent.PAIN)
    assert [(row.events, row.total) for row in found.rows] == [(3, 5)]
    assert any("same people" in one.reason for one in found.left_out)


def test_lines_of_different_people_add_up() -> None:
    lines = (
        AdverseEvent("headache: low dose", count=1, denominator=2),
        AdverseEvent("headache: high dose", count=2, denominator=3),
    )
    study = with_safety(load_study("yamashita_2023"), adverse_events=lines)
    found = next(one for one in answer_safety((study,)) if one.event is SafetyEvent.HEADACHE)
    assert [(row.events, row.total) for row in found.rows] == [(1, 2), (2, 3)]


def test_deaths_of_a_comparison_group_are_not_those_of_treated_people() -> None:
    study = load_study("oh_2018")
    assert [arm.role for arm in study.arms] == [ArmRole.TREATED, ArmRole.CONTROL]
    control = study.arms[1].name
    citation = study.bibliography.citation
    rows = (
        SurvivalResult(citation, "deaths", arm=control, n=31, deaths=9),
        SurvivalResult(citation, "deaths", arm="placebo group", n=31, deaths=8),
        SurvivalResult(citation, "deaths", arm=study.arms[0].name, n=33, deaths=4),
    )
    found = next(
        one
        for one in answer_safety((dataclasses.replace(study, survival=rows),))
        if one.event is SafetyEvent.DEATH
    )
    assert [(row.events, row.total) for row in found.rows] == [(4, 33)]


def test_a_percent_that_no_whole_number_fits_is_not_counted() -> None:
    event = AdverseEvent("headache", denominator=5, percent=33.0)
    study = with_safety(load_study("yamashita_2023"), adverse_events=(event,))
    found = next(one for one in answer_safety((study,)) if one.event is SafetyEvent.HEADACHE)
    assert not found.rows


def test_a_study_switched_off_gives_its_cohort_to_the_next() -> None:
    answers = answer_safety(load_studies(), without=frozenset({"oh_2018"}))
    found = next(one for one in answers if one.event is SafetyEvent.RELATED_SERIOUS)
    assert "oh_2015" in {row.study_id for row in found.rows}
