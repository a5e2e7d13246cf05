"""Stored verdicts come back as they were, and a newer one withdraws the older."""

import dataclasses
import datetime

import pytest
from sqlalchemy import text
from tests.builders import an_assessment
from tests.record_files import NOW, bring_in, write_folder

from slopewise.errors import NotFoundError
from slopewise.records.queries import assessments
from slopewise.records.queries.assessments import StoredAssessment
from slopewise.records.store import open_store
from slopewise.response.assessment import Prior


@pytest.fixture
def store(tmp_path):
    store = open_store(None)
    visits = "patient_id,date,alsfrs_total\nDEMO-001,2024-01-05,42"
    bring_in(store, write_folder(tmp_path, visits=visits))
    yield store
    store.close()


def stored(assessment, *, created=NOW, input_hash="hash") -> StoredAssessment:
    return StoredAssessment(
        assessment=assessment,
        input_hash=input_hash,
        natural_history="embedded",
        version="0.1.0",
        created=created,
    )


def test_assessment_survives_json():
    assessment = an_assessment()
    again = assessments.assessment_from_json(assessments.assessment_to_json(assessment))
    assert again == assessment


def test_assessment_without_numbers_survives_json():
    bare = dataclasses.replace(
        an_assessment(), slowing=None, density=None, expected_course=None, sensitivity=()
    )
    assert assessments.assessment_from_json(assessments.assessment_to_json(bare)) == bare


def test_saved_assessment_is_loaded_under_its_prior_only(store):
    item = stored(dataclasses.replace(an_assessment(), patient_id="DEMO-001"))
    with store.transaction() as session:
        assessments.save(session, [item])
    with store.reading() as session:
        prior = item.assessment.prior
        other = next(p for p in Prior if p is not prior)
        assert assessments.load(session, prior=prior, version="0.1.0") == {"DEMO-001": item}
        assert assessments.load(session, prior=prior, version="0.1.0", patient_id="DEMO-002") == {}
        assert assessments.load(session, prior=other, version="0.1.0") == {}


def test_newer_assessment_withdraws_the_older_and_keeps_it(store):
    old = stored(dataclasses.replace(an_assessment(), patient_id="DEMO-001"))
    new = dataclasses.replace(old, input_hash="other", created=NOW + datetime.timedelta(days=1))
    for item in (old, new):
        with store.transaction() as session:
            assessments.save(session, [item])
    with store.reading() as session:
        assert assessments.load(session, prior=old.assessment.prior, version="0.1.0") == {
            "DEMO-001": new
        }
        rows = session.execute(text("SELECT input_hash, void_reason FROM assessment")).all()
    assert [tuple(row) for row in rows] == [
        ("hash", "replaced by a newer assessment"),
        ("other", None),
    ]


def test_assessment_of_an_unknown_patient_is_refused(store):
    item = stored(dataclasses.replace(an_assessment(), patient_id="DEMO-009"))
    with pytest.raises(NotFoundError, match="DEMO-009"), store.transaction() as session:
        assessments.save(session, [item])


def test_an_answer_of_an_older_form_is_not_read(store):
    item = stored(dataclasses.replace(an_assessment(), patient_id="DEMO-001"))
    with store.transaction() as session:
        assessments.save(session, [item])
        session.execute(text("UPDATE assessment SET version = '0.0.9', result = '{}'"))
    with store.reading() as session:
        prior = item.assessment.prior
        assert assessments.load(session, prior=prior, version="0.1.0") == {}
