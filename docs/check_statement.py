#!/usr/bin/env python3
"""Check exported daily statements without Odoo: only Python's own library is needed.

    python3 check_statement.py FILE...

A file is what "Export" gives as the canonical form; several days may stand in one file, several files are read as one
chain. Of every signed statement the digest is computed anew over its own lines and the digest before, the day book's rows
are hashed and counted, the balances are added up, the running totals must go on from the day before, and each statement
must follow the one before. One line a statement; the
exit code is 1 when anything is broken, 2 when a file is no export.
"""

import hashlib
import json
import sys
from decimal import Decimal

PREFIX = "$1$"
# places in a "statement" row, the tag is 0
NUMBER, COMPANY, DATE, REVISION = 1, 2, 3, 4
# and in an "equation" row
LABEL, UNIT, LEFT, RIGHT, DIFFERENCE, TERMS = 3, 5, 7, 8, 9, 10
# and in a "total" row
NAME, MEASURE, UNIT_NUMBER, TOTAL_UNIT, BEFORE, OPENING, DAY, EVER = range(2, 10)


class Statement:
    """One statement as it is read, a line at a time; nothing of it is kept but digests, running totals and faults."""

    def __init__(self, head):
        # of the head only the digests count: all else it says is no part of what was signed; a state that is made up lets
        # the totals of an older day be compared too, no more
        _tag, form, self.before, self.digest, self.name, _date, _revision, self.state = head
        if form != PREFIX:
            raise ValueError(f"unknown format {form}")
        self.hash = hashlib.sha256(self.before.removeprefix(PREFIX).encode())
        self.number, self.company, self.date, self.revision = 0, "", "", ""
        self.rows, self.book, self.said = 0, hashlib.sha256(), (None, None)
        self.totals = {}
        # the signed statement of the company before this one in the files, and so on
        self.earlier = None
        self.faults = []

    def read(self, line):
        """Take one line of the file, without its line feed."""
        row = json.loads(line)
        tag = row[0]
        if tag == "event":
            # the database hashed the row as its own JSON text
            self.book.update(hashlib.sha256(json.dumps(row[1:], ensure_ascii=False).encode()).digest())
            self.rows += 1
            return
        self.hash.update(line.encode())
        self.hash.update(b"\n")
        if tag == "statement":
            self.number, self.company = int(row[NUMBER] or 0), row[COMPANY]
            self.date, self.revision = row[DATE], row[REVISION]
        elif tag == "book":
            self.said = (int(row[1]), row[2])
        elif tag == "equation":
            self._add_up(row)
        elif tag == "total":
            self._run_on(row)

    def _add_up(self, row):
        terms = json.loads(row[TERMS], parse_float=Decimal)
        for side, place in (("left", LEFT), ("right", RIGHT)):
            total = sum(Decimal(str(value)) for _label, value in terms[side])
            if abs(total - Decimal(row[place] or 0)) > Decimal("0.00001"):
                self.faults.append(f"{row[LABEL]}, {row[UNIT]}: the {side} side does not add up")
        difference = Decimal(row[LEFT] or 0) - Decimal(row[RIGHT] or 0)
        if abs(difference - Decimal(row[DIFFERENCE] or 0)) > Decimal("0.00001"):
            self.faults.append(f"{row[LABEL]}, {row[UNIT]}: the difference is not left less right")

    def _run_on(self, row):
        before, opening, day, ever = (Decimal(row[place] or 0) for place in (BEFORE, OPENING, DAY, EVER))
        self.totals[row[NAME], row[MEASURE], row[UNIT_NUMBER]] = (before, ever, row[TOTAL_UNIT])
        if before + opening + day != ever:
            self.faults.append(f"running total {row[NAME]}, {row[TOTAL_UNIT]}: it does not add up")

    def _follow_totals(self, last):
        """Compare with the totals of the day before: the last signed statement of an earlier day.

        One that was re-opened later may have stood when this one was drawn, or not any more: what it does not go on from
        is looked for further back, as far as to one that stands.
        """
        self.earlier, first = last, None
        while last:
            if last.date < self.date:
                broken = self._broken_totals(last)
                if not broken:
                    return
                first = first or broken
                if last.state != "superseded":
                    break
            last = last.earlier
        self.faults += first or []

    def _broken_totals(self, day_before):
        if not day_before.totals or not self.totals:
            return []
        broken, nothing = [], (0, 0, "")
        for key in sorted({*self.totals, *day_before.totals}):
            before, earlier = self.totals.get(key, nothing), day_before.totals.get(key, nothing)
            if before[0] != earlier[1]:
                broken.append(
                    f"running total {key[0]}, {before[2] or earlier[2]}: it does not go on from the day before"
                )
        return broken

    @property
    def is_draft(self):
        """Whether it was never signed: neither a closing number nor a digest."""
        return not self.number and not self.digest

    def end(self, last):
        """Compare with what was signed and with ``last``, the statement of that company before in the files (or None)."""
        if self.is_draft:
            return
        if PREFIX + self.hash.hexdigest() != self.digest:
            self.faults.append("a figure, an entry or an equation changed: the digest does not agree")
        if (self.rows, self.book.hexdigest()) != self.said:
            self.faults.append(f"the day book's rows changed ({self.rows} rows, {self.said[0]} were signed)")
        self._follow_totals(last)
        if not last:
            if self.number == 1 and self.before:
                self.faults.append("the first of a company follows another")
        elif self.number != last.number + 1:
            self.faults.append(f"closing number {self.number} does not follow {last.number}: a statement is missing")
        elif self.before != last.digest:
            self.faults.append("it does not follow the statement before: that one's digest is another")


def statements(paths):
    """The statements of the files, each wholly read."""
    for path in paths:
        present = None
        with open(path, encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    if line.startswith('["export",'):
                        if present:
                            yield present
                        present = Statement(json.loads(line))
                    else:
                        present.read(line.rstrip("\n"))
                except (ValueError, AttributeError, IndexError, TypeError, KeyError, ArithmeticError) as error:
                    raise SystemExit(f"{path}, line {number}: this is no exported statement ({error})") from error
        if present:
            yield present


def main(paths):
    """Check the files and say the result; the exit code."""
    last, broken, known = {}, 0, 0
    for statement in statements(paths):
        known += 1
        before = last.get(statement.company)
        statement.end(before)
        if not statement.is_draft:
            last[statement.company] = statement
            if not before and statement.number != 1:
                print(f"{statement.name}: the days before closing number {statement.number} are not in these files")
        state = "draft, not signed" if statement.is_draft else f"no. {statement.number}"
        result = "BROKEN" if statement.faults else "not checked" if statement.is_draft else "unchanged"
        print(f"{statement.name} {statement.date} revision {statement.revision} ({state}): {result}")
        for fault in statement.faults:
            print(f"  {fault}")
        broken += bool(statement.faults)
    if not known:
        print("no statement in these files")
        return 2
    return 1 if broken else 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        sys.exit(2)
    try:
        sys.exit(main(sys.argv[1:]))
    except SystemExit as problem:
        if isinstance(problem.code, str):
            print(problem.code, file=sys.stderr)
            sys.exit(2)
        raise
    except OSError as problem:
        print(f"{problem.filename}: {problem.strerror}", file=sys.stderr)
        sys.exit(2)
