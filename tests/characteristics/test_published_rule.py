"""The responder rule of the large trial without any effect, beside its placebo arm. Slow.

Published: 26 of 94 controls met it (Cudkowicz 2022, abstract and filing). Nothing in the natural
history was fitted to that number.
"""

import math

import pytest

from slopewise.workflow.reenact_trial import ReenactRequest, reenact_trial

pytestmark = pytest.mark.slow


def test_the_rule_calls_as_many_untreated_people_responders_as_the_placebo_arm_had() -> None:
    found = reenact_trial(ReenactRequest(study="cudkowicz_2022", replicates=400))
    none = next(one for one in found.simulation.scenarios if not one.has_effect)
    responders = next(one for one in none.endpoints if one.name == "responders")
    assert responders.controls_responding is not None
    share, published = responders.controls_responding.mean, 26 / 94
    # 2.6 standard errors of the published share: a false alarm in 1 of 100
    assert share == pytest.approx(published, abs=2.6 * math.sqrt(published * (1 - published) / 94))
