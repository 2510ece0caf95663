"""The workbook: one module a sheet, and what they share."""
