"""slopewise says, honestly, whether a cell therapy slowed the decline of ALS."""
