"""Published randomised trials as designs: every number with its source, or marked an assumption."""

from dataclasses import dataclass
from importlib.resources import files

from slopewise.errors import NotFoundError

__all__ = ["REENACTED", "Reenacted", "reenacted_text"]

FOLDER = "reenacted"


@dataclass(frozen=True, slots=True)
class Reenacted:
    """A study of the evidence record, and what it compared."""

    study: str
    compared: str


REENACTED: tuple[Reenacted, ...] = (
    Reenacted(
        "cudkowicz_2022", "NurOwn phase 3: three doses against placebo, 196 people, 28 weeks"
    ),
    Reenacted("oh_2018", "two doses with riluzole against riluzole alone, 64 people, 6 months"),
    Reenacted("berry_2019", "NurOwn phase 2: one dose against placebo, 48 people, 24 weeks"),
    Reenacted("alsummit_2025", "one cycle or boosters against sham, 115 people, 12 months"),
)


def reenacted_text(study: str) -> str:
    """The design file of a study; NotFoundError names those there are."""
    if study not in {one.study for one in REENACTED}:
        known = ", ".join(one.study for one in REENACTED)
        raise NotFoundError(
            f"there is no design of {study!r} to run again; choose one of {known}, or write one"
            " with `slopewise trial new`"
        )
    place = files("slopewise.records.designs") / FOLDER / f"{study}.toml"
    return place.read_text("utf-8")
