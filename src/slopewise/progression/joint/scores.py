"""The gradient of the log density, patient by patient: the pass back along the filter's tape."""

from collections.abc import Callable
from copy import copy

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.joint import state
from slopewise.progression.joint.anchor import pass_anchor_adjoint
from slopewise.progression.joint.cohort import Column
from slopewise.progression.joint.density import (
    Components,
    Happening,
    Problem,
    Tape,
    components,
    filter_forward,
    loading_of,
    slowed_by,
)
from slopewise.progression.joint.layout import covariance_factor_adjoint
from slopewise.progression.joint.node import Passing, pass_node_adjoint

__all__ = ["Bars", "draws_mixed", "log_density_scores", "pass_back", "scores_of_draws"]


def log_density_scores(
    problem: Problem, working: Float[Array, " size"]
) -> tuple[Float[Array, " patients"], Float[Array, "patients size"]]:
    """log p of each patient at one working vector, and its gradient (the patient's score)."""
    total, scores = scores_of_draws(problem, working[None])
    return total[0], scores[0]


def scores_of_draws(
    problem: Problem, draws: Float[Array, "draws size"]
) -> tuple[Float[Array, "draws patients"], Float[Array, "draws patients size"]]:
    """The same at several working vectors in one pass: cheaper where patients are few."""
    parts = components(problem, draws)
    found, _, tape = filter_forward(problem, parts, taped=True)
    assert tape is not None
    bars = Bars(parts, problem)
    pass_back(problem, parts, tape, bars=bars)
    total, scores = draws_mixed(problem, draws, parts, found=found, bars=bars)
    if problem.before_entry is not None and problem.cohort.late is not None:
        earlier, earlier_scores = scores_of_draws(problem.before_entry, draws)
        total[:, problem.cohort.late] -= earlier
        scores[:, problem.cohort.late] -= earlier_scores
    return total, scores


def draws_mixed(
    problem: Problem, draws: Array, parts: Components, *, found: Array, bars: "Bars"
) -> tuple[Float[Array, "draws patients"], Float[Array, "draws patients size"]]:
    """From components to patients: classes mixed, adjoints carried to the working scale."""
    k = problem.layout.model.classes
    totals, scores = [], []
    for number, working in enumerate(draws):
        chosen = slice(number * k, (number + 1) * k)
        own = parts.of_draw(number, k)
        weighted = own.log_weight[0] + found[chosen]
        total = np.logaddexp.reduce(weighted, axis=0)
        share = np.exp(weighted - total)  # Pr(class | data)
        totals.append(total)
        scores.append(_chain(problem, working, own, bars.of_components(chosen), share))
    return np.stack(totals), np.stack(scores)


class Bars:
    """Adjoints gathered on the way back, per component and patient."""

    def __init__(self, parts: Components, problem: Problem) -> None:
        shape = parts.x.shape[1:]
        j = len(parts.error_variance)
        self.x = np.zeros(parts.x.shape)
        self.P = np.zeros((len(parts.x), len(parts.x), *shape))
        self.wander = np.zeros((j, j, *shape))
        self.log_wander_months = np.zeros(shape)
        self.error_variance = np.zeros((j, *shape))
        self.value = np.zeros((j, *shape))
        self.slope = np.zeros((j, *shape))
        self.slowing = np.zeros(shape)
        nodes = (len(problem.cohort.nodes.month), *shape)
        self.log_node = np.zeros(nodes)
        self.pull = np.zeros(nodes)  # of sites: the smoothed mean of η
        self.precision = np.zeros(nodes)  # of sites: −½ the smoothed mean square of η
        self.log_end = np.zeros(shape)

    def of_components(self, chosen: slice) -> "Bars":
        """The same of some components only."""
        found = copy(self)
        for name, value in vars(self).items():
            setattr(found, name, value[..., chosen, :])
        return found

    def of_loading(
        self,
        problem: Problem,
        parts: Components,
        *,
        loading: Array,
        mean: Array,
        slowed: Array,
        exposure: Array,
    ) -> None:
        """Pass the bar of the hazard's loading (and of its offset) on to the associations."""
        j = len(parts.error_variance)
        if parts.value is not None:
            self.value += loading[:j] - mean * problem.reference[:, None, None]
        if parts.slope is not None:
            moved = loading[j : 2 * j]
            if parts.wander is not None:
                moved = moved + loading[2 * j :]
            self.slope += slowed * moved
            if parts.slowing is not None:
                self.slowing -= exposure * (parts.slope * moved).sum(0)


def pass_back(
    problem: Problem, parts: Components, tape: Tape, *, bars: Bars, full: bool = True
) -> None:
    """Back along the tape; unless `full`, only the adjoints of sites are gathered."""
    for column, before, step, middles in zip(
        reversed(problem.cohort.columns),
        reversed(tape.states),
        reversed(tape.steps),
        reversed(tape.middles),
        strict=True,
    ):
        slowed = slowed_by(parts, column.exposure)
        for middle in reversed(middles):
            _back_through(problem, parts, bars, column, slowed=slowed, middle=middle)
        bars.x, bars.P, found = state.advance_adjoint(before, (bars.x, bars.P), step, full=full)
        if full:
            _back_to_parameters(parts, bars, column, slowed=slowed, ou=step.wander, found=found)
    if tape.anchor is not None and problem.cohort.onset is not None:
        (bars.x, bars.P), found = pass_anchor_adjoint(
            tape.anchor[0],
            (bars.x, bars.P),
            tape.anchor[1],
            onset=problem.cohort.onset,
            wander=parts.wander,
            markers=len(parts.error_variance),
        )
        if found:
            bars.wander[0, 0] += found["wander"]
            bars.log_wander_months += found["log_wander_months"]


def _back_through(
    problem: Problem,
    parts: Components,
    bars: Bars,
    column: Column,
    *,
    slowed: Array,
    middle: Happening,
) -> None:
    """Back through one reading, one node of the hazard, or the event."""
    left = middle.left
    if isinstance(left, state.Gain):
        bars.x, bars.P, variance_bar = state.read_adjoint((bars.x, bars.P), left)
        bars.error_variance[left.marker] += variance_bar
    elif isinstance(left, Passing):
        loading = loading_of(parts, slowed)
        (bars.x, bars.P), (loading_bar, mean_bar), own = pass_node_adjoint(
            middle.before, (bars.x, bars.P), left, loading=loading
        )
        if len(own) == 1:
            bars.log_node[column.node] = own[0]
        else:
            bars.pull[column.node], bars.precision[column.node] = own
        bars.of_loading(
            problem,
            parts,
            loading=loading_bar,
            mean=mean_bar,
            slowed=slowed,
            exposure=column.exposure,
        )
    elif parts.log_node is not None:
        bars.log_node[column.node] = -np.exp(parts.log_node[column.node])


def _back_to_parameters(
    parts: Components,
    bars: Bars,
    column: Column,
    *,
    ou: state.WanderStep | None,
    slowed: Array,
    found: dict[str, Array],
) -> None:
    """From the bars of a transition's coefficients to those of wander, its months and θ."""
    dt = column.duration
    slowed_bar = found["a"] * dt
    if ou is not None:
        lost = 1.0 - ou.kept
        bars.wander += found["variance"]
        bars.log_wander_months += (
            found["c"] * (ou.c - slowed * dt * ou.kept)
            + found["kept"] * ou.kept * ou.fraction
            + found["noise_mm"] * 2.0 * (ou.noise_mm - ou.noise_mw * slowed * dt)
            + found["noise_mw"] * (ou.noise_mw - 2.0 * slowed * dt * lost * ou.kept)
            - found["noise_ww"] * 2.0 * ou.kept * ou.kept * ou.fraction
        )
        if parts.slowing is not None:
            reach = ou.months * lost
            slowed_bar = (
                slowed_bar
                + found["c"] * reach
                + found["noise_mm"] * 2.0 * slowed * ou.months**2 * ou.path
                + found["noise_mw"] * reach * lost
            )
    if parts.slowing is not None:
        bars.slowing -= column.exposure * slowed_bar


def _chain(
    problem: Problem, working: Array, parts: Components, bars: Bars, share: Array
) -> Float[Array, "patients size"]:
    """From bars of the natural parameters to scores on the working scale."""
    layout, model = problem.layout, problem.layout.model
    k, j, patients = model.classes, len(model.markers), problem.cohort.patients
    scores = np.zeros((patients, layout.size))
    draw = working[None]

    def per_class(bar: Array) -> Array:
        """(…, classes, patients) × Pr(class) → (patients, classes, …)."""
        return np.moveaxis(bar * share, (-1, -2), (0, 1))

    def over_classes(bar: Array) -> Array:
        """(…, classes, patients) × Pr(class), summed over classes → (patients, …)."""
        return np.moveaxis((bar * share).sum(-2), -1, 0)

    gap = (share - np.exp(parts.log_weight[0])).T[:, 1:]  # logits of all classes but the first
    x_class = problem.covariates(model.class_covariates)
    ones = np.ones((patients, 1))
    layout.put(scores, "weight", gap[:, :, None] * np.concatenate([ones, x_class], 1)[:, None])
    for number, what in enumerate(("level", "slope")):
        bar = bars.x[number * j : (number + 1) * j]
        layout.put(scores, f"mean_{what}", per_class(bar))
        columns = problem.covariates(getattr(model, f"{what}_covariates"))
        layout.put(scores, f"{what}_covariates", columns[:, :, None] * over_classes(bar)[:, None])
    at_start = per_class(bars.P[: 2 * j, : 2 * j])
    entries = layout.take(draw, "random_effects")[0]
    factors = [covariance_factor_adjoint(at_start[:, c], entries[c], 2 * j) for c in range(k)]
    layout.put(scores, "random_effects", np.stack(factors, axis=1))
    if model.wander:
        bar = per_class(bars.wander + bars.P[2 * j :, 2 * j :])
        entries = layout.take(draw, "wander")[0]
        roots = [covariance_factor_adjoint(bar[:, c], entries[c], j) for c in range(k)]
        layout.put(scores, "wander", np.stack(roots, axis=1))
        layout.put(scores, "log_wander_months", over_classes(bars.log_wander_months))
    error = bars.error_variance * 2.0 * parts.error_variance
    layout.put(scores, "log_residual_sd", per_class(error))
    if model.slowing:
        layout.put(scores, "slowing", over_classes(bars.slowing))
    if model.survival:
        _chain_hazard(problem, parts, bars, over_classes, scores)
    return scores


def _chain_hazard(
    problem: Problem,
    parts: Components,
    bars: Bars,
    over_classes: Callable[[Array], Array],
    scores: Array,
) -> None:
    assert parts.node_slope is not None
    assert parts.end_slope is not None
    layout, model, cohort = problem.layout, problem.layout.model, problem.cohort
    event = np.where(cohort.follow_up.event, 1.0, 0.0)
    bars.log_end = np.broadcast_to(event, bars.log_end.shape)
    node = (bars.log_node * parts.node_slope).sum(1)  # (coefficients, components, patients)
    layout.put(scores, "baseline", over_classes(node + bars.log_end * parts.end_slope))
    if model.association.has_value:
        layout.put(scores, "association_value", over_classes(bars.value))
    if model.association.has_slope:
        layout.put(scores, "association_slope", over_classes(bars.slope))
    total = over_classes(bars.log_node.sum(0) + bars.log_end)
    columns = problem.covariates(model.hazard_covariates)
    layout.put(scores, "hazard_covariates", columns * total[:, None])
    if model.direct_effect:
        exposed = (bars.log_node * cohort.node_exposure[:, None, :]).sum(0)
        direct = over_classes(exposed + bars.log_end * cohort.end_exposure)
        layout.put(scores, "direct_log_hazard_ratio", direct)
