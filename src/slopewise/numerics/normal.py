"""The one quantile of the standard normal that every 95 % interval rests on."""

__all__ = ["NORMAL_975"]

NORMAL_975 = 1.959963984540054  # Φ⁻¹(0.975)
