"""From exports to a release: readers, extraction, the build, the releases, the command line.

Belongs here: everything before the released file. Does not belong here: a page (`dashboards`) or a
metric rule (`dbt_project`). Importing it does nothing.
"""
