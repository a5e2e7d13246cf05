"""What rows may not say: each rule of docs/data/rules.md, one finding for each breach."""
