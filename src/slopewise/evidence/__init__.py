"""The published record: one file per study, every number with its source."""
