"""A patient's condition and therapy together: what every question of this package starts from."""

from dataclasses import dataclass

from slopewise.condition.history import PatientHistory
from slopewise.therapy.administration import Dose

__all__ = ["TreatedPatient"]


@dataclass(frozen=True, slots=True)
class TreatedPatient:
    """A history and the doses given, on one clock."""

    history: PatientHistory
    doses: tuple[Dose, ...] = ()
    selected_post_hoc: bool = False  # picked because the course looked good
    simulated: bool = False
