"""What a batch is measured against, each as a process of its own: ``python cohort_peers.py PEER IN OUT [NUMBER]``.

``copy`` is polars reading the table as text and writing it with a further column of NUMBER characters; ``copy-columns``
with NUMBER schemes' six columns, holding together as many characters as a seventh argument says. ``duckdb`` and ``zen``
answer nci-rome, written by hand as a person would who has only these tools: status, group and possible groups, without
rules, missing facts or reasons. Both know only what this table can hold: no units, no other spellings, no intervals.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

# lineage == B and age >= 1; high: age >= 10 or wbc >= 50; standard otherwise. Empty cells leave what they leave.
_DUCKDB = """
copy (
  with said as (
    select *, nullif(lineage, '') as l, try_cast(age as double) as a, try_cast(wbc as double) as w from
    read_csv('{source}', all_varchar = true, header = true)
  ), open as (
    select *,
      case
        when l in ('T', 'MPAL') or a < 1 then 'not-applicable'
        else concat_ws('|',
          case when (a is null or a < 10) and (w is null or w < 50) then 'standard' end,
          case when a is null or a >= 10 or w is null or w >= 50 then 'high' end,
          case when l is null or a is null then 'not-applicable' end)
      end as possible
    from said
  )
  select * exclude (l, a, w, possible),
    case when possible = 'not-applicable' then 'not-applicable'
         when contains(possible, '|') then 'indeterminate' else 'assigned' end as status,
    case when possible in ('standard', 'high') then possible end as "group",
    possible
  from open
) to '{output}' (header, delimiter ',')
"""

_ZEN = [  # lineage, age, wbc; status, group, possible
    ("'T', 'MPAL'", "", "", "not-applicable", "", "not-applicable"),
    ("", "< 1", "", "not-applicable", "", "not-applicable"),
    ("'B'", ">= 10", "", "assigned", "high", "high"),
    ("'B'", "< 10", ">= 50", "assigned", "high", "high"),
    ("'B'", "< 10", "< 50", "assigned", "standard", "standard"),
    ("'B'", "< 10", "null", "indeterminate", "", "standard|high"),
    ("'B'", "null", ">= 50", "indeterminate", "", "high|not-applicable"),
    ("'B'", "null", "", "indeterminate", "", "standard|high|not-applicable"),
    ("null", ">= 10", "", "indeterminate", "", "high|not-applicable"),
    ("null", "", ">= 50", "indeterminate", "", "high|not-applicable"),
    ("null", "< 10", "< 50", "indeterminate", "", "standard|not-applicable"),
    ("null", "", "", "indeterminate", "", "standard|high|not-applicable"),
]
_IN, _OUT = ("lineage", "age", "wbc"), ("status", "group", "possible")


def copy(source: str, output: str, width: int) -> None:
    """The table as text, with one further column of ``width`` characters."""
    import polars as pl

    pl.scan_csv(source, infer_schema=False).with_columns(pl.lit("x" * width).alias("more")).sink_csv(output)


def copy_columns(source: str, output: str, schemes: int, width: int) -> None:
    """The table as text, with six further columns for each scheme that hold ``width`` characters together."""
    import polars as pl

    columns = 6 * schemes
    widths = [(width - columns + 1) // columns] * columns
    widths[0] += (width - columns + 1) % columns
    more = [pl.lit("x" * wide).alias(f"more{number}") for number, wide in enumerate(widths)]
    pl.scan_csv(source, infer_schema=False).with_columns(more).sink_csv(output)


def duckdb_case(source: str, output: str) -> None:
    """nci-rome as a CASE expression, CSV to CSV."""
    import duckdb

    duckdb.execute(_DUCKDB.format(source=source, output=output))


def zen_rows(source: str, output: str) -> None:
    """nci-rome as a decision table, asked once for each row."""
    import zen

    decision = zen.ZenEngine().create_decision(json.dumps(_decision()))
    with (
        Path(source).open(encoding="utf-8", newline="") as read,
        Path(output).open("w", encoding="utf-8", newline="") as written,
    ):
        rows = csv.DictReader(read)
        out = csv.writer(written)
        out.writerow([*(rows.fieldnames or ()), *_OUT])
        for row in rows:
            asked = {
                "lineage": row["lineage"] or None,
                "age": float(row["age"]) if row["age"] else None,
                "wbc": float(row["wbc"]) if row["wbc"] else None,
            }
            answer = decision.evaluate(asked)["result"]
            out.writerow([*row.values(), *(answer[name] for name in _OUT)])


def _decision() -> dict[str, object]:
    rules = [
        {"_id": str(number), **dict(zip(_IN, rule[:3], strict=True))}
        | dict(zip(_OUT, map(json.dumps, rule[3:]), strict=True))
        for number, rule in enumerate(_ZEN)
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in _IN],
        "outputs": [{"id": name, "name": name, "field": name} for name in _OUT],
        "rules": rules,
    }
    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": place},
        {"id": "table", "type": "decisionTableNode", "name": "table", "position": place, "content": table},
        {"id": "out", "type": "outputNode", "name": "out", "position": place},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    return {"nodes": nodes, "edges": edges}


PEERS = {"copy": copy, "copy-columns": copy_columns, "duckdb": duckdb_case, "zen": zen_rows}

if __name__ == "__main__":
    peer, source, output, *numbers = sys.argv[1:]
    PEERS[peer](source, output, *map(int, numbers))
