"""Whose papers they are: several companies in one batch, other people's orders, receipts, links and stored files."""

import base64
import io
from unittest.mock import patch

import pypdfium2

from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from tests.common import OrderCase

from .papers import REPORTS, PapersMixin, words


class TestPapersOfOthers(PapersMixin, OrderCase):
    def test_total_leaves_nothing_out_silently(self):
        self.company.order_slip_prices = True
        picking = self._shipped((self.product, 2))
        self.assertTrue(self._page("slip", picking).xpath("//*[@name='total']"))
        self._stock(self.other_product, 5)
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 2))
        extra = self.env["stock.move"].create(
            {
                "product_id": self.other_product.id,
                "product_uom_qty": 1,
                "picking_id": order.picking_ids.id,
                "location_id": order.picking_ids.location_id.id,
                "location_dest_id": order.picking_ids.location_dest_id.id,
            }
        )
        extra._action_confirm(merge=False)
        self._as("processor", order).action_dispatch()
        page = self._page("slip", order.picking_ids)
        self.assertEqual(len(page.xpath("//table[@name='shipped']//tbody/tr") or page.xpath("//tbody/tr")), 2)
        self.assertFalse(page.xpath("//*[@name='total']"), "goods without a price are among them")

    def test_who_handles_goods_prints_orders_of_others(self):
        picking = self._shipped()
        order = self._confirmed((self.product, 1))
        self._stock(self.product, 5)
        order.picking_ids.action_assign()
        clerk = self.users["salesman"]
        clerk.group_ids = [
            Command.set(
                [self.env.ref(name).id for name in ("stock.group_stock_user", "sales_team.group_sale_salesman")]
            )
        ]
        self.assertFalse(self._as("salesman", order).has_access("read"))
        for kind in REPORTS:
            with self.subTest(kind=kind):
                found = order.picking_ids if kind == "pick_list" else picking
                self.assertIn(found.sale_id.name, words(self._print(kind, found, user="salesman")))

    def test_link_cannot_say_that_it_is_no_preview(self):
        picking = self._shipped()
        for numbers in ({}, {str(picking.id): 1}, {picking.id: 1}, None, []):
            report = self.env["ir.actions.report"].with_user(self.users["processor"])
            report = report.with_context(order_print_numbers=numbers)
            text = str(report._render_qweb_html("order_processing.report_packing_slip", picking.ids)[0], "utf-8")
            with self.subTest(numbers=numbers):
                self.assertIn("Preview, not printed", text)

    def test_packages_of_vendors_are_not_ours_to_number(self):
        self.company.order_gs1_prefix = "9521234"
        theirs = self.env["stock.package"].create({"name": "THEIRS-1"})
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_line_ids.result_package_id = theirs
        self._print("label", receipt)
        self.assertFalse(theirs.order_sscc)

    def test_number_of_another_package_is_said_with_the_way_out(self):
        self.company.order_gs1_prefix = "9521234"
        first = self.env["stock.package"].create({"name": "BOX-1"})
        first._give_sscc(self.company)
        self.env["ir.sequence"].create(
            {
                "name": "SSCC",
                "code": "order.sscc",
                "company_id": self.company.id,
                "number_next": int(first.order_sscc[8:17]),
            }
        )
        order = self._confirmed((self.product, 5))
        self._stock(self.product, 5)
        [result] = self._as("processor", order).action_dispatch()
        self.assertEqual(result["code"], "refused")
        for part in (first.order_sscc, "BOX-1", "order.sscc"):
            self.assertIn(part, result["message"])

    def test_what_core_redirects_stops_one_paper(self):
        orders = self._shipped(count=2).sale_id
        problem = RedirectWarning("One of the stored documents cannot be merged.", 1, "Show it")
        with patch.object(IrActionsReport, "_run_wkhtmltopdf", side_effect=problem):
            forced = self._as("processor", orders).with_context(force_report_rendering=True)
            answer = forced.action_print_papers(["slip"])
        self.assertEqual([result["code"] for result in answer["results"]], ["refused"] * 2)
        self.assertIn("cannot be merged", answer["results"][0]["message"])

    def test_file_that_cannot_be_read_is_named(self):
        orders = self._shipped(count=2).sale_id
        broken = orders[0].invoice_ids
        kept = IrActionsReport._render_qweb_pdf
        damages = {
            "none": lambda _content: b"no pdf",
            "without a root": lambda content: content.replace(b"/Root", b"/Roto"),
            "without pages": lambda content: content.replace(b"/Pages", b"/Sages"),
            "a page that is none": lambda content: content.replace(b"/Page\n", b"/Pagx\n").replace(b"/Kids", b"/Kads"),
        }
        for name, damage in damages.items():

            def render(report, ref, res_ids=None, data=None, damage=damage):
                content, kind = kept(report, ref, res_ids=res_ids, data=data)
                return (damage(content) if broken.id in res_ids else content), kind

            # the halves are printed one by one, and both have to be merged
            with self.subTest(damage=name), patch.object(IrActionsReport, "_render_qweb_pdf", render):
                desk = self._as("processor", orders).with_context(force_report_rendering=True)
                answer = desk.action_print_papers(["invoice"], again=True)
                self.assertEqual([result["code"] for result in answer["results"]], ["refused", "printed"])
                self.assertIn(broken.name, answer["results"][0]["message"])

    def test_screen_prints_pick_lists_of_what_is_not_held(self):
        self.env["order.hold.reason"].create({"name": "Test", "code": "test", "stops_print": True})
        self._stock(self.product, 20)
        orders = self._confirmed((self.product, 2), count=2)
        orders.picking_ids.action_assign()
        orders[1].action_hold("test", note="Wrong address")
        wizard = self.env["order.dispatch"].with_user(self.users["processor"]).create({"order_ids": orders.ids})
        action = wizard.action_print_pick_lists()
        self.assertIn("Wrong address", action["params"]["message"])
        printed = action["params"]["next"]
        self.assertEqual(printed["report_name"], "order_processing.report_pick_list")
        self.assertEqual(printed["context"]["active_ids"], orders[0].picking_ids.ids)
        orders[0].action_hold("test", note="No stamp")
        with self.assertRaisesRegex(UserError, "(?s)Wrong address.*No stamp|No stamp.*Wrong address"):
            wizard.action_print_pick_lists()


class TestPapersOfCompanies(PapersMixin, OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        cls.other_company.write({"order_label_format": "a6", "order_gs1_prefix": "9521235"})
        cls.company.order_gs1_prefix = "9521234"
        cls.users["processor"].company_ids |= cls.other_company

    def _of_both(self):
        """A transfer of each company that has left."""
        ours = self._shipped()
        house = self.env["stock.warehouse"].search([("company_id", "=", self.other_company.id)], limit=1)
        user = self.users["processor"].with_company(self.other_company)
        env = self.env(user=user.id, context={**self.env.context, "allowed_company_ids": [self.other_company.id]})
        order = env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "warehouse_id": house.id,
                "order_line": [Command.create({"product_id": self.product.id, "product_uom_qty": 2})],
            }
        )
        self._stock(self.product, 10, location=house.lot_stock_id)
        order.action_confirm()
        [result] = order.action_dispatch(invoice=False)
        self.assertEqual(result["code"], "dispatched", result)
        both = [self.company.id, self.other_company.id]
        return (ours | order.picking_ids).with_user(self.users["processor"]).with_context(allowed_company_ids=both)

    def test_each_company_has_its_own_papers_and_sizes(self):
        pickings = self._of_both()
        self.other_company.order_paper_slip = False
        self.company.order_paper_label = True
        answer = pickings.sale_id.action_print_papers(["label"])
        [document] = answer["documents"]
        self.assertEqual(sorted(document["documents"]), sorted(pickings.mapped("name")))
        sizes = [tuple(round(part) for part in page.get_size()) for page in self._pages(document)]
        self.assertEqual(len(set(sizes)), 2, sizes)
        answer = pickings.sale_id.action_print_papers()
        [slips] = [document for document in answer["documents"] if document["kind"] == "slip"]
        self.assertEqual(slips["documents"], pickings[0].mapped("name"))

    def test_nothing_is_reserved_for_lists_that_a_company_does_not_want(self):
        pickings = self._of_both()
        self.company.order_paper_pick_list = True
        orders = pickings.sale_id.browse()
        for picking in pickings:
            again = picking.sudo().sale_id.copy()
            self._stock(self.product, 10, location=again.warehouse_id.lot_stock_id)
            again.action_confirm()
            again.picking_ids.do_unreserve()
            orders |= again.with_env(pickings.env)
        for print_them in (
            lambda: orders.action_print_papers(),
            lambda: (
                orders.env["order.dispatch"]
                .with_context(active_model="sale.order", active_ids=orders.ids)
                .create({})
                .action_print_pick_lists()
            ),
        ):
            self.other_company.order_paper_pick_list = False
            print_them()
            self.assertEqual(
                [sum(order.picking_ids.move_ids.mapped("quantity")) for order in orders],
                [orders[0].order_line.product_uom_qty, 0],
            )

    def _pages(self, document):
        return pypdfium2.PdfDocument(io.BytesIO(base64.b64decode(document["pdf"])))

    def test_one_print_is_of_one_size(self):
        pickings = self._of_both()
        with self.assertRaisesRegex(UserError, "company by company"):
            self._print("label", pickings)
        self.assertFalse(self._prints(pickings, "label"))
