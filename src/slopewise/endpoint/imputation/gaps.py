"""Visits missed by people who came again, filled by data augmentation.

    fill:  y_gap | y_seen, parameters    normal, from the regressions up to the person's last visit
    draw:  parameters | y_seen, y_gap    exact, since what is left missing is missing to the end

The two steps take turns, one chain for every imputation. Only the gaps need the chain (monotone
data augmentation), so it forgets its start as fast as the share of gaps is small: with f the
largest share of pairs of visits lost to gaps, f to the power of the number of turns is brought
under 1 in 10,000. A person's gaps are drawn together:

    A_kl = (1[k = l] − φ_kl) / σ_k,  Ω = A_gap'A_gap,  y_gap ~ N(Ω⁻¹A_gap'(Γx − A_seen y_seen), Ω⁻¹)

with rows k up to the last visit seen, Γ_k = γ_k / σ_k.
References: Schafer 1997, sections 3.5 and 6.5, ISBN 0-412-04061-1; Tanner & Wong 1987,
doi:10.1080/01621459.1987.10478458.
Status: double (whole covariance matrices).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.imputation.visit_regressions import (
    VisitRegressions,
    cholesky,
    draw_regressions,
    is_regular,
    solve_lower,
    solve_transposed,
)
from slopewise.endpoint.imputation.visit_scores import VisitScores, products_of

__all__ = ["FilledGaps", "fill_gaps", "regular_trials"]

_FORGOTTEN = 1e-4  # what may be left of the start of a chain
_TURNS = (4, 200)  # at least, at most


@dataclass(frozen=True, eq=False, slots=True)
class FilledGaps:
    """Parameters, and the scores of people with gaps; `place` is −1 where nobody stands."""

    regressions: VisitRegressions
    place: Int[Array, "trials slots"]  # among the patients
    scores: Float[Array, "trials imputations slots visits"]


def fill_gaps(
    block: VisitScores, *, imputations: int, generator: np.random.Generator
) -> FilledGaps:
    """Draw the parameters and the gaps; without gaps the parameters alone, at once."""
    covariates, visits = block.covariates.shape[2], block.outcome.shape[2]
    people = np.array([(block.last > j).sum(axis=1) for j in range(visits)], dtype=float)
    missed = block.gap
    rows = np.concatenate([block.covariates, block.outcome], axis=2)
    base = products_of(rows, np.where(missed.any(axis=2), 0, block.last), visits)

    def drawn(products: Array) -> VisitRegressions:
        return draw_regressions(
            products, people, covariates=covariates, imputations=imputations, generator=generator
        )

    if not missed.any():
        none = np.zeros((len(rows), 0), dtype=int)
        return FilledGaps(
            drawn(base[:, :, None]), none, np.zeros((len(rows), imputations, 0, visits))
        )
    slots = _slots(block, missed)
    start = np.concatenate([slots.covariates, _interpolated(block, slots)], axis=2)
    rows = np.repeat(start[:, None], imputations, axis=1)
    scores = rows[..., covariates:]
    found = drawn(_with_gaps(base, rows, slots))
    for _ in range(_turns(block, missed)):
        _fill(scores, slots, found, generator=generator)
        found = drawn(_with_gaps(base, rows, slots))
    return FilledGaps(found, slots.place, scores)


def regular_trials(block: VisitScores) -> Bool[Array, " trials"]:
    """Which trials have enough people at every visit for its regression."""
    visits = block.outcome.shape[2]
    missed = block.gap
    outcome = block.outcome
    if missed.any():
        slots = _slots(block, missed)
        outcome = outcome.copy()
        trial, slot = np.nonzero(slots.place >= 0)
        outcome[trial, slots.place[trial, slot]] = _interpolated(block, slots)[trial, slot]
    rows = np.concatenate([block.covariates, outcome], axis=2)
    # a visit that is filled from its neighbours alone carries no information of its own
    people = np.array([block.seen[:, :, j].sum(axis=1) for j in range(visits)], dtype=float)
    products = products_of(rows, block.last, visits)
    covariates = block.covariates.shape[2]
    seen = block.seen.astype(float)
    together = (np.swapaxes(seen, 1, 2) @ seen).min(axis=(1, 2))
    good = is_regular(products, people, covariates=covariates)
    return np.asarray(good & (together >= covariates + 2))


@dataclass(frozen=True, eq=False, slots=True)
class _Group:
    """People with the same number of gaps, of all trials."""

    trial: Int[Array, " people"]
    slot: Int[Array, " people"]
    gap: Int[Array, "people gaps"]  # the visits
    until: Float[Array, "people visits"]  # 1 up to the last visit seen


@dataclass(frozen=True, eq=False, slots=True)
class _Slots:
    """People with gaps side by side, those who left at the same visit together in every trial."""

    place: Int[Array, "trials slots"]
    last: Int[Array, " slots"]
    covariates: Float[Array, "trials slots covariates"]  # 0 where nobody stands
    known: Float[Array, "trials slots visits"]  # scores seen, 0 elsewhere
    seen: Bool[Array, "trials slots visits"]
    groups: tuple[_Group, ...]


def _slots(block: VisitScores, missed: Array) -> _Slots:
    trial, person = np.nonzero(missed.any(axis=2))
    last = block.last[trial, person]
    visits = missed.shape[2]
    order = np.lexsort((person, last, trial))
    trial, person, last = trial[order], person[order], last[order]
    key = trial * (visits + 1) + last
    counts = np.bincount(key, minlength=len(missed) * (visits + 1))
    rank = np.arange(len(key)) - (np.cumsum(counts) - counts)[key]
    widths = counts.reshape(len(missed), visits + 1).max(axis=0)
    slot = (np.cumsum(widths) - widths)[last] + rank
    place = np.full((len(missed), int(widths.sum())), -1)
    place[trial, slot] = person
    real, safe = place >= 0, np.maximum(place, 0)[:, :, None]
    gaps = np.take_along_axis(missed, safe, axis=1) & real[:, :, None]
    until = (np.arange(visits) < np.repeat(np.arange(visits + 1), widths)[:, None]).astype(float)
    many = gaps.sum(axis=2)
    groups = []
    for count in np.unique(many[many > 0]):
        here, at = np.nonzero(many == count)
        chosen = np.nonzero(gaps[here, at])[1].reshape(len(here), count)
        groups.append(_Group(here, at, chosen, until[at]))
    return _Slots(
        place=place,
        last=np.repeat(np.arange(visits + 1), widths),
        covariates=np.take_along_axis(block.covariates, safe, axis=1) * real[:, :, None],
        known=np.take_along_axis(block.outcome, safe, axis=1) * real[:, :, None],
        seen=np.take_along_axis(block.seen, safe, axis=1) & real[:, :, None],
        groups=tuple(groups),
    )


def _interpolated(block: VisitScores, slots: _Slots) -> Float[Array, "trials slots visits"]:
    """A start for the chains: each person's distance from the arm's mean, between visits seen."""
    arm = block.treated[:, :, None]
    seen = block.seen
    means = [
        (block.outcome * (seen & side)).sum(axis=1) / np.maximum((seen & side).sum(axis=1), 1)
        for side in (~arm, arm)
    ]
    treated = slots.covariates[:, :, 1:2]
    expected = np.where(treated > 0.5, means[1][:, None], means[0][:, None])
    visits = np.arange(seen.shape[2])
    before = np.maximum.accumulate(np.where(slots.seen, visits, -1), axis=2)
    after = np.minimum.accumulate(
        np.where(slots.seen, visits, len(visits))[:, :, ::-1], axis=2
    )[:, :, ::-1]  # fmt: skip
    before = np.where(before < 0, after, before) % len(visits)
    after = np.where(after >= len(visits), before, after)
    distance = slots.known - expected
    low = np.take_along_axis(distance, before, axis=2)
    high = np.take_along_axis(distance, after, axis=2)
    share = (visits - before) / np.maximum(after - before, 1)
    filled = expected + low + np.clip(share, 0.0, 1.0) * (high - low)
    filled = np.where(slots.seen, slots.known, filled)
    return np.asarray(np.where(visits < slots.last[:, None], filled, 0.0)) * (
        slots.place >= 0
    )[:, :, None]  # fmt: skip


def _turns(block: VisitScores, missed: Array) -> int:
    """How often fill and draw take turns; see the module."""
    there = (np.arange(missed.shape[2]) < block.last[:, :, None]).astype(float)
    whole = block.seen.astype(float)
    pairs = np.swapaxes(there, 1, 2) @ there
    kept = np.swapaxes(whole, 1, 2) @ whole
    lost = float((1.0 - kept / np.maximum(pairs, 1.0)).max())
    if lost >= 1.0:
        return _TURNS[1]
    needed = np.ceil(np.log(_FORGOTTEN) / np.log(max(lost, 1e-3)))
    return int(np.clip(needed, *_TURNS))


def _with_gaps(
    base: Array, rows: Array, slots: _Slots
) -> Float[Array, "visits trials imputations columns columns"]:
    """Sums of products with the people whose gaps are filled."""
    visits, edges = len(base), np.searchsorted(slots.last, np.arange(len(base) + 2))
    found = np.empty((visits, *rows.shape[:2], *base.shape[2:]))
    total = np.zeros(found.shape[1:])
    for j in range(visits - 1, -1, -1):
        if edges[j + 1] < edges[j + 2]:
            here = rows[:, :, edges[j + 1] : edges[j + 2]]
            total = total + np.swapaxes(here, 2, 3) @ here
        found[j] = base[j][:, None] + total
    return found


def _fill(
    scores: Array, slots: _Slots, drawn: VisitRegressions, *, generator: np.random.Generator
) -> None:
    """Draw every gap given what was seen and the parameters, in place."""
    visits = scores.shape[3]
    weight = 1.0 / drawn.residual_sd
    steps = (np.eye(visits) - drawn.on_visits) * weight[..., None]
    pull = drawn.on_covariates * weight[..., None]
    known = slots.known[:, None]
    left = known @ np.swapaxes(steps, 2, 3)
    left = left - slots.covariates[:, None] @ np.swapaxes(pull, 2, 3)
    columns = np.ascontiguousarray(np.transpose(steps, (0, 3, 1, 2)))
    for group in slots.groups:
        until = group.until[:, None, None, :]
        chosen = columns[group.trial[:, None], group.gap] * until
        rest = left[group.trial, :, group.slot]
        right = -np.einsum("pgck,pck->gpc", chosen, rest)
        inner = np.einsum("pgck,phck->ghpc", chosen, chosen)
        root = cholesky(inner)
        noise = generator.standard_normal(right.shape)
        values = solve_transposed(root, solve_lower(root, right) + noise)
        scores[group.trial[:, None], :, group.slot[:, None], group.gap] = np.moveaxis(values, 0, 1)
