"""Cell products: what is documented of each, and how often it was given."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slopewise.records.schema.dose import Dose
from slopewise.records.schema.product import CellProduct, CellProductFacts
from slopewise.therapy import administration
from slopewise.therapy.administration import NOT_DOCUMENTED

__all__ = ["GivenProduct", "by_key", "load"]


@dataclass(frozen=True, slots=True)
class GivenProduct:
    """A product with the number of doses in force and of patients who got them."""

    product: administration.CellProduct
    doses: int
    patients: int


def load(session: Session) -> list[GivenProduct]:
    """All products in the order of their names."""
    counts = {
        row.product_key: (row.doses, row.patients)
        for row in session.execute(
            select(
                Dose.product_key,
                func.count().label("doses"),
                func.count(Dose.patient_key.distinct()).label("patients"),
            )
            .where(Dose.voided.is_(None))
            .group_by(Dose.product_key)
        )
    }
    return [
        GivenProduct(product, *counts.get(key, (0, 0)))
        for key, product in sorted(by_key(session).items(), key=lambda pair: pair[1].product_id)
    ]


def by_key(session: Session) -> dict[int, administration.CellProduct]:
    """Every product by its key in the store; what nobody wrote down is "not documented"."""
    facts = CellProductFacts
    query = (
        select(
            CellProduct.id,
            CellProduct.product_id,
            facts.name,
            facts.cell_source,
            facts.donor,
            facts.lot,
            facts.passage,
            facts.viability_percent,
            facts.release_tests,
        )
        .select_from(CellProduct)
        .outerjoin(facts, (facts.product_key == CellProduct.id) & facts.voided.is_(None))
    )
    return {
        row.id: administration.CellProduct(
            product_id=row.product_id,
            name=row.name or NOT_DOCUMENTED,
            cell_source=row.cell_source or NOT_DOCUMENTED,
            donor=row.donor or NOT_DOCUMENTED,
            lot=row.lot or NOT_DOCUMENTED,
            passage=row.passage or NOT_DOCUMENTED,
            viability_percent=row.viability_percent,
            release_tests=row.release_tests or NOT_DOCUMENTED,
        )
        for row in session.execute(query)
    }
