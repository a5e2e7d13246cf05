"""Which part of the natural history is wrong: the targets met by variants of it.

OPENBLAS_NUM_THREADS=1 .venv/bin/python scripts/calibration_variants.py

Each variant changes one part of the model, is fitted to the same targets by least squares with the
same prior (one best state, no chain), and shows the misfit of every target and of the placebo arms
that are never fitted. Written to docs/evidence/calibration_variants.json. Simulated people only.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy import ndarray as Array

from slopewise.progression.calibrating.calibration import working_prior, working_sets
from slopewise.progression.calibrating.predicted import placebo_arms
from slopewise.progression.calibrating.survival import months_since_onset
from slopewise.progression.calibrating.targets import (
    MONTHS,
    TARGETS,
    VirtualCohort,
    measure,
    record,
)
from slopewise.progression.calibrating.virtual_people import (
    CLASSES,
    PEOPLE_PER_CLASS,
    CohortNoise,
    virtual_cohort,
)
from slopewise.progression.parameters import ParameterSets
from slopewise.progression.rival_histories import RIVALS, measured

RESULTS = Path(__file__).resolve().parent.parent / "docs" / "evidence" / "calibration_variants.json"
SEED = 20
STEPS = 15
WIDTH = 0.15  # of the differences, in prior SDs
POLISHING = 600

Grow = Callable[[ParameterSets, CohortNoise, Array], VirtualCohort]


@dataclass(frozen=True)
class Variant:
    """A change to the model: its words, its further parameters' centre and SD, and its people."""

    name: str
    meaning: str
    centre: tuple[float, ...]
    sd: tuple[float, ...]
    grow: Grow
    without: tuple[str, ...] = ()
    arms_pull: bool = False  # whether the placebo arms of MCI186-16 and -19 are fitted too


def main() -> int:
    """Fit every variant and write the misfits."""
    noise = CohortNoise.draw(np.random.default_rng(SEED))
    rows = []
    for variant in VARIANTS:
        found = fit(variant, noise)
        rows.append(found)
        sys.stderr.write(f"{variant.name}: {found['squared_misfit']}, {found['extra']}\n")
    for rival in RIVALS:
        values = measured(rival, np.asarray(rival.parameters), people=6000, seed=1)
        rows.append(
            {
                "name": rival.name,
                "meaning": "a rival history as fitted for the tests of the verdict (no strata)",
                "misfit": {
                    t.name: round((values[t.name] - t.value) / t.tolerance, 2)
                    for t in TARGETS
                    if t.name in values
                },
            }
        )
    RESULTS.write_text(json.dumps({"seed": SEED, "variants": rows}, indent=1) + "\n", "utf-8")
    return 0


def fit(variant: Variant, noise: CohortNoise) -> dict[str, object]:
    """The least squared misfit by damped Gauss-Newton steps, and what it leaves."""
    centre, sd = working_prior()
    centre, sd = np.append(centre, variant.centre), np.append(sd, variant.sd)
    own = len(variant.centre)
    pulling = [t for t in TARGETS if t.name not in variant.without]

    def cohort(x: Array) -> VirtualCohort:
        return variant.grow(working_sets(x[None, : len(x) - own]), noise, x[len(x) - own :])

    def residuals(x: Array) -> Array:
        people = cohort(x)
        found = measure(people)
        misfit = [(found[t.name] - t.value) / t.tolerance for t in pulling]
        if variant.arms_pull:
            arms = _arms(people)
            misfit += [(arms[n] - value) / width for n, (value, width) in _MCI.items()]
        return np.append(misfit, (x - centre) / sd)

    x = _least(residuals, centre, sd)
    people = cohort(x)
    found = measure(people)
    return {
        "name": variant.name,
        "meaning": variant.meaning,
        "extra": [round(float(v), 3) for v in x[len(x) - own :]] if own else [],
        "squared_misfit": round(
            sum(((found[t.name] - t.value) / t.tolerance) ** 2 for t in pulling), 1
        ),
        "misfit": {t.name: round((found[t.name] - t.value) / t.tolerance, 2) for t in TARGETS},
        "arms": {name: round(value, 2) for name, value in _arms(people).items()},
    }


def _arms(people: VirtualCohort) -> dict[str, float]:
    weight = people.weight / people.weight.sum()
    return placebo_arms(record(people), weight, months_since_onset(people))


def _least(residuals: Callable[[Array], Array], centre: Array, sd: Array) -> Array:
    """Damped Gauss-Newton with wide central differences (rounded scores make small steps), then a
    random search that keeps what is better."""
    x, now, damping = centre, residuals(centre), 1.0
    for _ in range(STEPS):
        columns = [
            (residuals(x + step) - residuals(x - step)) / (2.0 * step.sum())
            for step in np.diag(WIDTH * sd)
        ]
        jacobian = np.stack(columns, axis=1)
        normal = jacobian.T @ jacobian
        for _ in range(5):
            step = -np.linalg.solve(normal + damping * np.diag(1 / sd**2), jacobian.T @ now)
            tried = residuals(x + step)
            if tried @ tried < now @ now:
                x, now, damping = x + step, tried, damping / 4
                break
            damping *= 4
        else:
            break
    generator = np.random.default_rng(SEED)
    factor = np.linalg.cholesky(np.linalg.inv(normal)) * 0.15
    for _ in range(POLISHING):
        tried_x = x + factor @ generator.standard_normal(len(x))
        tried = residuals(tried_x)
        if tried @ tried < now @ now:
            x, now = tried_x, tried
    return x


def _as_shipped(parameters: ParameterSets, noise: CohortNoise, extra: Array) -> VirtualCohort:
    return virtual_cohort(parameters, noise)


def _skewed(parameters: ParameterSets, noise: CohortNoise, extra: Array) -> VirtualCohort:
    """Slopes log-normal below zero with the class's mean and SD: nobody is stable for ever."""
    start = noise.start.copy()
    rho, mean, sd = (_each(parameters, n) for n in ("correlation", "mean_slope", "sd_slope"))
    z = rho * start[:, 0] + np.sqrt(1 - rho**2) * start[:, 1]
    spread = np.sqrt(np.log1p((sd / mean) ** 2))
    slope = -np.exp(np.log(-mean) - spread**2 / 2 - spread * z)
    start[:, 1] = ((slope - mean) / sd - rho * start[:, 0]) / np.sqrt(1 - rho**2)
    return virtual_cohort(parameters, replace(noise, start=start))


def _proportional(parameters: ParameterSets, noise: CohortNoise, extra: Array) -> VirtualCohort:
    """Log-normal slopes and a wander in proportion to the person's own slope."""
    people = _skewed(parameters, noise, extra)
    calm = _skewed(replace(parameters, wander_sd=0.0 * parameters.wander_sd), noise, extra)
    own = (calm.function[:, :1] - calm.function[:, 1:2]) / -_each(parameters, "mean_slope")[:, None]
    function = calm.function + own * (people.function - calm.function)
    return replace(people, function=function)


def _two_speeds(parameters: ParameterSets, noise: CohortNoise, extra: Array) -> VirtualCohort:
    """A second wander: SD exp(extra0) times the first one's, memory exp(extra1) months."""
    people = virtual_cohort(parameters, noise)
    slow = replace(
        parameters,
        mean_level=0.0 * parameters.mean_level,
        mean_slope=0.0 * parameters.mean_slope,
        sd_level=1e-9 + 0.0 * parameters.sd_level,
        sd_slope=1e-9 + 0.0 * parameters.sd_slope,
        wander_sd=np.exp(extra[0]) * parameters.wander_sd,
        wander_months=np.full_like(parameters.wander_months, np.exp(extra[1])),
    )
    start = np.random.default_rng(SEED + 1).standard_normal(len(noise.start) // 2)
    first = np.stack([start, -start], axis=1).ravel()
    nothing = np.zeros_like(first)
    turned = replace(
        noise, start=np.stack([nothing, nothing, first], axis=1), path=noise.path[::-1, :, ::-1]
    )
    added = virtual_cohort(slow, turned).function
    return replace(people, function=people.function + added)


def _by_stage(parameters: ParameterSets, noise: CohortNoise, extra: Array) -> VirtualCohort:
    """Decline at (1 + c (38 − m)/10) times the rate: c > 0 steepens, c < 0 flattens."""
    people = virtual_cohort(parameters, noise)
    natural = np.diff(people.function, axis=1)
    m = people.function[:, 0]
    function = [m]
    for month in range(len(MONTHS) - 1):
        m = m + natural[:, month] * np.clip(1.0 + extra[0] * (38.0 - m) / 10.0, 0.1, 3.0)
        function.append(m)
    return replace(people, function=np.stack(function, axis=1))


def _bent_by_stage(parameters: ParameterSets, noise: CohortNoise, extra: Array) -> VirtualCohort:
    """Decline at (1 + c x + d x²) times the rate, x = (38 − m)/10: it may rise, then fall."""
    people = virtual_cohort(parameters, noise)
    natural = np.diff(people.function, axis=1)
    m = people.function[:, 0]
    function = [m]
    for month in range(len(MONTHS) - 1):
        x = np.clip((38.0 - m) / 10.0, -1.5, 3.0)
        m = m + natural[:, month] * np.clip(1.0 + extra[0] * x + extra[1] * x**2, 0.1, 3.0)
        function.append(m)
    return replace(people, function=np.stack(function, axis=1))


def _heavy_errors(parameters: ParameterSets, noise: CohortNoise, extra: Array) -> VirtualCohort:
    """Rater's errors with heavy tails: sinh(δ asinh z), scaled to SD 1."""
    people = virtual_cohort(parameters, noise)
    error = np.sinh(np.exp(extra[0]) * np.arcsinh(people.error))
    return replace(people, error=error / error.std())


def _each(parameters: ParameterSets, name: str) -> Array:
    return np.asarray(np.repeat(getattr(parameters, name)[0], PEOPLE_PER_CLASS))


# published change over 24 weeks and its SE (EDA19, EDA16)
_MCI = {
    "change over 24 weeks, MCI186-19 placebo": (-7.5, 0.66),
    "change over 24 weeks, MCI186-16 placebo": (-6.35, 0.84),
}
_OH = tuple(t.name for t in TARGETS if "Oh 2018" in t.source)
_PLATEAUS = tuple(t.name for t in TARGETS if t.name.startswith("no decline"))
_NUROWN = tuple(t.name for t in TARGETS if "NurOwn" in t.source)
VARIANTS = (
    Variant("as shipped", "the model, best state", (), (), _as_shipped),
    Variant("skewed slopes", "log-normal slopes within a class", (), (), _skewed),
    Variant("skewed slopes, wander in proportion", "spells as large as the person's own slope",
            (), (), _proportional),
    Variant("two wanders", "a second, longer wander", (-0.5, np.log(18.0)), (0.7, 0.5),
            _two_speeds),
    Variant("decline by stage", "the rate changes with the level", (0.0,), (0.3,), _by_stage),
    Variant("heavy-tailed rater errors", "now and then a rating far off", (0.2,), (0.3,),
            _heavy_errors),
    Variant("decline by stage, bent", "the rate may rise and then fall with the level", (0.0, 0.0),
            (0.3, 0.2), _bent_by_stage),
    Variant("as shipped, MCI186 arms fitted too", "the model; two placebo arms more", (), (),
            _as_shipped, (), arms_pull=True),
    Variant("bent by stage, MCI186 arms fitted too", "as above, two placebo arms more", (0.0, 0.0),
            (0.3, 0.2), _bent_by_stage, (), arms_pull=True),
    Variant("without the plateaus", "the model; Bedlack 2016 left out", (), (), _as_shipped,
            _PLATEAUS),
    Variant("without Oh 2018", "the model; the untreated arm of 27 left out", (), (), _as_shipped,
            _OH),
    Variant("without NurOwn", "the model; the enriched run-in left out", (), (), _as_shipped,
            _NUROWN),
    Variant("only mixed models and plateaus", "the model; Oh 2018 and NurOwn left out", (), (),
            _as_shipped, (*_OH, *_NUROWN)),
)  # fmt: skip

if __name__ == "__main__":
    assert CLASSES == 3
    raise SystemExit(main())
