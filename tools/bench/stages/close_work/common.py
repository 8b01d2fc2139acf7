"""What both sides of the close have: many orders of days before, a signed day, and the day that is closed."""

from datetime import timedelta

from odoo.tools import SQL

from odoo.addons.order_processing.models.common.business_day import business_day

from tools.retail.load_company import prepare_company

from ..matching_work.cloning import Cloner
from ..matching_work.common import TEMPLATES, Work
from ..sample import make_masters

# the day among a million lines; of the days before most orders are done
ORDERS = 100_000
HISTORY = 19 * ("paid",) + ("waiting",)
# moved goods of the copies: what core would have done to the stock
MOVED = """
    UPDATE stock_quant quant SET quantity = quant.quantity + moved.quantity
      FROM (SELECT piece.product_id, piece.location_id, sum(piece.quantity) AS quantity
              FROM (SELECT product_id, location_id, -quantity_product_uom FROM stock_move_line WHERE state = 'done' AND id > %(last)s
                 UNION ALL
                    SELECT product_id, location_dest_id, quantity_product_uom FROM stock_move_line
                     WHERE state = 'done' AND id > %(last)s) AS piece (product_id, location_id, quantity)
          GROUP BY piece.product_id, piece.location_id) moved
     WHERE quant.id = (SELECT min(one.id) FROM stock_quant one
                        WHERE one.product_id = moved.product_id AND one.location_id = moved.location_id)
"""
# the day book names its documents without a foreign key: a copy's rows name the copy's
DOCUMENTS = """
    UPDATE order_event event SET document_id = own.move_id
      FROM (SELECT line.order_id, CASE move.move_type WHEN 'out_invoice' THEN 'invoiced' ELSE 'credited' END AS kind,
                   max(move.id) AS move_id
              FROM sale_order_line line
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
              JOIN account_move_line item ON item.id = rel.invoice_line_id
              JOIN account_move move ON move.id = item.move_id
             WHERE line.order_id > %(last)s
          GROUP BY line.order_id, move.move_type) own
     WHERE own.order_id = event.order_id AND own.kind = event.kind AND event.document_model = 'account.move'
"""


class Close(Work):
    """A side on a database of ``ORDERS`` orders, ``size`` of them of the day that is closed."""

    def __init__(self, session, given):
        super().__init__(session, given)
        self.day = business_day(session.company)

    def prepare(self):
        """History, the signed day before, the day's orders."""
        session = self.session
        products, _carrier, customers = make_masters(session, prepare_company)
        manager = session.as_user("manager")
        manager["res.company"].browse(session.company.id).action_order_control_observe(
            reason="Nobody explains a bench."
        )
        old = self._copied(HISTORY, products, customers, max(ORDERS - self.orders(), 0) // len(HISTORY))
        # the first day is all of them: without figures of the tables its plans are those of empty ones
        session.cr.execute("ANALYZE")
        session.commit()
        statements = session.as_user("manager")["order.reconciliation"]
        before = statements.browse(statements.draft_day(self.day - timedelta(days=1))["id"])
        before.action_sign()
        session.commit()
        new = self._copied(TEMPLATES, products, customers, self.orders() // len(TEMPLATES) - 1)
        session.cr.execute(
            "UPDATE order_event SET xact = pg_current_xact_id(), business_date = %s WHERE order_id = ANY(%s)"
            " OR order_id > %s",
            [self.day, new, max(new)],
        )
        session.commit()
        session.cr.execute("SELECT count(*) FROM sale_order_line")
        return {"notes": f"{session.cr.fetchone()[0]:,} order lines, {len(old)} and {len(new)} templates"}

    def _copied(self, names, products, customers, copies):
        """Orders called ``names`` all the way by core, and ``copies`` of them all; the stock follows the copies."""
        session, env = self.session, self.session.root
        made = env["sale.order"]
        session.cr.execute("SELECT coalesce(max(id), 0) FROM account_move")
        [moves] = session.cr.fetchone()
        for place, name in enumerate(names):
            made |= self._template(env, name, products, customers[place])
        env.flush_all()
        env["order.event"].flush_model()
        session.commit()
        session.cr.execute("SELECT max(id) FROM stock_move_line")
        [last] = session.cr.fetchone()
        if copies > 0:
            Cloner(session.cr, made.ids, copies, per_day=1000, payments_after=moves).run()
            session.cr.execute(SQL(MOVED, last=last))
            session.cr.execute(SQL(DOCUMENTS, last=max(made.ids)))
        session.commit()
        session.root.invalidate_all()
        return made.ids
