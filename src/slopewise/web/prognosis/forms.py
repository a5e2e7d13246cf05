"""The facts of a prognosis as they are typed; they travel in the body, never in the address."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Form
from pydantic import BaseModel, ConfigDict

from slopewise.condition.risk import BaselineFacts, baseline_problems

__all__ = ["PrognosisFields", "PrognosisForm", "ShownField", "YesNoField"]

_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
# field of the form, of BaselineFacts, label, hint
_NUMBERS = (
    ("age_onset", "age_at_onset_years", "Age at the first symptom", "Years"),
    (
        "months_onset_to_diagnosis",
        "months_onset_to_diagnosis",
        "Months to the diagnosis",
        "From the first symptom",
    ),
    (
        "months_onset_to_assessment",
        "months_onset_to_assessment",
        "Months to the assessment",
        "From the first symptom; not before the diagnosis",
    ),
    ("alsfrs", "alsfrs_total", "ALSFRS-R total", "Points at the assessment, 0 to 47"),
    ("fvc", "fvc_percent_predicted", "Vital capacity", "Percent of predicted at the assessment"),
)
_YES_NO = (
    ("bulbar", "Did it begin with speech or swallowing (bulbar onset)?"),
    ("definite", "Is it definite ALS by the El Escorial criteria?"),
    ("ftd", "Is there frontotemporal dementia?"),
    ("c9orf72", "Is there a C9orf72 repeat expansion?"),
)
_CHOICES = (("yes", "yes"), ("no", "no"), ("", "not known"))


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field for a number: its name, words, what was typed, and what is wrong with that."""

    name: str
    label: str
    hint: str
    value: str
    problem: str


@dataclass(frozen=True, slots=True)
class YesNoField:
    """A question with three answers: (what is sent, what is read, whether it stands)."""

    name: str
    label: str
    choices: tuple[tuple[str, str, bool], ...]


class PrognosisForm(BaseModel):
    """What was typed; an empty yes-or-no is not known."""

    model_config = ConfigDict(extra="ignore", str_max_length=40, frozen=True)

    age_onset: str = ""
    months_onset_to_diagnosis: str = ""
    months_onset_to_assessment: str = ""
    alsfrs: str = ""
    fvc: str = ""
    bulbar: Literal["", "yes", "no"] = ""
    definite: Literal["", "yes", "no"] = ""
    ftd: Literal["", "yes", "no"] = ""
    c9orf72: Literal["", "yes", "no"] = ""

    def problems(self) -> dict[str, str]:
        """What is wrong, by the field's name in the form."""
        unread = {
            name: "this is not a number; write digits, such as 38 or 7.5"
            if self._typed(name)
            else "this is empty; the model needs it"
            for name, *_ in _NUMBERS
            if self._number(name) is None
        }
        wrong = baseline_problems(self._numbers())
        return unread | {name: wrong[field] for name, field, *_ in _NUMBERS if field in wrong}

    def facts(self) -> BaselineFacts:
        """The facts, where `problems` found nothing."""
        numbers = self._numbers()
        said = {"yes": True, "no": False}
        return BaselineFacts(
            age_at_onset_years=numbers["age_at_onset_years"],
            months_onset_to_diagnosis=numbers["months_onset_to_diagnosis"],
            months_onset_to_assessment=numbers["months_onset_to_assessment"],
            alsfrs_total=numbers["alsfrs_total"],
            fvc_percent_predicted=numbers["fvc_percent_predicted"],
            bulbar_onset=said.get(self.bulbar),
            definite_el_escorial=said.get(self.definite),
            ftd=said.get(self.ftd),
            c9orf72=said.get(self.c9orf72),
        )

    def number_fields(self, problems: dict[str, str]) -> tuple[ShownField, ...]:
        """The fields for numbers, as they stand."""
        return tuple(
            ShownField(name, label, hint, self._typed(name), problems.get(name, ""))
            for name, _, label, hint in _NUMBERS
        )

    def yes_no_fields(self) -> tuple[YesNoField, ...]:
        """The questions, as they stand."""
        return tuple(
            YesNoField(
                name,
                label,
                tuple((value, words, value == getattr(self, name)) for value, words in _CHOICES),
            )
            for name, label in _YES_NO
        )

    def hidden(self) -> tuple[tuple[str, str], ...]:
        """Every field with its value, to be sent again with the next step."""
        return tuple((name, str(value)) for name, value in self.model_dump().items())

    def _typed(self, name: str) -> str:
        return str(getattr(self, name)).strip()

    def _number(self, name: str) -> float | None:
        typed = self._typed(name)
        return float(typed.replace(",", ".")) if _NUMBER.fullmatch(typed) else None

    def _numbers(self) -> dict[str, float]:
        read = {field: self._number(name) for name, field, *_ in _NUMBERS}
        return {field: number for field, number in read.items() if number is not None}


PrognosisFields = Annotated[PrognosisForm, Form()]
