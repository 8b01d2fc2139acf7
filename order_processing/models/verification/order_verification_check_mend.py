from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from .facts import plain_number
from .rule_mends import ADDRESS, ASK, CARRIER, MENDS_OF_STAGE, PRICELIST, TAXES, VALIDITY

PROCESSOR = "order_processing.group_processor"
OPEN_ORDER = ("draft", "sent")


class OrderVerificationCheck(models.Model):
    """The acts that mend a finding. Each takes a set, and the orders are verified again afterwards."""

    _inherit = "order.verification.check"

    can_take_pricelist_price = fields.Boolean(compute="_compute_mends")
    can_complete_address = fields.Boolean(compute="_compute_mends")
    can_ask_customer = fields.Boolean(compute="_compute_mends")
    can_take_taxes = fields.Boolean(compute="_compute_mends")
    can_renew_validity = fields.Boolean(compute="_compute_mends")
    can_choose_carrier = fields.Boolean(compute="_compute_mends")

    @api.depends("state", "rule_code", "stage", "order_id.state", "line_id")
    def _compute_mends(self):
        mends = self.env["order.verification.rule"]._mends()
        listed = self._pricelist_prices()
        for check in self:
            offered = check._mends_offered(mends) if check.state == "failed" else ()
            quotation = check.order_id.state in OPEN_ORDER
            check.can_take_pricelist_price = PRICELIST in offered and quotation and bool(listed.get(check.line_id.id))
            check.can_complete_address = ADDRESS in offered and check.order_id.state != "cancel"
            check.can_ask_customer = ASK in offered and check.order_id.state != "cancel"
            check.can_take_taxes = TAXES in offered and quotation and bool(check.line_id)
            check.can_renew_validity = VALIDITY in offered and quotation
            check.can_choose_carrier = CARRIER in offered and quotation

    def _mends_offered(self, mends):
        """The names of the acts that mend this kind of finding; ``mends``: of ``order.verification.rule._mends``."""
        self.ensure_one()
        return mends.get(self.rule_code, MENDS_OF_STAGE.get(self.stage, ()))

    def _pricelist_prices(self):
        """What the pricelist gives the lines of these findings, where that mends them; no query where none is open.

        :return: dict of line id to price per unit
        """
        mends = self.env["order.verification.rule"]._mends()
        checks = self.sudo().filtered(
            lambda check: (
                check.state == "failed"
                and check.line_id
                and check.order_id.state in OPEN_ORDER
                and PRICELIST in check._mends_offered(mends)
            )
        )
        if not checks:
            return {}
        facts = self.env["order.verification.facts"].sudo()._load(checks.order_id)
        prices = self.env["order.verification.rule"]._expected_prices(list(facts.values()), {})
        return {line_id: price.exact for line_id, price in prices.items() if line_id in set(checks.line_id.ids)}

    # ------------------------------------------------------------------ acts

    def action_take_pricelist_price(self):
        """Give the lines the price and the discount that core takes from the pricelist, and verify the orders again.

        What is mended already is passed over.

        :return: one dict per order, as ``sale.order.action_verify``
        :raises AccessError: the user is not of the order desk, or may not write the orders
        :raises UserError: names every finding that another act mends, that is waived, whose order is confirmed or
            whose product has no price in the pricelist
        """
        todo = self._mend_start(PRICELIST, quotations=True)
        listed = todo._pricelist_prices()
        self._mend_refuse(
            self.env._(
                "%(finding)s The pricelist gives no price: enter one, or ask a manager to waive.",
                finding=check.display_name,
            )
            for check in todo
            if not listed.get(check.line_id.id)
        )
        orders = self.order_id
        if not todo:
            return orders._verification_answer(orders._verification_evaluate())
        todo._take_pricelist_price()
        return orders._verification_answer(orders._verification_again())

    def _take_pricelist_price(self):
        """As core's "update prices" (``sale.order._recompute_prices``), for the lines of these findings alone."""
        lines = self.line_id
        # core reads them order by order when it adds up the amounts
        lines.fetch(["tax_ids"])
        before = {line: (line.price_unit, line.discount) for line in lines}
        lines.invalidate_recordset(["pricelist_item_id"])
        lines.with_context(force_price_recomputation=True)._compute_price_unit()
        lines.discount = 0.0
        lines._compute_discount()
        bodies = {}
        for line in lines:
            text = self.env._(
                "%(product)s: price taken from the pricelist, %(old)s → %(new)s",
                product=line.name.split("\n")[0],
                old=self._price_words(*before[line]),
                new=self._price_words(line.price_unit, line.discount),
            )
            bodies[line.order_id.id] = "\n".join(filter(None, (bodies.get(line.order_id.id), text)))
        self.order_id.sudo()._message_log_batch(bodies=bodies, author_id=self.env.user.partner_id.id)

    @api.model
    def _price_words(self, price, discount):
        text = plain_number(price)
        if discount:
            text = self.env._("%(price)s less %(discount)s %%", price=text, discount=plain_number(discount))
        return text

    def action_complete_address(self):
        """Open the delivery address of these findings, with what it lacks marked.

        :return: an action of the web client; saving verifies the orders again
        :raises UserError: a finding is not about the address, or there are several addresses
        """
        todo = self._mend_start(ADDRESS)
        partners = todo.order_id.partner_shipping_id
        if not partners:
            raise UserError(self.env._("These addresses are complete by now."))
        if len(partners) > 1:
            raise UserError(
                self.env._("Complete one address at a time: %s.", ", ".join(partners.mapped("display_name")))
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complete the delivery address"),
            "res_model": "order.verification.address",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": todo.order_id.ids, "default_partner_id": partners.id},
        }

    def action_ask_customer(self):
        """Open a mail to the customer that asks about these findings, in the customer's language.

        :return: an action of the web client: the composer, in mass mode for several orders
        :raises UserError: a finding is nothing that the customer can answer
        """
        todo = self._mend_start(ASK)
        if not todo:
            raise UserError(self.env._("These findings are mended by now: there is nothing left to ask."))
        template = self.env.ref("order_processing.mail_template_verification_question")
        return todo.order_id._ask_customer_action(template, order_question_check_ids=todo.ids)

    def action_open_order(self):
        """Open the order of this finding.

        :return: an action of the web client
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
            "views": [(self.env.ref("sale.view_order_form").id, "form")],
        }

    # ------------------------------------------------------------------ rights, state

    def _mend_start(self, mend, quotations=False):
        """Check who may, on what, and lock.

        :param str mend: the act, see ``order.verification.rule._mends``
        :param bool quotations: whether it is for orders alone that are not yet a sale
        :return: the open findings of ``self``; mended ones need nothing any more
        """
        self.env["sale.order"]._check_order_group(PROCESSOR)
        self.check_access("read")
        self.order_id.check_access("write")
        self._transition_lock()
        mends = self.env["order.verification.rule"]._mends()
        rows = []
        for check in self:
            if mend not in check._mends_offered(mends):
                way_out = check.mend or self.env._("Open the order instead.")
                rows.append(
                    self.env._(
                        "%(finding)s This does not mend it. %(way_out)s", finding=check.display_name, way_out=way_out
                    )
                )
            elif check.state == "waived":
                rows.append(self.env._("%s It is waived: nothing is left to mend.", check.display_name))
            elif check.state == "failed" and check.order_id.state == "cancel":
                rows.append(self.env._("%s The order is cancelled.", check.display_name))
            elif check.state == "failed" and quotations and check.order_id.state not in OPEN_ORDER:
                rows.append(
                    self.env._(
                        "%(finding)s %(order)s is confirmed, what was agreed stands: change the order itself, or ask a manager"
                        " to waive.",
                        finding=check.display_name,
                        order=check.order_id.name,
                    )
                )
        self._mend_refuse(rows)
        return self.filtered(lambda check: check.state == "failed")

    @api.model
    def _mend_refuse(self, rows):
        rows = list(rows)
        if rows:
            raise UserError("\n".join(rows))

    # ------------------------------------------------------------------ questions

    def _question(self, texts):
        """What to ask the customer about this finding, in the language of the environment.

        :param dict texts: of ``order.verification.rule._questions``
        """
        self.ensure_one()
        order, line = self.order_id, self.line_id
        # a finding about a product that stands on several lines is one of the order: its message begins with the product
        product = (line.name or self.line_name or (self.message or "").split(":")[0]).split("\n")[0]
        text = texts.get(self.rule_code)
        if not text:
            what = ": ".join(filter(None, (product, self.rule_id.name or self.rule_name)))
            return self.env._("Please look at this point of your order once more: %s.", what)
        address = order.partner_shipping_id._display_address(without_company=True)
        return text % {
            "product": product,
            # what stands in brackets is for the desk
            "expected": (self.expected or "").split(" (")[0],
            "found": (self.found or "").split(" (")[0],
            "quantity": f"{plain_number(line.product_uom_qty)} {line.product_uom_id.name}"
            if line
            else self.found or "",
            "carrier": order.carrier_id.name or "-",
            "total": format_amount(self.env, order.amount_total, order.currency_id),
            "address": ", ".join(filter(None, map(str.strip, address.split("\n")))) or "-",
            "date": format_date(self.env, order.commitment_date) if order.commitment_date else "-",
        }
