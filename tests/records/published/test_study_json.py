"""Studies as JSON and back, and JSON that is refused."""

import pytest

from slopewise.errors import InputError, TooLargeError
from slopewise.evidence.studies import load_studies, study_from
from slopewise.evidence.study import Study
from slopewise.records.published import study_json
from slopewise.records.published.study_json import parse_json, read_study_json, study_row


@pytest.mark.parametrize("study", load_studies(), ids=lambda study: study.study_id)
def test_every_study_is_the_same_after_writing_and_reading(study: Study) -> None:
    assert study_from(study_row(study), study.study_id) == study


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"{", "line 1, sign 2: not readable as JSON"),
        (b'{"a": NaN}', "NaN is no number in JSON"),
        (b'{"a": 1, "a": 2}', 'the key "a" stands twice'),
        (b"\xff\xfe{", "is not written in UTF-8"),
        (b"[" * 100_000, "nested more than 100 deep"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "a number cannot be read"),
    ],
)
def test_what_is_no_json_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_json("new.json", content)


def test_brackets_inside_text_are_no_nesting() -> None:
    assert parse_json("new.json", b'{"a": "' + b"[" * 500 + b'\\""}') == {"a": "[" * 500 + '"'}


def test_a_huge_file_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_json, "LIMIT_BYTES", 10)
    with pytest.raises(TooLargeError):
        parse_json("new.json", b" " * 11)


@pytest.mark.parametrize("study_id", ["../oh", "a b", "", "é", "x" * 65])
def test_an_identifier_that_could_leave_the_folder_is_refused(study_id: str) -> None:
    row = {
        "study_id": study_id,
        "label": "A",
        "bibliography": {"citation": {"source": "page"}},
        "design": {"design_class": "rct_parallel"},
        "evidence_level_read": "abstract",
    }
    with pytest.raises(InputError):
        read_study_json("new.json", row)


def test_a_number_without_a_source_is_refused() -> None:
    row = {
        "study_id": "a",
        "label": "A",
        "bibliography": {"citation": {"source": "page"}},
        "design": {"design_class": "rct_parallel"},
        "evidence_level_read": "abstract",
        "slowing": [{"estimate": 0.2, "citation": {"source": " "}}],
    }
    with pytest.raises(InputError, match=r"slowing\[0\]\.estimate = 0\.2 has no source"):
        read_study_json("new.json", row)
