"""Missing scores filled in many times, and what the answer is worth after that."""
