"""Did a therapy slow the decline: the slowing profile of a patient and the verdict."""
