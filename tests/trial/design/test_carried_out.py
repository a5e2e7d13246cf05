"""Options of a design that no analysis could carry out are refused, with the line."""

from slopewise.records.designs.templates import template_text
from slopewise.workflow.trial_design import read_design_text


def _errors(template: str, old: str, new: str) -> list[str]:
    text = template_text(template)
    assert old in text, old
    return [str(error) for error in read_design_text(text.replace(old, new, 1)).errors]


def test_alpha_that_is_passed_on_is_refused_with_interim_looks() -> None:
    found = _errors("group-sequential", 'procedure = "fixed-sequence"', 'procedure = "holm"')
    assert len(found) == 1
    assert "cannot be combined with interim looks" in found[0]
    assert "line " in found[0]


def test_a_covariate_must_be_a_factor_of_the_randomisation() -> None:
    found = _errors("two-arm", 'estimand = "decline"', 'estimand = "decline"\ncovariates = ["age"]')
    assert len(found) == 1
    assert "there is onset_site, riluzole" in found[0]


def test_a_covariate_of_an_analysis_that_adjusts_for_none_is_refused() -> None:
    found = _errors(
        "two-arm", 'estimand = "change"', 'estimand = "change"\ncovariates = ["riluzole"]'
    )
    assert len(found) == 1
    assert "mmrm adjusts for the score at month 0" in found[0]


def test_imputation_is_for_the_comparison_at_a_visit() -> None:
    found = _errors(
        "two-arm", 'estimand = "decline"', 'estimand = "decline"\nmissing = "jump-to-reference"'
    )
    assert len(found) == 1
    assert "use it with analysis = 'mmrm'" in found[0]


def test_keeping_responders_needs_two_scores_before_and_in_the_open_period() -> None:
    found = _errors(
        "randomised-withdrawal",
        "only_responders = false",
        "only_responders = true\nminimum_slowing = 0.25",
    )
    assert any("there are 0 scores before month -6" in one for one in found)


def test_a_restricted_mean_is_no_primary_endpoint_of_a_small_trial() -> None:
    text = template_text("two-arm").replace('analysis = "time-to-event"', 'analysis = "rmst"')
    head, found, tail = text.partition('name = "survival"\nrole = "secondary"')
    if not found:
        head, found, tail = text.rpartition('role = "secondary"')
    primary = head + found.replace("secondary", "primary") + tail
    primary = primary.replace(
        'order = ["slope", "function and survival"]', 'order = ["slope", "survival"]'
    )
    assert not read_design_text(primary).errors
    small = read_design_text(primary.replace("size = 300", "size = 150", 1)).errors
    assert any("fewer than 300 people compare survival" in str(error) for error in small)
