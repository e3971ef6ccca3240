"""One module per step from an older review log to a newer one, in the order of their numbers."""
