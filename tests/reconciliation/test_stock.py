"""Stock on hand: what a cut keeps, and what all moves since the cut before make of it."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger

from odoo.addons.order_processing.models.reconciliation.digest import digest

from .common import ReconciliationCase

OLD = ("statement", "line", "equation", "check", "book")


class TestStock(ReconciliationCase):
    def _rows(self, statement, product=None):
        """``{usage: (quantity, in, out)}`` of a product."""
        number = (product or self.product).id
        return {
            row.usage: (row.quantity, row.moved_in, row.moved_out)
            for row in statement.stock_ids
            if row.product_number == number
        }

    def _stock_equations(self, statement):
        found = statement.equation_ids.filtered(lambda equation: equation.name == "stock")
        self.assertTrue(found)
        return found

    def _transfer(self, quantity, origin, target, kind=None, product=None):
        """A done transfer that belongs to no order."""
        kind = kind or self.warehouse.int_type_id
        transfer = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": origin.id,
                "location_dest_id": target.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": (product or self.product).id,
                            "product_uom_qty": quantity,
                            "location_id": origin.id,
                            "location_dest_id": target.id,
                        },
                    )
                ],
            }
        )
        transfer.action_confirm()
        transfer.move_ids.quantity = quantity
        transfer.move_ids.picked = True
        transfer.button_validate()
        self.assertEqual(transfer.state, "done")
        return transfer

    def test_all_moves_whatever_their_document_are_the_change(self):
        stock, vendors = self.warehouse.lot_stock_id, self.env.ref("stock.stock_location_suppliers")
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": stock.id})
        before = self._rows(self.statement)["internal"]
        self._transfer(40, vendors, stock, self.warehouse.in_type_id)
        self._transfer(7, stock, shelf)
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        self._back(order, 2)
        self.env["stock.scrap"].create(
            {"product_id": self.product.id, "scrap_qty": 3, "location_id": stock.id}
        ).action_validate()
        counted = self.env["stock.quant"].search([("product_id", "=", self.product.id), ("location_id", "=", shelf.id)])
        counted.inventory_quantity = 6
        counted.action_apply_inventory()
        day = self._next_day()
        self._assert_proven(day)
        after = self._rows(day)
        # 40 bought, 5 sold, 2 back, 3 scrapped, 1 lost; what moved inside is in and out
        self.assertEqual(after["internal"][0] - before[0], 33)
        self.assertEqual((after["internal"][1] - before[1], after["internal"][2] - before[2]), (49, 16))
        self.assertEqual(after["inventory"][0], 4, "scrapped and lost")
        terms = {}
        for equation in self._stock_equations(day):
            if equation.unit == self.product.uom_id.name:
                terms = self._terms(equation)
        self.assertEqual(terms["On hand at the cut"] - -terms["On hand at the cut before"], 33 + 4)
        # nothing more: the next day stands where this one ended
        self.assertEqual(self._rows(self._next_day()), after)

    def test_a_done_move_that_is_corrected_or_dated_back_is_the_next_days(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        day = self._next_day()
        order.picking_ids.move_ids.quantity = 4
        order.picking_ids.move_ids.date = "2020-01-01"
        order.picking_ids.move_line_ids.date = "2020-01-01"
        following = self._next_day()
        self._assert_proven(following)
        self.assertEqual(self._rows(following)["internal"][0] - self._rows(day)["internal"][0], 1)

    def test_stock_that_came_round_the_moves_is_a_difference(self):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.product.id), ("location_id", "=", self.warehouse.lot_stock_id.id)]
        )
        self.env.cr.execute("UPDATE stock_quant SET quantity = quantity + 2.5 WHERE id = %s", [quants[:1].id])
        self.env.invalidate_all()
        day = self._next_day(sign=False)
        faults = day.equation_ids.filtered(lambda equation: not equation.is_proven)
        self.assertEqual((faults.mapped("name"), faults.difference, faults.document_count), (["stock"], 2.5, 1))
        [document] = faults.documents
        self.assertIn(self.product.name, document["order"])
        self.assertEqual((document["product_id"], document["line"]), (self.product.id, "internal"))
        self.assertNotIn("order_id", document)
        action = self._as("processor", faults).action_open_documents()
        self.assertEqual(action["res_model"], "stock.move.line")
        check = day.check_ids.filtered(lambda check: check.code == "differences")
        self.assertEqual((check.document_count, check.documents[0]["name"]), (1, document["order"]))
        for opened in (check.action_open_documents(), day.action_open_differences()):
            self.assertEqual(
                (opened["res_model"], opened["domain"][0]),
                ("stock.move.line", ("product_id", "in", [self.product.id])),
            )
        day.explain_checks({"differences": "Counted by hand"})
        # another difference is not what was explained
        self.env.cr.execute(
            "UPDATE stock_quant SET quantity = quantity + 1 WHERE id = (SELECT min(id) FROM stock_quant WHERE product_id = %s"
            " AND location_id = %s)",
            [self.other_product.id, self.warehouse.lot_stock_id.id],
        )
        self.env.invalidate_all()
        day.action_redraw()
        check = day.check_ids.filtered(lambda check: check.code == "differences")
        self.assertEqual((check.document_count, check.explanation), (2, False))
        day.action_sign()
        # signed, it is where the next day begins
        self._assert_proven(self._next_day())

    def test_stock_and_orders_that_differ_are_both_reached(self):
        order = self._confirmed((self.product, 5))
        self.env.flush_all()
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.product.id), ("location_id", "=", self.warehouse.lot_stock_id.id)], limit=1
        )
        self.env.cr.execute("UPDATE stock_quant SET quantity = quantity + 2.5 WHERE id = %s", [quant.id])
        self.env.cr.execute("UPDATE sale_order_line SET product_uom_qty = 9 WHERE order_id = %s", [order.id])
        self.env.invalidate_all()
        day = self._next_day(sign=False)
        check = day.check_ids.filtered(lambda check: check.code == "differences")
        for action in (day.action_open_differences(), check.action_open_documents()):
            self.assertEqual(action["res_model"], "order.reconciliation.equation")
            faults = self._as("processor", self.env["order.reconciliation.equation"]).search(action["domain"])
            self.assertEqual({"stock", "ordered"} - set(faults.mapped("name")), set())
            opened = {fault.action_open_documents()["res_model"] for fault in faults}
            self.assertEqual(opened, {"stock.move.line", "sale.order"})

    def test_what_differs_is_named_by_its_kind_in_the_users_language(self):
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.product.id), ("location_id", "=", self.warehouse.lot_stock_id.id)], limit=1
        )
        self.env.cr.execute("UPDATE stock_quant SET quantity = quantity + 2.5 WHERE id = %s", [quant.id])
        self.env.invalidate_all()
        day = self._next_day(sign=False)
        answer = self._as("processor", self.env["order.processing"]).reconciliation(str(day.date))
        [fault] = [equation for equation in answer["equations"] if not equation["proven"]]
        [row] = fault["differing"]
        self.assertEqual(
            (row["kind"], row["id"], row["line"], row["difference"]), ("product", self.product.id, "Stock", 2.5)
        )
        self.assertEqual(fault["documents"], [row["name"]], "what programs know stays as it was")
        self.env["res.lang"]._activate_lang("de_DE")
        usage = self.env["ir.model.fields.selection"].search(
            [("field_id.model", "=", "order.reconciliation.stock"), ("value", "=", "internal")]
        )
        usage.with_context(lang="de_DE").name = "Lager"
        [fault] = day.equation_ids.filtered(lambda equation: not equation.is_proven)
        self.assertEqual(fault.with_context(lang="de_DE")._differing()[0]["line"], "Lager")

    def test_a_place_that_became_another_is_counted_anew(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id})
        self._transfer(7, self.warehouse.lot_stock_id, shelf)
        self._next_day()
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_location SET usage = 'transit' WHERE id = %s", [shelf.id])
        self.env.invalidate_all()
        self._assert_proven(self._next_day())

    def test_a_move_that_was_changed_by_sql_is_a_difference(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        self._next_day()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move_line SET quantity_product_uom = 1 WHERE id = ANY(%s)",
            [order.picking_ids.move_line_ids.ids],
        )
        self.env.invalidate_all()
        [fault] = self._stock_equations(self._next_day(sign=False)).filtered(lambda equation: not equation.is_proven)
        self.assertEqual((fault.difference, fault.documents[0]["product_id"]), (-4, self.product.id))

    def test_where_no_stock_was_kept_nothing_is_compared(self):
        loose = self.env["product.product"].create({"name": "Screws", "type": "consu", "is_storable": False})
        order = self._confirmed((loose, 5))
        self._deliver(order)
        self._assert_proven(self._next_day())
        loose.is_storable = True
        order = self._confirmed((loose, 2))
        self._deliver(order)
        day = self._next_day()
        self._assert_proven(day)
        self.assertEqual(self._rows(day, loose)["internal"], (-2, 0, 7))
        # from here on it is
        order = self._confirmed((loose, 1))
        self._deliver(order)
        day = self._next_day()
        self._assert_proven(day)
        terms = self._terms(next(e for e in self._stock_equations(day) if e.unit == loose.uom_id.name))
        self.assertEqual(terms["Moved out"], -1)

    def test_other_companies_and_shared_places_are_not_ours(self):
        other = self._draw(self.day, self.other_company)
        self.assertFalse(other.stock_ids)
        self.assertNotIn("customer", set(self.statement.stock_ids.mapped("usage")))
        self.assertNotIn("supplier", set(self.statement.stock_ids.mapped("usage")))
        with self.assertRaises(AccessError):
            self._as("stranger", self.statement.stock_ids[:1]).read(["quantity"])
        self.assertTrue(self._as("processor", self.statement.stock_ids[:1]).read(["quantity"]))
        for name in ("salesman", "integration"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, self.statement.stock_ids[:1]).read(["quantity"])
        for user in ("processor", "manager"):
            for act in (lambda row: row.write({"quantity": 1}), lambda row: row.unlink(), lambda row: row.create({})):
                with self.subTest(user=user), self.assertRaises(UserError):
                    act(self._as(user, self.statement.stock_ids[:1]))

    def test_it_is_signed(self):
        day = self._next_day()
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])
        first = day.stock_ids.sorted("id")[0]
        for change in (
            SQL("UPDATE order_reconciliation_stock SET quantity = quantity + 1 WHERE id = %s", first.id),
            SQL("DELETE FROM order_reconciliation_stock WHERE id = %s", first.id),
        ):
            with self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(change)
                self.env.invalidate_all()
                answer = self.Statement.verify_chain(self.company.id)
                self.assertEqual([fault["date"] for fault in answer["broken"]], [str(day.date)])
                savepoint.rollback()

    def test_what_was_signed_before_stock_was_kept_stands(self):
        """A statement without the later sections has the digest that it had before there were any."""
        day = self._next_day()
        for table in ("order_reconciliation_stock", "order_reconciliation_total", "order_reconciliation_count"):
            self.env.cr.execute(SQL("DELETE FROM %s WHERE reconciliation_id = %s", SQL.identifier(table), day.id))
        self.env.cr.execute(
            "DELETE FROM order_reconciliation_equation WHERE reconciliation_id = %s AND name = 'stock'", [day.id]
        )
        self.env.cr.execute(
            "UPDATE order_reconciliation_line SET start_value = NULL, came_value = NULL, went_value = NULL, end_value = NULL,"
            " unit = NULL, units = NULL WHERE reconciliation_id = %s",
            [day.id],
        )
        self.env.invalidate_all()
        rows = [json.loads(line) for line in day.export_canonical().splitlines()]
        rows = [row for row in rows if row[0] not in ("export", "event")]
        self.assertEqual({row[0] for row in rows} - set(OLD), set())
        old = digest(day.previous_digest, [row for tag in OLD for row in rows if row[0] == tag])
        self._replace_digest(day, old)
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])
        # and the day after has nothing to compare with: its cut is where the proof begins
        self._deliver(self._confirmed((self.product, 5)))
        following = self._next_day()
        self._assert_proven(following)
        self.assertTrue(following.stock_ids)
        self.assertEqual(set(self._stock_equations(following).mapped("left")), {0})

    def test_the_same_statements_whatever_the_number_of_products(self):
        def cost(count):
            for _number in range(count):
                product = self.env["product.product"].create({"name": "Another", "type": "consu", "is_storable": True})
                self._stock(product, 5)
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            draft = self._next_day(sign=False)
            used = self.env.cr.sql_log_count - start
            draft.action_sign()
            return used

        with mute_logger("odoo.addons"):
            one, many = cost(1), cost(20)
        self.assertLess(many - one, 19, "less than one statement for each product more")
