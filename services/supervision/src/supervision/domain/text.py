"""Texts that people read: English as they stand, and able to be said in another language.

This file stands in eventkit and, word for word, in each domain, which imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self


class Text(str):
    """The English text of a constant template, which remembers of what it was made.

        Text("The directory has no unit {unit}.", unit=unit)

    A list among the values is told with commas, a Text among them in the language of the whole. Without values nothing
    is filled in, and braces stand for themselves. The Chinese of the template stands in the package's catalogue.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        told = {name: ", ".join(map(str, one)) if isinstance(one, list) else one for name, one in values.items()}
        text = super().__new__(cls, template.format(**told) if values else template)
        text.template, text.values = template, values
        return text

    def filled(self, **values: object) -> Text:
        """The same template with these values: for templates that stand in a table."""
        return Text(self.template, **values)
