"""Sentences on a fit that no number says by itself."""

from types import SimpleNamespace
from typing import Any

import pytest

from slopewise.progression.joint.specification import ALSFRS_R
from slopewise.report.progression.fit_words import class_names_remark


def fit_with(slopes: tuple[float, float, float], prior: str | None) -> Any:
    names = ("slow", "intermediate", "fast")
    parameters = {
        f"mean_slope.{name}": SimpleNamespace(estimate=slope)
        for name, slope in zip(names, slopes, strict=True)
    }
    model = SimpleNamespace(class_names=names, markers=(ALSFRS_R,))
    return SimpleNamespace(
        layout=SimpleNamespace(model=model), parameters=parameters, prior=prior, status="converged"
    )


def test_names_that_do_not_go_by_the_slopes_are_told() -> None:
    said = class_names_remark(fit_with((-1.07, -0.62, -1.28), "embedded"))
    assert said is not None
    assert "slow −1.07, intermediate −0.62, fast −1.28 points/month" in said


@pytest.mark.parametrize(
    ("slopes", "prior"),
    [((-0.4, -0.9, -1.8), "embedded"), ((-1.07, -0.62, -1.28), None)],
)
def test_nothing_is_told_where_names_are_right(
    slopes: tuple[float, float, float], prior: str | None
) -> None:
    assert class_names_remark(fit_with(slopes, prior)) is None
