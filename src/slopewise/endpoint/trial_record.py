"""What was recorded of a randomised trial, as arrays: the one record that every endpoint reads."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["FollowUp", "TrialRecord", "TrialVisits"]


@dataclass(frozen=True, eq=False, slots=True)
class TrialVisits:
    """One row a visit with an outcome; `person` is the place among the trial's people.

    `is_run_in`: before the baseline visit, hence before treatment. `visit`: place of the planned
    visit among `visit_names`, −1 where none was planned; None where visits have no plan.
    """

    person: Int[Array, " rows"]
    month: Float[Array, " rows"]
    outcome: Float[Array, " rows"]
    is_baseline: Bool[Array, " rows"]
    is_run_in: Bool[Array, " rows"]
    visit: Int[Array, " rows"] | None = None
    visit_names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class FollowUp:
    """Month of the survival event, or of the last time without it; where `known`."""

    month: Float[Array, " people"]
    died: Bool[Array, " people"]
    known: Bool[Array, " people"]


@dataclass(frozen=True, eq=False, slots=True)
class TrialRecord:
    """Everybody with an arm, and what was seen of them.

    `score`: one number a person (such as the change), where the tables hold no visits; nan where
    it is missing, as in `baseline` and `covariates`. `missing`: why `visits`, `follow_up` or
    `score` are not there, in words for the person who gave the tables.
    """

    person: tuple[str, ...]
    treated: Bool[Array, " people"]
    treated_arm: str
    control_arm: str
    visits: TrialVisits | None = None
    follow_up: FollowUp | None = None
    score: Float[Array, " people"] | None = None
    baseline: Float[Array, " people"] | None = None
    covariates: Float[Array, "people covariates"] | None = None
    covariate_names: tuple[str, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()

    def need_visits(self) -> TrialVisits:
        """The visits; InputError says why there are none."""
        if self.visits is None:
            raise InputError(self._why("visits"))
        return self.visits

    def need_follow_up(self) -> FollowUp:
        """Time and event; InputError says why there are none."""
        if self.follow_up is None:
            raise InputError(self._why("follow_up"))
        return self.follow_up

    def _why(self, what: str) -> str:
        return dict(self.missing).get(what, f"the tables hold no {what.replace('_', ' ')}")

    def has_covariates(self) -> Bool[Array, " people"]:
        """Who has every covariate that was asked for."""
        if self.covariates is None:
            return np.ones(len(self.person), dtype=bool)
        return np.asarray(np.isfinite(self.covariates).all(axis=1))
