"""Word and PDF of guides, packages, lists, letters and articles, in both scripts.

papers (what there is) → document (blocks of text) → word | pdf (the two writers), with workshop
making only what changed.
"""

from site_builder.downloads.papers import all_papers, papers_of
from site_builder.downloads.workshop import attached, outputs

__all__ = ["all_papers", "attached", "outputs", "papers_of"]
