"""The HTTP side: routes, pages, the static site. `app.py` lists the addresses."""
