"""How certain each conclusion is, in the steps of GRADE."""
