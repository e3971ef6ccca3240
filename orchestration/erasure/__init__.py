"""Forgetting a client: out of the landing for good, and the search that proves it.

DuckDB keeps deleted bytes in its files (trust.md 0, finding 13), so nothing is deleted from a
release: a new one is built without the client, and the ones that held the client go as files.
"""
