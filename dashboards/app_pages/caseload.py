"""Supervisee: the cases of one supervisee, how each goes and what was planned in it."""
