"""Design files read: the tables, the line of every key, or why it is not TOML."""

import re
import tomllib
from pathlib import Path

from slopewise.errors import InputError
from slopewise.records.designs.lines import lines_of
from slopewise.trial.soundness.design_tables import DesignTables

__all__ = ["read_tables", "tables_of"]

LIMIT_BYTES = 1_000_000


def read_tables(place: Path) -> DesignTables:
    """Read a file; InputError where there is none or it is not text."""
    try:
        if place.stat().st_size > LIMIT_BYTES:
            raise InputError(f"{place} is larger than 1 MB; a design is a few pages of text")
        text = place.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{place} is not text in UTF-8; save it as plain text") from None
    except OSError as error:
        raise InputError(
            f"{place} cannot be read ({error.strerror}); name a design file, or make one with "
            "`slopewise trial new --output FILE`"
        ) from None
    return tables_of(text, file=str(place))


def tables_of(text: str, *, file: str = "design") -> DesignTables:
    """Read the text of a design file."""
    try:
        return DesignTables(file, tomllib.loads(text), lines_of(text))
    except RecursionError:
        said = "is nested too deeply to be a design; no list of one is more than two deep"
        return DesignTables(file, broken=said)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+)", str(error))
        message = re.sub(r"\s*\(at .*\)$", "", str(error))
        return DesignTables(
            file,
            broken_line=int(at[1]) if at else None,
            broken=f"is not TOML: {message}; texts stand in quotes, lists in [ ], tables begin "
            "with [name]",
        )
