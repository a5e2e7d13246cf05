"""A cell product and the act of giving it."""

from dataclasses import dataclass

__all__ = ["NOT_DOCUMENTED", "CellProduct", "Dose"]

NOT_DOCUMENTED = "not documented"


@dataclass(frozen=True, slots=True)
class CellProduct:
    """Identity and release data of a cell product; "not documented" is a value, not a gap."""

    product_id: str
    name: str = NOT_DOCUMENTED
    cell_source: str = NOT_DOCUMENTED  # adipose, bone marrow, Wharton's jelly, ...
    donor: str = NOT_DOCUMENTED  # autologous, allogeneic
    lot: str = NOT_DOCUMENTED
    passage: str = NOT_DOCUMENTED
    viability_percent: float | None = None
    release_tests: str = NOT_DOCUMENTED


@dataclass(frozen=True, slots=True)
class Dose:
    """One administration, on the patient's clock (month 0 = first dose)."""

    month: float
    product: CellProduct
    route: str  # intrathecal, intravenous, intramuscular, intraspinal, ...
    cells: int | None = None
    cells_per_kg: int | None = None
    dose_number: int = 1
