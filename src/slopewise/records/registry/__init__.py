"""Trial registers: records and posted results read into entries and drafts."""
