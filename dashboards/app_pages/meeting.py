"""Meeting: walking from case to case, and recording what was decided in each."""
