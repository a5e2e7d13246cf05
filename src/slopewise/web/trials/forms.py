"""What the pages of trials are sent: the design's fields, its file as text, and how to run it."""

import os
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Form, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from slopewise.errors import InputError, TooLargeError
from slopewise.trial.design.design import Design
from slopewise.workflow.trial_runs import RunChoices

__all__ = [
    "DesignFields",
    "DesignForm",
    "FileFields",
    "FileForm",
    "RunFields",
    "RunForm",
    "RunInput",
    "SizeQuery",
    "TemplateQuery",
]

MOST_FIELDS = 8_000
LONGEST_NAME = 100
LONGEST_VALUE = 20_000
LONGEST_FILE = 1_000_000  # as for a design file read from disk
MOST_REPLICATES = 100_000
MOST_TRIALS = 2_000_000  # of one run; assumption: more is for a cluster
MOST_SIZES = 20
MOST_WORKERS = 64
_WHOLE = re.compile(r"\d{1,16}", re.ASCII)


class TemplateForm(BaseModel):
    """The template that a new design begins from."""

    model_config = ConfigDict(extra="ignore", str_max_length=40, frozen=True)

    template: str = "two-arm"


class DesignForm(BaseModel):
    """The fields of a design as sent: (name, value) in their order, and what is to be done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Annotated[
        str,
        Field(max_length=80, pattern=r"^(save|check|(add|remove):[a-z_]+(\.[a-z_0-9]+){0,3})$"),
    ]
    pairs: Annotated[
        tuple[
            tuple[
                Annotated[str, Field(max_length=LONGEST_NAME)],
                Annotated[str, Field(max_length=LONGEST_VALUE)],
            ],
            ...,
        ],
        Field(max_length=MOST_FIELDS),
    ]

    @property
    def sent(self) -> dict[str, str]:
        """Each field's value."""
        return dict(self.pairs)

    @property
    def rows(self) -> tuple[str, ...]:
        """The tables that are there, of those that repeat or may be left out."""
        return tuple(value for name, value in self.pairs if name == "row")

    @property
    def act(self) -> tuple[str, str]:
        """What is to be done, and to which table."""
        what, _, place = self.do.partition(":")
        return what, place


class FileForm(BaseModel):
    """A design file as text, and whether it is to be saved or only checked."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str = ""
    do: Literal["save", "check"] = "check"


class SizeForm(BaseModel):
    """The power that is wanted, of 100."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    power: Literal["80", "90", "95"] = "90"

    @property
    def share(self) -> float:
        """The same as a share."""
        return float(self.power) / 100.0


@dataclass(frozen=True, slots=True)
class RunInput:
    """A field of the form for a run: what was typed, and what is wrong with that."""

    name: str
    label: str
    hint: str
    value: str
    problem: str


class RunForm(BaseModel):
    """How a design is to be run; an empty seed is the design's own."""

    model_config = ConfigDict(extra="ignore", str_max_length=200, frozen=True)

    replicates: str = "1000"
    sizes: str = ""
    seed: str = ""
    workers: str = str(min(os.cpu_count() or 1, 8))
    grid: Literal["whole", "planned"] = "whole"
    assurance: Literal["", "yes"] = ""

    def problems(self, design: Design, scenarios: int) -> dict[str, str]:
        """What is wrong, by the field's name."""
        found = {}
        replicates, workers = _whole(self.replicates), _whole(self.workers)
        sizes = self._sizes()
        if replicates is None or not 1 <= replicates <= MOST_REPLICATES:
            found["replicates"] = f"give a whole number from 1 to {MOST_REPLICATES}"
        if workers is None or not 1 <= workers <= MOST_WORKERS:
            found["workers"] = f"give a whole number from 1 to {MOST_WORKERS}"
        if self.seed.strip() and (_whole(self.seed) or 0) > 2**53:
            found["seed"] = "give a whole number from 0 to 9007199254740992"
        if self.seed.strip() and _whole(self.seed) is None:
            found["seed"] = "this is not a whole number; write digits, or leave it empty"
        least = 2 * len(design.arms)
        if sizes is None or len(sizes) > MOST_SIZES or any(n < least for n in sizes):
            found["sizes"] = (
                f"write at most {MOST_SIZES} whole numbers of at least {least} with commas between "
                "them, such as 200, 300, 400"
            )
        elif any(n > 100_000 for n in sizes):
            found["sizes"] = "no trial of more than 100000 people is simulated"
        if not found and replicates is not None and sizes is not None:
            total = replicates * (scenarios + 2 * len(sizes))
            if total > MOST_TRIALS:
                found["replicates"] = (
                    f"this makes {total} simulated trials; at most {MOST_TRIALS} are run from a "
                    "page: give fewer replicates, sizes or scenarios, or use the command line"
                )
        return found

    def choices(self, design: Design) -> RunChoices:
        """What was chosen, where `problems` found nothing."""
        return RunChoices(
            replicates=_whole(self.replicates) or 1,
            seed=design.trial.seed if not self.seed.strip() else _whole(self.seed) or 0,
            sizes=self._sizes() or (),
            whole_grid=self.grid == "whole",
            assurance=self.assurance == "yes",
            workers=_whole(self.workers) or 1,
        )

    def inputs(self, design: Design, problems: dict[str, str]) -> tuple[RunInput, ...]:
        """The fields for numbers, as they stand."""
        words = (
            ("replicates", "Replicates", "Simulated trials for each scenario and size"),
            (
                "sizes",
                "Further sizes",
                f"Beside the design’s own {design.trial.size} people, such "
                "as 200, 400; empty: none",
            ),
            ("seed", "Seed", f"Empty: the design’s own, {design.trial.seed}"),
            ("workers", "Processes", "How many work at once; the numbers do not depend on it"),
        )
        return tuple(
            RunInput(name, label, hint, str(getattr(self, name)).strip(), problems.get(name, ""))
            for name, label, hint in words
        )

    def _sizes(self) -> tuple[int, ...] | None:
        """Sizes beside the design's own, each once; None where one is no number."""
        typed = [one for one in re.split(r"[,;\s]+", self.sizes.strip()) if one]
        read = [_whole(one) for one in typed]
        return None if None in read else tuple(sorted({n for n in read if n is not None}))


def _whole(typed: str) -> int | None:
    return int(typed) if _WHOLE.fullmatch(typed := typed.strip()) else None


async def _design_form(request: Request) -> DesignForm:
    async with request.form(max_files=0, max_fields=MOST_FIELDS + 10) as form:
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    do = next((value for name, value in pairs if name == "do"), "check")
    try:
        return DesignForm(do=do, pairs=tuple(pair for pair in pairs if pair[0] != "do"))
    except ValidationError:
        raise InputError(
            "what was sent is not the form of this page, so nothing was saved; open the design "
            "again and use its own buttons"
        ) from None


async def _file_form(request: Request) -> FileForm:
    async with request.form(max_files=0, max_fields=10, max_part_size=8 * LONGEST_FILE) as form:
        text, do = form.get("text", ""), form.get("do", "check")
    if not isinstance(text, str) or len(text.encode("utf-8", "replace")) > LONGEST_FILE:
        raise TooLargeError(
            "the design is larger than 1 MB, so nothing was saved; a design is a few pages of text"
        )
    return FileForm(text=text, do="save" if do == "save" else "check")


DesignFields = Annotated[DesignForm, Depends(_design_form)]
FileFields = Annotated[FileForm, Depends(_file_form)]
RunFields = Annotated[RunForm, Form()]
TemplateQuery = Annotated[TemplateForm, Query()]
SizeQuery = Annotated[SizeForm, Query()]
