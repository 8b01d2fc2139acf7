from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, float_repr

from ..common.business_day import business_day
from ..common.sql_arrays import id_array
from .pickup_room import Load, Room, first_that_takes, sum_of

CLOSED = ("handed_over", "missed")
LIMITS = ("max_parcels", "max_weight", "max_volume", "max_pallets")


class StockPackageType(models.Model):
    _inherit = "stock.package.type"

    order_is_pallet = fields.Boolean("Counts as a pallet", help="On a pickup it takes the place of a pallet.")


class OrderPickup(models.Model):
    """Which transfers and parcels are on a pickup, what they take up, and what there is room for."""

    _inherit = "order.pickup"

    picking_count = fields.Integer("Transfers on it", compute="_compute_counts")
    parcel_count = fields.Integer("Parcels on it", compute="_compute_counts")
    weight = fields.Float(compute="_compute_counts")
    volume = fields.Float(compute="_compute_counts")
    pallet_count = fields.Integer("Pallets on it", compute="_compute_counts")
    max_parcels = fields.Integer("Room for parcels", help="0: no limit.")
    max_weight = fields.Float("Room for weight", help="In the company's unit of weight. 0: no limit.")
    max_volume = fields.Float("Room for volume", help="In the company's unit of volume. 0: no limit.")
    max_pallets = fields.Integer("Room for pallets", help="0: no limit.")
    load_text = fields.Char("Load", compute="_compute_counts", help="What is on it, of what it has room for.")
    is_over = fields.Boolean("Over its capacity", compute="_compute_counts")

    _room = models.Constraint(
        "CHECK (max_parcels >= 0 AND max_weight >= 0 AND max_volume >= 0 AND max_pallets >= 0)",
        "The room of a pickup is 0, for no limit, or more.",
    )

    @api.depends("picking_ids.weight", "picking_ids.state", "package_ids", *LIMITS)
    def _compute_counts(self):
        loads = self._loads()
        for pickup in self:
            load, limits = loads[pickup], pickup._limits()
            pickup.picking_count = len(pickup.picking_ids)
            pickup.parcel_count = len(pickup.package_ids)
            pickup.weight, pickup.volume, pickup.pallet_count = load.weight, load.volume, load.pallets
            pickup.load_text = pickup._load_text(load, limits)
            pickup.is_over = bool(load.over(limits))

    def _lock_taking(self):
        """Nobody closes these while parcels are added; others may add theirs at the same time, but where there are limits."""
        limited = self.filtered(lambda pickup: any(pickup._limits()))
        for pickups, lock in ((limited, SQL("NO KEY UPDATE")), (self - limited, SQL("SHARE"))):
            self.env.cr.execute(
                SQL("SELECT id FROM order_pickup WHERE id = ANY(%s) ORDER BY id FOR %s", pickups.ids, lock)
            )

    def _touch_limited(self):
        """What is put on these with limits at the same time by others is counted: of two transactions one begins anew."""
        limited = self.filtered(lambda pickup: any(pickup._limits()))
        if limited:
            self.env.cr.execute(SQL("UPDATE order_pickup SET write_date = write_date WHERE id = ANY(%s)", limited.ids))

    def _limits(self):
        """What this pickup has room for, a ``Load``."""
        self.ensure_one()
        return Load(*(self[name] for name in LIMITS))

    def _loads(self):
        """What is on these pickups: a dict of pickup to ``Load``, by one statement; a transfer that is not packed yet is one parcel."""
        own = {
            pickup: pickup.sudo().picking_ids.filtered(lambda picking: picking.state != "cancel")._origin
            for pickup in self
        }
        loads = self.env["stock.picking"].union(*own.values())._pickup_loads()
        return {pickup: sum_of(loads[number] for number in pickings.ids) for pickup, pickings in own.items()}

    @api.model
    def _load_names(self):
        return {
            "parcels": self.env._("parcels"),
            "weight": self.env["product.template"]._get_weight_uom_name_from_ir_config_parameter(),
            "volume": self.env["product.template"]._get_volume_uom_name_from_ir_config_parameter(),
            "pallets": self.env._("pallets"),
        }

    @api.model
    def _load_text(self, load, limits, only=None):
        """``load`` in words, against its limits where there are any; ``only``: names of what is told."""
        names = self._load_names()
        parts = []
        for name, taken, limit in zip(load._fields, load, limits):
            if (only is None and (limit or name == "parcels")) or (only and name in only):
                digits = 0 if name in ("parcels", "pallets") else 2
                number = float_repr(taken, digits)
                if limit:
                    number = self.env._("%(taken)s of %(limit)s", taken=number, limit=float_repr(limit, digits))
                parts.append(f"{number} {names[name]}")
        return ", ".join(parts)

    def _check_capacity(self):
        """:raises UserError: names each of these pickups that has more on it than it has room for, and of what"""
        limited = self.filtered(lambda pickup: any(pickup._limits()))
        limited._touch_limited()
        rows = []
        for pickup, load in limited._loads().items():
            over = load.over(pickup._limits())
            if over:
                text = self._load_text(load, pickup._limits(), over)
                rows.append(self.env._("- %(pickup)s: %(load)s", pickup=pickup.display_name, load=text))
        if rows:
            raise UserError(
                "\n".join(
                    [
                        self.env._("There is no room for that:"),
                        *rows,
                        self.env._("Choose another pickup, or order a larger one from the carrier and enter its room."),
                    ]
                )
            )

    def write(self, vals):
        """The room of a pickup is not made smaller than what is on it."""
        answer = super().write(vals)
        if not set(LIMITS).isdisjoint(vals):
            self._check_capacity()
        return answer

    def _sync_parcels(self, closing=False):
        """Take over what the transfers on these pickups are packed in now; a closed pickup keeps its parcels.

        By the same two statements whatever their number.
        """
        pickups = self.sudo().filtered(lambda pickup: closing or pickup.state not in CLOSED)
        if not pickups:
            return
        self.env["stock.move.line"].flush_model(["picking_id", "result_package_id"])
        self.env["stock.picking"].flush_model(["order_pickup_id"])
        pickups.flush_recordset(["package_ids"])
        field = self._fields["package_ids"]
        names = {
            "relation": SQL.identifier(field.relation),
            "pickup": SQL.identifier(field.column1),
            "package": SQL.identifier(field.column2),
            "ids": id_array(pickups.ids),
        }
        self.env.cr.execute(
            SQL(
                """
                WITH packed AS (
                    SELECT DISTINCT picking.order_pickup_id AS pickup, line.result_package_id AS package
                      FROM stock_picking picking
                      JOIN stock_move_line line ON line.picking_id = picking.id AND line.result_package_id IS NOT NULL
                     WHERE picking.order_pickup_id = ANY(%(ids)s)
                ), gone AS (
                    DELETE FROM %(relation)s known
                     WHERE known.%(pickup)s = ANY(%(ids)s)
                       AND NOT EXISTS (SELECT FROM packed
                                        WHERE packed.pickup = known.%(pickup)s AND packed.package = known.%(package)s)
                )
                INSERT INTO %(relation)s (%(pickup)s, %(package)s) SELECT pickup, package FROM packed ON CONFLICT DO NOTHING
                """,
                **names,
            )
        )
        # who has left the pickup is loaded on it no more
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM order_pickup_loaded loaded USING stock_picking picking
                 WHERE loaded.pickup_id = ANY(%s) AND picking.id = loaded.picking_id
                   AND picking.order_pickup_id IS DISTINCT FROM loaded.pickup_id
                """,
                id_array(pickups.ids),
            )
        )
        pickups.invalidate_recordset(["package_ids", "loaded_ids"], flush=False)
        pickups._check_one_manifest(names)

    def _check_one_manifest(self, names):
        """:raises UserError: names each parcel that stands on two manifests; what is used again and again may, one after the other

        :param dict names: the relation of pickups and parcels, as ``SQL``
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT package.name, string_agg(DISTINCT other.name, ', ')
                  FROM %(relation)s own
                  JOIN %(relation)s there ON there.%(package)s = own.%(package)s AND there.%(pickup)s <> own.%(pickup)s
                  JOIN order_pickup other ON other.id = there.%(pickup)s AND other.state NOT IN ('handed_over', 'missed')
                  JOIN stock_package package ON package.id = own.%(package)s
                 WHERE own.%(pickup)s = ANY(%(ids)s)
              GROUP BY package.id, package.name
                """,
                **names,
            )
        )
        if rows:
            raise UserError(
                "\n".join(
                    [
                        *(
                            self.env._(
                                "%(parcel)s stands on the manifest of %(pickups)s.", parcel=parcel, pickups=pickups
                            )
                            for parcel, pickups in rows
                        ),
                        self.env._(
                            "A parcel leaves once: put all transfers that are packed into it on the same pickup, or pack them"
                            " apart."
                        ),
                    ]
                )
            )

    @api.model
    def _gather(self, pickings, date):
        """Put ``pickings`` that are on none on the first pickup of their carrier and warehouse that takes them: one that is planned for
        ``date``, the next of a window, else a new one of ``date``.

        :return: the pickups
        """
        loose = pickings.filtered(lambda picking: not picking.order_pickup_id)
        groups = loose.grouped(
            lambda picking: (picking.company_id, picking.picking_type_id.warehouse_id, picking.carrier_id)
        )
        found = self.search(
            Domain("state", "=", "planned")
            & Domain("company_id", "in", loose.company_id.ids)
            & Domain("warehouse_id", "in", loose.picking_type_id.warehouse_id.ids)
            & (
                Domain("date", "=", date)
                | Domain("window_id", "!=", False)
                & Domain("date", ">", date)
                & Domain("closes_at", ">", fields.Datetime.now())
            ),
            order="date, window_from, id desc",
        )
        today = {company: business_day(company) for company in loose.company_id}
        found = found.filtered(lambda pickup: not pickup._has_closed(today[pickup.company_id]))
        found._lock_taking()
        chosen = found._gather_choose(groups)
        missing = [key for key in groups if None in chosen[key]]
        made = self.create(
            [
                {"company_id": company.id, "warehouse_id": warehouse.id, "carrier_id": carrier.id, "date": date}
                for company, warehouse, carrier in missing
            ]
        )
        fresh = dict(zip(missing, made))
        where = {
            number: (pickup or fresh[key]).id
            for key, own in chosen.items()
            for pickup, ids in own.items()
            for number in ids
        }
        self.env["stock.picking"]._pickup_assign(where)
        pickups = self.browse(dict.fromkeys(where.values()))
        pickups.sudo()._touch_limited()
        return pickups

    def _has_closed(self, today):
        """Whether this pickup of a window takes nothing more: it is of ``today`` (``date``), and its cut-off has passed."""
        self.ensure_one()
        return bool(self.window_id) and self.date == today and self.closes_at <= fields.Datetime.now()

    def _gather_choose(self, groups):
        """Which of ``self`` takes which transfers.

        :param dict groups: ``(company, warehouse, carrier)`` to transfers
        :return: dict of the same keys to ``{pickup, or None where none has room: transfer ids}``
        """
        present = self.grouped(lambda pickup: (pickup.company_id, pickup.warehouse_id, pickup.carrier_id))
        limited = self.filtered(lambda pickup: any(pickup._limits()))
        used = limited._loads()
        loads = self.env["stock.picking"].union(*groups.values())._pickup_loads() if limited else {}
        chosen = {}
        for key, group in groups.items():
            rooms = {pickup: Room(used.get(pickup, Load()), pickup._limits()) for pickup in present.get(key, ())}
            own = chosen[key] = {}
            for picking in group:
                own.setdefault(first_that_takes(loads.get(picking.id, Load()), rooms), []).append(picking.id)
        return chosen


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _pickup_loads(self, volume=True):
        """What each of these transfers takes up on a pickup: a dict of id to ``Load``; one statement.

        :param bool volume: whether the volume of the goods is asked for
        """
        if not self:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT picking.id, greatest(packed.parcels, 1), coalesce(picking.weight, 0), coalesce(goods.volume, 0),
                       coalesce(packed.pallets, 0)
                  FROM stock_picking picking
             LEFT JOIN (SELECT line.picking_id, count(DISTINCT package.id) AS parcels,
                               count(DISTINCT CASE WHEN kind.order_is_pallet THEN package.id
                                                   WHEN outer_kind.order_is_pallet THEN container.id END) AS pallets
                          FROM stock_move_line line
                          JOIN stock_package package ON package.id = line.result_package_id
                     LEFT JOIN stock_package_type kind ON kind.id = package.package_type_id
                     LEFT JOIN stock_package container
                               ON container.id = coalesce(package.package_dest_id, package.parent_package_id)
                     LEFT JOIN stock_package_type outer_kind ON outer_kind.id = container.package_type_id
                         WHERE line.picking_id = ANY(%(ids)s)
                      GROUP BY line.picking_id) packed ON packed.picking_id = picking.id
             LEFT JOIN (SELECT move.picking_id, sum(move.product_qty * product.volume) AS volume
                          FROM stock_move move
                          JOIN product_product product ON product.id = move.product_id
                         WHERE move.picking_id = ANY(%(ids)s) AND move.state <> 'cancel' AND product.volume > 0 AND %(volume)s
                      GROUP BY move.picking_id) goods ON goods.picking_id = picking.id
                 WHERE picking.id = ANY(%(ids)s)
                """,
                ids=id_array(self.ids),
                volume=volume,
            )
        )
        return {
            number: Load(parcels, float(weight), float(volume), pallets)
            for number, parcels, weight, volume, pallets in rows
        }
