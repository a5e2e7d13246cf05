"""Adding evidence: the change report is right, by hand arithmetic; nothing enters unseen."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.records.registry.v2_records import made_up_record
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.errors import InputError
from slopewise.evidence.change import Change
from slopewise.evidence.studies import load_studies
from slopewise.records.published.study_json import study_row
from slopewise.workflow.add_evidence import (
    AddedEvidence,
    add_evidence,
    list_added,
    void_evidence,
)
from slopewise.workflow.published_record import (
    added_folder,
    published_entries,
    published_studies,
    published_study,
)

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ARMS = (
    "study,design,source,year,scale,months,n_treated,mean_treated,sd_treated,n_control,"
    "mean_control,sd_control,blinded\n"
)
# a made-up masked trial of 200 and 200 people, -5.0 (SD 5) against -5.2 (SD 5)
TRIAL = (
    ARMS + "Made-up 2099,randomised,https://example.org/t,2099,ALSFRS-R,6,200,-5,5,200,-5.2,5,yes\n"
)

Add = Callable[..., AddedEvidence]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    monkeypatch.setenv("SLOPEWISE_DATA_FOLDER", str(tmp_path / "data"))

    def write_and_add(text: str, name: str = "new.csv", **options: bool) -> AddedEvidence:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return add_evidence(file, now=NOW, **options)

    return write_and_add


def of(made: AddedEvidence, key: str) -> Change:
    return next(one for one in made.changes if one.key == key)


def test_the_change_report_is_right_by_hand(add: Add) -> None:
    change = of(add(TRIAL), "question.slowing_randomised")
    assert change.before is not None
    assert change.after is not None
    old, new = change.after.entries
    # θ = 1 - 5.0/5.2; by the delta method se = (s/√n)/5.2 · √(1 + (5.0/5.2)²)
    theta = 1 - 5.0 / 5.2
    error = 5 / math.sqrt(200) / 5.2 * math.sqrt(1 + (5.0 / 5.2) ** 2)
    assert new.estimate == pytest.approx(theta, rel=CLOSED_FORM)
    assert new.standard_error == pytest.approx(error, rel=CLOSED_FORM)
    # Oh 2018, Table 3: -3.10 (3.51) n 31 against -6.48 (4.53) n 25
    assert old.estimate == pytest.approx(1 - 3.1 / 6.48, rel=CLOSED_FORM)
    # two studies: REML gives τ² = ((y1 - y2)² - v1 - v2) / 2, and Hartung-Knapp one degree of
    # freedom, whose 0.975 quantile is tan(0.475 π)
    v1, v2 = old.standard_error**2, error**2
    tau2 = ((old.estimate - theta) ** 2 - v1 - v2) / 2
    w1, w2 = 1 / (v1 + tau2), 1 / (v2 + tau2)
    centre = (w1 * old.estimate + w2 * theta) / (w1 + w2)
    spread = w1 * (old.estimate - centre) ** 2 + w2 * (theta - centre) ** 2
    half = math.tan(0.475 * math.pi) * math.sqrt(spread / (w1 + w2))
    after = dict(change.after.numbers)
    assert after["between_study_variance"] == pytest.approx(tau2, rel=ITERATED)
    assert after["estimate"] == pytest.approx(centre, rel=ITERATED)
    assert after["low"] == pytest.approx(centre - half, rel=ITERATED)
    assert after["high"] == pytest.approx(centre + half, rel=ITERATED)
    assert new.weight == pytest.approx(w2 / (w1 + w2), rel=ITERATED)
    assert change.why[0] == (
        "Made-up 2099 enters with 0.038 (standard error 0.094), 51 % of the weight"
    )
    assert "estimate: from 0.522 to 0.275" in change.why
    # Fieller's interval while the study stands alone: roots 0.2735 and 0.7610 of the ratio
    # (38.837 r² - 40.176 r + 8.083 = 0 up to the 0.975 quantile's digits)
    assert "95 % interval: from (0.239, 0.726) to (-2.794, 3.344)" in change.why
    assert change.why[-1] == "the interval no longer excludes 0"


def test_what_did_not_change_is_listed_with_why(add: Add) -> None:
    still = of(add(TRIAL), "question.slowing_single_arm")
    assert not still.is_changed
    assert still.why == ("Made-up 2099 is in another lane (randomised), and lanes are never mixed",)


def test_certainty_and_claims_follow(add: Add) -> None:
    made = add(TRIAL)
    rated = of(made, "certainty.slowing.randomised")
    assert "people: from 56 to 456" in rated.why
    assert of(made, "claim.slows_progression").is_changed
    assert not of(made, "claim.repeat_dosing_safe").is_changed


def test_a_preview_keeps_nothing(add: Add) -> None:
    shown = add(TRIAL, preview=True)
    assert shown.outcomes[0].what == "new"
    assert not list_added()
    assert published_studies() == load_studies()
    assert shown.changes == add(TRIAL).changes


def test_the_same_file_twice_changes_nothing(add: Add) -> None:
    add(TRIAL)
    again = add(TRIAL)
    assert again.outcomes[0].what == "unchanged"
    assert not any(one.is_changed for one in again.changes)
    assert len(list_added()) == 1


def test_voiding_turns_every_conclusion_back(add: Add) -> None:
    forth = add(TRIAL)
    back = void_evidence("made_up_2099", reason="made up", now=NOW)
    moved = {one.key: (one.was, one.now) for one in forth.changes if one.is_changed}
    assert {one.key: (one.now, one.was) for one in back.changes if one.is_changed} == moved
    assert published_studies() == load_studies()
    assert list_added()[0].history[-1].why == "made up"


def test_a_minimal_table_of_slowing_enters(add: Add) -> None:
    made = add("study,design,source,estimate,standard_error\nB,rct,page,0.3,0.1\n")
    (_, new) = of(made, "question.slowing_randomised").after.entries  # type: ignore[union-attr]
    assert (new.estimate, new.standard_error) == (0.3, 0.1)


def test_a_shared_cohort_counts_once(add: Add) -> None:
    small = TRIAL.replace("blinded\n", "blinded,overlaps\n").replace("yes\n", "yes,oh_2018\n")
    made = add(small.replace(",200,", ",20,"))
    change = of(made, "question.slowing_randomised")
    said = " ".join(change.why)
    assert "may share patients with Oh 2018" in said
    assert change.after is not None
    assert [one.study_id for one in change.after.entries] == ["oh_2018"]


def test_a_study_of_the_record_is_not_replaced_unasked(add: Add) -> None:
    row = study_row(published_study("oh_2018")) | {"country": "Norway"}
    with pytest.raises(InputError, match="oh_2018 is a study of the record"):
        add(json.dumps(row), "oh.json")
    assert not list_added()
    add(json.dumps(row), "oh.json", replaces=True)
    assert published_study("oh_2018").country == "Norway"
    assert list_added()[0].supersedes
    void_evidence("oh_2018", reason="test", now=NOW)
    assert published_study("oh_2018").country == "South Korea"


def test_the_same_publication_under_another_name_is_refused(add: Add) -> None:
    with pytest.raises(InputError, match=r"same publication as Oh 2018 \(DOI 10.1002/ana.25302\)"):
        add("study,design,source,estimate\nTwin,rct,10.1002/ANA.25302,0.1\n")


def test_an_overlap_with_nobody_is_refused_before_anything_is_kept(add: Add) -> None:
    with pytest.raises(InputError, match="no_such_study"):
        add("study,design,source,estimate,overlaps\nA,rct,page,0.1,no_such_study\n")
    assert not list_added()


def test_a_study_that_overlaps_a_voided_one_still_reads(add: Add) -> None:
    add("study,design,source,estimate,standard_error\nA,rct,page,0.1,0.1\n", "a.csv")
    add("study,design,source,estimate,standard_error,overlaps\nB,rct,page,0.2,0.1,a\n", "b.csv")
    void_evidence("a", reason="wrong", now=NOW)
    assert published_study("b").overlaps[0].study_ids == ()


def test_posted_results_become_a_study_and_a_registration(add: Add) -> None:
    made = add(json.dumps(made_up_record()), "record.json")
    assert [one.study_id for one in made.outcomes] == ["results_NCT99999999"]
    (entry,) = made.entries
    assert (entry.identifier, entry.what, entry.now) == (
        "NCT99999999",
        "new",
        "completed (2031-05-06)",
    )
    assert any(one.identifier == "NCT99999999" for one in published_entries())
    change = of(made, "question.slowing_randomised")
    assert "NCT99999999 (posted results) enters with 0.136" in change.why[0]  # 1 - 5.1/5.9


def test_results_of_a_trial_in_the_record_share_its_patients(add: Add) -> None:
    made = add(json.dumps(made_up_record("NCT01363401")), "record.json")
    assert "taken to share patients with Oh 2018" in (made.outcomes[0].why or "")


def test_a_citation_of_the_record_is_known_and_a_new_one_kept(add: Add) -> None:
    text = "".join(
        f"TY  - JOUR\nTI  - {title}\nDO  - {doi}\nER  - \n"
        for title, doi in (("One", "10.1002/ana.25302"), ("A new made-up title", "10.9999/new"))
    )
    known, new = add(text, "refs.ris").outcomes
    assert (known.what, new.what) == ("known", "new")
    assert "Oh 2018" in (known.why or "")


def test_a_broken_added_file_is_named(add: Add) -> None:
    add(TRIAL)
    file = added_folder() / "made_up_2099.json"
    file.write_text("{")
    with pytest.raises(InputError, match=r"made_up_2099\.json, line 1"):
        published_studies()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("new.json", "[1, 2]", "holds no study"),
        ("new.json", "{", "not readable as JSON"),
        ("new.pdf", "text", "is not recognised"),
        ("new.json", '{"study_id": "a"}', "is missing"),
    ],
)
def test_what_is_no_evidence_is_refused(add: Add, name: str, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        add(text, name)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        add_evidence(tmp_path / "none.csv", now=NOW)
