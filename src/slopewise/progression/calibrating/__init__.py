"""From published summaries to parameter sets: targets, the search, and how well it did."""
