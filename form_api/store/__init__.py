"""Storage: commands and queries written once, run by one of two engines.

`commands.py` and `queries.py` speak the domain in SQL that SQLite, PostgreSQL and the engines
compatible with it accept. `sqlite.py` and `postgres.py` know only how to run one durably.
"""

from form_api.store.base import Store, open_store

__all__ = ["Store", "open_store"]
