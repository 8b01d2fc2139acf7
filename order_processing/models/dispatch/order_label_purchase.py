import json
from base64 import b64decode, b64encode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.transition import Transition, transition

MANAGER = "order_processing.group_manager"
# first number of the advisory lock that one transfer's purchase holds
LOCK = 727_001
# a purchase that is not settled: at most one for a transfer and carrier
OPEN = ("asked", "bought")
# the tracking numbers of the purchase stand on its transfer; where the carrier gave none, that the goods have left is all there is
ON_TRANSFER = SQL(
    """
    string_to_array(coalesce(picking.carrier_tracking_ref, ''), ',') @> string_to_array(purchase.tracking, ',')
    AND (purchase.tracking <> '' OR picking.state = 'done' AND picking.carrier_id = purchase.carrier_number)
    """
)


class OrderLabelPurchase(models.Model):
    """A label that was asked of a carrier outside: kept in a transaction of its own, so that nothing takes it back.

    Transfer and carrier stand by their ids and names of that moment: the transaction that asked for the label may never be
    committed.
    """

    _name = "order.label.purchase"
    _inherit = ["order.transition.mixin", "mail.thread"]
    _description = "Bought Label"
    _order = "id desc"
    _rec_name = "reference"

    _transition_initial = "asked"
    _transitions = (
        Transition("find", ("asked",), "bought", group=MANAGER, reason=True),
        Transition("refuse", ("asked",), "refused", group=MANAGER, reason=True),
        Transition("void", ("bought",), "voided", group=MANAGER, reason=True),
    )
    _transition_guarded = (
        *("reference", "company_id", "picking_number", "picking_name", "carrier_number", "carrier_name", "price"),
        *("tracking", "labels", "error", "asked_at", "bought_at", "used_at"),
    )

    reference = fields.Char("Our reference", required=True, readonly=True, help="What the carrier was told.")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    picking_number = fields.Integer("Number of the transfer", required=True, readonly=True)
    picking_name = fields.Char("Transfer", required=True, readonly=True)
    carrier_number = fields.Integer("Number of the carrier", required=True, readonly=True)
    carrier_name = fields.Char("Carrier", required=True, readonly=True)
    state = fields.Selection(
        [
            ("asked", "Asked, no answer"),
            ("bought", "Bought, not used"),
            ("used", "Used"),
            ("refused", "Not bought"),
            ("voided", "Void"),
        ],
        default="asked",
        required=True,
        readonly=True,
        index=True,
    )
    tracking = fields.Char("Tracking number", readonly=True)
    price = fields.Float(readonly=True)
    labels = fields.Text("Files", readonly=True, help="The label's files as JSON: name and content.")
    error = fields.Char("What the carrier said", readonly=True)
    asked_at = fields.Datetime("Asked at", readonly=True)
    bought_at = fields.Datetime("Bought at", readonly=True)
    used_at = fields.Datetime("Used at", readonly=True)

    _reference_once = models.UniqueIndex("(reference)", "A carrier is told each reference once.")
    _open_once = models.UniqueIndex(
        "(picking_number, carrier_number) WHERE state IN ('asked', 'bought')",
        "A label of this transfer is being bought already.",
    )

    # ------------------------------------------------------------------ kept by itself

    @api.model
    def _begin(self, carrier, picking):
        """The open purchase for ``picking`` with ``carrier``, begun where there is none; committed at once.

        :return: ``{id, reference, state, tracking, price, labels, fresh}``
        """
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    SELECT id, reference, state, tracking, price, labels FROM order_label_purchase
                     WHERE picking_number = %s AND carrier_number = %s AND state IN %s
                    """,
                    picking.id,
                    carrier.id,
                    OPEN,
                )
            )
            row = cr.fetchone()
            if row:
                return dict(zip(("id", "reference", "state", "tracking", "price", "labels"), row), fresh=False)
            cr.execute(
                SQL(
                    """
                    INSERT INTO order_label_purchase (reference, company_id, picking_number, picking_name, carrier_number,
                                carrier_name, state, asked_at, create_uid, create_date, write_uid, write_date)
                    SELECT %(name)s || '/' || (1 + count(*)), %(company)s, %(picking)s, %(name)s, %(carrier)s,
                           %(carrier_name)s, 'asked', %(now)s, %(user)s, %(now)s, %(user)s, %(now)s
                      FROM order_label_purchase WHERE picking_name = %(name)s
                 RETURNING id, reference
                    """,
                    name=picking.name,
                    company=picking.company_id.id,
                    picking=picking.id,
                    carrier=carrier.id,
                    carrier_name=carrier.name,
                    now=fields.Datetime.now(),
                    user=self.env.uid,
                )
            )
            number, reference = cr.fetchone()
        return {"id": number, "reference": reference, "state": "asked", "fresh": True}

    @api.model
    def _keep(self, number, state, **values):
        """Write ``values`` of the purchase ``number``, which is in ``state`` now; committed at once."""
        values = {"state": state, "write_date": fields.Datetime.now(), **values}
        sets = SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items())
        with self.env.registry.cursor() as cr:
            cr.execute(SQL("UPDATE order_label_purchase SET %s WHERE id = %s", sets, number))

    @api.model
    def _bought(self, number, answer, files):
        """The carrier has sold the label: what it answered and its files are kept before anything else happens.

        :param dict answer: as core's ``send_shipping`` answers
        :param files: ``[(name, bytes)]``
        """
        labels = json.dumps([[name, b64encode(content).decode()] for name, content in files])
        tracking, price = answer["tracking_number"] or "", answer["exact_price"]
        self._keep(number, "bought", tracking=tracking, price=price, labels=labels, bought_at=fields.Datetime.now())

    @api.model
    def _use(self, number, picking, tracking):
        """The label counts as used once the transaction that wants it is committed, unless it went back to a savepoint before."""
        cr, keep = self.env.cr, self.env["order.label.purchase"]._keep
        number_of, carrier = picking.id, picking.carrier_id.id

        def used():
            picking.flush_model(["carrier_tracking_ref", "state", "carrier_id"])
            purchase = SQL("(SELECT %s AS tracking, %s AS carrier_number)", tracking or "", carrier)
            cr.execute(
                SQL(
                    "SELECT FROM stock_picking picking, %s purchase WHERE picking.id = %s AND %s",
                    purchase,
                    number_of,
                    ON_TRANSFER,
                )
            )
            if cr.rowcount:
                keep(number, "used", used_at=fields.Datetime.now())

        cr.postcommit.add(used)

    @api.model
    def _cron_used(self):
        """A process that ended at the wrong moment has left labels as not used which stand on their transfers."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE order_label_purchase purchase SET state = 'used', used_at = %s
                  FROM stock_picking picking
                 WHERE purchase.state = 'bought' AND picking.id = purchase.picking_number AND picking.state = 'done' AND %s
                """,
                fields.Datetime.now(),
                ON_TRANSFER,
            )
        )
        self.invalidate_model(["state", "used_at"], flush=False)

    @api.model
    def _unknown_text(self, picking, reference):
        return self.env._(
            "%(transfer)s: the carrier was asked for a label (%(reference)s) and has not answered, so it may be bought. Look at the"
            " carrier's site for that reference; a manager then enters what it says (Shipping > Bought Labels).",
            transfer=picking.name,
            reference=reference,
        )

    # ------------------------------------------------------------------ by people

    @transition("find")
    def action_find(self, tracking="", price=0.0, reason=""):
        """The carrier did sell the label, as its site says (managers, with a ``reason``); the next try uses it.

        :param str tracking: the number on the label, required
        """
        if not (tracking or "").strip():
            raise UserError(self.env._("Enter the tracking number that stands on the label."))
        self._transition_write({"tracking": tracking.strip(), "price": price, "bought_at": fields.Datetime.now()})

    @transition("refuse")
    def action_refuse(self, reason=""):
        """The carrier did not sell it (managers, with a ``reason``); the next try asks anew."""

    @transition("void")
    def action_void(self, reason=""):
        """The label is void at the carrier (managers, with a ``reason``): nothing will use it."""


class DeliveryCarrier(models.Model):
    """Labels that a carrier's module buys outside are bought once, whatever becomes of the transaction that wants them."""

    _inherit = "delivery.carrier"

    def _order_label_outside(self):
        """Whether this carrier's labels are bought outside the database; hook."""
        self.ensure_one()
        return self.delivery_type not in ("fixed", "base_on_rule") and self.integration_level == "rate_and_ship"

    def _order_label_find(self, picking, reference):
        """What the carrier knows of the label that was asked for under our ``reference`` (context ``order_label_reference`` of the
        purchase); hook of a carrier's module.

        :return: a dict as of ``send_shipping``, ``False`` where the carrier never heard of it, ``None`` where it cannot be asked
        """
        return None

    def send_shipping(self, pickings):
        """:raises UserError: nobody knows whether a label was bought that was asked for before"""
        if not self._order_label_outside():
            return super().send_shipping(pickings)
        return [self._order_label_once(picking) for picking in pickings]

    def _order_label_once(self, picking):
        purchases = self.env["order.label.purchase"].sudo()
        # who wants the same label at the same time waits, and finds it bought
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(%s, %s)", LOCK, picking.id))
        known = purchases._begin(self, picking)
        if known["state"] == "bought":
            return self._order_label_again(picking, known)
        if not known["fresh"]:
            found = self._order_label_find(picking, known["reference"])
            if found is None:
                raise UserError(purchases._unknown_text(picking, known["reference"]))
            if found:
                purchases._bought(known["id"], found, found.get("files", []))
                known.update(tracking=found["tracking_number"], price=found["exact_price"])
                return self._order_label_again(picking, known | {"labels": json.dumps([])}, found.get("files", []))
        return self._order_label_buy(picking, known)

    def _order_label_buy(self, picking, known):
        purchases = self.env["order.label.purchase"].sudo()
        last = self.env["ir.attachment"].sudo().search([], order="id desc", limit=1).id or 0
        told = picking.with_context(order_label_reference=known["reference"])
        try:
            answer = super().send_shipping(told)[0]
        except (UserError, OSError) as error:
            if _unanswered(error):
                raise UserError(purchases._unknown_text(picking, known["reference"])) from error
            purchases._keep(known["id"], "refused", error=str(error)[:500])
            if isinstance(error, UserError):
                raise
            raise UserError(str(error)) from error
        files = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", "stock.picking"), ("res_id", "=", picking.id), ("id", ">", last)], order="id")
        )
        purchases._bought(known["id"], answer, [(one.name, one.raw) for one in files])
        purchases._use(known["id"], picking, answer["tracking_number"])
        return answer

    def _order_label_again(self, picking, known, files=None):
        """Use a label that was bought before: its files stand with the transfer again."""
        if files is None:
            files = [(name, b64decode(content)) for name, content in json.loads(known["labels"] or "[]")]
        words = self.env._("The label %s was bought before and is used now.", known["reference"])
        picking.message_post(body=words, attachments=[(name, content) for name, content in files])
        self.env["order.label.purchase"].sudo()._use(known["id"], picking, known["tracking"])
        return {"exact_price": known["price"] or 0.0, "tracking_number": known["tracking"]}


def _unanswered(error):
    """Whether the cause of ``error`` is that no answer came: the carrier may have sold the label all the same."""
    seen = set()
    while error and id(error) not in seen:
        # requests' errors are of this kind, too
        if isinstance(error, OSError):
            status = getattr(getattr(error, "response", None), "status_code", None) or getattr(error, "code", None)
            # an answer that says no is one
            return not (isinstance(status, int) and 400 <= status < 500)
        seen.add(id(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return False
