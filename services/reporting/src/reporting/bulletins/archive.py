"""Word files are archives, which note the minute at which they were packed; these do not."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


def steady(packed: bytes) -> bytes:
    """The same archive without times: equal contents make equal bytes."""
    held = BytesIO()
    with ZipFile(BytesIO(packed)) as source, ZipFile(held, "w") as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name), source.read(name), ZIP_DEFLATED)
    return held.getvalue()
