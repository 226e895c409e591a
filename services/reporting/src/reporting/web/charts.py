"""What ECharts draws, as data: one idea each, bars from zero, the same colour for the same thing everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reporting.web.overview import Month

REPORTED, CLOSED, RULE, INK = "#7391b2", "#1f4e79", "#d5dbe1", "#4a5560"


def trend_chart(months: Sequence[Month], names: tuple[str, str], unit: str) -> dict[str, Any]:
    """Issues reported and closed out by month. `names`: of the two series; `unit`: what is counted."""
    text = {"color": INK, "fontSize": 12, "fontFamily": "inherit"}

    def bars(name: str, values: Sequence[int], colour: str) -> dict[str, Any]:
        label = {"show": True, "position": "top", "color": INK, "fontSize": 11}
        shown: list[Any] = [value or {"value": 0, "label": {"show": False}} for value in values]
        return {
            "type": "bar",
            "name": name,
            "data": shown,
            "barMaxWidth": 22,
            "itemStyle": {"color": colour},
            "label": label,
        }

    return {
        "animation": False,
        "aria": {"enabled": False},
        "grid": {"left": 4, "right": 4, "top": 22, "bottom": 2, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": [month.name for month in months],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": RULE}},
            "axisLabel": text,
        },
        "yAxis": {
            "type": "value",
            "name": unit,
            "nameTextStyle": text,
            "min": 0,
            "minInterval": 1,
            "axisLabel": text,
            "splitLine": {"lineStyle": {"color": RULE}},
        },
        "series": [
            bars(names[0], [month.reported for month in months], REPORTED),
            bars(names[1], [month.closed for month in months], CLOSED),
        ],
    }
