"""From the inbox to the landing: deliveries, row checks, pseudonyms, quarantine, ledger.

Here: everything between a file in the inbox and a row in the landing. Not here: how a kind of file
is read (readers/), the contract (contracts/), or anything after the landing (dbt).
"""

from orchestration.extract.intake import check_path, land_inbox
from orchestration.extract.reports import DeliveryReport
from orchestration.extract.rows import FeedReport

__all__ = ["DeliveryReport", "FeedReport", "check_path", "land_inbox"]
