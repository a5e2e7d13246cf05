"""Whether the parts of a design agree with one another, and what could still mislead."""
