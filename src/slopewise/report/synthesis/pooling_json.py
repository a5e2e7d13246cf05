"""A pooled effect as an object for other programs: everything, unrounded, never NaN."""

from dataclasses import asdict
from typing import Any

from slopewise.evidence.pooling.meta_regression import MetaRegression
from slopewise.evidence.pooling.pooled_effect import AssumedSpread, PooledEffect, PoolStatus
from slopewise.evidence.pooling.pooled_studies import PooledStudies
from slopewise.evidence.question import QuestionAnswer
from slopewise.report.synthesis.pooling_text import pooled_remarks, pooling_sentence
from slopewise.version import VERSION

__all__ = ["pooled_object", "pooling_object"]


def pooled_object(pooled: PooledEffect) -> dict[str, Any]:
    """One pooled effect; `i2` in percent."""
    return {
        "estimate": pooled.estimate,
        "standard_error": pooled.standard_error,
        "low": pooled.low,
        "high": pooled.high,
        "tau2": pooled.between_study_variance,
        "i2": pooled.heterogeneity_i2,
        "q": pooled.q,
        "q_p": pooled.q_p,
        "prediction_low": pooled.prediction_low,
        "prediction_high": pooled.prediction_high,
        "k": pooled.k,
        "method": pooled.method.value,
        "status": pooled.status.value,
        "hartung_knapp": pooled.hartung_knapp,
        "p_value": pooled.p_value,
        "degrees_of_freedom": pooled.degrees_of_freedom,
        "tau2_low": pooled.between_study_variance_low,
        "tau2_high": pooled.between_study_variance_high,
        "h2": pooled.heterogeneity_h2,
    }


def pooling_object(result: PooledStudies) -> dict[str, Any]:
    """The answer with its studies and everything that was asked for.

    With moderators the numbers at the top are those of the regression: its intercept and what the
    moderators leave unexplained; `without_moderators` then holds the plain pooled effect.
    """
    options = result.options
    pooled = result.pooled or PooledEffect(PoolStatus.TOO_FEW, options.method, False, 0)  # noqa: FBT003
    top = pooled_object(pooled)
    if result.regression is not None:
        top |= _regression(result.regression) | {"without_moderators": pooled_object(pooled)}
    weights = pooled.weights or (None,) * len(result.studies)
    effects = zip(result.studies, result.estimates, result.standard_errors, weights, strict=True)
    return {
        **top,
        "floor": options.floor,
        "source": result.source,
        "sentence": pooling_sentence(result.pooled),
        "studies": [
            {"study": study, "estimate": estimate, "standard_error": error, "weight": weight}
            for study, estimate, error, weight in effects
        ],
        **_tests(result),
        **(_answer(result.answer) if result.answer is not None else {}),
        "remarks": list(pooled_remarks(result)),
        "version": VERSION,
    }


def _regression(found: MetaRegression) -> dict[str, Any]:
    told = {
        "coefficients": [asdict(part) for part in found.coefficients],
        "moderators": {
            "names": list(found.moderators),
            "status": found.status.value,
            "reason": found.reason,
            "test_statistic": found.test_statistic,
            "test_df": found.test_df,
            "residual_df": found.residual_df,
            "test_p": found.test_p,
            "r2": found.r2,
        },
    }
    if not found.coefficients:
        return told
    first = found.coefficients[0]
    return told | {
        "estimate": first.estimate,
        "standard_error": first.standard_error,
        "low": first.low,
        "high": first.high,
        "p_value": first.p_value,
        "degrees_of_freedom": found.residual_df if found.hartung_knapp else None,
        "tau2": found.between_study_variance,
        "tau2_low": found.between_study_variance_low,
        "tau2_high": found.between_study_variance_high,
        "i2": found.heterogeneity_i2,
        "h2": found.heterogeneity_h2,
        "q": found.q,
        "q_p": found.q_p,
        "prediction_low": None,
        "prediction_high": None,
        "status": found.status.value,
    }


def _tests(result: PooledStudies) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if result.leave_one_out is not None:
        told["leave_one_out"] = [
            {"study": study, **pooled_object(found)}
            for study, found in zip(result.studies, result.leave_one_out, strict=False)
        ]
    if result.cumulative is not None:
        told["cumulative"] = [
            {"study": study, **pooled_object(found)}
            for study, found in zip(result.studies, result.cumulative, strict=True)
        ]
    if result.influence is not None:
        told["influence"] = [
            {"study": study, **asdict(found)}
            for study, found in zip(result.studies, result.influence, strict=False)
        ]
    if result.small_studies is not None:
        check = result.small_studies
        filled = None if check.filled is None else pooled_object(check.filled)
        told["small_studies"] = asdict(check) | {"filled": filled}
    return told


def _answer(answer: QuestionAnswer) -> dict[str, Any]:
    completed = answer.completed
    return {
        "question": answer.question.key,
        "words": answer.question.words,
        "lane": answer.question.lane.value,
        "sentence": answer.sentence,
        "left_out": [
            {"study_id": left.effect.study_id, "study": left.effect.label, "reason": left.reason}
            for left in answer.left_out
        ],
        "unconverted": [
            {
                "study_id": row.study_id,
                "study": row.label,
                "reason": row.reason,
                "direction": row.direction,
            }
            for row in answer.unconverted
        ],
        "assumed_spread": _assumed(answer.assumed),
        "with_borrowed_spreads": None
        if completed is None
        else pooled_object(completed) | {"assumed_spread": _assumed(answer.completed_assumed)},
    }


def _assumed(found: AssumedSpread | None) -> dict[str, Any] | None:
    """The mean effect under a named assumption on the spread between studies; None where many."""
    if found is None:
        return None
    return asdict(found) | {
        "interval": "95 % credible",
        "assumption": f"SD between studies half-normal, scale {found.scale:g} of slowing; mean "
        f"normal around 0, SD {found.mean_sd:g}",
    }
