"""Maximum-likelihood joint models by the second program (tests/double/adaptive_quadrature.py).

From the root of the repository:

    python reference/quadrature/run.py FOLDER_OF_DATA > reference/quadrature/values.json

FOLDER_OF_DATA holds jm_aids.csv, jm_aids_id.csv, jm_pbc2.csv, jm_pbc2_id.csv (exports of the data
sets of the R package JM). The simulated cohort of 300 lies beside this script.
"""

import csv
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.double.adaptive_quadrature import (  # noqa: E402
    JointData,
    JointParameters,
    LogSpline,
    Piecewise,
    Weibull,
    clamped_knots,
    log_likelihood,
    maximise,
    named_vector,
)

Table = dict[str, list[str]]
VALUE = frozenset({"association_slope"})  # what is held at zero
SLOPE = frozenset({"association_value"})
BOTH: frozenset[str] = frozenset()
FIRST_KRONROD_POINT = (1 - 0.9914553711208126) / 2  # where JM's spline begins, × shortest follow-up


def table(path: Path) -> Table:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbers(column: list[str]) -> np.ndarray:
    return np.array([float(x) for x in column])


def is_level(column: list[str], level: str) -> np.ndarray:
    return np.array([float(x == level) for x in column])[:, None]


def positions(visits: list[str], patients: list[str]) -> np.ndarray:
    where = {patient: k for k, patient in enumerate(patients)}
    return np.array([where[patient] for patient in visits])


def simulated() -> JointData:
    """y ~ time + time:arm, random ~ time | id; Surv(stime, event) ~ arm; months."""
    visits, follow = table(HERE / "cohort_visits.csv"), table(HERE / "cohort_follow_up.csv")
    arm = numbers(follow["arm"])[:, None]
    return JointData(
        positions(visits["id"], follow["id"]), numbers(visits["time"]), numbers(visits["y"]),
        numbers(follow["stime"]), numbers(follow["event"]),
        slope_covariates=arm, hazard_covariates=arm,
    )  # fmt: skip


def larger(folder: Path, size: int) -> JointData:
    """The same design with more patients, as the generator writes it (not kept here)."""
    visits, follow = table(folder / f"long_n{size}.csv"), table(folder / f"surv_n{size}.csv")
    arm = numbers(follow["arm"])[:, None]
    return JointData(
        positions(visits["id"], follow["id"]), numbers(visits["time"]), numbers(visits["y"]),
        numbers(follow["stime"]), numbers(follow["event"]),
        slope_covariates=arm, hazard_covariates=arm,
    )  # fmt: skip


def entering_late(data: JointData) -> JointData:
    """The same cohort seen from month 0, 1, 2 or 3 on (patient number modulo 4)."""
    entry = np.arange(len(data.end)) % 4.0
    kept_visit = data.month >= entry[data.patient]
    seen = np.bincount(data.patient[kept_visit], minlength=len(entry)) > 0
    kept = np.flatnonzero((data.end > entry) & seen)
    number = np.full(len(entry), -1)
    number[kept] = np.arange(len(kept))
    kept_visit &= number[data.patient] >= 0
    covariates = data.slope_covariates
    assert covariates is not None
    return JointData(
        number[data.patient[kept_visit]], data.month[kept_visit], data.score[kept_visit],
        data.end[kept], data.event[kept], entry=entry[kept],
        slope_covariates=covariates[kept], hazard_covariates=covariates[kept],
    )  # fmt: skip


def aids(folder: Path, transform: Callable[[np.ndarray], np.ndarray]) -> JointData:
    """Scores by transform(CD4); slope and hazard by drug (ddI = 1); months."""
    visits, follow = table(folder / "jm_aids.csv"), table(folder / "jm_aids_id.csv")
    drug = is_level(follow["drug"], "ddI")
    return JointData(
        positions(visits["patient"], follow["patient"]), numbers(visits["obstime"]),
        transform(numbers(visits["CD4"])), numbers(follow["Time"]), numbers(follow["death"]),
        slope_covariates=drug, hazard_covariates=drug,
    )  # fmt: skip


def pbc2(folder: Path) -> JointData:
    """log(serBilir) ~ drug * year; Surv(years, status2) ~ drug (D-penicil = 1); YEARS."""
    visits, follow = table(folder / "jm_pbc2.csv"), table(folder / "jm_pbc2_id.csv")
    drug = is_level(follow["drug"], "D-penicil")
    return JointData(
        positions(visits["id"], follow["id"]), numbers(visits["year"]),
        np.log(numbers(visits["serBilir"])), numbers(follow["years"]), numbers(follow["status2"]),
        level_covariates=drug, slope_covariates=drug, hazard_covariates=drug,
    )  # fmt: skip


def start(data: JointData) -> JointParameters:
    """Moments of the patients' own least-squares lines and the crude hazard."""
    levels, slopes, left = [], [], []
    for i in range(len(data.end)):
        t, y = data.month[data.patient == i], data.score[data.patient == i]
        if len(t) > 2:
            slope, level = np.polyfit(t, y, 1)
            levels.append(level)
            slopes.append(slope)
            left += list(y - level - slope * t)
    crude = float(np.log(data.event.sum() / data.end.sum()))
    covariates = data.hazard_covariates
    assert covariates is not None
    zeros = (0.0,) * covariates.shape[1]
    return JointParameters(
        mean_level=float(np.mean(levels)), mean_slope=float(np.median(slopes)),
        sd_level=float(np.std(levels)), sd_slope=0.6 * float(np.std(slopes)), correlation=0.0,
        residual_sd=1.5 * float(np.std(left)), baseline=Weibull(crude, 1.1),
        value_reference=float(np.mean(data.score)),
        level_effects=() if data.level_covariates is None else zeros,
        slope_effects=zeros, hazard_effects=zeros,
    )  # fmt: skip


def piecewise(data: JointData, p: JointParameters) -> JointParameters:
    """JM's default: six cuts at the sevenths of all follow-up times, shifted by 1e-6."""
    return cut_at(data, p, np.quantile(data.end, np.linspace(0, 1, 8)[1:-1]) + 1e-6)


def every_third_month(data: JointData, p: JointParameters) -> JointParameters:
    """Cuts at 3, 6, 9, 12, 15 months: in the cohort most sevenths are the end of the study."""
    return cut_at(data, p, np.arange(3.0, 16.0, 3.0))


def five_pieces(data: JointData, p: JointParameters) -> JointParameters:
    """Cuts at the fifths of the event times, the package's own rule for piecewise:5."""
    return cut_at(data, p, event_quantiles(data, 4))


def three_knots(data: JointData, p: JointParameters) -> JointParameters:
    """Knots at the quarters of the event times, from 0 to the last follow-up: spline:3."""
    knots = clamped_knots(event_quantiles(data, 3), start=0.0, end=float(data.end.max()))
    crude = float(np.log(data.event.sum() / data.end.sum()))
    return replace(p, baseline=LogSpline(knots, (crude,) * 7))


def event_quantiles(data: JointData, cuts: int) -> np.ndarray:
    return np.quantile(data.end[data.event == 1], np.arange(1, cuts + 1) / (cuts + 1))


def cut_at(data: JointData, p: JointParameters, cuts: np.ndarray) -> JointParameters:
    crude = float(np.log(data.event.sum() / data.end.sum()))
    return replace(p, baseline=Piecewise(tuple(map(float, cuts)), (crude,) * (len(cuts) + 1)))


def spline(data: JointData, p: JointParameters) -> JointParameters:
    """JM's default: cubic, knots at the sixths of all follow-up times that are below the last."""
    inner = np.quantile(data.end, np.linspace(0, 1, 7)[1:-1])
    inner = inner[inner < data.end.max()]
    begin = FIRST_KRONROD_POINT * float(data.end.min())
    crude = float(np.log(data.event.sum() / data.end.sum()))
    knots = clamped_knots(inner, start=begin, end=float(data.end.max()))
    return replace(p, baseline=LogSpline(knots, (crude,) * (len(inner) + 4)))


def weibull(_data: JointData, p: JointParameters) -> JointParameters:
    return p


Baseline = Callable[[JointData, JointParameters], JointParameters]


def fitted(data: JointData, baseline: Baseline, fixed: frozenset[str]) -> dict[str, object]:
    """One maximum, reported with the baseline hazard at value 0 as JM does (m_ref = 0)."""
    began = time.process_time()
    nodes = 9 if len(data.end) == 312 else 5  # pbc2 needs more: see log_likelihood_nodes
    found = maximise(data, baseline(data, start(data)), nodes=5, fixed=fixed, rounds=1)
    at_zero = replace(
        found.parameters,
        value_reference=0.0,
        baseline=shifted(found.parameters),
    )
    found = maximise(data, at_zero, nodes=nodes, fixed=fixed)
    p = found.parameters
    errors = found.standard_error
    return {
        "log_likelihood": float(log_likelihood(data, p, nodes=25).sum()),
        "log_likelihood_nodes": {
            str(k): float(log_likelihood(data, p, nodes=k).sum()) for k in (1, 3, 5, 9, 15, 25)
        },
        "newton_decrement": found.newton_decrement,
        "parameters": {
            name: {"estimate": value, "standard_error": errors.get(name)}
            for name, value in named_vector(p).items()
        },
        "value_reference": p.value_reference,
        "baseline": asdict(p.baseline) | {"kind": type(p.baseline).__name__},
        "rows": len(data.month),
        "patients": len(data.end),
        "events": int(data.event.sum()),
        "cpu_seconds": round(time.process_time() - began, 1),
    }


def shifted(p: JointParameters) -> Weibull | Piecewise | LogSpline:
    """The baseline hazard of a patient whose value is 0 instead of m_ref."""
    move = -p.association_value * p.value_reference
    b = p.baseline
    if isinstance(b, Weibull):
        return replace(b, log_base=b.log_base + move)
    if isinstance(b, Piecewise):
        return replace(b, log_levels=tuple(x + move for x in b.log_levels))
    return replace(b, coefficients=tuple(x + move for x in b.coefficients))


def main(folder: Path) -> None:
    cohort, root = simulated(), aids(folder, np.sqrt)
    plain = aids(folder, np.asarray)
    plain = replace(plain, level_covariates=plain.slope_covariates)
    liver = pbc2(folder)
    cases: dict[str, tuple[JointData, Baseline, frozenset[str]]] = {
        "cohort weibull value": (cohort, weibull, VALUE),
        "cohort weibull slope": (cohort, weibull, SLOPE),
        "cohort weibull value+slope": (cohort, weibull, BOTH),
        "cohort piecewise value": (cohort, every_third_month, VALUE),
        "cohort spline value": (cohort, spline, VALUE),
        "cohort piecewise:5 value": (cohort, five_pieces, VALUE),
        "cohort piecewise:5 slope": (cohort, five_pieces, SLOPE),
        "cohort spline:3 value": (cohort, three_knots, VALUE),
        "cohort late entry weibull value": (entering_late(cohort), weibull, VALUE),
        "aids sqrt(CD4) piecewise value": (root, piecewise, VALUE),
        "aids sqrt(CD4) weibull value": (root, weibull, VALUE),
        "aids sqrt(CD4) weibull value+slope": (root, weibull, BOTH),
        "aids CD4 drug spline value": (plain, spline, VALUE),
        "pbc2 weibull value": (liver, weibull, VALUE),
        "pbc2 piecewise value": (liver, piecewise, VALUE),
        "pbc2 weibull value+slope": (liver, weibull, BOTH),
        "pbc2 weibull slope": (liver, weibull, SLOPE),
    }
    for size in (1000, 5000):
        if (folder / f"long_n{size}.csv").is_file():
            cases[f"cohort {size} weibull value"] = (larger(folder, size), weibull, VALUE)
    chosen = sys.argv[2:] or list(cases)
    found = {}
    for name in chosen:
        found[name] = fitted(*cases[name])
        sys.stderr.write(f"{name}: {found[name]['log_likelihood']}\n")
    answer = {"program": "tests/double/adaptive_quadrature.py", "fits": found}
    sys.stdout.write(json.dumps(answer, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
