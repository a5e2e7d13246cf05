"""From a published result to slowing θ with its standard error."""
