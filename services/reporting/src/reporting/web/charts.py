"""What ECharts draws, as data: one idea each, bars from zero, the same colour for the same thing everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

REPORTED, CLOSED, RULE, INK = "#9db4cc", "#1f4e79", "#d5dbe1", "#4a5560"


def trend_chart(
    months: Sequence[str], reported: Sequence[int], closed: Sequence[int], names: tuple[str, str]
) -> dict[str, Any]:
    """Issues reported and closed out by month. `names`: of the two series."""
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
            "data": list(months),
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": RULE}},
            "axisLabel": text,
        },
        "yAxis": {
            "type": "value",
            "min": 0,
            "minInterval": 1,
            "axisLabel": text,
            "splitLine": {"lineStyle": {"color": RULE}},
        },
        "series": [bars(names[0], reported, REPORTED), bars(names[1], closed, CLOSED)],
    }
