"""Fit the progression model to a study: read, lay out, climb (with checkpoints), describe."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.workflow.fit_checkpoint import fit_or_resume, kept_checkpoint
from slopewise.workflow.study import StudyRead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

    from slopewise.progression.fitting.fit import ProgressionFit
    from slopewise.progression.fitting.posterior import Posterior
    from slopewise.progression.forecasting.effects import EffectOnSurvival
    from slopewise.progression.joint.specification import ProgressionModel
    from slopewise.progression.observed.patients import LaidOut, LeftOut, ObservedPatient

__all__ = ["FitRequest", "FittedStudy", "fit_study"]

_EFFECT_MONTHS = (12.0,)  # of treatment, over which its effect on the event is told
_DRAWS = 200  # of the parameters, for intervals of effects and for later predictions


@dataclass(frozen=True)
class FitRequest:
    """The model, and how to fit it."""

    model: "ProgressionModel"
    embedded_prior: bool = False
    posterior: bool = False
    starts: int | None = None
    seed: int = 1
    checkpoint: Path | None = None
    onset_anchor: bool = False


@dataclass(frozen=True)
class FittedStudy:
    """A fit with everything that a reader should know of how it was made."""

    fit: "ProgressionFit"
    study: StudyRead
    laid_out: "LaidOut"
    fingerprint: str
    seed: int
    resumed_after_steps: int | None = None
    posterior: "Posterior | None" = None
    effects: "tuple[EffectOnSurvival, ...]" = ()

    @property
    def left_out(self) -> "tuple[LeftOut, ...]":
        """What took no part: of the files, then of the patients."""
        from slopewise.progression.observed.patients import joined

        return joined((*self.study.left_out, *self.laid_out.left_out))

    @property
    def simulated(self) -> int:
        """How many of the patients are simulated."""
        return sum(patient.simulated for patient in self.laid_out.patients)

    @property
    def treated(self) -> int:
        """How many of the patients were treated during follow-up."""
        return sum(patient.is_treated for patient in self.laid_out.patients)


def fit_study(study: StudyRead, request: FitRequest) -> FittedStudy:
    """Fit `request.model` to the study; the same command resumes an interrupted checkpoint.

    Raises InputError where the data cannot carry the model. A fit that did not converge is
    returned with its status, never raised.
    """
    import numpy as np

    from slopewise.progression.fitting.embedded_prior import embedded_prior
    from slopewise.progression.fitting.fit import prepare
    from slopewise.progression.fitting.posterior import posterior
    from slopewise.progression.observed.patients import fingerprint, lay_out

    model, laid_out = request.model, lay_out(study.patients, request.model)
    _check_events(laid_out.patients, model, study.event.words)
    onset = laid_out.onset() if request.onset_anchor else None
    problem = prepare(
        model, laid_out.measurements, laid_out.follow_up,
        covariates=laid_out.covariates, exposures=laid_out.exposures, onset=onset,
    )  # fmt: skip
    prior = embedded_prior(problem) if request.embedded_prior else None
    source = None if prior is None else prior.source
    mark = fingerprint(model, laid_out, prior=source, onset_anchor=request.onset_anchor)
    with kept_checkpoint(request.checkpoint, mark) as keeper:
        fit = fit_or_resume(problem, keeper, prior=prior, starts=request.starts, seed=request.seed)
    found = FittedStudy(
        fit=fit,
        study=study,
        laid_out=laid_out,
        fingerprint=mark,
        seed=request.seed,
        resumed_after_steps=None if keeper.before is None else keeper.before.steps,
    )
    if fit.status not in {"converged", "boundary"}:
        return found
    generator = np.random.default_rng(request.seed)
    drawn = posterior(problem, fit, generator=generator, prior=prior) if request.posterior else None
    return replace(found, posterior=drawn, effects=_effects(fit, study, generator))


def _check_events(
    patients: "Sequence[ObservedPatient]", model: "ProgressionModel", event: str
) -> None:
    """Refuse a rate that no data can hold: without an event, or with it on one side only.

    Where every event came under treatment, or none did, the likelihood of the direct hazard ratio
    rises for ever: it has no maximum.
    """
    if model.survival and not any(patient.event for patient in patients):
        raise InputError(
            f"nobody had the event ({event}) during follow-up, so its rate cannot be "
            "estimated; add --event none to model the outcome alone"
        )
    if model.slowing and not any(patient.is_treated for patient in patients):
        raise InputError(
            "nobody was treated during follow-up, so no slowing can be estimated; leave --slowing "
            "out, or give doses.csv or --treated-column"
        )
    under = {patient.is_treated for patient in patients if patient.event}
    if model.direct_effect and len(under) == 1:
        side = "without" if True in under else "under"
        raise InputError(
            f"no event came {side} treatment, so what treatment does to the event ({event}) cannot "
            "be estimated; add --event none to estimate the slowing of the outcome alone"
        )


def _effects(
    fit: "ProgressionFit", study: StudyRead, generator: "Generator"
) -> "tuple[EffectOnSurvival, ...]":
    """What treatment does to the event, through the outcome and beside it; empty without it."""
    from slopewise.progression.forecasting.effects import effects_on_survival
    from slopewise.progression.forecasting.forecaster import forecaster_of_fit

    model = fit.layout.model
    if not (model.survival and model.slowing):
        return ()
    forecaster = forecaster_of_fit(fit, draws=_DRAWS, generator=generator, event=study.event.words)
    return effects_on_survival(forecaster, horizons=_EFFECT_MONTHS)
