"""Made-up trials for the repeated-measures model: the draws of the stored baselines, and a batch.

Level 38 (SD 5.5), slope −1 a month (SD 0.8) and 0.25 better when treated, correlation 0.2, residual
SD 2; deaths by a Weibull hazard that rises as the level falls, 15 % leave within 18 months.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

__all__ = ["Trial", "simulated_trials", "stored_trial"]

VISITS = np.array([0, 1, 2, 3, 4, 6, 8, 10, 12.0])
BATCH_VISITS = np.array([0, 2, 4, 6, 9, 12.0])
END = 12.05  # so that the visit of month 12 is seen
LEAVING = -np.log(1 - 0.15) / 18.0


@dataclass(frozen=True)
class Trial:
    """Rows of visits after baseline."""

    patient: np.ndarray
    visit: np.ndarray
    treated: np.ndarray
    baseline: np.ndarray
    change: np.ndarray


def stored_trial(patients: int) -> Trial:
    """The trial of 200 or 500 patients on which the peers' values were stored."""
    generator = np.random.default_rng(30240000 + patients)
    arm = np.arange(patients) % 2
    z = generator.standard_normal((patients, 2))
    level = 38.0 + 5.5 * z[:, 0]
    slope = -1.0 + 0.8 * (0.2 * z[:, 0] + np.sqrt(1 - 0.2**2) * z[:, 1]) + 0.25 * arm
    limit = generator.exponential(size=patients)
    grid = np.linspace(0, END, 361)
    middle, step = 0.5 * (grid[1:] + grid[:-1]), np.diff((grid / 166.5) ** 1.2)
    dead = np.empty(patients)
    for i in range(patients):
        rate = step * np.exp(-0.10 * (level[i] + slope[i] * middle - 38.0))
        dead[i] = np.interp(limit[i], np.concatenate([[0.0], np.cumsum(rate)]), grid, right=np.inf)
    gone = np.minimum(generator.exponential(1 / LEAVING, patients), END)
    gone = np.minimum(dead, gone)
    generator.uniform(-1, 1, (patients, len(VISITS)))  # the jitter that is not used here
    times = np.broadcast_to(VISITS, (patients, len(VISITS)))
    score = level[:, None] + slope[:, None] * times + 2.0 * generator.standard_normal(times.shape)
    score = np.round(score, 6)
    who, when = np.nonzero((times < gone[:, None])[:, 1:])
    return Trial(who, when + 1, arm[who] == 1, score[who, 0], score[who, when + 1] - score[who, 0])


def simulated_trials(
    generator: np.random.Generator, trials: int, *, patients: int = 300, faster: float = 0.25
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Baseline, change at five visits, which were seen, and who was treated."""
    arm = np.arange(patients) % 2 == 1
    z = generator.standard_normal((2, trials, patients))
    level = 38.0 + 5.5 * z[0]
    slope = -1.0 + 0.8 * (0.2 * z[0] + np.sqrt(0.96) * z[1]) + faster * arm
    # the cumulative hazard at the visits decides which are seen: no time of death is needed
    limit = generator.exponential(size=(trials, patients))
    weights, hazard = np.exp(-0.1 * (level - 38.0)), np.zeros((trials, patients))
    alive = np.empty((trials, patients, 5), dtype=bool)
    for k, (low, high) in enumerate(pairwise(BATCH_VISITS)):
        cuts = np.linspace(low, high, 3)
        for a, b in pairwise(cuts):
            share = (b / 166.5) ** 1.2 - (a / 166.5) ** 1.2
            hazard += share * weights * np.exp(-0.05 * (a + b) * slope)
        alive[:, :, k] = hazard < limit
    left = generator.exponential(1 / LEAVING, (trials, patients))
    noise = generator.standard_normal((trials, patients, 6))
    base = level + 2.0 * noise[..., 0]
    score = level[..., None] + slope[..., None] * BATCH_VISITS[1:] + 2.0 * noise[..., 1:]
    seen = alive & (BATCH_VISITS[1:] < left[..., None])
    return base, score - base[..., None], seen, arm
