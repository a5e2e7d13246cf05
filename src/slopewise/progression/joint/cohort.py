"""Patients as padded columns: visits and hazard nodes in time order, the same column for everyone.

The hazard is integrated over intervals of a common grid: two Gauss-Legendre nodes each, and three
Gauss-Radau nodes in a patient's last interval, the third of which is the end of follow-up, so that
an event and the survival up to it are weighed together. Between two nodes lie as many visit columns
as anyone needs; the last column is the end of follow-up of everyone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.timeline import Exposure, no_exposure

__all__ = [
    "LEGENDRE",
    "RADAU",
    "Cohort",
    "Column",
    "FollowUp",
    "HazardNodes",
    "Measurements",
    "gather",
]

LEGENDRE = (0.5 - 0.5 / np.sqrt(3.0), 0.5 + 0.5 / np.sqrt(3.0))  # on 0..1, weights 1/2 each
RADAU = ((4.0 - np.sqrt(6.0)) / 10.0, (4.0 + np.sqrt(6.0)) / 10.0, 1.0)


@dataclass(frozen=True)
class Measurements:
    """Marker values in long form: one row per value. Months count from the patient's origin."""

    patient: Int[Array, " rows"]  # index into the follow-up arrays
    month: Float[Array, " rows"]
    marker: Int[Array, " rows"]
    value: Float[Array, " rows"]


@dataclass(frozen=True)
class FollowUp:
    """How long each patient was observed, and whether the survival event ended it.

    `entry_month` > 0 is late entry (left truncation): the patient is in the data only because the
    event had not happened by then.
    """

    entry_month: Float[Array, " patients"]
    end_month: Float[Array, " patients"]
    event: Bool[Array, " patients"]

    def __post_init__(self) -> None:
        if not len(self.entry_month) == len(self.end_month) == len(self.event):
            raise InputError("entries, ends and events of follow-up must be of one length")
        if not (np.all(np.isfinite(self.entry_month)) and np.all(np.isfinite(self.end_month))):
            raise InputError("a month of follow-up is not a finite number; correct that patient")
        if np.any(self.event & (self.end_month <= 0)):
            row = int(np.argmax(self.event & (self.end_month <= 0)))
            raise InputError(
                f"the event of patient row {row + 1} is at month 0, the first visit; correct the"
                " month or leave that patient out"
            )
        if np.any(self.entry_month < 0) or np.any(self.end_month < self.entry_month):
            worst = int(np.argmax(self.entry_month - self.end_month))
            raise InputError(
                f"follow-up of patient row {worst + 1} runs from month"
                f" {self.entry_month[worst]:g} to {self.end_month[worst]:g}; it must start at 0 or"
                " later and end after it starts"
            )


@dataclass(frozen=True)
class Column:
    """One padded step: months pass, then a value is read or a hazard node is lived through."""

    kind: Literal["visit", "node"]
    duration: Float[Array, " patients"]
    exposure: Float[Array, " patients"]  # share of full effect during the step
    node: int = -1  # which hazard node, for kind "node"
    value: Float[Array, "markers patients"] | None = None
    seen: Bool[Array, "markers patients"] | None = None
    event: Bool[Array, " patients"] | None = None  # whose event ends follow-up at this node


@dataclass(frozen=True)
class HazardNodes:
    """Where the hazard is read: two nodes of each interval, then the end of follow-up."""

    start: Float[Array, "intervals patients"]
    end: Float[Array, "intervals patients"]  # equal to the start where not at risk
    last: Bool[Array, "intervals patients"]  # follow-up ends in it
    month: Float[Array, "nodes patients"]

    @classmethod
    def of(
        cls, start: Array, end: Array, follow_up_end: Float[Array, " patients"]
    ) -> "HazardNodes":
        """Nodes of the intervals start..end; Gauss-Radau in those that reach the end."""
        last = (end > start) & (end >= follow_up_end)
        share = np.where(last[:, None], np.array(RADAU[:2])[:, None], np.array(LEGENDRE)[:, None])
        month = (start[:, None] + share * (end - start)[:, None]).reshape(-1, start.shape[1])
        return cls(start, end, last, np.concatenate([month, follow_up_end[None]]))


@dataclass(frozen=True)
class Cohort:
    """Everything the density needs of the data; arrays over patients, already padded."""

    columns: tuple[Column, ...]
    follow_up: FollowUp
    nodes: HazardNodes
    node_exposure: Float[Array, "nodes patients"]
    end_exposure: Float[Array, " patients"]
    covariates: Mapping[str, Float[Array, " patients"]]
    onset: Float[Array, " patients"] | None = None  # months from onset to origin; NaN: no anchor
    before_entry: "Cohort | None" = None  # the late entrants, followed from origin to entry
    late: Int[Array, " late"] | None = None  # their places among the patients

    @property
    def patients(self) -> int:
        """How many patients."""
        return len(self.follow_up.end_month)


def gather(
    measurements: Measurements,
    follow_up: FollowUp,
    *,
    covariates: Mapping[str, Array] | None = None,
    exposures: Sequence[Exposure] | None = None,
    cuts: Sequence[float] = (),
    intervals: int = 6,
    survival: bool = True,
    onset: Float[Array, " patients"] | None = None,
) -> Cohort:
    """Lay measurements and follow-up on common columns.

    `cuts` (months) are always ends of intervals, as a piecewise hazard needs. `intervals` sets the
    grid's fineness (docs/decisions/0010). `onset`
    (months from onset to origin, NaN where not wanted) anchors the level softly at onset. Raises
    InputError when a value lies after the end of follow-up.
    """
    _check(measurements, follow_up)
    edges = _edges(follow_up, cuts, intervals) if survival else np.zeros(1)
    plan = _Plan.of(measurements, follow_up, edges, exposures)
    cohort = Cohort(
        columns=tuple(plan.columns(measurements)),
        follow_up=follow_up,
        nodes=plan.nodes,
        node_exposure=plan.exposure_at(plan.nodes.month),
        end_exposure=plan.exposure_at(follow_up.end_month[None])[0],
        covariates=dict(covariates or {}),
        onset=None if onset is None or np.all(np.isnan(onset)) else onset,
    )
    late = np.flatnonzero(follow_up.entry_month > 0)
    if survival and len(late):
        cohort = replace(
            cohort, late=late, before_entry=_before_entry(cohort, late, exposures, edges)
        )
    return cohort


def _check(measurements: Measurements, follow_up: FollowUp) -> None:
    m, patients = measurements, len(follow_up.end_month)
    if patients == 0:
        raise InputError("there are no patients; give at least one")
    if not len(m.patient) == len(m.month) == len(m.marker) == len(m.value):
        raise InputError("patients, months, markers and values must be of one length")
    if len(m.patient) and not 0 <= m.patient.min() <= m.patient.max() < patients:
        raise InputError(f"a value names a patient row outside 1 to {patients}; correct its number")
    if not (np.all(np.isfinite(m.value)) and np.all(np.isfinite(m.month))):
        raise InputError("a month or value is not a finite number; correct or leave out that row")
    after = m.month > follow_up.end_month[m.patient] + 1e-9
    if np.any(after) or np.any(m.month < 0):
        row = int(np.argmax(after | (m.month < 0)))
        raise InputError(
            f"a value at month {m.month[row]:g} (patient row {m.patient[row] + 1}) lies outside 0"
            " to the end of follow-up; correct the month or the follow-up"
        )


def _edges(follow_up: FollowUp, cuts: Sequence[float], intervals: int) -> Array:
    last = float(np.max(follow_up.end_month, initial=0.0))
    even = np.linspace(0.0, max(last, 1e-6), intervals + 1)
    inner = [cut for cut in cuts if 0.0 < cut < last]
    return np.unique(np.concatenate([even, inner]))


def _before_entry(
    cohort: Cohort, late: Array, exposures: Sequence[Exposure] | None, edges: Array
) -> Cohort:
    """The late entrants from their origin to their entry, without values and without events."""
    entry = cohort.follow_up.entry_month[late]
    nobody = np.zeros(0)
    return gather(
        Measurements(nobody.astype(int), nobody, nobody.astype(int), nobody),
        FollowUp(np.zeros(len(late)), entry, np.zeros(len(late), dtype=bool)),
        covariates={name: values[late] for name, values in cohort.covariates.items()},
        exposures=None if exposures is None else [exposures[i] for i in late],
        cuts=tuple(edges[1:-1]),
        intervals=1,
    )


@dataclass(frozen=True)
class _Plan:
    """Where nodes and visits of each patient fall on the common columns."""

    nodes: HazardNodes
    exposures: Sequence[Exposure]
    follow_up: FollowUp

    @classmethod
    def of(
        cls,
        measurements: Measurements,
        follow_up: FollowUp,
        edges: Array,
        exposures: Sequence[Exposure] | None,
    ) -> "_Plan":
        patients = len(follow_up.end_month)
        if exposures is None:
            exposures = [no_exposure()] * patients
        if len(exposures) != patients:
            raise InputError(f"{len(exposures)} exposures for {patients} patients; give one each")
        start = np.minimum(edges[:-1, None], follow_up.end_month)
        end = np.minimum(edges[1:, None], follow_up.end_month)
        return cls(HazardNodes.of(start, end, follow_up.end_month), exposures, follow_up)

    def columns(self, measurements: Measurements) -> list[Column]:
        """Visit and node columns in time order, then the end of follow-up."""
        m = measurements
        markers = int(m.marker.max(initial=0)) + 1
        at_risk = np.repeat(self.nodes.end > self.nodes.start, 2, axis=0)
        at_risk = np.concatenate([at_risk, np.ones_like(at_risk, shape=(1, at_risk.shape[1]))])
        reached = np.where(at_risk, self.nodes.month, np.inf)
        gap, slot = _slots(m, reached)
        found: list[Column] = []
        now = np.zeros(len(self.follow_up.end_month))
        for g in range(len(reached) + 1):
            here = gap == g
            for s in range(int(slot[here].max(initial=-1)) + 1):
                rows = np.flatnonzero(here & (slot == s))
                value = np.zeros((markers, len(now)))
                seen = np.zeros((markers, len(now)), dtype=bool)
                value[m.marker[rows], m.patient[rows]] = m.value[rows]
                seen[m.marker[rows], m.patient[rows]] = True
                then = now.copy()
                then[m.patient[rows]] = m.month[rows]
                found.append(Column("visit", then - now, self._during(now, then), -1, value, seen))
                now = then
            if g < len(reached):
                then = np.where(at_risk[g], self.nodes.month[g], now)
                ends = g == len(reached) - 1
                event = self.follow_up.event & ends
                found.append(Column("node", then - now, self._during(now, then), g, event=event))
                now = then
        return found

    def _during(self, now: Array, then: Array) -> Array:
        """Mean share of full effect between two months of each patient."""
        share = np.zeros(len(now))
        for i, exposure in enumerate(self.exposures):
            if exposure.start_month and then[i] > now[i]:
                share[i] = _mean_exposure(exposure, float(now[i]), float(then[i]))
        return share

    def exposure_at(self, month: Array) -> Array:
        """Share of full effect at given months, shape (rows, patients)."""
        share = np.zeros(month.shape)
        for i, exposure in enumerate(self.exposures):
            if exposure.start_month:
                place = np.searchsorted(exposure.start_month, month[:, i], side="right") - 1
                share[:, i] = np.where(place >= 0, np.asarray(exposure.level)[place], 0.0)
        return share


def _slots(m: Measurements, reached: Array) -> tuple[Array, Array]:
    """For each row: how many nodes come before it, and its place among the visits up to the next.

    Values of one patient, month and marker measured twice are two visits.
    """
    gap = np.zeros(len(m.month), dtype=int)
    for node in reached:
        gap += node[m.patient] <= m.month
    order = np.lexsort((m.marker, m.month, m.patient))
    patient, month, marker = m.patient[order], m.month[order], m.marker[order]
    same = (np.diff(patient) == 0) & (np.diff(month) == 0) & (np.diff(marker) > 0)
    visit = np.cumsum(np.append(0, ~same)) if len(order) else order  # joint visits of the patient
    group = patient * (len(reached) + 2) + gap[order]
    first = np.append(True, np.diff(group) != 0) if len(order) else np.zeros(0, dtype=bool)
    start = np.maximum.accumulate(np.where(first, visit, 0)) if len(order) else visit
    slot = np.zeros(len(order), dtype=int)
    slot[order] = visit - start
    return gap, slot


def _mean_exposure(exposure: Exposure, now: float, then: float) -> float:
    starts = np.append(exposure.start_month, np.inf)
    spans = np.clip(np.minimum(starts[1:], then) - np.maximum(starts[:-1], now), 0.0, None)
    return float(spans @ np.asarray(exposure.level) / (then - now))
