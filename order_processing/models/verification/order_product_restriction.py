from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OrderProductRestriction(models.Model):
    """A product, or all of a category, that is not sold to a country or to a customer.

    Where and who both given: only these customers in those countries. Neither: to nobody.
    """

    _name = "order.product.restriction"
    _description = "Restriction of a Product"
    _inherit = ["order.restriction.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    product_tmpl_id = fields.Many2one(
        "product.template", "Product", check_company=True, ondelete="cascade", index="btree_not_null", tracking=True
    )
    categ_id = fields.Many2one(
        "product.category",
        "Product category",
        ondelete="cascade",
        index="btree_not_null",
        tracking=True,
        help="With the categories below it.",
    )
    country_ids = fields.Many2many("res.country", string="Countries", help="Of the delivery address.")
    country_group_ids = fields.Many2many("res.country.group", string="Country groups")
    partner_ids = fields.Many2many("res.partner", string="Customers", help="With their contacts and branches.")
    partner_category_ids = fields.Many2many(
        "res.partner.category", string="Customer tags", help="Of the customer, or of the company it belongs to."
    )

    # a field that is left out at creation asks nobody: the name never is
    @api.constrains("name", "product_tmpl_id", "categ_id")
    def _check_goods(self):
        for entry in self:
            if bool(entry.product_tmpl_id) == bool(entry.categ_id):
                raise ValidationError(self.env._("%s: choose either a product or a category.", entry.name))


class OrderVerificationRule(models.Model):
    """The built-in rule that asks the list."""

    _inherit = "order.verification.rule"

    def _find_product_restricted(self, orders, memory):
        """A product that the list of restrictions denies to the customer, or to the country it is shipped to."""
        in_force = self.env["order.product.restriction"]._in_force(sorted({order.company_id for order in orders}))
        if not any(in_force.values()):
            return []
        tags = self._partner_tags(orders)
        indexes = {company_id: self._restrictions_by_goods(entries) for company_id, entries in in_force.items()}
        findings = []
        for order in orders:
            for line in order.subject_lines:
                denied = self._denied(order, line.product, indexes[order.company_id], tags)
                if denied:
                    findings.append(self._restricted_finding(order, line, denied))
        return findings

    @staticmethod
    def _denied(order, product, index, tags):
        """The first entry of ``index`` that denies ``product`` to the order, or ``None``."""
        keys = [("product", product.template_id), *(("category", id) for id in product.category_ids)]
        return next((entry for key in keys for entry in index.get(key, ()) if entry.applies(order, tags)), None)

    def _restricted_finding(self, order, line, denied):
        to = order.ship_to["country"] if denied.somewhere else order.ship_to["name"]
        # of the whole order: the country may change on a confirmed order whose lines stay as they were verified
        return self._finding_on(
            [line.product_id, order.ship_to["country"], order.partner_id, denied.id],
            order,
            self.env._("%(product)s sold to %(to)s", product=line.name, to=to),
            self.env._("not sold: %s", denied.reason),
            self.env._(
                "%(product)s is not sold to %(to)s: %(reason)s.", product=line.name, to=to, reason=denied.reason
            ),
        )

    def _partner_tags(self, orders):
        """Tags of the customers of ``orders`` by partner id; those that have none are left out."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        ids = {id for order in orders for id in (order.partner_id, order.commercial_partner_id)}
        return {partner.id: set(partner.category_id.ids) for partner in partners.browse(sorted(ids))}

    @staticmethod
    def _restrictions_by_goods(entries):
        index = {}
        for entry in entries:
            denied = Denied(entry)
            key = ("product", entry.product_tmpl_id.id) if entry.product_tmpl_id else ("category", entry.categ_id.id)
            index.setdefault(key, []).append(denied)
        return index


class Denied:
    """One entry of the list as plain values, read once for all lines."""

    def __init__(self, entry):
        self.id = entry.id
        self.reason = entry.name
        self.countries = set((entry.country_ids | entry.country_group_ids.country_ids).ids)
        # a group without countries is no reason to deny all
        self.somewhere = bool(entry.country_ids or entry.country_group_ids)
        self.partners = set(entry.partner_ids.ids)
        self.tags = set(entry.partner_category_ids.ids)

    def applies(self, order, tags):
        """Whether it denies the goods to the customer and the country of ``order``."""
        if self.somewhere and order.ship_country["id"] not in self.countries:
            return False
        if not self.partners and not self.tags:
            return True
        customer = (order.partner_id, order.commercial_partner_id)
        return any(id in self.partners or self.tags & tags.get(id, set()) for id in customer)
