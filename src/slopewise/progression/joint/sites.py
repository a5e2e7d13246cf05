"""The log density refined: each node's normal site is matched to everything else, not to the past.

Moment matching in one pass weighs a node against the months before it only. Here every node is
weighed against all the other data: from the smoothed η of a pass with sites, the node's own site is
taken out (the cavity), the exact term put in, and the site set to what matches (expectation
propagation; Minka 2001). At its fixed point

    log p = log p(scores, sites) + Σ_nodes [log ∫ cavity × term − log ∫ cavity × site]

does not move with the sites, so its gradient needs no derivative of them. Late months and scores
thus inform early hazards. Status: double (brute force over paths of the wander).
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.joint.density import (
    Components,
    Problem,
    Sites,
    Tape,
    components,
    filter_forward,
)
from slopewise.progression.joint.node import Moments, Passing, hazard_moments, site_moments
from slopewise.progression.joint.scores import Bars, draws_mixed, pass_back, scores_of_draws

__all__ = ["refined_scores", "refined_scores_of_draws"]

_SWEEPS = 12
_SETTLED = 1e-8  # change of any patient's log density between sweeps
_LEAST = 1e-12


@dataclass(frozen=True)
class _Refined:
    found: Float[Array, "components patients"]
    sites: Sites
    tape: Tape
    log_node: Float[Array, "nodes components patients"]  # adjoint of the hazard's log weights


def refined_scores(
    problem: Problem, working: Float[Array, " size"], *, start: Sites | None = None
) -> tuple[Float[Array, " patients"], Float[Array, "patients size"], Sites | None]:
    """As `log_density_scores`, with refined sites; these are returned to start the next call from.

    A model without association has nothing to refine; its sites are None.
    """
    total, scores, sites = refined_scores_of_draws(problem, working[None], start=start)
    return total[0], scores[0], sites


def refined_scores_of_draws(
    problem: Problem, draws: Float[Array, "draws size"], *, start: Sites | None = None
) -> tuple[Float[Array, "draws patients"], Float[Array, "draws patients size"], Sites | None]:
    """The same at several working vectors in one pass; `start` may be the sites of one of them."""
    parts = components(problem, draws)
    if parts.log_node is None or (parts.value is None and parts.slope is None):
        return *scores_of_draws(problem, draws), None
    refined = _refine(problem, parts, _for_each(start, parts))
    bars = Bars(parts, problem)
    pass_back(problem, parts, refined.tape, bars=bars)
    bars.log_node = refined.log_node
    total, scores = draws_mixed(problem, draws, parts, found=refined.found, bars=bars)
    sites = refined.sites
    if problem.before_entry is not None and problem.cohort.late is not None:
        earlier, earlier_scores, before = refined_scores_of_draws(
            problem.before_entry, draws, start=None if start is None else start.before_entry
        )
        total[:, problem.cohort.late] -= earlier
        scores[:, problem.cohort.late] -= earlier_scores
        sites = replace(sites, before_entry=before)
    return total, scores, sites


def _for_each(start: Sites | None, parts: Components) -> Sites | None:
    """Sites of one draw, repeated for each draw."""
    if start is None:
        return None
    times = parts.x.shape[1] // start.pull.shape[1]
    return Sites(np.tile(start.pull, (1, times, 1)), np.tile(start.precision, (1, times, 1)))


def _refine(problem: Problem, parts: Components, start: Sites | None) -> _Refined:
    """Sweep until the log density settles."""
    ended = np.stack(
        [
            np.where(column.event, 1.0, 0.0)[None]
            for column in problem.cohort.columns
            if column.event is not None
        ]
    )
    assert parts.log_node is not None
    sites = start or _first_sites(problem, parts)
    last = np.full(parts.x.shape[1:], np.inf)
    for sweep in range(_SWEEPS):
        found, _, tape = filter_forward(problem, parts, taped=True, sites=sites)
        assert tape is not None
        bars = Bars(parts, problem)
        pass_back(problem, parts, tape, bars=bars, full=False)
        mean, variance = _cavities(bars, sites)
        exact = hazard_moments(mean, variance, log_weight=parts.log_node, ended=ended)
        stand_in = site_moments(mean, variance, pull=sites.pull, precision=sites.precision)
        found = found + (exact.log_z - stand_in.log_z).sum(0)
        settled = bool(np.all(np.abs(found - last) < _SETTLED))
        if settled or sweep == _SWEEPS - 1 or not np.all(np.isfinite(found)):
            return _Refined(found, sites, tape, exact.by[2][0])
        last, sites = found, _matched(mean, variance, exact)
    raise AssertionError("the last sweep returns")


def _first_sites(problem: Problem, parts: Components) -> Sites:
    """Sites matched to the past alone, from one pass of moment matching."""
    _, _, tape = filter_forward(problem, parts, taped=True)
    assert tape is not None
    passings = [
        happening.left
        for middles in tape.middles
        for happening in middles
        if isinstance(happening.left, Passing)
    ]
    found = [_matched(each.mean, each.variance, each.moments) for each in passings]
    return Sites(np.stack([s.pull for s in found]), np.stack([s.precision for s in found]))


def _matched(mean: Array, variance: Array, moments: Moments) -> Sites:
    """The site that does to N(mean, variance) what the term does."""
    left = 1.0 / np.maximum(1.0 - variance * moments.shrink, 1e-9)
    return Sites((moments.shift + mean * moments.shrink) * left, moments.shrink * left)


def _cavities(bars: Bars, sites: Sites) -> tuple[Array, Array]:
    """Mean and variance of η at each node given everything but that node."""
    mean = bars.pull
    variance = np.maximum(-2.0 * bars.precision - mean**2, _LEAST)
    left = 1.0 / np.maximum(1.0 - variance * sites.precision, 1e-9)
    return (mean - variance * sites.pull) * left, variance * left
