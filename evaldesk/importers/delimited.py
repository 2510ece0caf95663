"""CSV and TSV with a header row, by a mapping."""

from collections.abc import Iterator

from evaldesk.importers.contract import ImportOptions, Item
from evaldesk.importers.mapped import read_mapped
from evaldesk.importers.records import table_kind
from evaldesk.importers.source import Source


class DelimitedText:
    """A header row and one row a trace."""

    name = "csv"
    title = "CSV or TSV"
    extensions = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
    description = (
        "One row a trace; a mapping says which column is what, and columns that it does not name "
        "are kept as metadata. Commas, tabs, semicolons and bars are told apart by the header."
    )
    mapped = True

    def recognises(self, source: Source) -> float:
        """Text with a header line and rows."""
        return 0.3 if table_kind(source) == "csv" else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """See `read_mapped`."""
        return read_mapped(source, options)
