from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ..common.number_words import measure_words

# kinds of which the caller's word alone is no answer
ANSWERED = ("measure", "scan", "photo", "text", "weight")
# kinds that are answered for each single unit where every unit is checked
SINGLY = ("measure", "photo", "text")
# what a verdict was given by cannot become something else afterwards
MEANING = {"kind", "company_id", "frequency"}


class OrderQualityTeam(models.Model):
    """Colleagues who check together."""

    _name = "order.quality.team"
    _inherit = ["order.company.mixin"]
    _description = "Quality Team"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    member_ids = fields.Many2many("res.users", string="Members", domain=[("share", "=", False)])


class OrderQualityPoint(models.Model):
    """What is checked, how, of which goods of orders, before they leave.

    Where a company has none, each outgoing transfer of an order has one simple check. Where it has some they say what is
    checked, and goods that none of them is about need no check.
    """

    _name = "order.quality.point"
    _inherit = ["order.company.mixin", "mail.thread"]
    _description = "Quality Point"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    picking_type_ids = fields.Many2many(
        "stock.picking.type", string="Operation types", check_company=True, help="Empty: deliveries."
    )
    product_ids = fields.Many2many(
        "product.product", string="Products", check_company=True, help="Empty: all products."
    )
    categ_ids = fields.Many2many(
        "product.category", string="Product categories", help="With the categories below them, beside the products."
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        check_company=True,
        domain=[("parent_id", "=", False)],
        help="With all their contacts and addresses. Empty: all customers.",
    )
    carrier_ids = fields.Many2many(
        "delivery.carrier", string="Carriers", check_company=True, help="Empty: all carriers."
    )
    amount_from = fields.Monetary(
        "Order value from", tracking=True, help="Untaxed, in the company's currency. 0: whatever the value."
    )
    scope = fields.Char("Holds for", compute="_compute_scope")

    frequency = fields.Selection(
        [
            ("unit", "Every unit"),
            ("order", "Every order"),
            ("nth", "Every Nth order"),
            ("percent", "A percentage of the orders"),
        ],
        "How often",
        default="order",
        required=True,
        tracking=True,
        help="Every unit: what is measured, photographed or described is so for each single unit. Every Nth: of the transfers "
        "that it is about, in the order in which they get ready. A percentage: drawn at random, and the draw is kept.",
    )
    every_nth = fields.Integer("N", default=10, tracking=True)
    percent = fields.Float("Percentage", default=10.0, digits=(5, 2), tracking=True)
    counter = fields.Integer("Transfers counted", readonly=True, copy=False)
    draw_ids = fields.One2many("order.quality.draw", "point_id", "Draws", readonly=True)

    kind = fields.Selection(
        [
            ("pass_fail", "Pass or fail"),
            ("measure", "Measure"),
            ("scan", "Scan to verify"),
            ("photo", "Photo"),
            ("text", "Text"),
            ("weight", "Weight of the parcel"),
        ],
        "Check",
        default="pass_fail",
        required=True,
        tracking=True,
    )
    norm = fields.Float("Should be", digits=(16, 6), tracking=True)
    tolerance_min = fields.Float("From", digits=(16, 6), tracking=True)
    tolerance_max = fields.Float("To", digits=(16, 6), tracking=True)
    uom_id = fields.Many2one("uom.uom", "Unit of measure", ondelete="restrict", tracking=True)
    weight_tolerance = fields.Float(
        "Tolerance (%)",
        default=5.0,
        digits=(5, 2),
        tracking=True,
        help="By how much the scales may differ from the weight of the content and of the packaging.",
    )
    second_person = fields.Boolean(
        "Not by who packed", tracking=True, help="Who put the goods into the parcel may not be who passes them."
    )
    instruction = fields.Html("Instructions", translate=True)
    picture = fields.Image(max_width=1024, max_height=1024)
    team_id = fields.Many2one("order.quality.team", check_company=True, index="btree_not_null")
    user_id = fields.Many2one(
        "res.users", "Responsible", check_company=True, domain=[("share", "=", False)], index="btree_not_null"
    )

    _nth_is_a_number = models.Constraint("CHECK (every_nth >= 1)", "Every Nth order: N is 1 or more.")
    _percent_is_a_share = models.Constraint(
        "CHECK (percent > 0 AND percent <= 100)", "The share of orders is more than 0 and at most 100 %."
    )
    _amount_is_positive = models.Constraint(
        "CHECK (coalesce(amount_from, 0) >= 0)", "The order value from which a point holds is not negative."
    )
    _tolerance_runs_upward = models.Constraint(
        "CHECK (kind <> 'measure' OR (coalesce(tolerance_min, 0) <= coalesce(norm, 0) AND coalesce(norm, 0) <= coalesce(tolerance_max, 0)))",
        "What is measured should lie between the smallest and the largest value that is allowed.",
    )
    _measured_in = models.Constraint(
        "CHECK (kind <> 'measure' OR uom_id IS NOT NULL)", "Say in which unit it is measured."
    )
    _weight_tolerance_is_a_share = models.Constraint(
        "CHECK (coalesce(weight_tolerance, 0) >= 0 AND coalesce(weight_tolerance, 0) < 100)",
        "The tolerance of the weight is at least 0 and less than 100 %.",
    )

    @api.depends("picking_type_ids", "product_ids", "categ_ids", "partner_ids", "carrier_ids", "amount_from")
    def _compute_scope(self):
        for point in self:
            names = [
                *point.picking_type_ids.mapped("display_name"),
                *point.product_ids.mapped("display_name"),
                *point.categ_ids.mapped("display_name"),
                *point.partner_ids.mapped("display_name"),
                *point.carrier_ids.mapped("display_name"),
            ]
            if point.amount_from:
                names.append(self.env._("from %s", point.currency_id.format(point.amount_from)))
            point.scope = ", ".join(names) or self.env._("All deliveries")

    @api.constrains("user_id", "team_id")
    def _check_responsible(self):
        for point in self:
            if point.user_id.share:
                raise ValidationError(
                    self.env._("%s is no colleague: choose somebody of the company.", point.user_id.name)
                )

    # ------------------------------------------------------------------ life

    @api.model_create_multi
    def create(self, vals_list):
        points = super().create([{**vals, "counter": 0} for vals in vals_list])
        self.env.registry.clear_cache()
        return points

    def write(self, vals):
        """What verdicts were given by stands: another kind of check is another point."""
        if "counter" in vals:
            raise UserError(self.env._("What was counted stands: nobody writes it."))
        changing = self.filtered(
            lambda point: any(
                name in vals and vals[name] != (point[name].id if name == "company_id" else point[name])
                for name in MEANING
            )
        )
        changing._refuse_used(
            self.env._(
                "has been used and keeps its kind, frequency and company: copy it, change the copy, archive this one."
            )
        )
        answer = super().write(vals)
        self.env.registry.clear_cache()
        return answer

    @api.ondelete(at_uninstall=False)
    def _unlink_unused(self):
        self._refuse_used(self.env._("has been used, and its checks name it: archive it."))

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _refuse_used(self, words):
        """:raises UserError: some of ``self`` have checks, or have drawn; ``words`` say what follows"""
        if not self:
            return
        used = self.browse()
        for model in ("order.quality.check", "order.quality.draw"):
            for (point,) in self.env[model].sudo()._read_group([("point_id", "in", self.ids)], ["point_id"]):
                used |= point
        if used:
            raise UserError("\n".join(f"{point.name} {words}" for point in used))

    # ------------------------------------------------------------------ what it is about

    @api.model
    def _in_force(self, companies):
        """The points of ``companies``, for ``sudo``; one query."""
        return self.sudo().with_context(active_test=True).search([("company_id", "in", companies.ids)])

    @api.model
    @tools.ormcache()
    def _second_person_companies(self):
        """Ids of the companies with a point that wants a second person: who packs is written down there."""
        points = self.sudo().with_context(active_test=True).search([("second_person", "=", True)])
        return frozenset(points.company_id.ids)

    @api.model
    @tools.ormcache()
    def _are_used(self):
        """Whether there is any point at all, archived ones too: without one nobody looks at goods again."""
        return bool(self.sudo().with_context(active_test=False).search_count([], limit=1))

    def _is_about(self, picking):
        """Whether this point is about ``picking``, whatever goods are in it."""
        self.ensure_one()
        if picking.company_id != self.company_id:
            return False
        if self.picking_type_ids:
            if picking.picking_type_id not in self.picking_type_ids:
                return False
        elif picking.picking_type_code != "outgoing":
            return False
        order = picking.sale_id
        if self.partner_ids:
            customer = order.partner_id.commercial_partner_id
            if customer not in self.partner_ids.commercial_partner_id:
                return False
        if self.carrier_ids and picking.carrier_id not in self.carrier_ids:
            return False
        if not self.amount_from:
            return True
        value = order.amount_untaxed / (order.currency_rate or 1.0)
        return self.currency_id.compare_amounts(value, self.amount_from) >= 0

    def _goods_of(self, lines):
        """Those of ``lines`` (``stock.move.line``, or moves) whose product this point is about."""
        self.ensure_one()
        if not self.product_ids and not self.categ_ids:
            return lines
        paths = tuple(self.categ_ids.mapped("parent_path"))
        return lines.filtered(
            lambda line: (
                line.product_id in self.product_ids
                or (paths and (line.product_id.categ_id.parent_path or "").startswith(paths))
            )
        )

    def _singly(self):
        """Whether each single unit gets an answer of its own."""
        self.ensure_one()
        return self.frequency == "unit" and self.kind in SINGLY

    def _expected_text(self):
        """What a measured value should be, in words."""
        self.ensure_one()
        return self.env._(
            "%(norm)s %(unit)s (%(low)s to %(high)s)",
            norm=measure_words(self.env, self.norm),
            unit=self.uom_id.name,
            low=measure_words(self.env, self.tolerance_min),
            high=measure_words(self.env, self.tolerance_max),
        )
