"""The columns of a file of effects, what each means, and the template that explains them."""

from dataclasses import dataclass
from enum import Enum

from slopewise.evidence.design import DesignClass, Lane

__all__ = [
    "COLUMNS",
    "EffectColumn",
    "EffectKind",
    "design_choices",
    "design_from",
    "template",
]


class EffectKind(Enum):
    """Kinds of cells."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class EffectColumn:
    """A column's name, kind and meaning, as the template and the documentation print it."""

    name: str
    kind: EffectKind
    meaning: str


COLUMNS = (
    EffectColumn("study", EffectKind.TEXT, "name of the study, such as Smith 2027; always needed"),
    EffectColumn("design", EffectKind.TEXT, "how it was designed, such as randomised; needed"),
    EffectColumn("source", EffectKind.TEXT, "page the numbers stand on (address or DOI); needed"),
    EffectColumn("pointer", EffectKind.TEXT, "place on that page, such as Table 2"),
    EffectColumn("year", EffectKind.COUNT, "year of publication"),
    EffectColumn("title", EffectKind.TEXT, "title of the publication"),
    EffectColumn("doi", EffectKind.TEXT, "DOI, to find the same publication in the record"),
    EffectColumn("pmid", EffectKind.TEXT, "PubMed number, for the same purpose"),
    EffectColumn("registry_id", EffectKind.TEXT, "registry number, such as NCT00000000"),
    EffectColumn("outcome", EffectKind.TEXT, "what was measured, in the report's words"),
    EffectColumn("scale", EffectKind.TEXT, "ALSFRS-R, ALSFRS or another; if empty, as in outcome"),
    EffectColumn(
        "months",
        EffectKind.NUMBER,
        "months from treatment to the measurement; the last is the follow-up",
    ),
    EffectColumn("measure", EffectKind.TEXT, "slowing, mean_difference or slope_difference"),
    EffectColumn("estimate", EffectKind.NUMBER, "the number as reported"),
    EffectColumn("standard_error", EffectKind.NUMBER, "its standard error"),
    EffectColumn("low", EffectKind.NUMBER, "lower end of its 95 % interval"),
    EffectColumn("high", EffectKind.NUMBER, "upper end of its 95 % interval"),
    EffectColumn("p_value", EffectKind.NUMBER, "its two-sided p-value"),
    EffectColumn("n_treated", EffectKind.COUNT, "people treated"),
    EffectColumn(
        "mean_treated", EffectKind.NUMBER, "their mean change (or slope); decline is negative"
    ),
    EffectColumn("sd_treated", EffectKind.NUMBER, "standard deviation of their change"),
    EffectColumn("n_control", EffectKind.COUNT, "people in the comparison group"),
    EffectColumn(
        "mean_control", EffectKind.NUMBER, "their mean change (or slope); decline is negative"
    ),
    EffectColumn("sd_control", EffectKind.NUMBER, "standard deviation of their change"),
    EffectColumn("events_treated", EffectKind.COUNT, "treated people with the outcome or event"),
    EffectColumn("total_treated", EffectKind.COUNT, "of how many treated people"),
    EffectColumn("events_control", EffectKind.COUNT, "people of the comparison group with it"),
    EffectColumn("total_control", EffectKind.COUNT, "of how many in the comparison group"),
    EffectColumn("events", EffectKind.COUNT, "people with the event, where nobody was a control"),
    EffectColumn("total", EffectKind.COUNT, "of how many people"),
    EffectColumn(
        "event",
        EffectKind.TEXT,
        "deaths, treatment-related serious events, serious events, or the event's name",
    ),
    EffectColumn("cell_source", EffectKind.TEXT, "such as bone marrow or adipose"),
    EffectColumn("donor", EffectKind.TEXT, "autologous or allogeneic"),
    EffectColumn("route", EffectKind.TEXT, "such as intrathecal; several with a semicolon"),
    EffectColumn("administrations", EffectKind.NUMBER, "doses planned for each person"),
    EffectColumn("blinded", EffectKind.TEXT, "yes, no, participants or assessors"),
    EffectColumn("overlaps", EffectKind.TEXT, "studies that may share patients, with a semicolon"),
)

_EASY_WORDS = {
    "randomised": DesignClass.RCT_PARALLEL,
    "randomized": DesignClass.RCT_PARALLEL,
    "rct": DesignClass.RCT_PARALLEL,
    "randomised controlled trial": DesignClass.RCT_PARALLEL,
    "randomized controlled trial": DesignClass.RCT_PARALLEL,
    "randomised within patient": DesignClass.RCT_WITHIN_PATIENT,
    "external control": DesignClass.MATCHED_EXTERNAL_CONTROL,
    "historical control": DesignClass.MATCHED_EXTERNAL_CONTROL,
    "matched control": DesignClass.MATCHED_EXTERNAL_CONTROL,
    "not randomised": DesignClass.NONRANDOMISED_CONTROLLED,
    "non randomised": DesignClass.NONRANDOMISED_CONTROLLED,
    "non randomized": DesignClass.NONRANDOMISED_CONTROLLED,
    "nonrandomised": DesignClass.NONRANDOMISED_CONTROLLED,
    "retrospective": DesignClass.RETROSPECTIVE_CONTROLLED,
    "single arm": DesignClass.SINGLE_ARM_PRE_POST,
    "before after": DesignClass.SINGLE_ARM_PRE_POST,
    "before and after": DesignClass.SINGLE_ARM_PRE_POST,
    "dose escalation": DesignClass.DOSE_ESCALATION,
    "case series": DesignClass.CASE_SERIES,
}


def design_choices() -> tuple[str, ...]:
    """The designs a study with numbers may have."""
    return tuple(one.value for one in DesignClass if one.lane is not Lane.NO_RESULT)


def design_from(text: str) -> DesignClass | None:
    """The design in our words or in easy ones; None where it is unknown or has no numbers."""
    plain = " ".join(text.casefold().replace("_", " ").replace("-", " ").split())
    known = {one.value.replace("_", " "): one for one in DesignClass}
    known |= {one.words.casefold().replace("-", " "): one for one in DesignClass}
    found = (known | _EASY_WORDS).get(plain)
    return None if found is None or found.lane is Lane.NO_RESULT else found


_EXAMPLES = (
    {
        "study": "MADE-UP randomised 2099",
        "design": "randomised",
        "source": "https://example.org/made-up-trial",
        "pointer": "Table 2",
        "year": "2099",
        "outcome": "ALSFRS-R change from baseline",
        "scale": "ALSFRS-R",
        "months": "6",
        "n_treated": "40",
        "mean_treated": "-5.0",
        "sd_treated": "5.0",
        "n_control": "40",
        "mean_control": "-6.0",
        "sd_control": "5.0",
        "cell_source": "bone marrow",
        "donor": "autologous",
        "route": "intrathecal",
        "administrations": "2",
        "blinded": "yes",
    },
    {
        "study": "MADE-UP series 2098",
        "design": "single arm",
        "source": "https://example.org/made-up-series",
        "pointer": "abstract",
        "year": "2098",
        "events": "1",
        "total": "25",
        "event": "deaths",
        "cell_source": "adipose",
        "donor": "autologous",
        "route": "intravenous",
        "administrations": "1",
    },
)


def template() -> str:
    """A file to fill in: what every column means, and two rows that are made up."""
    names = [column.name for column in COLUMNS]
    lines = [
        "# A file of effects: one row for each study and outcome. Lines that begin with # are",
        "# not read. Leave a cell empty where nothing was printed: nothing is filled in.",
        "# Needed in every row: study, design, source, and the numbers of one of these kinds:",
        "#   estimate and standard_error, or low and high, or p_value (slowing, or see measure)",
        "#   n, mean and sd of the change in each arm, with scale and months",
        "#   events_treated, total_treated, events_control, total_control (outcome or event)",
        "#   events, total and event, where there was no comparison group",
        "#",
        *(f"# {column.name}: {column.meaning}" for column in COLUMNS),
        f"# design is one of: {', '.join(design_choices())};",
        "#   or in easy words: randomised, external control, not randomised, single arm",
        "#",
        "# The two rows below are MADE UP. Replace them before you add the file.",
        ",".join(names),
        *(",".join(example.get(name, "") for name in names) for example in _EXAMPLES),
    ]
    return "\n".join(lines) + "\n"
