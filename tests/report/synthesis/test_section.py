"""A comparison's section, a study's part in it, and the other outcomes."""

from dataclasses import replace

from tests.evidence_answers import CITATION, made_answer

from slopewise.evidence.certainty.body import Outcome
from slopewise.evidence.certainty.grade import Certainty, Domain, Level, Step
from slopewise.evidence.certainty.outcomes import AnswerNumbers, OutcomeCertainty
from slopewise.evidence.design import Lane
from slopewise.evidence.row import EvidenceRow
from slopewise.evidence.study_effect import ReportedDirection
from slopewise.report.numbers import THIN_SPACE
from slopewise.report.synthesis.row_words import shown_certainty
from slopewise.report.synthesis.section import (
    comparison_section,
    outcome_sections,
    study_slowing,
)

ROW = EvidenceRow("nobody was masked", CITATION, "ash_2015", "Ash 2015")
LOW = Certainty(
    Level.LOW,
    Level.HIGH,
    (
        Step(Domain.RISK_OF_BIAS, -2, "open label", (ROW,)),
        Step(Domain.INDIRECTNESS, 0, "the people asked about"),
    ),
)


def test_the_plain_section_leaves_the_technical_parts_out() -> None:
    plain = comparison_section(made_answer(), made_answer(), LOW, is_technical=False)
    assert plain.forest is not None
    assert plain.cumulative is not None
    assert (plain.statistics, plain.leave_one_out, plain.conversions) == ((), None, None)
    technical = comparison_section(made_answer(), made_answer(), LOW, is_technical=True)
    assert technical.statistics
    assert technical.leave_one_out is not None
    assert technical.conversions is not None
    assert [row.cells[0] for row in technical.conversions.rows] == [
        "Ash 2015",
        "Elm 2019",
        "Oak 2021",
    ]
    assert technical.conversions.rows[0].remarks == ("Both arms declined",)


def test_silent_studies_are_told_apart_by_whether_they_reported_a_direction() -> None:
    made = made_answer()
    said = ReportedDirection.NOT_SAID
    mute = replace(made.unconverted[0], study_id="fir_2010", direction=said)
    both = replace(made, unconverted=(made.unconverted[0], mute))
    section = comparison_section(both, both, LOW, is_technical=False)
    assert [row.study_id for row in section.told] == ["yew_2012"]
    assert [row.study_id for row in section.untold] == ["fir_2010"]


def test_every_step_names_its_rows_and_what_it_did() -> None:
    shown = shown_certainty(LOW)
    assert (shown.mark, shown.level, shown.start) == ("●●○○", "low", "high")
    first, second = shown.steps
    assert (first.name, first.change) == ("Risk of bias", "2 levels down")
    assert first.rows[0].study_id == "ash_2015"
    assert first.rows[0].source.links == (("https://example.org/paper", "example.org"),)
    assert (second.change, second.rows) == ("no change", ())


def test_a_study_says_how_it_enters_or_why_not() -> None:
    answers = [made_answer()]
    assert study_slowing("ash_2015", answers).sentences == (
        f"Counted: slowing of 7{THIN_SPACE}% to 55{THIN_SPACE}% (95 % interval), from ratio of "
        "mean changes.",
    )
    assert "its spread is that of another trial" in study_slowing("oak_2021", answers).sentences[0]
    silent = study_slowing("yew_2012", answers)
    assert silent.sentences == (
        "No usable number: means without a spread. It reported: no difference shown.",
    )
    assert silent.conversions is None
    assert study_slowing("elsewhere", answers).sentences == ()


def test_other_outcomes_stand_by_name_and_unknown_ones_are_left_out() -> None:
    def rated(outcome: Outcome, lane: Lane, level: Level) -> OutcomeCertainty:
        numbers = AnswerNumbers(k=1, people=10, unit="share of people")
        certainty = Certainty(level, Level.LOW, ())
        return OutcomeCertainty(outcome, lane, f"{outcome} {lane}", certainty, numbers, (ROW,))

    shown = outcome_sections(
        [
            rated(Outcome.SLOWING, Lane.RANDOMISED, Level.LOW),
            rated(Outcome.SURVIVAL, Lane.RANDOMISED, Level.VERY_LOW),
            rated(Outcome.SURVIVAL, Lane.SINGLE_ARM, Level.NONE),
            rated(Outcome.HEADACHE, Lane.SINGLE_ARM, Level.NONE),
        ]
    )
    assert [name for name, _ in shown] == ["Survival"]
    assert [row.lane for row in shown[0][1]] == ["Randomised"]
