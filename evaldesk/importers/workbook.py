"""A sheet of an Excel workbook, by a mapping."""

from collections.abc import Iterator

from evaldesk.importers.contract import ImportOptions, Item
from evaldesk.importers.mapped import read_mapped
from evaldesk.importers.records import table_kind
from evaldesk.importers.source import Source


class Workbook:
    """A header row and one row a trace, in a sheet."""

    name = "xlsx"
    title = "Excel workbook"
    extensions = (".xlsx", ".xlsm")
    description = (
        "One row a trace, from one sheet (the first with rows unless another is chosen); a mapping "
        "says which column is what. Cells' values are read, formulas and looks are not."
    )
    mapped = True

    def recognises(self, source: Source) -> float:
        """A ZIP file with a workbook in it."""
        return 0.9 if table_kind(source) == "xlsx" else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """See `read_mapped`."""
        return read_mapped(source, options)
