"""`slopewise evidence claims`, `certainty` and `regulation` at the terminal."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from slopewise.cli import evidence
from slopewise.errors import InputError, NotFoundError, TooLargeError
from slopewise.records.reading.written_text import LIMIT_BYTES


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    evidence.register(made)
    made.callback()(lambda: None)
    return made


def ask(app: typer.Typer, *arguments: str, given: str | None = None) -> str:
    result = CliRunner().invoke(app, ["evidence", *arguments], catch_exceptions=False, input=given)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_list_begins_with_counted_verdicts(app: typer.Typer) -> None:
    shown = ask(app, "claims")
    assert "known claims:" in shown.splitlines()[0]
    assert "slows_progression: “slows progression”" in shown
    assert "not advice on treatment" in " ".join(shown.split())


def test_a_claim_shows_rows_sources_certainty_and_a_true_wording(app: typer.Typer) -> None:
    shown = " ".join(ask(app, "claims", "slows_progression").split())
    assert "A wording that would be true" in shown
    assert "Certainty: very low (began high;" in shown
    assert "Against, or limiting:" in shown
    # Oh 2018, Table 3
    assert "difference 3.38" in shown
    assert "PMC6175096/table/ana25302-tbl-0003; Table 3; read" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("claims",),
        ("claims", "safe_well_tolerated"),
        ("certainty",),
        ("regulation",),
    ],
)
def test_json_is_whole_and_holds_no_nan(app: typer.Typer, arguments: tuple[str, ...]) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    assert json.loads(ask(app, *arguments, "--json"), parse_constant=refuse)


def test_lines_fit_the_terminal_except_addresses(app: typer.Typer) -> None:
    for arguments in (("claims",), ("certainty",), ("regulation",)):
        lines = [line for line in ask(app, *arguments).splitlines() if "://" not in line]
        assert max(map(len, lines)) <= 100


def test_a_text_is_marked_sentence_by_sentence(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "clinic.txt"
    file.write_text("Stem cells are safe. Lunch is at noon. They may slow ALS.", encoding="utf-8")
    shown = " ".join(ask(app, "claims", "--text", str(file)).split())
    assert "2 of 3 sentences make a known claim" in shown
    assert "no known claim in this sentence" in shown
    assert "as a possibility [slows_progression]: not supported" in shown
    found = json.loads(ask(app, "claims", "--text", str(file), "--json"))
    assert found["claims_found"] == ["safe_well_tolerated", "slows_progression"]
    assert found["sentences"][2]["claims"][0]["hedged"] is True


def test_a_page_and_standard_input_are_read(app: typer.Typer, tmp_path: Path) -> None:
    page = tmp_path / "clinic.html"
    page.write_text("<p>Stem cells <b>cure</b> ALS</p>", encoding="utf-8")
    assert "cure_or_reversal" in ask(app, "claims", "--text", str(page))
    assert "cure_or_reversal" in ask(app, "claims", "--text", "-", given="Stem cells cure ALS.")


def test_a_text_without_a_claim_says_so(app: typer.Typer) -> None:
    shown = ask(app, "claims", "--text", "-", given="The sky is blue.")
    assert shown.startswith("No known claim was found; that does not mean that the text is right.")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", b"", "holds no text"),
        ("a.txt", b" \n\t\n", "holds no text"),
        ("a.html", b"<html><script>x</script></html>", "holds no text"),
        ("a.pdf", b"%PDF-1.7 ...", "a document or an archive"),
        ("a.docx", b"PK\x03\x04....", "a document or an archive"),
        ("a.txt", b"text \x00\x01 more", "bytes that are no text"),
        ("a.txt", "Zelle f\xfcr ALS".encode("latin-1"), "not in UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(
    app: typer.Typer, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InputError, match=told):
        ask(app, "claims", "--text", str(file))


def test_a_text_too_large_a_folder_and_a_missing_file_are_refused(
    app: typer.Typer, tmp_path: Path
) -> None:
    file = tmp_path / "large.txt"
    file.write_bytes(b"a" * (LIMIT_BYTES + 1))
    with pytest.raises(TooLargeError, match="split the text"):
        ask(app, "claims", "--text", str(file))
    with pytest.raises(InputError, match="is a folder"):
        ask(app, "claims", "--text", str(tmp_path))
    with pytest.raises(InputError, match="does not exist"):
        ask(app, "claims", "--text", str(tmp_path / "none.txt"))


def test_texts_of_other_encodings_with_a_mark_are_read(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    for encoding in ("utf-16", "utf-8-sig"):
        file.write_bytes("Stem cells cure ALS.".encode(encoding))
        assert "cure_or_reversal" in ask(app, "claims", "--text", str(file))


def test_an_unknown_claim_is_refused_with_a_suggestion(app: typer.Typer) -> None:
    with pytest.raises(NotFoundError, match="did you mean"):
        ask(app, "claims", "slows_progress")


def test_a_claim_and_a_text_at_once_is_wrong_use(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["evidence", "claims", "stabilises", "--text", "-"])
    assert result.exit_code == 2


def test_certainty_names_what_lowered_it(app: typer.Typer) -> None:
    shown = " ".join(ask(app, "certainty").split())
    assert "slowing of decline, randomised" in shown
    assert "because of Oh 2018" in shown


def test_regulation_has_dates_and_the_advice_to_check_again(app: typer.Typer) -> None:
    shown = " ".join(ask(app, "regulation").split())
    assert "United States: not approved" in shown
    assert "2023-09-27 (NurOwn): advisers voted 17 to 1" in shown
    assert shown.count("check with the regulator before use") == 4
