"""The model to predict with: the embedded natural history, or a fit from its file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slopewise.errors import InputError

if TYPE_CHECKING:
    from slopewise.progression.forecasting.forecaster import Forecaster
    from slopewise.progression.observed.patients import EventDefinition

__all__ = ["LoadedModel", "load_model"]

_DRAWS = 200  # of a fit's parameters
_SEED = 1


@dataclass(frozen=True)
class LoadedModel:
    """A model to predict with; `made_by` says how its fit was made (empty: embedded)."""

    forecaster: "Forecaster"
    made_by: Mapping[str, Any]

    @property
    def is_embedded(self) -> bool:
        """Whether this is the natural history that is shipped."""
        return not self.made_by

    @property
    def event(self) -> "EventDefinition":
        """What the model counts as the event; the definition came with its data."""
        from slopewise.progression.observed.patients import EventDefinition

        if self.is_embedded:
            return EventDefinition("survival", self.forecaster.event)
        return EventDefinition(**self.made_by["event"])


def load_model(path: Path | None) -> LoadedModel:
    """The embedded natural history, or a fit written by `fit progression --output`."""
    from slopewise.progression.forecasting.forecaster import embedded_forecaster, forecaster_of_fit

    if path is None:
        return LoadedModel(embedded_forecaster(), {})
    import numpy as np

    from slopewise.progression.fitting.fit_file import fit_from_text
    from slopewise.progression.observed.patients import EventDefinition
    from slopewise.records.observed.plain_columns import PlainColumns

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the model {path} cannot be read ({error}); give a file made by `slopewise fit "
            "progression --output`"
        ) from None
    try:
        found = fit_from_text(text, source=path.name)
        event = EventDefinition(**found.made_by["event"])
        columns = found.made_by["columns"]
        if columns is not None:
            PlainColumns(**columns)
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{path.name} is damaged ({type(error).__name__}: {error}); make the fit again"
        ) from None
    if found.fit.status not in {"converged", "boundary"}:
        raise InputError(
            f"the fit in {path.name} did not converge, and forecasts from it would mean nothing; "
            "fit again with a smaller model (fewer covariates, one class, --no-wander), more data "
            "or more --starts"
        )
    forecaster = forecaster_of_fit(
        found.fit, draws=_DRAWS, generator=np.random.default_rng(_SEED), event=event.words
    )
    return LoadedModel(forecaster, found.made_by)
