"""The files of a document: one sheet for each language, and from it Markdown, Word and PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from eventkit.catalogues import LANGUAGES
from reporting.bulletins import word
from reporting.bulletins.pdf import printed
from reporting.bulletins.sheets import sheet_of

FORMATS: Final = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
"""The formats of a document, with their media types."""


@dataclass(frozen=True, slots=True)
class File:
    """A document in one language and format. `template`: the SHA-256 of the Word template that was filled in."""

    language: str
    format: str
    template: str | None
    file: bytes

    def row(self, document: str) -> dict[str, Any]:
        """As it is kept."""
        about = {"document": document, "language": self.language, "format": self.format, "template": self.template}
        return {**about, "file": self.file, "digest": sha256(self.file).hexdigest()}


def files(markdown: dict[str, str], kind: str, at: datetime, folder: Path | None) -> Iterator[File]:
    """All files of a document whose Markdown is given by language; TemplateFault for an office's broken template."""
    template = word.template_for(kind, folder)
    for language in LANGUAGES:
        text = markdown[language]
        sheet = sheet_of(text)
        yield File(language, "md", None, text.encode())
        yield File(language, "docx", word.digest(template), word.filled(sheet, template, at))
        yield File(language, "pdf", None, printed(sheet))
