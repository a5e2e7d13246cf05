"""`slopewise evidence` at the terminal."""

import pytest
import typer
from typer.testing import CliRunner

from slopewise.cli import evidence
from slopewise.errors import NotFoundError


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    evidence.register(made)
    made.callback()(lambda: None)
    return made


def ask(app: typer.Typer, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["evidence", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_list_begins_with_a_counted_sentence(app: typer.Typer) -> None:
    assert ask(app, "studies").startswith("60 records: 45 with content read (7 randomised")


def test_options_are_met_together(app: typer.Typer) -> None:
    shown = ask(app, "studies", "--kind", "randomised", "--cells", "adipose")
    assert shown.startswith("1 of 60 records match")
    assert "aguera_2025" in shown


def test_no_line_is_wider_than_the_terminal_it_is_made_for(app: typer.Typer) -> None:
    listed = ask(app, "studies")
    assert max(len(line) for line in listed.splitlines()) <= 100


def test_every_identifier_of_the_list_is_whole(app: typer.Typer) -> None:
    listed = ask(app, "studies").split()
    assert {"siwek_barczewska_interim", "murcia_extension_cmn_ela"} <= set(listed)


def test_a_study_is_shown_with_its_source_and_its_contradictions(app: typer.Typer) -> None:
    shown = " ".join(ask(app, "study", "oh_2018").split())
    # Oh 2018, Table 3: difference of the change at 6 months (doi:10.1002/ana.25302)
    assert "Difference: 3.38" in shown
    assert "PMC6175096/table/ana25302-tbl-0003; Table 3; read" in shown
    assert "Contradictions in print AALS change" in shown
    assert "Allocation concealed: not read" in shown


def test_a_study_that_was_not_retrieved_shows_no_number(app: typer.Typer) -> None:
    shown = ask(app, "study", "magota")
    assert "no page with results was found" in " ".join(shown.split())
    assert "Source:" not in shown


def test_an_unknown_study_is_refused(app: typer.Typer) -> None:
    with pytest.raises(NotFoundError, match="oh_2018"):
        ask(app, "study", "oh_2019")
