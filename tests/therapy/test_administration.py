"""Cell products and doses: what is not documented is said, what is wrong is refused."""

import pytest

from slopewise.errors import InputError
from slopewise.therapy.administration import (
    NOT_DOCUMENTED,
    ROUTES,
    CellProduct,
    Dose,
    cdisc_route,
)
from slopewise.therapy.product import CELL_SOURCES, cell_source

PRODUCT = CellProduct("ASC-1")


def test_an_undocumented_product_says_so():
    assert PRODUCT.cell_source == NOT_DOCUMENTED
    assert PRODUCT.viability_percent is None


@pytest.mark.parametrize("viability", [-1, 100.5, float("nan")])
def test_viability_outside_0_to_100_is_refused(viability):
    with pytest.raises(InputError, match=r"runs from 0 to 100"):
        CellProduct("ASC-1", viability_percent=viability)


def test_an_unknown_donor_is_refused():
    with pytest.raises(InputError, match="autologous"):
        CellProduct("ASC-1", donor="brother")


def test_an_empty_text_is_refused_with_not_documented_as_the_remedy():
    with pytest.raises(InputError, match=r'lot of cell product .* or write "not documented"'):
        CellProduct("ASC-1", lot=" ")


@pytest.mark.parametrize("cells", [0, -5, 1.5e6, True])
def test_cells_are_a_whole_number_above_0(cells):
    with pytest.raises(InputError, match="whole number above 0"):
        Dose(0, PRODUCT, "intrathecal", cells=cells)
    with pytest.raises(InputError, match="cells_per_kg"):
        Dose(0, PRODUCT, "intrathecal", cells_per_kg=cells)


def test_a_dose_without_a_documented_count_is_kept():
    assert Dose(0, PRODUCT, "intrathecal").cells is None


@pytest.mark.parametrize("route", [*ROUTES, "other: intranasal", NOT_DOCUMENTED])
def test_known_routes_other_routes_and_undocumented_ones_are_accepted(route):
    assert Dose(0, PRODUCT, route).route == route


@pytest.mark.parametrize("route", ["intranasal", "other: ", "", "intrathecal+intramuscular"])
def test_an_unknown_route_is_refused_with_what_to_write(route):
    with pytest.raises(InputError, match=r'write "other: ..."'):
        Dose(0, PRODUCT, route)


def test_routes_carry_their_cdisc_codes():
    # CDISC controlled terminology EXROUTE (C66729)
    assert cdisc_route("intrathecal") == ("INTRATHECAL", "C38267")
    assert cdisc_route("intramuscular") == ("INTRAMUSCULAR", "C28161")
    assert cdisc_route("other: intranasal") is None
    assert len({code for _, code in ROUTES.values()}) == len(ROUTES)


def test_a_dose_month_that_is_not_a_number_is_refused():
    with pytest.raises(InputError, match="correct its date"):
        Dose(float("nan"), PRODUCT, "intrathecal")


def test_doses_are_counted_from_1():
    with pytest.raises(InputError, match="counted from 1"):
        Dose(0, PRODUCT, "intrathecal", dose_number=0)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Adipose tissue", "adipose"),
        ("BM-MSC", "bone marrow"),
        ("Wharton’s  jelly", "Wharton's jelly"),
        ("umbilical cord", "umbilical cord"),
        ("menstrual blood ", "menstrual blood"),
    ],
)
def test_cell_sources_get_their_usual_name_and_unknown_ones_stay(text, name):
    assert cell_source(text) == name


def test_no_other_name_belongs_to_two_cell_sources():
    names = [other for others in CELL_SOURCES.values() for other in others]
    assert len(names) == len(set(names))
