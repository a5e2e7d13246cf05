"""Every rule of an import in one list: its name, what breaks it, what happens, what to do."""

from dataclasses import dataclass

__all__ = ["RULES", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as docs/data/rules.md shows it; `outcome` says what becomes of the row."""

    name: str
    broken_by: str
    outcome: str
    remedy: str


_ROW_OUT = "error: the row is kept out"
_CELL_OUT = "error: the value is kept out, the row stays"
_KEPT = "warning: kept"
_SAID = "info: kept"

# fmt: off
RULES: tuple[Rule, ...] = (
    # the file
    Rule("encoding", "the file is not UTF-8 but reads as Windows-1252", _KEPT,
         "check accented letters, or save as CSV UTF-8"),
    Rule("unknown_file", "a file name that is not in docs/data/csv.md", "not read",
         "rename the file; nothing to do if it is another matter"),
    Rule("unknown_column", "a column name that is not in docs/data/csv.md", "not read",
         "rename the column; nothing to do if it is another matter"),
    Rule("known_layout", "a table in the layout of another program", _SAID,
         "check that the columns were understood as the finding says"),
    Rule("no_rows", "a file with a header only", _SAID, "export it again if there should be rows"),
    Rule("ragged_row", "a row with more or fewer cells than the header", _ROW_OUT,
         "check separators and quotes in the line"),
    # the cell
    Rule("empty_cell", "a value that must be there is missing", _ROW_OUT, "fill it in"),
    Rule("not_a_number", "text where a number belongs", "error: row or value kept out",
         "write a plain number, without unit"),
    Rule("not_whole", "a fraction where a whole number belongs", "error: row or value kept out",
         "write a whole number"),
    Rule("not_yes_or_no", "something else than yes or no", _CELL_OUT, "write yes or no"),
    Rule("outside_range", "a score or value outside its range", "error: row or value kept out",
         "correct it from the source document"),
    Rule("unusual_value", "a value that is possible but rare (vital capacity below 10 or above "
         "150 percent)", _KEPT, "check it; litres or millilitres are not percent"),
    Rule("unknown_value", "a word that is not in the column's list", "error: row or value kept out",
         "use a word of the list, or \"other: …\" where that is allowed"),
    Rule("too_long", "more than 200 signs (64 for an identifier)", _ROW_OUT, "shorten it"),
    Rule("control_sign", "a line break or control sign in a cell", _ROW_OUT,
         "write it in one line"),
    Rule("date_format", "a date that is not YYYY-MM-DD", "error: row or value kept out",
         "write 2024-03-05; 05/03/2024 could be May or March"),
    Rule("impossible_date", "a date that is not in the calendar, or before 1900",
         "error: row or value kept out", "correct the date"),
    Rule("future_date", "a date after today, such as 9999-12-30", "error: row or value kept out",
         "correct the date, or leave it empty if it has not happened"),
    Rule("impossible_month", "more than 1200 months (a hundred years) from zero", _ROW_OUT,
         "give months, not days or years"),
    Rule("two_times", "a date and months for the same moment", _ROW_OUT, "give one of them"),
    Rule("no_time", "neither a date nor months", _ROW_OUT, "give one of them"),
    # the row
    Rule("two_cutting_items", "item 5 is scored as 5a and as 5b", _ROW_OUT,
         "5a without gastrostomy or 5b with it; leave the other empty"),
    Rule("item_of_other_form", "a breathing item that the visit's form does not have", _ROW_OUT,
         "ALSFRS-R has dyspnea, orthopnea, respiratory_insufficiency; ALSFRS has respiratory"),
    Rule("total_outside_form", "an ALSFRS total above 40", _ROW_OUT,
         "correct the total or the scale"),
    Rule("total_contradicts_items", "a total that cannot be the sum of its items", _ROW_OUT,
         "correct the total or the items"),
    Rule("no_score", "a visit without any score", _ROW_OUT, "give the items or the total"),
    Rule("no_total", "an item is missing and no total was written",
         "warning: stored, not used in a verdict", "complete the items or give the total"),
    Rule("end_before_start", "an end before its start", "error: row or value kept out",
         "correct one of the dates"),
    Rule("scale_of_other_symptom", "a symptom measured on another symptom's scale", _ROW_OUT,
         "correct the symptom or the scale"),
    Rule("outside_scale", "a symptom value outside its scale", _ROW_OUT,
         "correct the value or the scale"),
    Rule("grade_contradiction", "an adverse event of grade 5 (death) that is not serious or not "
         "fatal", _ROW_OUT, "correct the grade, serious or the outcome"),
    Rule("no_amount", "a dose without cells and without cells/kg", _SAID,
         "give the amount if it is known"),
    # the patient
    Rule("repeated_row", "the same row with the same values again", "info: counted once",
         "nothing to do"),
    Rule("contradicting_rows", "two rows for the same moment with other values",
         "error: all of them are kept out", "keep the right one"),
    Rule("mixed_clocks", "dates and months in one patient",
         "error: the rows of the rarer kind are kept out", "use one kind throughout a patient"),
    Rule("mixed_scales", "ALSFRS (0 to 40) and ALSFRS-R (0 to 48) in one patient",
         "error: the visits of the rarer form are kept out", "keep one form; they do not convert"),
    Rule("after_death", "a visit, test or dose after the patient's death",
         "error: the row is kept out; the death, if more than half of the visits come after it",
         "correct one of the dates"),
    Rule("before_onset", "a visit, test or dose before the first symptom",
         "error: the row is kept out; the onset, if more than half of the visits come before it",
         "correct one of the dates"),
    Rule("diagnosis_before_onset", "a diagnosis before the first symptom",
         "error: the diagnosis is kept out", "correct one of the dates"),
    Rule("onset_after_baseline_age", "age at onset above age at baseline",
         "error: the age at onset is kept out", "correct one of the ages"),
    Rule("dose_without_product", "a product_id that products.csv does not describe", _ROW_OUT,
         "add the product, or write \"not documented\""),
    Rule("product_not_described", "doses name a product and there is no products.csv", _SAID,
         "add products.csv, so that products can be compared"),
    Rule("first_dose_unknown", "a dose of the patient was kept out that may have been the first",
         "error: the patient's other doses are kept out too, for month 0 is not known",
         "correct the dose that was kept out"),
    Rule("no_visits", "a patient without any visit that was kept", _KEPT,
         "add visits; without them there is no verdict"),
    Rule("similar_names", "two patients whose names differ in capitals or signs only", _KEPT,
         "use one spelling if it is the same patient"),
    Rule("total_rises", "a total at least 6 points above the visit before", _SAID,
         "check both visits"),
    # a trial registry
    Rule("registry_record", "a registry record of an unexpected shape, or not of an ALS trial",
         "error: the record is left out", "save it again from the registry, or leave it out"),
    Rule("registry_result", "a posted result for which a study has no place",
         "info: not taken over", "read it on the registry's page"),
    # the store
    Rule("more_findings", "an import with more than 5000 findings", "the log keeps the first 5000",
         "import the file again to see all of them"),
    Rule("withdrawn_row", "a row that was withdrawn from the store by hand",
         "warning: it stays out", "nothing to do; or import it with corrected values"),
    Rule("older_version", "a row that a newer import has corrected",
         "warning: the newer row stays", "withdraw the newer row first, to go back"),
)
# fmt: on
