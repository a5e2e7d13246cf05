"""Standard care: known kinds, other names for them, and which starts travel with a verdict."""

import pytest

from slopewise.condition.history import CareSpan
from slopewise.condition.standard_care import CARE_KINDS, CareGroup, care_kind, flags_a_verdict
from slopewise.errors import InputError


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("PEG", "gastrostomy"),
        ("BiPAP", "niv"),
        ("Rilutek", "riluzole"),
        ("Qalsody", "tofersen"),
        ("speech therapy", "speech_therapy"),
        (" Radicava ", "edaravone"),
    ],
)
def test_other_names_are_recognised(text, key):
    assert care_kind(text).key == key


def test_names_are_unambiguous():
    names = [n for k in CARE_KINDS for n in (k.key, k.label.lower(), *k.synonyms) if n != k.key]
    assert len(names) == len(set(names))
    assert len({kind.key for kind in CARE_KINDS}) == len(CARE_KINDS)


@pytest.mark.parametrize("kind", ["riluzole", "edaravone", "tofersen", "niv", "gastrostomy"])
def test_new_support_and_disease_modifying_medicines_flag_a_verdict(kind):
    assert flags_a_verdict(kind)


@pytest.mark.parametrize(
    "kind", ["physiotherapy", "occupational_therapy", "speech_therapy", "other: yoga", "quinine"]
)
def test_therapy_aids_and_unknown_care_do_not_flag_a_verdict(kind):
    assert not flags_a_verdict(kind)


def test_what_flags_a_verdict_says_why():
    flagging = {CareGroup.DISEASE_MODIFYING, CareGroup.SUPPORT}
    assert all(kind.why_it_matters for kind in CARE_KINDS if kind.group in flagging)


def test_an_unknown_kind_is_refused_with_how_to_write_it():
    with pytest.raises(InputError, match=r'write "other: yoga"'):
        CareSpan("yoga", 0)
    with pytest.raises(InputError, match="write gastrostomy"):
        CareSpan("PEG", 0)
    assert CareSpan("other: yoga", 0).kind == "other: yoga"


def test_other_needs_a_name():
    with pytest.raises(InputError, match="not a known kind"):
        CareSpan("other: ", 0)
