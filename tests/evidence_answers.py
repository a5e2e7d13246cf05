"""Hand-made answers to questions: every number is written here, none is computed."""

from collections.abc import Sequence

from slopewise.evidence.design import Lane
from slopewise.evidence.pooling.pooled_effect import Method, PooledEffect, PoolStatus
from slopewise.evidence.question import LeftOut, Question, QuestionAnswer
from slopewise.evidence.study import Citation
from slopewise.evidence.study_effect import Measure, ReportedDirection, StudyEffect, Unconverted

__all__ = ["CITATION", "RANDOMISED", "effect", "made_answer", "pooled", "unconverted"]

CITATION = Citation("https://example.org/paper", "Table 2", "read")
RANDOMISED = Question("made_up", "Do cells slow the decline?", Lane.RANDOMISED, Measure.SLOWING)


def effect(
    study_id: str,
    estimate: float,
    standard_error: float,
    *,
    year: int = 2020,
    is_borrowed: bool = False,
) -> StudyEffect:
    return StudyEffect(
        study_id=study_id,
        label=study_id.replace("_", " ").capitalize(),
        lane=Lane.RANDOMISED,
        cohort=study_id,
        measure=Measure.SLOWING,
        estimate=estimate,
        standard_error=standard_error,
        method="ratio of mean changes",
        assumptions=("both arms declined",),
        citations=(CITATION,),
        is_borrowed=is_borrowed,
        year=year,
        n_treated=20,
        n_control=19,
    )


def pooled(
    estimate: float, low: float, high: float, *, weights: Sequence[float] = (0.75, 0.25)
) -> PooledEffect:
    return PooledEffect(
        status=PoolStatus.CONVERGED,
        method=Method.REML,
        hartung_knapp=True,
        k=len(weights),
        weights=tuple(weights),
        estimate=estimate,
        standard_error=0.11,
        low=low,
        high=high,
        p_value=0.31,
        degrees_of_freedom=float(len(weights) - 1),
        prediction_low=-0.44,
        prediction_high=0.88,
        between_study_variance=0.02,
        heterogeneity_i2=37.0,
        q=1.6,
        q_p=0.2,
    )


def unconverted(study_id: str) -> Unconverted:
    return Unconverted(
        study_id=study_id,
        label=study_id.replace("_", " ").capitalize(),
        lane=Lane.RANDOMISED,
        cohort=study_id,
        reason="means without a spread",
        direction=ReportedDirection.NO_DIFFERENCE,
        citations=(CITATION,),
        n_treated=10,
    )


def made_answer() -> QuestionAnswer:
    """Two trials pooled, a third with a borrowed spread, a fourth without a number."""
    first, second = effect("ash_2015", 0.31, 0.12, year=2015), effect("elm_2019", 0.07, 0.2)
    together = pooled(0.22, -0.12, 0.57)
    return QuestionAnswer(
        question=RANDOMISED,
        effects=(first, second),
        left_out=(
            LeftOut(
                effect("oak_2021", 0.9, 0.6, is_borrowed=True),
                "its spread is that of another trial",
            ),
        ),
        unconverted=(unconverted("yew_2012"),),
        pooled=together,
        completed=pooled(0.25, -0.1, 0.6, weights=(0.6, 0.2, 0.2)),
        leave_one_out=(
            pooled(0.07, -0.32, 0.46, weights=(1,)),
            pooled(0.31, 0.07, 0.55, weights=(1,)),
        ),
        cumulative=(pooled(0.31, 0.07, 0.55, weights=(1,)), together),
        sentence="Between 12 % faster and 57 % slower: cannot tell.",
    )
