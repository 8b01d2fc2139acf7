from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.business_day import business_day
from ..common.sql_arrays import id_array
from .natural import natural

PROCESSOR = "order_processing.group_processor"


class OrderPickupLoaded(models.Model):
    """A parcel that was scanned onto a pickup, by whom and when; written by the loading check alone."""

    _name = "order.pickup.loaded"
    _description = "Loaded Parcel"
    _order = "id"
    _rec_name = "parcel"

    pickup_id = fields.Many2one("order.pickup", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="pickup_id.company_id", store=True)
    package_id = fields.Many2one("stock.package", readonly=True, index="btree_not_null")
    picking_id = fields.Many2one("stock.picking", "Transfer", required=True, readonly=True, index=True)
    parcel = fields.Char(required=True, readonly=True)
    loaded_by_id = fields.Many2one("res.users", "Loaded by", required=True, readonly=True)
    loaded_at = fields.Datetime("Loaded at", required=True, readonly=True)

    _once = models.UniqueIndex(
        "(pickup_id, picking_id, coalesce(package_id, 0))", "This parcel is on the pickup already."
    )


class OrderPickup(models.Model):
    """The loading check: each parcel is scanned as it goes onto the truck; what is missing and what is foreign is named."""

    _inherit = "order.pickup"

    loaded_ids = fields.One2many("order.pickup.loaded", "pickup_id", "Loaded parcels", readonly=True)
    loaded_count = fields.Integer("Loaded", compute="_compute_loaded_count")

    @api.depends("loaded_ids")
    def _compute_loaded_count(self):
        for pickup in self:
            pickup.loaded_count = len(pickup.loaded_ids)

    def _load_parcels(self):
        """The parcels of this pickup: ``{(transfer id, package id or None): name}``, in the order of their names."""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT picking.id, package.id, coalesce(package.name, picking.name)
                  FROM stock_picking picking
             LEFT JOIN stock_move_line line ON line.picking_id = picking.id AND line.result_package_id IS NOT NULL
             LEFT JOIN stock_package package ON package.id = line.result_package_id
                 WHERE picking.order_pickup_id = %s AND picking.state <> 'cancel'
                """,
                self.id,
            )
        )
        return {
            (row[0], row[1]): row[2] for row in sorted(rows, key=lambda row: (natural(row[2]), row[0], row[1] or 0))
        }

    def _load_flush(self):
        self.env["stock.picking"].flush_model(["order_pickup_id", "state", "name"])
        self.env["stock.move.line"].flush_model(["picking_id", "result_package_id"])

    def load_state(self):
        """What is on the truck, and what is missing.

        :return: ``{id, name, carrier, state, loaded, total, rows: [{parcel, transfer, loaded, by}], open}``; ``open`` are the names
            of transfers that have not left the house yet
        """
        self.ensure_one()
        self.check_access("read")
        self._load_flush()
        pickup = self.sudo()
        parcels = pickup._load_parcels()
        done = {(row.picking_id.id, row.package_id.id or None): row for row in pickup.loaded_ids}
        pickings = {picking.id: picking for picking in pickup.picking_ids}
        rows = [
            {
                "parcel": name,
                "transfer": pickings[key[0]].name,
                "loaded": key in done,
                "by": done[key].loaded_by_id.name if key in done else "",
            }
            for key, name in parcels.items()
        ]
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            "id": pickup.id,
            "name": pickup.name,
            "carrier": pickup.carrier_id.name or "",
            "state": labels[pickup.state],
            "closed": pickup.state in ("handed_over", "missed"),
            "loaded": sum(row["loaded"] for row in rows),
            "total": len(rows),
            "rows": rows,
            "open": [picking.name for picking in pickings.values() if picking.state not in ("done", "cancel")],
        }

    def load_scan(self, code):
        """A parcel was scanned onto the truck: by its SSCC, the package's name, or that of a transfer in no package.

        The first scan begins the loading. Two people may scan at once; a parcel counts once.

        :param str code: what the scanner read
        :return: ``load_state``, and of the scan ``code`` loaded/again/foreign/void/unknown, ``parcel`` and a ``message``
        :raises UserError: a pickup that was handed over or missed
        """
        self.ensure_one()
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        if self.state in ("planned", "requested"):
            self.action_load()
        self._load_open()
        self._load_flush()
        found = self._load_find((code or "").strip())
        return {**self.load_state(), **found}

    @api.model
    def load_choice(self):
        """The pickups that are to be loaded up to today.

        :return: ``[{id, name, carrier, load}]``, those of which loading has begun first
        """
        found = self.search(
            [
                ("company_id", "in", self.env.companies.ids),
                ("state", "in", ("planned", "requested", "loading")),
                ("date", "<=", max(business_day(company) for company in self.env.companies)),
                ("picking_ids", "!=", False),
            ],
            order="date, window_from, id",
        )
        return [
            {"id": pickup.id, "name": pickup.name, "carrier": pickup.carrier_id.name or "", "load": pickup.load_text}
            for pickup in found.sorted(lambda pickup: pickup.state != "loading")
        ]

    @api.model
    def load_find(self, code):
        """``load_state`` of the pickup that is called ``code``, as its manifest is scanned.

        :raises UserError: there is none
        """
        code = (code or "").strip()
        found = self.search([("name", "=", code)], limit=1) if code else self
        if not found:
            raise UserError(
                self.env._("“%s”: no pickup is called so. Choose one, or scan the barcode of its manifest.", code)
            )
        return found.load_state()

    def load_take_out(self, code):
        """A parcel was taken off the truck again; ``code`` as of ``load_scan``.

        :return: ``load_state``
        :raises UserError: it was not on the truck, or the pickup is closed
        """
        self.ensure_one()
        self._check_order_group(PROCESSOR)
        self._load_open()
        code = self.env["stock.package"]._scanned_sscc((code or "").strip())
        rows = self.sudo().loaded_ids.filtered(
            lambda row: code in (row.parcel, row.package_id.order_sscc or row.parcel)
        )
        if not rows:
            raise UserError(
                self.env._(
                    "“%(code)s” was not loaded on %(pickup)s, so it cannot be taken off.", code=code, pickup=self.name
                )
            )
        rows.unlink()
        return self.load_state()

    def _load_open(self):
        """Lock this pickup against being closed meanwhile; others may load at the same time."""
        self.check_access("write")
        self.env.cr.execute(SQL("SELECT state FROM order_pickup WHERE id = %s FOR SHARE", self.id))
        if self.env.cr.fetchone()[0] in ("handed_over", "missed"):
            raise UserError(self.env._("%s is closed: nothing is loaded on it any more.", self.name))

    def _load_find(self, code):
        """Load what ``code`` stands for; says what it was."""
        packages = self.env["stock.package"].sudo()
        code = packages._scanned_sscc(code)
        parcels = self.sudo()._load_parcels()
        packages = packages.search(["|", ("order_sscc", "=", code), ("name", "=", code)]) if code else packages
        own = [key for key in parcels if (key[1] in packages.ids) or (not key[1] and parcels[key] == code)]
        if own:
            return self._load_take(own, parcels[own[0]])
        void = packages.filtered("order_voided_at")
        if void:
            words = self.env._(
                "%(parcel)s is void (%(reason)s): its label counts no more.",
                parcel=code,
                reason=void[0].order_void_reason,
            )
            return {"code": "void", "parcel": code, "message": words}
        return self._load_foreign(code, packages)

    def _load_take(self, keys, name):
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO order_pickup_loaded (pickup_id, company_id, picking_id, package_id, parcel, loaded_by_id, loaded_at,
                                                 create_uid, create_date, write_uid, write_date)
                SELECT %(pickup)s, %(company)s, picking, nullif(package, 0), %(name)s, %(user)s, %(now)s,
                       %(user)s, %(now)s, %(user)s, %(now)s
                  FROM unnest(%(pickings)s, %(packages)s) AS given(picking, package)
                    ON CONFLICT DO NOTHING RETURNING id
                """,
                pickup=self.id,
                company=self.company_id.id,
                name=name,
                user=self.env.uid,
                now=fields.Datetime.now(),
                pickings=id_array(key[0] for key in keys),
                packages=id_array(key[1] or 0 for key in keys),
            )
        )
        self.invalidate_recordset(["loaded_ids"], flush=False)
        if rows:
            return {"code": "loaded", "parcel": name, "message": self.env._("%s is loaded.", name)}
        return {"code": "again", "parcel": name, "message": self.env._("%s was loaded before.", name)}

    def _load_foreign(self, code, packages):
        """What was scanned is not of this pickup: where it belongs, in words."""
        domain = [("name", "=", code)]
        if packages:
            domain = ["|", *domain, ("move_line_ids.result_package_id", "in", packages.ids)]
        pickings = (
            self.env["stock.picking"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("picking_type_code", "=", "outgoing"),
                    ("state", "!=", "cancel"),
                    *domain,
                ],
                order="id desc",
                limit=1,
            )
        )
        told = {"parcel": code or "?", "pickup": self.name}
        if not pickings:
            words = self.env._(
                "%(parcel)s: no parcel of ours is called so. Scan the label with its long number.", **told
            )
            return {"code": "unknown", "parcel": code, "message": words}
        told |= {"transfer": pickings.name, "carrier": pickings.carrier_id.name or self.env._("no carrier")}
        other = pickings.order_pickup_id
        if other:
            words = self.env._(
                "%(parcel)s does not go with %(pickup)s: %(transfer)s (%(carrier)s) is on %(other)s.",
                other=other.name,
                **told,
            )
        else:
            words = self.env._(
                "%(parcel)s does not go with %(pickup)s: %(transfer)s (%(carrier)s) is on no pickup. Put the transfer on this one"
                " first, or leave the parcel here.",
                **told,
            )
        return {"code": "foreign", "parcel": code, "message": words}

    # ------------------------------------------------------------------ what is missing

    def _check_loaded(self):
        """:raises UserError: names the parcels that were not scanned, where scanning was begun, or the company wants it"""
        rows = []
        for pickup in self.sudo():
            if not pickup.loaded_ids and not pickup.company_id.order_pickup_scan:
                continue
            done = {(row.picking_id.id, row.package_id.id or None) for row in pickup.loaded_ids}
            missing = [name for key, name in pickup._load_parcels().items() if key not in done]
            if missing:
                rows.append(f"- {pickup.name}: {', '.join(missing)}")
        if rows:
            raise UserError(
                "\n".join(
                    [
                        self.env._("These parcels were not scanned onto the pickup:"),
                        *rows,
                        self.env._("Load and scan them; what stays here a manager takes off (“Take off”)."),
                    ]
                )
            )
