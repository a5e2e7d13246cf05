"""RIS and PubMed files become bibliography drafts without results."""

import pytest

from slopewise.errors import InputError
from slopewise.evidence.design import DesignClass
from slopewise.evidence.studies import load_studies
from slopewise.records.published.citations import read_citations
from slopewise.records.published.duplicates import (
    Likeness,
    normal_doi,
    normal_pmid,
    normal_title,
    twins,
)

RIS = """TY  - JOUR
TI  - Repeated intrathecal mesenchymal stem cells for
      amyotrophic lateral sclerosis.
AU  - Oh, First
AU  - Second, Author
PY  - 2018/09//
JO  - Annals of Neurology
DO  - https://doi.org/10.1002/ANA.25302
AB  - Registered as NCT01363401.
KW  - ALS
ER  -

TY  - JOUR
TI  - A made-up paper on cells that is not in the record
AU  - Nobody, N
PY  - 2031
ER  -
"""
NBIB = """PMID- 30048006
OWN - NLM
DP  - 2018 Sep
TI  - Repeated Intrathecal Mesenchymal Stem Cells for Amyotrophic
      Lateral Sclerosis.
FAU - Oh, First
LID - 10.1002/ana.25302 [doi]
PMC - PMC6175096
TA  - Ann Neurol
MH  - Humans

PMID- 99999999
DP  - 2030
TI  - Another made-up paper.
FAU - Nobody, N
"""


def test_ris_is_read_into_names_alone() -> None:
    first, second = read_citations("refs.ris", RIS.encode()).studies
    known = first.bibliography
    assert known.doi == "10.1002/ana.25302"
    assert known.title == (
        "Repeated intrathecal mesenchymal stem cells for amyotrophic lateral sclerosis"
    )
    assert (known.first_author, known.year, known.journal) == ("Oh", 2018, "Annals of Neurology")
    assert known.registry_ids == ("NCT01363401",)
    assert known.citation.source == "https://doi.org/10.1002/ana.25302"
    assert first.design.design_class is DesignClass.NOT_RETRIEVED
    assert not first.has_result_numbers
    assert second.bibliography.citation.source == "citation file refs.ris"


def test_pubmed_is_read_the_same() -> None:
    first, second = read_citations("refs.nbib", NBIB.encode()).studies
    known = first.bibliography
    assert (known.pmid, known.doi, known.pmcid) == ("30048006", "10.1002/ana.25302", "PMC6175096")
    assert (known.year, known.journal, known.first_author) == (2018, "Ann Neurol", "Oh")
    assert second.bibliography.citation.source == "https://pubmed.ncbi.nlm.nih.gov/99999999/"


def test_what_is_not_kept_is_said() -> None:
    said = [one.reason for one in read_citations("refs.ris", RIS.encode()).findings]
    assert said == ["not kept of this citation: KW"]


def test_a_citation_of_the_record_is_found_again() -> None:
    first, second = read_citations("refs.ris", RIS.encode()).studies
    (twin,) = (one for one in twins(first, load_studies()) if one.likeness is Likeness.DOI)
    assert twin.study.study_id == "oh_2018"
    assert not twins(second, load_studies())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("TY  - JOUR\nTI  - Cut", "does not end"),
        ("TY  - JOUR\nTI  - A\nTY  - JOUR\nER  - \n", "a record begins before"),
        ("PMID- 1\nTI  - A\nno tag here\n", "line 3"),
        ("nothing of the kind\n", "is no line of a PubMed record"),
        ("", "holds no citation"),
    ],
)
def test_a_broken_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_citations("refs.ris", text.encode())


def test_other_encodings_are_refused() -> None:
    with pytest.raises(InputError, match="line 2"):
        read_citations("refs.ris", b"TY  - JOUR\nTI  - M\xfcller\nER  - \n")


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("doi:10.1002/ANA.25302.", "10.1002/ana.25302"),
        ("https://dx.doi.org/10.1/x", None),
        ("10.1016/S0140-6736(12)61012-X", "10.1016/s0140-6736(12)61012-x"),
        (None, None),
    ],
)
def test_a_doi_is_known_in_any_dress(text: str | None, doi: str | None) -> None:
    assert normal_doi(text) == doi


def test_numbers_and_titles_are_known_in_any_dress() -> None:
    assert normal_pmid("PMID: 0123") == "123"
    assert normal_pmid("PMC12") is None
    assert normal_title("Élan—of  Cells!") == "elan of cells"
