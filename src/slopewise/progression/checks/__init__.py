"""How good predictions were: proper scores of survival and function against what happened."""
