"""A few simulated trials in full, to look at: the first replicates of the first block."""

import numpy as np
from numpy import ndarray as Array

from slopewise.trial.analysing.answers import SCALES
from slopewise.trial.analysing.decisions import EFFICACY, FUTILITY
from slopewise.trial.simulating.characteristics import ExampleTrial
from slopewise.trial.simulating.plan import TrialPlan
from slopewise.trial.simulating.task import AnalysedBlock, analyse_block

__all__ = ["example_trials"]


def example_trials(plan: TrialPlan, count: int) -> tuple[ExampleTrial, ...]:
    """At most a block of them."""
    if count < 1:
        return ()
    found = analyse_block(plan, 0)
    return tuple(_example(plan, found, number) for number in range(min(count, plan.block)))


def _example(plan: TrialPlan, found: AnalysedBlock, number: int) -> ExampleTrial:
    data, schedule = found.data, plan.schedule
    months = schedule.visit_month[: data.scores.shape[2]]
    end = schedule.visit_month[schedule.baseline :]
    included = data.included[number]
    arms = []
    alive = []
    for place, arm in enumerate(plan.arms):
        own = included & (data.arm[number] == place)
        arms.append((arm, *_means(data.scores[number, own], data.observed[number, own])))
        alive.append((arm, _alive(data.month[number, own], data.died[number, own], end)))
    ended = found.ending
    last = plan.design.trial.duration_months
    came = float(np.where(included, data.enrolled[number], 0.0)[: plan.most_people].max())
    until = float(ended.month[number])
    return ExampleTrial(
        number=number + 1,
        stopped=_stopped(int(ended.reason[number]), int(ended.look[number])),
        people=int(included[: plan.most_people].sum()),
        months=until if np.isfinite(until) else came + last,
        visit_months=tuple(months.tolist()),
        scores=tuple(arms),
        alive=tuple(alive),
        answers=tuple(
            _answer(plan, found, place, number) for place in range(len(plan.comparisons))
        ),
        won=tuple(
            plan.comparisons[place].endpoint.name
            for i, place in enumerate(plan.tested)
            if found.won[number, i]
        ),
    )


def _means(scores: Array, seen: Array) -> tuple[tuple[float | None, ...], tuple[int, ...]]:
    """Mean of those seen at each visit, None where nobody was, and how many they are."""
    many = seen.sum(axis=0)
    total = np.where(seen, scores, 0.0).sum(axis=0)
    means = [float(t / n) if n else None for t, n in zip(total, many, strict=True)]
    return tuple(means), tuple(many.tolist())


def _alive(month: Array, died: Array, at: Array) -> tuple[float, ...]:
    """Kaplan and Meier's share free of the event at each month."""
    share, found = 1.0, []
    events = sorted(month[died].tolist())
    place = 0
    for until in at:
        while place < len(events) and events[place] <= until:
            share *= 1.0 - 1.0 / max(
                int((month >= events[place]).sum()) - _before(events, place), 1
            )
            place += 1
        found.append(float(share))
    return tuple(found)


def _before(events: list[float], place: int) -> int:
    """Events of the same month that were counted already."""
    return place - events.index(events[place])


def _stopped(reason: int, look: int) -> str:
    if reason == EFFICACY:
        return f"for benefit at look {look + 1}"
    return f"as hopeless at look {look + 1}" if reason == FUTILITY else "at the planned end"


def _answer(
    plan: TrialPlan, found: AnalysedBlock, place: int, number: int
) -> tuple[str, float | None, float | None, float | None, float | None]:
    """Name, estimate, interval, p; ratios as ratios."""
    one, answer = plan.comparisons[place].endpoint, found.answers[place]
    if not answer.read[number]:
        return (one.name, None, None, None, None)
    numbers = [float(getattr(answer, name)[number]) for name in ("estimate", "low", "high")]
    if SCALES[one.analysis].is_log:
        numbers = [float(np.exp(value)) for value in numbers]
    return (one.name, *numbers, float(answer.p_value[number]))  # type: ignore[return-value]
