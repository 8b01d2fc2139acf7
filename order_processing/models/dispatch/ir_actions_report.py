import re

from markupsafe import Markup

from odoo import models
from odoo.exceptions import AccessError, UserError

from ..common.turn import take_turn

# whose prints are counted, by the name of the report
COUNTED = {
    "order_processing.report_pick_list": "pick_list",
    "order_processing.report_packing_slip": "slip",
    "order_processing.report_shipping_label": "label",
    "order_processing.report_return_label": "return_label",
}
LABEL_SIZE = "order_label_size"
LABELS = ("order_processing.report_shipping_label", "order_processing.report_return_label")
ASSETS = re.compile(r"<link\b[^>]*>|<script\b[^>]*\bsrc=[^>]*>\s*</script>", re.IGNORECASE)
# with which core's pages begin
HEIGHT = '<html style="height: 0;">'
# printed on sheets with a head of one line
SHEETS = (
    "order_processing.report_pick_list",
    "order_processing.report_packing_slip",
    "order_processing.report_pickup_manifest",
)
HEADING = re.compile(r"<h([1-6])\b([^>]*)>(.*?)</h\1>", re.DOTALL | re.IGNORECASE)
# who handles goods may print their papers
PRINTERS = ("order_processing.group_processor", "stock.group_stock_user")


class IrActionsReport(models.Model):
    """Each print of a dispatch paper is counted, and every one after the first is marked as a copy."""

    _inherit = "ir.actions.report"

    def get_paperformat(self):
        """Labels on the size that the customer has chosen, else the company; sheets on the size of the company's other papers."""
        size = self.env.context.get(LABEL_SIZE) or self.env.company.order_label_format
        if self.report_name in LABELS and size == "a6":
            return self.env.ref("order_processing.paperformat_label_a6")
        if self.report_name in SHEETS and self.env.company.paperformat_id.format == "Letter":
            return self.env.ref("order_processing.paperformat_dispatch_letter")
        return super().get_paperformat()

    def _pre_render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """All PDFs pass here. What is shown on the screen (HTML) is no print: it is marked as a preview.

        :raises AccessError: somebody prints who has no right to handle goods; nothing is counted then
        :raises UserError: labels of other sizes: a print is of one size
        """
        report = self._get_report(report_ref)
        kind = COUNTED.get(report.report_name)
        ids = [res_ids] if isinstance(res_ids, int) else list(dict.fromkeys(res_ids or ()))
        if not kind or not ids:
            return super()._pre_render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        pickings = self.env["stock.picking"].browse(ids)
        self._order_check_may_print(report)
        pickings.check_access("read")
        size = self._order_one_size(pickings) if report.report_name in LABELS else ""
        # what voids these papers waits, or is waited for and the paper is drawn as it is then
        take_turn(self.env.cr, "stock_picking", pickings.ids)
        # a print that fails is none
        with self.env.cr.savepoint():
            if kind == "label":
                pickings._label_numbers()
            elif kind == "pick_list":
                pickings._pick_begun()
            numbers = self.env["order.print"]._enter(kind, pickings)
            printed = self.with_company(pickings.company_id[:1]).with_context(
                **{"order_print_numbers": numbers, LABEL_SIZE: size}
            )
            if len(ids) > 1 and not report.attachment:
                # with one that stands there twice core leaves the print in one piece; else it makes a file of each, prints each by
                # itself where it cannot tell on which page one begins, and puts all together again
                ids.append(ids[0])
            return super(IrActionsReport, printed)._pre_render_qweb_pdf(report_ref, res_ids=ids, data=data)

    def _get_rendering_context(self, report, docids, data):
        """Each of these papers once, however often it is asked for."""
        if report.report_name in COUNTED:
            # core's own callers may say one by its number
            docids = [docids] if isinstance(docids, int) else list(dict.fromkeys(docids or ()))
        return super()._get_rendering_context(report, docids, data)

    def _prepare_html(self, html, report_model=False):
        """What these papers look like stands in them: the engine asks no server for style sheets, for each page's head anew.

        Where it gets none in time it prints pages without a head. Labels have neither head nor foot.

        In a batch (context ``order_print_batch``) each document has one heading: by these core tells on which page one begins, and
        where it cannot, it prints each by itself, after all in one.
        """
        bodies, html_ids, header, footer, arguments = super()._prepare_html(html, report_model=report_model)
        if self.env.context.get("order_print_batch") and len(bodies) > 1:
            bodies = [self._order_one_heading(body) for body in bodies]
        if self.report_name in LABELS + SHEETS:
            bodies = [self._order_without_assets(body) for body in bodies]
            header, footer = (part and self._order_without_assets(part) for part in (header, footer))
        if self.report_name in LABELS:
            header = footer = None
        return bodies, html_ids, header, footer, arguments

    @staticmethod
    def _order_without_assets(page):
        return Markup(ASSETS.sub("", str(page)))

    def _run_wkhtmltopdf(self, bodies, report_ref=False, **options):
        """Sheets are drawn at their own height, else at core's: the engine sometimes breaks down where a table meets a page's end,
        and where it does so at the one it does not at the other.
        """
        if self._get_report(report_ref).report_name not in SHEETS:
            return super()._run_wkhtmltopdf(bodies, report_ref=report_ref, **options)
        try:
            own = [Markup(str(body).replace(HEIGHT, "<html>", 1)) for body in bodies]
            return super()._run_wkhtmltopdf(own, report_ref=report_ref, **options)
        except UserError:
            return super()._run_wkhtmltopdf(bodies, report_ref=report_ref, **options)

    @staticmethod
    def _order_one_heading(body):
        """``body`` (HTML) with its first heading alone; what follows looks as it did."""
        found = HEADING.search(body)
        if not found:
            return body

        def plain(match):
            return f'<div class="h{match[1]}"><div{match[2]}>{match[3]}</div></div>'

        end = found.end()
        return Markup(body[:end]) + Markup(HEADING.sub(plain, str(body[end:])))

    def _order_one_size(self, pickings):
        """The size of the labels of ``pickings``.

        :raises UserError: there are several
        """
        sizes = pickings.grouped(lambda picking: picking._label_format())
        if len(sizes) > 1:
            raise UserError(
                self.env._(
                    "Labels are of different sizes: print them company by company, and customers who want another size by"
                    " themselves.\n%s",
                    "\n".join(f"- {size}: {', '.join(own.mapped('name'))}" for size, own in sizes.items()),
                )
            )
        return next(iter(sizes))

    def _order_check_may_print(self, report):
        mixin = self.env["order.transition.mixin"]
        if not any(mixin._has_order_group(group) for group in PRINTERS):
            raise AccessError(
                self.env._(
                    "%(user)s may not print “%(paper)s”: who handles goods prints their papers. Ask the order desk for it.",
                    user=self.env.user.name,
                    paper=report.sudo().name,
                )
            )
