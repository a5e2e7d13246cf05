"""The words of the pages in plain language."""

from slopewise.report.patient.words import VERDICT_WORDS
from slopewise.response.assessment import Verdict

__all__ = ["ANSWERS", "GLOSSARY"]

_MEANINGS = {
    Verdict.SLOWER: (
        "Of 100 people with the same visits before the first dose and no effect at all, at most 5 "
        "would look at least this good afterwards."
    ),
    Verdict.FASTER: (
        "Of 100 people with the same visits before the first dose and no effect at all, at most 5 "
        "would look at least this bad afterwards."
    ),
    Verdict.NOT_SHOWN: (
        "No slowing was seen, and the scores by themselves leave at most 5 chances in 100 that "
        "decline was slowed by half or more. A smaller slowing cannot be ruled out."
    ),
    Verdict.CANNOT_TELL: (
        "Too few visits, too short a time, scores with no room left to fall, or a course that fits "
        "no effect as well as a large one. The page says what would change that."
    ),
}

ANSWERS: tuple[tuple[str, str, str], ...] = tuple(
    (verdict.value, VERDICT_WORDS[verdict], meaning) for verdict, meaning in _MEANINGS.items()
)

GLOSSARY: tuple[tuple[str, str], ...] = (
    (
        "ALSFRS-R",
        "Twelve questions on daily function, each 0 to 4; together 48 is full function and 0 none. "
        "The older ALSFRS has ten questions (0 to 40); the two are never mixed.",
    ),
    (
        "Slowing (θ)",
        "How much slower decline runs than it would have: 0 not at all, 0.25 a quarter slower, 1 "
        "stopped, below 0 faster.",
    ),
    (
        "90 % interval",
        "The range that holds the true slowing with a chance of 90 out of 100, given the scores, "
        "the natural history and the prior.",
    ),
    (
        "Natural history",
        "How ALS runs without the studied therapy, as the program learned it from published "
        "summaries: slopes differ between people and wander within one person.",
    ),
    (
        "Expected course",
        "Where the scores would be expected without any effect, given the visits before the first "
        "dose. 50 of 100 such courses fall in the dark band, 90 of 100 in the light one.",
    ),
    (
        "Prior",
        "What is assumed before the patient's own scores are seen. Sceptical: no effect is "
        "likeliest. Flat: every slowing is equally likely. Evidence: as likely as "
        "published randomised trials let it be.",
    ),
    (
        "The usual rule",
        "Comparing a straight line before with one after. It takes ordinary ups and downs for an "
        "effect, and is shown only so that the difference can be seen.",
    ),
    (
        "King’s and MiToS stages",
        "Two ways to say how far the disease has gone: regions involved (King’s, 1 to 5) and "
        "functions lost (MiToS, 0 to 5).",
    ),
    (
        "Simulated",
        "Made by the program for trying it out. No person stands behind the numbers.",
    ),
    (
        "Overdue",
        "The last visit is more than three months before today; in the simulated clinic, before "
        "its newest visit. This interval is an assumption of the program, not a guideline.",
    ),
)
