"""What the first reader would wait for is made beside the start: the evidence pages' figures.

Each answer and figure made here is one that the pages keep in memory. Nothing here can fail the
start, and the end of the server waits for none of it.
"""

import logging
from threading import Event

__all__ = ["make_ready"]

_BREATH = 0.05  # s between two steps, in which other pages have the processor to themselves


def make_ready(stopped: Event) -> None:
    """Take the steps one by one until all are done or the server stops."""
    for step in (_renderer, _plain_evidence, _claims, _technical_evidence):
        if stopped.wait(_BREATH):
            return
        try:
            step()
        except Exception:  # the page itself says what is wrong, to whoever opens it
            logging.getLogger(__name__).warning("%s could not be made ready", step.__name__)


def _renderer() -> None:
    from slopewise.report.figures.svg import warm_up

    warm_up()


def _plain_evidence() -> None:
    from slopewise.web.evidence.forms import SynthesisForm
    from slopewise.web.evidence.pages import shown_synthesis

    shown_synthesis(SynthesisForm())


def _technical_evidence() -> None:
    from slopewise.web.evidence.forms import SynthesisForm
    from slopewise.web.evidence.pages import shown_synthesis

    shown_synthesis(SynthesisForm(view="technical"))


def _claims() -> None:
    from slopewise.workflow.check_claims import check_claims

    check_claims()
