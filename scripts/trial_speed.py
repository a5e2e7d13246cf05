"""Trials on the page on speed: rows for simulated trials, pairs, bounds, one MMRM."""

__all__ = ["TRIAL_TITLES", "bound_rows", "mmrm_rows", "simulation_rows", "win_rows"]

Numbers = dict[str, float]
Row = tuple[str, ...]

# (at least, aim), as multiples of the peer
SIMULATION: tuple[tuple[str, str, str, str, tuple[int, int]], ...] = (
    ("slope", "slope, REML", "times_r_slope", "lme4 loop", (150, 600)),
    ("mmrm", "repeated measures, 5 visits, Satterthwaite", "times_stored_mmrm_loop",
     "mmrm loop, stored: 1.96 a second", (100, 500)),
    ("log_rank_two_looks", "log-rank, two looks", "times_rpact_survival", "rpact, C++", (2, 6)),
    ("ranks_and_wins", "joint rank and win ratio", "times_r_ranks_and_wins", "R outer loop",
     (15, 100)),
)  # fmt: skip
PEER_RATES = {
    "slope": "r_slope_per_second",
    "ranks_and_wins": "r_ranks_and_wins_per_second",
    "log_rank_two_looks": "rpact_survival_per_second",
}
MMRM_TARGETS = {200: (20, 100), 500: (50, 200)}
WIN_TARGET = (20, 80)
BOUND_TARGET = 5
TRIAL_TITLES = {
    "trial_simulation_speed": (
        "Whole simulated trials",
        "300 people, 1:1, visits at 0, 2, 4, 6, 9 and 12 months, deaths, leaving; one core,"
        " processor time, from the plan of a design to the table of answers.",
    ),
    "mmrm_speed": (
        "Repeated measures, one trial",
        "Eight visits, unstructured, with degrees of freedom; mmrm's times are stored ones.",
    ),
    "win_ratio_speed": ("Win ratio", "Death first, then change; exact counts and errors."),
    "boundary_speed": (
        "Bounds of interim looks",
        "Classical and spending bounds, 2 to 5 looks, equal to rpact to 1e-5.",
    ),
}


def simulation_rows(n: Numbers) -> tuple[list[Row], str]:
    """Trials a second beside the peers, and what follows the table."""
    rows: list[Row] = []
    for key, words, ratio_key, peer, targets in SIMULATION:
        ratio = n.get(ratio_key)
        rate = n.get(PEER_RATES.get(key, ""))
        theirs = peer if rate is None else f"{peer}: {rate:,.4g} a second"
        rows.append(
            (words, f"{n[f'{key}_per_second']:,.0f} a second", theirs, *_judged(ratio, targets))
        )
    scaling = n.get("times_by_2_processes")
    told = [
        f"10,000 trials by the slope on two processes, their start counted:"
        f" {n['slope_10000_on_2_processes_seconds']:.1f} s (asked: 6 s).",
        f"The demonstration (monthly visits to month 12, entry rules, run-in, embedded natural"
        f" history, six endpoints): {n['demonstration_per_second']:.0f} trials a second on one"
        " process.",
    ]
    if scaling is not None:
        told.append(f"Two processes against one: {scaling:.2f} times (asked: 1.8).")
    return rows, " ".join(told)


def mmrm_rows(n: Numbers) -> list[Row]:
    """One fit, by both degrees of freedom."""
    rows: list[Row] = []
    for way, words in (("satterthwaite", "Satterthwaite"), ("kenward_roger", "Kenward–Roger")):
        for people, targets in MMRM_TARGETS.items():
            key = f"{way}_{people}"
            rows.append(
                (
                    f"{words}, {people} people",
                    f"{n[f'{key}_ms']:.1f} ms ({n[f'{key}_cpu_ms']:.1f})",
                    "mmrm, stored",
                    *_judged(n.get(f"{key}_times_stored_mmrm"), targets),
                )
            )
    return rows


def win_rows(n: Numbers) -> list[Row]:
    """By people an arm."""
    return [
        (
            f"{people:,} an arm",
            f"{1e3 * n[f'seconds_{people}']:.1f} ms",
            "R outer loop",
            *_judged(n.get(f"times_faster_than_r_{people}"),
                     WIN_TARGET if people == 10_000 else None),
        )
        for people in (500, 2_000, 10_000)
    ]  # fmt: skip


def bound_rows(n: Numbers) -> list[Row]:
    """The slowest and fastest ratio of each kind."""
    names = {"OF": "O'Brien–Fleming", "P": "Pocock", "asOF": "O'Brien–Fleming spending",
             "asP": "Pocock spending"}  # fmt: skip
    rows: list[Row] = []
    for key, words in names.items():
        times = [n.get(f"times_faster_than_rpact_{key}_{looks}") for looks in range(2, 6)]
        known = [one for one in times if one is not None]
        spent = [n[f"milliseconds_{key}_{looks}"] for looks in range(2, 6)]
        rows.append(
            (words, f"{min(spent):.2g} to {max(spent):.2g} ms", "rpact",
             f"{min(known):.1f} to {max(known):.1f}" if known else "–", str(BOUND_TARGET),
             "yes" if known and min(known) >= BOUND_TARGET else "**no**")
        )  # fmt: skip
    return rows


def _judged(ratio: float | None, targets: tuple[int, int] | None) -> tuple[str, str, str]:
    """Times faster, what was asked, whether it is met."""
    shown = "–" if ratio is None else f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"
    if targets is None:
        return shown, "–", "–"
    asked = f"{targets[0]} / {targets[1]}"
    if ratio is None:
        return shown, asked, "not known"
    met = "**no**" if ratio < targets[0] else "yes; aim too" if ratio >= targets[1] else "yes"
    return shown, asked, met
