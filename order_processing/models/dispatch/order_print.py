from odoo import api, fields, models
from odoo.tools import SQL

from ..common.sql_arrays import id_array
from ..common.turn import take_turn

PAPERS = [
    ("pick_list", "Pick list"),
    ("slip", "Packing slip"),
    ("label", "Shipping label"),
    ("return_label", "Return label"),
    ("invoice", "Invoice"),
]


class PrintNumbers(dict):
    """Id of a transfer to the number of its print, in the context of a print: nothing that comes from outside is one."""


class OrderPrint(models.Model):
    """One print of one paper: the first is the original, each later one a copy, and says so on its face.

    Rows are written by the printing alone; who printed and when is who made the row and when.
    """

    _name = "order.print"
    _description = "Printed Paper"
    _order = "id desc"
    _rec_name = "document_name"

    kind = fields.Selection(PAPERS, "Paper", required=True, readonly=True)
    number = fields.Integer("Print", required=True, readonly=True, help="1: the original. Later ones are copies.")
    res_model = fields.Char("Document model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Document number", model_field="res_model", required=True, readonly=True)
    document_name = fields.Char("Document", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    create_uid = fields.Many2one("res.users", "Printed by", readonly=True)
    create_date = fields.Datetime("Printed at", readonly=True)
    voided_at = fields.Datetime("Void since", readonly=True, help="What it says is no longer so: throw it away.")
    voided_by_id = fields.Many2one("res.users", "Voided by", readonly=True)
    void_reason = fields.Char("Void because", readonly=True)

    _once = models.UniqueIndex("(res_model, res_id, kind, number)")

    @api.model
    def _enter(self, kind, records):
        """Enter a print of ``kind`` of each of ``records`` (of a model with a name and a company), with one statement.

        Two who print the same at the same time do not get the same number: core tries the second's call again; where it cannot,
        as in a download, the second is refused and prints again. The first print after those that are void is an original.

        :return: ``PrintNumbers``, counted from the last print that is void
        """
        if not records:
            return PrintNumbers()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO order_print (kind, res_model, res_id, document_name, company_id, number,
                                         create_uid, create_date, write_uid, write_date)
                SELECT %(kind)s, %(model)s, paper.id, paper.name, paper.company_id, coalesce(max(known.number), 0) + 1,
                       %(user)s, %(now)s, %(user)s, %(now)s
                  FROM unnest(%(ids)s, %(names)s::varchar[], %(companies)s::int[]) AS paper (id, name, company_id)
             LEFT JOIN order_print known
                    ON known.res_model = %(model)s AND known.res_id = paper.id AND known.kind = %(kind)s
              GROUP BY paper.id, paper.name, paper.company_id
              ORDER BY paper.id
                    ON CONFLICT (res_model, res_id, kind, number) DO NOTHING
             RETURNING res_id, number - coalesce((SELECT max(void.number) FROM order_print void
                                                   WHERE void.res_model = order_print.res_model
                                                     AND void.res_id = order_print.res_id
                                                     AND void.kind = order_print.kind
                                                     AND void.voided_at IS NOT NULL), 0)
                """,
                kind=kind,
                model=records._name,
                user=self.env.uid,
                now=fields.Datetime.now(),
                ids=id_array(records.ids),
                names=[record.name or "" for record in records],
                companies=[record.company_id.id for record in records],
            )
        )
        if "order_print_ids" in records._fields:
            records.invalidate_recordset(["order_print_ids"], flush=False)
        return PrintNumbers(rows)

    @api.model
    def _printed(self, kind, records):
        """Those of ``records`` of which ``kind`` was printed before, and is not void."""
        found = self.sudo()._read_group(
            [
                ("kind", "=", kind),
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("voided_at", "=", False),
            ],
            ["res_id"],
        )
        return records.browse(res_id for (res_id,) in found)

    @api.model
    def _void(self, kinds, records, reason):
        """What was printed of ``records`` in ``kinds`` counts no more: kept, with who, when and ``reason``.

        What is printed at the same moment is printed before this, and void, or after it, and true: see ``take_turn``.
        """
        if not records:
            return
        take_turn(self.env.cr, records._table, records.ids)
        found = self.sudo().search(
            [
                ("kind", "in", list(kinds)),
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("voided_at", "=", False),
            ]
        )
        if found:
            found.write({"voided_at": fields.Datetime.now(), "voided_by_id": self.env.uid, "void_reason": reason})
