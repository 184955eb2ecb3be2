"""The form API: receive, validate, store, answer. Start reading at `service.py`."""
