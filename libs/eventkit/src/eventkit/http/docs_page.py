"""/docs: the OpenAPI document as one page for people, which loads nothing from anywhere."""

from __future__ import annotations

import json
from html import escape
from typing import Any

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font-family: sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
details {{ border-bottom: 1px solid #ccc; padding: .4rem 0; }}
pre {{ background: #f4f4f4; padding: .6rem; overflow-x: auto; }}
</style></head><body><h1>{title}</h1>
<p>The same for programs: <a href="/openapi.json">openapi.json</a></p>
"""


def docs_page(document: dict[str, Any]) -> str:
    """HTML of all operations of an OpenAPI document with their parameters and the schemas of their requests."""
    operations = [
        _operation(method, path, operation)
        for path, methods in document.get("paths", {}).items()
        for method, operation in methods.items()
    ]
    head = _HEAD.format(title=escape(document["info"]["title"]))
    return head + "\n".join(operations) + "\n</body></html>\n"


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    name = f"<code>{escape(method.upper())} {escape(path)}</code>"
    parts = [f"<details><summary>{name} {escape(operation.get('summary', ''))}</summary>"]
    if description := operation.get("description"):
        parts.append(f"<p>{escape(description)}</p>")
    parts += _parameters(operation.get("parameters", []))
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = json.dumps(content.get("schema", {}), indent=2, ensure_ascii=False)
        parts.append(f"<p>Request, <code>{escape(media)}</code></p><pre>{escape(schema)}</pre>")
    return "".join([*parts, "</details>"])


def _parameters(parameters: list[dict[str, Any]]) -> list[str]:
    rows = [
        f"<li><code>{escape(one['name'])}</code> in {escape(one['in'])}{', required' if one.get('required') else ''}"
        f" {escape(one.get('description', ''))}</li>"
        for one in parameters
    ]
    return ["<ul>", *rows, "</ul>"] if rows else []
