"""The bureau's workbook: read it into content files, and write it from them.

`layout` is what the workbook looks like, `cells` what a cell can mean, `table` one sheet,
`read` all of it, `merge` and `plan` what that changes in the content, `words` how it is said.
"""

from site_builder.workbook.export import export_workbook
from site_builder.workbook.plan import ImportReport, import_workbook
from site_builder.workbook.problems import WorkbookError

__all__ = ["ImportReport", "WorkbookError", "export_workbook", "import_workbook"]
