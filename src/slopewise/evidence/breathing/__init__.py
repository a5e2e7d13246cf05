"""Whether treatment changed breathing: differences of vital capacity between arms."""
