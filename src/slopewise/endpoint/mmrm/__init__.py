"""The mixed model for repeated measures: each planned visit has its own mean and spread."""
