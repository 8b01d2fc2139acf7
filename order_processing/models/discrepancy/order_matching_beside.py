from odoo import api, models
from odoo.tools import SQL

from ..common.sent_again import sent_again

SHIP_TO = ("street", "street2", "city", "zip")


class OrderMatchingBeside(models.AbstractModel):
    """Ledgers of other stages, read by model name where the stage is there, and facts of parcels and addresses.

    Each is one SELECT of ``(line_id, tag, quantity)``, of few rows; quantities in the line's unit unless the method says otherwise.
    """

    _inherit = "order.matching"

    @api.model
    def _ledgers_beside(self, scope, narrow=True):
        """Each as one SELECT, for the lines of ``scope``; ``narrow``: a few lines, to be reached by indexes."""
        ledgers = [self._ledger_parcels(scope, narrow)]
        # most databases have no carrier that tells
        if self._scanning_carriers():
            ledgers.append(self._ledger_scans(scope, narrow))
        if "order.quality.check" in self.env:
            ledgers.append(self._ledger_checks(scope))
        if "order.return.line" in self.env:
            ledgers += [
                self._ledger_returns(scope),
                self._ledger_replacements(scope),
                self._ledger_ahead(scope),
                self._ledger_on_account(scope),
            ]
        if "order.verification" in self.env:
            ledgers += [self._ledger_addresses(scope, narrow), self._ledger_changes(scope)]
        return ledgers

    @api.model
    def _flush_ledgers(self):
        """See the model: what these ledgers read is written too."""
        super()._flush_ledgers()
        if self.env.cr.readonly:
            return
        self.env["stock.package"].flush_model(["shipping_weight", "package_type_id"])
        if "order.pickup" in self.env:
            self.env["delivery.carrier"].flush_model(["order_scan_days", "order_scan_since"])
            self.env["stock.package"].flush_model(["order_carrier_scanned_at"])
            self.env["stock.picking"].flush_model(
                ["order_carrier_scanned_at", "carrier_id", "order_pickup_id", "state"]
            )
            self.env["order.pickup"].flush_model(["handed_at"])
        self.env["stock.move.line"].flush_model(["result_package_id", "move_id", "state", "quantity", "product_uom_id"])
        self.env["stock.picking"].flush_model(["partner_id", "date_done"])
        self.env["res.partner"].flush_model([*SHIP_TO, "commercial_partner_id"])
        if "order.quality.check" in self.env:
            self.env["order.quality.check"].flush_model(["state", "picking_id"])
            self.env["order.quality.check.line"].flush_model()
        if "order.return.line" in self.env:
            self.env["order.return"].flush_model(["state"])
            self.env["order.return.line"].flush_model(
                [
                    *("return_id", "order_line_id", "uom_id", "received_qty", "credited_qty", "settlement"),
                    *("disposition", "advance", "advance_outcome", "split_from_id", "kit"),
                ]
            )
            self.env["account.move"].flush_model(
                ["order_return_id", "order_return_settlement", "amount_residual", "amount_total"]
            )
            self.env["sale.order"].flush_model(["order_return_id", "invoice_status"])
        if "order.verification" in self.env:
            self.env["order.verification"].flush_model()
            self.env["order.verification.check"].flush_model(["rule_code", "state", "line_id", "order_id"])

    @api.model
    def _ledger_scans(self, scope, narrow):
        """``to_scan``: parcels that left with a carrier which scans what it takes over, longer ago than it takes for that;
        ``unscanned``: those of them that it has not scanned. On the first order line of the transfer."""
        return SQL(
            """
            SELECT late.line_id, piece.tag, piece.parcels
              FROM (
                SELECT picking.id, min(move.sale_line_id) AS line_id,
                       greatest(count(DISTINCT package.id), 1)::numeric AS parcels,
                       CASE WHEN count(package.id) = 0 THEN 1 ELSE
                           count(DISTINCT package.id) FILTER (WHERE package.order_carrier_scanned_at IS NULL) END::numeric AS missing
                  FROM stock_picking picking
                  JOIN delivery_carrier carrier ON carrier.id = picking.carrier_id AND carrier.order_scan_days > 0
                  JOIN stock_picking_type kind ON kind.id = picking.picking_type_id AND kind.code = 'outgoing'
             LEFT JOIN order_pickup pickup ON pickup.id = picking.order_pickup_id
                  JOIN stock_move move ON move.picking_id = picking.id AND move.state = 'done'
             LEFT JOIN stock_move_line detail ON detail.move_id = move.id
             LEFT JOIN stock_package package ON package.id = detail.result_package_id
                 WHERE picking.state = 'done' AND picking.order_carrier_scanned_at IS NULL AND %s
                   AND coalesce(pickup.handed_at, picking.date_done)::date >= carrier.order_scan_since
                   AND coalesce(pickup.handed_at, picking.date_done) + carrier.order_scan_days * interval '1 day'
                       < now() AT TIME ZONE 'UTC'
              GROUP BY picking.id) late
        CROSS JOIN LATERAL (VALUES ('to_scan', late.parcels), ('unscanned', late.missing)) AS piece (tag, parcels)
              JOIN sale_order_line line ON line.id = late.line_id
             WHERE %s
            """,
            SQL(
                """
                picking.id = ANY(ARRAY(
                    SELECT own.picking_id FROM sale_order_line line JOIN stock_move own ON own.sale_line_id = line.id
                     WHERE own.picking_id IS NOT NULL AND %s))
                """,
                scope,
            )
            if narrow
            else SQL("TRUE"),
            scope,
        )

    @api.model
    def _scanning_carriers(self):
        """Whether some carrier says when it has scanned what it takes over."""
        if "order.pickup" not in self.env:
            return False
        carriers = self.env["delivery.carrier"].sudo().with_context(active_test=False)
        return bool(carriers.search_count([("order_scan_days", ">", 0)], limit=1))

    @api.model
    def _ledger_checks(self, scope):
        """``failed``: what stands in an open transfer of which the simple check failed, and what checks of quality points failed;
        of several points on the same goods the one that failed most."""
        return SQL(
            """
            SELECT bad.line_id, 'failed', max(bad.quantity)
              FROM (
                SELECT move.sale_line_id AS line_id, move.id AS move_id, 0 AS product_id, 0 AS picking_id,
                       (move.product_uom_qty * unit.factor / coalesce(line_uom.factor, unit.factor))::numeric AS quantity
                  FROM order_quality_check quality
                  JOIN stock_move move ON move.picking_id = quality.picking_id
                  JOIN sale_order_line line ON line.id = move.sale_line_id
                  JOIN uom_uom unit ON unit.id = move.product_uom
             LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
                 WHERE quality.state = 'failed' AND quality.point_id IS NULL AND move.state NOT IN ('done', 'cancel') AND %(scope)s
             UNION ALL
                SELECT goods.order_line_id, 0, goods.product_id, quality.picking_id,
                       (sum(goods.failed_qty) * unit.factor / coalesce(line_uom.factor, unit.factor))::numeric
                  FROM order_quality_check quality
                  JOIN stock_picking picking ON picking.id = quality.picking_id AND picking.state NOT IN ('done', 'cancel')
                  JOIN order_quality_check_line goods ON goods.check_id = quality.id AND goods.disposition IS NULL
                       AND goods.failed_qty > 0 AND goods.conceded IS NOT TRUE
                  JOIN sale_order_line line ON line.id = goods.order_line_id
                  JOIN product_product product ON product.id = goods.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = template.uom_id
             LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
                 WHERE quality.state = 'failed' AND %(scope)s
              GROUP BY quality.id, goods.order_line_id, goods.product_id, unit.factor, line_uom.factor
             UNION ALL
                SELECT move.sale_line_id, 0, move.product_id, quality.picking_id,
                       sum(detail.quantity * unit.factor / coalesce(line_uom.factor, unit.factor))::numeric
                  FROM order_quality_check quality
                  -- a parcel of another weight than its content
                  JOIN order_quality_check_line parcel ON parcel.check_id = quality.id AND parcel.disposition IS NULL
                       AND parcel.product_id IS NULL AND parcel.failed_qty > 0 AND parcel.conceded IS NOT TRUE
                  JOIN stock_move_line detail ON detail.picking_id = quality.picking_id
                       AND detail.result_package_id IS NOT DISTINCT FROM parcel.package_id
                  JOIN stock_move move ON move.id = detail.move_id AND move.state NOT IN ('done', 'cancel')
                  JOIN sale_order_line line ON line.id = move.sale_line_id
                  JOIN uom_uom unit ON unit.id = detail.product_uom_id
             LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
                 WHERE quality.state = 'failed' AND %(scope)s
              GROUP BY quality.id, move.sale_line_id, move.product_id) bad
          GROUP BY bad.line_id, bad.move_id, bad.product_id, bad.picking_id
            """,
            scope=scope,
        )

    @api.model
    def _ledger_returns(self, scope):
        """``return_open``: received by a return case that will still refund it."""
        return SQL(
            """
            SELECT item.order_line_id, 'return_open',
                   ((item.received_qty - coalesce(item.credited_qty, 0))
                    * coalesce(item_uom.factor / line_uom.factor, 1))::numeric
              FROM order_return_line item
              JOIN order_return request ON request.id = item.return_id
              JOIN sale_order_line line ON line.id = item.order_line_id
         LEFT JOIN uom_uom item_uom ON item_uom.id = item.uom_id
         LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
             WHERE request.state IN ('approved', 'on_way', 'received', 'inspected') AND item.settlement IN ('refund', 'credit', 'exchange')
               AND item.received_qty > coalesce(item.credited_qty, 0) AND %s
            """,
            scope,
        )

    @api.model
    def _ledger_replacements(self, scope):
        """``replace_due``: promised by a settled case as the same product again; ``replace_sent``: sent or on its way."""
        return SQL(
            """
            SELECT item.order_line_id, piece.tag, piece.quantity
              FROM order_return_line item
              JOIN order_return request ON request.id = item.return_id
              JOIN sale_order_line line ON line.id = item.order_line_id
         LEFT JOIN uom_uom item_uom ON item_uom.id = item.uom_id
         LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
        CROSS JOIN LATERAL (
                   SELECT 'replace_due', (item.received_qty * coalesce(item_uom.factor / line_uom.factor, 1))::numeric
                UNION ALL
                   SELECT 'replace_sent', (%(sent)s * coalesce(item_uom.factor / line_uom.factor, 1))::numeric
                   ) AS piece (tag, quantity)
             WHERE request.state IN ('settled', 'closed') AND item.settlement IN ('replacement', 'repair') AND item.received_qty > 0
               AND %(scope)s
            """,
            sent=sent_again(SQL("item"), done=False),
            scope=scope,
        )

    @api.model
    def _ledger_ahead(self, scope):
        """``sent_ahead``: left in advance of goods that have not come (not those that were invoiced for it), ``paid_ahead``:
        given for goods that an open case still brings."""
        return SQL(
            """
            SELECT item.order_line_id, piece.tag, (piece.quantity * coalesce(item_uom.factor / line_uom.factor, 1))::numeric
              FROM order_return_line item
              JOIN order_return request ON request.id = item.return_id
              JOIN sale_order_line line ON line.id = item.order_line_id
         LEFT JOIN uom_uom item_uom ON item_uom.id = item.uom_id
         LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
        CROSS JOIN LATERAL (
                   SELECT 'sent_ahead',
                          greatest(%(sent)s - (
                              -- with what an inspection split off it
                              SELECT coalesce(sum(came.received_qty), 0)::numeric FROM order_return_line came
                               WHERE came.id = item.id OR came.split_from_id = item.id), 0)
                    -- the customer keeps what a claim without a return replaces
                    WHERE (item.advance OR item.disposition = 'customer_keeps')
                      AND item.advance_outcome IS DISTINCT FROM 'invoice'
                UNION ALL
                   SELECT 'paid_ahead', item.credited_qty
                    WHERE request.state IN ('requested', 'approved', 'on_way') AND item.disposition <> 'customer_keeps'
                   ) AS piece (tag, quantity)
             WHERE (item.advance OR item.credited_qty > 0 OR item.disposition = 'customer_keeps') AND piece.quantity > 0 AND %(scope)s
            """,
            sent=sent_again(SQL("item"), done=True),
            scope=scope,
        )

    @api.model
    def _ledger_on_account(self, scope):
        """``on_account``: what of credit notes stays open for the customer to use: store credit, and what was given for goods of
        an exchange that is not invoiced yet. Of other open credit notes what lines beside the goods keep (a fee), less what they
        give (a bonus): it is not due to be paid back. Of those that come to nothing all, as nothing ever moves for them. With
        tax, in the order's currency."""
        return SQL(
            """
            SELECT line.id, 'on_account',
                   (item.price_total * CASE WHEN credit.amount_total = 0 THEN 1 ELSE credit.amount_residual
                    * (1 / credit.amount_total - CASE WHEN kept.whole THEN 0 ELSE 1 / goods.total END) END)::numeric
              FROM account_move credit
              JOIN account_move_line item ON item.move_id = credit.id
              JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
              JOIN sale_order_line line ON line.id = rel.order_line_id
        -- a fee or a bonus stands on no order line: what is open is the goods' in the proportion in which a payment is
        CROSS JOIN LATERAL (
                   SELECT sum(part.price_total) AS total FROM account_move_line part
                    WHERE part.move_id = credit.id
                      AND EXISTS (SELECT FROM sale_order_line_invoice_rel own WHERE own.invoice_line_id = part.id)) goods
        CROSS JOIN LATERAL (
                   SELECT credit.order_return_settlement = 'credit'
                          OR (credit.order_return_settlement = 'exchange' AND EXISTS (
                              SELECT FROM sale_order exchange
                               WHERE exchange.order_return_id = credit.order_return_id AND exchange.state <> 'cancel'
                                 AND exchange.invoice_status IS DISTINCT FROM 'invoiced')) AS whole) kept
             WHERE credit.state = 'posted' AND credit.order_return_settlement IS NOT NULL AND goods.total > 0
               AND (credit.amount_total = 0
                    OR (credit.amount_residual > 0 AND credit.amount_total > 0
                        AND (kept.whole OR goods.total <> credit.amount_total)))
               AND %s
            """,
            scope,
        )

    @api.model
    def _ledger_addresses(self, scope, narrow):
        """``misrouted``: what left to another address than the one that was sealed when it left.

        Only where the transfer names another contact than the order does: an address that was edited later is none.
        """
        return SQL(
            """
            SELECT move.sale_line_id, 'misrouted',
                   (move.quantity * move_uom.factor / coalesce(line_uom.factor, move_uom.factor))::numeric
              FROM stock_picking picking
              JOIN sale_order sale ON sale.id = picking.sale_id
              JOIN stock_move move ON move.picking_id = picking.id AND move.state = 'done'
              JOIN stock_location target ON target.id = move.location_dest_id AND target.usage = 'customer'
              -- the transfer of a drop shipment names the vendor
              JOIN stock_location origin ON origin.id = move.location_id AND origin.usage <> 'supplier'
              JOIN sale_order_line line ON line.id = move.sale_line_id
              JOIN uom_uom move_uom ON move_uom.id = move.product_uom
         LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
              JOIN res_partner place ON place.id = picking.partner_id
        CROSS JOIN LATERAL (
                   SELECT seal.content::jsonb -> 'ship_to' AS ship_to FROM order_verification seal
                    WHERE seal.order_id = sale.id AND seal.result = 'verified'
                      AND seal.verified_at <= coalesce(picking.date_done, now() AT TIME ZONE 'UTC')
                 ORDER BY seal.id DESC LIMIT 1) sealed
             -- looked up first: there are few, and none of the rest is to be joined for nothing
             WHERE picking.id = ANY(ARRAY(
                   SELECT strayed.id FROM stock_picking strayed
                     JOIN sale_order its ON its.id = strayed.sale_id
                    WHERE strayed.partner_id <> its.partner_shipping_id AND %s))
               AND move.origin_returned_move_id IS NULL
               AND (%s) IS DISTINCT FROM (%s) AND %s
            """,
            SQL("its.id = ANY(ARRAY(SELECT line.order_id FROM sale_order_line line WHERE %s))", scope)
            if narrow
            else SQL("TRUE"),
            SQL(", ").join(SQL("coalesce(place.%s, '')", SQL.identifier(name)) for name in SHIP_TO),
            SQL(", ").join(SQL("coalesce(sealed.ship_to ->> %s, '')", name) for name in SHIP_TO),
            scope,
        )

    @api.model
    def _ledger_changes(self, scope):
        """``altered``: number of open findings that the order was changed after its verification, on its first line."""
        return SQL(
            """
            SELECT coalesce(finding.line_id, (SELECT min(id) FROM sale_order_line
                                               WHERE order_id = finding.order_id AND display_type IS NULL
                                                 AND is_downpayment IS NOT TRUE)),
                   'altered', 1::numeric
              FROM order_verification_check finding
              JOIN sale_order sale ON sale.id = finding.order_id AND sale.state = 'sale'
             WHERE finding.rule_code = 'changed_after_verification' AND finding.state = 'failed'
               AND EXISTS (SELECT 1 FROM sale_order_line line WHERE line.order_id = finding.order_id AND %s)
            """,
            scope,
        )

    @api.model
    def _ledger_parcels(self, scope, narrow):
        """``weighed``: the scales' weight of parcels that left; ``content_weight``: that of what is in them.

        On the first order line of the parcel, in the database's unit of weight. A parcel that was not weighed, or with a
        product that has no weight, says nothing.
        """
        return SQL(
            """
            SELECT parcel.line_id, piece.tag, piece.weight
              FROM (
                SELECT package.id, min(move.sale_line_id) AS line_id, max(package.shipping_weight)::numeric AS weighed,
                       (max(coalesce(kind.base_weight, 0))
                        + sum(detail.quantity * detail_uom.factor / own_uom.factor * product.weight))::numeric AS content
                  FROM stock_package package
             LEFT JOIN stock_package_type kind ON kind.id = package.package_type_id
                  JOIN stock_move_line detail ON detail.result_package_id = package.id AND detail.state = 'done'
                  JOIN stock_move move ON move.id = detail.move_id
                  JOIN stock_location target ON target.id = move.location_dest_id AND target.usage = 'customer'
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom own_uom ON own_uom.id = template.uom_id
                  JOIN uom_uom detail_uom ON detail_uom.id = detail.product_uom_id
                 WHERE package.shipping_weight > 0 AND package.id = ANY(ARRAY(%s))
              GROUP BY package.id
                HAVING bool_and(product.weight > 0)) parcel
        CROSS JOIN LATERAL (VALUES ('weighed', parcel.weighed), ('content_weight', parcel.content)) AS piece (tag, weight)
              JOIN sale_order_line line ON line.id = parcel.line_id
             WHERE %s
            """,
            SQL(
                """
                SELECT detail.result_package_id FROM sale_order_line line
                  JOIN stock_move move ON move.sale_line_id = line.id
                  JOIN stock_move_line detail ON detail.move_id = move.id
                 WHERE detail.result_package_id IS NOT NULL AND %s
                """,
                scope,
            )
            if narrow
            else SQL("SELECT id FROM stock_package WHERE shipping_weight > 0"),
            scope,
        )
