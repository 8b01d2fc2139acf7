"""Makers of delivered, invoiced and returned orders."""

from contextlib import contextmanager

from odoo.exceptions import UserError

from tests.common import OrderCase


class ReturnCase(OrderCase):
    """An order desk with stock; returns are asked for and worked by the processor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the policies of this database are not the tests' business
        cls.env["order.return.policy"].search([]).action_archive()
        cls._stock(cls.product, 1000)
        cls._stock(cls.other_product, 1000)
        cls.processor = cls.users["processor"]
        cls.Return = cls.env["order.return"].with_user(cls.processor)
        cls.number = 0

    @classmethod
    def _shipped(cls, *lines, invoice=True, deliver=None, count=1, **vals):
        """A delivered order, or ``count`` of them, each invoiced unless told otherwise."""
        orders = cls._make_orders(count, *lines, **vals)
        orders.action_confirm()
        cls._deliver(orders, deliver)
        if invoice:
            cls._invoice(orders, each=count > 1)
        return orders

    def _row(self, line, quantity, **vals):
        return {"line_id": line.id, "quantity": quantity, **vals}

    def _ask(self, *rows, ok=True, user=None, **vals):
        """The case of one request, as the processor."""
        type(self).number += 1
        Return = self.Return.with_user(user) if user else self.Return
        answer = Return.request([{"key": f"case-{self.number}", "lines": list(rows), **vals}], "test")[0]
        self.assertEqual(answer["ok"], ok, answer)
        return self.Return.browse(answer["return_id"])

    def _ask_each(self, lines, quantity, **vals):
        """A case for each of ``lines``, all of which are asked for at once."""
        requests = []
        for line in lines:
            type(self).number += 1
            requests.append({"key": f"case-{self.number}", "lines": [self._row(line, quantity, **vals)]})
        answers = self.Return.request(requests, "test")
        self.assertTrue(all(answer["ok"] for answer in answers), answers)
        return self.Return.browse([answer["return_id"] for answer in answers])

    def _process(self, cases, **kwargs):
        answers = cases.process(**kwargs)
        self.assertTrue(all(answer["ok"] for answer in answers), answers)
        return answers

    @contextmanager
    def _refused(self, words, error=UserError):
        """What is refused leaves nothing behind, as a remote call's rollback does; the message matches ``words``."""
        with self.assertRaises(error) as caught, self.env.cr.savepoint():
            yield
        self.assertRegex(str(caught.exception), words)

    def _figures(self, line):
        line.invalidate_recordset()
        return line.qty_delivered, line.qty_invoiced, line.qty_to_invoice

    def _on_hand(self, product, location):
        return sum(
            self.env["stock.quant"]
            .search([("product_id", "=", product.id), ("location_id", "child_of", location.id)])
            .mapped("quantity")
        )
