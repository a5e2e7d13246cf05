"""The answer for one patient, as frozen records of plain numbers."""

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "AssessmentRun",
    "Belief",
    "EvidencePrior",
    "ExpectedCourse",
    "ExposureSensitivity",
    "Flag",
    "LeftOutRow",
    "NaiveSlopes",
    "PatientAssessment",
    "Prior",
    "Slowing",
    "SlowingDensity",
    "Verdict",
    "VisitsNeeded",
    "kind_of",
]


class Verdict(Enum):
    """The four answers, in these words."""

    SLOWER = "slower"  # slower than expected
    FASTER = "faster"  # faster than expected
    NOT_SHOWN = "not_shown"  # enough information, nothing seen
    CANNOT_TELL = "cannot_tell"  # with what would change that


class Prior(Enum):
    """What is assumed of slowing before the patient's own scores are seen."""

    SCEPTICAL = "sceptical"
    FLAT = "flat"
    EVIDENCE = "evidence"  # what published randomised trials let one expect


@dataclass(frozen=True, slots=True)
class Slowing:
    """Posterior of slowing θ: the fraction by which decline was slowed. 0 none, 1 stopped."""

    median: float
    low90: float
    high90: float


@dataclass(frozen=True, slots=True)
class EvidencePrior:
    """What published trials let one expect of one patient's slowing, handed in from above.

    `log_density` stands on the fine grid of `slowing_profile`. `fingerprint` changes with the
    trials and with the way they are brought together; `computed` is a date, YYYY-MM-DD.
    `trials` entered with their own spread, `borrowed` with that of another trial, and `silent`
    printed too little to enter, `silent_without_effect` of them saying that they saw no benefit.
    """

    fingerprint: str
    computed: str
    trials: tuple[str, ...]
    borrowed: tuple[str, ...]
    silent: int
    silent_without_effect: int
    slowing: Slowing  # of one patient, before any score is seen
    without_borrowed: Slowing  # the same from `trials` alone
    log_density: tuple[float, ...]


Belief = Prior | EvidencePrior


def kind_of(belief: Belief) -> Prior:
    """The name of what is assumed."""
    return Prior.EVIDENCE if isinstance(belief, EvidencePrior) else belief


@dataclass(frozen=True, slots=True)
class SlowingDensity:
    """Densities over a grid of θ: of the prior, the posterior, and the likelihood's own shape."""

    theta: tuple[float, ...]
    posterior: tuple[float, ...]
    prior: tuple[float, ...]
    log_profile: tuple[float, ...]  # log p(all visits | θ), relative to its maximum


@dataclass(frozen=True, slots=True)
class ExpectedCourse:
    """Scores expected without treatment effect, given the visits before the first dose.

    Bands are for a scored visit (they hold the rater's error); months count from the first dose.
    """

    month: tuple[float, ...]
    median: tuple[float, ...]
    low50: tuple[float, ...]
    high50: tuple[float, ...]
    low90: tuple[float, ...]
    high90: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class NaiveSlopes:
    """Least-squares slopes before and after, points/month; the usual rule, shown for comparison."""

    slope_before: float | None
    slope_after: float | None


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that travels with the verdict: a code, and a sentence a clinician can read."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class VisitsNeeded:
    """More monthly visits that would show this slowing in 80 of 100; None = not within limit."""

    slowing: float
    more_visits: int | None
    limit: int


@dataclass(frozen=True, slots=True)
class ExposureSensitivity:
    """The same patient under another assumption about how the effect comes and goes."""

    label: str
    onset_delay: float
    waning_half_life: float | None  # None = the effect lasts
    slowing: Slowing
    no_effect_tail: float | None


@dataclass(frozen=True, slots=True)
class PatientAssessment:
    """Verdict and everything it rests on, for one patient.

    `status`: "assessed", or "no_dose", "no_scores", "non_finite" where nothing can be computed
    (then the numbers are None and the verdict is cannot_tell).
    """

    patient_id: str
    verdict: Verdict
    sentence: str
    status: str
    prior: Prior
    visits_before: int
    visits_after: int
    months_after: float
    flags: tuple[Flag, ...]
    naive: NaiveSlopes
    what_would_change_it: tuple[str, ...] = ()
    slowing: Slowing | None = None
    probability_any_slowing: float | None = None
    probability_quarter_slower: float | None = None
    no_effect_tail: float | None = None
    faster_tail: float | None = None
    smallest_slowing_shown: float | None = None
    visits_needed: tuple[VisitsNeeded, ...] = ()
    density: SlowingDensity | None = None
    expected_course: ExpectedCourse | None = None
    sensitivity: tuple[ExposureSensitivity, ...] = ()
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """Something of the files that took no part in the answer, and why.

    `row` is the line in the file, the header being line 1; None where the whole file is meant.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class AssessmentRun:
    """Answers for patients, and how they were made; `reused` of them came from the store."""

    version: str
    natural_history: str
    parameter_sets: int
    prior: Prior
    patients: tuple[PatientAssessment, ...]
    left_out: tuple[LeftOutRow, ...] = ()
    reused: int = 0
    evidence: EvidencePrior | None = None  # where that prior was asked for
