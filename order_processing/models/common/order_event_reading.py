from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class OrderEventReading(models.Model):
    _inherit = "order.event"

    @api.model
    def timeline(self, order_ids):
        """The rows of orders, oldest first.

        :param order_ids: list of ids of ``sale.order``
        :return: dict of order id to list of plain dicts (``at`` and ``business_date`` as text, UTC)
        """
        rows = self.search_read(
            [("order_id", "in", list(order_ids))],
            [
                "order_id",
                "at",
                "business_date",
                "kind",
                "quantity",
                "uom_id",
                "amount",
                "currency_id",
                "line_id",
                "line_name",
                "product_id",
                "document_model",
                "document_id",
                "document_name",
                "user_name",
                "reason",
                "note",
            ],
            order="id",
        )
        answer = defaultdict(list)
        for row in rows:
            answer[row["order_id"]].append(self._plain(row))
        return {order_id: answer[order_id] for order_id in order_ids}

    @api.model
    def _plain(self, row):
        """A row as plain JSON values, nothing absent as ``None``."""
        currency = row.pop("currency_id")
        return {
            **{key: value if value is not False else "" for key, value in row.items()},
            "at": fields.Datetime.to_string(row["at"]).replace(" ", "T") + "Z",
            "business_date": fields.Date.to_string(row["business_date"]) or "",
            "currency": currency[1] if currency else "",
        }

    @api.model
    @api.readonly
    def changes(self, since="", limit=500, company_ids=None, source="", kinds=()):
        """The rows after a cursor: complete and stable while others write.

        A row appears once its transaction is below every open one that may still write rows of this database
        (``_changes_frontier``): the price is waiting for the oldest open write transaction of the database.

        :param str since: the ``next`` of the call before, ``''`` from the start
        :param int limit: at most so many rows, 1 to 1000
        :param company_ids: list of ids, default the user's active companies
        :param str source: only rows of what this sender sent
        :param kinds: only rows of these kinds
        :return: ``{items, next, more}``
        :raises UserError: a cursor that is none of ours
        :raises AccessError: a company that is not the user's
        """
        limit = max(1, min(int(limit), 1000))
        try:
            era, xact, last = (int(part) for part in since.split(".")) if since else (0, 0, 0)
            if not (0 <= era < 2**31 and 0 <= xact < 2**63 and 0 <= last < 2**31):
                raise ValueError
        except (ValueError, AttributeError):
            raise UserError(
                self.env._("“%s” is no cursor: pass '' or the `next` of an earlier answer.", since)
            ) from None
        self.check_access("read")
        companies = self.env["res.company"].browse(company_ids or self.env.companies.ids)
        # the real user is asked, as for groups: rows are read with sudo below
        if self.env.uid != SUPERUSER_ID and companies - self.env.user.company_ids:
            raise AccessError(self.env._("The day book of a company that is not yours is not shown to you."))
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT id, era_id, xact::text AS xact_text
                  FROM order_event
                 WHERE (era_id, xact, id) > (%(era)s, %(xact)s::text::xid8, %(last)s)
                   AND company_id = ANY(%(companies)s)
                   AND (era_id <> %(now)s OR xact < %(frontier)s)
                   AND %(wanted)s
                 ORDER BY era_id, xact, id
                 LIMIT %(limit)s
                """,
                era=era,
                xact=str(xact),
                last=last,
                companies=companies.ids,
                frontier=self._changes_frontier(),
                now=self._current_era(),
                wanted=self._changes_wanted(source, kinds),
                limit=limit + 1,
            )
        )
        found = self.env.cr.fetchall()
        page = found[:limit]
        hidden = ("id", "company_id", "opening", "era_id")
        names = [name for name, field in self._fields.items() if field.store and name not in hidden]
        by_id = {row["id"]: row for row in self.browse([row[0] for row in page]).sudo().read(names)}
        return {
            "items": [self._plain(by_id[row[0]]) for row in page],
            "next": f"{page[-1][1]}.{page[-1][2]}.{page[-1][0]}" if page else since,
            "more": len(found) > limit,
        }

    @api.model
    def _changes_frontier(self):
        """``SQL``: the transaction below which no row of this database can appear any more.

        ``pg_snapshot_xmin`` would be safe, and would wait for transactions of every other database of the cluster too: a
        dump or a long import beside ours. So those of the snapshot's open transactions (``xip``, and our own) count that are
        not seen to run in another database. ``pg_stat_activity`` is read after the snapshot: a transaction that has ended
        meanwhile, a prepared one, and one that the database user may not see count as ours, which is to wait too long and never
        to skip. A number that it does show with another database is that database's: no transaction changes its database,
        and one that began after the snapshot is not in ``xip``. A standby's snapshot has no ``xip``: there it is ``xmin``.
        """
        return SQL(
            """
            (SELECT CASE WHEN pg_is_in_recovery() THEN pg_snapshot_xmin(now.snapshot)
                         ELSE LEAST(pg_snapshot_xmax(now.snapshot), pg_current_xact_id_if_assigned(),
                                    (SELECT open.xact
                                       FROM pg_snapshot_xip(now.snapshot) AS open(xact)
                                      WHERE NOT EXISTS (SELECT FROM pg_stat_activity other
                                                         WHERE other.backend_xid = open.xact::xid
                                                           AND other.datname <> current_database())
                                      ORDER BY open.xact LIMIT 1))
                    END
               FROM (SELECT pg_current_snapshot() AS snapshot) now)
            """
        )

    @api.model
    def _changes_wanted(self, source, kinds):
        """``SQL`` that is true for rows of a sender and of some kinds; empty: of all."""
        # what customers paid is the desk's matter where it is set against an order's invoice (`paid`), else the accountant's
        conditions = [SQL("document_model IS DISTINCT FROM 'account.payment'")]
        if kinds:
            conditions.append(SQL("kind = ANY(%s)", list(kinds)))
        if source:
            sent = SQL("SELECT id, order_id FROM order_intake WHERE source = %s", source)
            conditions.append(
                SQL(
                    """
                    (order_id IN (SELECT sent.order_id FROM (%(sent)s) sent WHERE sent.order_id IS NOT NULL)
                     OR document_model = 'order.intake' AND document_id IN (SELECT sent.id FROM (%(sent)s) sent))
                    """,
                    sent=sent,
                )
            )
        return SQL(" AND ").join(conditions)

    # ------------------------------------------------------------------ the cut of a day

    @api.model
    def _cut_snapshot(self):
        """The cut at this moment of the running transaction.

        :return: ``{snapshot, xact, event_id, era_id}``: PostgreSQL's snapshot as text, this transaction's number as text
            (``''`` if it wrote nothing), the last row that it wrote itself, the era
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT pg_current_snapshot()::text,
                       coalesce(pg_current_xact_id_if_assigned()::text, ''),
                       coalesce((SELECT max(id) FROM order_event
                                  WHERE era_id = %(era)s AND xact = pg_current_xact_id_if_assigned()), 0),
                       %(era)s
                """,
                era=self._current_era(),
            )
        )
        snapshot, xact, event_id, era_id = self.env.cr.fetchone()
        return {"snapshot": snapshot, "xact": xact, "event_id": event_id, "era_id": era_id}

    @api.model
    def _visible_condition(self, alias, cut):
        """``SQL`` that is true for rows (table alias ``alias``) which the ``cut`` saw, its own transaction's included."""
        era, xact, row = (SQL.identifier(alias, name) for name in ("era_id", "xact", "id"))
        own = SQL("FALSE")
        if cut["xact"]:
            own = SQL("(%s = %s::text::xid8 AND %s <= %s)", xact, cut["xact"], row, cut["event_id"])
        return SQL(
            "(%(era)s < %(cut_era)s OR (%(era)s = %(cut_era)s AND (pg_visible_in_snapshot(%(xact)s, %(snapshot)s::text::pg_snapshot) OR %(own)s)))",
            era=era,
            cut_era=cut["era_id"],
            xact=xact,
            snapshot=cut["snapshot"],
            own=own,
        )

    @api.model
    def _owned_condition(self, alias, cut, previous=None):
        """``SQL`` that is true for rows which belong to ``cut`` and not to the cut before (``None``: there is none)."""
        seen = self._visible_condition(alias, cut)
        if not previous:
            return seen
        return SQL("(%s AND NOT %s)", seen, self._visible_condition(alias, previous))
