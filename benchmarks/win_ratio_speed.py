"""How long does a win ratio take with 500, 2,000 and 10,000 people an arm, beside R's outer()?"""

import tempfile
from pathlib import Path

import numpy as np
from measure import middle, peak_mib, report, spent
from trial_peers import from_r

from slopewise.endpoint.pairs.pairwise import ScoreLevel, SurvivalLevel
from slopewise.endpoint.win_ratio import WinStatistics, win_statistics

SIZES = (500, 2_000, 10_000)  # people an arm
REPETITIONS = 9


def cohort(size: int) -> dict[str, np.ndarray]:
    """Survival of 18 months at most and the change at the last visit."""
    rng = np.random.default_rng(size)
    arm = np.arange(2 * size) % 2
    slope = rng.normal(-1.0, 0.8, 2 * size) + 0.25 * arm
    death = rng.exponential(60.0 * np.exp(0.3 * slope))
    end = np.minimum(rng.exponential(111.0, 2 * size), 18.0)
    month = np.minimum(death, end)
    change = slope * np.floor(month) + rng.normal(0.0, 2.8, 2 * size)
    return {
        "arm": arm, "month": np.round(month, 6), "died": (death <= end).astype(int),
        "change": np.round(change, 6),
    }  # fmt: skip


def analyse(data: dict[str, np.ndarray]) -> WinStatistics:
    levels = [SurvivalLevel(data["month"], data["died"] == 1), ScoreLevel(data["change"])]
    return win_statistics(levels, data["arm"] == 1)


def main() -> None:
    """Processor seconds; counts and standard errors must agree, or the times mean nothing."""
    numbers: dict[str, float] = {}
    before = 0.0
    ours: dict[int, WinStatistics] = {}
    analyse(cohort(50))
    before = peak_mib()
    for size in SIZES:
        data, runs = cohort(size), []
        for _ in range(REPETITIONS):
            with spent() as run:
                ours[size] = analyse(data)
            runs.append(run)
        numbers[f"seconds_{size}"] = middle(runs).cpu
    numbers["memory_mib"] = peak_mib()
    numbers["memory_added_mib"] = peak_mib() - before
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "people.csv"
            data = cohort(size)
            np.savetxt(file, np.column_stack(list(data.values())), delimiter=",",
                       header=",".join(data), comments="", fmt="%.6f")  # fmt: skip
            peer = from_r("wins", str(file), "1" if size == SIZES[-1] else str(REPETITIONS))
        if not peer:
            continue
        found = ours[size]
        assert (found.wins, found.losses) == (peer["wins"], peer["losses"])
        assert abs((found.win_ratio.standard_error or 0.0) / peer["error"] - 1.0) < 1e-9
        numbers[f"r_seconds_{size}"] = peer["seconds"]
        numbers[f"times_faster_than_r_{size}"] = peer["seconds"] / numbers[f"seconds_{size}"]
        numbers["r_memory_mib"] = peer["memory_mib"]
    largest = SIZES[-1]
    report(
        "win_ratio_speed",
        f"A win ratio of {largest:,} people an arm takes {numbers[f'seconds_{largest}']:.3f} s,"
        f" {numbers.get(f'times_faster_than_r_{largest}', float('nan')):.0f} times faster than R's"
        " outer() in blocks, with the same counts.",
        numbers,
    )


if __name__ == "__main__":
    main()
