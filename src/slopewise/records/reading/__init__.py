"""Bytes to named tables, text to values: what every importer of text tables shares."""
