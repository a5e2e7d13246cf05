"""The first tables."""

import sqlalchemy as sa
from alembic import op

__all__: list[str] = []

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Up."""
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("importer", sa.String(length=50), nullable=False),
        sa.Column("importer_version", sa.String(length=50), nullable=False),
        sa.Column("imported_by", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "status IN ('imported', 'nothing new', 'refused')", name=op.f("ck_import_run_status")
        ),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_import_run_void_reason")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "provenance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_run_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("importer", sa.String(length=50), nullable=False),
        sa.Column("importer_version", sa.String(length=50), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("imported_by", sa.String(length=100), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_provenance_void_reason")
        ),
        sa.ForeignKeyConstraint(
            ["import_run_id"], ["import_run.id"], name=op.f("fk_provenance_import_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provenance")),
    )
    with op.batch_alter_table("provenance", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_provenance_file_sha256"), ["file_sha256"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_provenance_import_run_id"), ["import_run_id"], unique=False
        )

    op.create_table(
        "cell_product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_cell_product_void_reason")
        ),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_cell_product_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_product")),
        sa.UniqueConstraint("product_id", name=op.f("uq_cell_product_product_id")),
    )
    with op.batch_alter_table("cell_product", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cell_product_provenance_id"), ["provenance_id"], unique=False
        )

    op.create_table(
        "patient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_patient_void_reason")
        ),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_patient_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint("patient_id", name=op.f("uq_patient_patient_id")),
    )
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_patient_provenance_id"), ["provenance_id"], unique=False
        )

    op.create_table(
        "adverse_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_key", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("month", sa.Double(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("end_month", sa.Double(), nullable=True),
        sa.Column("term", sa.String(length=200), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("serious", sa.Boolean(), nullable=True),
        sa.Column("related", sa.String(length=20), nullable=True),
        sa.Column("severity", sa.String(length=20), nullable=True),
        sa.Column("outcome", sa.String(length=50), nullable=True),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=500), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(date IS NULL) <> (month IS NULL)", name=op.f("ck_adverse_event_date_or_month")
        ),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_adverse_event_void_reason")
        ),
        sa.CheckConstraint(
            "end_date IS NULL OR end_month IS NULL",
            name=op.f("ck_adverse_event_end_date_or_end_month"),
        ),
        sa.CheckConstraint(
            "grade IS NULL OR grade BETWEEN 1 AND 5", name=op.f("ck_adverse_event_grade")
        ),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patient.id"], name=op.f("fk_adverse_event_patient_key")
        ),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_adverse_event_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_event")),
    )
    with op.batch_alter_table("adverse_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_adverse_event_provenance_id"), ["provenance_id"], unique=False
        )
        batch_op.create_index(
            "uq_adverse_event_current",
            ["patient_key", "row_key"],
            unique=True,
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )

    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_key", sa.Integer(), nullable=False),
        sa.Column("prior", sa.String(length=20), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("natural_history", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=50), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_assessment_void_reason")
        ),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patient.id"], name=op.f("fk_assessment_patient_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(
            "uq_assessment_current",
            ["patient_key", "prior"],
            unique=True,
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )

    op.create_table(
        "breathing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_key", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("month", sa.Double(), nullable=True),
        sa.Column("measure", sa.String(length=10), nullable=False),
        sa.Column("percent_predicted", sa.Double(), nullable=False),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=500), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("measure IN ('FVC', 'SVC')", name=op.f("ck_breathing_measure")),
        sa.CheckConstraint(
            "(date IS NULL) <> (month IS NULL)", name=op.f("ck_breathing_date_or_month")
        ),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_breathing_void_reason")
        ),
        sa.CheckConstraint(
            "percent_predicted IS NULL OR percent_predicted BETWEEN 0 AND 200",
            name=op.f("ck_breathing_percent_predicted"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patient.id"], name=op.f("fk_breathing_patient_key")
        ),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_breathing_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breathing")),
    )
    with op.batch_alter_table("breathing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_breathing_provenance_id"), ["provenance_id"], unique=False
        )
        batch_op.create_index(
            "uq_breathing_current",
            ["patient_key", "row_key"],
            unique=True,
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )

    op.create_table(
        "care_span",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_key", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("start_month", sa.Double(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("end_month", sa.Double(), nullable=True),
        sa.Column("detail", sa.String(length=500), nullable=True),
        sa.Column("hours_per_day", sa.Double(), nullable=True),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=500), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(start_date IS NULL) <> (start_month IS NULL)",
            name=op.f("ck_care_span_start_date_or_start_month"),
        ),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_care_span_void_reason")
        ),
        sa.CheckConstraint(
            "end_date IS NULL OR end_date >= start_date",
            name=op.f("ck_care_span_end_date_after_start"),
        ),
        sa.CheckConstraint(
            "end_date IS NULL OR end_month IS NULL", name=op.f("ck_care_span_end_date_or_end_month")
        ),
        sa.CheckConstraint(
            "end_month IS NULL OR end_month >= start_month",
            name=op.f("ck_care_span_end_month_after_start"),
        ),
        sa.CheckConstraint(
            "hours_per_day IS NULL OR hours_per_day BETWEEN 0 AND 24",
            name=op.f("ck_care_span_hours_per_day"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patient.id"], name=op.f("fk_care_span_patient_key")
        ),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_care_span_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_span")),
    )
    with op.batch_alter_table("care_span", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_care_span_provenance_id"), ["provenance_id"], unique=False
        )
        batch_op.create_index(
            "uq_care_span_current",
            ["patient_key", "row_key"],
            unique=True,
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )

    op.create_table(
        "cell_product_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_key", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("cell_source", sa.String(length=200), nullable=True),
        sa.Column("donor", sa.String(length=200), nullable=True),
        sa.Column("lot", sa.String(length=200), nullable=True),
        sa.Column("passage", sa.String(length=200), nullable=True),
        sa.Column("viability_percent", sa.Double(), nullable=True),
        sa.Column("release_tests", sa.String(length=500), nullable=True),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=500), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)",
            name=op.f("ck_cell_product_facts_void_reason"),
        ),
        sa.CheckConstraint(
            "viability_percent IS NULL OR viability_percent BETWEEN 0 AND 100",
            name=op.f("ck_cell_product_facts_viability_percent"),
        ),
        sa.ForeignKeyConstraint(
            ["product_key"], ["cell_product.id"], name=op.f("fk_cell_product_facts_product_key")
        ),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_cell_product_facts_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_product_facts")),
    )
    with op.batch_alter_table("cell_product_facts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cell_product_facts_provenance_id"), ["provenance_id"], unique=False
        )
        batch_op.create_index(
            "uq_cell_product_facts_current",
            ["product_key", "row_key"],
            unique=True,
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )

    op.create_table(
        "dose",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_key", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("month", sa.Double(), nullable=True),
        sa.Column("product_key", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(length=100), nullable=True),
        sa.Column("cells", sa.BigInteger(), nullable=True),
        sa.Column("cells_per_kg", sa.BigInteger(), nullable=True),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=500), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("(date IS NULL) <> (month IS NULL)", name=op.f("ck_dose_date_or_month")),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_dose_void_reason")
        ),
        sa.CheckConstraint("cells IS NULL OR cells > 0", name=op.f("ck_dose_cells")),
        sa.CheckConstraint(
            "cells_per_kg IS NULL OR cells_per_kg > 0", name=op.f("ck_dose_cells_per_kg")
        ),
        sa.ForeignKeyConstraint(["patient_key"], ["patient.id"], name=op.f("fk_dose_patient_key")),
        sa.ForeignKeyConstraint(
            ["product_key"], ["cell_product.id"], name=op.f("fk_dose_product_key")
        ),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_dose_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dose")),
    )
    with op.batch_alter_table("dose", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dose_product_key"), ["product_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_dose_provenance_id"), ["provenance_id"], unique=False)
        batch_op.create_index(
            "uq_dose_current",
            ["patient_key", "row_key"],
            unique=True,
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_key", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("month", sa.Double(), nullable=True),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=True),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=500), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(date IS NULL) <> (month IS NULL)", name=op.f("ck_event_date_or_month")
        ),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_event_void_reason")
        ),
        sa.ForeignKeyConstraint(["patient_key"], ["patient.id"], name=op.f("fk_event_patient_key")),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_event_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_provenance_id"), ["provenance_id"], unique=False)
        batch_op.create_index(
            "uq_event_current",
            ["patient_key", "row_key"],
            unique=True,
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )

    op.create_table(
        "patient_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_key", sa.Integer(), nullable=False),
        sa.Column("onset_date", sa.Date(), nullable=True),
        sa.Column("onset_month", sa.Double(), nullable=True),
        sa.Column("diagnosis_date", sa.Date(), nullable=True),
        sa.Column("diagnosis_month", sa.Double(), nullable=True),
        sa.Column("onset_site", sa.String(length=20), nullable=True),
        sa.Column("age_at_onset", sa.Double(), nullable=True),
        sa.Column("age_at_baseline", sa.Double(), nullable=True),
        sa.Column("sex", sa.String(length=20), nullable=True),
        sa.Column("selected_post_hoc", sa.Boolean(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=True),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=500), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_patient_facts_void_reason")
        ),
        sa.CheckConstraint(
            "age_at_baseline IS NULL OR age_at_baseline BETWEEN 0 AND 120",
            name=op.f("ck_patient_facts_age_at_baseline"),
        ),
        sa.CheckConstraint(
            "age_at_onset IS NULL OR age_at_onset BETWEEN 0 AND 120",
            name=op.f("ck_patient_facts_age_at_onset"),
        ),
        sa.CheckConstraint(
            "diagnosis_date IS NULL OR diagnosis_month IS NULL",
            name=op.f("ck_patient_facts_diagnosis_date_or_diagnosis_month"),
        ),
        sa.CheckConstraint(
            "onset_date IS NULL OR onset_month IS NULL",
            name=op.f("ck_patient_facts_onset_date_or_onset_month"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patient.id"], name=op.f("fk_patient_facts_patient_key")
        ),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_patient_facts_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_facts")),
    )
    with op.batch_alter_table("patient_facts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_patient_facts_provenance_id"), ["provenance_id"], unique=False
        )
        batch_op.create_index(
            "uq_patient_facts_current",
            ["patient_key", "row_key"],
            unique=True,
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )

    op.create_table(
        "symptom",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_key", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("month", sa.Double(), nullable=True),
        sa.Column("symptom", sa.String(length=50), nullable=False),
        sa.Column("scale", sa.String(length=50), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=500), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(date IS NULL) <> (month IS NULL)", name=op.f("ck_symptom_date_or_month")
        ),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_symptom_void_reason")
        ),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patient.id"], name=op.f("fk_symptom_patient_key")
        ),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_symptom_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_symptom")),
    )
    with op.batch_alter_table("symptom", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_symptom_provenance_id"), ["provenance_id"], unique=False
        )
        batch_op.create_index(
            "uq_symptom_current",
            ["patient_key", "row_key"],
            unique=True,
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_key", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("month", sa.Double(), nullable=True),
        sa.Column("speech", sa.Double(), nullable=True),
        sa.Column("salivation", sa.Double(), nullable=True),
        sa.Column("swallowing", sa.Double(), nullable=True),
        sa.Column("handwriting", sa.Double(), nullable=True),
        sa.Column("cutting_5a", sa.Double(), nullable=True),
        sa.Column("cutting_5b", sa.Double(), nullable=True),
        sa.Column("cutting_food", sa.Double(), nullable=True),
        sa.Column("dressing_hygiene", sa.Double(), nullable=True),
        sa.Column("turning_in_bed", sa.Double(), nullable=True),
        sa.Column("walking", sa.Double(), nullable=True),
        sa.Column("climbing_stairs", sa.Double(), nullable=True),
        sa.Column("dyspnea", sa.Double(), nullable=True),
        sa.Column("orthopnea", sa.Double(), nullable=True),
        sa.Column("respiratory_insufficiency", sa.Double(), nullable=True),
        sa.Column("respiratory", sa.Double(), nullable=True),
        sa.Column("alsfrs_total", sa.Double(), nullable=True),
        sa.Column("scale", sa.String(length=10), nullable=False),
        sa.Column("rater", sa.String(length=200), nullable=True),
        sa.Column("mode", sa.String(length=200), nullable=True),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=500), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("voided", sa.DateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("scale IN ('ALSFRS-R', 'ALSFRS')", name=op.f("ck_visit_scale")),
        sa.CheckConstraint(
            "(cutting_5a IS NULL OR cutting_5b IS NULL) AND (cutting_5a IS NULL OR cutting_food IS NULL) AND (cutting_5b IS NULL OR cutting_food IS NULL)",
            name=op.f("ck_visit_one_cutting_item"),
        ),
        sa.CheckConstraint(
            "(date IS NULL) <> (month IS NULL)", name=op.f("ck_visit_date_or_month")
        ),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)", name=op.f("ck_visit_void_reason")
        ),
        sa.CheckConstraint(
            "alsfrs_total IS NULL OR alsfrs_total BETWEEN 0 AND 48",
            name=op.f("ck_visit_alsfrs_total"),
        ),
        sa.CheckConstraint(
            "climbing_stairs IS NULL OR climbing_stairs BETWEEN 0 AND 4",
            name=op.f("ck_visit_climbing_stairs"),
        ),
        sa.CheckConstraint(
            "cutting_5a IS NULL OR cutting_5a BETWEEN 0 AND 4", name=op.f("ck_visit_cutting_5a")
        ),
        sa.CheckConstraint(
            "cutting_5b IS NULL OR cutting_5b BETWEEN 0 AND 4", name=op.f("ck_visit_cutting_5b")
        ),
        sa.CheckConstraint(
            "cutting_food IS NULL OR cutting_food BETWEEN 0 AND 4",
            name=op.f("ck_visit_cutting_food"),
        ),
        sa.CheckConstraint(
            "dressing_hygiene IS NULL OR dressing_hygiene BETWEEN 0 AND 4",
            name=op.f("ck_visit_dressing_hygiene"),
        ),
        sa.CheckConstraint(
            "dyspnea IS NULL OR dyspnea BETWEEN 0 AND 4", name=op.f("ck_visit_dyspnea")
        ),
        sa.CheckConstraint(
            "handwriting IS NULL OR handwriting BETWEEN 0 AND 4", name=op.f("ck_visit_handwriting")
        ),
        sa.CheckConstraint(
            "orthopnea IS NULL OR orthopnea BETWEEN 0 AND 4", name=op.f("ck_visit_orthopnea")
        ),
        sa.CheckConstraint(
            "respiratory IS NULL OR respiratory BETWEEN 0 AND 4", name=op.f("ck_visit_respiratory")
        ),
        sa.CheckConstraint(
            "respiratory_insufficiency IS NULL OR respiratory_insufficiency BETWEEN 0 AND 4",
            name=op.f("ck_visit_respiratory_insufficiency"),
        ),
        sa.CheckConstraint(
            "salivation IS NULL OR salivation BETWEEN 0 AND 4", name=op.f("ck_visit_salivation")
        ),
        sa.CheckConstraint(
            "speech IS NULL OR speech BETWEEN 0 AND 4", name=op.f("ck_visit_speech")
        ),
        sa.CheckConstraint(
            "swallowing IS NULL OR swallowing BETWEEN 0 AND 4", name=op.f("ck_visit_swallowing")
        ),
        sa.CheckConstraint(
            "turning_in_bed IS NULL OR turning_in_bed BETWEEN 0 AND 4",
            name=op.f("ck_visit_turning_in_bed"),
        ),
        sa.CheckConstraint(
            "walking IS NULL OR walking BETWEEN 0 AND 4", name=op.f("ck_visit_walking")
        ),
        sa.ForeignKeyConstraint(["patient_key"], ["patient.id"], name=op.f("fk_visit_patient_key")),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_visit_provenance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_provenance_id"), ["provenance_id"], unique=False)
        batch_op.create_index(
            "uq_visit_current",
            ["patient_key", "row_key"],
            unique=True,
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )


def downgrade() -> None:
    """Down."""
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_visit_current",
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_visit_provenance_id"))

    op.drop_table("visit")
    with op.batch_alter_table("symptom", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_symptom_current",
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_symptom_provenance_id"))

    op.drop_table("symptom")
    with op.batch_alter_table("patient_facts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_patient_facts_current",
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_patient_facts_provenance_id"))

    op.drop_table("patient_facts")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_event_current",
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_event_provenance_id"))

    op.drop_table("event")
    with op.batch_alter_table("dose", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_dose_current",
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_dose_provenance_id"))
        batch_op.drop_index(batch_op.f("ix_dose_product_key"))

    op.drop_table("dose")
    with op.batch_alter_table("cell_product_facts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_cell_product_facts_current",
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_cell_product_facts_provenance_id"))

    op.drop_table("cell_product_facts")
    with op.batch_alter_table("care_span", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_care_span_current",
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_care_span_provenance_id"))

    op.drop_table("care_span")
    with op.batch_alter_table("breathing", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_breathing_current",
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_breathing_provenance_id"))

    op.drop_table("breathing")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_assessment_current",
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )

    op.drop_table("assessment")
    with op.batch_alter_table("adverse_event", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_adverse_event_current",
            sqlite_where=sa.text("voided IS NULL"),
            postgresql_where=sa.text("voided IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_adverse_event_provenance_id"))

    op.drop_table("adverse_event")
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_patient_provenance_id"))

    op.drop_table("patient")
    with op.batch_alter_table("cell_product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cell_product_provenance_id"))

    op.drop_table("cell_product")
    with op.batch_alter_table("provenance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provenance_import_run_id"))
        batch_op.drop_index(batch_op.f("ix_provenance_file_sha256"))

    op.drop_table("provenance")
    op.drop_table("import_run")
