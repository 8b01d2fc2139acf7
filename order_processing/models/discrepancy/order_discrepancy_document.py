"""What a document says of the discrepancies of its lines: a number, a sentence and how bad it is."""

from odoo import api, fields, models
from odoo.tools import SQL

from .order_discrepancy import OPEN, SEVERITIES

PROCESSOR = "order_processing.group_processor"


class OrderDiscrepancyDocument(models.AbstractModel):
    """For models of documents: the open discrepancies of the order lines that a document covers.

    A model inherits it and answers ``_order_discrepancy_pairs``. Nothing is stored; two queries for any set.
    """

    _name = "order.discrepancy.document"
    _description = "Document with Discrepancies"

    order_discrepancy_count = fields.Integer(
        "Open discrepancies", compute="_compute_order_discrepancies", groups=PROCESSOR
    )
    order_discrepancy_severity = fields.Selection(
        SEVERITIES, "Worst discrepancy", compute="_compute_order_discrepancies", groups=PROCESSOR
    )
    order_discrepancy_text = fields.Char("What differs", compute="_compute_order_discrepancies", groups=PROCESSOR)

    def _order_discrepancy_pairs(self):
        """``SQL`` with one row ``(document id, order line id)`` for each order line that a document of ``self`` covers; a model
        that does not say which covers none."""
        return SQL("SELECT NULL::int, NULL::int WHERE FALSE")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_order_discrepancies(self):
        found = self._order_discrepancies()
        none = self.env["order.discrepancy"]
        for document in self:
            records = found.get(document._origin.id, none)
            document.order_discrepancy_count = len(records)
            document.order_discrepancy_severity = records[:1].severity
            document.order_discrepancy_text = records._sentence()

    def _order_discrepancies(self):
        """The open discrepancies that the user may see: dict of document id to records, the worst first."""
        pairs = self.env.execute_query(self._order_discrepancy_pairs()) if self.ids else []
        Discrepancy = self.env["order.discrepancy"]
        if not pairs:
            return {}
        records = Discrepancy.search([("line_id", "in", list({line for _id, line in pairs})), ("state", "in", OPEN)])
        of_line = records.grouped("line_id")
        found = {}
        for document, line in pairs:
            of_document = of_line.get(self.env["sale.order.line"].browse(line))
            if of_document:
                found[document] = found.get(document, Discrepancy) | of_document
        return {document: of_document._worst_first() for document, of_document in found.items()}

    def action_view_order_discrepancies(self):
        """Open the discrepancies of the order lines of these documents as they stand at this moment, open ones first.

        :return: an action of the web client
        """
        self.check_access("read")
        lines = (
            sorted({line for _id, line in self.env.execute_query(self._order_discrepancy_pairs())}) if self.ids else []
        )
        Discrepancy = self.env["order.discrepancy"]
        if lines and Discrepancy._has_order_group(PROCESSOR):
            Discrepancy.sudo()._sweep_lines(line_ids=lines)
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.order_discrepancy_action")
        return {**action, "domain": [("line_id", "in", lines)], "context": {"search_default_to_do": 1}}


class OrderDiscrepancy(models.Model):
    _inherit = "order.discrepancy"

    def _worst_first(self):
        """Sorted by severity, then by what is at stake."""
        ranks = {code: rank for rank, (code, _label) in enumerate(SEVERITIES)}
        return self.sorted(lambda record: (ranks.get(record.severity, len(ranks)), -record.value_company, record.id))

    def _sentence(self):
        """What is wrong, for people, the first record told and the kinds of the others named; '' for none."""
        if not self:
            return ""
        labels = dict(self._fields["kind"]._description_selection(self.env))
        first, others = self[0], self[1:]
        text = self.env._(
            "%(kind)s: %(product)s should be %(expected)s and is %(found)s. %(why)s",
            kind=labels[first.kind],
            product=first.product_id.display_name or first.line_id.display_name,
            expected=first.expected_text,
            found=first.found_text,
            why=first.explanation or "",
        ).strip()
        if others:
            kinds = ", ".join(dict.fromkeys(labels[record.kind] for record in others))
            text += " " + self.env._("And %(number)s more: %(kinds)s.", number=len(others), kinds=kinds)
        return text


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "order.discrepancy.document"]

    def _order_discrepancy_pairs(self):
        self.env["sale.order.line"].flush_model(["order_id"])
        return SQL("SELECT order_id, id FROM sale_order_line WHERE order_id = ANY(%s)", list(self.ids))

    def action_view_order_discrepancies(self):
        """Open all discrepancies of these orders as they stand at this moment, open ones first.

        :return: an action of the web client
        """
        return {**super().action_view_order_discrepancies(), "domain": [("order_id", "in", self.ids)]}


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "order.discrepancy.document"]

    def _order_discrepancy_pairs(self):
        self.env["stock.move"].flush_model(["picking_id", "sale_line_id"])
        return SQL(
            "SELECT DISTINCT picking_id, sale_line_id FROM stock_move"
            " WHERE picking_id = ANY(%s) AND sale_line_id IS NOT NULL",
            list(self.ids),
        )


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "order.discrepancy.document"]

    def _order_discrepancy_pairs(self):
        self.env["account.move.line"].flush_model(["move_id", "sale_line_ids"])
        return SQL(
            "SELECT DISTINCT item.move_id, rel.order_line_id FROM account_move_line item"
            " JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id WHERE item.move_id = ANY(%s)",
            list(self.ids),
        )
