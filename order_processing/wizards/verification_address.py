from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

PROCESSOR = "order_processing.group_processor"
# the act of ``order.verification.rule._mends``
MEND = "complete_address"
PLACE = ("street", "street2", "city", "zip", "state_id", "country_id")
CONTACT = ("phone", "email")
# part of an address, as the rule names it, to the field that holds it
FIELD_OF = {"state": "state_id", "country": "country_id"}


class OrderVerificationAddress(models.TransientModel):
    """The delivery address of orders, what it lacks marked; saving verifies the orders again."""

    _name = "order.verification.address"
    _description = "Complete a Delivery Address"

    order_ids = fields.Many2many("sale.order", string="Orders", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Deliver to", required=True, readonly=True)
    street = fields.Char()
    street2 = fields.Char("Street 2")
    city = fields.Char()
    zip = fields.Char("ZIP")
    country_id = fields.Many2one("res.country")
    state_id = fields.Many2one("res.country.state", domain="[('country_id', '=', country_id)]")
    phone = fields.Char()
    email = fields.Char()
    required_parts = fields.Char(
        compute="_compute_missing", help="What the country requires, each followed by a comma."
    )
    missing_text = fields.Char("Still missing", compute="_compute_missing")

    @api.model
    def default_get(self, fields):
        """The address as it is."""
        values = super().default_get(fields)
        partner = self.env["res.partner"].browse(values.get("partner_id"))
        return {**self._address_of(partner, fields), **values}

    @api.model_create_multi
    def create(self, vals_list):
        """What a program does not say stays as it is."""
        partners = self.env["res.partner"].browse([vals.get("partner_id") for vals in vals_list])
        return super().create(
            [{**self._address_of(partner), **vals} for partner, vals in zip(partners, vals_list, strict=True)]
        )

    @api.model
    def _address_of(self, partner, names=(*PLACE, *CONTACT)):
        """The address of ``partner`` as values of this wizard."""
        values = {name: partner[name] for name in (*PLACE, *CONTACT) if partner and name in names}
        return {name: value.id if isinstance(value, models.BaseModel) else value for name, value in values.items()}

    @api.depends("street", "city", "zip", "state_id", "country_id")
    def _compute_missing(self):
        Rule = self.env["order.verification.rule"]
        labels = {name: self._fields[name]._description_string(self.env) for name in PLACE}
        for wizard in self:
            country = wizard.country_id
            parts = Rule._required_address_parts(
                {
                    "format": country.address_format,
                    "zip_required": country.zip_required,
                    "state_required": country.state_required,
                }
            )
            names = [FIELD_OF.get(part, part) for part in parts]
            wizard.required_parts = "".join(f"{name}," for name in names)
            wizard.missing_text = ", ".join(labels[name] for name in names if not wizard[name])

    @api.onchange("country_id")
    def _onchange_country(self):
        if self.state_id.country_id != self.country_id:
            self.state_id = False

    @api.onchange("state_id")
    def _onchange_state(self):
        if self.state_id:
            self.country_id = self.state_id.country_id

    def action_save(self):
        """Write the address and verify again every open order that was found to go there.

        A processor corrects where goods go without the right to edit contacts at large; who changed what stands in
        the contact's history.

        :return: an action of the web client
        :raises AccessError: the user is not of the order desk, or may not write the orders; or somebody signs in with this
            contact, and the user may not edit that account
        :raises UserError: the address is not that of the orders, or still lacks something
        """
        self.ensure_one()
        orders, partner = self.order_ids, self.partner_id
        orders._check_order_group(PROCESSOR)
        orders.check_access("write")
        partner.check_access("read")
        if not orders or orders.partner_shipping_id != partner:
            raise UserError(self.env._("%s is not the delivery address of these orders.", partner.display_name))
        if self.missing_text:
            raise UserError(
                self.env._("%(who)s still lacks: %(what)s.", who=partner.display_name, what=self.missing_text)
            )
        self._write_address()
        (orders | self._orders_found())._verification_again()
        return {"type": "ir.actions.act_window_close"}

    def _write_address(self):
        partner = self.partner_id
        changed = {name: self[name] for name in (*PLACE, *CONTACT) if (self[name] or False) != (partner[name] or False)}
        if not changed:
            return
        self._check_nobody_signs_in()
        text = "\n".join(
            f"{partner._fields[name]._description_string(self.env)}: {_words(partner[name])} → {_words(value)}"
            for name, value in changed.items()
        )
        partner.sudo().write(
            {name: value.id if isinstance(value, models.BaseModel) else value for name, value in changed.items()}
        )
        partner.sudo()._message_log(body=text, author_id=self.env.user.partner_id.id)

    def _check_nobody_signs_in(self):
        """A changed e-mail takes a password over: accounts of others are edited by who may edit accounts, as in core."""
        accounts = self.partner_id.sudo().with_context(active_test=False).user_ids - self.env.user
        if accounts and not accounts.with_env(self.env).has_access("write"):
            raise AccessError(
                self.env._(
                    "%s signs in with this contact: ask who manages users to complete the address.",
                    self.partner_id.display_name,
                )
            )

    def _orders_found(self):
        """The orders that the user may see, that go to this address too and have the same finding open."""
        codes = [code for code, mends in self.env["order.verification.rule"]._mends().items() if MEND in mends]
        return self.env["sale.order"].search(
            [
                ("partner_shipping_id", "=", self.partner_id.id),
                ("state", "!=", "cancel"),
                ("order_check_ids", "any", [("state", "=", "failed"), ("rule_code", "in", codes)]),
            ]
        )


def _words(value):
    return (value.display_name if isinstance(value, models.BaseModel) else value) or "-"
