"""How valid the figures are, measured on practices whose truth was planted: `make validity`.

Belongs here: simulated series and units, the registry's own SQL run over them, and the report that
says how often a rule finds, misses or invents a rupture and how often an interval holds the truth.
Does not belong here: a rule or an interval (dbt_project), a second implementation of one
(tests/oracle), anything a build or a dashboard reads.
"""
