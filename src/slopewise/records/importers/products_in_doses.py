"""doses.csv may describe the product beside the dose: those columns are a products table."""

from dataclasses import replace

from slopewise.records.file_tables import PRODUCT_FACTS, table
from slopewise.records.importers.translated import TranslatedTable
from slopewise.records.reading.text_table import TextLine, TextTable

__all__ = ["PRODUCT_IN_DOSES", "split_products"]

# the column in doses.csv: the column of products.csv
PRODUCT_IN_DOSES = {("product_name" if fact == "name" else fact): fact for fact in PRODUCT_FACTS}
NAMING = ("product_name", "cell_source", "donor", "lot")


def split_products(doses: TextTable) -> list[TranslatedTable]:
    """The doses and, where product columns are there, the products that they describe.

    Without a `product_id`, the product is called by its name, cell source, donor and lot.
    """
    facts = [name for name in doses.header if name in PRODUCT_IN_DOSES]
    if not facts:
        return [TranslatedTable(table("doses"), doses)]
    places = {name: place for place, name in enumerate(doses.header)}
    stay = [name for name in doses.header if name not in PRODUCT_IN_DOSES and name != "product_id"]
    dose_lines: list[TextLine] = []
    product_lines: dict[tuple[str, ...], TextLine] = {}
    for line in doses.lines:
        product_id = _product_id(line, places)
        told = tuple(line.cells[places[name]].strip() for name in facts)
        if any(told):
            product = (product_id, *told)
            product_lines.setdefault(product, TextLine(line.line, list(product)))
        dose_lines.append(
            TextLine(line.line, [*(line.cells[places[name]] for name in stay), product_id])
        )
    return [
        TranslatedTable(
            table("products"),
            replace(
                doses,
                header=("product_id", *(PRODUCT_IN_DOSES[name] for name in facts)),
                lines=list(product_lines.values()),
                findings=(),
            ),
            written_as={"name": "product_name"},
            is_derived=True,
        ),
        TranslatedTable(
            table("doses"), replace(doses, header=(*stay, "product_id"), lines=dose_lines)
        ),
    ]


def _product_id(line: TextLine, places: dict[str, int]) -> str:
    if "product_id" in places and line.cells[places["product_id"]].strip():
        return line.cells[places["product_id"]]
    parts = [line.cells[places[name]].strip() for name in NAMING if name in places]
    return " / ".join(part for part in parts if part)
