"""One file per kind of export. Here: readers and what they share; not here: checks of values."""
