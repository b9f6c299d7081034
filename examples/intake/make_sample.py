"""Writes the sample files of this folder again: `python examples/intake/make_sample.py`.

A test compares the files with what the generator gives, so run this after any change to it or to the authorities.
"""

from __future__ import annotations

from pathlib import Path

from intake.sample import sample_rows, write_csv, write_xlsx


def main(folder: Path = Path(__file__).parent) -> None:
    """Writes the workbook and the two CSV files, all of the same rows."""
    rows = [row.cells for row in sample_rows()]
    write_xlsx(rows, folder / "penalties-sample.xlsx")
    write_csv(rows, folder / "penalties-sample.csv", encoding="utf-8-sig", names=False)
    write_csv(rows, folder / "penalties-sample-gb18030.csv", encoding="gb18030", names=True)


if __name__ == "__main__":
    main()
