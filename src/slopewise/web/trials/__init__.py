"""Pages of trials: designs built with forms, simulated, and what came of it."""
