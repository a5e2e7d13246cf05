"""Scores that were not seen, drawn many times: as in one's own arm, or as in the controls.

    missing at random    y_j = x'γ_j + Σ_{l<j} φ_jl y_l + σ_j e_j           (x: the person's own)
    copy reference       the same with the controls' arm in x for the treated who left
    jump to reference    as copy reference, less Σ_{l≤d} φ_jl δ_l            (d: last visit seen)

δ_l: difference between arms at visit l. Every imputation has parameters of its own, drawn from
their posterior. Missing at random: who left went on like people of the same arm with the same
past. Jump to reference: the treated lose at once all that treatment gave; how they stood among
their own arm is kept. Copy reference: they are taken as controls all along, so that what they had
gained wears off. Visits missed in between (gaps), and all that controls missed, are missing at
random in each of the three. Who died is treated like who left: the scores drawn are those had they
lived.
References: Rubin 1987, doi:10.1002/9780470316696; Carpenter, Roger & Kenward 2013,
doi:10.1080/10543406.2013.834911.
Status: double (closed forms under leaving; whole covariance matrices).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.imputation.gaps import FilledGaps, fill_gaps, regular_trials
from slopewise.endpoint.imputation.visit_scores import VisitScores, covariates_of, visit_scores
from slopewise.errors import InputError

__all__ = ["ImputedScores", "Strategy", "impute_scores"]

_AT_ONCE = 400  # trials × imputations drawn as one array; more would leave the processor's cache


class Strategy(StrEnum):
    """What is assumed of people after they left."""

    MULTIPLE_IMPUTATION = "multiple-imputation"  # missing at random
    JUMP_TO_REFERENCE = "jump-to-reference"
    COPY_REFERENCE = "copy-reference"


@dataclass(frozen=True, eq=False, slots=True)
class ImputedScores:
    """Completed scores at one visit; where a trial is not `regular` they are 0."""

    scores: Float[Array, "trials imputations patients"]
    seen: Bool[Array, "trials patients"]  # at that visit
    after_leaving: Int[Array, "trials patients"]  # planned visits since the last one seen; 0: gap
    covariates: Float[Array, "trials patients covariates"]  # 1, arm, baseline and others
    regular: Bool[Array, " trials"]  # enough people at every visit


def impute_scores(
    outcome: Float[Array, "trials patients visits"],
    observed: Bool[Array, "trials patients visits"],
    treated: Bool[Array, "*trials patients"],
    *,
    baseline: Float[Array, "trials patients"] | None,
    strategy: Strategy | str,
    imputations: int,
    generator: np.random.Generator,
    covariates: Float[Array, "trials patients covariates"] | None = None,
    visit: int = -1,
) -> ImputedScores:
    """Complete the scores at a visit `imputations` times; every visit helps to do so."""
    outcome, observed = np.asarray(outcome, dtype=float), np.asarray(observed, dtype=bool)
    if outcome.ndim != 3 or observed.shape != outcome.shape:
        raise InputError(
            f"outcome {outcome.shape} and observed {observed.shape} must both be trials × patients"
            " × visits"
        )
    trials, patients, visits = outcome.shape
    if not -visits <= visit < visits:
        raise InputError(f"visit {visit} was asked for; there are {visits}, counted from 0")
    if imputations < 2:
        raise InputError(f"{imputations} imputations were asked for; give at least 2")
    if strategy not in tuple(Strategy):
        raise InputError(f"strategy {strategy!r} is not known; choose one of {', '.join(Strategy)}")
    arm = np.broadcast_to(np.asarray(treated, dtype=bool), (trials, patients))
    columns = covariates_of(arm, baseline, covariates)
    size = max(1, _AT_ONCE // imputations)
    place = visit % visits
    scores = np.zeros((trials, imputations, patients))
    regular, last = np.zeros(trials, dtype=bool), np.zeros((trials, patients), dtype=int)
    for k in range(0, trials, size):
        part = slice(k, k + size)
        block = visit_scores(
            outcome[part], observed[part], covariates=columns[part], treated=arm[part]
        )
        good = regular_trials(block)
        regular[part], last[part] = good, block.last
        chosen = np.flatnonzero(good)
        if len(chosen):
            scores[k + chosen] = _completed(
                block.take(chosen),
                strategy=Strategy(strategy), place=place, imputations=imputations,
                generator=generator,
            )  # fmt: skip
    seen = observed[:, :, place] & np.isfinite(outcome[:, :, place])
    return ImputedScores(scores, seen, np.maximum(place + 1 - last, 0), columns, regular)


def _completed(
    block: VisitScores,
    *,
    strategy: Strategy,
    place: int,
    imputations: int,
    generator: np.random.Generator,
) -> Float[Array, "trials imputations patients"]:
    """Scores at one visit, in points."""
    filled = fill_gaps(block, imputations=imputations, generator=generator)
    scores = np.repeat(block.outcome[:, None, :, place], imputations, axis=1)
    trial, slot = np.nonzero(filled.place >= 0)
    scores[trial, :, filled.place[trial, slot]] = filled.scores[trial, :, slot, place]
    left = _Left.of(block, filled, place=place)
    if left is not None:
        path = _continued(left, filled, strategy=strategy, generator=generator)
        trial, slot = np.nonzero(left.stands)
        scores[trial, :, left.place[trial, slot]] = path[trial, :, place, slot]
    points = scores * block.unit[:, None, None] + block.middle[:, place][:, None, None]
    return np.asarray(points)


@dataclass(frozen=True, eq=False, slots=True)
class _Left:
    """People not seen from some visit on, those who left first in front."""

    place: Int[Array, "trials slots"]  # among the patients
    stands: Bool[Array, "trials slots"]  # false: nobody stands here
    last: Int[Array, "trials slots"]
    covariates: Float[Array, "trials slots covariates"]
    scores: Float[Array, "trials imputations visits slots"]  # up to the visit asked for

    @staticmethod
    def of(block: VisitScores, filled: FilledGaps, *, place: int) -> "_Left | None":
        """None where nobody left before the visit."""
        gone = block.last <= place
        many = int(gone.sum(axis=1).max())
        if many == 0:
            return None
        order = np.argsort(block.last, axis=1, kind="stable")[:, :many]
        stands = np.take_along_axis(gone, order, axis=1)
        seen = np.take_along_axis(block.outcome[:, :, : place + 1], order[:, :, None], axis=1)
        imputations = filled.regressions.residual_sd.shape[1]
        scores = np.repeat(np.swapaxes(seen, 1, 2)[:, None], imputations, axis=1)
        back = np.full(block.last.shape, -1)
        np.put_along_axis(back, order, np.arange(many), axis=1)
        trial, slot = np.nonzero(filled.place >= 0)
        at = back[trial, filled.place[trial, slot]]
        trial, slot, at = trial[at >= 0], slot[at >= 0], at[at >= 0]
        scores[trial, :, :, at] = filled.scores[trial, :, slot, : place + 1]
        return _Left(
            place=order,
            stands=stands,
            last=np.take_along_axis(block.last, order, axis=1),
            covariates=np.take_along_axis(block.covariates, order[:, :, None], axis=1),
            scores=scores,
        )


def _continued(
    left: _Left, filled: FilledGaps, *, strategy: Strategy, generator: np.random.Generator
) -> Float[Array, "trials imputations visits slots"]:
    """Visit after visit, from each person's last one seen on."""
    drawn, path = filled.regressions, left.scores
    covariates = left.covariates
    treated = covariates[:, None, :, 1]
    if strategy is not Strategy.MULTIPLE_IMPUTATION:
        covariates = covariates.copy()
        covariates[:, :, 1] = 0.0
    jumps = strategy is Strategy.JUMP_TO_REFERENCE
    difference = drawn.arm_difference() if jumps else np.zeros(())
    trials, imputations, visits, _ = path.shape
    rows = np.swapaxes(covariates, 1, 2)[:, None]
    for j in range(visits):
        gone = int((left.last <= j).sum(axis=1).max())
        if gone == 0:
            continue
        mean = drawn.on_covariates[:, :, None, j] @ rows[..., :gone]
        mean = mean + drawn.on_visits[:, :, None, j, :j] @ path[:, :, :j, :gone]
        value = mean[:, :, 0]
        if jumps:
            kept = np.zeros((trials, imputations, j + 1))
            np.cumsum(
                drawn.on_visits[:, :, j, :j] * difference[:, :, :j], axis=2, out=kept[..., 1:]
            )
            until = np.minimum(left.last[:, None, :gone], j)
            value = value - np.take_along_axis(kept, until, axis=2) * treated[:, :, :gone]
        noise = generator.standard_normal(value.shape)
        value = value + drawn.residual_sd[:, :, j, None] * noise
        here = left.last[:, None, :gone] <= j
        path[:, :, j, :gone] = np.where(here, value, path[:, :, j, :gone])
    return path
