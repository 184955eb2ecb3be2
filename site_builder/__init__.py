"""Build the site of a district administrative approval bureau from text files.

Read `pipeline.build` first, and then `anew.build`: it names the stages in order.
"""

__version__ = "0.1.0"
