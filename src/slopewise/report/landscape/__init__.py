"""What was tried: cells, routes, people and years, as pictures of the whole record."""
