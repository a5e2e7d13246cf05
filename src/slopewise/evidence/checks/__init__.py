"""Checks over the whole record: what a reader must know before using a number of it."""
