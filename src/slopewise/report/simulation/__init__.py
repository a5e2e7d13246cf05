"""What simulated trials say, in words, tables and pictures."""
