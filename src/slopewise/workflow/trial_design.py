"""Make a design from a template, read and check one: errors with their lines, or plain words."""

from pathlib import Path

from slopewise.errors import InputError
from slopewise.records.designs.reading import read_tables, tables_of
from slopewise.records.designs.templates import TEMPLATES, template_text
from slopewise.trial.design.design import Design
from slopewise.trial.soundness.design_file import (
    CheckedDesign,
    DesignFile,
    checked_design,
    judged,
)

__all__ = [
    "check_design",
    "design_templates",
    "load_design",
    "new_design",
    "read_design",
    "read_design_text",
    "write_new_design",
]


def check_design(place: Path) -> CheckedDesign:
    """Read and judge a design file; InputError only where there is no file to read."""
    return checked_design(read_design(place))


def load_design(place: Path) -> Design:
    """The design of a file; InputError that lists everything wrong with it."""
    read = read_design(place)
    if read.design is None:
        raise InputError("\n".join(str(error) for error in read.errors))
    return read.design


def read_design(place: Path) -> DesignFile:
    """The design of a file, or every error; InputError where there is no file to read."""
    return judged(read_tables(place))


def read_design_text(text: str, *, file: str = "design") -> DesignFile:
    """The design of a text, or every error."""
    return judged(tables_of(text, file=file))


def design_templates() -> tuple[tuple[str, str], ...]:
    """Name and purpose of each template."""
    return tuple((template.name, template.purpose) for template in TEMPLATES)


def new_design(template: str) -> str:
    """The text of a template."""
    return template_text(template)


def write_new_design(template: str, place: Path) -> None:
    """Write a template to a new file; nothing that exists is written over."""
    text = template_text(template)
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"{place} exists; name another file, or remove it first") from None
    except OSError as error:
        raise InputError(
            f"{place} cannot be written ({error.strerror}); name a file in a folder that exists"
        ) from None
