"""Writes cn.toml from the data of `chinesecalendar`: run once per new notice, then read the difference.

    python programmes/calendars/generate_cn.py > programmes/calendars/cn.toml

Days off and make-up working days are the library's, but for what CORRECTED takes from a notice itself. The names of
the notices are set down here by hand, where they are known.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from chinese_calendar.constants import holidays, workdays

VERSION = 1

HEAD = """\
# Working days of China, 2004-2026: exceptions to Monday-to-Friday, as the General Office of the State Council
# 国务院办公厅 set them each autumn for the year after. Made by generate_cn.py from chinesecalendar 1.11.0; a new notice
# is a new version. chinesecalendar and the package holidays differ on one day, Saturday 2005-12-31: the notice for 2006
# (国办发明电〔2005〕35号: "12月31日(星期六)上班") made it a working day, so it is one here, as holidays has it.
id = "cn"
source = "Notices of the General Office of the State Council, by chinesecalendar 1.11.0"
"""

CORRECTED = {date(2005, 12, 31)}
"""Make-up working days of a notice that the library lacks."""

NOTICES = {
    2006: "国办发明电〔2005〕35号",
    2007: "国办发明电〔2006〕49号",
    2010: "国办发明电〔2009〕27号",
    2011: "国办发明电〔2010〕40号",
    2012: "国办发明电〔2011〕45号",
    2013: "国办发明电〔2012〕33号",
    2014: "国办发明电〔2013〕28号",
    2015: "国办发明电〔2014〕28号",
    2016: "国办发明电〔2015〕18号",
    2017: "国办发明电〔2016〕17号",
    2018: "国办发明电〔2017〕12号",
    2019: "国办发明电〔2018〕15号, 国办发明电〔2019〕3号",
    2020: "国办发明电〔2019〕16号, 国办发明电〔2020〕1号",
    2021: "国办发明电〔2020〕27号",
    2022: "国办发明电〔2021〕11号",
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
    2026: "国办发明电〔2025〕7号",
}
"""Notices whose numbers are known."""


def by_year(days: Iterable[date]) -> dict[int, list[date]]:
    """The days of each year in order."""
    years: defaultdict[int, list[date]] = defaultdict(list)
    for day in sorted(days):
        years[day.year].append(day)
    return years


def listed(days: Iterable[date], width: int = 7) -> str:
    """A TOML array of dates, some to a line."""
    texts = [day.isoformat() for day in days]
    lines = [", ".join(texts[n : n + width]) for n in range(0, len(texts), width)]
    return "[\n" + "".join(f"  {line},\n" for line in lines) + "]"


def main() -> None:
    """Print the calendar."""
    off, work = by_year(holidays), by_year({*workdays, *CORRECTED})
    sys.stdout.write(f"{HEAD}version = {VERSION}\n")
    for year in range(min(off), max(off) + 1):
        sys.stdout.write(f"\n[years.{year}]\n")
        if year in NOTICES:
            sys.stdout.write(f'notice = "{NOTICES[year]}"\n')
        sys.stdout.write(f"off = {listed(off[year])}\nwork = {listed(work[year])}\n")


if __name__ == "__main__":
    main()
