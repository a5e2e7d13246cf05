"""Pairs compared one by one in plain Python, written from the rules, against the counting."""

import csv
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shared_data import example_table

from slopewise.endpoint.pairs.pairwise import (
    Level,
    PairCounts,
    ScoreLevel,
    SurvivalLevel,
    VisitsLevel,
    compare_arms,
    compare_everybody,
)

Person = dict[str, Any]


def by_survival(a: Person, b: Person) -> int:
    """Berry et al. 2013: deaths first; a survivor counts if followed to the other's death."""
    if a["died"] and b["died"]:
        return (a["month"] > b["month"]) - (a["month"] < b["month"])
    if b["died"] and a["month"] >= b["month"]:
        return 1
    if a["died"] and b["month"] >= a["month"]:
        return -1
    return 0


def by_number(a: float | None, b: float | None, margin: float) -> int:
    if a is None or b is None:
        return 0
    if a - margin > b:
        return 1
    return -1 if b - margin > a else 0


def by_visits(a: Person, b: Person, margin: float) -> int:
    shared = [v for v in a["visits"] if v in b["visits"]]
    if not shared:
        return 0
    return by_number(a["visits"][max(shared)], b["visits"][max(shared)], margin)


def verdicts(a: Person, b: Person, levels: str, margin: float) -> list[int]:
    rules = {
        "s": lambda: by_survival(a, b),
        "n": lambda: by_number(a["number"], b["number"], margin),
        "v": lambda: by_visits(a, b, margin),
    }
    return [rules[level]() for level in levels]


def people(seed: int, size: int, *, coarse: bool) -> list[Person]:
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(size):
        month = float(rng.integers(1, 8)) if coarse else float(rng.uniform(0.5, 18))
        died = bool(rng.random() < 0.4)
        last = int(rng.integers(0, 6))
        visits = {v: float(rng.integers(-9, 3)) if coarse else float(rng.normal(-4, 3))
                  for v in range(last) if rng.random() < 0.85}  # fmt: skip
        number = None if rng.random() < 0.15 else float(rng.integers(-9, 3))
        if not coarse and number is not None:
            number = float(rng.normal(-4, 3))
        made.append({"month": month, "died": died, "visits": visits, "number": number})
    return made


def as_levels(group: list[Person], levels: str, margin: float) -> list[Level]:
    change, seen = np.full((len(group), 6), np.nan), np.zeros((len(group), 6), dtype=bool)
    for row, person in enumerate(group):
        for visit, value in person["visits"].items():
            change[row, visit], seen[row, visit] = value, True
    number = np.array([np.nan if p["number"] is None else p["number"] for p in group])
    known = {
        "s": SurvivalLevel(np.array([p["month"] for p in group]),
                           np.array([p["died"] for p in group])),
        "n": ScoreLevel(number, ~np.isnan(number), margin),
        "v": VisitsLevel(change, seen, margin),
    }  # fmt: skip
    return [known[level] for level in levels]


def check(
    found: PairCounts, one: list[Person], other: list[Person], *, levels: str, margin: float
) -> None:
    depth = len(levels)
    wins, losses, ties = [0] * depth, [0] * depth, [0] * depth
    won, lost = np.zeros((len(one), len(other))), np.zeros((len(one), len(other)))
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            decided = 0
            for number, verdict in enumerate(verdicts(a, b, levels, margin)):
                if not decided:
                    decided = verdict
                    wins[number] += verdict == 1
                    losses[number] += verdict == -1
                ties[number] += decided == 0
            won[i, j], lost[i, j] = decided == 1, decided == -1
    assert (found.wins, found.losses, found.ties) == (tuple(wins), tuple(losses), tuple(ties))
    assert (found.treated_wins == won.sum(axis=1)).all()
    assert (found.treated_losses == lost.sum(axis=1)).all()
    assert (found.control_losses == won.sum(axis=0)).all()
    assert (found.control_wins == lost.sum(axis=0)).all()


@pytest.mark.parametrize("levels", ["s", "n", "v", "sn", "sv", "snv", "svn", "vs"])
@pytest.mark.parametrize("coarse", [True, False])
@pytest.mark.parametrize("margin", [0.0, 1.0])
def test_counts_are_those_of_every_single_pair(levels: str, coarse: bool, margin: float) -> None:
    group = people(7, 90, coarse=coarse)
    treated = np.arange(90) % 3 == 0
    found = compare_arms(as_levels(group, levels, margin), treated)
    one = [p for p, t in zip(group, treated, strict=True) if t]
    other = [p for p, t in zip(group, treated, strict=True) if not t]
    check(found, one, other, levels=levels, margin=margin)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.sampled_from([0.0, 0.3, 2.0]))
def test_counting_by_sorting_is_exact(seed: int, coarse: bool, margin: float) -> None:
    """More than 20,000 pairs take the O(n log n) road."""
    group = people(seed, 300, coarse=coarse)
    treated = np.random.default_rng(seed).random(300) < 0.45
    found = compare_arms(as_levels(group, "sn", margin), treated)
    one = [p for p, t in zip(group, treated, strict=True) if t]
    other = [p for p, t in zip(group, treated, strict=True) if not t]
    check(found, one, other, levels="sn", margin=margin)


def test_everybody_against_everybody() -> None:
    group = people(3, 60, coarse=True)
    found = compare_everybody(as_levels(group, "sv", 0.0))
    check(found, group, group, levels="sv", margin=0.0)
    assert (found.treated_wins == found.control_wins).all()


def test_blocks_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    group = people(4, 80, coarse=True)
    monkeypatch.setattr("slopewise.endpoint.pairs.pairwise._BLOCK_CELLS", 170)
    treated = np.arange(80) < 37
    found = compare_arms(as_levels(group, "sv", 0.0), treated)
    check(found, group[:37], group[37:], levels="sv", margin=0.0)


def test_simulated_als_patients_of_a_public_package() -> None:
    with example_table("winratio_als/als.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    group: dict[str, Person] = {}
    for row in rows:
        person = group.setdefault(row["subjects"], {
            "month": float(row["surv"]), "died": row["csurv"] == "1", "visits": {}, "number": None,
            "treated": row["trt"] == "1"})  # fmt: skip
        visit = round(float(row["times"]) / 3)
        person["visits"][min(visit, 5)] = float(row["ALSFRS"])
    everybody = list(group.values())
    treated = np.array([p["treated"] for p in everybody])
    assert (treated.sum(), (~treated).sum()) == (40, 40)
    assert sum(p["died"] for p in everybody) == 30
    found = compare_arms(as_levels(everybody, "sv", 0.0), treated)
    one = [p for p in everybody if p["treated"]]
    other = [p for p in everybody if not p["treated"]]
    check(found, one, other, levels="sv", margin=0.0)


def test_published_example_tables_of_wins() -> None:
    with example_table("stat_reference/wins_data_mix.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    group = [{"month": float(r["Y_1"]), "died": r["Delta_1"] == "1", "number": float(r["Y_2"]),
              "visits": {}} for r in rows]  # fmt: skip
    treated = np.array([r["arm"] == "A" for r in rows])
    found = compare_arms(as_levels(group, "sn", 0.0), treated)
    one = [p for p, t in zip(group, treated, strict=True) if t]
    other = [p for p, t in zip(group, treated, strict=True) if not t]
    check(found, one, other, levels="sn", margin=0.0)
