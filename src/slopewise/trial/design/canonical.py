"""A design as canonical TOML, and its fingerprint: comments and order do not count."""

import hashlib
import json
from typing import Any

from slopewise.trial.design.design import Design
from slopewise.trial.design.plain import as_plain

__all__ = ["canonical_text", "content_hash", "plain_number"]


def canonical_text(design: Design) -> str:
    """TOML that reads back as the same design: one order, one spelling, every value written."""
    lines: list[str] = []
    for name, value in as_plain(design).items():
        _table(value, name, lines)
    return "\n".join(lines).strip() + "\n"


def content_hash(design: Design) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical_text(design).encode()).hexdigest()


def plain_number(value: float) -> str:
    """A number as design files write it: without a decimal point where it is whole."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _table(value: Any, name: str, lines: list[str]) -> None:
    if isinstance(value, list):
        for one in value:
            lines.extend(["", f"[[{name}]]"])
            _body(one, name, lines)
        return
    if value:
        lines.extend(["", f"[{name}]"])
        _body(value, name, lines)


def _body(table: dict[str, Any], name: str, lines: list[str]) -> None:
    below = {key: value for key, value in table.items() if _is_tables(value)}
    lines.extend(f"{k} = {_literal(v)}" for k, v in table.items() if k not in below)
    for key, value in below.items():
        _table(value, f"{name}.{key}", lines)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, str):
        # a JSON string is a TOML basic string, but for the delete sign
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, list):
        return f"[{', '.join(_literal(one) for one in value)}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{_literal(k)} = {_literal(v)}" for k, v in value.items())
        return f"{{ {inside} }}"
    return str(value)
