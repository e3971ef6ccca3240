"""The canonical feeds: what a delivery may hold and how it lands. No Dagster, no files."""
