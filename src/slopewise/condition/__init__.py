"""ALS itself: instruments, stages, symptoms, support, survival events."""
