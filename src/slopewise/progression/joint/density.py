"""The log density of a cohort under the joint model, and its exact gradient: written once.

    log p(scores, follow-up | ψ) = Σ_i log Σ_k π_ik p_k(scores_i, follow-up_i | ψ)

p_k is one pass of the filter (state.py) through the cohort's columns; its gradient is one pass
back (scores.py). Fit, posterior and forecasts all come here. Late entrants are divided by their
chance to reach entry. Status: double (brute force, adaptive quadrature), reference.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.joint import state
from slopewise.progression.joint.anchor import pass_anchor
from slopewise.progression.joint.baseline import BaselineGrid, baseline_grid
from slopewise.progression.joint.cohort import Cohort, Column
from slopewise.progression.joint.layout import Layout, covariance_factor
from slopewise.progression.joint.node import Passing, hazard_moments, pass_node, site_moments

__all__ = [
    "Components",
    "Happening",
    "Problem",
    "Sites",
    "Tape",
    "components",
    "filter_forward",
    "hazard_offset",
    "loading_of",
    "log_density",
    "slowed_by",
]


@dataclass(frozen=True)
class Problem:
    """A cohort laid out for one model: everything that does not change with the parameters."""

    layout: Layout
    cohort: Cohort
    reference: Float[Array, " markers"]  # m_ref of the hazard
    grid: BaselineGrid
    last: float  # month at which a spline's range ends
    centred: dict[str, Array]  # covariates minus their means
    before_entry: "Problem | None" = None

    @classmethod
    def of(
        cls,
        layout: Layout,
        cohort: Cohort,
        *,
        reference: Array,
        last: float,
        means: dict[str, float],
    ) -> "Problem":
        """Lay a cohort out; `last` month ends the spline's range, `means` centre covariates."""
        before = cohort.before_entry
        return cls(
            layout=layout,
            cohort=cohort,
            reference=reference,
            last=last,
            grid=baseline_grid(layout.model.baseline, (layout.cuts, last), cohort.nodes),
            centred={name: cohort.covariates[name] - mean for name, mean in means.items()},
            before_entry=None
            if before is None
            else cls.of(layout, before, reference=reference, last=last, means=means),
        )

    def covariates(self, names: tuple[str, ...]) -> Float[Array, "patients covariates"]:
        """Centred covariates as columns."""
        columns = [self.centred[name] for name in names]
        return np.stack(columns, axis=1) if columns else np.zeros((self.cohort.patients, 0))


@dataclass(frozen=True)
class Components:
    """Natural parameters of every component (draw × class), ready for the filter.

    C components, N patients, J markers, S states. Arrays end in (C, N) or (C, 1).
    """

    log_weight: Float[Array, "draws classes patients"]
    x: Float[Array, "states components patients"]
    P: Float[Array, "states states components 1"]
    wander: tuple[Array, Array] | None  # (T, months): (J, J, C, 1) and (C, 1)
    error_variance: Float[Array, "markers components 1"]
    value: Float[Array, "markers components 1"] | None  # association
    slope: Float[Array, "markers components 1"] | None
    slowing: Float[Array, "components 1"] | None
    log_node: Float[Array, "nodes components patients"] | None
    log_end: Float[Array, "components patients"] | None
    coefficients: Float[Array, "components coefficients"] | None = None  # of the baseline
    hazard_shift: Float[Array, "components patients"] | None = None  # by covariates
    direct: Float[Array, "components 1"] | None = None
    node_slope: Array | None = None  # derivatives of log_node and log_end by the coefficients
    end_slope: Array | None = None

    def of_draw(self, number: int, classes: int) -> "Components":
        """What the way back to working vectors needs, of one draw."""
        chosen = slice(number * classes, (number + 1) * classes)

        def only(slopes: Array | None) -> Array | None:
            shared = slopes is None or slopes.shape[-2] == 1
            return slopes if shared or slopes is None else slopes[..., chosen, :]

        return replace(
            self,
            log_weight=self.log_weight[number : number + 1],
            error_variance=self.error_variance[:, chosen],
            node_slope=only(self.node_slope),
            end_slope=only(self.end_slope),
        )


@dataclass(frozen=True)
class Sites:
    """Normal sites exp(ν η − τ η²/2) that stand for the nodes of the hazard."""

    pull: Float[Array, "nodes components patients"]  # ν
    precision: Float[Array, "nodes components patients"]  # τ
    before_entry: "Sites | None" = None  # of the late entrants' months before entry


@dataclass(frozen=True)
class Happening:
    """Something learnt at one moment: the state before and after, the log density gained."""

    before: tuple[Array, Array]
    after: tuple[Array, Array]
    gained: Array
    left: state.Gain | Passing | None = None  # for the way back


@dataclass
class Tape:
    """What the filter leaves for the way back."""

    states: list[tuple[Array, Array]] = field(default_factory=list)
    middles: list[list[Happening]] = field(default_factory=list)
    steps: list[state.Transition] = field(default_factory=list)
    anchor: tuple[tuple[Array, Array], Passing] | None = None


def log_density(
    problem: Problem, working: Float[Array, "draws size"]
) -> Float[Array, "draws patients"]:
    """log p(scores, follow-up | working parameters) of each draw and patient."""
    parts = components(problem, working)
    found, _, _ = filter_forward(problem, parts)
    total = _mixed(parts.log_weight + found.reshape(parts.log_weight.shape))
    if problem.before_entry is not None and problem.cohort.late is not None:
        total[:, problem.cohort.late] -= log_density(problem.before_entry, working)
    return total


def _mixed(weighted: Float[Array, "draws classes patients"]) -> Float[Array, "draws patients"]:
    top = weighted.max(axis=1, keepdims=True)
    found: Array = top[:, 0] + np.log(np.exp(weighted - top).sum(axis=1))
    return found


def components(problem: Problem, working: Float[Array, "draws size"]) -> Components:
    """Natural parameters of each draw and class from working vectors."""
    layout, model = problem.layout, problem.layout.model
    draws, k, j = len(working), model.classes, len(model.markers)

    def each(name: str) -> Array:
        """A block given per class, as components on the first axis."""
        block = layout.take(working, name)
        return block.reshape(draws * k, *block.shape[2:])

    def shared(name: str) -> Array:
        """A block shared by the classes, repeated for each."""
        return np.repeat(layout.take(working, name), k, axis=0)

    level, slope = (
        each(f"mean_{what}").T[:, :, None]
        + np.einsum(
            "cqj,nq->jcn",
            shared(f"{what}_covariates"),
            problem.covariates(getattr(model, f"{what}_covariates")),
        )
        for what in ("level", "slope")
    )
    start = [level, slope]
    factor = covariance_factor(each("random_effects"), 2 * j)
    states = (3 if model.wander else 2) * j
    P = np.zeros((states, states, draws * k, 1))
    P[: 2 * j, : 2 * j, :, 0] = np.moveaxis(factor @ np.swapaxes(factor, -1, -2), 0, -1)
    wander = None
    if model.wander:
        root = covariance_factor(each("wander"), j)
        variance = np.moveaxis(root @ np.swapaxes(root, -1, -2), 0, -1)[..., None]
        wander = (variance, np.exp(shared("log_wander_months")))
        P[2 * j :, 2 * j :] = variance
        start.append(np.zeros_like(level))
    parts = Components(
        log_weight=_log_weights(problem, working),
        x=np.concatenate(start),
        P=P,
        wander=wander,
        error_variance=np.exp(2.0 * each("log_residual_sd")).T[:, :, None],
        value=None,
        slope=None,
        slowing=shared("slowing") if model.slowing else None,
        log_node=None,
        log_end=None,
    )
    return _with_hazard(problem, parts, shared) if model.survival else parts


def _with_hazard(problem: Problem, parts: Components, shared: Callable[[str], Array]) -> Components:
    model, cohort = problem.layout.model, problem.cohort
    coefficients = shared("baseline")
    log_node, node_slope = problem.grid.log_node_weights(coefficients)
    log_end, end_slope = problem.grid.log_hazard_at_end(coefficients)
    shift = shared("hazard_covariates") @ problem.covariates(model.hazard_covariates).T
    log_node, log_end = log_node + shift, log_end + shift
    direct = shared("direct_log_hazard_ratio") if model.direct_effect else None
    if direct is not None:
        log_node = log_node + direct * cohort.node_exposure[:, None, :]
        log_end = log_end + direct * cohort.end_exposure

    def load(name: str, *, present: bool) -> Array | None:
        return shared(f"association_{name}").T[:, :, None] if present else None

    return replace(
        parts,
        value=load("value", present=model.association.has_value),
        slope=load("slope", present=model.association.has_slope),
        log_node=log_node,
        log_end=log_end,
        coefficients=coefficients,
        hazard_shift=shift,
        direct=direct,
        node_slope=node_slope,
        end_slope=end_slope,
    )


def _log_weights(problem: Problem, working: Array) -> Float[Array, "draws classes patients"]:
    model = problem.layout.model
    entries = problem.layout.take(working, "weight")
    logits = entries[:, :, :1] + entries[:, :, 1:] @ problem.covariates(model.class_covariates).T
    logits = np.broadcast_to(logits, (len(working), model.classes - 1, problem.cohort.patients))
    logits = np.concatenate(
        [np.zeros_like(logits, shape=(len(working), 1, logits.shape[-1])), logits], 1
    )
    return np.asarray(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))


def slowed_by(parts: Components, exposure: Float[Array, " patients"]) -> Array:
    """1 − θ g."""
    return np.ones((1, 1)) if parts.slowing is None else 1.0 - parts.slowing * exposure


def loading_of(parts: Components, slowed: Array) -> Array:
    """h of the log hazard: value on m, slope on (1 − θ g)(r + w)."""
    j = len(parts.error_variance)
    like = parts.value if parts.value is not None else parts.slope
    assert like is not None
    wide = max(slowed.shape[-1], 1) if parts.slope is not None else 1
    loading = np.zeros((len(parts.x), like.shape[1], wide))
    if parts.value is not None:
        loading[:j] = parts.value
    if parts.slope is not None:
        loading[j : 2 * j] = parts.slope * slowed
        if parts.wander is not None:
            loading[2 * j :] = parts.slope * slowed
    return loading


def filter_forward(
    problem: Problem, parts: Components, *, taped: bool = False, sites: Sites | None = None
) -> tuple[Float[Array, "components patients"], tuple[Array, Array], Tape | None]:
    """One pass through the columns: log density per component, the last state, and the tape.

    With `sites`, a normal site stands for each node of the hazard (sites.py).
    """
    shape = parts.x.shape[1:]
    x = parts.x
    P = np.ascontiguousarray(np.broadcast_to(parts.P, (*parts.P.shape[:2], *shape)))
    total = np.zeros(shape)
    tape = Tape() if taped else None
    if problem.cohort.onset is not None:
        before = (x, P)
        x, P, total, anchor = pass_anchor(
            x,
            P,
            onset=problem.cohort.onset,
            wander=parts.wander,
            markers=len(parts.error_variance),
        )
        if tape is not None:
            tape.anchor = (before, anchor)
    for column in problem.cohort.columns:
        slowed = slowed_by(parts, column.exposure)
        step = state.transition(column.duration, slowed, parts.wander)
        if tape is not None:
            tape.states.append((x, P))
            tape.steps.append(step)
        x, P = state.advance(x, P, step)
        middles: list[Happening] = []
        for happening in _happenings(
            problem, parts, column, slowed=slowed, now=(x, P), sites=sites, taped=taped
        ):
            total = total + happening.gained
            x, P = happening.after
            middles.append(happening)
        if tape is not None:
            tape.middles.append(middles)
    return total, (x, P), tape


def _happenings(
    problem: Problem,
    parts: Components,
    column: Column,
    *,
    slowed: Array,
    now: tuple[Array, Array],
    sites: Sites | None,
    taped: bool,
) -> list[Happening]:
    """What is learnt at the end of a column: values, or a node of the hazard."""
    if column.kind == "visit":
        return _readings(parts, column, *now)
    if parts.log_node is None or parts.log_end is None or column.event is None:
        return []
    log_weight = parts.log_node[column.node]
    at_event = np.where(column.event, parts.log_end, 0.0)
    if parts.value is None and parts.slope is None:
        return [Happening(now, now, at_event - np.exp(log_weight))]
    ended = np.where(column.event, 1.0, 0.0)
    term = partial(hazard_moments, log_weight=log_weight, ended=ended, derivatives=taped)
    if sites is not None:
        pull, precision = sites.pull[column.node], sites.precision[column.node]
        term = partial(site_moments, pull=pull, precision=precision)
    x, P, passing = pass_node(
        *now,
        loading=loading_of(parts, slowed),
        offset=hazard_offset(problem, parts),
        moments_of=term,
    )
    return [Happening(now, (x, P), at_event + passing.moments.log_z, passing)]


def _readings(parts: Components, column: Column, x: Array, P: Array) -> list[Happening]:
    """The values of one visit, marker by marker."""
    assert column.value is not None
    assert column.seen is not None
    found = []
    for marker, (value, seen) in enumerate(zip(column.value, column.seen, strict=True)):
        if np.any(seen):
            before = (x, P)
            x, P, gained, gain = state.read(
                x, P, marker=marker, value=value, seen=seen, variance=parts.error_variance[marker]
            )
            found.append(Happening(before, (x, P), gained, gain))
    return found


def hazard_offset(problem: Problem, parts: Components) -> Array:
    """Σ α m_ref: the log hazard is 0 above its baseline at the reference value."""
    if parts.value is None:
        return np.zeros((1, 1))
    return np.asarray((parts.value * problem.reference[:, None, None]).sum(0))
