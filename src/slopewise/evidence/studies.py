"""The published studies: read once from `evidence/studies/*.json`, checked as they are read.

Two rules hold for every file. Its keys are the fields of `evidence.study`, no more. And every
number lies in an object that carries, or lies inside an object that carries, a citation whose
source is a page: a number without a source is refused.
"""

import json
import math
import types
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from enum import Enum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from slopewise.errors import InputError, NotFoundError
from slopewise.evidence.bias.judgement import Judgement, tool_for
from slopewise.evidence.study import UNVERIFIED, Study

__all__ = [
    "check_overlaps",
    "cited_record",
    "load_studies",
    "load_study",
    "read_study",
    "study_from",
    "unknown_overlaps",
]

Record = TypeVar("Record")


@cache
def load_studies() -> tuple[Study, ...]:
    """Every study of the package, in order of its identifier."""
    folder = files("slopewise.evidence") / "studies"
    entries = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".json")),
        key=lambda entry: entry.name,
    )
    studies = tuple(read_study(entry) for entry in entries)
    check_overlaps(studies)
    return studies


def load_study(study_id: str) -> Study:
    """The study of that identifier; NotFoundError names the nearest ones."""
    studies = {study.study_id: study for study in load_studies()}
    if study_id in studies:
        return studies[study_id]
    near = get_close_matches(study_id, studies, n=3)
    advice = (
        f"did you mean {', '.join(near)}" if near else "list them with: slopewise evidence studies"
    )
    raise NotFoundError(f'no study "{study_id}" in the published record; {advice}')


def read_study(file: Traversable) -> Study:
    """One study from its file; InputError names the file, the key and what to do."""
    study = study_from(json_of(file), file.name)
    if f"{study.study_id}.json" != file.name:
        raise InputError(
            f'{file.name}: study_id is "{study.study_id}"; give file and study the same name'
        )
    return study


def json_of(file: Traversable) -> object:
    """What the file holds; a key that stands twice in one object is refused, not overwritten."""
    try:
        return json.loads(
            file.read_text(encoding="utf-8"),
            object_pairs_hook=lambda pairs: _each_once(pairs, file.name),
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{file.name}: not readable as JSON in UTF-8 ({error})") from error
    except OSError as error:
        raise InputError(
            f"{file.name}: not readable ({error.strerror}); name a file that exists and that you "
            "may read"
        ) from error
    except RecursionError as error:
        raise InputError(
            f"{file.name}: brackets within brackets too deep; ten levels are more than enough"
        ) from error


def _each_once(pairs: list[tuple[str, object]], name: str) -> dict[str, object]:
    row = dict(pairs)
    if len(row) < len(pairs):
        twice = next(key for key in row if sum(other == key for other, _ in pairs) > 1)
        raise InputError(f'{name}: "{twice}" stands twice in one object; keep one of the two')
    return row


def study_from(row: object, name: str) -> Study:
    """The study that JSON of these keys describes; `name` is the file's, for the messages."""
    study = cited_record(Study, row, name)
    _check_judgements(study, f"{name}: risk_of_bias_judgements")
    return study


def cited_record(record: type[Record], row: object, name: str) -> Record:
    """The record that JSON of its keys describes, every number under a source."""
    _check_numbers_are_cited(row, name)
    return cast(Record, _decode(record, row, f"{name}: "))


def _check_judgements(study: Study, place: str) -> None:
    """Refuse judgements by the wrong tool, in its wrong words, or of other than its domains."""
    judged, fitting = study.risk_of_bias_judgements, tool_for(study.lane)
    if judged is None:
        return
    if judged.tool is not fitting:
        advice = f"use {fitting}" if fitting else "leave the judgements out"
        raise InputError(
            f"{place}.tool is {judged.tool}, but the design is {study.lane.words}; {advice}"
        )
    found = tuple(one.domain for one in judged.domains)
    if found != judged.tool.domains:
        raise InputError(
            f"{place}.domains are {', '.join(found) or 'none'}; give each domain of {judged.tool} "
            f"once, in this order: {', '.join(judged.tool.domains)}"
        )
    for at, one in enumerate(judged.domains):
        if one.judgement not in judged.tool.words:
            raise InputError(
                f'{place}.domains[{at}].judgement is "{one.judgement}", no word of {judged.tool}; '
                f"use one of {', '.join(judged.tool.words)}"
            )
        if one.judgement is not Judgement.NOT_JUDGED and one.citation.source == UNVERIFIED:
            raise InputError(
                f'{place}.domains[{at}] judges "{one.judgement}" without a page read; '
                'name the page in its citation or write "not judged"'
            )


def check_overlaps(studies: Sequence[Study]) -> None:
    """Refuse an overlap that names a study which is not among these."""
    known = {study.study_id for study in studies}
    for study in studies:
        for said in unknown_overlaps(study, known):
            raise InputError(said)


def unknown_overlaps(study: Study, known: Collection[str]) -> tuple[str, ...]:
    """What to say of each overlap with a study that is not known."""
    return tuple(
        f'{study.study_id}.json: overlaps names "{other}", which is no study here; correct the '
        "identifier or leave it to the text"
        for overlap in study.overlaps
        for other in overlap.study_ids
        if other not in known
    )


def _check_numbers_are_cited(row: object, name: str) -> None:
    """Refuse the first number, in reading order, that no citation covers."""
    pending: list[tuple[object, str, bool]] = [(row, "", False)]
    while pending:
        value, place, is_cited = pending.pop()
        if isinstance(value, Mapping):
            cited = is_cited or _has_source(value)
            parts = [(part, f"{place}.{key}".lstrip("."), cited) for key, part in value.items()]
            pending += reversed(parts)
        elif isinstance(value, list):
            parts = [(part, f"{place}[{at}]", is_cited) for at, part in enumerate(value)]
            pending += reversed(parts)
        elif isinstance(value, int | float) and not isinstance(value, bool) and not is_cited:
            raise InputError(
                f'{name}: {place} = {value} has no source; put "citation": {{"source": ...}} '
                "beside it or take the number out"
            )


def _has_source(row: Mapping[str, Any]) -> bool:
    citation = row.get("citation")
    source = citation.get("source") if isinstance(citation, Mapping) else None
    return isinstance(source, str) and source.strip() not in {"", UNVERIFIED}


@cache
def _keys(record: type) -> dict[str, tuple[Any, bool]]:
    """Per key of a record: its type, and whether it must be there."""
    hints = get_type_hints(record)
    return {field.name: (hints[field.name], field.default is MISSING) for field in fields(record)}


def _decode(wanted: Any, value: object, place: str) -> object:
    """The value as the wanted type, or an InputError that names the place."""
    if get_origin(wanted) in {types.UnionType, Union}:
        return _decode(_without_none(wanted), value, place)
    if get_origin(wanted) is tuple:
        if not isinstance(value, list):
            raise _unexpected(place, value, "a list")
        part = get_args(wanted)[0]
        return tuple(_decode(part, item, f"{place}[{at}]") for at, item in enumerate(value))
    if is_dataclass(wanted):
        return _decode_record(cast(type, wanted), value, place)
    if issubclass(wanted, Enum):
        if value not in {member.value for member in wanted}:
            raise _unexpected(place, value, "one of " + ", ".join(str(one.value) for one in wanted))
        return wanted(value)
    return _decode_plain(wanted, value, place)


def _decode_record(record: type, value: object, place: str) -> object:
    if not isinstance(value, Mapping):
        raise _unexpected(place, value, "an object")
    keys = _keys(record)
    separator = "" if place.endswith(": ") else "."
    for key in value:
        if key not in keys:
            raise InputError(
                f"{place}{separator}{key} is not a known key; use one of {', '.join(keys)}"
            )
    for key, (_, is_needed) in keys.items():
        if is_needed and key not in value:
            raise InputError(f"{place}{separator}{key} is missing; add it")
    return record(
        **{
            key: _decode(keys[key][0], part, f"{place}{separator}{key}")
            for key, part in value.items()
        }
    )


def _decode_plain(wanted: type, value: object, place: str) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if wanted is float and is_number and math.isfinite(cast(float, value)):
        return value
    if wanted is int and isinstance(value, int) and is_number and value >= 0:
        return value
    if wanted is bool and isinstance(value, bool):
        return value
    if wanted is str and isinstance(value, str) and value.strip():
        return value
    words = {float: "a number", int: "a whole number of 0 or more", bool: "true or false"}
    raise _unexpected(place, value, words.get(wanted, "a text that is not empty"))


def _without_none(wanted: Any) -> Any:
    (kept,) = (part for part in get_args(wanted) if part is not type(None))
    return kept


def _unexpected(place: str, value: object, wanted: str) -> InputError:
    place = f"{place}the file" if place.endswith(": ") else place
    return InputError(
        f"{place} is {value!r}; expected {wanted} (leave the key out where nothing was read)"
    )
