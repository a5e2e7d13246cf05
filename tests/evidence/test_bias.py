"""Risk of bias: the overall judgement is what the published rule of each tool says."""

from typing import Any

import pytest

from slopewise.errors import InputError
from slopewise.evidence.bias.judgement import BiasTool, Judgement, tool_for
from slopewise.evidence.bias.overall import overall_bias
from slopewise.evidence.design import Lane
from slopewise.evidence.studies import load_studies, study_from

LOW, SOME, HIGH = Judgement.LOW, Judgement.SOME_CONCERNS, Judgement.HIGH
MODERATE, SERIOUS, CRITICAL = Judgement.MODERATE, Judgement.SERIOUS, Judgement.CRITICAL
NONE, NOT_JUDGED = Judgement.NO_INFORMATION, Judgement.NOT_JUDGED


def judged(tool: BiasTool, *given: Judgement, rest: Judgement = LOW) -> Judgement:
    words = [*given, *[rest] * (len(tool.domains) - len(given))]
    return overall_bias(tool, dict(zip(tool.domains, words, strict=True))).judgement


@pytest.mark.parametrize(
    ("given", "overall"),
    [
        # Sterne 2019, doi:10.1136/bmj.l4898, table of overall judgements
        ((LOW,), LOW),
        ((SOME,), SOME),
        ((SOME, SOME), SOME),
        ((HIGH,), HIGH),
        ((SOME, HIGH), HIGH),
        # a domain that was not judged: ours
        ((NOT_JUDGED,), NOT_JUDGED),
        ((NOT_JUDGED, SOME), NOT_JUDGED),
        ((NOT_JUDGED, HIGH), HIGH),
    ],
)
def test_rob_2_is_combined_by_its_rule(given: tuple[Judgement, ...], overall: Judgement) -> None:
    assert judged(BiasTool.ROB_2, *given) is overall


@pytest.mark.parametrize(
    ("given", "overall"),
    [
        # Sterne 2016, doi:10.1136/bmj.i4919, table 3
        ((LOW,), LOW),
        ((MODERATE,), MODERATE),
        ((MODERATE, SERIOUS), SERIOUS),
        ((SERIOUS, CRITICAL), CRITICAL),
        ((NONE,), NONE),
        ((NONE, MODERATE), NONE),
        ((NONE, SERIOUS), SERIOUS),
        ((NONE, CRITICAL), CRITICAL),
        # a domain that was not judged: ours
        ((NOT_JUDGED, MODERATE), NOT_JUDGED),
        ((NOT_JUDGED, SERIOUS), SERIOUS),
        ((NOT_JUDGED, CRITICAL), CRITICAL),
    ],
)
def test_robins_i_is_combined_by_its_rule(given: tuple[Judgement, ...], overall: Judgement) -> None:
    assert judged(BiasTool.ROBINS_I, *given) is overall


def test_serious_is_a_least_where_a_domain_was_not_judged() -> None:
    domains = BiasTool.ROBINS_I.domains
    words = dict.fromkeys(domains, LOW) | {domains[0]: SERIOUS}
    assert not overall_bias(BiasTool.ROBINS_I, words).is_at_least
    overall = overall_bias(BiasTool.ROBINS_I, words | {domains[4]: NOT_JUDGED})
    assert overall.is_at_least
    assert overall.because == ("confounding",)
    critical = words | {domains[4]: NOT_JUDGED, domains[1]: CRITICAL}
    assert not overall_bias(BiasTool.ROBINS_I, critical).is_at_least


def test_several_concerns_are_pointed_out_not_called_high() -> None:
    domains = BiasTool.ROB_2.domains
    words = dict.fromkeys(domains, LOW) | {domains[0]: SOME}
    assert not overall_bias(BiasTool.ROB_2, words).has_several_concerns
    assert overall_bias(BiasTool.ROB_2, words | {domains[3]: SOME}).has_several_concerns


def test_the_tools_have_five_and_seven_domains_and_fit_the_design() -> None:
    assert [len(tool.domains) for tool in BiasTool] == [5, 7]
    assert tool_for(Lane.RANDOMISED) is BiasTool.ROB_2
    assert tool_for(Lane.SINGLE_ARM) is tool_for(Lane.EXTERNAL_CONTROL) is BiasTool.ROBINS_I
    assert tool_for(Lane.NO_RESULT) is None


def test_every_study_with_content_is_judged_and_no_other() -> None:
    for study in load_studies():
        assert (study.risk_of_bias_judgements is not None) is study.is_content_read, study.study_id


def test_every_judgement_has_a_basis_and_a_page() -> None:
    for study in load_studies():
        assessed = study.risk_of_bias_judgements
        if assessed is None:
            continue
        assert assessed.tool is tool_for(study.lane)
        for one in assessed.domains:
            assert len(one.basis.split()) >= 5, (study.study_id, one.domain)
            assert one.citation.links, (study.study_id, one.domain)


def test_open_scoring_of_function_is_never_called_good() -> None:
    for study in load_studies():
        assessed = study.risk_of_bias_judgements
        if assessed is not None and study.design.blinding == "none":
            word = next(one for one in assessed.domains if one.domain.startswith("measurement"))
            assert word.judgement not in {LOW, MODERATE}, study.study_id


def study(by: str, design_class: str, *words: str, **changes: Any) -> dict[str, Any]:
    page = {"source": "https://example.org/paper", "status": "read"}
    domains = [
        {"domain": domain, "judgement": word, "basis": "made up", "citation": page}
        for domain, word in zip(BiasTool(by).domains, words, strict=False)
    ]
    judgements = {"tool": by, "outcome": "function", "domains": domains} | changes
    return {
        "study_id": "demo_2001",
        "label": "Demo 2001",
        "bibliography": {"citation": page},
        "design": {"design_class": design_class},
        "evidence_level_read": "abstract",
        "risk_of_bias_judgements": judgements,
    }


FIVE = ("low",) * 5


def test_a_whole_judgement_is_read() -> None:
    read = study_from(study("RoB 2", "rct_parallel", *FIVE), "demo_2001.json")
    assert read.risk_of_bias_judgements is not None
    assert read.risk_of_bias_judgements.overall.judgement is LOW


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (study("RoB 2", "case_series", *FIVE), "tool is RoB 2, but the design is .*use ROBINS-I"),
        (study("RoB 2", "registry_only", *FIVE), "leave the judgements out"),
        (study("RoB 2", "rct_parallel", "low"), r"domains are randomisation process; give each"),
        (
            study("RoB 2", "rct_parallel", *FIVE[:4], "serious"),
            r'domains\[4\].judgement is "serious", no word of RoB 2; use one of low, some concerns',
        ),
        (study("RoB 2", "rct_parallel", *FIVE[:4], "good"), "judgement is 'good'; expected one of"),
        (study("RoB 2", "rct_parallel", *FIVE, tool="RoB 3"), "tool is 'RoB 3'; expected one of"),
    ],
)
def test_a_wrong_judgement_is_refused_with_file_and_key(row: object, message: str) -> None:
    with pytest.raises(InputError, match=rf"demo_2001.json: risk_of_bias_judgements.*{message}"):
        study_from(row, "demo_2001.json")


def test_a_judgement_without_a_page_is_refused_but_not_judged_may_stand() -> None:
    row = study("RoB 2", "rct_parallel", *FIVE)
    for one in row["risk_of_bias_judgements"]["domains"]:
        one["citation"] = {"source": "unverified"}
    with pytest.raises(InputError, match=r'domains\[0\] judges "low" without a page read'):
        study_from(row, "demo_2001.json")
    for one in row["risk_of_bias_judgements"]["domains"]:
        one["judgement"] = "not judged"
    assert study_from(row, "demo_2001.json").risk_of_bias_judgements is not None


def test_a_number_in_an_arm_needs_a_source() -> None:
    row = study("RoB 2", "rct_parallel", *FIVE)
    row["arms"] = [{"name": "cells", "role": "treated", "n": {"value": 10, "unit": "people"}}]
    with pytest.raises(InputError, match=r"arms\[0\].n.value = 10 has no source"):
        study_from(row, "demo_2001.json")
    row["arms"][0]["citation"] = {"source": "https://example.org/paper"}
    row["arms"][0]["role"] = "placebo"
    with pytest.raises(InputError, match=r"arms\[0\].*role is 'placebo'; expected one of treated"):
        study_from({**row, "arms": [{**row["arms"][0], "n": None}]}, "demo_2001.json")
