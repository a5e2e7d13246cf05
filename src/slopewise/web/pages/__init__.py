"""Pages that belong to no single part: the way in, help and limits."""
