"""Where the printed numbers of a study cannot all be right."""
