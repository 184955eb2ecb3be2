"""The staff desk: those who answer people. Server-drawn pages that need no script.

`accounts` who may come in, `cases` complaints and requests for help, `hall` appointments on the
day, `publishing` and `outbox` answers that become public through git, `statistics` and `charts`
what the figures say, `web/` the pages.
"""
