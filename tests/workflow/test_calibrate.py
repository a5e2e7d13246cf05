"""Both stages of the calibration in one call, and the file it writes."""

import json
from pathlib import Path

import numpy as np
import pytest

from slopewise.errors import InputError
from slopewise.progression.calibrating.published_survival import survival_targets
from slopewise.progression.calibrating.targets import TARGETS
from slopewise.progression.natural_history import from_json
from slopewise.workflow.calibrate import calibrate_natural_history


def test_both_stages_are_written_and_read_back(tmp_path: Path) -> None:
    place = tmp_path / "history.json"
    steps = []
    found = calibrate_natural_history(
        sets=2, steps=100, seed=1, output=place, progress=lambda done, total: steps.append(total)
    )
    history = from_json(place.read_text("utf-8"))
    assert history.hazard is not None
    assert found.history.hazard is not None
    assert history.hazard.log_baseline == pytest.approx(found.history.hazard.log_baseline, abs=1e-5)
    document = json.loads(place.read_text("utf-8"))
    assert len(document["made_by"]["targets"]) == len(TARGETS)
    assert len(document["hazard"]["made_by"]["targets"]) == len(survival_targets())
    assert set(steps) == {102}


def test_what_was_not_fitted_is_predicted_too() -> None:
    found = calibrate_natural_history(sets=2, steps=100, seed=1)
    fitted = {t.name for t in (*TARGETS, *survival_targets())}
    assert len(found.predicted) > 20
    assert not fitted & {row.target.name for row in found.predicted}
    assert all(np.isfinite(row.median) for row in found.predicted)
    assert found.status in {"converged", "step_limit"}


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        calibrate_natural_history(sets=2, steps=100, seed=1, output=tmp_path / "no" / "x.json")
