"""Multiple imputation against R's mice (reference/mice)."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM, MONTE_CARLO

from slopewise.endpoint.imputation.imputed_analysis import analyse_imputed
from slopewise.endpoint.imputation.rubin import pool_imputations

FILE = Path(__file__).resolve().parents[2] / "reference" / "mice" / "values.json"
THEIRS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("place", range(len(THEIRS["rules"])))
def test_rubins_rules_are_those_of_mice(place: int) -> None:
    theirs = THEIRS["rules"][place]
    found = pool_imputations(
        np.array([theirs["estimates"]]),
        np.array([theirs["variances"]]),
        complete_freedom=theirs["complete_freedom"],
    )
    ours = {
        "estimate": found.estimate[0],
        "within": found.within[0],
        "between": found.between[0],
        "total": found.standard_error[0] ** 2,
        "df": found.degrees_of_freedom[0],
        "fmi": found.fraction_missing[0],
    }
    for name, value in ours.items():
        assert value == pytest.approx(theirs[name], rel=CLOSED_FORM), name


def test_a_trial_that_people_leave_is_imputed_as_by_mice() -> None:
    theirs = THEIRS["trial"]
    outcome = np.array(theirs["outcome"], dtype=float)
    ours, many = 4000, theirs["imputations"]
    found = analyse_imputed(
        outcome,
        np.isfinite(outcome),
        np.array(theirs["arm"]) == 1,
        baseline=np.array(theirs["baseline"], dtype=float),
        strategy="multiple-imputation",
        imputations=ours,
        generator=np.random.default_rng(11),
    )
    assert found.estimate is not None
    assert found.within is not None
    assert found.between is not None
    between = theirs["between"]
    error = math.sqrt(between / ours + between / many)
    assert found.estimate == pytest.approx(theirs["estimate"], abs=MONTE_CARLO * error)
    spread = between * math.sqrt(2.0 / ours + 2.0 / many)
    assert found.between == pytest.approx(between, abs=MONTE_CARLO * spread)
    assert found.within == pytest.approx(theirs["within"], rel=0.01)  # hardly varies between draws
    assert found.df == pytest.approx(theirs["df"], rel=0.02)
    assert found.fraction_missing == pytest.approx(theirs["fmi"], abs=0.025)
