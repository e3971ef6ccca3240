"""Dagster's view of Rapport, one module per stage; wiring only, the work is in plain functions."""
