"""The dashboard over a release; reads releases and seeds' tables, never `orchestration/`."""
