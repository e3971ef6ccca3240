"""The papers' tests work on the small release of the dashboard's tests."""

from tests.unit.dashboards.conftest import fresh_caches, home, released

__all__ = ["fresh_caches", "home", "released"]
