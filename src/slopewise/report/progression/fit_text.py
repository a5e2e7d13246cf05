"""A fit for the terminal: the verdict on convergence first, then the numbers."""

from slopewise.progression.fitting.fit import ProgressionFit
from slopewise.progression.fitting.posterior import Posterior
from slopewise.progression.forecasting.effects import EffectOnSurvival
from slopewise.progression.observed.patients import EventDefinition
from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.numbers import NOT_AVAILABLE, decimal, plural
from slopewise.report.progression.fit_words import (
    FIT_LIMITS,
    USABLE,
    association_sentences,
    effect_sentence,
    interval_of,
    meaning_of,
    posterior_sentence,
)
from slopewise.report.tables import Column, Table

__all__ = ["fit_table", "fit_text", "posterior_table"]

WIDTH = 88


def fit_text(
    fit: ProgressionFit,
    event: EventDefinition,
    *,
    mind: tuple[str, ...],
    posterior: Posterior | None = None,
    effects: tuple[EffectOnSurvival, ...] = (),
) -> str:
    """Verdict, who took part, parameters, what the association says, what to mind.

    Where the fit did not converge, its numbers are not shown. `mind`: sentences of the files.
    """
    parts = [wrapped(fit.message), wrapped(_who(fit, event))]
    if fit.status in USABLE:
        parts.append(lay_out(fit_table(fit)))
        sentences = (*association_sentences(fit), *(effect_sentence(e) for e in effects))
        parts += [wrapped(sentence) for sentence in sentences]
        if posterior is not None:
            parts += [wrapped(posterior_sentence(posterior)), lay_out(posterior_table(posterior))]
    else:
        parts.append(
            wrapped(
                "The estimates are not shown, because they cannot be trusted. Fewer covariates, "
                "one class, --no-wander, more visits or more --starts may help; --json holds the "
                "numbers for a look at what went wrong."
            )
        )
    if mind:
        parts.append("Mind:\n" + bullets(mind))
    parts.append("What this is, and is not:\n" + bullets(FIT_LIMITS))
    return "\n\n".join(parts)


def fit_table(fit: ProgressionFit) -> Table:
    """One row a parameter: 90 % interval, estimate, standard error, unit, meaning."""
    columns = (
        Column("Parameter"),
        Column("90 % interval", is_number=True),
        Column("Estimate", is_number=True),
        Column("Error", is_number=True),
        Column("Unit"),
    )
    rows = []
    for name, found in fit.parameters.items():
        interval = interval_of(name, found)
        places = _places(found.standard_error or found.estimate)
        low_high = (
            NOT_AVAILABLE
            if interval is None
            else f"{decimal(interval.low, places)} to {decimal(interval.high, places)}"
        )
        error = "–" if found.standard_error is None else decimal(found.standard_error, places)
        rows.append((name, low_high, decimal(found.estimate, places), error, found.unit))
    told = {name.split(".")[0].split(":")[0]: meaning_of(name) for name in fit.parameters}
    note = "Error: standard error. " + "; ".join(
        f"{name}: {words}" for name, words in told.items() if words
    )
    return Table("Parameters", columns, tuple(rows), f"{note}.")


def posterior_table(posterior: Posterior) -> Table:
    """One row a parameter: 90 % interval, mean, standard deviation."""
    columns = (
        Column("Parameter"),
        Column("90 % interval", is_number=True),
        Column("Mean", is_number=True),
        Column("SD", is_number=True),
        Column("Unit"),
    )
    rows = []
    for name, found in posterior.summaries.items():
        places = _places(found.sd)
        low_high = f"{decimal(found.low90, places)} to {decimal(found.high90, places)}"
        mean, sd = decimal(found.mean, places), decimal(found.sd, places)
        rows.append((name, low_high, mean, sd, found.unit))
    return Table("Posterior", columns, tuple(rows), "SD: standard deviation of the posterior.")


def _places(size: float) -> int:
    """Decimals so that the error shows two figures."""
    size = abs(size)
    for places, least in ((1, 3.0), (2, 0.1), (3, 0.01)):
        if size >= least:
            return places
    return 4


def _who(fit: ProgressionFit, event: EventDefinition) -> str:
    model = fit.layout.model
    outcomes = " and ".join(marker.name for marker in model.markers)
    happened = f", {plural(fit.events, 'event')} ({event.words})" if model.survival else ""
    classes = "one class" if model.classes == 1 else f"{model.classes} classes"
    wander = "slopes that wander" if model.wander else "straight lines"
    hazard = f", event's rate by {model.association.value}" if model.survival else ""
    return (
        f"{plural(fit.patients, 'patient')}, {plural(fit.values, 'value')} of {outcomes}{happened}."
        f" Model: {classes}, {wander}{hazard}. Log-likelihood {decimal(fit.log_likelihood, 2)}, "
        f"{fit.seconds:.1f} s."
    )
