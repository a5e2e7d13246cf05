"""What pooled evidence looks like: figures, cards and tables."""
