"""One patient for readers: sentences, numbers, drawings and tables, in the order they are read."""
