"""What packages say to people, what their catalogues say in Chinese, and where the two do not fit.

Babel finds the texts in the code and in templates. Classes of refusals speak by docstring, slug and `mend` besides.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from eventkit.voice import TITLE

Said = dict[tuple[str | None, str], str]
"""A catalogue: the text by context and id."""

METHODS = [
    ("**.py", "python"),
    ("**.html", "jinja2"),
    ("**.jinja", "jinja2"),
    ("**.j2", "jinja2"),
    ("**.txt", "jinja2"),
]
LATER = {"Text": None}
"""What is said later, by the voice of the package; the default keywords look a text up at once."""

_FIELD = re.compile(r"\{(\w*)(?:![rsa])?(?::[^{}]*)?\}")
_NARROW = re.compile(r"[\u4e00-\u9fff”）][,;:!?.]|[,;:!?][\u4e00-\u9fff“（]")


@dataclass
class Refusals:
    """The classes of refusals in a package. `names`: of the classes; `texts`: docstrings and mends; `slugs`."""

    names: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    slugs: set[str] = field(default_factory=set)


def refusals(sources: Collection[str], known: Collection[str] = ()) -> Refusals:
    """Classes with a slug, and those derived from them or from the `known` ones, by any module of these."""
    classes = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    found = Refusals(set(known))
    while fresh := [one for one in classes if one.name not in found.names and _refuses(one, found.names)]:
        for one in fresh:
            told = _told(one)
            found.names.add(one.name)
            found.texts |= {" ".join((ast.get_docstring(one) or "").split()), *_values(told, "mend", "mend_hint")}
            found.slugs |= set(_values(told, "slug"))
    return found


def _refuses(one: ast.ClassDef, known: Collection[str]) -> bool:
    return "slug" in _told(one) or any(ast.unparse(base).split(".")[-1] in known for base in one.bases)


def _told(one: ast.ClassDef) -> dict[str, ast.expr | None]:
    """The class's own attributes by name."""
    told: dict[str, ast.expr | None] = {}
    for node in one.body:
        if isinstance(node, ast.Assign):
            told |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            told[node.target.id] = node.value
    return told


def _values(told: dict[str, ast.expr | None], *names: str) -> list[str]:
    values = (told.get(name) for name in names)
    return [one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def extracted(folder: Path) -> set[tuple[str | None, str]]:
    """Every text, with its context, that code and templates under the folder say as a constant.

    A folder within that has a catalogue of its own looks its texts up there; they are left to its own tests.
    """
    others = {str(found.parent) for found in folder.rglob("catalogues") if found.parent != folder}
    looked_up = extract_from_dir(folder, METHODS, directory_filter=lambda path: str(path) not in others)
    found = [*looked_up, *extract_from_dir(folder, METHODS, keywords=LATER)]
    texts = ((context, id) for _, _, ids, _, context in found for id in ([ids] if isinstance(ids, str) else ids[:1]))
    return {(context, id) for context, id in texts if id}


def said(catalogue: Path) -> Said:
    """What a .po file says; what is marked fuzzy counts as not said."""
    with catalogue.open("rb") as file:
        messages = list(read_po(file, abort_invalid=True))
    return {(m.context, str(m.id)): "" if m.fuzzy else str(m.string) for m in messages if m.id}


def spoken(folder: Path, found: Refusals) -> set[tuple[str | None, str]]:
    """All that a package says: what is extracted, and what its refusals say, with their titles."""
    return extracted(folder) | {(None, text) for text in found.texts} | {(TITLE, slug) for slug in found.slugs}


def unsaid(wanted: Collection[tuple[str | None, str]], *catalogues: Said) -> list[tuple[str | None, str]]:
    """Texts that none of the catalogues says."""
    return sorted((one for one in wanted if not any(held.get(one) for held in catalogues)), key=str)


def stale(held: Said, wanted: Collection[tuple[str | None, str]], named: Collection[str]) -> list[str]:
    """Ids that nothing says any more. `named`: contexts whose ids come from elsewhere."""
    return sorted(id for context, id in held if (context, id) not in wanted and context not in named)


def misfilled(held: Said) -> list[str]:
    """Ids whose translation has other placeholders."""
    return sorted(id for (_, id), text in held.items() if text and set(_fields(id)) != set(_fields(text)))


def narrow(held: Said) -> list[str]:
    """Translations with half-width punctuation between Chinese words."""
    return sorted(text for text in held.values() if _NARROW.search(text))


def _fields(text: str) -> list[str]:
    return _FIELD.findall(text)


def untemplated(source: str, refusing: Collection[str]) -> Iterator[str]:
    """Calls that say what no catalogue can know, or that do not fill their template."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).split(".")[-1]
        if name == "Text" and node.args:
            yield from _wrong_template(node)
        elif name in refusing or name == "FieldProblem":
            yield from _wrong_words(node, node.args[1:] if name == "FieldProblem" else node.args)


def _wrong_template(call: ast.Call) -> Iterator[str]:
    template = call.args[0]
    if len(call.args) != 1 or not isinstance(template, ast.Constant) or not isinstance(template.value, str):
        yield f"line {call.lineno}: a template is one constant text, its values have names"
        return
    given = {one.arg for one in call.keywords}
    if given and None not in given and given != set(_fields(template.value)):
        yield f"line {call.lineno}: the template and its values do not fit"


def _wrong_words(call: ast.Call, words: list[ast.expr]) -> Iterator[str]:
    for one in [*words, *(key.value for key in call.keywords if key.arg == "mend")]:
        made = isinstance(one, ast.JoinedStr | ast.BinOp) or (isinstance(one, ast.Call) and _joins(one))
        if made or (isinstance(one, ast.Constant) and isinstance(one.value, str)):
            yield f"line {call.lineno}: a text for people is a Text of a constant template"


def _joins(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("format", "join", "replace")
