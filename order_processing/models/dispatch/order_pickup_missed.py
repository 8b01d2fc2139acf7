from odoo import api, fields, models
from odoo.tools import format_date

TEMPLATE = "order_processing.mail_template_pickup_missed"
OPEN = ("waiting", "confirmed", "assigned")


class OrderPickup(models.Model):
    """A carrier did not come: its transfers go to the next pickup, promises are made anew, customers are told once."""

    _inherit = "order.pickup"

    def _missed(self):
        """Put what was on these pickups, which are missed, on the next ones."""
        pickings = self.sudo().picking_ids
        if not pickings:
            return
        names = {pickup: pickup.picking_ids for pickup in self.sudo()}
        pickings._pickup_put(self.browse())
        _chosen, refused = self.env["order.pickup"]._plan(pickings)
        self._missed_log(names, refused)
        pickings._missed_promise()
        pickings._missed_tell()

    def _missed_log(self, names, refused):
        bodies = {}
        for pickup, own in names.items():
            rows = [self.env._("To be collected again: %s", ", ".join(own.mapped("name")))] if own else []
            for target, moved in own.grouped("order_pickup_id").items():
                if target:
                    told = {"pickup": target.name, "day": format_date(self.env, target.date)}
                    rows.append(
                        self.env._("On %(pickup)s of %(day)s: %(names)s", names=", ".join(moved.mapped("name")), **told)
                    )
            rows += [f"{picking.name}: {refused[picking.id]}" for picking in own if picking.id in refused]
            if rows:
                bodies[pickup.id] = "\n".join(rows)
        self.sudo().browse(bodies)._message_log_batch(bodies=bodies, author_id=self.env.user.partner_id.id)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _missed_promise(self):
        """What has not left is promised from the day of its next pickup on, or from today where there is none."""
        waiting = self.filtered(lambda picking: picking.state in OPEN and picking.sale_id)
        for day, own in waiting.grouped(lambda picking: picking.order_pickup_id.date).items():
            own.sale_id.action_promise(date=day or None)

    def _missed_tell(self):
        """Tell the customers of these transfers, each order once, that the carrier did not come and when the next one does."""
        first = {picking.sale_id: picking for picking in reversed(self.sorted("id")) if picking.sale_id}
        told = self.browse([picking.id for picking in first.values() if picking.company_id.order_pickup_missed_mail])
        sent = told._pickup_mail(TEMPLATE)
        self._missed_note(told, sent)

    @api.model
    def _missed_note(self, told, sent):
        """It stands with the orders, and in the book."""
        words = {
            True: self.env._("The carrier did not come: the customer was told by mail."),
            False: self.env._("The carrier did not come: tell the customer by phone, no message could be sent."),
        }
        for day, own in sent.grouped(lambda picking: picking.order_pickup_id.date).items():
            if day:
                own.move_ids.sale_line_id.order_told_date = day
        told.sale_id._message_log_batch(
            bodies={picking.sale_id.id: words[picking in sent] for picking in told},
            author_id=self.env.user.partner_id.id,
        )
        self.env["order.event"]._record(
            [
                {
                    "kind": "delay_told",
                    "company_id": picking.company_id.id,
                    "order_id": picking.sale_id.id,
                    "order_name": picking.sale_id.name,
                    "document_model": "stock.picking",
                    "document_id": picking.id,
                    "document_name": picking.name,
                    "note": fields.Date.to_string(picking.order_pickup_id.date) or "",
                }
                for picking in sent
            ]
        )

    def _missed_arrival(self):
        """When goods arrive that leave with this transfer's pickup, in words; ``""`` where nobody knows."""
        self.ensure_one()
        day = self.order_pickup_id.date
        return format_date(self.env, self.sale_id._arrival_if_left(day)[self.sale_id]) if day and self.sale_id else ""
