"""Milliseconds to impute a trial of 300 people and twelve visits 20 times, and to pool."""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import numpy as np
from measure import middle, report, spent

from slopewise.endpoint.imputation.imputed_trials import imputed_trials

TRIALS, PEOPLE, VISITS, IMPUTATIONS, REPEATS = 60, 300, 12, 20, 3


def main() -> None:
    """With and without visits missed in between (5 % of them), a third leaving within the year."""
    generator = np.random.default_rng(1)
    month = np.arange(1.0, VISITS + 1.0)
    arm = np.arange(PEOPLE) % 2 == 1
    base = generator.normal(38.0, 5.5, (TRIALS, PEOPLE))
    slope = generator.normal(-1.0, 0.6, (TRIALS, PEOPLE)) + 0.25 * arm
    outcome = slope[..., None] * month + generator.normal(0.0, 2.0, (TRIALS, PEOPLE, VISITS))
    stays = month < 1.0 + generator.geometric(0.035, (TRIALS, PEOPLE))[..., None]
    numbers = {"share_who_left": float((~stays[..., -1]).mean())}
    for name, missed in (("leaving_only", 0.0), ("with_gaps", 0.05)):
        seen = stays & (generator.random(outcome.shape) >= missed)
        for strategy in ("multiple-imputation", "jump-to-reference", "copy-reference"):
            times = []
            for _ in range(REPEATS):
                with spent() as took:
                    found = imputed_trials(
                        outcome, seen, arm,
                        baseline=base, strategy=strategy, imputations=IMPUTATIONS,
                        generator=generator,
                    )  # fmt: skip
                times.append(took)
            key = f"{strategy.replace('-', '_')}_{name}"
            numbers[f"{key}_ms"] = middle(times).wall * 1000.0 / TRIALS
            numbers[f"{key}_cpu_ms"] = middle(times).cpu * 1000.0 / TRIALS
            numbers[f"{key}_without_an_answer"] = float((~found.converged).sum())
    report("imputation_speed", "milliseconds a trial, one thread.", numbers)


if __name__ == "__main__":
    main()
