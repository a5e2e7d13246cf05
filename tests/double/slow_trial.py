"""Trials simulated one person at a time, by small steps: a second, slow road to every number.

Written from MODEL §2 and §8, the design file's page and the assumptions that a simulation prints,
not from the engine. Time goes in steps of a 30th of a month (Euler): wander and function; the
hazard holds its exponent for a month, as the calibration of survival does; effects are worked out
dose by dose; people come site by site; arms are dealt out of blocks one after the other;
whoever does not meet the rules is sent away.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from slopewise.progression.natural_history import NaturalHistory
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import Scenario
from slopewise.trial.design.words import ArmRole, ExternalMethod, TrialKind

__all__ = ["Person", "SlowTrial", "slow_trial"]

PER_MONTH = 30
DAYS = 30.4375
OUTSIDE = "external control"


@dataclass
class Person:
    """One person; months count from randomisation, `enrolled` is a calendar month."""

    level: float
    slope: float
    wander: float
    error_sd: float  # of a score, rounding included
    wander_sd: float
    memory: float
    hazard: tuple[float, float, float, float, float]  # b, shape, by value, by slope, reference
    threshold: float
    gain: float
    responds: float
    bulbar: bool
    risk: float = 0.0
    arm: str = ""
    enrolled: float = 0.0
    site: int = 0
    levels: dict[str, str] = field(default_factory=dict)
    scores: dict[float, float] = field(default_factory=dict)
    event: float = math.inf
    leave: float = math.inf

    def until(self, end: float) -> float:
        """Month to which the person was seen."""
        return min(self.event, self.leave, end)

    def seen(self, end: float) -> dict[float, float]:
        """Scores that were made."""
        return {m: y for m, y in self.scores.items() if m <= max(self.until(end), 0.0)}


@dataclass
class SlowTrial:
    """The people, in the order in which they came; external controls behind."""

    people: list[Person]
    tried: int


class _World:
    """One accepted parameter set: everybody in a trial is drawn from it."""

    def __init__(self, history: NaturalHistory, chance: Random) -> None:
        sets, which = history.parameter_sets, chance.randrange(len(history.parameter_sets))
        self.classes = [
            {
                name: float(getattr(sets, name)[which][k])
                for name in ("weight", "mean_level", "mean_slope", "sd_level", "sd_slope",
                             "correlation", "residual_sd", "wander_sd")
            }
            for k in range(sets.weight.shape[1])
        ]  # fmt: skip
        self.memory = float(sets.wander_months[which][0])
        found = history.hazard
        assert found is not None
        b, shape, by_value, by_slope = (
            float(getattr(found, name)[which][0])
            for name in ("log_baseline", "weibull_shape", "association_value", "association_slope")
        )
        self.hazard = (b, shape, by_value, by_slope, found.reference_value)

    def person(self, chance: Random, bulbar_share: float) -> Person:
        u, k = chance.random(), 0
        while k + 1 < len(self.classes) and u > self.classes[k]["weight"]:
            u -= self.classes[k]["weight"]
            k += 1
        own = self.classes[k]
        first, second = chance.gauss(0, 1), chance.gauss(0, 1)
        rho = own["correlation"]
        return Person(
            level=own["mean_level"] + own["sd_level"] * first,
            slope=own["mean_slope"]
            + own["sd_slope"] * (rho * first + math.sqrt(1 - rho * rho) * second),
            wander=own["wander_sd"] * chance.gauss(0, 1),
            error_sd=own["residual_sd"],
            wander_sd=own["wander_sd"],
            memory=self.memory,
            hazard=self.hazard,
            threshold=chance.expovariate(1.0),
            gain=chance.gauss(0, 1),
            responds=chance.random(),
            bulbar=chance.random() < bulbar_share,
        )


def exposed(doses: list[float], month: float, scenario: Scenario) -> float:
    """Share of the full effect at a month: each dose after its delay, halving, added, at most 1."""
    total = 0.0
    for dose in doses:
        since = month - dose - scenario.onset_delay_months
        if since >= 0.0:
            half = scenario.waning_half_life_months
            total += 1.0 if half is None else 0.5 ** (since / half)
    return min(total, 1.0)


class _Plan:
    """What the design says, looked up once a trial."""

    def __init__(self, design: Design, scenario: Scenario) -> None:
        self.design, self.scenario = design, scenario
        self.period = design.open_period
        self.run_in_visits = list(design.run_in.visit_months)
        self.visits = list(design.visits.months)
        earliest = min([0.0, *self.run_in_visits])
        open_months = self.period.months if self.period else 0.0
        self.start = -max(design.run_in.months, open_months, -earliest)
        self.end = design.trial.duration_months
        self.slowing, self.ratio = dict(scenario.slowing), dict(scenario.log_hazard_ratio)
        self.shares: dict[tuple[str, int], float] = {}
        self.pauses = {PER_MONTH * month for month in range(400)} | self._changes()

    def _changes(self) -> set[int]:
        """Steps at which an effect begins, and from there on every month while it fades."""
        found: set[int] = set()
        for arm in self.design.arms:
            begins = [d + self.scenario.onset_delay_months for d in self.doses(arm.name)]
            fading = self.scenario.waning_half_life_months is not None
            first = min(begins, default=0.0)
            months = [*begins, *(first + k for k in range(60))] if fading else [first]
            found |= {round((m - self.start) * PER_MONTH) for m in months if begins}
        return found

    def doses(self, arm: str) -> list[float]:
        """Months at which the arm gets cells, those of an open period before among them."""
        earlier = list(self.period.dose_months) if self.period else []
        if arm == OUTSIDE:
            return []
        one = next(a for a in self.design.arms if a.name == arm)
        delayed = self.design.trial.kind is TrialKind.DELAYED_START
        own = list(one.dose_months) if one.role is ArmRole.TREATMENT or delayed else []
        return earlier + own

    def share(self, arm: str, step: int) -> float:
        """Exposure in the middle of one small step; before randomisation only the open period."""
        key = (arm, step)
        if key not in self.shares:
            month = self.start + (step + 0.5) / PER_MONTH
            doses = self.doses(arm)
            if month < 0.0:
                doses = [d for d in doses if d < 0.0]
            self.shares[key] = exposed(doses, month, self.scenario)
        return self.shares[key]

    def effect(self, one: Person, arm: str) -> tuple[float, float]:
        """The person's slowing and direct log hazard ratio under full effect."""
        if self.scenario.responder_share < 1.0 and one.responds >= self.scenario.responder_share:
            return 0.0, 0.0
        theta = self.slowing.get(arm, 0.0)
        if theta:
            theta += self.scenario.slowing_spread * one.gain
        return theta, self.ratio.get(arm, 0.0)


def live(plan: _Plan, one: Person, arm: str, span: tuple[float, float], chance: Random) -> None:
    """Follow one person through a span of months, score by score, until the event."""
    first, last = (round((m - plan.start) * PER_MONTH) for m in span)
    dt = 1.0 / PER_MONTH
    theta, direct = plan.effect(one, arm) if arm else (0.0, 0.0)
    kicks = one.wander_sd * math.sqrt(2.0 * dt / one.memory)
    b, shape, by_value, by_slope, reference = one.hazard
    due = {round((m - plan.start) * PER_MONTH): m for m in (*plan.run_in_visits, *plan.visits)}
    m, w = one.level, one.wander
    held, held_m, held_share = first, m, 0.0  # since the hazard's exponent is held
    for step in range(first, last):
        g = plan.share(arm, step) if arm else 0.0
        change = (1.0 - theta * g) * (one.slope + w)
        m += change * dt
        w += -w * dt / one.memory + kicks * chance.gauss(0, 1)
        held_share += g
        if step + 1 in plan.pauses or step + 1 == last:
            length = (step + 1 - held) * dt
            exponent = (
                b + by_value * (0.5 * (held_m + m) - reference)
                + by_slope * (m - held_m) / length + direct * held_share / (step + 1 - held)
            )  # fmt: skip
            rate = math.exp(min(exponent, 50.0))
            since, until = (held * dt) ** shape, ((step + 1) * dt) ** shape
            if one.risk + rate * (until - since) >= one.threshold:
                reached = since + (one.threshold - one.risk) / rate
                one.event = plan.start + reached ** (1.0 / shape)
                break
            one.risk += rate * (until - since)
            held, held_m, held_share = step + 1, m, 0.0
        if step + 1 in due and due[step + 1] != plan.start:
            month = due[step + 1]
            days = plan.design.visits.window_days if month != 0.0 else 0
            early = chance.uniform(-days, days) / DAYS
            now = (1.0 - theta * g) * (one.slope + w)
            one.scores[month] = score(m + now * early, one.error_sd, chance)
    one.level, one.wander = m, w


def score(function: float, sd: float, chance: Random) -> float:
    """A whole number of points between 0 and 48; the error's SD has rounding in it."""
    error = math.sqrt(max(sd * sd - 1.0 / 12.0, 0.0))
    return float(min(max(round(function + error * chance.gauss(0, 1)), 0), 48))


def admitted(plan: _Plan, one: Person, level: tuple[float, float], chance: Random) -> bool:
    """The rules at the first visit. `level`: mean and SD of function in everybody."""
    entry = plan.design.entry
    seen = score(one.level, one.error_sd, chance)
    if plan.start in plan.run_in_visits or plan.start == 0.0:
        one.scores[plan.start] = seen
    if entry.alsfrs_total and not entry.alsfrs_total[0] <= seen <= entry.alsfrs_total[1]:
        return False
    decay = one.memory / 12.0 * (1.0 - math.exp(-12.0 / one.memory))
    yearly = -(one.slope + one.wander * decay)
    onset = max(48.0 - one.level, 0.5) / max(0.67 / 0.99 * yearly, 1e-3)
    onset = min(onset, 600.0)
    z = (one.level - level[0]) / level[1]
    vital = max(75.0 + 19.8 * (0.4 * z + math.sqrt(1 - 0.16) * chance.gauss(0, 1)), 10.0)
    age = min(max(55.1 + 16.11 / 1.349 * chance.gauss(0, 1), 18.0), 90.0)
    delay = max(min(9.6 * math.exp(0.616 * chance.gauss(0, 1)), onset), 0.1)
    facts = {
        "months_since_onset": onset,
        "vital_capacity_percent": vital,
        "age_years": age + onset / 12.0,
    }
    facts["tricals_risk"] = tricals(
        (min(seen, 48.0) - 48.0) / max(onset, 0.1), delay, age, vital, one.bulbar
    )
    for name, value in facts.items():
        limits = getattr(entry, name)
        if limits is not None and not limits[0] <= value <= limits[1]:
            return False
    return True


def tricals(slope: float, delay: float, age: float, vital: float, bulbar: bool) -> float:
    """The risk profile: FORMULAS of the published code, column TRICALS."""
    d, f = delay / 10.0, vital / 100.0
    return (
        -1.839 * (0.1 - slope) ** -0.5 - 2.376 * (d**-0.5 + math.log(d))
        - 0.264 * (age / 100.0) ** -2 + 0.474 * (1.0 / f + f**-0.5) + 0.271 * bulbar
    )  # fmt: skip


def let_in(
    plan: _Plan, world: _World, chance: Random, level: tuple[float, float]
) -> tuple[Person, int]:
    """Try people until one is alive at randomisation and meets the rules."""
    share = 0.202
    for factor in plan.design.randomisation.factors:
        if factor.name == "onset_site":
            share = factor.shares[factor.levels.index("bulbar")]
    for tried in range(1, 100_000):
        one = world.person(chance, share)
        if not admitted(plan, one, level, chance):
            continue
        live(plan, one, plan.period.arm if plan.period else "", (plan.start, 0.0), chance)
        if one.event < math.inf:
            continue
        limits = plan.design.entry.run_in_decline_per_month
        if limits is not None:
            months = sorted(one.scores)
            middle = sum(months) / len(months)
            slope = sum((t - middle) * one.scores[t] for t in months) / sum(
                (t - middle) ** 2 for t in months
            )
            if not limits[0] <= -slope <= limits[1]:
                continue
        return one, tried
    raise AssertionError("nobody met the rules")


def arrivals(design: Design, size: int, chance: Random) -> list[tuple[float, int]]:
    """Calendar month and site of the first people: every site has visitors of its own."""
    sites = [(s.people_per_month, s.opens_month) for s in design.enrolment.sites
             for _ in range(s.sites)]  # fmt: skip
    came = []
    for number, (rate, opens) in enumerate(sites):
        month = opens
        for _ in range(size):
            month += chance.expovariate(rate)
            came.append((month, number))
    return sorted(came)[:size]


class _Blocks:
    """Permuted blocks within strata, one person after the other."""

    def __init__(self, design: Design, chance: Random) -> None:
        self.design, self.chance = design, chance
        self.left: dict[tuple[object, ...], list[str]] = {}

    def arm(self, one: Person) -> str | None:
        arms = [a for a in self.design.arms if a.enters_month <= one.enrolled
                and (a.leaves_month is None or one.enrolled < a.leaves_month)]  # fmt: skip
        if self.design.trial.kind is not TrialKind.PLATFORM:
            arms = list(self.design.arms)
        if len(arms) < 2:
            return None
        stratum = tuple(
            one.site if name == "site" else one.levels[name]
            for name in self.design.randomisation.strata
        )
        key = (*[a.name for a in arms], *stratum)
        if not self.left.get(key):
            unit = [a.name for a in arms
                    for _ in range(self.design.allocation[self.design.arms.index(a)])]  # fmt: skip
            fits = [s for s in self.design.block_sizes if s % len(unit) == 0] or [2 * len(unit)]
            block = unit * (self.chance.choice(fits) // len(unit))
            self.chance.shuffle(block)
            self.left[key] = block
        return self.left[key].pop()


def leaving(plan: _Plan, one: Person, chance: Random) -> float:
    """Month of leaving while alive: a constant hazard from visit to visit, by the last score."""
    dropout = plan.design.dropout
    rate = dict(dropout.by_arm).get(one.arm, dropout.per_month)
    marks = [*plan.visits, plan.end] if plan.visits[-1] < plan.end else plan.visits
    for start, end in pairwise(marks):
        if start not in one.scores:
            return math.inf  # dead before that visit
        below = [s for s in dropout.states if one.scores[start] < s.alsfrs_below]
        ratio = min(below, key=lambda s: s.alsfrs_below).hazard_ratio if below else 1.0
        if rate > 0.0:
            waited = chance.expovariate(rate * ratio)
            if waited < end - start:
                return start + waited
    return math.inf


def slow_trial(
    design: Design, scenario: Scenario, history: NaturalHistory, chance: Random,
) -> SlowTrial:  # fmt: skip
    """One whole trial."""
    plan, world = _Plan(design, scenario), _World(history, chance)
    level = function_at_first_visit(history)
    single = design.trial.kind is TrialKind.SINGLE_ARM
    blocks = _Blocks(design, chance)
    people, tried = [], 0
    for month, site in arrivals(design, design.trial.size, chance):
        one, times = let_in(plan, world, chance, level)
        tried += times
        one.enrolled, one.site = month, site
        for factor in design.randomisation.factors:
            place = bisect_right(_sums(factor.shares), chance.random())
            one.levels[factor.name] = factor.levels[min(place, len(factor.levels) - 1)]
            if factor.name == "onset_site":
                others = [x for x in factor.levels if x != "bulbar"]
                one.levels[factor.name] = "bulbar" if one.bulbar else others[0]
        given = design.arms[0].name if single else blocks.arm(one)
        if given is None or month > design.enrolment.months:
            continue
        one.arm = given
        people.append(one)
    outside = design.external_control.size if design.external_control else 0
    people += [_outsider(plan, world, chance, level) for _ in range(outside)]
    for one in people:
        live(plan, one, one.arm, (0.0, plan.end), chance)
        one.leave = leaving(plan, one, chance)
    return SlowTrial(people, tried)


def function_at_first_visit(history: NaturalHistory) -> tuple[float, float]:
    """Mean and SD over all parameter sets and classes."""
    sets = history.parameter_sets
    rows = [
        (float(w), float(m), float(s))
        for ws, ms, ss in zip(sets.weight, sets.mean_level, sets.sd_level, strict=True)
        for w, m, s in zip(ws, ms, ss, strict=True)
    ]
    many = len(sets)
    mean = sum(w * m for w, m, _ in rows) / many
    return mean, math.sqrt(sum(w * (s * s + m * m) for w, m, s in rows) / many - mean * mean)


def _outsider(plan: _Plan, world: _World, chance: Random, level: tuple[float, float]) -> Person:
    """Somebody from elsewhere, who declines and dies otherwise from month 0 on."""
    control = plan.design.external_control
    assert control is not None
    assert control.method is not ExternalMethod.NONE
    one, _ = let_in(plan, world, chance, level)
    one.arm = OUTSIDE
    one.slope += control.slope_bias_per_month
    b, *others = one.hazard
    one.hazard = (b + math.log(control.hazard_ratio_bias), *others)  # type: ignore[assignment]
    return one


def _sums(shares: tuple[float, ...]) -> list[float]:
    total, found = 0.0, []
    for share in shares:
        total += share
        found.append(total)
    return found
