"""The bureau's workbook: read it into content files, and write it from them.

`layout` is what the workbook looks like, `cells` what a cell can mean, `table` one sheet,
`read` all of it, `merge` and `plan` what that changes in the content, `words` how it is said.
`plan.import_workbook` and `export.export_workbook` are where to begin.
"""
