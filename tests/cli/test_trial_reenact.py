"""`slopewise trial reenact`: a published trial beside its simulation."""

import json

import pytest

from slopewise.cli.main import run


def test_list_and_design(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trial", "reenact", "--list"]) == 0
    assert "cudkowicz_2022" in capsys.readouterr().out
    assert run(["trial", "reenact", "oh_2018", "--design"]) == 0
    assert "doi:10.1002/ana.25302" in capsys.readouterr().out


def test_without_a_study_or_with_an_unknown_one_it_says_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["trial", "reenact"]) == 1
    assert "--list" in capsys.readouterr().err
    assert run(["trial", "reenact", "nobody_1999"]) == 1
    assert "choose one of" in capsys.readouterr().err


def test_the_large_trial_is_told_beside_its_simulation(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["trial", "reenact", "cudkowicz_2022", "--replicates", "50", "--workers", "1"]
    assert run([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert any("28 % of 94 controls" in one for one in found["published"])
    assert any("controls meet it by chance" in one for one in found["simulated"])
    assert found["simulation"]["replicates"] == 50
    assert run(asked) == 0
    out = " ".join(capsys.readouterr().out.split())
    for said in ("SIMULATED", "What was published", "without an effect", "Research use only"):
        assert said in out
    # without an effect first, then by slowing
    heads = out[out.index("Of 100 trials significant") :]
    order = ("no effect", "6 % slower", "25 % slower", "50 % slower")
    places = [heads.index(one) for one in order]
    assert places == sorted(places)
