"""What published randomised trials let one expect: for one patient, and for a new trial.

Trials whose report prints no spread would be left out of a pooled answer; those are the ones that
saw nothing, so leaving them out would lean to the positive. Here they enter with the spread of
another trial where one fits. What printed no number cannot enter; the prior still leans by it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from slopewise.evidence.question import QUESTIONS, answer
from slopewise.evidence.study import Study
from slopewise.evidence.study_effect import StudyEffect
from slopewise.response.assessment import Belief, EvidencePrior, Prior, Slowing
from slopewise.workflow.published_record import published_studies

if TYPE_CHECKING:
    from slopewise.evidence.pooling.predictive import Mixture, Predictive

__all__ = ["TrialPrior", "believed", "evidence_prior", "trial_prior"]

# assumption: a trial whose participants knew what they got, or whose report does not say, may be
# off by this much (SD) in its slowing; no study of ALS trials has measured it
BIAS_SD = 0.2


@dataclass(frozen=True, slots=True)
class TrialPrior:
    """The predictive distribution of a new trial's slowing, and the trials it rests on.

    `predictive` counts borrowed spreads, `own_only` does not.
    """

    effects: tuple[StudyEffect, ...]
    borrowed: tuple[StudyEffect, ...]
    silent: int
    silent_without_effect: int
    predictive: "Predictive"
    own_only: "Predictive"


def believed(prior: Prior) -> Belief:
    """What the engine takes: the evidence prior with its density, the others as they are."""
    return evidence_prior() if prior is Prior.EVIDENCE else prior


def evidence_prior(*, without: frozenset[str] = frozenset()) -> EvidencePrior:
    """One patient's slowing as the published randomised trials let it be expected."""
    return _evidence_prior(published_studies(), without)


def trial_prior(*, without: frozenset[str] = frozenset()) -> TrialPrior:
    """A new trial's slowing as the published randomised trials let it be expected."""
    return _trial_prior(published_studies(), without)


@lru_cache(maxsize=4)
def _trial_prior(studies: tuple[Study, ...], without: frozenset[str]) -> TrialPrior:
    from slopewise.evidence.pooling.predictive import predict_new_trial

    found = answer(QUESTIONS[0], studies, without=without)
    borrowed = found.borrowed
    blinded = {study.study_id: _is_blinded(study) for study in studies}

    def predicted(effects: Sequence[StudyEffect]) -> "Predictive":
        return predict_new_trial(
            [effect.estimate for effect in effects],
            [effect.standard_error for effect in effects],
            bias_sds=[0.0 if blinded[effect.study_id] else BIAS_SD for effect in effects],
        )

    entered = {effect.study_id for effect in borrowed}
    silent = [one for one in found.unconverted if one.study_id not in entered]
    return TrialPrior(
        effects=found.effects,
        borrowed=borrowed,
        silent=len(silent),
        silent_without_effect=sum(one.saw_no_benefit for one in silent),
        predictive=predicted((*found.effects, *borrowed)),
        own_only=predicted(found.effects),
    )


def _is_blinded(study: Study) -> bool:
    return study.risk_of_bias is not None and study.risk_of_bias.blinded_participants is True


@lru_cache(maxsize=4)
def _evidence_prior(studies: tuple[Study, ...], without: frozenset[str]) -> EvidencePrior:
    import numpy as np

    from slopewise.response.slowing_profile import FINE_THETA

    rests_on = _trial_prior(studies, without)
    density = np.log(rests_on.predictive.new_patient.density(FINE_THETA))
    trials = [
        (effect.study_id, effect.estimate, effect.standard_error)
        for effect in (*rests_on.effects, *rests_on.borrowed)
    ]
    said = json.dumps([trials, [round(float(value), 10) for value in density]])
    return EvidencePrior(
        fingerprint=hashlib.sha256(said.encode()).hexdigest()[:16],
        computed=datetime.now(UTC).date().isoformat(),
        trials=tuple(effect.label for effect in rests_on.effects),
        borrowed=tuple(effect.label for effect in rests_on.borrowed),
        silent=rests_on.silent,
        silent_without_effect=rests_on.silent_without_effect,
        slowing=_slowing(rests_on.predictive.new_patient),
        without_borrowed=_slowing(rests_on.own_only.new_patient),
        log_density=tuple(density.tolist()),
    )


def _slowing(mixture: "Mixture") -> Slowing:
    """Median and 90 % interval on the grid of the patient's answer, beyond which nothing counts."""
    import numpy as np

    from slopewise.response.slowing_profile import FINE_THETA

    shares = mixture.density(FINE_THETA)
    steps = 0.5 * (shares[1:] + shares[:-1])
    cumulative = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    low, median, high = np.interp([0.05, 0.5, 0.95], cumulative, FINE_THETA)
    return Slowing(median=float(median), low90=float(low), high90=float(high))
