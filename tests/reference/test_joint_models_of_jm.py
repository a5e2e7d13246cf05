"""JM's printed log-likelihoods, by JM's own rule on the second program's integrand.

Their agreement shows that both write down one likelihood: constants, baseline, knots, units.
"""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.shared_data import example_table

ROOT = Path(__file__).parents[2] / "reference"
RULES = {r["name"]: r for r in json.loads((ROOT / "jm" / "rules.json").read_text("utf-8"))}
FITS = json.loads((ROOT / "jm" / "values.json").read_text("utf-8"))["fits"]
PRINTED = {f["name"]: f for f in FITS}


def script(name: str) -> ModuleType:
    found = importlib.util.spec_from_file_location(
        "reference_" + name.split("/", 1)[0], ROOT / name
    )
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "rule", "digit"),
    [
        ("aids sqrt(CD4) piecewise value", "plain_15_points", 0.001),
        ("aids CD4 drug spline value", "plain_15_points", 0.5),  # printed without decimals
        # four decimals of twelve estimates: the printed point itself is known to 0.002
        ("pbc2 weibull value", "pseudo_adaptive_5_points", 0.002),
    ],
)
def test_jms_rule_gives_what_jm_printed(name: str, rule: str, digit: float) -> None:
    assert RULES[name][rule] == pytest.approx(PRINTED[name]["log_likelihood"], abs=digit)


def test_the_stored_rules_are_what_the_script_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = example_table("stat_reference/jm_pbc2.csv").parent
    monkeypatch.setattr(sys, "path", [*sys.path])  # the script adds to it
    rules = script("jm/rules.py")
    liver = rules.pbc2(folder)
    first = rules.replace(rules.start(liver), baseline=rules.Weibull(0.0, 1.0))
    found = rules.compared("pbc2 weibull value", liver, first, rules.STARTS["pbc2"])
    assert found.pop("name") == "pbc2 weibull value"
    stored = {k: v for k, v in RULES["pbc2 weibull value"].items() if k != "name"}
    assert found == pytest.approx(stored, rel=1e-10)
