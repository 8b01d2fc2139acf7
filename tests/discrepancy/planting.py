"""Faults planted in a clean day, by documents where documents can make them, by SQL where only corruption can.

Used by the tests, and on a demo database by ``bin/odoo faults -d NAME``: see ``faults.py``.
"""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

AGREEING = ("shipped", "invoiced", "delivered", "stored_ordered")


def clean_orders(env, domain=()):
    """Confirmed orders of which every line was shipped and invoiced as ordered, all on one transfer and one invoice
    without payment, and of which nothing was ever found.

    :param domain: a domain on ``sale.order`` that narrows them
    """
    orders = env["sale.order"].search([("state", "=", "sale"), *domain])
    spoiled = env["order.discrepancy"].sudo().search([("order_id", "in", orders.ids)]).order_id
    rows = {}
    for row in env["order.matching"].figures((orders - spoiled).ids):
        rows.setdefault(row["order_id"], []).append(row)

    def clean(order):
        lines = rows.get(order.id, ())
        return (
            lines
            and all(row["is_stock"] and row["stored_ordered"] > 2 for row in lines)
            and all(len({row[name] for name in AGREEING}) == 1 for row in lines)
            and not any(row["returned"] or row["credited"] or row["paid_value"] or row["open_out"] for row in lines)
            and len(order.picking_ids) == 1
            and len(order.invoice_ids) == 1
            and len(order.invoice_ids.line_ids.sale_line_ids.order_id) == 1
        )

    return orders.filtered(clean)


class Planter:
    """Plants one fault at a time and says which records must follow from it.

    :param env: of a user who may do everything
    :param chance: a ``random.Random``
    """

    def __init__(self, env, chance):
        self.env = env
        self.chance = chance
        self.today = fields.Date.today()

    def kinds(self):
        """Codes of the kinds that can be planted."""
        return sorted(name.removeprefix("plant_") for name in dir(self) if name.startswith("plant_"))

    def plant(self, kind, orders):
        """Plant ``kind`` in one of ``orders``.

        :return: the order, and the set of ``(kind, line id)`` that a comparison must find; ``None`` where no order suits
        """
        for order in self.chance.sample(list(orders), len(orders)):
            lines = [line for line in order.order_line if line.product_id and self._suits(kind, line)]
            if lines:
                found = getattr(self, f"plant_{kind}")(self.chance.choice(lines))
                self.env.flush_all()
                self.env.invalidate_all()
                return order, found
        return None

    def _suits(self, kind, line):
        """Whether a line has what the fault needs."""
        if kind == "discount_lost":
            return line.discount
        if kind == "parcel_weight":
            return line.product_id.weight > 0
        if kind == "invoiced_not_shipped":
            return line.product_id.invoice_policy == "delivery"
        if kind == "wrong_address":
            return any(run.result == "verified" for run in line.order_id.order_verification_ids)
        return True

    # ------------------------------------------------------------------ documents

    def _item(self, line):
        return line.invoice_lines.filtered(lambda item: item.move_id.move_type == "out_invoice")

    def _again(self, line, **vals):
        """The invoice taken back, changed in one line and posted again."""
        item = self._item(line)
        invoice = item.move_id
        invoice.button_draft()
        if vals:
            item.write(vals)
        else:
            item.unlink()
        invoice.action_post()
        return invoice

    def _raise(self, line, more=3):
        """The order raised by ``more``; the transfers that are open then."""
        line.product_uom_qty += more
        return line.order_id.picking_ids.filtered(lambda transfer: transfer.state not in ("done", "cancel"))

    def _sent(self, line):
        return line.move_ids.filtered(lambda move: move.state == "done")[:1]

    def _correct(self, line, less):
        move = self._sent(line)
        move.quantity -= less

    def _back(self, line, quantity):
        """Core's return of ``quantity`` of the line, to be refunded."""
        transfer = self._sent(line).picking_id
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=transfer.id, active_ids=transfer.ids, active_model="stock.picking")
            .create({"picking_id": transfer.id})
        )
        wizard.product_return_moves.quantity = 0
        wizard.product_return_moves.filtered(lambda row: row.move_id.sale_line_id == line).write(
            {"quantity": quantity, "to_refund": True}
        )
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.filtered(lambda move: move.product_uom_qty).write({"quantity": quantity, "picked": True})
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()

    def _credit(self, line, quantity, date=None):
        invoice = self._item(line).move_id
        credit = invoice._reverse_moves([{"invoice_date": date or invoice.invoice_date}])
        kept = credit.invoice_line_ids.filtered(lambda item: line in item.sale_line_ids)
        (credit.invoice_line_ids - kept).unlink()
        kept.quantity = quantity
        if date:
            credit.write({"invoice_payment_term_id": False, "invoice_date_due": date})
        credit.action_post()

    def _pay(self, invoice, share=1.0):
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids).create(
            {"amount": invoice.currency_id.round(invoice.amount_residual * share)}
        )._create_payments()

    def _long_due(self, line):
        """The invoice of the line, dated and due long ago."""
        invoice = self._item(line).move_id
        invoice.button_draft()
        long_ago = self.today - timedelta(days=60)
        invoice.write({"invoice_date": long_ago, "date": long_ago, "invoice_payment_term_id": False})
        invoice.invoice_date_due = long_ago
        invoice.action_post()
        return invoice

    def _every(self, kind, line):
        """The kind on each line of the order of ``line``."""
        return {(kind, other.id) for other in line.order_id.order_line if other.product_id}

    # ------------------------------------------------------------------ faults

    def plant_short_shipped(self, line):
        """Ordered more, the transfer cancelled."""
        self._raise(line).action_cancel()
        return {("short_shipped", line.id)}

    def plant_over_shipped(self, line):
        """A shipment corrected upwards, and invoiced."""
        self._correct(line, -2)
        if line.qty_to_invoice:
            line.order_id._create_invoices(final=True).action_post()
        return {("over_shipped", line.id)}

    def plant_late(self, line):
        """Ordered more, the promise long past."""
        self._raise(line)
        line.order_id.commitment_date = fields.Datetime.now() - timedelta(days=9)
        self.env.flush_all()
        if "order_promise_date" in line._fields:
            self.env.cr.execute("UPDATE sale_order_line SET order_promise_date = NULL WHERE id = %s", [line.id])
        return {("late", line.id)}

    def plant_shipped_not_invoiced(self, line):
        """The invoice without the line."""
        self._sent(line).date = fields.Datetime.now() - timedelta(days=30)
        self._again(line)
        return {("shipped_not_invoiced", line.id)}

    def plant_invoiced_not_shipped(self, line):
        """A shipment corrected downwards after its invoice."""
        self._correct(line, 1)
        return {("invoiced_not_shipped", line.id), ("short_shipped", line.id)}

    def plant_over_invoiced(self, line):
        """One more on the invoice."""
        self._again(line, quantity=line.product_uom_qty + 1)
        return {("over_invoiced", line.id)}

    def plant_price_differs(self, line):
        """Another price on the invoice."""
        self._again(line, price_unit=line.price_unit + 1.5)
        return {("price_differs", line.id)}

    def plant_discount_lost(self, line):
        """The invoice without the discount of the order."""
        self._again(line, discount=0)
        return {("discount_lost", line.id)}

    def plant_tax_differs(self, line):
        """Another tax on the invoice."""
        tax = self.env["account.tax"].search(
            [("name", "=", "Planted"), ("company_id", "=", line.company_id.id)]
        ) or self.env["account.tax"].create(
            {
                "name": "Planted",
                "amount": 37,
                "company_id": line.company_id.id,
                "country_id": line.company_id.account_fiscal_country_id.id,
            }
        )
        self._again(line, tax_ids=[Command.set(tax.ids)])
        return {("tax_differs", line.id)}

    def plant_returned_not_refunded(self, line):
        """One comes back."""
        self._back(line, 1)
        return {("returned_not_refunded", line.id)}

    def plant_refunded_not_returned(self, line):
        """One is credited and stays where it is."""
        self._credit(line, 1)
        return {("refunded_not_returned", line.id)}

    def plant_over_returned(self, line):
        """More comes back than went."""
        self._back(line, line.product_uom_qty + 2)
        return {("over_returned", line.id), ("returned_not_refunded", line.id)}

    def plant_replacement_not_sent(self, line):
        """A case settled with the same product again, whose transfer is cancelled."""
        case = self.env["order.return"].request(
            [
                {
                    "key": f"planted-{line.id}",
                    "lines": [{"line_id": line.id, "quantity": 1, "settlement": "replacement"}],
                }
            ],
            "planted",
        )[0]
        case = self.env["order.return"].browse(case["return_id"])
        answer = case.process(reason="Planted")[0]
        if not answer["ok"]:
            raise AssertionError(f"the return of a replacement was refused: {answer['message']}")
        case.picking_ids.filtered(lambda transfer: transfer.state not in ("done", "cancel")).action_cancel()
        return {("replacement_not_sent", line.id)}

    def plant_paid_not_shipped(self, line):
        """A shipment corrected downwards after its invoice was paid."""
        self._pay(self._item(line).move_id)
        self._correct(line, 1)
        found = {("paid_not_shipped", line.id), ("short_shipped", line.id)}
        return found | ({("invoiced_not_shipped", line.id)} if line.product_id.invoice_policy == "delivery" else set())

    def plant_over_paid(self, line):
        """Paid, one given back and credited long ago, the credit never paid out."""
        self._pay(self._long_due(line))
        self._back(line, 1)
        self._credit(line, 1, self.today - timedelta(days=50))
        return {("over_paid", line.id)}

    def plant_under_paid(self, line):
        """A third of an old invoice is paid."""
        self._pay(self._long_due(line), 1 / 3)
        return self._every("under_paid", line)

    def plant_cancelled_but_shipped(self, line):
        """The order is cancelled when all has left."""
        line.order_id._action_cancel()
        return self._every("cancelled_but_shipped", line)

    def plant_cancelled_but_invoiced(self, line):
        """One more is on the invoice of an order that is cancelled then."""
        self._again(line, quantity=line.product_uom_qty + 1)
        line.order_id._action_cancel()
        return self._every("cancelled_but_shipped", line) | {("cancelled_but_invoiced", line.id)}

    def plant_wrong_address(self, line):
        """The transfer names an address that nobody verified."""
        self._sent(line).picking_id.partner_id = line.order_id.partner_id.copy(
            # of a contact core would copy its parent's address
            {
                "name": "Another address",
                "street": "99 Nowhere Lane",
                "type": "delivery",
                "parent_id": line.order_id.partner_id.id,
            }
        )
        return self._every("wrong_address", line)

    def plant_wrong_product(self, line):
        """A move of the line with another product."""
        sent = self._sent(line)
        other = line.product_id.copy({"name": "Look-alike"})
        move = self.env["stock.move"].create(
            {
                "product_id": other.id,
                "product_uom": other.uom_id.id,
                "product_uom_qty": 1,
                "location_id": sent.location_id.id,
                "location_dest_id": sent.location_dest_id.id,
                "sale_line_id": line.id,
                "company_id": line.company_id.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": 1, "picked": True})
        move._action_done()
        return {("wrong_product", line.id)}

    def plant_quality_failed(self, line):
        """Ordered more, the check of its transfer failed."""
        self._raise(line).action_quality_fail("Planted")
        return {("quality_failed", line.id)}

    def plant_parcel_weight(self, line):
        """A parcel of the line alone, of twice the weight."""
        sent = self._sent(line)
        content = sum(
            detail.product_uom_id._compute_quantity(detail.quantity, line.product_id.uom_id) * line.product_id.weight
            for detail in sent.move_line_ids
        )
        parcel = self.env["stock.package"].create({"name": f"PLANTED-{line.id}", "shipping_weight": 2 * content})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move_line SET result_package_id = %s WHERE id = ANY(%s)", [parcel.id, sent.move_line_ids.ids]
        )
        return {("parcel_weight", line.id)}

    def plant_not_scanned(self, line):
        """What left three days ago with a carrier that scans on the day after."""
        transfer = self._sent(line).picking_id
        freight = self.env["product.product"].create({"name": "Planted freight", "type": "service"})
        carrier = self.env["delivery.carrier"].create(
            {"name": "Planted", "product_id": freight.id, "order_scan_days": 1}
        )
        carrier.order_scan_since = self.today - timedelta(days=30)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_picking SET carrier_id = %s, date_done = date_done - interval '3 days' WHERE id = %s",
            [carrier.id, transfer.id],
        )
        return {("not_scanned", min(transfer.move_ids.sale_line_id.ids))}

    def plant_reported(self, line):
        """What a customer whom nobody looks after says of goods that the ledgers find nothing about."""
        line.order_id.user_id = False
        line.env["order.discrepancy"].sudo()._report(line, 1, "Planted")
        return {("reported", line.id)}

    def plant_changed_after_verification(self, line):
        """A finding that the order was changed, which nobody has accepted."""
        rule = self.env["order.verification.rule"].with_context(active_test=False)
        rule = rule.search([("code", "=", "changed_after_verification")], limit=1)
        first = line.order_id.order_line.filtered("product_id").sorted("id")[0]
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO order_verification_check
                   (order_id, company_id, rule_id, rule_code, severity, state, message, create_uid, create_date)
            VALUES (%s, %s, %s, 'changed_after_verification', 'blocking', 'failed', 'Planted', 1, now())
            """,
            [line.order_id.id, line.company_id.id, rule.id],
        )
        return {("changed_after_verification", first.id)}

    def plant_stored_differs(self, line):
        """A stored quantity overwritten."""
        column = self.chance.choice(("qty_invoiced", "qty_delivered"))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order_line SET %s = %s + 1 WHERE id = %s",
                SQL.identifier(column),
                SQL.identifier(column),
                line.id,
            )
        )
        return {("stored_differs", line.id)}
