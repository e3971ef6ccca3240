"""One module per command of ``rapport``; each has a click command named ``command``."""
