"""The review log: what supervisors decided about cases, in the app's own small database.

Here: what an entry is, where the database lies, adding and reading entries, who looked at which
case, migrations, erasing. Both sides import this package (dashboards/ writes, orchestration/
exports it as a delivery and erases from it); it imports neither of them. Not here: what follows
from entries; that is metrics, hence dbt.
"""

# Of the log as a source of the warehouse, and of its folder in the home.
NAME = "review_log"
