"""Exposure: what a dose contributes, by hand."""

import numpy as np
import pytest

from slopewise.errors import InputError
from slopewise.progression.timeline import Exposure
from slopewise.response.exposure import EffectShape, exposure


def area(given: Exposure, until: float) -> float:
    edges = [*given.start_month, until]
    return sum(
        level * (max(min(b, until) - a, 0.0))
        for a, b, level in zip(edges[:-1], edges[1:], given.level, strict=True)
    )


def test_a_lasting_effect_is_full_from_the_first_dose_on() -> None:
    assert exposure([0.0, 3.0], until_month=12.0) == Exposure((0.0,), (1.0,))


def test_onset_delay_moves_the_start() -> None:
    given = exposure([0.0], EffectShape(onset_delay=1.0), until_month=12.0)
    assert given.start_month[0] == 1.0


def test_without_doses_there_is_no_exposure() -> None:
    assert exposure([], until_month=12.0) == Exposure()


def test_a_waning_effect_has_the_area_of_its_exponential() -> None:
    given = exposure([0.0], EffectShape(waning_half_life=3.0), until_month=12.0)
    exact = 3.0 / np.log(2.0) * (1.0 - 0.5 ** (12.0 / 3.0))
    assert area(given, 12.0) == pytest.approx(exact, rel=2e-3)


def test_repeated_doses_add_up_but_never_exceed_the_full_effect() -> None:
    given = exposure([0.0, 0.5, 1.0], EffectShape(waning_half_life=6.0), until_month=9.0)
    assert max(given.level) <= 1.0
    once = exposure([0.0], EffectShape(waning_half_life=6.0), until_month=9.0)
    assert area(given, 9.0) > area(once, 9.0)


@pytest.mark.parametrize(("delay", "half_life"), [(-1.0, None), (0.0, 0.0), (0.0, -2.0)])
def test_impossible_shapes_are_refused(delay: float, half_life: float | None) -> None:
    with pytest.raises(InputError):
        EffectShape(onset_delay=delay, waning_half_life=half_life)
