"""What is coming: function and survival ahead, and later decline from the first months."""
