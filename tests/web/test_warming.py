"""The first reader waits for no figure of the evidence page, and the start waits for nobody."""

from threading import Event

import pytest

from slopewise.report.figures.forest import forest_svg
from slopewise.web import warming
from slopewise.web.evidence.forms import SynthesisForm
from slopewise.web.evidence.pages import shown_synthesis


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the steps that were taken, in place of the steps."""
    taken: list[str] = []
    for name in ("_renderer", "_plain_evidence", "_claims", "_technical_evidence"):
        monkeypatch.setattr(warming, name, lambda name=name: taken.append(name))
    monkeypatch.setattr(warming, "_BREATH", 0.0)
    return taken


def test_the_plain_page_comes_first(steps: list[str]) -> None:
    warming.make_ready(Event())
    assert steps[:2] == ["_renderer", "_plain_evidence"]
    assert len(steps) == 4


def test_a_server_that_stops_is_not_waited_for(steps: list[str]) -> None:
    stopped = Event()
    stopped.set()
    warming.make_ready(stopped)
    assert steps == []


def test_a_step_that_fails_is_no_failure_of_the_start(
    steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError("no such file")

    monkeypatch.setattr(warming, "_plain_evidence", fail)
    warming.make_ready(Event())
    assert steps[-1] == "_technical_evidence"


def test_after_it_the_page_draws_nothing_more() -> None:
    warming.make_ready(Event())
    drawn = forest_svg.cache_info().misses
    shown_synthesis(SynthesisForm())
    shown_synthesis(SynthesisForm(view="technical"))
    assert forest_svg.cache_info().misses == drawn
