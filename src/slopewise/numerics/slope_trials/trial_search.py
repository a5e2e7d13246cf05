"""The summit of the random-slope model's likelihood in many trials at once, boundary or not.

The moves of `slopewise.numerics.random_slope_search`, each trial with its own: Newton's method on L
with δ = LL' in the eigenvectors of the current δ, halved until the likelihood does not fall; a
variance that vanishes is set to 0, and released where the likelihood wants it. Trials that have
arrived leave the arrays, so that nobody waits for the slowest.
Reference: Bates et al. 2015, doi:10.18637/jss.v067.i01; Wilson & Hilferty 1931,
doi:10.1073/pnas.17.12.684.
Status: double (the fit of a single trial).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.numerics.slope_trials.trial_likelihood import (
    TrialPoints,
    evaluate,
    group_residuals,
    inverse_root,
)
from slopewise.numerics.slope_trials.trial_sums import LineDesign, TrialSums

__all__ = ["TrialSummits", "climb", "relative_root", "starting_place"]

# what these mean is said where the single fit sets them: random_slope_search
_STEPS = 100
_HALVINGS = 40
_SURE = 1e-12
_ALMOST = 1e-8
_USUAL = 25
_VANISHED = 1e-4
_FLAT = 1e-7
_TIMID = 1e-2
_ROUNDING = 1e-11
_SHRINKING = 0.1
_BENT = 16.0 / 3.0
_LEAST = 0.05
_PASSES = 400  # looks at the likelihood, halvings included, before a trial is given up

_RUNNING, _CONVERGED, _BOUNDARY, _LOST = 0, 1, 2, 3
_NEWTON, _FROM_ZERO, _SECOND_GROWS, _SNAP = 0, 1, 2, 3


@dataclass(frozen=True, eq=False, slots=True)
class TrialSummits:
    """Where each trial's search ended; `found` is true at boundaries too."""

    place: Float[Array, "3 trials"]
    point: TrialPoints
    found: Bool[Array, " trials"]
    boundary: Bool[Array, " trials"]
    iterations: Int[Array, " trials"]


@dataclass(frozen=True, eq=False, slots=True)
class _Moves:
    """What each trial does next."""

    status: Int[Array, " trials"]
    kind: Int[Array, " trials"]
    step: Float[Array, "3 trials"]
    lasting: Bool[Array, "2 trials"]
    turn: Float[Array, " trials"]
    wanted: Float[Array, " trials"]  # variance to add

    def take(self, chosen: Array) -> "_Moves":
        return _Moves(
            self.status[chosen], self.kind[chosen], self.step[:, chosen],
            self.lasting[:, chosen], self.turn[chosen], self.wanted[chosen],
        )  # fmt: skip

    def put(self, chosen: Array, other: "_Moves") -> None:
        self.status[chosen], self.kind[chosen] = other.status, other.kind
        self.step[:, chosen], self.lasting[:, chosen] = other.step, other.lasting
        self.turn[chosen], self.wanted[chosen] = other.turn, other.wanted


@dataclass(eq=False, slots=True)
class _Search:
    """The trials that are still on their way: who, where, and how often the move was halved."""

    ids: Int[Array, " trials"]
    place: Float[Array, "3 trials"]
    point: TrialPoints
    moves: _Moves
    steps: Int[Array, " trials"]
    factor: Float[Array, " trials"]
    rows: Float[Array, " trials"]

    def take(self, chosen: Array) -> "_Search":
        return _Search(
            self.ids[chosen], self.place[:, chosen], self.point.take(chosen),
            self.moves.take(chosen), self.steps[chosen], self.factor[chosen], self.rows[chosen],
        )  # fmt: skip

    def advance(self, trial: Array, there: TrialPoints) -> None:
        """Accept the places that do not lie lower, halve the other moves."""
        slack = _ROUNDING * (np.abs(self.point.height) + self.rows)
        snap = self.moves.kind == _SNAP
        good = (there.height <= self.point.height + slack) | snap  # false for nan
        self.steps += good & ~snap
        if good.all():
            self.place, self.point, self.factor[:] = trial, there, 1.0
            self.moves = _decided(trial, there, self.steps)
            return
        self.factor = np.where(good, 1.0, 0.5 * self.factor)
        self.moves.status[self.factor < 0.5**_HALVINGS] = _LOST
        chosen = np.flatnonzero(good)
        there = there.take(chosen)
        self.place[:, chosen] = trial[:, chosen]
        self.point.put(chosen, there)
        self.moves.put(chosen, _decided(self.place[:, chosen], there, self.steps[chosen]))


def climb(
    sums: TrialSums, design: LineDesign, start: Float[Array, "3 trials"], *, reml: bool
) -> TrialSummits:
    """From a starting place to the summit of every trial."""
    trials = start.shape[1]
    ids, steps = np.arange(trials), np.zeros(trials, dtype=np.int64)
    point = evaluate(sums, design, start, reml=reml)
    moves = _decided(start, point, steps)
    end = _Search(ids, start, point, moves, steps, np.ones(trials), sums.rows)
    now = end.take(ids)
    for _ in range(_PASSES):
        done = now.moves.status != _RUNNING
        if done.any():
            gone, stay = np.flatnonzero(done), np.flatnonzero(~done)
            chosen = now.ids[gone]
            end.place[:, chosen], end.steps[chosen] = now.place[:, gone], now.steps[gone]
            end.moves.status[chosen] = now.moves.status[gone]
            end.point.put(chosen, now.point.take(gone))
            now, sums = now.take(stay), sums.take(stay)
        if not len(now.ids):
            break
        trial = _moved(now.place, now.moves, now.factor)
        now.advance(trial, evaluate(sums, design, trial, reml=reml))
    boundary = end.moves.status == _BOUNDARY
    found = boundary | (end.moves.status == _CONVERGED)
    return TrialSummits(end.place, end.point, found, boundary, end.steps)


def _decided(
    place: Float[Array, "3 trials"], point: TrialPoints, steps: Int[Array, " trials"]
) -> _Moves:
    """Newton's move, or what a vanishing or a vanished variance asks for, or the end."""
    _, p, q = place
    step, lasting, decrement, certain = _newton(p, q, point)
    trials = len(p)
    kind, turn, wanted = np.zeros(trials, dtype=np.int64), np.zeros(trials), np.zeros(trials)
    grows = _wanted(point.gradient[2], point.expected[2, 2], now=q * q)
    kind[grows > 0.0] = _SECOND_GROWS
    wanted[:] = grows
    nothing = np.flatnonzero(p == 0.0)
    if len(nothing):
        kind[nothing], wanted[nothing], turn[nothing] = _from_zero(point.take(nothing))
    snap = (q > 0.0) & (q < _VANISHED) & (point.gradient[2] > 0.0)
    snap |= (q == 0.0) & (p > 0.0) & (p < _VANISHED) & (point.gradient[0] > 0.0)
    kind[snap] = _SNAP
    arrived = (kind == _NEWTON) & (decrement < np.where(steps < _USUAL, _SURE, _ALMOST))
    status = np.where(arrived, np.where(q == 0.0, _BOUNDARY, _CONVERGED), _RUNNING)
    status[arrived & ~certain] = _LOST
    status[(status == _RUNNING) & (kind != _SNAP) & (steps >= _STEPS)] = _LOST
    status[~np.isfinite(point.height)] = _LOST
    return _Moves(status, kind, step, lasting, turn, wanted)


def _wanted(
    along: Float[Array, " trials"], power: Float[Array, " trials"], *, now: Float[Array, " trials"]
) -> Float[Array, " trials"]:
    """How much more variance the score asks for; 0 unless far more than `now`."""
    asked = np.where((along < 0.0) & (power > 0.0), -along / np.where(power > 0.0, power, 1.0), 0.0)
    return np.where(asked > np.maximum(4.0 * now, _VANISHED**2), asked, 0.0)


def _from_zero(point: TrialPoints) -> tuple[Array, Array, Array]:
    """At δ = 0: along the axis on which a variance would raise the likelihood most."""
    g11, g12, g22 = point.gradient[0], 0.5 * point.gradient[1], point.gradient[2]
    turn = 0.5 * np.arctan2(-2.0 * g12, g22 - g11)
    c, s = np.cos(turn), np.sin(turn)
    axis = np.stack([c * c, c * s, s * s])
    along = (point.gradient * axis).sum(axis=0)
    power = np.einsum("xn,xyn,yn->n", axis, point.expected, axis)
    wanted = _wanted(along, power, now=np.zeros_like(along))
    return np.where(wanted > 0.0, _FROM_ZERO, _NEWTON), wanted, turn


def _newton(
    p: Float[Array, " trials"], q: Float[Array, " trials"], point: TrialPoints
) -> tuple[Array, Array, Array, Array]:
    """Step, which columns grow by h, squared distance in standard errors, whether H was definite.

    As `_newton` of the single fit.
    """
    free = np.stack([p > 0.0, p > 0.0, q > 0.0])
    g1, g12, g2 = point.gradient
    pp, qq = p * p, q * q
    lasting = np.stack(
        [
            g1 < _SHRINKING * pp * point.expected[0, 0],
            g2 < _SHRINKING * qq * point.expected[2, 2],
        ]
    )
    one, bend_one = np.where(lasting[0], p, 1.0), np.where(lasting[0], _BENT * pp, 2.0)
    two, bend_two = np.where(lasting[1], q, 1.0), np.where(lasting[1], _BENT * qq, 2.0)
    scale = np.stack([2.0 * p * one, p * one, 2.0 * q * two])  # 0 where not free
    bend = np.where(free, np.stack([bend_one * g1, 2.0 * one * one * g2, bend_two * g2]), 1.0)
    outer = scale[:, None] * scale
    exact = point.curvature * outer
    size = np.maximum(bend, 0.0)
    for k in range(3):
        exact[k, k] += bend[k]
        size[k] += point.expected[k, k] * outer[k, k]
    turning = np.where(lasting[0], 2.0 * pp, 1.0) * g12 * free[1]
    exact[0, 1] += turning
    exact[1, 0] += turning
    unit = 1.0 / np.sqrt(size)
    exact *= unit[:, None] * unit
    lead = point.gradient * scale * unit
    step, decrement, certain = _solved(exact, lead)
    return -unit * step, lasting, decrement, certain


def _solved(matrix: Array, lead: Array) -> tuple[Array, Array, Array]:
    """M⁻¹g, ½ g'M⁻¹g, whether M was definite; if not, with its eigenvalues made positive."""
    root = inverse_root(matrix)
    half = np.einsum("ijn,jn->in", root, lead)
    step, decrement = np.einsum("ijn,in->jn", root, half), 0.5 * (half * half).sum(axis=0)
    # no eigenvalue of M⁻¹ is larger than its trace
    doubtful = ~((root * root).sum(axis=(0, 1)) < 1.0 / _FLAT)
    certain = ~doubtful
    doubtful &= np.isfinite(matrix).all(axis=(0, 1))
    chosen = np.flatnonzero(doubtful)
    if len(chosen):
        values, vectors = np.linalg.eigh(np.moveaxis(matrix[..., chosen], 2, 0))
        sure = values[:, 0] > _FLAT
        certain[chosen] = sure
        values = np.where(sure[:, None], values, np.maximum(np.abs(values), _TIMID))
        part = np.einsum("jn,njk->nk", lead[:, chosen], vectors)
        step[:, chosen] = np.einsum("njk,nk->jn", vectors, part / values)
        decrement[chosen] = 0.5 * (part * part / values).sum(axis=1)
    return step, decrement, certain


def _moved(
    place: Float[Array, "3 trials"], moves: _Moves, factor: Float[Array, " trials"]
) -> Float[Array, "3 trials"]:
    """The place after `factor` of the move."""
    found = _stepped(place, moves.step * factor, moves.lasting)
    if not moves.kind.any():
        return found
    angle, p, q = place
    more = factor * moves.wanted
    here = moves.kind == _FROM_ZERO
    found[:, here] = np.stack([angle + moves.turn, np.sqrt(more), np.zeros_like(p)])[:, here]
    here = moves.kind == _SECOND_GROWS
    grown = np.sqrt(q * q + more)
    larger = grown > p
    other = [angle + 0.5 * np.pi * larger, np.maximum(p, grown), np.minimum(p, grown)]
    found[:, here] = np.stack(other)[:, here]
    here = moves.kind == _SNAP
    snapped = np.stack([angle, np.where(q == 0.0, 0.0, p), np.zeros_like(q)])
    found[:, here] = snapped[:, here]
    return found


def _stepped(
    place: Float[Array, "3 trials"],
    step: Float[Array, "3 trials"],
    lasting: Bool[Array, "2 trials"],
) -> Float[Array, "3 trials"]:
    """The place of LL' after a step in L, its small eigenvalue without cancellation."""
    angle, first, second = place
    p = np.where(lasting[0], first * _grown(step[0]), first + step[0])
    q = np.where(lasting[1], second * _grown(step[2]), second + step[2])
    b = np.where(lasting[0], step[1] * p, step[1])
    d11, d12, d22 = p * p, p * b, b * b + q * q
    large = np.sqrt(0.5 * (d11 + d22 + np.hypot(d11 - d22, 2.0 * d12)))
    turn = 0.5 * np.arctan2(2.0 * d12, d11 - d22)
    small = np.abs(p * q) / np.where(large > 0.0, large, 1.0)
    return np.stack([angle + turn, large, small])


def _grown(step: Float[Array, " trials"]) -> Float[Array, " trials"]:
    """h of a step that is not larger than it can be trusted."""
    return np.asarray((1.0 - np.clip(step, -3.0, 0.75) * (2.0 / 3.0)) ** -1.5)


def starting_place(
    sums: TrialSums, design: LineDesign, change: Float[Array, "effects trials"]
) -> Float[Array, "3 trials"]:
    """Covariance of the best-measured people's own lines, less what measurement adds to it."""
    (u11, u12, u22), own = group_residuals(sums, design, change)
    _, visits, s12, s22, determinant = sums.moments
    people = sums.people
    mean = np.einsum("pn,pn->n", people, sums.everyones(4)) / np.maximum(people.sum(axis=0), 1.0)
    chosen = (determinant >= mean * (1.0 - 1e-12)) & (visits > 2.0) & (determinant > 0.0)
    many = (people * chosen).sum(axis=0)
    enough = many > 2.5
    safe = np.where(determinant > 0.0, determinant, 1.0)
    # (level, pace) = S⁻¹u of each person
    level = s22 * s22 * u11 - 2.0 * s22 * s12 * u12 + s12 * s12 * u22
    both = (s22 * visits + s12 * s12) * u12 - s12 * (s22 * u11 + visits * u22)
    pace = visits * visits * u22 - 2.0 * visits * s12 * u12 + s12 * s12 * u11
    left = own - (s22 * u11 - 2.0 * s12 * u12 + visits * u22) / safe
    freedom = (chosen * people * (visits - 2.0)).sum(axis=0)
    variance = np.maximum((chosen * left).sum(axis=0) / np.maximum(freedom, 1.0), 1e-300)
    made = [
        (chosen * (of_lines / (safe * safe) / variance - people * noise / safe)).sum(axis=0)
        for of_lines, noise in ((level, s22), (both, -s12), (pace, visits))
    ]
    d11, d12, d22 = np.array(made) / np.maximum(many, 1.0)
    middle, reach = 0.5 * (d11 + d22), np.hypot(0.5 * (d11 - d22), d12)
    found = np.stack(
        [
            0.5 * np.arctan2(2.0 * d12, d11 - d22),
            np.sqrt(np.maximum(middle + reach, _LEAST)),
            np.sqrt(np.maximum(middle - reach, _LEAST)),
        ]
    )
    usual = np.array([[0.0], [1.0], [0.5]])
    return np.where(enough & np.isfinite(found).all(axis=0), found, usual)


def relative_root(
    place: Float[Array, "3 trials"], point: TrialPoints, *, freedom: Float[Array, " trials"]
) -> tuple[Float[Array, "3 trials"], Float[Array, "4 4 trials"]]:
    """Root of the inverse observed information of (δ11, δ12, δ22, log σ²), and the scale of δ's
    three free directions, in the axes of the place.

    With g a gradient and s the scale, g' A g is the squared length of root · (s g): as
    `relative_errors` of the single fit, edges included.
    """
    _, p, q = place
    pull = point.pull / point.residual_variance
    whole = point.curvature + pull[:, None] * (pull / freedom)
    edge, inner = q == 0.0, p > 0.0
    scale = np.stack([np.where(edge, 2.0 * p, inner), np.where(edge, p, inner), 1.0 * (q > 0.0)])
    information = np.zeros((4, 4, place.shape[1]))
    information[:3, :3] = whole * scale[:, None] * scale
    for k in range(3):
        information[k, k] += scale[k] == 0.0
    information[1, 1] += np.where(edge & inner, 2.0 * point.gradient[2], 0.0)
    information[:3, 3] = information[3, :3] = scale * pull
    information[3, 3] = freedom
    return scale, inverse_root(0.5 * information)
