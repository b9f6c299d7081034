"""workalendar's own tests of China, run on our class.

Ported from workalendar 17.0.0, workalendar/tests/__init__.py and test_asia.py (MIT licence, Copyright (c) Workalendar
contributors). Left out: its two tests of missing years and of the warning, which our class exists to end. One
assertion is turned round: 2020-02-01 was a moved workday in the first notice for 2020 only (国办发明电〔2020〕1号).
"""

from __future__ import annotations

from datetime import date
from unittest import TestCase

import time_machine
from workalendar import __version__

from law.calendar_loader import load_calendar


class ChinaTest(TestCase):
    def setUp(self) -> None:
        self.year = date.today().year  # noqa: DTZ011 -- as in the original
        self.cal = load_calendar()

    def test_weekend_days(self) -> None:
        assert self.cal.get_weekend_days()

    def test_january_1st(self) -> None:
        self.assertIn(date(self.year, 1, 1), self.cal.holidays_set(self.year))

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
        self.assertIn(date(2018, 1, 1), holidays)    # New year
        self.assertIn(date(2018, 2, 15), holidays)   # Spring Festival
        self.assertIn(date(2018, 2, 21), holidays)   # Spring Festival
        self.assertIn(date(2018, 10, 1), holidays)   # National Day
        self.assertIn(date(2018, 10, 7), holidays)   # National Day

        # Variable days
        self.assertIn(date(2018, 4, 5), holidays)    # Ching Ming Festival
        self.assertIn(date(2018, 4, 7), holidays)    # Ching Ming Festival
        self.assertIn(date(2018, 4, 29), holidays)   # Labour Day Holiday
        self.assertIn(date(2018, 5, 1), holidays)    # Labour Day Holiday
        self.assertIn(date(2018, 6, 18), holidays)   # Dragon Boat Festival
        self.assertIn(date(2018, 9, 24), holidays)   # Mid-Autumn Festival
        self.assertIn(date(2018, 12, 30), holidays)  # New year
        self.assertIn(date(2018, 12, 31), holidays)  # New year

    def test_year_2019(self) -> None:
        holidays = self.cal.holidays_set(2019)
        self.assertNotIn(date(2019, 4, 28), holidays)  # Labour Day Shift
        self.assertIn(date(2019, 5, 1), holidays)  # Labour Day Holiday
        self.assertIn(date(2019, 5, 2), holidays)  # Labour Day Holiday
        self.assertIn(date(2019, 5, 3), holidays)  # Labour Day Holiday
        self.assertNotIn(date(2019, 5, 5), holidays)  # Labour Day Shift

    def test_year_2020(self) -> None:
        holidays = self.cal.holidays_set(2020)
        self.assertIn(date(2020, 1, 1), holidays)  # New Year
        self.assertIn(date(2020, 1, 25), holidays)  # Spring Festival
        self.assertIn(date(2020, 4, 4), holidays)  # Ching Ming Festival
        self.assertIn(date(2020, 4, 6), holidays)  # Ching Ming Festival
        self.assertIn(date(2020, 5, 1), holidays)  # Labour Day Holiday
        self.assertIn(date(2020, 5, 5), holidays)  # Labour Day Holiday
        self.assertIn(date(2020, 6, 25), holidays)  # Dragon Boat Festival
        self.assertIn(date(2020, 6, 27), holidays)  # Dragon Boat Festival
        self.assertIn(date(2020, 10, 1), holidays)  # National Day
        self.assertIn(date(2020, 10, 8), holidays)  # National Day

        self.assertNotIn(date(2020, 1, 19), holidays)  # Spring Festival Shift
        self.assertIn(date(2020, 2, 1), holidays)  # lengthened Spring Festival
        self.assertNotIn(date(2020, 4, 26), holidays)  # Labour Day Shift
        self.assertNotIn(date(2020, 5, 9), holidays)  # Labour Day Shift
        self.assertNotIn(date(2020, 6, 28), holidays)  # Dragon Boat Shift
        self.assertNotIn(date(2020, 9, 27), holidays)  # National Day Shift
        self.assertNotIn(date(2020, 10, 10), holidays)  # National Day Shift

    def test_year_2021(self) -> None:
        holidays = self.cal.holidays_set(2021)
        self.assertIn(date(2021, 1, 1), holidays)  # New Year
        self.assertIn(date(2021, 2, 11), holidays)  # Spring Festival
        self.assertIn(date(2021, 2, 17), holidays)  # Spring Festival
        self.assertIn(date(2021, 4, 3), holidays)  # Ching Ming Festival
        self.assertIn(date(2021, 4, 5), holidays)  # Ching Ming Festival
        self.assertIn(date(2021, 5, 1), holidays)  # Labour Day Holiday
        self.assertIn(date(2021, 5, 5), holidays)  # Labour Day Holiday
        self.assertIn(date(2021, 6, 12), holidays)  # Dragon Boat Festival
        self.assertIn(date(2021, 6, 14), holidays)  # Dragon Boat Festival
        self.assertIn(date(2021, 9, 19), holidays)  # Mid-Autumn Festival
        self.assertIn(date(2021, 9, 21), holidays)  # Mid-Autumn Festival
        self.assertIn(date(2021, 10, 1), holidays)  # National Day
        self.assertIn(date(2021, 10, 7), holidays)  # National Day

        self.assertNotIn(date(2021, 2, 7), holidays)  # Spring Festival Shift
        self.assertNotIn(date(2021, 2, 20), holidays)  # Spring Festival Shift
        self.assertNotIn(date(2021, 4, 25), holidays)  # Labour Day Shift
        self.assertNotIn(date(2021, 5, 8), holidays)  # Labour Day Shift
        self.assertNotIn(date(2021, 9, 18), holidays)  # Mid-Autumn Shift
        self.assertNotIn(date(2021, 9, 26), holidays)  # National Day Shift
        self.assertNotIn(date(2021, 10, 9), holidays)  # National Day Shift

    def test_year_2022(self) -> None:
        holidays = self.cal.holidays_set(2022)
        self.assertIn(date(2022, 1, 1), holidays)  # New Year
        self.assertIn(date(2022, 1, 3), holidays)  # New Year
        self.assertIn(date(2022, 1, 31), holidays)  # Spring Festival
        self.assertIn(date(2022, 2, 6), holidays)  # Spring Festival
        self.assertIn(date(2022, 4, 3), holidays)  # Ching Ming Festival
        self.assertIn(date(2022, 4, 5), holidays)  # Ching Ming Festival
        self.assertIn(date(2022, 4, 30), holidays)  # Labour Day Holiday
        self.assertIn(date(2022, 5, 4), holidays)  # Labour Day Holiday
        self.assertIn(date(2022, 6, 3), holidays)  # Dragon Boat Festival
        self.assertIn(date(2022, 6, 5), holidays)  # Dragon Boat Festival
        self.assertIn(date(2022, 9, 10), holidays)  # Mid-Autumn Festival
        self.assertIn(date(2022, 9, 12), holidays)  # Mid-Autumn Festival
        self.assertIn(date(2022, 10, 1), holidays)  # National Day
        self.assertIn(date(2022, 10, 7), holidays)  # National Day

        self.assertNotIn(date(2022, 1, 29), holidays)  # Spring Festival Shift
        self.assertNotIn(date(2022, 1, 30), holidays)  # Spring Festival Shift
        # Ching Ming Festival Shift
        self.assertNotIn(date(2022, 4, 2), holidays)
        self.assertNotIn(date(2022, 4, 24), holidays)  # Labour Day Shift
        self.assertNotIn(date(2022, 5, 7), holidays)  # Labour Day Shift
        self.assertNotIn(date(2022, 10, 8), holidays)  # National Day Shift
        self.assertNotIn(date(2022, 10, 9), holidays)  # National Day Shift

    def test_year_2023(self) -> None:
        holidays = self.cal.holidays_set(2023)
        self.assertIn(date(2023, 1, 2), holidays)       # New Year
        self.assertIn(date(2023, 1, 21), holidays)      # Spring Festival
        self.assertIn(date(2023, 1, 27), holidays)      # Spring Festival
        self.assertIn(date(2023, 4, 5), holidays)       # Ching Ming Festival
        self.assertIn(date(2023, 4, 29), holidays)      # Labour Day Holiday
        self.assertIn(date(2023, 5, 3), holidays)       # Labour Day Holiday
        self.assertIn(date(2023, 6, 22), holidays)      # Dragon Boat Festival
        self.assertIn(date(2023, 6, 24), holidays)      # Dragon Boat Festival
        self.assertIn(date(2023, 9, 29), holidays)      # Mid-Autumn Festival
        self.assertIn(date(2023, 9, 30), holidays)      # National Day
        self.assertIn(date(2023, 10, 6), holidays)      # National Day

        self.assertNotIn(date(2023, 1, 28), holidays)   # Spring Festival Shift
        self.assertNotIn(date(2023, 1, 29), holidays)   # Spring Festival Shift
        self.assertNotIn(date(2023, 4, 23), holidays)   # Labour Day Shift
        self.assertNotIn(date(2023, 5, 6), holidays)    # Labour Day Shift
        self.assertNotIn(date(2023, 10, 7), holidays)   # National Day Shift
        self.assertNotIn(date(2023, 10, 8), holidays)   # National Day Shift
