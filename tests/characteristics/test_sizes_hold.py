"""Closed-form sizes have the power they promise in simulated trials. Slow.

assumption: within 5 points of 100 and the Monte Carlo error is close enough to plan with.
"""

import math
from pathlib import Path

import pytest
from tests.tolerance import MONTE_CARLO

from slopewise.workflow.size_trial import SizeRequest, size_trial
from slopewise.workflow.trial_design import new_design

pytestmark = pytest.mark.slow

CLOSE = 0.05


@pytest.mark.parametrize("template", ["two-arm", "group-sequential", "three-arm-dose"])
def test_primary_endpoints_have_the_power_promised(template: str, tmp_path: Path) -> None:
    place = tmp_path / "trial.toml"
    place.write_text(new_design(template), encoding="utf-8")
    found = size_trial(SizeRequest(place=place, power=0.9, check=600))
    own = found.design.trial.size
    promised = {one.endpoint: one for one in found.size.endpoints}
    primary = {one.name for one in found.design.primary}
    assert found.checked
    for one in found.checked:
        if one.endpoint not in primary:
            continue
        size = promised[one.endpoint]
        wanted = size.power_at_design_size if one.people == own else size.power
        error = math.sqrt(one.share * (1 - one.share) / one.replicates)
        assert one.share == pytest.approx(wanted, abs=CLOSE + MONTE_CARLO * error)
