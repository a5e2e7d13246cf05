"""Adverse events of a cell therapy: grade, seriousness, severity and relation are four answers.

Grade: CTCAE version 5 (2017), 1 mild to 5 death. Serious: death, danger to life, admission or a
longer stay in hospital, lasting disability, birth defect, or otherwise medically important (ICH
E2A). A grade 3 headache need not be serious, and a grade 1 fever may be (admission). Severity in
words is CDISC AESEV (C66769) and is not a grade. None or UNKNOWN = not documented.
"""

import math
from dataclasses import dataclass
from enum import Enum

from slopewise.errors import InputError

__all__ = ["CTCAE_GRADES", "AdverseEvent", "Outcome", "Relation", "Severity"]

# CTCAE version 5.0, 27 November 2017, general guideline
CTCAE_GRADES: dict[int, str] = {
    1: "mild",
    2: "moderate",
    3: "severe or medically significant",
    4: "life-threatening",
    5: "death related to the adverse event",
}


class Severity(Enum):
    """CDISC AESEV (C66769)."""

    MILD = "MILD"
    MODERATE = "MODERATE"
    SEVERE = "SEVERE"


class Relation(Enum):
    """The reporter's judgement on whether the product or the procedure caused it."""

    RELATED = "related"
    POSSIBLE = "possible"
    UNRELATED = "unrelated"
    UNKNOWN = "unknown"


class Outcome(Enum):
    """CDISC AEOUT (C66768)."""

    FATAL = "FATAL"
    NOT_RECOVERED = "NOT RECOVERED/NOT RESOLVED"
    RECOVERED = "RECOVERED/RESOLVED"
    RECOVERED_WITH_SEQUELAE = "RECOVERED/RESOLVED WITH SEQUELAE"
    RECOVERING = "RECOVERING/RESOLVING"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """One adverse event on the patient's clock; months as in the patient's history."""

    month: float
    term: str
    grade: int | None = None  # CTCAE 1..5
    serious: bool | None = None
    relation: Relation = Relation.UNKNOWN
    outcome: Outcome = Outcome.UNKNOWN
    end_month: float | None = None  # None = going on, or not documented
    severity: Severity | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.month):
            raise InputError(
                f"month {self.month} of {self.term!r} is not a number; correct its date"
            )
        if not self.term.strip():
            raise InputError(
                f"adverse event at month {self.month:g} has no term; say what happened"
            )
        if self.grade is not None and self.grade not in CTCAE_GRADES:
            raise InputError(
                f"grade {self.grade} of {self.term!r}; CTCAE grades run from 1 to 5: correct it or "
                "leave it empty"
            )
        if self.end_month is not None and not self.end_month >= self.month:
            raise InputError(
                f"{self.term!r} ends at month {self.end_month:g}, before it starts at month "
                f"{self.month:g}; correct one of the dates"
            )
        self._check_death()

    def _check_death(self) -> None:
        if self.grade == 5 and self.outcome not in {Outcome.FATAL, Outcome.UNKNOWN}:
            raise InputError(
                f"{self.term!r} has grade 5 (death) and outcome {self.outcome.value}; "
                "correct one of them"
            )
        if self.grade == 5 and self.serious is False:
            raise InputError(f"{self.term!r} has grade 5 (death) but is not serious; correct one")
