"""The words of the design's forms, one place for all: a label and a hint for every key.

The wording is that of docs/data/design.md; a test holds that no key of a design is without words.
"""

from dataclasses import dataclass

__all__ = ["CHOICE_WORDS", "GROUPS", "LABELS", "SECTIONS", "GroupWords", "SectionWords"]


@dataclass(frozen=True, slots=True)
class SectionWords:
    """A table of the file: its heading, what it is for, and whether it may be left out."""

    heading: str
    hint: str
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class GroupWords:
    """Tables that repeat: what all and one of them are called, and what they are for."""

    heading: str
    one: str
    hint: str


SECTIONS: dict[str, SectionWords] = {
    "trial": SectionWords(
        "The trial", "What it is called, its kind, how many people, how long each is followed."
    ),
    "arms": SectionWords(
        "Arms", "What is given to whom: cells, doses, and what imitates the procedure in controls."
    ),
    "run_in": SectionWords(
        "Run-in", "Observation before randomisation. Responder rules need two months of it."
    ),
    "visits": SectionWords(
        "Visits", "When people are scored after randomisation, which is month 0."
    ),
    "entry": SectionWords(
        "Entry rules", "Who may be randomised: lowest and highest, both allowed. Empty: no rule."
    ),
    "enrolment": SectionWords("Enrolment", "How fast people come, and for how long."),
    "randomisation": SectionWords(
        "Randomisation", "How arms are handed out, and what is balanced between them."
    ),
    "dropout": SectionWords(
        "Dropout", "People who leave while alive, by arm and by how ill they are."
    ),
    "intercurrent_events": SectionWords(
        "Intercurrent events",
        "Events after the start, and what the estimands do about each (ICH E9(R1)). Death must be "
        "among them.",
    ),
    "estimands": SectionWords(
        "Estimands", "What is asked: treatment against control, in whom, in which variable."
    ),
    "endpoints": SectionWords(
        "Endpoints", "The analyses that answer the estimands; at least one is primary."
    ),
    "multiplicity": SectionWords(
        "Multiplicity", "How several questions share one chance of a false alarm."
    ),
    "interim": SectionWords(
        "Interim looks", "Looking early, and stopping for benefit or as hopeless.", is_optional=True
    ),
    "reestimation": SectionWords(
        "Re-estimation of the size",
        "The size may grow once, at a look, when the trial looks promising.",
        is_optional=True,
    ),
    "external_control": SectionWords(
        "External control",
        "Untreated people from elsewhere (single-arm only), and how they may differ in ways that "
        "nobody measured.",
        is_optional=True,
    ),
    "open_period": SectionWords(
        "Open period",
        "Months in which all are treated before being randomised to go on or to stop "
        "(randomised-withdrawal only).",
        is_optional=True,
    ),
    "scenario": SectionWords(
        "Scenario", "The truth in the simulated world: what the treatment does."
    ),
    "grid": SectionWords(
        "Grid of scenarios",
        "Values to be run in every combination; empty leaves the scenario's own value.",
    ),
}

GROUPS: dict[str, GroupWords] = {
    "arms": GroupWords("Arms", "Arm", ""),
    "intercurrent_events": GroupWords("Intercurrent events", "Event", ""),
    "estimands": GroupWords("Estimands", "Estimand", ""),
    "endpoints": GroupWords("Endpoints", "Endpoint", ""),
    "enrolment.sites": GroupWords("Sites", "Site", "Places that enrol; several may be alike."),
    "randomisation.factors": GroupWords(
        "Factors", "Factor", "Facts known at randomisation that strata may name."
    ),
    "dropout.states": GroupWords(
        "States", "State", "People below a score leave at so many times the rate of the others."
    ),
}

_MONTHS = "Months from randomisation, with commas between them"

LABELS: dict[str, tuple[str, str]] = {
    "trial.name": ("Name", "Short, for files and lists"),
    "trial.kind": ("Kind", "Who is compared with whom"),
    "trial.size": ("People", "Randomised, or treated in a single arm"),
    "trial.duration_months": ("Follow-up of each person", "Months"),
    "trial.title": ("Title", "In words"),
    "trial.blinding": ("Blinding", "Who does not know the arm"),
    "trial.seed": ("Seed", "Any whole number; the same seed gives the same simulated trials"),
    "trial.reenacts": (
        "Re-enacts",
        "A published study whose analyses are repeated as they were; else empty",
    ),
    "arms.name": ("Name", "A new name here is used in the whole form"),
    "arms.role": ("Role", "What the arm is for"),
    "arms.product": ("Product", ""),
    "arms.cell_source": ("Cell source", "Such as bone marrow or adipose"),
    "arms.donor": ("Donor", "The patient (autologous) or somebody else"),
    "arms.route": ("Route", ""),
    "arms.cells": ("Cells of one dose", "A fixed number; or by weight"),
    "arms.cells_per_kg": ("Cells of one dose for each kg", "By weight; or a fixed number"),
    "arms.dose_months": ("Months of the doses", _MONTHS),
    "arms.sham": ("Sham", "The giving is imitated, or something without cells is given"),
    "arms.aspiration": ("Aspiration", "Marrow or fat is taken, also where no cells come of it"),
    "arms.enters_month": ("Enters in calendar month", "Platform only"),
    "arms.leaves_month": ("Leaves in calendar month", "Platform only; empty: it stays"),
    "run_in.months": ("Length", "Months"),
    "run_in.visit_months": ("Months of the visits", "Negative, such as -3, -2, -1"),
    "visits.months": ("Months of the visits", "They begin with 0, the visit at randomisation"),
    "visits.window_days": ("Window", "Days early or late at which it still counts as the visit"),
    "visits.vital_capacity_months": ("Months with vital capacity", _MONTHS),
    "entry.alsfrs_total": ("ALSFRS-R", "Points, 0 to 48"),
    "entry.vital_capacity_percent": ("Vital capacity", "Slow, % of predicted"),
    "entry.months_since_onset": ("Months since the first symptom", ""),
    "entry.tricals_risk": ("TRICALS risk profile", "Lower is a better outlook"),
    "entry.run_in_decline_per_month": (
        "Decline in the run-in",
        "Points lost a month; positive is decline",
    ),
    "entry.age_years": ("Age", "Years"),
    "enrolment.months": ("Longest that enrolment may take", "Months"),
    "enrolment.pattern": ("Pattern", "Whether people come by chance or at equal distances"),
    "enrolment.sites.name": ("Name", ""),
    "enrolment.sites.people_per_month": ("People a month", "At each of them"),
    "enrolment.sites.opens_month": ("Opens in calendar month", ""),
    "enrolment.sites.sites": ("How many alike", ""),
    "randomisation.method": ("Method", ""),
    "randomisation.allocation": (
        "Allocation",
        "People of each arm, in the order of the arms, such as 2, 1; empty: equal",
    ),
    "randomisation.block_sizes": ("Block sizes", "Empty: twice the sum of the allocation"),
    "randomisation.strata": ("Strata", "Names of factors, or site; one in each line"),
    "randomisation.best_arm_probability": (
        "Chance of the arm that balances best",
        "Minimisation only, 0 to 1",
    ),
    "randomisation.factors.name": ("Name", ""),
    "randomisation.factors.levels": ("Levels", "One in each line"),
    "randomisation.factors.shares": ("Shares", "One for each level; they add up to 1"),
    "dropout.per_month": ("Rate a month", "Share of the living who leave; 0.00878 is 10 % a year"),
    "dropout.by_arm": ("Rate a month of one arm", "Empty: as above"),
    "dropout.states.alsfrs_below": ("ALSFRS-R below", "Points"),
    "dropout.states.hazard_ratio": ("Times the rate", ""),
    "intercurrent_events.event": ("Event", ""),
    "intercurrent_events.strategy": ("Strategy", "What the estimands do about it"),
    "intercurrent_events.reason": ("Reason", "Why"),
    "estimands.name": ("Name", "A new name here is used in the whole form"),
    "estimands.treatment": ("Treatment", "An arm"),
    "estimands.control": ("Control", "An arm, or external control in a single-arm trial"),
    "estimands.variable": ("Variable", "What is measured, with its unit"),
    "estimands.summary": ("Summary", "Of the difference between the arms"),
    "estimands.population": ("Population", "In whom"),
    "endpoints.name": ("Name", "A new name here is used in the whole form"),
    "endpoints.role": ("Role", "A trial stands or falls with its primary endpoints"),
    "endpoints.analysis": ("Analysis", "Options of another analysis appear after Check"),
    "endpoints.estimand": ("Estimand", "What it answers"),
    "endpoints.month": ("Month of the comparison", "mmrm: one of the visits; empty: the last"),
    "endpoints.missing": ("Scores that are missing", "What is done about them"),
    "endpoints.covariates": ("Covariates", "One in each line"),
    "endpoints.intercept": ("Start of the arms", "Randomised arms start equal (common)"),
    "endpoints.likelihood": ("Likelihood", ""),
    "endpoints.covariance": ("Covariance of the visits", ""),
    "endpoints.degrees_of_freedom": ("Degrees of freedom", ""),
    "endpoints.survival_event": ("Survival event", "What counts as one"),
    "endpoints.margin_points": ("Margin", "Points; a smaller difference in function is a tie"),
    "endpoints.responder_percent": (
        "Responder: percent slower",
        "Than in the run-in; or in points a month",
    ),
    "endpoints.responder_points_per_month": (
        "Responder: points a month slower",
        "Than in the run-in; or in percent",
    ),
    "multiplicity.procedure": ("Procedure", ""),
    "multiplicity.alpha": ("Alpha", "Type I error of the whole trial; 0.025 on one side is usual"),
    "multiplicity.sides": ("Sides", "1 tests benefit only"),
    "multiplicity.order": ("Order", "Names of endpoints, one in each line"),
    "multiplicity.weights": (
        "Weights",
        "Share of alpha of each, in that order (graphical, bonferroni, holm)",
    ),
    "multiplicity.transitions": (
        "Transitions",
        "Graphical only: a line for each endpoint, with its numbers for all of them",
    ),
    "interim.information": (
        "Looks at shares of the information",
        "Such as 0.33, 0.67, 1; the last is 1. Or months of the calendar",
    ),
    "interim.months": (
        "Looks at months of the calendar",
        "Instead of shares; the last look is no later than the last visit",
    ),
    "interim.spending": (
        "Spending of alpha",
        "obrien-fleming, pocock, kim-demets:RHO, hwang:GAMMA, classical-of, classical-pocock",
    ),
    "interim.futility": (
        "Spending of beta",
        "Empty: no stopping as hopeless; else such as hwang:-2",
    ),
    "interim.beta": ("Beta", "Type II error; power is 1 minus this"),
    "interim.binding": ("Binding", "The trial will really stop below the futility bound"),
    "reestimation.look": ("Look at which the size may grow", "Counted from 1; not the last"),
    "reestimation.maximum_size": ("Largest size", "People"),
    "reestimation.promising_from": ("Promising from", "Conditional power, 0 to 1"),
    "reestimation.power": ("Power that is aimed at", "0.5 to 0.999"),
    "external_control.source": ("Source", "Who they are"),
    "external_control.size": ("People", ""),
    "external_control.method": ("Method", "How they are made comparable"),
    "external_control.slope_bias_per_month": (
        "Hidden difference in slope",
        "Points a month; negative: they decline faster",
    ),
    "external_control.hazard_ratio_bias": ("Hidden hazard ratio", "Of the survival event; 1: none"),
    "open_period.months": ("Length", "Months"),
    "open_period.dose_months": ("Months of the doses", "Before randomisation, so negative"),
    "open_period.arm": ("Arm", "Whose product is given"),
    "open_period.only_responders": ("Only responders", "Are randomised"),
    "open_period.minimum_slowing": (
        "Slowing of a responder",
        "At least this; 0.25 a quarter slower",
    ),
    "scenario.name": ("Name", ""),
    "scenario.slowing": ("Slowing", "0 no effect, 0.25 a quarter slower, 1 stopped"),
    "scenario.slowing_spread": ("Spread between people", "Standard deviation of the slowing"),
    "scenario.responder_share": ("Share in whom it works", "0 to 1"),
    "scenario.onset_delay_months": ("Delay", "Months from a dose to its effect"),
    "scenario.waning_half_life_months": ("Half-life of the effect", "Months; empty: it lasts"),
    "scenario.log_hazard_ratio": (
        "Direct effect on survival",
        "Log hazard ratio, beyond what slower decline brings",
    ),
    "grid.slowing": (
        "Slowing",
        "Of every arm with a slowing other than 0; 0 gives the type I error",
    ),
    "grid.slowing_spread": ("Spread between people", ""),
    "grid.responder_share": ("Share in whom it works", ""),
    "grid.onset_delay_months": ("Delay", "Months"),
    "grid.waning_half_life_months": ("Half-life of the effect", "Months"),
    "grid.log_hazard_ratio": ("Direct effect on survival", "Log hazard ratio"),
}

# what a choice means, where its own word does not say it
CHOICE_WORDS: dict[str, str] = {
    "platform": "platform: treatments share the controls",
    "randomised-withdrawal": "randomised withdrawal: all are treated, then half stop",
    "delayed-start": "delayed start: the controls are treated later",
    "single-arm": "single arm: nobody is randomised",
    "parallel": "parallel arms",
    "ventilation": "tracheostomy or permanent ventilation",
    "new-support": "new support: ventilation by mask, gastrostomy, a new medicine",
    "stops-treatment": "stops the treatment",
    "slope": "slope: random-slope mixed model",
    "mmrm": "mmrm: mixed model for repeated measures",
    "joint-rank": "joint rank of function and survival (CAFS)",
    "win-ratio": "win ratio",
    "time-to-event": "time to event: log-rank and Cox",
    "rmst": "rmst: restricted mean survival time",
    "joint-model": "joint model of function and survival",
    "responder": "responder rule (never primary)",
    "likelihood": "nothing is filled in (likelihood)",
    "un": "unstructured (un)",
    "toep": "Toeplitz (toep)",
    "ar1": "autoregressive (ar1)",
    "cs": "compound symmetry (cs)",
    "reml": "restricted (reml)",
    "ml": "full (ml)",
    "none": "none",
}
