"""Where an order stands in the customer's words: seven states, one of them at any time, and the statement that says which.

Data and SQL, no behaviour. Desk, portal and programs all ask ``sale.order._customer_states``, which runs this. The facts are
those of the day's buckets, read by the same statements of the open documents and from the same book, so that both agree.
"""

from collections import namedtuple

from odoo.tools import SQL

from ..common.open_documents import in_return, open_moves, to_check

CustomerState = namedtuple("CustomerState", "code label condition")

OPEN = "(entry.to_check OR entry.picked OR entry.assigned OR entry.moving OR entry.outstanding)"

# ``condition`` is SQL over the columns of ``entry`` (see ``states_query``); an order is in the first that holds
STATES = (
    CustomerState(
        "cancelled",
        "Cancelled",
        f"entry.state = 'cancel' OR (entry.state = 'sale' AND entry.called_off AND NOT entry.shipped AND NOT entry.coming_back"
        f" AND NOT {OPEN})",
    ),
    CustomerState("received", "Received", "entry.state IN ('draft', 'sent')"),
    CustomerState("returning", "Return under way", "entry.coming_back"),
    CustomerState("part_shipped", "Partly shipped", f"entry.shipped AND {OPEN}"),
    CustomerState("preparing", "In preparation", "entry.to_check OR entry.picked"),
    CustomerState("confirmed", "Confirmed", OPEN),
    CustomerState("complete", "Complete", "TRUE"),
)
LABELS = [(state.code, state.label) for state in STATES]
# in which an order passes through them; the two others come in between
PATH = ("received", "confirmed", "preparing", "part_shipped", "complete")
BESIDE = ("returning", "cancelled")

STANDING = ["entered", "raised", "lowered", "removed", "cancelled", "closed_short", "reopened"]
SHIPPED = ["shipped", "corrected"]
LEFT = ["shipped", "shipped_component"]
CALLED_OFF = ["cancelled", "closed_short", "lowered", "removed"]
RETURNED = "returned"


def state_case():
    """``SQL`` that gives the code of the state of a row of ``entry``."""
    branches = SQL(" ").join(SQL("WHEN %s THEN %s", SQL(state.condition), state.code) for state in STATES)
    return SQL("CASE %s END", branches)


def states_query(order_ids, kits):
    """``SQL`` of one row per order: its state, and the day of each one that it may have passed through.

    :param order_ids: list of ids of ``sale.order``
    :param bool kits: whether goods may leave as other products than the line's
    """
    scope = SQL("line.order_id = ANY(%s)", list(order_ids))
    return SQL(
        """
        SELECT entry.order_id, %(state)s AS state, entry.received, entry.confirmed, entry.preparing,
               CASE WHEN entry.parcels > 1 OR %(open)s THEN entry.first_left END AS part_shipped,
               coalesce(greatest(entry.last_left, CASE WHEN entry.shipped THEN entry.cut_short END), entry.confirmed,
                        entry.received) AS complete,
               entry.returning, coalesce(entry.called_off_on, entry.received) AS cancelled
          FROM (%(entries)s) entry
        """,
        state=state_case(),
        open=SQL(OPEN),
        entries=_entries(order_ids, scope, kits),
    )


def _entries(order_ids, scope, kits):
    return SQL(
        """
        SELECT sale.id AS order_id, sale.state, coalesce(moves.coming_back, FALSE) OR %(in_return)s AS coming_back,
               checked.order_id IS NOT NULL AS to_check, coalesce(moves.picked, FALSE) AS picked,
               coalesce(moves.assigned, FALSE) AS assigned, coalesce(moves.moving, FALSE) AS moving,
               coalesce(goods.outstanding, FALSE) AS outstanding, coalesce(goods.left, FALSE) AS shipped,
               coalesce(sold.called_off, FALSE) AS called_off, coalesce(told.parcels, 0) AS parcels,
               coalesce(told.received, %(created)s) AS received, coalesce(told.confirmed, %(confirmed)s) AS confirmed,
               coalesce(told.preparing, %(picked_at)s, told.first_left, told.confirmed, %(confirmed)s) AS preparing, told.first_left, told.last_left,
               told.cut_short, coalesce(%(back_since)s, told.returning) AS returning, told.called_off_on
          FROM sale_order sale
          JOIN res_company company ON company.id = sale.company_id
          JOIN res_partner owner ON owner.id = company.partner_id
     LEFT JOIN (%(moves)s) moves ON moves.order_id = sale.id
     LEFT JOIN (%(checked)s) checked ON checked.order_id = sale.id
     LEFT JOIN (%(goods)s) goods ON goods.order_id = sale.id
     LEFT JOIN (%(sold)s) sold ON sold.order_id = sale.id
     LEFT JOIN (%(told)s) told ON told.order_id = sale.id
         WHERE sale.id = ANY(%(orders)s)
        """,
        in_return=in_return(SQL("sale.id")),
        created=_day(SQL("sale.create_date")),
        confirmed=SQL("CASE WHEN sale.state = 'sale' THEN %s END", _day(SQL("sale.date_order"))),
        picked_at=_day(SQL("moves.picked_at")),
        back_since=_day(SQL("moves.back_since")),
        moves=open_moves(scope),
        checked=to_check(scope),
        goods=_goods(order_ids, kits),
        sold=_sold(scope),
        told=_told(order_ids),
        orders=list(order_ids),
    )


def _day(moment):
    """The company's calendar day of a moment in UTC; needs ``company`` and its partner ``owner``."""
    return SQL(
        "((%s AT TIME ZONE 'UTC') AT TIME ZONE coalesce(company.order_tz, owner.tz, 'UTC'))::date",
        moment,
    )


def _goods(order_ids, kits):
    """Per order: whether goods that were ordered have not left, and whether any have; from the book, as the day's close."""
    leaves_as_others = SQL(
        "EXISTS (SELECT 1 FROM stock_move move WHERE move.sale_line_id = piece.line_id AND move.product_id <> piece.product_id)"
    )
    return SQL(
        """
        SELECT piece.order_id, bool_or(piece.standing > piece.shipped AND NOT %(kit)s) AS outstanding,
               bool_or(piece.shipped > 0 OR piece.components > 0) AS left
          FROM (
            SELECT event.order_id, event.line_id, event.product_id, event.currency_id,
                   coalesce(sum(event.quantity_ref) FILTER (WHERE event.kind = ANY(%(standing)s)), 0) AS standing,
                   coalesce(sum(event.quantity_ref) FILTER (WHERE event.kind = ANY(%(shipped)s)), 0) AS shipped,
                   coalesce(sum(event.quantity_ref) FILTER (WHERE event.kind = 'shipped_component'), 0) AS components
              FROM order_event event
             WHERE event.order_id = ANY(%(orders)s) AND event.line_id IS NOT NULL
               AND event.kind = ANY(%(standing)s || %(shipped)s || ARRAY['shipped_component'])
          GROUP BY event.order_id, event.line_id, event.product_id, event.currency_id) piece
          JOIN product_product product ON product.id = piece.product_id
          JOIN product_template template ON template.id = product.product_tmpl_id AND template.type = 'consu'
      GROUP BY piece.order_id
        """,
        kit=leaves_as_others if kits else SQL("FALSE"),
        standing=STANDING,
        shipped=SHIPPED,
        orders=list(order_ids),
    )


def _sold(scope):
    """Per order: whether nothing of what it was made for is wanted any more."""
    return SQL(
        """
        SELECT line.order_id, bool_and(line.product_uom_qty <= 0) AS called_off
          FROM sale_order_line line
         WHERE line.display_type IS NULL AND NOT coalesce(line.is_downpayment, FALSE) AND NOT coalesce(line.is_delivery, FALSE)
           AND %s
      GROUP BY line.order_id
        """,
        scope,
    )


def _told(order_ids):
    """Per order: the days on which the book says that something began or ended; of opening rows the document's day."""
    return SQL(
        """
        SELECT row.order_id,
               min(row.day) FILTER (WHERE row.kind = 'entered') AS received,
               max(row.day) FILTER (WHERE row.kind = 'confirmed') AS confirmed,
               min(row.day) FILTER (WHERE row.kind IN ('picked', 'checked', 'check_failed')) AS preparing,
               min(row.day) FILTER (WHERE row.kind = ANY(%(left)s)) AS first_left,
               max(row.day) FILTER (WHERE row.kind = ANY(%(left)s)) AS last_left,
               count(DISTINCT row.document_name) FILTER (WHERE row.kind = ANY(%(left)s)) AS parcels,
               max(row.day) FILTER (WHERE row.kind = 'closed_short' AND row.reason IS DISTINCT FROM %(returned)s) AS cut_short,
               max(row.day) FILTER (WHERE row.kind = 'return_requested') AS returning,
               max(row.day) FILTER (WHERE row.kind = ANY(%(called_off)s)) AS called_off_on
          FROM (
            SELECT event.order_id, event.kind, event.document_name, event.reason,
                   CASE WHEN event.opening THEN coalesce(event.business_date, %(day)s) ELSE %(day)s END AS day
              FROM order_event event
              JOIN res_company company ON company.id = event.company_id
              JOIN res_partner owner ON owner.id = company.partner_id
             WHERE event.order_id = ANY(%(orders)s)) row
      GROUP BY row.order_id
        """,
        left=LEFT,
        called_off=CALLED_OFF,
        returned=RETURNED,
        day=_day(SQL("event.at")),
        orders=list(order_ids),
    )


def steps_of(row):
    """The states that an order passed through, or has before it, in order: ``[(code, day or None)]``.

    A day beyond where the order stands is none: what was confirmed and taken back was not reached.

    :param dict row: a row of ``states_query``
    """
    state = row["state"]
    # who has a return under way had everything before it
    reached = PATH.index(state) if state in PATH else len(PATH) - 1
    if state == "cancelled":
        reached = 1
    steps = [(code, row[code] if place <= reached else None) for place, code in enumerate(PATH)]
    if state == "part_shipped" or row["part_shipped"] is None:
        # nothing was sent in parts: the step is none of this order's
        steps = [step for step in steps if step[0] != "part_shipped" or state == "part_shipped"]
    if state in BESIDE:
        steps = [step for step in steps if step[1]] + [(state, row[state])]
    return steps
