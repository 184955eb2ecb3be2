"""The desk's pages: `routes` is the list of addresses, `visitor` who is looking at them."""

from form_api.desk.web.routes import routes

__all__ = ["routes"]
