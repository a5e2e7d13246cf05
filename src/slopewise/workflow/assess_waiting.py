"""Assess the patients whose stored answer is missing or no longer holds, one after the other."""

import datetime
from typing import TYPE_CHECKING

from slopewise.response.assessment import Prior
from slopewise.workflow.progress import Progress, silent

if TYPE_CHECKING:
    from slopewise.records.store import Store

__all__ = ["assess_waiting"]


def assess_waiting(
    store: "Store",
    *,
    today: datetime.date,
    prior: Prior = Prior.SCEPTICAL,
    progress: Progress = silent,
) -> int:
    """Assess and store each waiting patient; every answer is kept as soon as it is there.

    Returns how many were assessed.
    """
    from slopewise.workflow.assess_patients import assess_store
    from slopewise.workflow.list_patients import list_patients

    listed = list_patients(store, today=today, prior=prior).patients
    waiting = [patient.patient_id for patient in listed if patient.assessment is None]
    for done, patient_id in enumerate(waiting):
        progress(done, len(waiting))
        assess_store(store, patient_id=patient_id, prior=prior)
    progress(len(waiting), len(waiting))
    return len(waiting)
