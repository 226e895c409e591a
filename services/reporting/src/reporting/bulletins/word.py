"""A document in Word: a sheet put into a template, which the office may have edited."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from eventkit.errors import Problem
from eventkit.text import Text
from reporting.bulletins.archive import steady
from reporting.bulletins.sheets import Sheet

BUILT_IN = Path(__file__).parent / "templates"
DEFAULT = "document.docx"


class TemplateFault(Problem):
    """The office's Word template cannot be filled in."""

    slug = "template-fault"
    status = 409


def template_for(kind: str, folder: Path | None) -> bytes:
    """The office's own template for this kind of document, else its template for all, else the built-in one."""
    own = () if folder is None else (folder / f"{kind}.docx", folder / DEFAULT)
    chosen = next((file for file in own if file.is_file()), BUILT_IN / DEFAULT)
    return chosen.read_bytes()


def digest(template: bytes) -> str:
    """By which a template is told from another."""
    return sha256(template).hexdigest()


def filled(sheet: Sheet, template: bytes, at: datetime) -> bytes:
    """The Word file, the same for the same sheet, template and moment; TemplateFault names what is wrong.

    Names in a template: `sheet` with `title`, `lead`, `sections` (each with `heading` and `blocks`) and `closing`.
    What a title says is text, whatever it looks like; a template can read nothing but the sheet.
    """
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    held = BytesIO()
    try:
        document = DocxTemplate(BytesIO(template))
        document.render({"sheet": sheet}, environment)
        about = document.docx.core_properties
        about.created = about.modified = at
        document.save(held)
    except Exception as error:  # whatever a template does: it divides by nothing, calls a text, goes round for ever
        mend = Text("mend the template in Word, or take it out of the folder of templates")
        raise TemplateFault(Text("The Word template says: {error}", error=str(error)), mend=mend) from error
    return steady(held.getvalue())
