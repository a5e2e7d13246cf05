"""What the ENCALS model and the TRICALS risk profile say of a person's baseline facts."""

from slopewise.condition.breathing import PERCENT_PREDICTED_UNUSUAL, is_unusual_percent_predicted
from slopewise.condition.risk import (
    KNOTS_MONTHS,
    SHORTEST_DELAY_MONTHS,
    BaselineFacts,
    Prognosis,
    conditional_survival,
    encals_linear_predictor,
    is_extrapolated,
    median_months,
    risk_group,
    survival,
    tricals_risk_profile,
    usual_range,
)

__all__ = ["SHOWN_MONTHS", "give_prognosis"]

SHOWN_MONTHS = (12.0, 24.0, 36.0, 60.0)  # from the first symptom
_YEAR = 12.0
# assumption: a year on, facts are no longer those "of the day of diagnosis or soon after"
_LATE_MONTHS = 12.0


def give_prognosis(facts: BaselineFacts) -> Prognosis:
    """Both linear predictors, the median, survival, and what to mind when reading them.

    Unknown facts are counted as no, and once more as yes, so that the answer is a range.
    """
    if_yes = _prognosis(facts.with_unknown(counted_as=True), None) if facts.unknown else None
    return _prognosis(facts, if_yes)


def _prognosis(facts: BaselineFacts, if_yes: Prognosis | None) -> Prognosis:
    predictor = encals_linear_predictor(facts)
    profile = tricals_risk_profile(facts)
    assessment = facts.months_onset_to_assessment
    return Prognosis(
        facts=facts,
        lp_encals_2018=predictor,
        lp_tricals=profile,
        group=risk_group(profile),
        median=median_months(predictor),
        usual_range=usual_range(facts, predictor),
        survival=tuple((month, survival(month, predictor)) for month in SHOWN_MONTHS),
        survival_next_12_given_alive=conditional_survival(
            assessment + _YEAR, alive_at=assessment, linear_predictor=predictor
        ),
        if_yes=if_yes,
        warnings=(*_about_the_facts(facts), *_about_the_time(facts, predictor)),
    )


def _about_the_facts(facts: BaselineFacts) -> tuple[str, ...]:
    found = []
    if facts.months_onset_to_diagnosis < SHORTEST_DELAY_MONTHS:
        found.append(
            f"The diagnosis came after {facts.months_onset_to_diagnosis:g} months. Below "
            f"{SHORTEST_DELAY_MONTHS:g} months the formula turns round and counts a still shorter "
            "delay as a longer survival: do not rely on the numbers."
        )
    late = facts.months_onset_to_assessment - facts.months_onset_to_diagnosis
    if late > _LATE_MONTHS:
        found.append(
            f"The assessment is {late:.0f} months after the diagnosis. The model was made with "
            "facts of the day of diagnosis or soon after; later ones are outside its setting."
        )
    if is_unusual_percent_predicted(facts.fvc_percent_predicted):
        low, high = PERCENT_PREDICTED_UNUSUAL
        found.append(
            f"FVC {facts.fvc_percent_predicted:g} % of predicted is outside {low:g} to {high:g} %: "
            "check the value."
        )
    return tuple(found)


def _about_the_time(facts: BaselineFacts, predictor: float) -> tuple[str, ...]:
    found = []
    first, last = KNOTS_MONTHS
    median = median_months(predictor).months
    assessment = facts.months_onset_to_assessment
    if median is None:
        found.append("The predicted median lies outside 1 to 500 months and is not given.")
    times = [assessment + _YEAR, *([median] if median else [])]
    if any(is_extrapolated(time) for time in times):
        found.append(
            f"Extrapolated: part of the answer lies outside {first:.0f} to {last:.0f} months from "
            "the first symptom, where the model only draws a straight line on."
        )
    if median is not None and assessment > median:
        found.append(
            "At the assessment more time had passed than the predicted median: this course is "
            "slower than the model expects, so it describes it poorly."
        )
    about_half = usual_range(facts, predictor)
    if about_half is not None and assessment > about_half[0]:
        part = "all" if assessment > about_half[1] else "the first part"
        found.append(
            f"At the assessment {assessment:.0f} months had passed since the first symptom, so "
            f"{part} of the range is already over."
        )
    return tuple(found)
