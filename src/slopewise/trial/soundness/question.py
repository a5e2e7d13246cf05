"""Do estimands, endpoints, intercurrent events and the shares of alpha agree?"""

from collections import Counter
from collections.abc import Iterator

from slopewise.endpoint.refused_as_primary import (
    RESPONDER_REFUSED,
    covariance_refused,
    restricted_mean_refused,
)
from slopewise.trial.design.design import Design
from slopewise.trial.design.plain import Path, Problem
from slopewise.trial.design.question import Endpoint, Multiplicity
from slopewise.trial.design.words import (
    Analysis,
    EndpointRole,
    Event,
    Missing,
    Procedure,
    Strategy,
    TrialKind,
)

__all__ = [
    "OPTIONS_OF",
    "analysis_problems",
    "estimand_problems",
    "event_problems",
    "multiplicity_problems",
    "refused_problems",
    "refused_why",
]

RUN_IN_MONTHS_FOR_RESPONDERS = 2.0  # assumption: a slope needs time ...
RUN_IN_VISITS_FOR_RESPONDERS = 3  # ... and three scores (month 0 counts), as one patient's verdict

_REFUSED: dict[Missing, str] = {
    Missing.LOCF: "carrying the last score forward pretends that decline stops when a person "
    "leaves, and so rewards the arm that more people leave",
    Missing.COMPLETE_CASE: "leaving out who has no last score compares survivors, whom the "
    "treatment itself may have selected",
    Missing.ZERO: "a score of 0 for the dead makes one number of two outcomes and lets the chosen "
    "0 decide the size of the effect; joint-rank counts deaths without it",
}
_SURVIVAL_IN = {Analysis.JOINT_RANK, Analysis.WIN_RATIO, Analysis.TIME_TO_EVENT, Analysis.RMST}
_TAKES_DEATH = _SURVIVAL_IN | {Analysis.JOINT_MODEL, Analysis.RESPONDER}
OPTIONS_OF: dict[str, set[Analysis]] = {
    "month": {Analysis.MMRM, Analysis.RMST},
    "covariance": {Analysis.MMRM},
    "degrees_of_freedom": {Analysis.MMRM, Analysis.SLOPE},
    "intercept": {Analysis.SLOPE},
    "likelihood": {Analysis.MMRM, Analysis.SLOPE},
    "margin_points": {Analysis.WIN_RATIO, Analysis.JOINT_RANK},
    "responder_percent": {Analysis.RESPONDER},
    "responder_points_per_month": {Analysis.RESPONDER},
}


def estimand_problems(design: Design) -> Iterator[Problem]:
    """Names once; estimands compare arms that exist; endpoints answer estimands that exist."""
    treatments = {arm.name for arm in design.treatments}
    controls = {arm.name for arm in design.controls}
    if design.trial.kind is TrialKind.SINGLE_ARM:
        controls = {"external control"}
    for i, one in enumerate(design.estimands):
        if one.treatment not in treatments:
            yield Problem(
                ("estimands", i, "treatment"),
                _not_one_of("treatment arm", treatments),
                one.treatment,
            )
        if one.control not in controls | (treatments - {one.treatment}):
            yield Problem(
                ("estimands", i, "control"), _not_one_of("control", controls), one.control
            )
    estimands = {one.name for one in design.estimands}
    for i, endpoint in enumerate(design.endpoints):
        if endpoint.estimand not in estimands:
            yield Problem(
                ("endpoints", i, "estimand"), _not_one_of("estimand", estimands), endpoint.estimand
            )
    for table, names in (
        ("estimands", [one.name for one in design.estimands]),
        ("endpoints", [one.name for one in design.endpoints]),
    ):
        for i, name in enumerate(names):
            if names.count(name) > 1:
                yield Problem((table, i, "name"), "is used twice; give each its own", name)


def _not_one_of(what: str, known: set[str]) -> str:
    return f"names no {what}; there is {', '.join(sorted(known)) or 'none'}"


def refused_why(endpoint: Endpoint, *, people: int | None = None) -> str:
    """Why an endpoint cannot be primary (in a trial of so many people); empty when it can."""
    if endpoint.missing in _REFUSED:
        return _REFUSED[endpoint.missing]
    if endpoint.analysis is Analysis.RESPONDER:
        return RESPONDER_REFUSED
    if endpoint.analysis is Analysis.RMST and people is not None:
        return restricted_mean_refused(people)
    if endpoint.covariance is not None:
        return covariance_refused(endpoint.covariance.value)
    return ""


def refused_problems(design: Design) -> Iterator[Problem]:
    """There is a primary endpoint, and none that misleads (unless a published trial is re-run)."""
    if not design.primary:
        yield Problem(
            ("endpoints",), "hold no primary one; give the endpoint that decides role = 'primary'"
        )
    if design.trial.reenacts is not None:
        return
    for i, endpoint in enumerate(design.endpoints):
        why = (
            refused_why(endpoint, people=design.trial.size)
            if endpoint.role is EndpointRole.PRIMARY
            else ""
        )
        if why:
            key = _refused_key(endpoint)
            better = "make it secondary and choose another primary"
            if key == "covariance":
                better = f"take covariance = 'un' (or {better})"
            yield Problem(
                ("endpoints", i, key),
                f"is refused as primary: {why}; {better}",
                getattr(endpoint, key).value,
            )


def _refused_key(endpoint: Endpoint) -> str:
    if endpoint.missing in _REFUSED:
        return "missing"
    return "analysis" if endpoint.analysis in {Analysis.RESPONDER, Analysis.RMST} else "covariance"


def analysis_problems(design: Design) -> Iterator[Problem]:
    """Options belong to the analysis; months are visits; responder rules have a run-in."""
    months = design.visits.months
    for i, endpoint in enumerate(design.endpoints):
        place: Path = ("endpoints", i)
        for key, analyses in OPTIONS_OF.items():
            if getattr(endpoint, key) is not None and endpoint.analysis not in analyses:
                named = " or ".join(sorted(one.value for one in analyses))
                said = f"is an option of {named}, not of {endpoint.analysis.value}; remove it"
                yield Problem((*place, key), said, getattr(endpoint, key))
        month = endpoint.month
        if month is not None and endpoint.analysis is Analysis.MMRM and month not in months[1:]:
            yield Problem(
                (*place, "month"), "is no visit after randomisation; choose one of them", month
            )
        if month is not None and month > design.trial.duration_months:
            yield Problem((*place, "month"), "is after the end of the trial", month)
        if endpoint.analysis in {Analysis.MMRM, Analysis.SLOPE} and len(months) < 3:
            yield Problem(
                (*place, "analysis"),
                "needs at least two visits after month 0; add visits",
                endpoint.analysis.value,
            )
        if endpoint.analysis is Analysis.RESPONDER:
            yield from _responder_problems(design, endpoint, place)


def _responder_problems(design: Design, endpoint: Endpoint, place: Path) -> Iterator[Problem]:
    rules = (endpoint.responder_percent, endpoint.responder_points_per_month)
    if sum(rule is not None for rule in rules) != 1:
        yield Problem(
            (*place, "analysis"), "needs one of responder_percent or responder_points_per_month"
        )
    scores = len(design.run_in.visit_months) + 1
    is_short = design.run_in.months < RUN_IN_MONTHS_FOR_RESPONDERS
    if is_short or scores < RUN_IN_VISITS_FOR_RESPONDERS:
        yield Problem(
            (*place, "analysis"),
            f"compares with the slope before, but the run-in has {design.run_in.months:g} months "
            f"and {scores} scores; it needs {RUN_IN_MONTHS_FOR_RESPONDERS:g} months and "
            f"{RUN_IN_VISITS_FOR_RESPONDERS} scores (month 0 counts): lengthen [run_in]",
        )


def event_problems(design: Design) -> Iterator[Problem]:
    """Death has a strategy that can be carried out, and the primary endpoint can carry it out."""
    events = Counter(one.event for one in design.intercurrent_events)
    if Event.DEATH not in events:
        yield Problem(
            ("intercurrent_events",), "do not say what is done about death; add event = 'death'"
        )
    for i, one in enumerate(design.intercurrent_events):
        place: Path = ("intercurrent_events", i, "strategy")
        if events[one.event] > 1:
            yield Problem(
                (*place[:2], "event"), "is named twice; keep one strategy", one.event.value
            )
        if one.event is not Event.DEATH:
            continue
        if one.strategy is Strategy.TREATMENT_POLICY:
            yield Problem(
                place,
                "cannot be carried out: after death there is no outcome to follow (ICH E9(R1), "
                "A.3.2); use composite, while-on-treatment (while alive) or hypothetical",
                one.strategy.value,
            )
        if one.strategy is Strategy.COMPOSITE:
            for k, endpoint in enumerate(design.endpoints):
                if endpoint.role is EndpointRole.PRIMARY and endpoint.analysis not in _TAKES_DEATH:
                    yield Problem(
                        ("endpoints", k, "analysis"),
                        "does not count deaths, but death is 'composite'; use joint-rank, "
                        "win-ratio or joint-model, or another strategy for death",
                        endpoint.analysis.value,
                    )


def multiplicity_problems(design: Design) -> Iterator[Problem]:
    """Every primary endpoint is in the order; weights and transitions spend no more than alpha."""
    plan = design.multiplicity
    names = {endpoint.name for endpoint in design.endpoints}
    if plan.procedure is Procedure.NONE:
        if len(design.primary) > 1:
            yield Problem(
                ("multiplicity", "procedure"),
                f"is none with {len(design.primary)} primary endpoints, which raises the chance of "
                "a false alarm; choose fixed-sequence, holm, hochberg, bonferroni or graphical",
            )
        return
    for i, name in enumerate(plan.order):
        if name not in names or plan.order.count(name) > 1:
            yield Problem(
                ("multiplicity", "order", i), "is no endpoint, or named twice; correct it", name
            )
    left_out = [one.name for one in design.primary if one.name not in plan.order]
    if left_out:
        yield Problem(
            ("multiplicity", "order"), f"leaves out the primary endpoint {', '.join(left_out)}"
        )
    yield from _weight_problems(plan)


def _weight_problems(plan: Multiplicity) -> Iterator[Problem]:
    m, place = len(plan.order), ("multiplicity", "weights")
    weighted = {Procedure.GRAPHICAL, Procedure.BONFERRONI, Procedure.HOLM}
    if plan.weights and plan.procedure not in weighted:
        yield Problem(place, f"have no use with {plan.procedure.value}; remove them")
    elif plan.weights and (len(plan.weights) != m or sum(plan.weights) > 1 + 1e-9):
        yield Problem(
            place,
            f"are {len(plan.weights)} numbers with sum {sum(plan.weights):g}; give {m}, one for "
            "each in order, that add up to at most 1 (the whole alpha)",
            list(plan.weights),
        )
    if plan.procedure is not Procedure.GRAPHICAL:
        if plan.transitions:
            yield Problem(("multiplicity", "transitions"), "are for procedure 'graphical' only")
        return
    if not plan.weights:
        yield Problem(place, "are missing; 'graphical' needs one for each in order")
    rows = plan.transitions
    if len(rows) != m or any(len(row) != m for row in rows):
        yield Problem(("multiplicity", "transitions"), f"need {m} rows of {m} numbers")
        return
    for i, row in enumerate(rows):
        if row[i] != 0 or sum(row) > 1 + 1e-9:
            yield Problem(
                ("multiplicity", "transitions", i),
                f"must have 0 at its own place and add up to at most 1; it adds up to {sum(row):g}",
                list(row),
            )
