"""Taking turns: who does the same to the same rows at once waits, and is tried again on what stands then."""

from odoo.tools import SQL

from .sql_arrays import id_array


def take_turn(cr, table, ids):
    """Take the turn at the rows ``ids`` of ``table``, lowest first, with one statement.

    A lock alone would let who waited go on with what stood before. The rows are written, as they are: who comes second, or
    began before the first was done, gets an error of concurrency, and core calls again.
    """
    cr.execute(
        SQL(
            """
            WITH turn AS (SELECT id FROM %(table)s WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE)
            UPDATE %(table)s own SET write_date = own.write_date FROM turn WHERE turn.id = own.id
            """,
            table=SQL.identifier(table),
            ids=id_array(ids),
        )
    )
