"""Every error slopewise raises, drawn.

SlopewiseError
├── InputError (ValueError)          a file, a row, an option is wrong        exit 1, HTTP 422
│   ├── NotFoundError (LookupError)  no such patient or study                 exit 1, HTTP 404
│   └── TooLargeError                more than is accepted at once            exit 1, HTTP 413
├── RecordError                      the store refuses a change               exit 1, HTTP 409
├── ConvergenceError (RuntimeError)  a numerical method did not converge      exit 3, HTTP 500
└── AccessDenied                     not allowed                              exit 1, HTTP 403

A message says what was wrong, with the value, and what to do.
"""

__all__ = [
    "AccessDenied",
    "ConvergenceError",
    "InputError",
    "NotFoundError",
    "RecordError",
    "SlopewiseError",
    "TooLargeError",
]


class SlopewiseError(Exception):
    """Root of the hierarchy; carries the exit code and the HTTP status of its kind."""

    exit_code = 1
    http_status = 500


class InputError(SlopewiseError, ValueError):
    """What was given is wrong; the message names it and says what to do."""

    http_status = 422


class NotFoundError(InputError, LookupError):
    """What was asked for is not there."""

    http_status = 404


class TooLargeError(InputError):
    """What was given is larger than is accepted at once."""

    http_status = 413


class RecordError(SlopewiseError):
    """The store refuses a change that would break its rules."""

    http_status = 409


class ConvergenceError(SlopewiseError, RuntimeError):
    """A numerical method did not reach an answer that can be trusted."""

    exit_code = 3


class AccessDenied(SlopewiseError):  # noqa: N818
    """The request is not allowed."""

    http_status = 403
