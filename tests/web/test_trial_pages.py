"""The pages of trials: forms that write the file, errors beside their field, runs that stop."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.parse import urlencode

import pytest
from tests.web.client import SAME_ORIGIN, Client, Element, read
from tests.web.made_up_simulation import BLOCKS, Engine

from slopewise.records.designs.saved import name_from_words
from slopewise.records.designs.templates import TEMPLATES, template_text
from slopewise.trial.design.canonical import canonical_text, content_hash
from slopewise.trial.design.design import Design
from slopewise.trial.design.plain import bare_type
from slopewise.trial.design.words import Analysis
from slopewise.trial.running.pace import time_left
from slopewise.web.jobs import JobState, Worker
from slopewise.web.security import WebLimits
from slopewise.web.trials.labels import GROUPS, LABELS, SECTIONS
from slopewise.workflow.trial_design import read_design_text

NAMES = [template.name for template in TEMPLATES]
FORM = {**SAME_ORIGIN, "content-type": "application/x-www-form-urlencoded"}
Pairs = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Designs and runs of one test lie in a folder of its own."""
    monkeypatch.setenv("SLOPEWISE_DATA_FOLDER", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def trials(make_client: Callable[[WebLimits], Client], engine: Engine) -> Iterator[Client]:
    client = make_client(WebLimits())
    client.app.state.simulate = engine
    yield client
    engine.hold.set()
    client.app.state.simulations.close(10)


def send(client: Client, address: str, pairs: Iterable[tuple[str, str]]) -> Any:
    """Post fields as a browser does, those of one name in their order."""
    return client.post(address, headers=FORM, stream=_once(urlencode(list(pairs)).encode()))


async def _once(content: bytes) -> Any:
    yield content


def form_of(page: Element, action: str) -> Element:
    return next(form for form in page.all("form") if form["action"] == action)


def pairs_of(form: Element) -> Pairs:
    """What the browser would send with the form as it stands, without a button."""
    found: Pairs = []
    for field in form.all("input", "select", "textarea"):
        kind = field.get("type")
        if field.tag == "select":
            chosen = [o for o in field.all("option") if "selected" in o.attributes]
            found.append((field["name"], (chosen or field.all("option"))[0].get("value")))
        elif field.tag == "textarea":
            text = "".join(c for c in field.children if isinstance(c, str))
            found.append((field["name"], text.removeprefix("\n")))
        elif kind not in ("checkbox", "radio") or "checked" in field.attributes:
            found.append((field["name"], field.get("value")))
    return found


def changed(pairs: Pairs, **values: str) -> Pairs:
    """The same with other values; `__` stands for a dot."""
    new = {name.replace("__", "."): value for name, value in values.items()}
    assert set(new) <= {name for name, _ in pairs}, "no such field"
    return [(name, new.get(name, value)) for name, value in pairs]


def template_pairs(client: Client, template: str = "two-arm") -> Pairs:
    return pairs_of(form_of(client.page(f"/trials/new?template={template}"), "/trials/new"))


def saved_template(client: Client, template: str = "two-arm") -> str:
    """Save a template as it is; returns the name it got."""
    answer = send(client, "/trials/new", [*template_pairs(client, template), ("do", "save")])
    assert answer.status_code == 303, read(answer.text).first("main").text
    return str(answer.headers["location"]).removeprefix("/trials/").split("?")[0]


def design_of(text: str) -> Design:
    found = read_design_text(text).design
    assert found is not None
    return found


def kept_design(folder: Path, name: str) -> Design:
    return design_of((folder / "designs" / f"{name}.toml").read_text("utf-8"))


def test_the_list_says_what_can_be_done_and_offers_every_template(trials: Client) -> None:
    page = trials.page("/trials")
    links = {a.get("href") for a in page.all("a")}
    assert {f"/trials/new?template={name}" for name in NAMES} <= links
    assert "slopewise trial check FILE" in page.text


def keys_of(record: Any, place: str) -> Iterator[str]:
    hints = get_type_hints(record, include_extras=True)
    for one in fields(record):
        kind = bare_type(hints[one.name])[0]
        inner = get_args(kind)[0] if get_args(kind) else None
        here = f"{place}.{one.name}" if place else one.name
        below = kind if is_dataclass(kind) else inner if is_dataclass(inner) else None
        if below is None:
            yield here
        else:
            yield from keys_of(below, here)


def test_every_key_of_a_design_has_words_and_no_words_are_left_over() -> None:
    assert set(keys_of(Design, "")) == set(LABELS)
    assert {one.name for one in fields(Design)} == set(SECTIONS)
    assert {key.rpartition(".")[0] for key in LABELS} == {*GROUPS, *SECTIONS}


def test_every_key_of_a_design_has_a_field() -> None:
    from slopewise.web.trials.fields import sections

    one: dict[str, Any] = {name: {} for name in SECTIONS}
    for group in GROUPS:
        table, _, key = group.partition(".")
        if key:
            one[table][key] = [{}]
        else:
            one[table] = [{}]
    one["endpoints"] = [{"analysis": one.value} for one in Analysis]
    made, _ = sections(one)
    names = [f.name for s in made for f in s.fields]
    names += [f.name for s in made for g in s.groups for row in g.rows for f in row.fields]
    assert {re.sub(r"\.\d+\.", ".", name) for name in names} == set(LABELS)


@pytest.mark.parametrize("template", NAMES)
def test_a_template_comes_back_from_its_form_with_the_same_fingerprint(
    trials: Client, folder: Path, template: str
) -> None:
    name = saved_template(trials, template)
    text = (folder / "designs" / f"{name}.toml").read_text("utf-8")
    expected = design_of(template_text(template))
    assert content_hash(design_of(text)) == content_hash(expected)
    assert text == canonical_text(expected)
    page = trials.page(f"/trials/{name}")
    assert content_hash(expected)[:16] in page.text
    assert f"slopewise trial check {folder}/designs/{name}.toml" in page.text


def test_a_number_changed_in_the_form_is_changed_in_the_file(trials: Client, folder: Path) -> None:
    name = saved_template(trials)
    pairs = pairs_of(form_of(trials.page(f"/trials/{name}"), f"/trials/{name}"))
    sent = changed(
        pairs, trial__size="240", arms__0__dose_months="0 3; 6", scenario__slowing__0="0,4"
    )
    assert send(trials, f"/trials/{name}", [*sent, ("do", "save")]).status_code == 303
    design = kept_design(folder, name)
    assert design.trial.size == 240
    assert design.arms[0].dose_months == (0.0, 3.0, 6.0)
    assert dict(design.scenario.slowing) == {"cells": 0.4}


@pytest.mark.parametrize(
    "case",
    [
        ("trial__size", "many", "f-trial-size", 'size = "many" is a text; write a whole number'),
        ("trial__size", "3", "f-trial-size", "is too small for 2 arms"),
        ("trial__name", " ", "f-trial-name", "is empty; write a text"),
        ("scenario__slowing_spread", "3", "f-scenario-slowing_spread", "from 0 to 1"),
        ("scenario__slowing__0", "2", "f-scenario-slowing-0", "is outside its limits"),
        ("entry__alsfrs_total__low", "", "f-entry-alsfrs_total-low", "is not a range"),
        ("visits__months", "1, 2", "f-visits-months", "does not begin with 0"),
        ("enrolment__months", "nan", "f-enrolment-months", "is not a finite number"),
        ("randomisation__block_sizes", "3", "f-randomisation-block_sizes", "is no multiple of 2"),
        ("multiplicity__order", "slope\nslope", "f-multiplicity-order", "named twice"),
        ("endpoints__0__month", "6", "f-endpoints-0-month", "is an option of"),
    ],
)
def test_an_error_stands_beside_its_field_in_the_words_of_the_command(
    trials: Client, folder: Path, case: tuple[str, str, str, str]
) -> None:
    field, value, field_id, words = case
    name = saved_template(trials)
    address, dotted = f"/trials/{name}", field.replace("__", ".")
    before = (folder / "designs" / f"{name}.toml").read_bytes()
    pairs = pairs_of(form_of(trials.page(address), address))
    sent = [(key, value if key == dotted else old) for key, old in pairs]
    if dotted not in dict(pairs):
        sent.append((dotted, value))
    answer = send(trials, address, [*sent, ("do", "save")])
    assert answer.status_code == 422
    page = read(answer.text)
    alert = next(e for e in page.all("section") if e.get("role") == "alert")
    assert words in alert.text
    assert "nothing was saved" in alert.text
    assert any(a.get("href") == f"#{field_id}" for a in alert.all("a"))
    wrong = next(e for e in page.all("input", "select", "textarea") if e.get("id") == field_id)
    assert wrong["aria-invalid"] == "true"
    told = next(e for e in page.all("p") if e.get("id") == wrong["aria-describedby"].split()[-1])
    assert words in told.text
    assert dict(pairs_of(form_of(page, address)))[dotted] == value.strip()
    assert (folder / "designs" / f"{name}.toml").read_bytes() == before
    section = next(e for e in page.all("details") if wrong in e.all())
    assert "open" in section.attributes


def test_what_is_told_is_what_the_check_of_a_file_says(trials: Client) -> None:
    text = template_text("two-arm").replace("size = 300 ", "size = 3 ", 1)
    told = read_design_text(text).errors[0]
    answer = send(
        trials,
        "/trials/new",
        [*changed(template_pairs(trials), trial__size="3"), ("do", "check")],
    )
    assert f"{told.key} = {told.value} {told.message}" in read(answer.text).text


def test_rows_are_added_and_removed_by_buttons_and_nothing_is_saved(
    trials: Client, folder: Path
) -> None:
    pairs = template_pairs(trials)
    for place in ("arms", "enrolment.sites", "dropout.states", "randomisation.factors"):
        rows = [value for name, value in pairs if name == "row"]
        many = sum(row.rpartition(".")[0] == place for row in rows)
        answer = send(trials, "/trials/new", [*pairs, ("do", f"add:{place}")])
        assert answer.status_code == 200
        page = read(answer.text)
        more = pairs_of(form_of(page, "/trials/new"))
        assert ("row", f"{place}.{many}") in more
        assert "not saved yet" in page.text
        assert not [e for e in page.all() if e.get("role") == "alert"]
        sent = [*more, ("do", f"remove:{place}.{many}")]
        less = pairs_of(form_of(read(send(trials, "/trials/new", sent).text), "/trials/new"))
        assert sorted(less) == sorted(pairs)
    assert not (folder / "designs").exists()


def test_looks_are_used_and_removed_by_a_button(trials: Client) -> None:
    pairs = template_pairs(trials)
    assert not [name for name, _ in pairs if name.startswith("interim.")]
    answer = send(trials, "/trials/new", [*pairs, ("do", "add:interim")])
    more = pairs_of(form_of(read(answer.text), "/trials/new"))
    assert ("row", "interim") in more
    sent = changed(more, interim__information="0.5, 1")
    answer = send(trials, "/trials/new", [*sent, ("do", "save")])
    name = answer.headers["location"].removeprefix("/trials/").split("?")[0]
    page = trials.page(f"/trials/{name}/looks")
    assert "slopewise trial boundary --looks 0.5,1 --alpha 0.025 --sides 1" in page.text
    assert page.all("figure")
    assert [row[0] for row in page.all("table")[-1].rows()][-1] == "at the end"


def test_looks_at_months_and_no_looks_are_explained(trials: Client) -> None:
    name = saved_template(trials)
    assert "one analysis, at the end" in trials.page(f"/trials/{name}/looks").text
    text = template_text("group-sequential")
    text = text.replace("information = [0.33, 0.67, 1]", "months = [15, 24, 36]")
    answer = trials.post("/trials/new/file", fields={"text": text, "do": "save"}, headers=FORM)
    assert answer.status_code == 303
    page = trials.page("/trials/group-sequential-300/looks")
    assert "only known once it is simulated" in page.text


def test_the_size_of_a_design_is_what_the_command_says(trials: Client, folder: Path) -> None:
    from slopewise.report.trial.size_text import size_table
    from slopewise.workflow.size_trial import SizeRequest, size_trial

    name = saved_template(trials)
    place = folder / "designs" / f"{name}.toml"
    page = trials.page(f"/trials/{name}/size?power=80")
    assert f"slopewise trial size {place} --power 0.8" in page.text
    expected = size_table(size_trial(SizeRequest(place=place, power=0.8)))
    assert page.first("table").rows() == [
        [" ".join(cell.split()) for cell in row] for row in expected.rows
    ]
    assert trials.get(f"/trials/{name}/size?power=101").status_code == 422


def test_a_new_name_of_an_arm_is_used_everywhere(trials: Client, folder: Path) -> None:
    pairs = template_pairs(trials)
    sent = changed(pairs, arms__0__name="MSC & <b>", endpoints__0__name="decline 12")
    answer = send(trials, "/trials/new", [*sent, ("do", "save")])
    assert answer.status_code == 303, read(answer.text).text
    design = kept_design(folder, "two-arm-300")
    assert design.arms[0].name == "MSC & <b>"
    assert {one.treatment for one in design.estimands} == {"MSC & <b>"}
    assert dict(design.scenario.slowing).keys() == {"MSC & <b>"}
    assert design.multiplicity.order[0] == "decline 12"


def test_tables_of_another_kind_appear_when_the_kind_wants_them(trials: Client) -> None:
    pairs = template_pairs(trials)
    page = read(send(trials, "/trials/new", [*pairs, ("do", "check")]).text)
    assert "s-external_control" not in {e.get("id") for e in page.all("details")}
    sent = changed(pairs, trial__kind="single-arm")
    page = read(send(trials, "/trials/new", [*sent, ("do", "check")]).text)
    assert "s-external_control" in {e.get("id") for e in page.all("details")}


def test_the_file_itself_keeps_its_comments_and_names_the_line_of_an_error(
    trials: Client, folder: Path
) -> None:
    text = template_text("two-arm")
    sent = {"text": text.replace("\n", "\r\n"), "do": "save"}
    answer = trials.post("/trials/new/file", fields=sent)
    assert answer.status_code == 303
    assert (folder / "designs" / "two-arm-300.toml").read_text("utf-8") == text
    broken = text.replace("size = 300", "size = 1", 1)
    line = 1 + [one.startswith("size = 1") for one in broken.splitlines()].index(True)
    answer = trials.post("/trials/two-arm-300/file", fields={"text": broken, "do": "save"})
    assert answer.status_code == 422
    page = read(answer.text)
    assert f"line {line}: [trial] size = 1 is too small" in page.text
    assert dict(pairs_of(form_of(page, "/trials/two-arm-300/file")))["text"].strip() == (
        broken.strip()
    )
    assert (folder / "designs" / "two-arm-300.toml").read_text("utf-8") == text


def test_text_that_is_no_toml_shows_the_text_and_no_fields(trials: Client) -> None:
    answer = trials.post("/trials/new/file", fields={"text": "[trial\nname = ", "do": "save"})
    assert answer.status_code == 422
    page = read(answer.text)
    assert "line 1" in page.text
    assert "is not TOML" in page.text
    assert [form["action"] for form in page.all("form")] == ["/trials/new/file"]


def test_a_file_broken_by_hand_is_shown_with_its_errors(trials: Client, folder: Path) -> None:
    name = saved_template(trials)
    place = folder / "designs" / f"{name}.toml"
    place.write_text(place.read_text("utf-8").replace("size = 300", 'size = "x"'), "utf-8")
    page = trials.page(f"/trials/{name}")
    assert f"{name}.toml, line" in page.text
    assert "cannot be used as it is" in trials.page("/trials").text
    answer = trials.get(f"/trials/{name}/run")
    assert answer.status_code == 422
    assert "write a whole number" in read(answer.text).text


def test_a_name_that_is_taken_is_told_beside_the_name(trials: Client, folder: Path) -> None:
    saved_template(trials)
    before = (folder / "designs" / "two-arm-300.toml").read_bytes()
    sent = changed(template_pairs(trials), trial__size="240")
    page = read(send(trials, "/trials/new", [*sent, ("do", "save")]).text)
    assert "is saved already" in page.text
    assert dict(pairs_of(form_of(page, "/trials/new")))["trial.size"] == "240"
    assert (folder / "designs" / "two-arm-300.toml").read_bytes() == before


@pytest.mark.parametrize(
    "name",
    ["..%2fx", "../../x", "..%2f..%2fetc%2fpasswd", "a/b", ".hidden", "A", "x.toml", "a" * 65, "-a",
     "%2e%2e", "a%00", "a b", "é", "..%5cx"],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(trials: Client, folder: Path, name: str) -> None:
    secret = folder.parent / "x.toml"
    secret.write_text("secret = 1", "utf-8")
    for rest in ("", "/looks", "/size", "/run", "/result", "/design.toml", "/file"):
        answer = trials.get(f"/trials/{name}{rest}")
        assert answer.status_code in {404, 405, 422}
        assert "secret" not in answer.text
    fields = {"text": template_text("two-arm"), "do": "save"}
    for rest in ("", "/file"):
        assert trials.post(f"/trials/{name}{rest}", fields=fields).status_code in {404, 405, 422}
    assert not (folder / "designs").exists()
    assert secret.read_text("utf-8") == "secret = 1"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("Étude Nº 2", "etude-no-2"),
        ("new", "design-new"),
        ("<script>", "script"),
        ("...", "design"),
        ("日本", "design"),
        ("x" * 200, "x" * 64),
    ],
)
def test_a_trial_s_name_becomes_a_file_s_name_that_is_safe(words: str, name: str) -> None:
    assert name_from_words(words) == name


def test_what_is_typed_is_shown_as_text_on_every_page(trials: Client) -> None:
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    pairs = template_pairs(trials)
    sent = [
        (name, attack if name in ("trial.title", "arms.0.name", "estimands.0.summary") else value)
        for name, value in pairs
    ]
    name = send(trials, "/trials/new", [*sent, ("do", "save")]).headers["location"].split("?")[0]
    run = begun(trials, name)
    trials.app.state.simulations.wait()
    for address in (name, "/trials", f"{name}/run", f"{name}/looks", run):
        page = trials.page(address)
        assert not page.all("script")
        assert not [e for e in page.all() if any(a.startswith("on") for a in e.attributes)]
        assert attack in trials.page(name).text or address != name
    report = trials.get(f"{run}/report.html")
    assert "<script>" not in report.text


@pytest.mark.parametrize(
    ("pairs", "status"),
    [
        ([("do", "delete")], 422),
        ([("do", "add:" + "x" * 100)], 422),
        ([("row", f"arms.{i}") for i in range(100)], 422),
        ([("trial.title", "x" * 30_000)], 422),
        ([("nothing", "of ours"), ("do", "add:nowhere"), ("row", "arms.x")], 200),
        ([("do", "remove:arms.99")], 200),
        ([], 422),
    ],
)
def test_a_form_that_was_tampered_with_is_no_fault_of_the_program(
    trials: Client, pairs: Pairs, status: int
) -> None:
    answer = send(trials, "/trials/new", pairs)
    assert answer.status_code == status
    assert "fault of the program" not in answer.text


def test_more_fields_than_any_form_has_are_refused(trials: Client) -> None:
    answer = send(trials, "/trials/new", [(f"f{i}", "") for i in range(20_000)])
    assert answer.status_code in {400, 413, 422}


@pytest.mark.parametrize("size", [1_100_000, 9_500_000])
def test_a_huge_file_is_refused_and_nothing_is_kept(
    trials: Client, folder: Path, size: int
) -> None:
    answer = trials.post("/trials/new/file", fields={"text": "#" * size, "do": "save"})
    assert answer.status_code in {400, 413}
    assert not (folder / "designs").exists()


def test_deeply_nested_toml_is_an_error_and_no_fault(trials: Client) -> None:
    text = "x = " + "[" * 5_000 + "]" * 5_000
    answer = trials.post("/trials/new/file", fields={"text": text, "do": "check"})
    assert answer.status_code == 422


def test_a_change_asked_for_by_another_site_is_refused(trials: Client, folder: Path) -> None:
    name = saved_template(trials)
    foreign = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    for address in (f"/trials/{name}", f"/trials/{name}/file", f"/trials/{name}/run"):
        assert trials.post(address, fields={"do": "save"}, headers=foreign).status_code == 403
    assert not (folder / "trial-runs").exists()


def begun(client: Client, design: str, **fields: str) -> str:
    """Begin a simulation; returns the address of the run."""
    answer = client.post(f"{design}/run", fields={"replicates": "100", **fields})
    assert answer.status_code == 303, read(answer.text).first("main").text
    return str(answer.headers["location"])


def test_a_run_ends_with_its_answers_and_files_to_take_away(
    trials: Client, engine: Engine, folder: Path
) -> None:
    name = saved_template(trials, "group-sequential")
    run = begun(trials, f"/trials/{name}", sizes="200, 400", seed="7", assurance="yes")
    trials.app.state.simulations.wait()
    asked = engine.begun[0]
    assert (asked.replicates, asked.seed, asked.sizes) == (100, 7, (200, 400))
    assert asked.assurance
    page = trials.page(run)
    assert "imulated" in page.first("h1").text
    assert "no person stands behind" in page.text
    assert len(page.all("figure")) >= 5
    command = (
        f"slopewise trial simulate {name}-design.toml --replicates 100 --seed 7 --sizes 200,400 "
        "--assurance"
    )
    assert command in page.text
    assert "assumption: every number of this run is made up" in page.text
    for file, kind in (
        ("design.toml", "toml"),
        ("settings.json", "json"),
        ("result.json", "json"),
        ("result.csv", "csv"),
        ("report.html", "html"),
    ):
        answer = trials.get(f"{run}/{file}")
        assert answer.status_code == 200
        assert kind in answer.headers["content-type"]
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}-{file}"'
    assert json.loads(trials.get(f"{run}/settings.json").text)["command"] == command
    assert json.loads(trials.get(f"{run}/result.json").text)["simulated"] is True
    design = trials.get(f"{run}/design.toml").text
    assert content_hash(design_of(design)) == content_hash(kept_design(folder, name))
    assert trials.get(f"{run}/other.txt").status_code == 404
    assert trials.get(f"/trials/{name}/result").headers["location"] == run
    assert run in {a.get("href") for a in trials.page("/trials").all("a")}


def test_a_finished_run_is_there_after_a_new_start(
    trials: Client, make_client: Callable[[WebLimits], Client]
) -> None:
    run = begun(trials, f"/trials/{saved_template(trials)}")
    trials.app.state.simulations.wait()
    again = make_client(WebLimits())
    assert again.page(run).all("figure")


def test_the_same_choices_are_the_same_run_and_are_not_run_twice(
    trials: Client, engine: Engine
) -> None:
    name = f"/trials/{saved_template(trials)}"
    first = begun(trials, name)
    trials.app.state.simulations.wait()
    assert begun(trials, name, workers="3") == first
    assert begun(trials, name, seed="1") != first
    trials.app.state.simulations.wait()
    assert len(engine.begun) == 2


def test_the_planned_scenario_alone_can_be_run(trials: Client, engine: Engine) -> None:
    name = f"/trials/{saved_template(trials, 'group-sequential')}"
    begun(trials, name, grid="planned")
    trials.app.state.simulations.wait()
    assert engine.begun[0].design.grid.slowing == ()


def test_a_running_simulation_shows_how_far_it_is_and_reloads_itself(
    trials: Client, engine: Engine
) -> None:
    engine.hold.clear()
    run = begun(trials, f"/trials/{saved_template(trials)}")
    page = trials.page(run)
    bar = page.first("progress")
    assert "trials done" in page.text or "Getting ready" in page.text
    assert "slopewise trial simulate two-arm-300-design.toml --replicates 100" in page.text
    assert bar["aria-labelledby"] in {e.get("id") for e in page.all("p")}
    assert any(e.get("role") == "status" for e in page.all("div"))
    refresh = [m for m in page.all("meta") if m.get("http-equiv") == "refresh"]
    assert len(refresh) == 1
    quiet = trials.page(f"{run}?refresh=no")
    assert not [m for m in quiet.all("meta") if m.get("http-equiv") == "refresh"]
    assert "A simulation is running" in trials.page("/trials").text
    engine.hold.set()
    trials.app.state.simulations.wait()
    assert not trials.page(run).all("progress")


def test_a_stopped_run_keeps_its_blocks_and_goes_on(trials: Client, engine: Engine) -> None:
    run = begun_and_stopped_after(trials, engine, blocks=2)
    page = trials.page(run)
    assert "Stopped early" in page.text
    assert form_of(page, f"{run}/resume").first("button").text == "Go on with it"
    assert trials.post(f"{run}/resume").status_code == 303
    trials.app.state.simulations.wait()
    assert "Stopped early" not in trials.page(run).text
    assert sorted(engine.computed) == list(range(BLOCKS))


def begun_and_stopped_after(client: Client, engine: Engine, *, blocks: int) -> str:
    """A run that is stopped after so many blocks."""
    engine.hold.clear()
    engine.blocks_to_pass = blocks
    run = begun(client, f"/trials/{saved_template(client)}")
    engine.wait_for(blocks)
    assert client.post(f"{run}/stop").status_code == 303
    client.app.state.simulations.wait()
    engine.hold.set()
    return run


def test_a_run_stopped_before_anything_was_done_says_so(trials: Client, engine: Engine) -> None:
    run = begun_and_stopped_after(trials, engine, blocks=0)
    page = trials.page(run)
    assert "stopped before the first block" in page.text
    assert not page.all("figure")
    assert trials.get(f"{run}/result.json").status_code == 404
    assert trials.get(f"{run}/design.toml").status_code == 200


def test_a_second_run_is_told_that_another_is_running(
    trials: Client, engine: Engine, folder: Path
) -> None:
    engine.hold.clear()
    first = begun(trials, f"/trials/{saved_template(trials)}")
    other = f"/trials/{saved_template(trials, 'group-sequential')}"
    answer = trials.post(f"{other}/run", fields={"replicates": "70"})
    assert answer.status_code == 409
    page = read(answer.text)
    assert "Another simulation is running" in page.text
    assert first in {a.get("href") for a in page.all("a")}
    assert dict(pairs_of(form_of(page, f"{other}/run")))["replicates"] == "70"
    assert len(engine.begun) == 1
    assert len(list((folder / "trial-runs").iterdir())) == 1
    engine.hold.set()
    trials.app.state.simulations.wait()
    assert trials.post(f"{other}/run", fields={"replicates": "70"}).status_code == 303


def test_stopping_one_run_never_stops_another(trials: Client, engine: Engine) -> None:
    first = begun(trials, f"/trials/{saved_template(trials)}")
    trials.app.state.simulations.wait()
    engine.hold.clear()
    second = begun(trials, f"/trials/{saved_template(trials, 'group-sequential')}")
    assert trials.post(f"{first}/stop").status_code == 303
    assert not trials.app.state.simulations.state.is_stopping
    engine.hold.set()
    trials.app.state.simulations.wait()
    assert "Stopped early" not in trials.page(second).text


def test_a_fault_of_the_engine_is_a_number_and_a_refusal_is_words(
    trials: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret place")

    trials.app.state.simulate = broken
    run = begun(trials, f"/trials/{saved_template(trials)}")
    reference = trials.app.state.simulations.wait().failed
    page = trials.page(run)
    assert reference in page.text
    assert reference in caplog.text
    assert "secret place" not in page.text + caplog.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("replicates", "0", "from 1 to 100000"),
        ("replicates", "many", "from 1 to 100000"),
        ("replicates", "1e3", "from 1 to 100000"),
        ("sizes", "200, x", "whole numbers"),
        ("sizes", "1", "at least 4"),
        ("sizes", "900000", "100000 people"),
        ("seed", "-1", "whole number"),
        ("seed", "9" * 16, "9007199254740992"),
        ("workers", "1000", "from 1 to 64"),
    ],
)
def test_a_wrong_choice_is_told_beside_its_field_and_nothing_begins(
    trials: Client, engine: Engine, field: str, value: str, words: str
) -> None:
    name = f"/trials/{saved_template(trials)}"
    answer = trials.post(f"{name}/run", fields={"replicates": "100", field: value})
    assert answer.status_code == 422
    page = read(answer.text)
    told = next(e for e in page.all("p") if e.get("id") == f"{field}-problem")
    assert words in told.text
    assert dict(pairs_of(form_of(page, f"{name}/run")))[field] == value
    assert not engine.begun


def test_too_many_trials_at_once_are_refused(trials: Client) -> None:
    name = f"/trials/{saved_template(trials)}"
    sizes = ",".join(map(str, range(100, 2_100, 100)))
    answer = trials.post(f"{name}/run", fields={"replicates": "100000", "sizes": sizes})
    assert "at most 2000000" in read(answer.text).text.replace("\u202f", "")


@pytest.mark.parametrize("run", ["guessed", "%2e%2e", "0" * 12, "../../x", "a" * 11])
def test_a_run_that_is_not_there_is_not_found(trials: Client, run: str) -> None:
    name = saved_template(trials)
    for address in (f"/trials/{name}/result/{run}", f"/trials/{name}/result/{run}/design.toml"):
        assert trials.get(address).status_code in {404, 422}
    assert trials.get(f"/trials/{name}/result").status_code == 404


def test_no_result_is_shown_for_a_damaged_run(trials: Client, folder: Path) -> None:
    name = saved_template(trials)
    run = begun(trials, f"/trials/{name}")
    trials.app.state.simulations.wait()
    place = folder / "trial-runs" / name / run.rpartition("/")[2] / "result.json"
    place.write_text(place.read_text("utf-8")[:-200], "utf-8")
    answer = trials.get(run)
    assert answer.status_code == 422
    assert "result.json" in read(answer.text).text
    assert trials.get("/trials").status_code == 200


def test_the_time_left_is_judged_by_what_this_run_did() -> None:
    state = JobState(600, 1000, is_running=True, kept=500, began=100.0)
    assert state.time_left(150.0) == time_left(100, 500, 50.0) == "about 3 min left"
    assert state.time_left(100.5) == ""
    assert JobState(1000, 1000, kept=0, began=1.0).time_left(50.0) == ""


def test_a_worker_does_one_piece_at_a_time_and_hears_its_own_stop() -> None:
    worker = Worker()
    assert worker.begin(lambda _, stop: stop.wait(20) or None, about="one")
    assert not worker.begin(lambda _, stop: None, about="two")
    assert not worker.stop("two")
    assert worker.stop("one")
    worker.wait()
    assert not worker.state.is_running
    assert worker.begin(lambda _, stop: None, about="two")
    worker.wait()
    assert worker.state.about == "two"
