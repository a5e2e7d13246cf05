"""Diagnostic categories are recorded, not computed."""

from slopewise.condition.criteria import ElEscorialCategory, GoldCoast


def test_el_escorial_has_the_categories_of_the_revised_and_the_first_criteria():
    # Brooks et al. 2000, doi:10.1080/146608200300079536, and the suspected category of 1994
    assert {category.value for category in ElEscorialCategory} == {
        "definite",
        "probable",
        "probable, laboratory supported",
        "possible",
        "suspected",
    }


def test_gold_coast_is_yes_no_or_not_assessed():
    assert {answer.value for answer in GoldCoast} == {"yes", "no", "not assessed"}
