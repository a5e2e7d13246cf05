"""A published study as it was read: every number beside the page it came from.

A field that is None was not printed, or not on a page that was read; nothing is filled in.
The files of `evidence/studies/` carry exactly these keys.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from slopewise.evidence.bias.judgement import BiasTool, Judgement
from slopewise.evidence.bias.overall import OverallBias, overall_bias
from slopewise.evidence.design import Comparison, DesignClass, Lane

__all__ = [
    "UNVERIFIED",
    "AdverseEvent",
    "Arm",
    "ArmRole",
    "Baseline",
    "BaselineArm",
    "BaselineMeasure",
    "BiasDomain",
    "BiasJudgements",
    "Bibliography",
    "Citation",
    "CitedNumber",
    "Conclusions",
    "Deaths",
    "Design",
    "GroupDifference",
    "GroupSummary",
    "Interval",
    "Overlap",
    "People",
    "ReportedSlowing",
    "ResponderCount",
    "ResponderResult",
    "Result",
    "RiskOfBias",
    "Safety",
    "SlopeResult",
    "Study",
    "SurvivalResult",
    "Treatment",
    "VitalCapacityChange",
]

UNVERIFIED = "unverified"
_LINK = re.compile(r"https?://[^\s;]+")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where something was read: the page, the place on it, and how far it was read."""

    source: str
    pointer: str | None = None
    status: str | None = None  # "read", "read (secondary source)", "read (direction only)", ...

    @property
    def links(self) -> tuple[str, ...]:
        """The addresses inside the source, in order."""
        return tuple(_LINK.findall(self.source))

    @property
    def is_secondary(self) -> bool:
        return self.status is not None and "secondary" in self.status


@dataclass(frozen=True, slots=True)
class CitedNumber:
    """One number with its unit and its source; `text` where print gives words ("1 or 2")."""

    citation: Citation
    unit: str
    value: float | None = None
    text: str | None = None
    sd: float | None = None
    measure: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval as printed."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bibliography:
    citation: Citation
    title: str | None = None
    first_author: str | None = None
    year: int | None = None
    journal: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    registry_ids: tuple[str, ...] = ()
    other_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Design:
    design_class: DesignClass
    text: str | None = None
    phase: str | None = None
    blinding: str | None = None


@dataclass(frozen=True, slots=True)
class Treatment:
    """Cells, donor, routes and doses. Doses are in cells or cells/kg, as their unit says."""

    cell_type: str | None = None
    cell_source: str | None = None
    donor: str | None = None
    routes: tuple[str, ...] = ()
    interval: str | None = None
    dose_text: str | None = None
    doses: tuple[CitedNumber, ...] = ()
    administrations: tuple[CitedNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    screened: CitedNumber | None = None
    enrolled: CitedNumber | None = None
    treated: CitedNumber | None = None
    treated_by_arm: tuple[CitedNumber, ...] = ()
    control: CitedNumber | None = None


class ArmRole(StrEnum):
    """What an arm is there for."""

    TREATED = "treated"
    CONTROL = "control"
    SHAM = "sham"  # a control that went through a procedure without cells


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm, or one leg of a person: what it received and how many people are in it."""

    name: str
    role: ArmRole
    citation: Citation
    product: str | None = None
    route: str | None = None
    dose: CitedNumber | None = None
    dose_text: str | None = None
    administrations: CitedNumber | None = None
    n: CitedNumber | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class BaselineMeasure:
    """One line of a baseline table: a mean with its spread or range, or a count of people."""

    measure: str
    unit: str
    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class BaselineArm:
    arm: str
    measures: tuple[BaselineMeasure, ...]
    n: int | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    citation: Citation
    arms: tuple[BaselineArm, ...]


@dataclass(frozen=True, slots=True)
class SlopeResult:
    """Mean decline of one arm in one period; `as_printed` keeps the digits and sign of print."""

    citation: Citation
    arm: str
    period: str
    unit: str
    scale: str
    sign_convention: str
    as_printed: str
    mean: float | None = None
    sd: float | None = None
    se: float | None = None
    interval95: Interval | None = None
    n: int | None = None
    note: str | None = None

    @property
    def is_before_treatment(self) -> bool:
        return self.period.startswith("pre")


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """One side of a difference; `spread_unlabelled` is a ± that print does not explain."""

    n: int | None = None
    mean: float | None = None
    sd: float | None = None
    spread_unlabelled: float | None = None


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """A difference as printed, treated minus control unless the outcome says otherwise.

    `check` says where the printed numbers contradict each other; `superseded_by` names the
    figure that replaced this one.
    """

    citation: Citation
    outcome: str
    comparison: Comparison
    timepoint: str | None = None
    arm: str | None = None  # the one arm, where before and after are compared within it
    treated: GroupSummary | None = None
    control: GroupSummary | None = None
    difference: float | None = None
    se: float | None = None
    interval95: Interval | None = None
    p_value: float | None = None
    p_text: str | None = None
    check: str | None = None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class ReportedSlowing:
    """The slowing of decline as a report itself gives it: 0 none, 1 stopped, below 0 faster.

    A report that gives the decline of the arms is recorded as a difference or as slopes instead.
    """

    citation: Citation
    estimate: float
    se: float | None = None
    interval95: Interval | None = None
    p_value: float | None = None  # two-sided, against no slowing
    outcome: str | None = None
    timepoint: str | None = None
    arm: str | None = None
    n_treated: int | None = None
    n_control: int | None = None


@dataclass(frozen=True, slots=True)
class VitalCapacityChange:
    """FVC or SVC before and after treatment in one arm."""

    citation: Citation
    measure: str
    arm: str
    before: float | None = None
    after: float | None = None
    p_value: float | None = None
    p_text: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ResponderCount:
    """People meeting a rule, or people slower, the same and faster, of `n`."""

    n: int | None = None
    responders: int | None = None
    percent: float | None = None
    slower: int | None = None
    same: int | None = None
    faster: int | None = None


@dataclass(frozen=True, slots=True)
class ResponderResult:
    """A responder rule and who met it; rules differ between studies and never pool."""

    citation: Citation
    definition: str
    timepoint: str
    treated: ResponderCount | None = None
    control: ResponderCount | None = None
    p_value: float | None = None
    p_text: str | None = None
    one_sided: bool | None = None
    odds_ratio: float | None = None
    odds_ratio_note: str | None = None
    mean_improvement_percent: float | None = None
    counts_status: str | None = None
    note: str | None = None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class SurvivalResult:
    """What was read about survival; times in months, from the start the statement names."""

    citation: Citation
    statement: str
    arm: str | None = None
    n: int | None = None
    deaths: int | None = None
    survivors: int | None = None
    treated_mean_months: float | None = None
    control_mean_months: float | None = None
    median_survival_months: float | None = None
    median_months_to_4_point_decline: float | None = None
    bias: str | None = None


@dataclass(frozen=True, slots=True)
class Deaths:
    group: str
    deaths: int | None = None


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """`people_all_diseases` counts people of a mixed series, not of its ALS patients alone."""

    event: str
    count: int | None = None
    denominator: int | None = None
    percent: float | None = None
    people_all_diseases: int | None = None


@dataclass(frozen=True, slots=True)
class Safety:
    citation: Citation
    statement: str | None = None
    treatment_related_serious_events: int | None = None
    all_serious_events: int | None = None
    deaths: tuple[Deaths, ...] = ()
    adverse_events: tuple[AdverseEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What the report concludes, with the reader's caution where one was recorded."""

    safety: str | None = None
    efficacy: str | None = None


@dataclass(frozen=True, slots=True)
class RiskOfBias:
    """Facts that bear on bias. None means not read: it is neither yes nor no."""

    randomised: bool | None = None
    allocation_concealed: bool | None = None
    blinded_participants: bool | None = None
    blinded_assessors: bool | None = None
    attrition: str | None = None
    sponsor: str | None = None
    control_type: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class BiasDomain:
    """One domain of a tool: the judgement, and in our own words what it rests on."""

    domain: str
    judgement: Judgement
    basis: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class BiasJudgements:
    """Risk of bias for one outcome, domain by domain; the overall one follows from the rule."""

    tool: BiasTool
    outcome: str
    domains: tuple[BiasDomain, ...]

    @property
    def overall(self) -> OverallBias:
        return overall_bias(self.tool, {one.domain: one.judgement for one in self.domains})


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another study that may share patients, as recorded, and the studies it names."""

    text: str
    study_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Study:
    """One study of a cell therapy in ALS, as far as it could be read."""

    study_id: str
    label: str  # author and year, a trial's name or a registry number
    bibliography: Bibliography
    design: Design
    evidence_level_read: str
    treatment: Treatment = Treatment()
    people: People = People()
    arms: tuple[Arm, ...] = ()
    country: str | None = None
    scale: str | None = None
    follow_up: CitedNumber | None = None  # months after first treatment
    run_in: CitedNumber | None = None  # months observed before treatment
    baseline: Baseline | None = None
    slopes: tuple[SlopeResult, ...] = ()
    group_differences: tuple[GroupDifference, ...] = ()
    slowing: tuple[ReportedSlowing, ...] = ()
    vital_capacity_changes: tuple[VitalCapacityChange, ...] = ()
    vital_capacity_differences: tuple[GroupDifference, ...] = ()
    responders: tuple[ResponderResult, ...] = ()
    survival: tuple[SurvivalResult, ...] = ()
    safety: Safety | None = None
    conclusions: Conclusions | None = None
    risk_of_bias: RiskOfBias | None = None
    risk_of_bias_judgements: BiasJudgements | None = None
    overlaps: tuple[Overlap, ...] = ()
    poolable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lane(self) -> Lane:
        return self.design.design_class.lane

    @property
    def is_content_read(self) -> bool:
        """Whether any content was read beyond a registration or a name."""
        return self.lane is not Lane.NO_RESULT

    @property
    def has_result_numbers(self) -> bool:
        """Whether any result (slope, difference, responders, lungs, survival) was recorded."""
        return any(True for _ in self.results())

    def results(self) -> Iterator["Result"]:
        """Every result of the study, in the order of its page."""
        yield from self.slopes
        yield from self.group_differences
        yield from self.slowing
        yield from self.responders
        yield from self.vital_capacity_changes
        yield from self.vital_capacity_differences
        yield from self.survival


Result = (
    SlopeResult
    | GroupDifference
    | ReportedSlowing
    | ResponderResult
    | VitalCapacityChange
    | SurvivalResult
)
