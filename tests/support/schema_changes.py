"""What of a database's schema a migration took away from the code before it, seen by comparing catalogues.

By what a migration does, not by how it is written: a rename is a column that went and one that came. What a trigger
does cannot be seen so; often it is the very thing that lets older code go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
_COLUMNS = f"""
SELECT format('%s.%s', c.oid::regclass, a.attname) AS name, c.oid::regclass::text AS of,
    format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
    a.atthasdef OR a.attidentity <> '' AS filled
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_OURS} AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
"""
_RULES = f"""
SELECT format('%s of %s: %s', CASE contype WHEN 'c' THEN 'check' ELSE 'key' END, conrelid::regclass,
    pg_get_constraintdef(k.oid)) AS name, conrelid::regclass::text AS of, CASE WHEN contype IN ('c', 'f') THEN
    (SELECT array_agg(format('%s.%s', attrelid::regclass, attname)) FROM pg_attribute
     WHERE attrelid = conrelid AND attnum = ANY(conkey)) END AS about
FROM pg_constraint k JOIN pg_namespace n ON n.oid = connamespace
WHERE {_OURS} AND contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT format('unique index of %s: %s', indrelid::regclass, substring(pg_get_indexdef(indexrelid) FROM 'USING .*')),
    indrelid::regclass::text, NULL
FROM pg_index JOIN pg_class c ON c.oid = indrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE {_OURS} AND indisunique AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
_GIVEN = f"""
SELECT format('%s on %s', privilege_type, c.oid::regclass)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace, aclexplode(relacl)
WHERE {_OURS} AND grantee = CAST(:role AS regrole)
UNION ALL
SELECT format('function %s', p.oid::regprocedure)
FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE {_OURS}
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns and what tables refuse (keys, checks) by name, and what the service's role may use."""

    columns: dict[str, Any]
    rules: dict[str, Any]
    given: frozenset[str]


def shape(connection: Connection, role: str) -> Shape:
    """The schema as the catalogue has it now."""
    return Shape(
        {row.name: row for row in connection.execute(text(_COLUMNS))},
        {row.name: row for row in connection.execute(text(_RULES))},
        frozenset(connection.scalars(text(_GIVEN), {"role": role})),
    )


def contractions(before: Shape, after: Shape) -> list[str]:
    """What code that worked with `before` may trip over in `after`, one sentence each; none: it only expanded."""
    tables = {column.of for column in before.columns.values()}
    added = after.columns.keys() - before.columns.keys()
    return [
        *(f"{name} is gone" for name in before.columns.keys() - after.columns.keys()),
        *(f"{name} is new and must be given" for name in added if _demands(after.columns[name], tables)),
        *(told for name in before.columns.keys() & after.columns.keys()
          for told in _narrowed(before.columns[name], after.columns[name])),
        *(f"{name} is new" for name in after.rules.keys() - before.rules.keys()
          if after.rules[name].of in tables and not added.issuperset(after.rules[name].about or [name])),
        *(f"{name} is gone" for name in before.rules.keys() - after.rules.keys() if not name.startswith("check")),
        *(f"{name} is gone" for name in before.given - after.given),
    ]  # fmt: skip


def _demands(column: Any, tables: set[str]) -> bool:
    return column.of in tables and column.required and not column.filled


def _narrowed(before: Any, after: Any) -> list[str]:
    return [
        *([f"{after.name} was {before.type}, is {after.type}"] if before.type != after.type else []),
        *([f"{after.name} must not be null any more"] if after.required and not before.required else []),
        *([f"{after.name} has lost its default"] if before.filled and not after.filled and after.required else []),
    ]
