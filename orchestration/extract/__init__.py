"""From the inbox to the landing: deliveries, row checks, pseudonyms, quarantine, ledger."""
