"""How long does a dynamic prediction take, for a batch of patients and for one?

The textbook joint model on 300 patients; the first 20 who were seen alive beyond month 12, their
scores to month 6, survival and function 3, 6, 9 and 12 months ahead: with the maximum alone and
with 200 parameter draws; also everybody so seen, and the first patient alone. Ours gives bands of
function and score too; JM and JMbayes2 are timed for survival only. On one thread, after start
(each prediction is made once before).
"""

import os
import sys

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import numpy as np
from joint_peers import (
    JM_MILLISECONDS,
    JM_MILLISECONDS_200,
    JMBAYES2_MILLISECONDS_200,
    measured_now,
)
from joint_workload import Workload, alive_after, joint_cohort, textbook
from measure import Spent, middle, report, spent

from slopewise.progression.fitting.fit import fit_progression, prepare
from slopewise.progression.forecasting.forecaster import Forecaster, forecaster_of_fit
from slopewise.progression.forecasting.prediction import Prediction, predict

PATIENTS, BATCH, DRAWS, LANDMARK = 300, 20, 200, 6.0
GROUPS = {"batch": BATCH, "one": 1, "all": PATIENTS}  # at most so many of those alive
AHEAD = (3.0, 6.0, 9.0, 12.0)
ROUNDS = 15
AT_MOST = {"plug_in": 2.0, "draws": 20.0}  # milliseconds a patient
EXPECTED = 0.9246  # S(12 | 6) of the first patient by quadrature over level and slope
# One likelihood value of a patient, as in posterior_speed.py, in milliseconds
LIMIT_PER_VALUE = 1e3 * 0.040 / 40 / 5000
PEERS = {"plug_in": {"jm": JM_MILLISECONDS},
         "draws": {"jm": JM_MILLISECONDS_200, "jmbayes2": JMBAYES2_MILLISECONDS_200}}  # fmt: skip


def predicted(forecaster: Forecaster, people: Workload) -> tuple[Spent, Prediction]:
    """One prediction of everybody given."""
    with spent() as taken:
        found = predict(
            forecaster,
            people.measurements,
            people.follow_up,
            horizons=AHEAD,
            covariates=people.covariates,
        )
    return taken, found


def measured(forecaster: Forecaster, groups: dict[str, Workload]) -> dict[str, float]:
    """Milliseconds a patient in each group, and the first patient's survival."""
    found: dict[str, float] = {}
    for name, people in groups.items():
        count = len(people.follow_up.end_month)
        predicted(forecaster, people)  # not counted
        runs = [predicted(forecaster, people) for _ in range(ROUNDS)]
        taken = middle([run for run, _ in runs])
        found[f"patients_{name}"] = count
        found[f"milliseconds_{name}"] = 1e3 * taken.wall / count
        found[f"cpu_milliseconds_{name}"] = 1e3 * taken.cpu / count
        survival = runs[-1][1].survival
        if survival is not None:
            found[f"survival_12_given_6_{name}"] = float(survival[0, AHEAD.index(6.0)])
    return found


def main() -> None:
    """Fit, then the maximum alone and 200 draws."""
    workload = joint_cohort(PATIENTS)
    problem = prepare(
        textbook(), workload.measurements, workload.follow_up, covariates=workload.covariates
    )
    fit = fit_progression(problem, throw=True)
    drawn = forecaster_of_fit(fit, draws=DRAWS, generator=np.random.default_rng(1))
    groups = {
        name: alive_after(workload, LANDMARK, until=12.0, count=most)
        for name, most in GROUPS.items()
    }
    now = {tool: measured_now(tool, workload) for tool in ("JM-weibull", "JMbayes2")}
    numbers: dict[str, float] = {}
    for kind, forecaster in (("plug_in", drawn.plug_in()), ("draws", drawn)):
        found = measured(forecaster, groups)
        mine = found["milliseconds_batch"]
        found["times_physical_limit"] = mine / (LIMIT_PER_VALUE * len(forecaster.draws))
        for peer, milliseconds in PEERS[kind].items():
            found[f"milliseconds_stored_{peer}"] = milliseconds
            found[f"times_faster_than_stored_{peer}"] = milliseconds / mine
        what = "milliseconds" if kind == "plug_in" else f"milliseconds_{DRAWS}"
        for tool, values in now.items():
            name = tool.partition("-")[0].lower()
            if name in PEERS[kind] and values is not None:
                found[f"milliseconds_{name}"] = values[what]
                found[f"times_faster_than_{name}"] = values[what] / mine
        numbers |= {f"{name}_{kind}": value for name, value in found.items()}
    for tool, values in now.items():
        if values is None:
            sys.stdout.write(f"{tool} is not installed (or R is not): skipped\n")
    survival = numbers["survival_12_given_6_batch_plug_in"]
    numbers["survival_from_quadrature"] = survival - EXPECTED
    report(
        "prediction_speed",
        f"dynamic prediction, batch of {BATCH}, a patient:"
        f" {numbers['milliseconds_batch_plug_in']:.2f} ms plug-in (at most {AT_MOST['plug_in']:g}),"
        f" {numbers['milliseconds_batch_draws']:.2f} ms with {DRAWS} draws"
        f" (at most {AT_MOST['draws']:g}); one patient alone"
        f" {numbers['milliseconds_one_plug_in']:.1f} and {numbers['milliseconds_one_draws']:.1f};"
        f" S(12 | 6) of the first {survival:.4f} (quadrature {EXPECTED})",
        numbers,
    )


if __name__ == "__main__":
    main()
