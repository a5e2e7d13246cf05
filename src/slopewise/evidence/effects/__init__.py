"""Effect sizes from what two arms printed."""
