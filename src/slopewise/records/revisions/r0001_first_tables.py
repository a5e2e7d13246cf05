"""The first tables: where rows come from, patients, products, what was observed, verdicts."""

import sqlalchemy as sa
from alembic import op

__all__ = ["downgrade", "upgrade"]

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IN_FORCE = sa.text("voided IS NULL")
ITEMS = (
    "speech",
    "salivation",
    "swallowing",
    "handwriting",
    "cutting_5a",
    "cutting_5b",
    "cutting_food",
    "dressing_hygiene",
    "turning_in_bed",
    "walking",
    "climbing_stairs",
    "dyspnea",
    "orthopnea",
    "respiratory_insufficiency",
    "respiratory",
)
Parts = tuple[sa.schema.SchemaItem, ...]


def _text(name: str, length: int, *, needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=not needed)


def _number(name: str, *, needed: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=not needed)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _between(table: str, column: str, low: int, high: float) -> sa.CheckConstraint:
    return _check(table, column, f"{column} IS NULL OR {column} BETWEEN {low} AND {high}")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _moment(table: str, date: str = "date", month: str = "month") -> Parts:
    return (
        sa.Column(date, sa.Date(), nullable=True),
        _number(month),
        _check(table, f"{date}_or_{month}", f"({date} IS NULL) <> ({month} IS NULL)"),
    )


def _end(table: str) -> Parts:
    return (
        sa.Column("end_date", sa.Date(), nullable=True),
        _number("end_month"),
        _check(table, "end_date_or_end_month", "end_date IS NULL OR end_month IS NULL"),
    )


def _fact(table: str, what: str) -> Parts:
    """A date or months of a fact that may be unknown."""
    condition = f"{what}_date IS NULL OR {what}_month IS NULL"
    return (
        sa.Column(f"{what}_date", sa.Date(), nullable=True),
        _number(f"{what}_month"),
        _check(table, f"{what}_date_or_{what}_month", condition),
    )


def _every_row(table: str) -> Parts:
    return (
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        _text("void_reason", 500),
        _check(table, "void_reason", "(voided IS NULL) = (void_reason IS NULL)"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _sourced(table: str) -> Parts:
    return (
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        _key(table, "provenance_id", "provenance"),
    )


def _make(table: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        table, sa.Column("id", sa.Integer(), nullable=False), *parts, *_every_row(table)
    )


def _make_file_table(
    table: str, *parts: sa.schema.SchemaItem, owner: str = "patient_key", target: str = "patient"
) -> None:
    """A table of rows that came from files: of one owner, one row in force for each key."""
    _make(
        table,
        sa.Column(owner, sa.Integer(), nullable=False),
        *parts,
        *_sourced(table),
        sa.Column("source_line", sa.Integer(), nullable=False),
        _text("row_key", 500, needed=True),
        _text("content_hash", 64, needed=True),
        _key(table, owner, target),
    )
    op.create_index(op.f(f"ix_{table}_provenance_id"), table, ["provenance_id"])
    op.create_index(
        f"uq_{table}_current",
        table,
        [owner, "row_key"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )


def _provenance() -> None:
    _make(
        "import_run",
        _text("source", 300, needed=True),
        _text("importer", 50, needed=True),
        _text("importer_version", 50, needed=True),
        _text("imported_by", 100, needed=True),
        _text("status", 20, needed=True),
        sa.Column("report", sa.Text(), nullable=False),
        _check("import_run", "status", "status IN ('imported', 'nothing new', 'refused')"),
    )
    _make(
        "provenance",
        sa.Column("import_run_id", sa.Integer(), nullable=True),
        _text("file_name", 300, needed=True),
        _text("file_sha256", 64, needed=True),
        _text("importer", 50, needed=True),
        _text("importer_version", 50, needed=True),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        _text("imported_by", 100, needed=True),
        _key("provenance", "import_run_id", "import_run"),
    )
    for column in ("file_sha256", "import_run_id"):
        op.create_index(op.f(f"ix_provenance_{column}"), "provenance", [column])


def _identity(table: str, name: str) -> None:
    unique = sa.UniqueConstraint(name, name=op.f(f"uq_{table}_{name}"))
    _make(table, _text(name, 64, needed=True), unique, *_sourced(table))
    op.create_index(op.f(f"ix_{table}_provenance_id"), table, ["provenance_id"])


def _patients_and_products() -> None:
    _identity("patient", "patient_id")
    _identity("cell_product", "product_id")
    _make_file_table(
        "patient_facts",
        *_fact("patient_facts", "onset"),
        *_fact("patient_facts", "diagnosis"),
        _text("onset_site", 20),
        _number("age_at_onset"),
        _number("age_at_baseline"),
        _text("sex", 20),
        sa.Column("selected_post_hoc", sa.Boolean(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=True),
        _text("study_arm", 100),
        _between("patient_facts", "age_at_onset", 0, 120),
        _between("patient_facts", "age_at_baseline", 0, 120),
    )
    _make_file_table(
        "cell_product_facts",
        *(_text(name, 200) for name in ("name", "cell_source", "donor", "lot", "passage")),
        _number("viability_percent"),
        _text("release_tests", 500),
        _between("cell_product_facts", "viability_percent", 0, 100),
        owner="product_key",
        target="cell_product",
    )


def _visits() -> None:
    pairs = (
        ("cutting_5a", "cutting_5b"),
        ("cutting_5a", "cutting_food"),
        ("cutting_5b", "cutting_food"),
    )
    _make_file_table(
        "visit",
        *_moment("visit"),
        *(_number(name) for name in ITEMS),
        _number("alsfrs_total"),
        _text("scale", 10, needed=True),
        _text("rater", 200),
        _text("mode", 200),
        *(_between("visit", name, 0, 4) for name in ITEMS),
        _between("visit", "alsfrs_total", 0, 48),
        _check("visit", "scale", "scale IN ('ALSFRS-R', 'ALSFRS')"),
        _check(
            "visit",
            "one_cutting_item",
            " AND ".join(f"({one} IS NULL OR {other} IS NULL)" for one, other in pairs),
        ),
    )


def _treatment() -> None:
    _make_file_table(
        "dose",
        *_moment("dose"),
        sa.Column("product_key", sa.Integer(), nullable=False),
        _text("route", 100),
        sa.Column("cells", sa.BigInteger(), nullable=True),
        sa.Column("cells_per_kg", sa.BigInteger(), nullable=True),
        _check("dose", "cells", "cells IS NULL OR cells > 0"),
        _check("dose", "cells_per_kg", "cells_per_kg IS NULL OR cells_per_kg > 0"),
        _key("dose", "product_key", "cell_product"),
    )
    op.create_index(op.f("ix_dose_product_key"), "dose", ["product_key"])
    _make_file_table(
        "care_span",
        _text("kind", 100, needed=True),
        *_moment("care_span", "start_date", "start_month"),
        *_end("care_span"),
        _text("detail", 500),
        _number("hours_per_day"),
        _check("care_span", "end_date_after_start", "end_date IS NULL OR end_date >= start_date"),
        _check(
            "care_span", "end_month_after_start", "end_month IS NULL OR end_month >= start_month"
        ),
        _between("care_span", "hours_per_day", 0, 24),
    )


def _observations() -> None:
    _make_file_table(
        "event", *_moment("event"), _text("kind", 50, needed=True), _text("detail", 500)
    )
    _make_file_table(
        "adverse_event",
        *_moment("adverse_event"),
        *_end("adverse_event"),
        _text("term", 200, needed=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("serious", sa.Boolean(), nullable=True),
        _text("related", 20),
        _text("severity", 20),
        _text("outcome", 50),
        _between("adverse_event", "grade", 1, 5),
    )
    _make_file_table(
        "breathing",
        *_moment("breathing"),
        _text("measure", 10, needed=True),
        _number("percent_predicted", needed=True),
        _check("breathing", "measure", "measure IN ('FVC', 'SVC')"),
        _between("breathing", "percent_predicted", 0, 200),
    )
    _make_file_table(
        "symptom",
        *_moment("symptom"),
        _text("symptom", 50, needed=True),
        _text("scale", 100, needed=True),
        _number("value", needed=True),
    )


def _assessments() -> None:
    _make(
        "assessment",
        sa.Column("patient_key", sa.Integer(), nullable=False),
        _text("prior", 20, needed=True),
        _text("input_hash", 64, needed=True),
        _text("natural_history", 200, needed=True),
        _text("version", 50, needed=True),
        sa.Column("result", sa.Text(), nullable=False),
        _key("assessment", "patient_key", "patient"),
    )
    op.create_index(
        "uq_assessment_current",
        "assessment",
        ["patient_key", "prior"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )


def upgrade() -> None:
    """Make all tables."""
    _provenance()
    _patients_and_products()
    _visits()
    _treatment()
    _observations()
    _assessments()


def downgrade() -> None:
    """Remove all tables, the dependent ones first."""
    for table in (
        "assessment",
        "symptom",
        "breathing",
        "adverse_event",
        "event",
        "care_span",
        "dose",
        "visit",
        "cell_product_facts",
        "patient_facts",
        "cell_product",
        "patient",
        "provenance",
        "import_run",
    ):
        op.drop_table(table)
