"""What the tests of papers share: orders that have left, their papers as HTML, as PDF and as scanned."""

import io
import shlex
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pypdfium2
import zxingcpp
from lxml import html

from odoo.addons.base.models import ir_actions_report

REPORTS = {
    "pick_list": "report_pick_list",
    "slip": "report_packing_slip",
    "label": "report_shipping_label",
    "return_label": "report_return_label",
}


class Printed(str):
    """Text read from paper, in which parts are found whatever blanks are read between their letters.

    Letters that a font sets apart are read as words of their own.
    """

    def __contains__(self, part):
        return "".join(part.split()) in "".join(self.split())


def words(page):
    """The text of a page, a list item or a string of HTML, with single blanks."""
    if isinstance(page, pypdfium2.PdfPage):
        return Printed(" ".join(page.get_textpage().get_text_range().split()))
    return " ".join(page.text_content().split())


def scanned(page):
    """The codes on a page of a PDF, as a scanner at 216 dots an inch finds them.

    All papers print Code 128: of any other kind a scanner finds one by chance, in a table or between words.
    """
    return zxingcpp.read_barcodes(page.render(scale=3).to_pil(), formats=zxingcpp.BarcodeFormat.Code128)


def measured(page, code):
    """Width of a module of an SSCC's ``code`` on ``page``, height of its bars, and the least margin beside it; millimetres."""
    millimetre, place = 3 * 72 / 25.4, code.position
    left, right = place.top_left.x / millimetre, place.top_right.x / millimetre
    height = (place.bottom_left.y - place.top_left.y) / millimetre
    return (right - left) / 156, height, min(left, page.get_size()[0] / 72 * 25.4 - right)


@contextmanager
def engine_runs():
    """Counts from outside how often the engine is started: a program in its place writes a line each time and becomes it.

    :return: a function that gives the number of runs so far
    """
    known = ir_actions_report._wkhtml()
    with tempfile.TemporaryDirectory() as folder:
        log, program = Path(folder, "runs"), Path(folder, "wkhtmltopdf")
        log.touch()
        program.write_text(f'#!/bin/sh\necho run >> {shlex.quote(str(log))}\nexec {shlex.quote(known.bin)} "$@"\n')
        program.chmod(0o755)
        with patch.object(ir_actions_report, "_wkhtml", lambda: known._replace(bin=str(program))):
            yield lambda: len(log.read_text().splitlines())


class PapersMixin:
    """Orders and their papers."""

    def _confirmed(self, *lines, count=1, **vals):
        orders = self._make_orders(count, *lines, **vals)
        orders.action_confirm()
        return orders

    def _shipped(self, *lines, count=1, **vals):
        """The transfers of ``count`` orders of ``lines`` that have left, dispatched by the processor."""
        self._stock(self.product, 100 * count)
        orders = self._confirmed(*(lines or [(self.product, 2)]), count=count, **vals)
        results = self._as("processor", orders).action_dispatch()
        self.assertEqual({result["code"] for result in results}, {"dispatched"}, results)
        return orders.picking_ids.filtered(lambda picking: picking.state == "done")

    def _page(self, kind, pickings, user="processor"):
        """What is shown on the screen."""
        report = self.env["ir.actions.report"].with_user(self.users[user])
        return html.fromstring(report._render_qweb_html(f"order_processing.{REPORTS[kind]}", pickings.ids)[0])

    def _print(self, kind, pickings, user="processor"):
        """Print as ``user``; the HTML that the engine would get."""
        report = self.env["ir.actions.report"].with_user(self.users[user])
        return html.fromstring(report._render_qweb_pdf(f"order_processing.{REPORTS[kind]}", pickings.ids)[0])

    def _pdf(self, kind, pickings, user="processor"):
        """Print as ``user``, by the real engine."""
        report = self.env["ir.actions.report"].with_user(self.users[user]).with_context(force_report_rendering=True)
        data, made = report._render_qweb_pdf(f"order_processing.{REPORTS[kind]}", pickings.ids)
        self.assertEqual(made, "pdf")
        return pypdfium2.PdfDocument(io.BytesIO(data))

    def _marks(self, page):
        """The marks of the papers of ``page``, "" for an original."""
        return [words(mark) for mark in page.xpath("//*[@name='mark']")]

    def _rows(self, page, name):
        return [words(row) for row in page.xpath(f"//table[@name='{name}']//tbody/tr")]

    def _prints(self, pickings, kind=None):
        rows = self.env["order.print"].search(
            [("res_model", "=", "stock.picking"), ("res_id", "in", pickings.ids)], order="id"
        )
        return rows.filtered(lambda row: kind in (None, row.kind))
