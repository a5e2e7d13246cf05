"""Published designs: they can be run, belong to the evidence, and every number has its source."""

import re
from importlib.resources import files

import pytest

from slopewise.errors import NotFoundError
from slopewise.evidence.studies import load_study
from slopewise.evidence.study import DesignClass
from slopewise.records.designs.reenacted import REENACTED, reenacted_text
from slopewise.trial.design.words import Analysis
from slopewise.workflow.reenact_trial import reenacted_design

STUDIES = [one.study for one in REENACTED]
# keys whose value needs a source: numbers that say what was done, not what they are called
NUMBER = re.compile(r"^\s*[a-z_]+ = [^\"]*\d")  # not a text


def test_the_list_is_the_folder() -> None:
    folder = files("slopewise.records.designs") / "reenacted"
    assert {one.name for one in folder.iterdir()} == {f"{study}.toml" for study in STUDIES}
    assert {"oh_2018", "cudkowicz_2022"} <= set(STUDIES)


@pytest.mark.parametrize("study", STUDIES)
def test_a_design_belongs_to_a_randomised_study_of_the_record(study: str) -> None:
    design, row = reenacted_design(study), load_study(study)
    assert design.trial.reenacts == study == design.trial.name
    assert row.design.design_class is DesignClass.RCT_PARALLEL
    enrolled = row.people.enrolled if row.people else None
    assert enrolled is not None
    assert design.trial.size == enrolled.value
    for doi in [row.bibliography.doi, *row.bibliography.registry_ids]:
        assert doi is None or doi.split()[0] in reenacted_text(study)


@pytest.mark.parametrize("study", STUDIES)
def test_every_number_has_a_source_or_is_marked_an_assumption(study: str) -> None:
    bare = []
    lines = reenacted_text(study).splitlines()
    for number, line in enumerate(lines, start=1):
        if NUMBER.match(line) and "#" not in line:
            bare.append(f"line {number}: {line}")
    # repeated doses of a sham follow those of the treatment, which have their source
    bare = [one for one in bare if "dose_months" not in one]
    # the month of a comparison repeats a visit; the level's sides and a rule's percentage its text
    bare = [one for one in bare if not re.search(r"(month|sides|responder_percent) = \d", one)]
    assert not bare


@pytest.mark.parametrize("study", STUDIES)
def test_honest_endpoints_stand_beside_the_published_ones(study: str) -> None:
    design = reenacted_design(study)
    assert len(design.primary) == 1
    assert {Analysis.SLOPE, Analysis.JOINT_RANK} <= {one.analysis for one in design.endpoints}
    assert {0, 0.25, 0.5} <= set(design.grid.slowing)


def test_the_responder_rule_of_the_large_trial_is_the_published_one() -> None:
    primary = reenacted_design("cudkowicz_2022").primary[0]
    assert primary.analysis is Analysis.RESPONDER
    assert primary.responder_points_per_month == 1.25
    published = load_study("cudkowicz_2022").responders[0]
    assert "1.25 points/month" in published.definition


def test_published_effects_are_those_of_the_printed_changes() -> None:
    for study, timepoint in (("oh_2018", "6 months"), ("cudkowicz_2022", "28 weeks")):
        printed = next(
            one
            for one in load_study(study).group_differences
            if one.timepoint == timepoint and one.outcome == "ALSFRS-R change from baseline"
        )
        assert printed.treated is not None
        assert printed.control is not None
        assert printed.treated.mean is not None
        assert printed.control.mean is not None
        effect = 1 - printed.treated.mean / printed.control.mean
        assert any(abs(one - effect) < 0.006 for one in reenacted_design(study).grid.slowing)


def test_an_unknown_study_is_refused_with_those_there_are() -> None:
    with pytest.raises(NotFoundError, match="oh_2018"):
        reenacted_text("petrou_2016")
