"""Design files: every error with its line, all at once; the same design comes back."""

from pathlib import Path

import pytest

from slopewise.errors import InputError, NotFoundError
from slopewise.records.designs.lines import lines_of
from slopewise.records.designs.templates import TEMPLATES, template_text
from slopewise.trial.design.canonical import canonical_text, content_hash
from slopewise.trial.design.design import Design
from slopewise.trial.soundness.design_tables import line_of
from slopewise.workflow.trial_design import load_design, read_design, read_design_text

NAMES = [template.name for template in TEMPLATES]


def sound(text: str) -> Design:
    read = read_design_text(text)
    assert not read.errors, [str(error) for error in read.errors]
    assert read.design is not None
    return read.design


def errors(text: str) -> list[str]:
    read = read_design_text(text, file="trial.toml")
    assert read.design is None
    return [str(error) for error in read.errors]


def changed(old: str, new: str, template: str = "two-arm") -> list[str]:
    text = template_text(template)
    assert old in text
    return errors(text.replace(old, new, 1))


def line(text: str, template: str = "two-arm") -> int:
    """The line of the template on which the text stands first."""
    lines = template_text(template).splitlines()
    return next(i for i, one in enumerate(lines, start=1) if one.startswith(text))


@pytest.mark.parametrize("name", NAMES)
def test_template_is_sound_and_comes_back_from_its_canonical_text(name: str) -> None:
    design = sound(template_text(name))
    again = sound(canonical_text(design))
    assert again == design
    assert canonical_text(again) == canonical_text(design)
    assert content_hash(again) == content_hash(design)


def test_fingerprint_ignores_comments_and_order_but_no_number() -> None:
    text = template_text("two-arm")
    design = sound(text)
    moved = sound("# a remark\n" + text.replace("size = 300 ", "size =   300"))
    more = sound(text.replace("size = 300 ", "size = 301 "))
    assert content_hash(moved) == content_hash(design) != content_hash(more)


def test_texts_with_quotes_and_signs_come_back() -> None:
    text = template_text("two-arm").replace('"placebo"', '"salt \\"water\\" \\\\ \\u007f ü"')
    design = sound(text)
    assert sound(canonical_text(design)) == design
    assert design.controls[0].product == 'salt "water" \\ \x7f ü'


def test_several_errors_are_told_at_once_with_line_table_key_value_and_remedy() -> None:
    text = template_text("two-arm")
    text = text.replace("size = 300 ", 'size = "many" ').replace("window_days", "window_day")
    text = text.replace("slowing_spread = 0.15", "slowing_spread = 3")
    text = text.replace('route = "intrathecal"', 'route = "by mouth"', 1)
    said = errors(text)
    assert len(said) == 4
    assert said[0] == (
        f'trial.toml, line {line("size")}: [trial] size = "many" is a text; write a whole number'
    )
    assert said[1].startswith(f'trial.toml, line {line("route")}: [[arms]] number 1 route = "by m')
    assert "intravenous" in said[1]
    assert said[2] == (
        f"trial.toml, line {line('window_days')}: [visits] window_day = 7 is not known; "
        "did you mean 'window_days'?"
    )
    assert said[3] == (
        f"trial.toml, line {line('slowing_spread')}: [scenario] slowing_spread = 3 is outside its "
        "limits; give a number from 0 to 1"
    )


def test_slips_do_not_hide_contradictions_elsewhere() -> None:
    text = template_text("two-arm").replace("size = 300 ", 'size = "many" ')
    text = text.replace("window_days", "window_day").replace("11, 12]", "11, 14]")
    text = text.replace("allocation = [1, 1]", "allocation = [1, 1, 1]")
    text = text.replace('intercept = "common"', 'missing = "zero-imputation"')
    text = text.replace("slowing = { cells", "slowing = { cell")
    said = " ".join(errors(text))
    for one in (
        "a text; write a whole",
        "did you mean 'window_days'",
        "month 12: 14",
        "for 2 arms",
    ):
        assert one in said
    assert "is refused as primary" in said
    assert "names an arm that does not exist" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("allocation = [1, 1]", "allocation = [1, 1, 1]", "3 numbers for 2 arms"),
        ("block_sizes = [4, 6]", "block_sizes = [5]", "is no multiple of 2"),
        ('role = "primary"', 'role = "secondary"', "hold no primary one"),
        ('strata = ["onset_site"', 'strata = ["age"', "is not a factor"),
        ("shares = [0.75, 0.25]", "shares = [0.75, 0.5]", "add up to 1.25"),
        ("months = [0, 1, 2,", "months = [0, 2, 1,", "do not increase"),
        ("11, 12]", "11, 14]", "after the end of the trial at month 12: 14"),
        ("months = [0, 1, 2, 3", "months = [1, 2, 3", "does not begin with 0"),
        ("visit_months = [-3, -2, -1]", "visit_months = []", "it needs 2 months and 3 scores"),
        ("visit_months = [-3, -2", "visit_months = [-5, -2", "-5, which is not between -3"),
        ('role = "control"', 'role = "treatment"', "hold no control"),
        ('estimand = "decline"', 'estimand = "decine"', "names no estimand"),
        ('order = ["slope"', 'order = ["slop"', "leaves out the primary endpoint slope"),
        ("slowing = { cells", "slowing = { cell", "names an arm that does not exist"),
        ("slowing = { cells = 0.3 }", "slowing = { cells = 3 }", "from -1 to 1"),
        ('strategy = "while-on-treatment"', 'strategy = "treatment-policy"', "after death there"),
        ('strategy = "while-on-treatment"', 'strategy = "composite"', "does not count deaths"),
        ("dose_months = [0, 2, 4]", "dose_months = [0, 20]", "dose after the end of the trial"),
        ("month = 12", "month = 11.5", "is no visit after randomisation"),
        ("months = 24  #", "months = 6  #", "sites bring about 81 people in 6 months"),
        ("onset_delay_months = 1 ", "onset_delay_months = 12 ", "effect would never be seen"),
        ("alsfrs_total = [24, 48]", "alsfrs_total = [48, 24]", "starts at 48 above its end 24"),
        ('kind = "parallel"', 'kind = "parallelo"', "did you mean 'parallel'?"),
        ('kind = "parallel"', 'kind = "single-arm"', "has one treatment arm only"),
        ('kind = "parallel"', 'kind = "delayed-start"', "later ones in the control"),
        ('name = "control"', 'name = "cells"', "is used twice"),
        ("sides = 1", "sides = 1.5", "is not whole"),
        ('covariance = "un"', 'responder_percent = 25\ncovariance = "un"', "option of responder"),
        ("sham = true", "sham = 1", "write true or false"),
        ('event = "death"', 'event = "ventilation"', "do not say what is done about death"),
    ],
)
def test_error_is_named(old: str, new: str, said: str) -> None:
    found = changed(old, new)
    assert any(said in one for one in found), found
    assert all(one.startswith("trial.toml, line ") for one in found), found


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ("last-observation-carried-forward", "pretends that decline stops"),
        ("complete-case", "compares survivors"),
        ("zero-imputation", "makes one number of two outcomes"),
    ],
)
def test_primary_that_misleads_is_refused_with_the_reason(missing: str, why: str) -> None:
    key = f'missing = "{missing}"\nintercept = "common"'
    found = changed('intercept = "common"', key)
    assert len(found) == 1
    assert "is refused as primary" in found[0]
    assert why in found[0]
    assert f"line {line('intercept')}: [[endpoints]] number 1 missing" in found[0]


@pytest.mark.parametrize(
    ("shape", "share"), [("toep", "15.8 %"), ("ar1", "17.3 %"), ("cs", "20.2 %")]
)
def test_primary_whose_covariance_raises_false_alarms_is_refused(shape: str, share: str) -> None:
    text = template_text("two-arm").replace('analysis = "slope"', 'analysis = "mmrm"', 1)
    found = errors(text.replace('intercept = "common"', f'covariance = "{shape}"'))
    assert len(found) == 1
    assert f"line {line('intercept')}: [[endpoints]] number 1 covariance" in found[0]
    for words in ("is refused as primary", share, "take covariance = 'un'"):
        assert words in found[0]
    as_secondary = template_text("two-arm").replace('covariance = "un"', f'covariance = "{shape}"')
    sound(as_secondary)


def test_secondary_may_use_what_is_refused_as_primary() -> None:
    text = template_text("two-arm")
    sound(text.replace("month = 12\n", 'month = 12\nmissing = "complete-case"\n', 1))


def test_published_trial_may_be_run_again_as_it_was() -> None:
    text = template_text("two-arm")
    wanted = text.replace('"slope"\nestimand', '"responder"\nresponder_percent = 25\nestimand', 1)
    wanted = wanted.replace('intercept = "common"  # randomised arms start equal\n', "", 1)
    wanted = wanted.replace('degrees_of_freedom = "satterthwaite"\n', "", 1)
    assert "is refused as primary" in errors(wanted)[0]
    sound(wanted.replace("[[arms]]", 'reenacts = "cudkowicz_2022"\n\n[[arms]]', 1))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("information = [0.33, 0.67, 1]", "information = [0.67, 0.33, 1]", "do not increase"),
        ("information = [0.33, 0.67, 1]", "information = [0.33, 0.67]", "must end with 1"),
        ("beta = 0.1", "beta = 0.1\nmonths = [3]", "not both"),
        ('futility = "hwang:-2"', 'futility = "hwang"', "needs a number"),
        ('spending = "obrien-fleming"', 'spending = "obrien"', "is not known"),
        ("maximum_size = 420", "maximum_size = 42", "may only grow"),
        ("look = 2", "look = 3", "there are 2 before the final analysis"),
    ],
)
def test_looks_that_disagree_are_named(old: str, new: str, said: str) -> None:
    assert any(said in one for one in changed(old, new, "group-sequential"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weights = [0.5, 0.5, 0]", "weights = [0.5, 0.5, 0.5]", "with sum 1.5"),
        ("[1, 0, 0],", "[1, 0.5, 0],", "must have 0 at its own place"),
        ("  [0, 1, 0],\n", "", "need 3 rows of 3 numbers"),
        ('procedure = "graphical"', 'procedure = "hochberg"', "have no use with hochberg"),
        ('procedure = "graphical"', 'procedure = "none"', "with 2 primary endpoints"),
    ],
)
def test_alphas_that_do_not_add_up_are_named(old: str, new: str, said: str) -> None:
    assert any(said in one for one in changed(old, new, "three-arm-dose"))


def test_text_that_is_not_toml_is_told_with_its_line() -> None:
    found = errors('[trial]\nname = "a"\nsize = = 3\n')
    assert len(found) == 1
    assert found[0].startswith("trial.toml, line 3: is not TOML: Invalid value")


def test_empty_file_names_every_table_that_is_missing() -> None:
    found = errors("")
    for table in ("trial", "arms", "visits", "enrolment", "estimands", "endpoints"):
        assert f"trial.toml: [{table}] is missing; add the table '{table}'" in found


@pytest.mark.parametrize(
    "text",
    [
        "arms = 3",
        "[arms]\nname = 'x'",
        "[[trial]]\nname = 'x'",
        "trial = 'x'",
        "[[arms]]\n[[visits]]",
    ],
)
def test_table_of_the_wrong_form_is_an_error_and_no_crash(text: str) -> None:
    assert errors(text)


def test_every_key_of_a_template_may_be_spoilt_without_a_crash() -> None:
    """Each line in turn gets a value of a wrong type; the file is refused or stays sound."""
    lines = template_text("group-sequential").splitlines()
    for i, one in enumerate(lines):
        if "=" not in one or one.startswith("#"):
            continue
        for value in ("[[]]", '"?"', "-1e9", "{ x = 1 }", "true", "nan", "1979-05-27"):
            spoilt = [*lines[:i], f"{one.split('=')[0]}= {value}", *lines[i + 1 :]]
            read = read_design_text("\n".join(spoilt))
            assert (read.design is None) == bool(read.errors)
            assert all(error.line is not None for error in read.errors)


def test_lines_are_found_through_lists_comments_and_long_texts() -> None:
    text = (
        'a = 1\n"b c" = """\nx = 2\n[no]\n"""\n[t]\nlist = [ # [ "]"\n  1,\n  2,\n]\nd.e = 3\n'
        "[[r]]\nk = 1\n[[r.s]]\nk = 2\n[[r]]\nk = 3\n[[r.s]]\nk = 4\n[r.v]\nk = 5\n"
    )
    lines = lines_of(text)
    assert lines[("b c",)] == 2
    assert ("x",) not in lines
    assert ("no",) not in lines
    assert lines[("t", "list")] == 7
    assert lines[("t", "d", "e")] == 11
    assert lines[("r", 0, "k")] == 13
    assert lines[("r", 0, "s", 0, "k")] == 15
    assert lines[("r", 1, "k")] == 17
    assert lines[("r", 1, "s", 0, "k")] == 19
    assert lines[("r", 1, "v", "k")] == 21
    assert line_of(("r", 1, "s", 0, "gone"), lines) == 18
    assert line_of(("nowhere",), lines) is None


def test_rows_of_a_matrix_are_no_tables() -> None:
    lines = lines_of("[t]\nm = [\n  [0, 1],\n  [1, 0]\n]\nk = 1\n")
    assert lines == {("t",): 1, ("t", "m"): 2, ("t", "k"): 6}


def test_design_is_loaded_or_refused_with_every_error(tmp_path: Path) -> None:
    place = tmp_path / "trial.toml"
    text = template_text("two-arm")
    place.write_text(text, encoding="utf-8")
    assert load_design(place).trial.size == 300
    place.write_text(text.replace("sides = 1", "sides = 3").replace("seed = ", "sed = "))
    with pytest.raises(InputError) as caught:
        load_design(place)
    assert len(str(caught.value).splitlines()) == 2
    place.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not text in UTF-8"):
        read_design(place)
    with pytest.raises(InputError, match="cannot be read"):
        read_design(tmp_path / "none.toml")


def test_unknown_template_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="two-arm, group-sequential"):
        template_text("three-legs")
