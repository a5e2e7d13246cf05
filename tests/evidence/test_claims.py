"""Every claim is answered from rows with sources, and a new study can change its verdict."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from slopewise.errors import InputError, NotFoundError
from slopewise.evidence.bias.judgement import BiasTool, Judgement
from slopewise.evidence.claims.answers import answer_claim, answer_claims, verdict_of
from slopewise.evidence.claims.claim import StatementAnswer, Verdict
from slopewise.evidence.claims.known import known_claim, known_claims, read_claim
from slopewise.evidence.claims.regulation import Standing, regulation
from slopewise.evidence.claims.rules import Rule, apply_rule
from slopewise.evidence.design import Comparison, DesignClass
from slopewise.evidence.studies import load_studies
from slopewise.evidence.study import (
    BiasDomain,
    BiasJudgements,
    Bibliography,
    Citation,
    CitedNumber,
    Design,
    GroupDifference,
    GroupSummary,
    People,
    ReportedSlowing,
    Safety,
    Study,
    Treatment,
)

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "facts" / "evidence"
BESIDE = Path(__file__).resolve().parents[2] / "shared" / "facts" / "evidence"
PAGE = Citation("https://example.org/made-up", "Table 2", "read")
ASKED_FOR = {  # the claims that the record's reader wrote down
    "safe_well_tolerated",
    "no_significant_side_effects",
    "slows_progression",
    "stabilises",
    "repeat_dosing_safe",
    "regenerates_damaged_tissue",
    "currently_available",
    "survival_gain_clinic_series",
}


def made_up_trial(slowing: float, se: float = 0.05, people: int = 400) -> Study:
    """A large masked trial without fault that is not in the record."""

    def count(value: float, unit: str = "people") -> CitedNumber:
        return CitedNumber(PAGE, unit, value)

    return Study(
        study_id="made_up_2030",
        label="Made-up 2030",
        bibliography=Bibliography(PAGE, year=2030),
        design=Design(DesignClass.RCT_PARALLEL, phase="3", blinding="double-blind"),
        evidence_level_read="full text",
        treatment=Treatment(
            "MSC",
            "bone marrow",
            "autologous",
            ("intrathecal",),
            administrations=(count(3, "administrations"),),
        ),
        people=People(enrolled=count(2 * people), treated=count(people), control=count(people)),
        country="France",
        scale="ALSFRS-R",
        follow_up=count(12, "months"),
        slowing=(ReportedSlowing(PAGE, slowing, se=se, n_treated=people, n_control=people),),
        safety=Safety(PAGE, "counted", treatment_related_serious_events=0),
        risk_of_bias_judgements=BiasJudgements(
            BiasTool.ROB_2,
            "ALSFRS-R",
            tuple(
                BiasDomain(name, Judgement.LOW, "masked, all followed", PAGE)
                for name in BiasTool.ROB_2.domains
            ),
        ),
    )


def verdict(claim_id: str, *studies: Study) -> Verdict:
    return answer_claim(known_claim(claim_id), studies).verdict


def test_the_claims_of_the_record_are_all_carried() -> None:
    assert {one.claim_id for one in known_claims()} >= ASKED_FOR


def test_verdicts_agree_with_those_the_reader_wrote_down() -> None:
    """The reader's assessments in words, beside the record (REPORT.md)."""
    found = {one.claim_id: one.verdict for one in answer_claims(load_studies())}
    assert found["safe_well_tolerated"] is Verdict.PARTLY  # "partly supported for short-term"
    assert (
        found["no_significant_side_effects"] is Verdict.NOT_SUPPORTED
    )  # "not supported as worded"
    assert found["slows_progression"] is Verdict.NOT_SUPPORTED  # "unproven"
    assert found["stabilises"] is Verdict.NOT_SUPPORTED  # "not supported"
    assert found["repeat_dosing_safe"] is Verdict.PARTLY  # "limited support"
    assert found["regenerates_damaged_tissue"] is Verdict.CONTRADICTED  # "contradicted"
    assert found["currently_available"] is Verdict.CONTRADICTED  # "false in the US and EU"
    assert found["survival_gain_clinic_series"] is Verdict.NOT_SUPPORTED  # "not credible"


def test_every_row_has_a_source_and_every_judgement_its_basis() -> None:
    for answer in answer_claims(load_studies()):
        assert answer.statements
        assert answer.true_wording.endswith(".")
        for one in answer.statements:
            assert one.because
            assert all(row.citation.source and row.fact for row in one.rows_for)
            assert all(row.citation.source and row.fact for row in one.rows_against)


def test_a_verdict_other_than_not_studied_has_rows() -> None:
    for answer in answer_claims(load_studies()):
        if answer.verdict is not Verdict.NOT_STUDIED:
            assert any(one.rows_for or one.rows_against for one in answer.statements), (
                answer.claim_id
            )


def test_studies_named_in_the_claims_are_in_the_record() -> None:
    known = {study.study_id for study in load_studies()}
    named = {
        row.study_id
        for claim in known_claims()
        for one in claim.statements
        for row in (*one.rows_for, *one.rows_against)
        if row.study_id is not None
    }
    assert named <= known


@pytest.mark.parametrize("folder", [SHARED, BESIDE])
def test_every_source_of_the_facts_is_carried(folder: Path) -> None:
    file = folder / "claims.json"
    if not file.is_file():
        pytest.skip("the facts on claims are not beside this checkout")
    rows = [
        row
        for claim in json.loads(file.read_text(encoding="utf-8"))["claims"]
        for side in ("evidence_for", "evidence_against_or_limits")
        for row in claim[side]
    ]
    said = {
        row.citation.source
        for answer in answer_claims(load_studies())
        for one in answer.statements
        for row in (*one.rows_for, *one.rows_against)
    }
    carried = " ".join(said)
    missing = [row["source"] for row in rows if row["source"] not in carried]
    assert not missing


def test_a_large_clear_trial_lifts_the_verdict_on_slowing() -> None:
    studies = load_studies()
    alone = verdict("slows_progression", made_up_trial(0.4))
    beside = answer_claim(known_claim("slows_progression"), (*studies, made_up_trial(0.4)))
    assert alone is Verdict.SUPPORTED
    first = beside.statements[0]
    assert "made_up_2030" in {row.study_id for row in first.rows_for}


def test_a_wording_is_marked_as_old_once_the_verdict_has_changed() -> None:
    claim = known_claim("slows_progression")
    assert answer_claim(claim, load_studies()).true_wording == claim.true_wording
    changed = answer_claim(claim, (made_up_trial(0.4),)).true_wording
    assert changed.startswith("The verdict was “not supported” when this was written")


def test_every_wording_is_written_for_the_verdict_of_today() -> None:
    old = [
        one.claim_id
        for one in answer_claims(load_studies())
        if one.verdict is not known_claim(one.claim_id).written_for
    ]
    assert not old, "read the wording again, change it where needed, and set written_for"


def test_a_large_trial_without_effect_contradicts_slowing() -> None:
    assert verdict("slows_progression", made_up_trial(0.0)) is Verdict.CONTRADICTED


def test_a_wide_trial_neither_supports_nor_contradicts() -> None:
    assert verdict("slows_progression", made_up_trial(0.2, 0.3, 30)) is Verdict.NOT_SUPPORTED


def test_without_studies_slowing_is_not_studied() -> None:
    assert verdict("slows_progression") is Verdict.NOT_STUDIED
    assert verdict("manages_symptoms") is Verdict.NOT_STUDIED


def test_a_study_switched_off_takes_its_rows_along() -> None:
    left = tuple(study for study in load_studies() if study.study_id != "oh_2018")
    answer = answer_claim(known_claim("slows_progression"), left)
    rows = [row for one in answer.statements for row in (*one.rows_for, *one.rows_against)]
    assert "oh_2018" not in {row.study_id for row in rows}


def test_serious_events_in_a_new_study_change_safety() -> None:
    harmful = replace(
        made_up_trial(0.0), safety=Safety(PAGE, "counted", treatment_related_serious_events=80)
    )
    before = answer_claim(known_claim("safe_well_tolerated"), load_studies()).statements[0]
    after = answer_claim(known_claim("safe_well_tolerated"), (*load_studies(), harmful)).statements[
        0
    ]
    assert before.verdict is Verdict.PARTLY
    assert after.verdict is Verdict.CONTRADICTED  # 80 of 591: lower bound 11 %
    assert "made_up_2030" in {row.study_id for row in after.rows_against}


@pytest.mark.parametrize("events", [12, 80])  # of 60 and of 400 people
def test_nobody_is_called_partly_safe_once_serious_events_are_not_rare(events: int) -> None:
    harmful = replace(
        made_up_trial(0.0, people=60 if events == 12 else 400),
        safety=Safety(PAGE, "counted", treatment_related_serious_events=events),
    )
    answered = answer_claim(known_claim("safe_well_tolerated"), (*load_studies(), harmful))
    assert answered.verdict in {Verdict.NOT_SUPPORTED, Verdict.CONTRADICTED}


def test_no_large_trial_holds_only_while_none_is_there() -> None:
    small = tuple(
        study
        for study in load_studies()
        if study.study_id not in {"cudkowicz_2022", "alsummit_2025"}
    )
    answer = answer_claim(known_claim("large_trials_to_come"), small)
    assert answer.statements[0].verdict is Verdict.SUPPORTED
    assert (
        answer_claim(known_claim("large_trials_to_come"), load_studies()).verdict is Verdict.PARTLY
    )


def _said(word: Verdict) -> StatementAnswer:
    return StatementAnswer("s", word, "b", (), ())


@pytest.mark.parametrize(
    ("statements", "deciding", "expected"),
    [
        ("ss", "", Verdict.SUPPORTED),
        ("sn", "", Verdict.PARTLY),
        ("nn", "", Verdict.NOT_SUPPORTED),
        ("uu", "", Verdict.NOT_STUDIED),
        ("nu", "", Verdict.NOT_SUPPORTED),
        ("sc", "c", Verdict.CONTRADICTED),
        ("sn", "n", Verdict.NOT_SUPPORTED),
        ("su", "u", Verdict.NOT_STUDIED),
        ("snc", "nc", Verdict.CONTRADICTED),
        ("sp", "s", Verdict.SUPPORTED),
        ("sc", "s", Verdict.PARTLY),
        ("ps", "p", Verdict.PARTLY),
    ],
)
def test_the_verdict_of_a_claim_follows_the_written_rule(
    statements: str, deciding: str, expected: Verdict
) -> None:
    words = {
        "s": Verdict.SUPPORTED,
        "p": Verdict.PARTLY,
        "n": Verdict.NOT_SUPPORTED,
        "c": Verdict.CONTRADICTED,
        "u": Verdict.NOT_STUDIED,
    }
    answered = [_said(words[one]) for one in statements]
    assert verdict_of(answered, [_said(words[one]) for one in deciding]) is expected


def test_an_unknown_claim_names_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="slows_progression"):
        known_claim("slow_progression")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"colour": "red"}, 'unknown key "colour"'),
        ({"claim_id": "other"}, "same name"),
        ({"statements": [{"statement": "x"}]}, "either a rule or a verdict"),
        ({"statements": [{"statement": "x", "verdict": "supported"}]}, 'without "because"'),
        (
            {
                "statements": [
                    {
                        "statement": "x",
                        "rule": "studied",
                        "rows_for": [{"fact": "12 of 13", "citation": {"source": " "}}],
                    }
                ]
            },
            "has no source",
        ),
    ],
)
def test_a_claim_file_that_is_wrong_is_refused(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    row = {
        "claim_id": "mine",
        "claim": "mine",
        "order": 1,
        "true_wording": "True.",
        "written_for": "supported",
        "statements": [],
        "patterns": [],
    }
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(row | change), encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_claim(file)


def test_approvals_are_dated_and_cited() -> None:
    statuses = {one.region: one for one in regulation()}
    assert statuses["United States"].standing is Standing.NOT_APPROVED
    assert statuses["South Korea"].standing is Standing.CONDITIONAL
    assert {"European Union", "Japan"} <= set(statuses)
    for status in statuses.values():
        assert status.latest_read
        assert "before use" in status.re_check
        assert all(event.date and event.citation.source for event in status.events)


def test_the_vote_of_the_advisers_is_the_one_that_was_read() -> None:
    events = next(one for one in regulation() if one.region == "United States").events
    vote = next(one for one in events if one.date == "2023-09-27")
    assert "17 to 1, with 1 abstention" in vote.event  # filing summary


def test_none_of_a_handful_does_not_support_that_harm_is_rare() -> None:
    few = replace(
        made_up_trial(0.0),
        people=People(treated=CitedNumber(PAGE, "people", 5)),
        safety=Safety(PAGE, "counted", treatment_related_serious_events=0),
    )
    found = answer_claim(known_claim("safe_well_tolerated"), (few,)).statements[0]
    assert found.verdict is Verdict.NOT_SUPPORTED  # up to 52 in 100: 1 - 0.025^(1/5)
    assert "52.2 in 100" in found.because
    assert "does not show safety" in found.because


def test_a_remark_on_deaths_does_not_stand_for_safety() -> None:
    found = answer_claim(known_claim("safe_well_tolerated"), load_studies()).statements[0]
    assert not [row.fact for row in found.rows_for if "death" in row.fact]


def test_a_subgroup_or_a_replaced_figure_regains_no_function() -> None:
    gain = GroupDifference(
        PAGE,
        "ALSFRS-R change from baseline",
        Comparison.BETWEEN_ARMS,
        "6 months",
        treated=GroupSummary(n=10, mean=2.0, sd=1.0),
    )
    rows = (
        replace(gain, superseded_by="a correction"),
        replace(gain, outcome="ALSFRS-R change, rapid progressors"),
    )
    assert apply_rule(
        Rule.FUNCTION_REGAINED, (replace(made_up_trial(0.0), group_differences=(gain,)),), ()
    ).rows_for
    made = replace(made_up_trial(0.0), group_differences=rows)
    found = apply_rule(Rule.FUNCTION_REGAINED, (made,), ())
    assert found.verdict is Verdict.NOT_STUDIED


@pytest.mark.parametrize("claim_id", ["currently_available", "approved_by_regulators"])
def test_a_region_that_approved_is_named_beside_those_that_did_not(claim_id: str) -> None:
    (found,) = (one for one in answer_claims(load_studies()) if one.claim_id == claim_id)
    assert "United States" in found.sentence
    assert "But: South Korea approved one product" in found.sentence
