"""Text out of files, made safe for a terminal: signs that steer it are replaced.

A cell of a file may hold an escape sequence that recolours, moves or hides what is shown, or a sign
that turns the direction of writing (Trojan Source, CVE-2021-42574).
"""

import re

__all__ = ["escaped", "one_line", "without_controls"]

# C0 and C1 controls, delete, line and paragraph separators, marks of writing direction
_CONTROLS = "\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069"
_STEERING = re.compile(f"[{_CONTROLS}]")
_STEERING_NOT_LAYOUT = re.compile(f"(?![\n\t])[{_CONTROLS}]")
REPLACEMENT = "\ufffd"


def one_line(text: str) -> str:
    """The text for a cell of a table: no control sign and no line break."""
    return _STEERING.sub(REPLACEMENT, text)


def without_controls(text: str) -> str:
    """The text for a terminal: line breaks and tabs stay, other control signs do not."""
    return _STEERING_NOT_LAYOUT.sub(REPLACEMENT, text)


def escaped(json_text: str) -> str:
    """JSON with the same contents and no control sign: they become `\\\\uXXXX`."""
    return _STEERING_NOT_LAYOUT.sub(lambda sign: f"\\u{ord(sign.group()):04x}", json_text)
