"""Publish through git: a push is checked, built beside the old site, tested and switched to.

`place` is the folder on the server, `git` the few commands we need, `receive` what happens at a
push, `release` how a site comes up and goes back.
"""
