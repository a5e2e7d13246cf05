"""What a checkpoint keeps of several starts, and where the same command goes on."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from slopewise.progression.fitting import fit as engine
from slopewise.progression.fitting import start
from slopewise.progression.fitting.fit_file import checkpoint_from_text
from slopewise.workflow.fit_checkpoint import fit_or_resume, kept_checkpoint


def place(number: float) -> np.ndarray:
    return np.array([number, 0.0])


def interrupted(path: Path, heights: list[float]) -> None:
    with suppress(KeyboardInterrupt), kept_checkpoint(path, "mark") as keeper:
        for number, height in enumerate(heights):
            keeper.watch(place(number), height)
        raise KeyboardInterrupt


def test_a_step_down_is_the_next_start_and_the_highest_place_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    interrupted(path, [-10.0, -8.0, -3.0, -9.0, -7.0, -20.0])
    found = checkpoint_from_text(path.read_text("utf-8"), fingerprint="mark", source="c")
    assert (found.height, found.steps, found.starts_done) == (-3.0, 6, 2)
    assert np.array_equal(found.working, place(2))
    assert np.array_equal(found.latest, place(5))


@dataclass(frozen=True)
class Fit:
    """As much of a fit as is compared."""

    log_likelihood: float
    log_prior: float = 0.0
    starts: tuple[float, ...] = ()


class Problem:
    """As much of a problem as is asked: three classes."""

    class layout:  # noqa: N801
        class model:  # noqa: N801
            classes = 3


def test_the_rest_of_the_starts_is_tried_after_the_interrupted_and_the_highest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, tried = tmp_path / "checkpoint", []
    interrupted(path, [-10.0, -3.0, -9.0, -7.0])  # in the second of five starts
    points = [place(100.0 + number) for number in range(5)]
    monkeypatch.setattr(start, "starting_points", lambda *_: points)

    def fit(problem: Any, *, resume_from: Any, watch: Any, **_: Any) -> Fit:
        tried.append(float(resume_from[0]))
        return Fit(log_likelihood=-float(resume_from[0]))

    monkeypatch.setattr(engine, "fit_progression", fit)
    with kept_checkpoint(path, "mark") as keeper:
        found: Any = fit_or_resume(Problem(), keeper, prior=None, starts=5, seed=1)  # type: ignore[arg-type]
    assert tried == [3.0, 1.0, 102.0, 103.0, 104.0]
    assert found.log_likelihood == -1.0
    assert found.starts == (-3.0, -1.0, -102.0, -103.0, -104.0)
