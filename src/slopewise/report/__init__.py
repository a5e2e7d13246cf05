"""Results to charts, tables, sentences and documents; no I/O and no HTTP."""
