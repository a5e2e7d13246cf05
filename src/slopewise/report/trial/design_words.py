"""A design in plain words: who, what, when, how many, compared how, under which effect."""

from slopewise.report.numbers import decimal, months, percent, plural
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import scenarios
from slopewise.trial.design.limits import ByArm, Range
from slopewise.trial.design.question import Endpoint
from slopewise.trial.design.treatment import Arm
from slopewise.trial.design.words import Analysis, RandomisationMethod, Strategy, TrialKind

__all__ = ["design_paragraphs"]

_ANALYSES = {
    Analysis.SLOPE: "random-slope mixed model",
    Analysis.MMRM: "mixed model for repeated measures",
    Analysis.JOINT_RANK: "joint rank of function and survival (CAFS)",
    Analysis.WIN_RATIO: "win ratio",
    Analysis.TIME_TO_EVENT: "log-rank test and Cox model",
    Analysis.RMST: "restricted mean survival time",
    Analysis.JOINT_MODEL: "joint model of function and survival",
    Analysis.RESPONDER: "responder rule (shown with its false-positive rate)",
}
_STRATEGIES = {
    Strategy.TREATMENT_POLICY: "outcomes afterwards count as they are",
    Strategy.HYPOTHETICAL: "as if it had not happened",
    Strategy.COMPOSITE: "counts as part of the outcome",
    Strategy.WHILE_ON_TREATMENT: "outcomes until then count",
    Strategy.PRINCIPAL_STRATUM: "only people in whom it would not happen",
}
_KINDS = {
    TrialKind.PARALLEL: "parallel arms",
    TrialKind.PLATFORM: "a platform with shared controls",
    TrialKind.RANDOMISED_WITHDRAWAL: "randomised withdrawal",
    TrialKind.DELAYED_START: "a delayed start",
    TrialKind.SINGLE_ARM: "one arm, not randomised",
}
_ENTRY = (
    ("alsfrs_total", "ALSFRS-R", "points"),
    ("vital_capacity_percent", "vital capacity", "% predicted"),
    ("months_since_onset", "since the first symptom", "months"),
    ("tricals_risk", "TRICALS risk profile", ""),
    ("run_in_decline_per_month", "decline in the run-in", "points a month"),
    ("age_years", "age", "years"),
)


def design_paragraphs(design: Design) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Heading and sentences of each part."""
    return (
        ("Who", tuple(_who(design))),
        ("What", tuple(_given(arm) for arm in design.arms)),
        ("When", tuple(_when(design))),
        ("How many", tuple(_how_many(design))),
        ("What is compared", tuple(_compared(design))),
        ("What is done about", tuple(_events(design))),
        ("Looks", tuple(_looks(design))),
        ("The effect that is simulated", tuple(_effect(design))),
    )


def _numbers(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values) or "none"


def _span(limits: Range, unit: str) -> str:
    return f"{limits[0]:g} to {limits[1]:g} {unit}".strip().replace("-", "\u2212")


def _who(design: Design) -> list[str]:
    said = [
        f"{name} {_span(limits, unit)}"
        for key, name, unit in _ENTRY
        if (limits := getattr(design.entry, key)) is not None
    ]
    return said or ["everybody with ALS: no entry rule is given"]


def _given(arm: Arm) -> str:
    amount = f"{arm.cells:,} cells" if arm.cells else ""
    amount = f"{arm.cells_per_kg:,} cells a kg" if arm.cells_per_kg else amount
    words = [arm.product or "nothing named", arm.donor, arm.cell_source, amount, arm.route]
    said = f"{arm.name} ({arm.role.value}): " + ", ".join(word for word in words if word)
    said += f"; {plural(len(arm.dose_months), 'administration')}"
    if arm.dose_months:
        said += f" at {_months(arm.dose_months)}"
    extra = [word for word, is_so in (("sham", arm.sham), ("aspiration", arm.aspiration)) if is_so]
    return said + (f"; with {' and '.join(extra)}" if extra else "")


def _months(values: tuple[float, ...]) -> str:
    return f"month{'s' if len(values) > 1 else ''} {_numbers(values)}"


def _when(design: Design) -> list[str]:
    said = []
    if design.open_period is not None:
        said.append(f"all are treated for {months(design.open_period.months)} first")
    if design.run_in.visit_months:
        visits = _numbers(design.run_in.visit_months).replace("-", "\u2212")
        said.append(f"run-in of {months(design.run_in.months)}, visits at months {visits}")
    said.append(
        f"visits at {_months(design.visits.months)}, \u00b1{design.visits.window_days} days"
    )
    said.append(
        f"{months(design.trial.duration_months)} for each person; enrolment at most "
        f"{months(design.enrolment.months)}"
    )
    return said


def _how_many(design: Design) -> list[str]:
    table, trial = design.randomisation, design.trial
    if table.method is RandomisationMethod.NONE:
        elsewhere = design.external_control
        said = [f"{plural(trial.size, 'person', 'people')} treated"]
        if elsewhere is not None:
            said.append(f"{elsewhere.size} controls from elsewhere: {elsewhere.source}")
        return said
    ratio = ":".join(map(str, design.allocation))
    said = [f"{plural(trial.size, 'person', 'people')} randomised {ratio}"]
    how = table.method.value.replace("-", " ")
    if table.method is RandomisationMethod.PERMUTED_BLOCKS:
        how += f" of {' or '.join(map(str, design.block_sizes))}"
    if table.strata:
        how += f", by {', '.join(table.strata)}".replace("_", " ")
    said.append(how)
    if design.reestimation is not None:
        said.append(f"may grow to {design.reestimation.maximum_size} after a look")
    sites = sum(site.sites for site in design.enrolment.sites)
    a_month = sum(site.sites * site.people_per_month for site in design.enrolment.sites)
    said.append(f"{plural(sites, 'site')}, {decimal(a_month)} people a month once all are open")
    return said


def _compared(design: Design) -> list[str]:
    estimands = {one.name: one for one in design.estimands}
    said = []
    for endpoint in design.endpoints:
        asked = estimands[endpoint.estimand]
        said.append(
            f"{endpoint.role.value} \u201c{endpoint.name}\u201d: {asked.treatment} against "
            f"{asked.control}, {asked.variable}, {asked.summary}, in {asked.population}; "
            f"{_ANALYSES[endpoint.analysis]}{_options(endpoint)}"
        )
    plan = design.multiplicity
    shared = f"alpha {plan.alpha:g} on {plural(plan.sides, 'side')}"
    if plan.order:
        shared += f", {plan.procedure.value}: {', '.join(plan.order)}"
    return [*said, shared]


def _options(endpoint: Endpoint) -> str:
    words = [
        f"at month {endpoint.month:g}" if endpoint.month is not None else "",
        endpoint.missing.value if endpoint.missing.value != "likelihood" else "",
        f"at least {endpoint.responder_percent:g} %" if endpoint.responder_percent else "",
        f"at least {endpoint.responder_points_per_month:g} points a month"
        if endpoint.responder_points_per_month
        else "",
    ]
    said = ", ".join(word for word in words if word)
    return f", {said}" if said else ""


def _events(design: Design) -> list[str]:
    said = [
        f"{one.event.value.replace('-', ' ')}: {_STRATEGIES[one.strategy]} ({one.strategy.value})"
        + (f"; {one.reason}" if one.reason else "")
        for one in design.intercurrent_events
    ]
    rate = f"{100 * design.dropout.per_month:.2g} % a month"
    return [*said, f"people who leave: {rate} of the living, more where the file says so"]


def _looks(design: Design) -> list[str]:
    interim = design.interim
    if interim is None:
        return ["one analysis at the end"]
    at = (
        f"{', '.join(percent(share) for share in interim.information)} of the information"
        if interim.information
        else f"calendar months {_numbers(interim.months)}"
    )
    said = [f"at {at}; efficacy {interim.spending}"]
    if interim.futility:
        kind = "binding" if interim.binding else "not binding"
        said.append(f"futility {interim.futility}, beta {interim.beta:g}, {kind}")
    return said


def _effect(design: Design) -> list[str]:
    truth = design.scenario
    said = [f"slowing: {_by_arm(truth.slowing) or 'none in any arm'}"]
    if truth.slowing_spread:
        said.append(f"it varies between people by {truth.slowing_spread:g} (standard deviation)")
    if truth.responder_share < 1:
        said.append(f"it works in {percent(truth.responder_share)} of people only")
    half = truth.waning_half_life_months
    fades = "lasts" if half is None else f"halves every {months(half)}"
    said.append(f"begins {months(truth.onset_delay_months)} after a dose and {fades}")
    if truth.log_hazard_ratio:
        said.append(f"direct log hazard ratio of death: {_by_arm(truth.log_hazard_ratio)}")
    many = len(scenarios(truth, design.grid))
    if many > 1:
        said.append(f"{many} scenarios in the grid")
    return said


def _by_arm(values: ByArm) -> str:
    return ", ".join(f"{arm} {value:g}".replace("-", "\u2212") for arm, value in values)
