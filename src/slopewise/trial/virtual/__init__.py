"""Virtual people: drawn from natural history, let in by the entry rules, followed."""
