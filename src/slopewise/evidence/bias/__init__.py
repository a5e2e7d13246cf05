"""Risk of bias: the words and domains of the two tools, and the overall judgement they imply."""
