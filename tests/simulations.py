"""A made-up simulation for tests of what is said of one. No engine made these numbers."""

import math
from dataclasses import replace

from slopewise.trial.design.effect import Scenario
from slopewise.trial.simulating.characteristics import (
    Average,
    EndpointCharacteristics,
    ExampleTrial,
    LookCharacteristics,
    Rate,
    ScenarioCharacteristics,
    TrialSimulation,
)

__all__ = ["a_scenario", "a_simulation", "an_endpoint", "an_example"]

REPLICATES = 1000
# name, role, analysis, scale, is it a ratio, better, standard error, strength, why refused
_ENDPOINTS = (
    ("slope", "primary", "slope", "difference in slope, points a month", False, "higher", 0.105,
     1.0, ""),
    ("joint rank", "secondary", "joint-rank", "difference in mean rank", False, "higher", 9.8,
     0.92, ""),
    ("function at 12 months", "secondary", "mmrm", "difference at month 12, points", False,
     "higher", 1.31, 0.88, ""),
    ("win ratio", "secondary", "win-ratio", "win ratio", True, "higher", 0.13, 0.85, ""),
    ("survival", "secondary", "time-to-event", "hazard ratio", True, "lower", 0.24, 0.25, ""),
    ("responders", "secondary", "responder", "difference in responders", False, "higher", 0.056,
     0.6, "its rule calls 28 of 100 controls responders, so it measures chance"),
)  # fmt: skip


def _normal(z: float) -> float:
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


def rate(share: float, of: int = REPLICATES) -> Rate:
    return Rate(round(share * of), of)


def power_of(theta: float, strength: float, people: int) -> float:
    return _normal(-1.959964 + 8.0 * theta * strength * math.sqrt(people / 300))


def an_endpoint(
    number: int = 0, *, theta: float = 0.3, people: int = 300
) -> EndpointCharacteristics:
    """One of six endpoints under a slowing."""
    name, role, analysis, scale, is_log, better, error, strength, refused = _ENDPOINTS[number]
    alone = power_of(theta, strength, people)
    sign = -1.0 if better == "lower" else 1.0
    size = error * math.sqrt(300 / people)
    truth = sign * 8.0 * theta * strength * error
    off = 0.35 * size if analysis == "responder" else 0.02 * size
    return EndpointCharacteristics(
        name=name,
        role=role,
        analysis=analysis,
        treatment="cells",
        control="sham",
        scale=scale,
        is_log=is_log,
        better=better,
        alpha=0.025,
        power=rate(alone if role == "primary" else alone * 0.8),
        alone=rate(alone),
        unread=3 if analysis == "win-ratio" else 0,
        estimate=Average(truth + off, size * 1.01, REPLICATES),
        standard_error=Average(size, size * 0.05, REPLICATES),
        truth=None if analysis == "joint-rank" else truth,
        bias=None if analysis == "joint-rank" else Average(off, size * 1.01, REPLICATES),
        coverage=None if analysis == "joint-rank" else rate(0.953 - 0.05 * (off > 0.1 * size)),
        slowing=Average(theta + 0.004, 0.12, REPLICATES) if analysis == "slope" else None,
        slowing_truth=theta if analysis == "slope" else None,
        controls_responding=Average(0.28, 0.04, REPLICATES) if analysis == "responder" else None,
        refused=refused,
    )


def a_scenario(theta: float = 0.3, people: int = 300, *, looks: int = 2) -> ScenarioCharacteristics:
    """The six endpoints, looks, size and time under a slowing; 0 is no effect."""
    endpoints = tuple(an_endpoint(n, theta=theta, people=people) for n in range(len(_ENDPOINTS)))
    won = endpoints[0].power
    early = rate(won.share * 0.3) if looks > 1 else Rate(0, REPLICATES)
    hopeless = rate(0.3 * (1.0 - won.share)) if looks > 1 else Rate(0, REPLICATES)
    none = Rate(0, REPLICATES)
    told = [
        LookCharacteristics(
            look=1,
            information=0.5,
            month=Average(19.2, 0.9, REPLICATES),
            people=Average(float(people) * 0.9, 6.0, REPLICATES),
            efficacy=early,
            futility=hopeless,
            reached=Rate(REPLICATES, REPLICATES),
            enlarged=none,
        )
    ][: looks - 1]
    left = REPLICATES - early.count - hopeless.count
    told.append(
        LookCharacteristics(
            look=looks,
            information=1.0,
            month=Average(31.5, 1.1, left),
            people=Average(float(people), 0.0, left),
            efficacy=Rate(won.count - early.count, REPLICATES),
            futility=none,
            reached=Rate(left, REPLICATES),
            enlarged=none,
        )
    )
    share = (early.count + hopeless.count) / REPLICATES
    return ScenarioCharacteristics(
        name=f"slowing {theta:g}",
        scenario=Scenario(name=f"slowing {theta:g}", slowing=(("cells", theta),)),
        people=people,
        has_effect=theta != 0.0,
        alpha=0.025,
        replicates=REPLICATES,
        success=won,
        endpoints=endpoints,
        looks=tuple(told),
        size=Average(people * (1.0 - 0.1 * share), 12.0 * (looks > 1), REPLICATES),
        months=Average(31.5 - 12.3 * share, 5.6 if looks > 1 else 1.1, REPLICATES),
        events=Average(people * (0.22 - 0.1 * theta), 6.1, REPLICATES),
        dead=(("cells", Average(0.22 - 0.15 * theta, 0.03, REPLICATES)),
              ("sham", Average(0.22, 0.03, REPLICATES))),
        left=(("cells", Average(0.09, 0.02, REPLICATES)),
              ("sham", Average(0.10, 0.02, REPLICATES))),
    )  # fmt: skip


def an_example(number: int = 1) -> ExampleTrial:
    """A trial with monthly means that wobble a little; some win, some stop early."""
    months = tuple(float(m) for m in range(0, 13, 2))
    wobble = [0.35 * math.sin(2.1 * number + 1.3 * m) for m in months]
    cells = tuple(
        38.1 - (0.72 + 0.03 * (number % 3)) * m + w for m, w in zip(months, wobble, strict=True)
    )
    sham = tuple(38.0 - 1.02 * m - w for m, w in zip(months, wobble, strict=True))
    last_unseen = (*sham[:-1], None)
    seen = tuple(150 - round(2.6 * m) for m in months)
    is_won = number % 3 != 0
    p = 0.004 * number if is_won else 0.21
    stopped = "for benefit at look 1" if number == 2 else "at the end"
    return ExampleTrial(
        number=number,
        stopped="as hopeless at look 1" if number == 3 else stopped,
        people=262 if number in (2, 3) else 300,
        months=19.4 if number in (2, 3) else 31.6,
        visit_months=months,
        scores=(("cells", cells, seen), ("sham", last_unseen if number == 4 else sham, seen)),
        alive=(("cells", tuple(1.0 - 0.012 * m for m in months)),
               ("sham", tuple(1.0 - 0.018 * m for m in months))),
        answers=(("slope", 0.28, 0.08 if is_won else -0.05, 0.48, p),
                 ("joint rank", None, None, None, None)),
        won=("slope",) if is_won else (),
    )  # fmt: skip


def a_simulation(
    thetas: tuple[float, ...] = (0.3, 0.15, 0.5, 0.0),
    sizes: tuple[int, ...] = (300,),
    *,
    looks: int = 2,
    examples: int = 10,
    assurance: bool = False,
) -> TrialSimulation:
    """Every slowing with every size."""
    told = [a_scenario(theta, people, looks=looks) for people in sizes for theta in thetas]
    if assurance:
        drawn = Average(0.12, 0.15, REPLICATES)
        told.append(replace(told[0], name="assurance", success=rate(0.31), slowing_drawn=drawn))
    return TrialSimulation(
        design_name="made-up design",
        design_hash="0123456789abcdef" * 4,
        natural_history="made by hand for a test",
        seed=20181,
        replicates=REPLICATES,
        finished=REPLICATES * len(told),
        status="finished",
        scenarios=tuple(told),
        examples=tuple(an_example(n) for n in range(1, examples + 1)),
        assumptions=(
            "assumption: people who leave are missing at random given their scores",
            "assumption: the effect begins at the first dose and lasts",
        ),
        admitted_share=0.41,
        version="9.9.9",
    )
