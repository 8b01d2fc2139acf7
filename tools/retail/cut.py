"""Cuts the slice that comes with the project: ``python -m tools.retail.cut FILE DATE OUT.csv.gz``.

Every line of FILE up to and including DATE, as it stands; so prices, quantities sold and earlier documents are those of the whole file.
The same input gives the same bytes.
"""

import csv
import gzip
import io
import sys
from datetime import date
from pathlib import Path

from .errors import InputError
from .reader import COLUMNS, read


def cut(path, day, target):
    """Write the rows of ``path`` up to ``day``.

    :param path: a .csv or .csv.gz file
    :param date day: the last day kept
    :param target: the .csv.gz file to write
    :return: number of rows written
    :raises InputError: ``path`` cannot be read
    """
    kept = {row.line for row in read(path) if row.day <= day}
    content = Path(path).read_bytes()
    text = (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader)
    places = [[name.strip().lower() for name in header].index(column.lower()) for column in COLUMNS]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for values in reader:
        if reader.line_num in kept:
            writer.writerow([values[place] for place in places])
    Path(target).write_bytes(gzip.compress(out.getvalue().encode(), compresslevel=9, mtime=0))
    return len(kept)


def main(arguments):
    """The command; returns its exit code."""
    if len(arguments) != 3:
        print(__doc__.split("\n")[0], file=sys.stderr)
        return 2
    try:
        rows = cut(arguments[0], date.fromisoformat(arguments[1]), arguments[2])
    except (InputError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{rows} rows, {Path(arguments[2]).stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
