"""The evidence prior: what enters it, that it moves no verdict, and that answers stay apart."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.cli.folders import folder_of

from slopewise.errors import InputError
from slopewise.evidence.question import QUESTIONS, answer
from slopewise.records.store import Store, open_store
from slopewise.report.assessment_json import assessment_object
from slopewise.report.patient.words import evidence_sentence
from slopewise.response.assessment import EvidencePrior, Prior, kind_of
from slopewise.response.slowing_profile import FINE_THETA, THETA, density, summarise
from slopewise.workflow import assess_patients, list_patients
from slopewise.workflow.assess_patients import assess_store
from slopewise.workflow.evidence_prior import believed, evidence_prior, trial_prior
from slopewise.workflow.import_records import import_records
from slopewise.workflow.published_record import published_studies

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
FLAT_PROFILE = np.zeros_like(THETA)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = open_store(None)
    import_records(opened, folder_of(tmp_path / "clinic", "DEMO-006", "DEMO-020"), now=NOW)
    return opened


def test_trials_with_and_without_a_spread_of_their_own_enter_and_are_told_apart() -> None:
    found = trial_prior()
    assert "oh_2018" in {effect.study_id for effect in found.effects}
    assert "cudkowicz_2022" in {effect.study_id for effect in found.borrowed}
    cohorts = [effect.cohort for effect in (*found.effects, *found.borrowed)]
    assert len(set(cohorts)) == len(cohorts)
    assert all(effect.is_borrowed for effect in found.borrowed)
    assert found.predictive.mean.quantile(0.5) < found.own_only.mean.quantile(0.5)


def test_without_any_trial_a_patient_s_prior_is_wider_than_the_sceptical_one() -> None:
    every = trial_prior()
    names = {effect.study_id for effect in (*every.effects, *every.borrowed)}
    found = evidence_prior(without=frozenset(names))
    assert found.trials == found.borrowed == ()
    assert found.slowing.median == pytest.approx(0.0, abs=0.03)
    assert found.slowing.high90 > 0.5
    assert found.fingerprint != evidence_prior().fingerprint


def test_a_patient_without_information_keeps_the_prior() -> None:
    found = evidence_prior()
    kept = summarise(density(FLAT_PROFILE, found))
    assert kept.median == pytest.approx(found.slowing.median, abs=1e-9)
    assert kept.low90 == pytest.approx(found.slowing.low90, abs=1e-9)
    assert kept.high90 == pytest.approx(found.slowing.high90, abs=1e-9)
    whole = trial_prior().predictive.new_patient  # little lies beyond the grid
    assert kept.median == pytest.approx(whole.quantile(0.5), abs=0.02)


def test_a_density_is_needed_and_must_fit_the_grid() -> None:
    with pytest.raises(InputError, match="published trials"):
        density(FLAT_PROFILE, Prior.EVIDENCE)
    wrong = dataclasses.replace(evidence_prior(), log_density=(0.0, 0.0))
    with pytest.raises(InputError, match=str(len(FINE_THETA))):
        density(FLAT_PROFILE, wrong)


def test_the_belief_handed_on_is_named_by_the_prior_asked_for() -> None:
    for prior in Prior:
        assert kind_of(believed(prior)) is prior


def test_no_verdict_depends_on_the_prior(store: Store) -> None:
    runs = {prior: assess_store(store, prior=prior).run for prior in Prior}
    verdicts = {prior: [one.verdict for one in run.patients] for prior, run in runs.items()}
    tails = {prior: [one.no_effect_tail for one in run.patients] for prior, run in runs.items()}
    assert verdicts[Prior.EVIDENCE] == verdicts[Prior.SCEPTICAL] == verdicts[Prior.FLAT]
    assert tails[Prior.EVIDENCE] == tails[Prior.SCEPTICAL]
    slowing = {prior: run.patients[0].slowing for prior, run in runs.items()}
    assert slowing[Prior.EVIDENCE] != slowing[Prior.SCEPTICAL]


def test_answers_under_other_evidence_are_made_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assess_store(store, prior=Prior.EVIDENCE)
    assert assess_store(store, prior=Prior.EVIDENCE).run.reused == 2
    other = evidence_prior(without=frozenset({"oh_2018"}))
    monkeypatch.setattr(assess_patients, "believed", lambda _: other)
    again = assess_store(store, prior=Prior.EVIDENCE).run
    assert again.reused == 0
    assert again.evidence == other
    monkeypatch.undo()
    assert assess_store(store, prior=Prior.SCEPTICAL).run.evidence is None


def test_the_list_shows_answers_under_the_evidence_only_while_it_holds(store: Store) -> None:
    assess_store(store, prior=Prior.EVIDENCE)
    today = NOW.date()
    listed = list_patients.list_patients(store, today=today, prior=Prior.EVIDENCE)
    assert listed.not_assessed == 0
    assert list_patients.list_patients(store, today=today).not_assessed == 2


def test_json_and_words_name_the_trials_the_quantiles_and_the_date(store: Store) -> None:
    run = assess_store(store, prior=Prior.EVIDENCE).run
    evidence = run.evidence
    assert isinstance(evidence, EvidencePrior)
    said = assessment_object(run)
    assert said["prior"] == "evidence"
    assert said["evidence_prior"]["date"] == evidence.computed
    assert said["evidence_prior"]["slowing"]["median"] == evidence.slowing.median
    sentence = evidence_sentence(evidence)
    assert evidence.trials[0] in sentence
    assert evidence.borrowed[0] in sentence
    assert said["evidence_prior"]["silent_without_effect"] == evidence.silent_without_effect
    assert "evidence_prior" not in assessment_object(assess_store(store).run)


def test_trials_that_saw_nothing_and_could_not_enter_are_told_whatever_they_are() -> None:
    found = evidence_prior()
    assert 0 < found.silent_without_effect < found.silent
    said = evidence_sentence(found)
    assert f"{found.silent_without_effect} of them reporting no benefit" in said
    assert "it leans towards an effect" in said
    assert " if " not in said
    unknown = dataclasses.replace(found, silent_without_effect=0)
    assert "what they saw is not in it" in evidence_sentence(unknown)


def test_the_borrowed_estimate_is_the_one_that_tests_the_pooled_answer() -> None:
    asked = answer(QUESTIONS[0], published_studies())
    assert trial_prior().borrowed == asked.borrowed
