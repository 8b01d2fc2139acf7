import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tools import config

from .common import ReconciliationCase

CHECK = Path(__file__).resolve().parents[2] / "docs" / "check_statement.py"


class TestExport(ReconciliationCase):
    """A statement taken away as a file, and checked where there is no Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.name = '=HYPERLINK("https://example.com")'

    def setUp(self):
        super().setUp()
        self.order = self._confirmed((self.product, 5), (self.other_product, 3))
        self._deliver(self.order)
        self.second = self._next_day()
        self._invoice(self.order)
        self.third = self._next_day()
        self.days = self.statement | self.second | self.third

    def _check(self, *texts):
        """The script's exit code and words over ``texts``, each a file."""
        names = []
        for number, text in enumerate(texts):
            path = Path(self.enterContext(tempfile.TemporaryDirectory()), f"{number}.jsonl")
            path.write_text(text, encoding="utf-8", newline="\n")
            names.append(str(path))
        done = subprocess.run([sys.executable, str(CHECK), *names], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_what_was_signed_is_checked_without_odoo(self):
        text = self._as("processor", self.days).export_canonical()
        code, words = self._check(text)
        self.assertEqual((code, words.count("unchanged")), (0, 3), words)
        # a file a day says the same
        code, words = self._check(*(day.export_canonical() for day in self.days))
        self.assertEqual((code, words.count("unchanged")), (0, 3), words)
        heads = [json.loads(line) for line in text.splitlines() if line.startswith('["export"')]
        self.assertEqual([head[3] for head in heads], [day.digest for day in self.days])
        self.assertEqual([head[2] for head in heads], ["", *[day.digest for day in self.days[:2]]])

    def test_each_change_of_an_export_is_found(self):
        text = self.days.export_canonical()
        lines = text.splitlines(keepends=True)

        def first(tag, after=0):
            return next(place for place, line in enumerate(lines) if place >= after and line.startswith(f'["{tag}"'))

        second = [place for place, line in enumerate(lines) if line.startswith('["export"')][1]
        entry, event, equation = first("line", second), first("event", second), first("equation", second)
        end = next(place for place, line in enumerate(lines) if place > second and line.startswith('["export"'))

        def edited(place, change):
            row = json.loads(lines[place])
            change(row)
            packed = json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
            return "".join([*lines[:place], packed, *lines[place + 1 :]])

        def other_sum(row):
            row[7] = str(float(row[7]) + 1)

        tampered = {
            "a figure": (edited(entry, lambda row: row.__setitem__(-1, "12345")), "the digest does not agree"),
            "an entry": ("".join([*lines[:entry], *lines[entry + 1 :]]), "the digest does not agree"),
            "a balance": (edited(equation, other_sum), "does not add up"),
            "a row of the book": (edited(event, lambda row: row.__setitem__(4, "shipped?")), "day book's rows changed"),
            "no row of the book": ("".join([*lines[:event], *lines[event + 1 :]]), "day book's rows changed"),
            "a day": ("".join([*lines[:second], *lines[end:]]), "a statement is missing"),
            "a digest": (edited(second, lambda row: row.__setitem__(3, "$1$" + "0" * 64)), "the digest does not agree"),
        }
        for name, (changed, why) in tampered.items():
            with self.subTest(changed=name):
                code, words = self._check(changed)
                self.assertEqual(code, 1, words)
                self.assertIn(why, words)

    def test_the_head_of_an_export_is_not_believed(self):
        """What is not digested says nothing: a signed day cannot be called a draft, another day or another company's."""
        lines = self.days.export_canonical().splitlines(keepends=True)
        starts = [place for place, line in enumerate(lines) if line.startswith('["export"')]
        changed = next(place for place, line in enumerate(lines) if place > starts[2] and line.startswith('["line"'))
        row = json.loads(lines[changed])
        row[-1] = "1"
        lines[changed] = json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
        head = json.loads(lines[starts[2]])
        head[4:] = ["Somebody", "2020-01-01", "9", "draft"]
        lines[starts[2]] = json.dumps(head, separators=(",", ":")) + "\n"
        code, words = self._check("".join(lines))
        self.assertEqual(code, 1, words)
        self.assertIn(f"Somebody {self.third.date} revision 1 (no. 3): BROKEN", words)
        code, words = self._check("".join([*lines[: starts[1]], *lines[starts[2] :]]))
        self.assertIn("a statement is missing", words)

    def test_a_file_that_begins_later_says_so(self):
        code, words = self._check(self.third.export_canonical())
        self.assertEqual(code, 0, words)
        self.assertIn("the days before closing number 3 are not in these files", words)

    def test_a_digest_computed_anew_for_one_day_breaks_the_next(self):
        from odoo.addons.order_processing.models.reconciliation.digest import digest

        lines = self.days.export_canonical().splitlines()
        starts = [place for place, line in enumerate(lines) if line.startswith('["export"')]
        body = range(starts[1] + 1, starts[2])
        changed = next(place for place in body if lines[place].startswith('["line"'))
        row = json.loads(lines[changed])
        row[-1] = "1"
        lines[changed] = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        head = json.loads(lines[starts[1]])
        head[3] = digest(head[2], [json.loads(lines[p]) for p in body if not lines[p].startswith('["event"')])
        lines[starts[1]] = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
        code, words = self._check("\n".join(lines) + "\n")
        self.assertEqual((code, words.count("BROKEN")), (1, 1), words)
        self.assertIn("does not follow the statement before", words)

    def test_the_script_says_what_is_no_export(self):
        for text in ("hello\n", '["line",1]\n', '["export","$9$","","","A","2026-01-01","1","signed"]\n'):
            code, words = self._check(text)
            self.assertEqual(code, 2, words)
            self.assertIn("no exported statement", words)
        self.assertEqual(self._check("")[0], 2)
        code, words = self._check(self._next_day(sign=False).export_canonical())
        self.assertEqual(code, 0, words)
        self.assertIn("not checked", words)

    def test_the_table_holds_each_entry_and_no_formula(self):
        rows = list(csv.DictReader(io.StringIO(self._as("processor", self.second | self.third).export_csv())))
        mine = [row for row in rows if row["Order"] == self.order.name]
        self.assertEqual([row["Business day"] for row in mine], [str(self.second.date), str(self.third.date)])
        self.assertEqual([row["Bucket"] for row in mine], ["To invoice", "To pay"])
        self.assertEqual({row["Customer"] for row in mine}, {f"'{self.customer.name}"})
        self.assertEqual([float(row["Value invoiced"]) for row in mine], [0.0, self.order.amount_untaxed])
        self.assertEqual(len(rows), self.second.entry_count + self.third.entry_count)
        # each figure is that of the canonical form
        names, places = self.third.export_columns()["line"], {}
        labels = self.env["order.reconciliation.line"].fields_get(names, ["string"])
        for place, name in enumerate(names, 1):
            if name.endswith(("_qty", "_value", "_value_company")):
                places[labels[name]["string"]] = place
        lines = [json.loads(line) for line in self.third.export_canonical().splitlines() if line.startswith('["line"')]
        told = [row for row in rows if row["Business day"] == str(self.third.date)]
        self.assertEqual(len(places), 20)
        self.assertEqual(
            [[float(row[label]) for label in places] for row in told],
            [[float(line[place] or 0) for place in places.values()] for line in lines],
        )

    # ------------------------------------------------------------------ the workbook

    def _book(self, statement, live):
        return openpyxl.load_workbook(io.BytesIO(statement._export_xlsx()), data_only=not live)

    def test_the_workbook_adds_up_by_itself(self):
        """Every formula, worked out here from the cells it names, gives the statement's figure and the cell's value."""
        live, kept = self._book(self.third, True), self._book(self.third, False)
        self.assertEqual(live.sheetnames, ["Balances", "Running totals", "Buckets", "Differences", "Entries"])
        sheet, values = live["Balances"], kept["Balances"]
        sums = 0
        for row in sheet.iter_rows(min_col=5, max_col=5):
            cell = row[0]
            if match := re.fullmatch(r"=SUM\(E(\d+):E(\d+)\)", str(cell.value)):
                span = range(int(match[1]), int(match[2]) + 1)
                worked = sum(sheet.cell(place, 5).value for place in span)
                self.assertAlmostEqual(worked, values.cell(cell.row, 5).value, 5)
                sums += 1
            elif match := re.fullmatch(r"=ROUND\(E(\d+)-E(\d+),6\)", str(cell.value)):
                left, right = (values.cell(int(place), 5).value for place in match.groups())
                self.assertAlmostEqual(left - right, values.cell(cell.row, 5).value, 5)
        self.assertEqual(sums, 2 * len(self.third.equation_ids))
        results = [row[0].value for row in values.iter_rows(min_row=6, min_col=6, max_col=6) if row[0].value]
        self.assertEqual(results, ["proven"] * len(self.third.equation_ids))

    def test_the_workbook_runs_its_totals_on(self):
        live, kept = self._book(self.third, True)["Running totals"], self._book(self.third, False)["Running totals"]
        names = [cell.value for cell in live["A"][5:]]
        self.assertEqual(len(names), len(self.third.total_ids))
        for row in range(6, 6 + len(names)):
            self.assertEqual(live.cell(row, 6).value, f"=SUM(C{row}:E{row})")
            worked = sum(live.cell(row, column).value for column in (3, 4, 5))
            self.assertAlmostEqual(worked, kept.cell(row, 6).value, 5)

    def test_the_workbook_counts_its_own_entries(self):
        live, kept = self._book(self.third, True), self._book(self.third, False)
        entries, buckets = live["Entries"], live["Buckets"]

        def cells(span):
            column, first, last = re.fullmatch(r"'Entries'!\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)", span).groups()
            return [entries[f"{column}{row}"].value for row in range(int(first), int(last) + 1)]

        found = {row["label"]: row for row in self.third._bucket_rows()}
        for row in range(6, 6 + len(found)):
            name = buckets.cell(row, 1).value
            criteria, *_more = re.fullmatch(r"=COUNTIF\((.+),A\d+\)", buckets.cell(row, 2).value).groups()
            places = [place for place, value in enumerate(cells(criteria)) if value == name]
            self.assertEqual(len(places), found[name]["orders"], name)
            for column, key in ((3, "moved"), (4, "value")):
                again, summed = re.fullmatch(r"=SUMIF\((.+),A\d+,(.+)\)", buckets.cell(row, column).value).groups()
                self.assertEqual(again, criteria)
                total = sum(cells(summed)[place] for place in places)
                self.assertAlmostEqual(total, found[name][key], 2, name)
                self.assertAlmostEqual(kept["Buckets"].cell(row, column).value, total, 2)
        total = 6 + len(found)
        self.assertEqual(kept["Buckets"].cell(total, 2).value, self.third.entry_count)
        names = [cell.value for cell in entries["C"]]
        self.assertIn(self.customer.name, names)
        self.assertEqual({cell.data_type for cell in entries["C"]} - {"n"}, {"s"}, "a name is a text, never a formula")

    def test_differing_documents_stand_in_the_workbook(self):
        self.env.cr.execute("UPDATE order_event SET quantity_ref = quantity_ref + 1 WHERE kind = 'shipped' AND order_id = %s",
                            [self.order.id])  # fmt: skip
        draft = self._next_day(sign=False)
        self.assertFalse(draft.is_proven)
        sheet = self._book(draft, False)["Differences"]
        self.assertIn(self.order.name, {cell.value for cell in sheet["C"]})
        self.assertIn(1, {cell.value for cell in sheet["G"]} | {-cell.value for cell in sheet["G"] if cell.data_type == "n"
                                                               and cell.value})  # fmt: skip

    # ------------------------------------------------------------------ who, and how

    def test_who_may_take_it_away(self):
        for name in ("salesman", "integration", "portal"):
            for method in ("export_canonical", "export_csv", "_export_xlsx"):
                with self.subTest(user=name, method=method), self.assertRaises(AccessError):
                    getattr(self._as(name, self.second), method)()
        with self.assertRaises(AccessError):
            self._as("stranger", self.second).export_canonical()

    def test_the_wizard_gives_the_file(self):
        wizard = self._as("processor", self.env["reconciliation.export"]).with_context(active_ids=self.third.ids)
        for form, ending in (("xlsx", "xlsx"), ("csv", "csv"), ("canonical", "jsonl")):
            made = wizard.create({"form": form})
            action = made.action_export()
            self.assertIn(f"statement-{self.third.date}.{ending}", action["url"])
            self.assertTrue(made.content)
        several = wizard.create({"form": "xlsx", "reconciliation_ids": [(6, 0, self.days.ids)]})
        with self.assertRaises(UserError):
            several.action_export()
        several.form = "csv"
        self.assertIn(f"statement-{self.statement.date}-{self.third.date}.csv", several.action_export()["url"])


class TestVerifyChainCommand(ReconciliationCase):
    """``odoo verify_chain``, for a machine without a screen."""

    def _say(self):
        from odoo.modules import load_script

        path = Path(__file__).resolve().parents[2] / "order_processing" / "cli" / "verify_chain.py"
        command = load_script(path, "odoo.cli.verify_chain").Verify_Chain
        words = io.StringIO()
        with redirect_stdout(words):
            broken = command._say(self.env, self.company)
        return broken, words.getvalue()

    def test_it_says_each_company_and_each_fault(self):
        self._next_day()
        broken, words = self._say()
        self.assertFalse(broken)
        self.assertIn(f"{self.company.name}: 2 signed days, unchanged", words)
        self.env.cr.execute("UPDATE order_reconciliation SET note = 'other' WHERE id = %s", [self.statement.id])
        self.env.invalidate_all()
        broken, words = self._say()
        self.assertTrue(broken)
        self.assertIn("BROKEN", words)
        self.assertIn(f"{self.statement.date}, revision 1: a figure, an entry", words)

    def test_it_runs_from_the_command_line(self):
        command = [sys.executable, "-W", "ignore", "-m", "odoo", f"--addons-path={','.join(config['addons_path'])}",
                   "verify_chain", "-c", config["config"]]  # fmt: skip
        done = subprocess.run([*command, "-d", self.env.cr.dbname], capture_output=True, text=True, cwd="/", check=False,
                              env=os.environ.copy())  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("signed days, unchanged", done.stdout)
