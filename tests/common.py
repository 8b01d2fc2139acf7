"""Base of all tests: a company of its own kind, the real users of an order desk, small makers of documents.

Tests stand outside ``odoo.addons``, so the tags that Odoo's runner would set are set here.
"""

from unittest.mock import patch

from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import TransactionCase
from odoo.tests.common import get_db_name

from tests.caches import Remembered
from tests.masters import STAFF, person

# the users that the add-on's demo data brings
DESK = ("processor", "manager", "integration")


class OrderMixin:
    """Users and masters; ``setUpClass`` of a class below calls ``_set_up_orders``."""

    test_tags = {"standard", "at_install"}
    test_module = "order_processing"
    control = "enforced"

    @classmethod
    def setUpClass(cls):
        # what is called first of all and last of all: around it Odoo forgets
        remembered = Remembered(Registry(get_db_name()))
        cls.addClassCleanup(remembered.put_back)
        super().setUpClass()
        cls.addClassCleanup(remembered.take)

    def setUp(self):
        remembered = Remembered(self.registry)
        self.addCleanup(remembered.put_back)
        super().setUp()
        self.addCleanup(remembered.take)

    @classmethod
    def _set_up_orders(cls):
        # core's defaults of "today" follow the user's time zone, ours the company's: around midnight they differ
        cls.env = env = cls.env(context={**cls.env.context, "tz": "UTC"})
        cls.company = env.ref("base.main_company")
        if cls.company.order_control != cls.control:
            act = {"enforced": "enforce", "observing": "observe", "off": "off"}[cls.control]
            getattr(cls.company, f"action_order_control_{act}")(reason="Set by the test")
        cls.users = {name: person(env, name) for name in STAFF}
        cls.other_company = cls.users["stranger"].company_id
        for name in DESK:
            cls.users[name] = env.ref(f"order_processing.user_{name}")
            cls.users[name].email = f"{name}@test.example.com"
        cls.uk = env.ref("base.uk")
        cls.customer = cls._make_customer("Test Customer")
        cls.warehouse = env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.product = cls._make_product("Test Goods", "TG-1", 10.0)
        cls.other_product = cls._make_product("Other Goods", "TG-2", 25.0)
        cls.service = cls._make_product("Test Service", "TS-1", 5.0, type="service", invoice_policy="order")

    @classmethod
    def _turn_on(cls, group):
        """Give the staff the ``group`` of a feature, as its switch in the settings does.

        The settings themselves look up every chart of accounts first, which takes seconds.
        """
        cls.env.ref("base.group_user")._apply_group(cls.env.ref(group))
        if group == "product.group_product_pricelist":
            cls.env["res.company"]._activate_or_create_pricelists()

    @classmethod
    def _make_customer(cls, *names, **vals):
        """A customer of each name, with a complete address."""
        return cls.env["res.partner"].create(
            [
                {
                    "name": name,
                    "street": "1 High Street",
                    "city": "London",
                    "zip": "N1 1AA",
                    "country_id": cls.uk.id,
                    "email": f"{name.lower().replace(' ', '.')}@test.example.com",
                    "phone": "+44 20 7946 0000",
                    **vals,
                }
                for name in names
            ]
        )

    @classmethod
    def _make_product(cls, name, code, price, **vals):
        """A storable product invoiced as delivered, without tax."""
        return cls._make_products((name, code, price), **vals)

    @classmethod
    def _make_products(cls, *rows, **vals):
        """Such products, of a ``(name, code, price)`` each."""
        return cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "default_code": code,
                    "list_price": price,
                    "type": "consu",
                    "is_storable": vals.get("type", "consu") == "consu",
                    "invoice_policy": "delivery",
                    "taxes_id": [Command.clear()],
                    **vals,
                }
                for name, code, price in rows
            ]
        )

    @classmethod
    def _stock(cls, product, quantity, location=None):
        """Put ``quantity`` of ``product`` in stock."""
        cls.env["stock.quant"]._update_available_quantity(product, location or cls.warehouse.lot_stock_id, quantity)

    @classmethod
    def _order_vals(cls, *lines, **vals):
        """Values of a quotation; ``lines`` are ``(product, quantity)`` or ``(product, quantity, price)``."""
        return {
            "partner_id": cls.customer.id,
            "company_id": cls.company.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": line[0].id,
                        "product_uom_qty": line[1],
                        **({"price_unit": line[2]} if len(line) > 2 else {}),
                    }
                )
                for line in lines or [(cls.product, 5)]
            ],
            **vals,
        }

    @classmethod
    def _make_order(cls, *lines, user=None, **vals):
        """A quotation, see ``_order_vals``."""
        env = cls.env(user=user) if user else cls.env
        return env["sale.order"].create(cls._order_vals(*lines, **vals))

    @classmethod
    def _make_orders(cls, count, *lines, **vals):
        """``count`` quotations of the same values in one go, a fraction of the time that one after the other takes."""
        return cls.env["sale.order"].create([cls._order_vals(*lines, **vals) for _n in range(count)])

    def _made_together(self, make, numbers):
        """The orders that ``make(number)`` makes by one call of ``_make_order`` each, in one go."""
        rows = []

        def gather(*lines, **vals):
            rows.append(self._order_vals(*lines, **vals))

        with patch.object(self, "_make_order", gather):
            for number in numbers:
                make(number)
        return self.env["sale.order"].create(rows)

    @classmethod
    def _deliver(cls, order, quantities=None, backorder=True):
        """Validate the open outgoing transfers of ``order``; ``quantities``: product to quantity, default all."""
        pickings = order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        pickings.action_assign()
        for move in pickings.move_ids:
            wanted = move.product_uom_qty if quantities is None else quantities.get(move.product_id, 0)
            move.quantity = wanted
            move.picked = bool(wanted)
        # the quality check has its own tests
        if "order.quality.check" in cls.env and hasattr(pickings, "action_quality_pass"):
            pickings.action_quality_pass()
        context = {"skip_backorder": True, "skip_sms": True, "cancel_backorder": not backorder}
        if not backorder:
            context["picking_ids_not_to_backorder"] = pickings.ids
        pickings.with_context(**context).button_validate()
        return pickings

    @classmethod
    def _invoice(cls, order, post=True, each=False):
        """Invoice what is to be invoiced; ``each``: every order by an invoice of its own, whoever the customer."""
        moves = order._create_invoices(final=True, grouped=each)
        if post:
            moves.action_post()
        return moves

    def _as(self, name, record):
        """``record`` as the user called ``name``."""
        return record.with_user(self.users[name])

    def _events(self, orders, *kinds):
        """Day-book rows of orders, as records."""
        domain = [("order_id", "in", orders.ids)]
        if kinds:
            domain.append(("kind", "in", kinds))
        return self.env["order.event"].search(domain)


class OrderCase(OrderMixin, TransactionCase):
    """Enforced controls; see ``ObservingCase`` for the default of an installation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_orders()


class ObservingCase(OrderCase):
    """Findings are recorded and nothing is stopped."""

    control = "observing"
