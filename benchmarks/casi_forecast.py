"""How well the first three months of 1,822 people of past trials foretell the next nine.

    python benchmarks/casi_forecast.py FOLDER OUT.csv [--cross-validate] [--peers PYTHON]

FOLDER holds als_train.csv.gz and als_test_features.csv.gz (data of Efron & Hastie, Computer Age
Statistical Inference, ch. 17). OUT.csv gets `row_id,dFRS`, a row for each person without a
response. With --cross-validate, also compares with predicting the mean, lasso and random forests on
the same folds; the peers run in the interpreter PYTHON, which needs scikit-learn, and are skipped
where it is missing. No row of the data is ever printed or kept.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from slopewise.errors import InputError
from slopewise.progression.checks.normal_mixture import NormalMixture, crps
from slopewise.progression.forecasting.early_forecast import fit_forecaster, forecast
from slopewise.progression.forecasting.natural_slope import EarlyScores, natural_slope
from slopewise.progression.natural_history import embedded

__all__ = ["main"]

DAYS_PER_MONTH = 30.4375
FOLDS = 10
MAXIMUM = 40.0  # the first ALSFRS: ten items of 0..4
BRIEFEST_MONTHS = 0.2  # between two scores: the shortest in the data is six days
INTERVAL_90, INTERVAL_95 = 1.6449, 1.9600  # normal quantiles
ONSET, LAST, SLOPE, DATE = (
    "Onset.Delta",
    "last.alsfrs.score",
    "alsfrs.score.slope",
    "last.alsfrs.score.date",
)
ITEMS = tuple(
    f"last.{item}"
    for item in (
        "speech",
        "swallowing",
        "handwriting",
        "cutting",
        "dressing",
        "turning",
        "walking",
        "climbing.stairs",
    )
)
OTHERS = ("fvc.liters.slope", "mean.slope.weight")
INPUTS = (ONSET, LAST, SLOPE, DATE, *ITEMS, *OTHERS)  # 14
UNCHOSEN = (ONSET, LAST, SLOPE, "last.salivation", *ITEMS, *OTHERS)  # 14: every item, no date
WHOLE_WINDOW = 3.0  # months between first and last score when no date is used


@dataclass(frozen=True)
class People:
    """The table of one file: all predictors, and the response where there is one."""

    row_id: Any
    columns: tuple[str, ...]
    values: Any  # people by columns
    response: Any | None

    def of(self, name: str) -> Any:
        """One predictor."""
        return self.values[:, self.columns.index(name)]


@dataclass(frozen=True)
class Forecasts:
    """Means and SDs of everybody's forecast, and what made them."""

    name: str
    inputs: int
    mean: Any  # seeds by people
    sd: Any


def main() -> int:
    """Write the forecasts; compare when asked."""
    asked = _arguments()
    try:
        train = read(asked.folder / "als_train.csv.gz", wanted="dFRS")
        test = read(asked.folder / "als_test_features.csv.gz", wanted=None)
        if train.columns != test.columns:
            raise InputError("the two files have different predictors; take both from one source")
        written = learn_and_forecast(train, test, INPUTS)
        table = pl.DataFrame({"row_id": test.row_id, "dFRS": written[0]})
        _write(table, asked.out)
        _say(f"{table.height} forecasts from {len(INPUTS)} inputs written to {asked.out}")
        if asked.cross_validate:
            compare(train, seeds=asked.seeds, peers=asked.peers)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def read(file: Path, *, wanted: str | None) -> People:
    """Read one file; InputError for whatever could make the forecasts wrong."""
    if not file.is_file():
        raise InputError(f"{file} is not there; give the folder that holds it")
    try:
        table = pl.read_csv(file, infer_schema_length=None)
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file.name} is not a readable table: {reason}") from error
    missing = [name for name in (wanted, "row_id", *INPUTS) if name and name not in table.columns]
    if missing:
        raise InputError(
            f"{file.name} lacks the column {missing[0]}; take the file from its source"
        )
    if table.height == 0:
        raise InputError(f"{file.name} has no rows")
    if table["row_id"].is_duplicated().any():
        raise InputError(f"{file.name} has a row_id twice; each person may stand in one row only")
    numbers = table.drop("row_id")
    for name, kind in numbers.schema.items():
        column = numbers[name]
        if not kind.is_numeric() or column.null_count() or not column.is_finite().all():
            raise InputError(
                f"{file.name}: {name} holds a value that is no finite number; correct it"
            )
    columns = tuple(name for name in numbers.columns if name != "dFRS")
    response = None if wanted is None else numbers[wanted].cast(pl.Float64).to_numpy()
    values = numbers.select(columns).cast(pl.Float64).to_numpy()
    return People(table["row_id"].to_numpy(), columns, values, response)


def learn_and_forecast(train: People, new: People, inputs: tuple[str, ...]) -> tuple[Any, Any]:
    """Mean and SD of the later slope of new people, from these inputs alone."""
    early, covariates = _early(train, inputs)
    forecaster = fit_forecaster(
        early, covariates, train.response, parameters=embedded().parameter_sets
    )
    if forecaster.status != "converged":
        sys.stderr.write(f"the forecaster's fit ended with {forecaster.status}\n")
    found = forecast(forecaster, *_early(new, inputs))
    return found.mean, found.sd


def _early(people: People, inputs: tuple[str, ...]) -> tuple[EarlyScores, Any]:
    """The inputs as first and last score, months, and covariates.

    The data's early slope is (last − first) / time between; the first score follows from it.
    """
    between = people.of(DATE) / DAYS_PER_MONTH if DATE in inputs else WHOLE_WINDOW
    between = np.maximum(np.broadcast_to(between, people.row_id.shape), BRIEFEST_MONTHS)
    early = EarlyScores(
        first_score=people.of(LAST) - people.of(SLOPE) * between,
        last_score=people.of(LAST),
        months_between=between,
        months_since_onset=between - people.of(ONSET) / DAYS_PER_MONTH,
        maximum=MAXIMUM,
    )
    rest = [name for name in inputs if name not in (ONSET, LAST, SLOPE, DATE)]
    return early, np.column_stack([people.of(name) for name in rest])


def compare(train: People, *, seeds: int, peers: Path) -> None:
    """Print how the natural history alone fares, and the table of cross-validated errors."""
    _say(_calibration(train))
    fold = np.stack([_fold(len(train.response), seed) for seed in range(1, seeds + 1)])
    made = [
        _cross_validated("predicting the mean", 0, fold, train, _mean),
        _cross_validated("early slope carried on", 1, fold, train, _carried_on),
        _cross_validated("natural history alone", 3, fold, train, _natural),
        *_from_peers(train, fold, peers),
        _cross_validated("slopewise, every item, no date", 14, fold, train, _unchosen),
        _cross_validated("slopewise", len(INPUTS), fold, train, _ours),
    ]
    _say(_table(made, train.response))
    _say(_differences(made, train.response))


def _calibration(train: People) -> str:
    """The natural history against these people, nothing learnt: level, spread and slope."""
    told = natural_slope(
        _early(train, INPUTS)[0], embedded().parameter_sets, start_month=3.0, end_month=12.0
    )
    met, sd = train.response, np.sqrt(told.variance)
    slope, level = np.polyfit(told.mean, met, 1)
    rest = met - level - slope * told.mean
    error = np.std(rest, ddof=2) / (np.std(told.mean) * np.sqrt(met.size))
    within = np.mean(np.abs(met - told.mean) < INTERVAL_90 * sd)
    return "\n".join(
        [
            f"natural history alone: mean told {told.mean.mean():.3f}, met {met.mean():.3f}",
            f"SD of later slopes told {np.sqrt(np.var(told.mean) + np.mean(sd**2)):.3f},"
            f" met {np.std(met):.3f}",
            f"SD of error told {np.sqrt(np.mean(sd**2)):.3f},"
            f" met {np.sqrt(np.mean((met - told.mean) ** 2)):.3f};"
            f" within 90 %: {100 * within:.1f} %",
            f"met slope for each point/month told: {slope:.2f} (SE {error:.2f}; 1 is right)",
        ]
    )


def _fold(people: int, seed: int) -> Any:
    fold = np.empty(people, dtype=int)
    fold[np.random.default_rng(seed).permutation(people)] = np.arange(people) % FOLDS
    return fold


def _cross_validated(name: str, inputs: int, fold: Any, train: People, method: Any) -> Forecasts:
    started = time.perf_counter()
    mean, sd = np.zeros(fold.shape), np.zeros(fold.shape)
    for seed, part in enumerate(fold):
        for k in range(FOLDS):
            out = part == k
            mean[seed, out], sd[seed, out] = method(_rows(train, ~out), _rows(train, out))
    sys.stderr.write(f"{name}: {time.perf_counter() - started:.0f} s\n")
    return Forecasts(name, inputs, mean, sd)


def _rows(people: People, rows: Any) -> People:
    return People(people.row_id[rows], people.columns, people.values[rows], people.response[rows])


def _mean(train: People, new: People) -> tuple[Any, Any]:
    return np.mean(train.response), np.std(train.response)


def _carried_on(train: People, new: People) -> tuple[Any, Any]:
    return new.of(SLOPE), np.std(train.response - train.of(SLOPE))


def _natural(train: People, new: People) -> tuple[Any, Any]:
    """Nothing is learnt but the size of the error."""
    sets = embedded().parameter_sets
    told, known = (
        natural_slope(_early(people, INPUTS)[0], sets, start_month=3.0, end_month=12.0).mean
        for people in (new, train)
    )
    return told, np.sqrt(np.mean((train.response - known) ** 2))


def _ours(train: People, new: People) -> tuple[Any, Any]:
    return learn_and_forecast(train, new, INPUTS)


def _unchosen(train: People, new: People) -> tuple[Any, Any]:
    return learn_and_forecast(train, new, UNCHOSEN)


def _from_peers(train: People, fold: Any, peers: Path) -> list[Forecasts]:
    """Lasso and forests from another interpreter; an empty list where it has no scikit-learn."""
    script = Path(__file__).with_name("casi_peers.py")
    with tempfile.TemporaryDirectory() as folder:
        given, answer = Path(folder) / "given.npz", Path(folder) / "answer.npz"
        few = [train.columns.index(name) for name in INPUTS]
        np.savez(given, x=train.values, y=train.response, fold=fold, few=few)
        command = [str(peers), str(script), str(given), str(answer)]
        try:
            result = subprocess.run(command, check=False)
        except OSError as error:
            raise InputError(
                f"{peers} cannot be run ({error.strerror}); correct --peers"
            ) from error
        if result.returncode != 0 or not answer.is_file():
            _say("peers skipped: scikit-learn did not run; name an interpreter by --peers")
            return []
        with np.load(answer) as found:
            every, some = train.values.shape[1], len(INPUTS)
            kinds = (("lasso", every), ("forest", every), ("forest_few", some))
            names = {"lasso": "lasso", "forest": "random forest", "forest_few": "random forest"}
            return [
                Forecasts(names[kind], size, found[kind], found[f"{kind}_sd"])
                for kind, size in kinds
            ]


def _table(made: list[Forecasts], response: Any) -> str:
    lines = [
        "| forecaster | inputs | mean squared error | seeds | R² | within 90 % interval | CRPS |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for found in made:
        squared = np.mean((found.mean - response) ** 2, axis=1)
        within = np.mean(np.abs(found.mean - response) < INTERVAL_90 * found.sd)
        ranked = [_crps(m, s, response) for m, s in zip(found.mean, found.sd, strict=True)]
        lines.append(
            f"| {found.name} | {found.inputs} | {squared.mean():.4f}"
            f" | {squared.min():.4f}–{squared.max():.4f}"
            f" | {1 - squared.mean() / np.var(response):.3f} | {100 * within:.1f} %"
            f" | {np.mean(ranked):.4f} |"
        )
    return "\n".join(lines)


def _crps(mean: Any, sd: Any, response: Any) -> float:
    single = NormalMixture(np.ones((mean.size, 1)), mean[:, None], sd[:, None])
    return float(np.mean(crps(single, response)))


def _differences(made: list[Forecasts], response: Any) -> str:
    """Squared error of ours minus another's: averaged over seeds, then paired over people."""
    losses = [np.mean((found.mean - response) ** 2, axis=0) for found in made]
    lines = []
    for other, loss in zip(made[:-1], losses[:-1], strict=True):
        less = losses[-1] - loss
        error = np.std(less, ddof=1) / np.sqrt(less.size)
        reach = INTERVAL_95 * error
        lines.append(
            f"{made[-1].name} − {other.name} ({other.inputs} inputs): {less.mean():+.4f},"
            f" SE {error:.4f}, 95 % {less.mean() - reach:+.4f} … {less.mean() + reach:+.4f},"
            f" {100 * less.mean() / loss.mean():+.1f} %"
        )
    return "\n".join(lines)


def _write(table: pl.DataFrame, out: Path) -> None:
    try:
        table.write_csv(out)
    except OSError as error:
        raise InputError(f"{out} cannot be written ({error.strerror}); choose another") from error


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--seeds", type=int, default=5, help="divisions into ten folds")
    parser.add_argument("--peers", type=Path, default=Path(sys.executable))
    asked = parser.parse_args()
    if asked.seeds < 1:
        parser.error("--seeds must be at least 1")
    return asked


if __name__ == "__main__":
    sys.exit(main())
