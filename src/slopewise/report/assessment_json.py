"""A run of the assessment as the object that `slopewise assess --json` prints."""

import dataclasses
from typing import Any

from slopewise.response.assessment import AssessmentRun, EvidencePrior, PatientAssessment

__all__ = ["assessment_object"]


def assessment_object(run: AssessmentRun) -> dict[str, Any]:
    """The answers as plain values; a number that cannot be given is None, never NaN.

    `months_after` in months; slopes in points/month; probabilities and slowing as fractions.
    """
    return {
        "slopewise": run.version,
        "natural_history": {"name": run.natural_history, "parameter_sets": run.parameter_sets},
        "prior": run.prior.value,
        **({"evidence_prior": _evidence(run.evidence)} if run.evidence else {}),
        "patients": [_patient(assessment) for assessment in run.patients],
        "left_out": [
            {
                "file": row.file,
                "row": row.row,
                "column": row.column,
                "value": row.value,
                "reason": row.reason,
            }
            for row in run.left_out
        ],
    }


def _evidence(evidence: EvidencePrior) -> dict[str, Any]:
    """What the evidence prior rests on and expects of one patient before any score is seen."""
    return {
        "fingerprint": evidence.fingerprint,
        "date": evidence.computed,
        "trials": list(evidence.trials),
        "borrowed": list(evidence.borrowed),
        "silent": evidence.silent,
        "silent_without_effect": evidence.silent_without_effect,
        "slowing": dataclasses.asdict(evidence.slowing),
        "without_borrowed": dataclasses.asdict(evidence.without_borrowed),
    }


def _patient(assessment: PatientAssessment) -> dict[str, Any]:
    slowing = assessment.slowing
    return {
        "patient_id": assessment.patient_id,
        "verdict": assessment.verdict.value,
        "sentence": assessment.sentence,
        "slowing": {
            "median": slowing.median if slowing else None,
            "low90": slowing.low90 if slowing else None,
            "high90": slowing.high90 if slowing else None,
        },
        "probability_any_slowing": assessment.probability_any_slowing,
        "probability_quarter_slower": assessment.probability_quarter_slower,
        "no_effect_tail": assessment.no_effect_tail,
        "smallest_slowing_shown": assessment.smallest_slowing_shown,
        "visits_before": assessment.visits_before,
        "visits_after": assessment.visits_after,
        "months_after": assessment.months_after,
        "flags": _flags(assessment),
        "naive": {
            "slope_before": assessment.naive.slope_before,
            "slope_after": assessment.naive.slope_after,
        },
    }


def _flags(assessment: PatientAssessment) -> list[str]:
    """Codes of the flags; a simulated patient is marked here, so that no reader overlooks it."""
    codes = [flag.code for flag in assessment.flags]
    return ["simulated", *codes] if assessment.simulated and "simulated" not in codes else codes
