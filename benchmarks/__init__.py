"""Speed and scale, measured by one command: `make bench` (see `__main__.py`).

Belongs here: workloads, the raw DuckDB comparison and the clock. Does not belong here: assertions;
a benchmark reports ratios of one run and never fails on seconds.
"""
