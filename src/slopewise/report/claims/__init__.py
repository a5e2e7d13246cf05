"""Words of claims and their verdicts."""
