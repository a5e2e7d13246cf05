"""Natural history: a slope that wanders, its likelihood, calibration and prediction."""
