"""A cell product and the act of giving it."""

import math
from dataclasses import dataclass

from slopewise.errors import InputError
from slopewise.therapy.product import check_donor, check_viability

__all__ = [
    "NOT_DOCUMENTED",
    "OTHER_PREFIX",
    "ROUTES",
    "CellProduct",
    "Dose",
    "cdisc_route",
    "check_route",
]

NOT_DOCUMENTED = "not documented"
OTHER_PREFIX = "other: "  # free text is allowed after it

# Route of administration: CDISC controlled terminology EXROUTE (C66729), submission value and code
ROUTES: dict[str, tuple[str, str]] = {
    "intrathecal": ("INTRATHECAL", "C38267"),
    "intravenous": ("INTRAVENOUS", "C38276"),
    "intramuscular": ("INTRAMUSCULAR", "C28161"),
    "intraspinal": ("INTRASPINAL", "C38263"),
    "intraventricular": ("INTRAVENTRICULAR", "C38277"),
    "intracisternal": ("INTRACISTERNAL", "C38233"),
    "intracerebral": ("INTRACEREBRAL", "C38232"),
    "epidural": ("EPIDURAL", "C38210"),
    "subcutaneous": ("SUBCUTANEOUS", "C38299"),
}


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

    def __post_init__(self) -> None:
        texts = {
            "product_id": self.product_id,
            "name": self.name,
            "cell_source": self.cell_source,
            "lot": self.lot,
            "passage": self.passage,
            "release_tests": self.release_tests,
        }
        for field, text in texts.items():
            if not text.strip():
                raise InputError(
                    f"{field} of cell product {self.product_id!r} is empty; give it or write "
                    f'"{NOT_DOCUMENTED}"'
                )
        check_donor(self.donor)
        check_viability(self.viability_percent)


@dataclass(frozen=True, slots=True)
class Dose:
    """One administration, on the patient's clock (month 0 = first dose).

    Cells are counted as given, or per kilogram of body weight, or both; None = not documented.
    Cells given by two routes on one day are two doses.
    """

    month: float
    product: CellProduct
    route: str  # a key of ROUTES, "other: ..." or "not documented"
    cells: int | None = None
    cells_per_kg: int | None = None
    dose_number: int = 1

    def __post_init__(self) -> None:
        if not math.isfinite(self.month):
            raise InputError(f"month {self.month} of a dose is not a number; correct its date")
        check_route(self.route)
        check_cells("cells", self.cells)
        check_cells("cells_per_kg", self.cells_per_kg)
        if self.dose_number < 1:
            raise InputError(
                f"dose number {self.dose_number}; doses are counted from 1, correct it"
            )


def check_route(route: str) -> None:
    """Refuse a route that is neither known nor marked as other or not documented."""
    if route in ROUTES or route == NOT_DOCUMENTED:
        return
    if route.startswith(OTHER_PREFIX) and route.removeprefix(OTHER_PREFIX).strip():
        return
    raise InputError(
        f"route {route!r} is not known; use one of {', '.join(ROUTES)}, or write "
        f'"{OTHER_PREFIX}..." or "{NOT_DOCUMENTED}"; two routes on one day are two doses'
    )


def cdisc_route(route: str) -> tuple[str, str] | None:
    """The CDISC EXROUTE submission value and code of a route; None when it has none here."""
    return ROUTES.get(route)


def check_cells(field: str, cells: int | None) -> None:
    """Refuse a count of cells that is not a whole number above 0."""
    if cells is None:
        return
    if not isinstance(cells, int) or isinstance(cells, bool) or cells <= 0:
        raise InputError(
            f"{field} = {cells}; give a whole number above 0, or leave it empty when the dose is "
            "not documented"
        )
