"""workalendar's own tests of China, run on our class.

Ported from workalendar 17.0.0, workalendar/tests/__init__.py and test_asia.py (MIT licence, Copyright (c) Workalendar
contributors). Left out: its two tests of missing years and of the warning, which our class exists to end. One
assertion is turned round: 2020-02-01 was a moved workday in the first notice for 2020 only (国办发明电〔2020〕1号).
"""

from __future__ import annotations

from datetime import date

import time_machine
from workalendar import __version__

from law.calendar_loader import load_calendar


class TestChina:
    def setup_method(self) -> None:
        self.cal = load_calendar()
        self.year = self.cal.last_announced  # the original takes the day's own year

    def test_weekend_days(self) -> None:
        assert self.cal.get_weekend_days()

    def test_january_1st(self) -> None:
        assert date(self.year, 1, 1) in self.cal.holidays_set(self.year)

    def test_ical_export(self) -> None:
        holidays = self.cal.holidays(2019) + self.cal.holidays(2020)
        with time_machine.travel(0, tick=False):
            lines = self.cal.export_to_ical(period=[2019, 2020]).splitlines(keepends=True)
            assert "".join(lines) == self.cal.export_to_ical(period=[2019, 2020])
        head, first_uid, rest = lines[:7], lines[7], lines[8:]
        assert head[0] == "BEGIN:VCALENDAR\n"
        assert head[1] == "VERSION:2.0\n"
        assert head[2] == f"PRODID:-//workalendar//ical {__version__}//EN\n"
        assert head[3] == "BEGIN:VEVENT\n"
        assert head[4] == f"SUMMARY:{holidays[0][1]}\n"
        assert head[5] == "DTSTART;VALUE=DATE:20190101\n"
        assert head[6].startswith("DTSTAMP;VALUE=DATE-TIME:")
        assert first_uid.startswith("UID:2019")
        assert rest[0] == "END:VEVENT\n"
        uids = [first_uid, *(line for line in rest if line.startswith("UID:"))]
        assert len(uids) == len(holidays)
        assert len(uids) == len(set(uids))
        assert rest[-3].startswith("UID:2020")
        assert rest[-2].strip() == "END:VEVENT"
        assert rest[-1].strip() == "END:VCALENDAR"

    def test_year_2018(self) -> None:
        holidays = self.cal.holidays_set(2018)
        assert date(2018, 1, 1) in holidays  # New year
        assert date(2018, 2, 15) in holidays  # Spring Festival
        assert date(2018, 2, 21) in holidays  # Spring Festival
        assert date(2018, 10, 1) in holidays  # National Day
        assert date(2018, 10, 7) in holidays  # National Day

        # Variable days
        assert date(2018, 4, 5) in holidays  # Ching Ming Festival
        assert date(2018, 4, 7) in holidays  # Ching Ming Festival
        assert date(2018, 4, 29) in holidays  # Labour Day Holiday
        assert date(2018, 5, 1) in holidays  # Labour Day Holiday
        assert date(2018, 6, 18) in holidays  # Dragon Boat Festival
        assert date(2018, 9, 24) in holidays  # Mid-Autumn Festival
        assert date(2018, 12, 30) in holidays  # New year
        assert date(2018, 12, 31) in holidays  # New year

    def test_year_2019(self) -> None:
        holidays = self.cal.holidays_set(2019)
        assert date(2019, 4, 28) not in holidays  # Labour Day Shift
        assert date(2019, 5, 1) in holidays  # Labour Day Holiday
        assert date(2019, 5, 2) in holidays  # Labour Day Holiday
        assert date(2019, 5, 3) in holidays  # Labour Day Holiday
        assert date(2019, 5, 5) not in holidays  # Labour Day Shift

    def test_year_2020(self) -> None:
        holidays = self.cal.holidays_set(2020)
        assert date(2020, 1, 1) in holidays  # New Year
        assert date(2020, 1, 25) in holidays  # Spring Festival
        assert date(2020, 4, 4) in holidays  # Ching Ming Festival
        assert date(2020, 4, 6) in holidays  # Ching Ming Festival
        assert date(2020, 5, 1) in holidays  # Labour Day Holiday
        assert date(2020, 5, 5) in holidays  # Labour Day Holiday
        assert date(2020, 6, 25) in holidays  # Dragon Boat Festival
        assert date(2020, 6, 27) in holidays  # Dragon Boat Festival
        assert date(2020, 10, 1) in holidays  # National Day
        assert date(2020, 10, 8) in holidays  # National Day

        assert date(2020, 1, 19) not in holidays  # Spring Festival Shift
        assert date(2020, 2, 1) in holidays  # lengthened Spring Festival
        assert date(2020, 4, 26) not in holidays  # Labour Day Shift
        assert date(2020, 5, 9) not in holidays  # Labour Day Shift
        assert date(2020, 6, 28) not in holidays  # Dragon Boat Shift
        assert date(2020, 9, 27) not in holidays  # National Day Shift
        assert date(2020, 10, 10) not in holidays  # National Day Shift

    def test_year_2021(self) -> None:
        holidays = self.cal.holidays_set(2021)
        assert date(2021, 1, 1) in holidays  # New Year
        assert date(2021, 2, 11) in holidays  # Spring Festival
        assert date(2021, 2, 17) in holidays  # Spring Festival
        assert date(2021, 4, 3) in holidays  # Ching Ming Festival
        assert date(2021, 4, 5) in holidays  # Ching Ming Festival
        assert date(2021, 5, 1) in holidays  # Labour Day Holiday
        assert date(2021, 5, 5) in holidays  # Labour Day Holiday
        assert date(2021, 6, 12) in holidays  # Dragon Boat Festival
        assert date(2021, 6, 14) in holidays  # Dragon Boat Festival
        assert date(2021, 9, 19) in holidays  # Mid-Autumn Festival
        assert date(2021, 9, 21) in holidays  # Mid-Autumn Festival
        assert date(2021, 10, 1) in holidays  # National Day
        assert date(2021, 10, 7) in holidays  # National Day

        assert date(2021, 2, 7) not in holidays  # Spring Festival Shift
        assert date(2021, 2, 20) not in holidays  # Spring Festival Shift
        assert date(2021, 4, 25) not in holidays  # Labour Day Shift
        assert date(2021, 5, 8) not in holidays  # Labour Day Shift
        assert date(2021, 9, 18) not in holidays  # Mid-Autumn Shift
        assert date(2021, 9, 26) not in holidays  # National Day Shift
        assert date(2021, 10, 9) not in holidays  # National Day Shift

    def test_year_2022(self) -> None:
        holidays = self.cal.holidays_set(2022)
        assert date(2022, 1, 1) in holidays  # New Year
        assert date(2022, 1, 3) in holidays  # New Year
        assert date(2022, 1, 31) in holidays  # Spring Festival
        assert date(2022, 2, 6) in holidays  # Spring Festival
        assert date(2022, 4, 3) in holidays  # Ching Ming Festival
        assert date(2022, 4, 5) in holidays  # Ching Ming Festival
        assert date(2022, 4, 30) in holidays  # Labour Day Holiday
        assert date(2022, 5, 4) in holidays  # Labour Day Holiday
        assert date(2022, 6, 3) in holidays  # Dragon Boat Festival
        assert date(2022, 6, 5) in holidays  # Dragon Boat Festival
        assert date(2022, 9, 10) in holidays  # Mid-Autumn Festival
        assert date(2022, 9, 12) in holidays  # Mid-Autumn Festival
        assert date(2022, 10, 1) in holidays  # National Day
        assert date(2022, 10, 7) in holidays  # National Day

        assert date(2022, 1, 29) not in holidays  # Spring Festival Shift
        assert date(2022, 1, 30) not in holidays  # Spring Festival Shift
        # Ching Ming Festival Shift
        assert date(2022, 4, 2) not in holidays
        assert date(2022, 4, 24) not in holidays  # Labour Day Shift
        assert date(2022, 5, 7) not in holidays  # Labour Day Shift
        assert date(2022, 10, 8) not in holidays  # National Day Shift
        assert date(2022, 10, 9) not in holidays  # National Day Shift

    def test_year_2023(self) -> None:
        holidays = self.cal.holidays_set(2023)
        assert date(2023, 1, 2) in holidays  # New Year
        assert date(2023, 1, 21) in holidays  # Spring Festival
        assert date(2023, 1, 27) in holidays  # Spring Festival
        assert date(2023, 4, 5) in holidays  # Ching Ming Festival
        assert date(2023, 4, 29) in holidays  # Labour Day Holiday
        assert date(2023, 5, 3) in holidays  # Labour Day Holiday
        assert date(2023, 6, 22) in holidays  # Dragon Boat Festival
        assert date(2023, 6, 24) in holidays  # Dragon Boat Festival
        assert date(2023, 9, 29) in holidays  # Mid-Autumn Festival
        assert date(2023, 9, 30) in holidays  # National Day
        assert date(2023, 10, 6) in holidays  # National Day

        assert date(2023, 1, 28) not in holidays  # Spring Festival Shift
        assert date(2023, 1, 29) not in holidays  # Spring Festival Shift
        assert date(2023, 4, 23) not in holidays  # Labour Day Shift
        assert date(2023, 5, 6) not in holidays  # Labour Day Shift
        assert date(2023, 10, 7) not in holidays  # National Day Shift
        assert date(2023, 10, 8) not in holidays  # National Day Shift
