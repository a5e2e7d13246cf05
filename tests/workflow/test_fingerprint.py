"""The hash over a patient's record changes with every fact, and with nothing else."""

from dataclasses import replace

from tests.builders import an_assessed_patient

from slopewise.workflow.fingerprint import engine_version, record_hash


def test_equal_records_have_equal_hashes() -> None:
    assert record_hash(an_assessed_patient()) == record_hash(an_assessed_patient())


def test_every_part_of_the_record_counts() -> None:
    patient = an_assessed_patient()
    history = patient.history
    first = history.visits[0]
    others = [
        replace(patient, selected_post_hoc=True),
        replace(patient, doses=patient.doses[:-1]),
        replace(patient, history=replace(history, onset_month=-19.0)),
        replace(patient, history=replace(history, care=())),
        replace(
            patient,
            history=replace(history, visits=(replace(first, rater="rater B"), *history.visits[1:])),
        ),
    ]
    hashes = {record_hash(other) for other in [patient, *others]}
    assert len(hashes) == 1 + len(others)


def test_engine_version_is_the_same_within_a_process() -> None:
    assert engine_version() == engine_version()
