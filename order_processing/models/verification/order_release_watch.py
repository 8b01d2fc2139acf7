from odoo import api, models


class OrderReleaseWatch(models.AbstractModel):
    """For models whose changes may set held orders free: what was, what is, and who changed it."""

    _name = "order.release.watch"
    _description = "Watched by Verification"

    @api.model
    def _release_watched(self):
        """The names of the fields whose change may set orders free."""
        return ()

    def _release_company(self):
        """The company that a change of this record is about; empty: all."""
        self.ensure_one()
        return self.company_id if "company_id" in self._fields else self.env["res.company"]

    def _release_key(self):
        """What names the record where findings are traced back to it."""
        self.ensure_one()
        return f"{self._name}:{self.id}"

    def _release_told(self, name):
        """A field's value as people read it."""
        self.ensure_one()
        field = self._fields[name]
        return str(self[name]) if field.type == "boolean" else str(field.convert_to_export(self[name], self) or "")

    def write(self, vals):
        """Keep what changes, where controls record."""
        names = [name for name in self._release_watched() if name in vals]
        if not names:
            return super().write(vals)
        before = {record: [record._release_told(name) for name in names] for record in self.sudo()}
        answer = super().write(vals)
        self._release_note(before, names)
        return answer

    def _release_note(self, before, names):
        labels = {name: self._fields[name]._description_string(self.env) for name in names}
        rows = []
        for record, old in before.items():
            new = [record._release_told(name) for name in names]
            changed = [index for index, name in enumerate(names) if old[index] != new[index]]
            if changed:
                rows.append(
                    (
                        record,
                        record._release_company(),
                        [labels[names[index]] for index in changed],
                        [old[index] for index in changed],
                        [new[index] for index in changed],
                    )
                )
        self.env["order.release.log"]._note(rows)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "order.release.watch"]

    def _release_watched(self):
        return ("credit_limit", "property_payment_term_id", "property_product_pricelist", "vat")

    def _release_company(self):
        # the watched fields have a value per company
        return self.env.company


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "order.release.watch"]

    def _release_watched(self):
        return ("account_use_credit_limit", "account_default_credit_limit")

    def _release_company(self):
        return self


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "order.release.watch"]

    def _release_watched(self):
        return ("sale_ok", "active", "list_price")


class ProductProduct(models.Model):
    _inherit = "product.product"

    def write(self, vals):
        """A variant that is archived or put back is a change of its product."""
        before = {variant: variant.active for variant in self} if "active" in vals else {}
        answer = super().write(vals)
        rows = [
            (
                variant.product_tmpl_id,
                variant.company_id,
                [self._fields["active"]._description_string(self.env)],
                [f"{variant.display_name}: {active}"],
                [f"{variant.display_name}: {variant.active}"],
            )
            for variant, active in before.items()
            if variant.active != active
        ]
        self.env["order.release.log"]._note(rows)
        return answer


class OrderVerificationRule(models.Model):
    _name = "order.verification.rule"
    _inherit = ["order.verification.rule", "order.release.watch"]

    def _release_watched(self):
        return tuple(self._versioned_fields())

    def _release_key(self):
        # a company's own rule stands in for the general one, and findings outlive their rule
        return f"rule:{self.code}"

    @api.model_create_multi
    def create(self, vals_list):
        """A company's own rule takes the place of the general one."""
        rules = super().create(vals_list)
        rules._release_note_all("-", "")
        return rules

    def unlink(self):
        """A rule that is gone finds nothing any more."""
        self._release_note_all("", "-")
        return super().unlink()

    def _release_note_all(self, old, new):
        rows = [(rule, rule.company_id, [rule._description], [old or rule.name], [new or rule.name]) for rule in self]
        self.env["order.release.log"]._note(rows)


class ProductPricelist(models.Model):
    _name = "product.pricelist"
    _inherit = ["product.pricelist", "order.release.watch"]

    def _release_watched(self):
        return ("active",)


class ProductPricelistItem(models.Model):
    _name = "product.pricelist.item"
    _inherit = ["product.pricelist.item", "order.release.watch"]

    def _release_watched(self):
        return (
            "fixed_price", "percent_price", "price_discount", "price_surcharge", "price_markup", "price_round",
            "price_min_margin", "price_max_margin", "compute_price", "base", "base_pricelist_id", "min_quantity",
            "date_start", "date_end", "product_tmpl_id", "product_id", "categ_id", "applied_on",
        )  # fmt: skip

    def _release_note(self, before, names):
        """What changes in an item changes its pricelist."""
        labels = {name: self._fields[name]._description_string(self.env) for name in names}
        rows = []
        for item, old in before.items():
            new = [item._release_told(name) for name in names]
            changed = [index for index in range(len(names)) if old[index] != new[index]]
            if changed and item.pricelist_id:
                rows.append(
                    (
                        item.pricelist_id,
                        item.company_id,
                        [f"{item.name}, {labels[names[index]]}" for index in changed],
                        [old[index] for index in changed],
                        [new[index] for index in changed],
                    )
                )
        self.env["order.release.log"]._note(rows)

    def _release_note_all(self, old, new):
        self.env["order.release.log"]._note(
            [
                (item.pricelist_id, item.company_id, [item.name], [old or item.price], [new or item.price])
                for item in self.sudo()
                if item.pricelist_id
            ]
        )

    @api.model_create_multi
    def create(self, vals_list):
        """A new price is a change of the pricelist."""
        items = super().create(vals_list)
        items._release_note_all("-", "")
        return items

    def unlink(self):
        """So is one that is gone."""
        self._release_note_all("", "-")
        return super().unlink()
