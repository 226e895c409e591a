"""Parquet for programs: a typed schema, ids and codes as they are stored, instants with their zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Final

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from reporting.exports.cells import Cells, Row
from reporting.exports.columns import Kind, kind_of

GROUP: Final = 10_000
"""Rows of a row group, which are what is held in memory."""
_TYPES: Final[Mapping[Kind, pa.DataType]] = {
    Kind.TEXT: pa.string(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.NUMBER: pa.int64(),
    Kind.SHARE: pa.float64(),
    Kind.DECIMAL: pa.float64(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.DAY: pa.date32(),
    Kind.TRUTH: pa.bool_(),
}


class Parquet:
    """A Parquet file. A column's title stands in its field's metadata, what is told of the list in the file's."""

    def __init__(self, file: IO[bytes], columns: Sequence[str], cells: Cells) -> None:
        fields = [pa.field(name, _TYPES[kind_of(name)], metadata={"title": cells.head(name)}) for name in columns]
        self._schema = pa.schema(fields)
        self._writer = ParquetWriter(file, self._schema, compression="zstd")
        self._cells = cells
        self._held: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        """Further rows, a group at a time."""
        self._held += rows
        if len(self._held) >= GROUP:
            self._flush()

    def _flush(self) -> None:
        columns = [
            pa.array([self._cells.stored(row, field.name) for row in self._held], field.type) for field in self._schema
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._held = []

    def close(self, about: Mapping[str, str]) -> None:
        """The last group and the footer."""
        self._flush()
        self._writer.add_key_value_metadata(dict(about))
        self._writer.close()

    def abandon(self) -> None:
        """Ends while its file is open: the library does so later by itself, and then fails."""
        self._writer.close()
