"""`slopewise prognosis`: the ENCALS survival model and the TRICALS risk profile."""

from typing import Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json

__all__ = ["register"]

AgeOnset = Annotated[float, typer.Option(metavar="YEARS", help="Age at the first symptom.")]
ToDiagnosis = Annotated[
    float, typer.Option(metavar="MONTHS", help="From the first symptom to the diagnosis.")
]
ToAssessment = Annotated[
    float, typer.Option(metavar="MONTHS", help="From the first symptom to the assessment.")
]
Alsfrs = Annotated[
    float, typer.Option(metavar="POINTS", help="ALSFRS-R total at the assessment, below 48.")
]
Fvc = Annotated[
    float, typer.Option(metavar="PERCENT", help="Vital capacity, percent of predicted.")
]
Bulbar = Annotated[bool | None, typer.Option("--bulbar/--no-bulbar", help="Bulbar onset.")]
Definite = Annotated[
    bool | None, typer.Option("--definite/--no-definite", help="Definite ALS by El Escorial.")
]
Ftd = Annotated[bool | None, typer.Option("--ftd/--no-ftd", help="Frontotemporal dementia.")]
C9orf72 = Annotated[
    bool | None, typer.Option("--c9orf72/--no-c9orf72", help="C9orf72 repeat expansion.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("prognosis", short_help="Range of survival expected from facts at baseline.")(
        prognosis
    )


def prognosis(
    *,
    age_onset: AgeOnset,
    months_onset_to_diagnosis: ToDiagnosis,
    months_onset_to_assessment: ToAssessment,
    alsfrs: Alsfrs,
    fvc: Fvc,
    bulbar: Bulbar = None,
    definite: Definite = None,
    ftd: Ftd = None,
    c9orf72: C9orf72 = None,
    curve: Annotated[
        bool, typer.Option("--curve", help="Show survival probabilities too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what the ENCALS model and the TRICALS risk profile expect from facts at baseline.

    It shows the risk group and a range of months; survival probabilities only with --curve. A yes
    or no that is not given is not known: the answer is then a range over both. It describes groups
    of people, not one person. --json prints everything.
    """
    from slopewise.condition.risk import BaselineFacts
    from slopewise.report.prognosis.as_json import prognosis_object
    from slopewise.report.prognosis.text import prognosis_text
    from slopewise.workflow.prognosis import give_prognosis

    found = give_prognosis(
        BaselineFacts(
            age_at_onset_years=age_onset,
            months_onset_to_diagnosis=months_onset_to_diagnosis,
            months_onset_to_assessment=months_onset_to_assessment,
            alsfrs_total=alsfrs,
            fvc_percent_predicted=fvc,
            bulbar_onset=bulbar,
            definite_el_escorial=definite,
            ftd=ftd,
            c9orf72=c9orf72,
        )
    )
    if as_json:
        answer_json(prognosis_object(found))
    else:
        answer(prognosis_text(found, with_curve=curve))
