"""Unwanted events by route and cells, as proportions with their bounds."""
