"""The shortcuts of the tests' processes answer as core does."""

from odoo.models import BaseModel
from odoo.orm import fields_textual
from odoo.orm.registry import Registry
from odoo.tools import SQL, html_sanitize

from tests import shortcuts
from tests.common import OrderCase

CORE = {
    "get_trigger_tree": shortcuts.get_trigger_tree.__defaults__[-1],
    "describe_late": shortcuts.describe_late.__defaults__[-1],
}


class TestShortcuts(OrderCase):
    def test_they_are_taken(self):
        self.assertIs(Registry.get_trigger_tree, shortcuts.get_trigger_tree)
        self.assertIs(BaseModel.fields_get, shortcuts.describe_late)
        self.assertTrue(hasattr(fields_textual.html_sanitize, "cache_info"))
        self.assertIs(SQL.identifier("a"), SQL.identifier("a"))
        for function in CORE.values():
            self.assertTrue(function.__module__.startswith("odoo.orm."), function)

    def test_an_identifier_is_cores(self):
        field = self.env["sale.order"]._fields["name"]
        for arguments, code, flushed in (
            (("order_line",), '"order_line"', ()),
            (("a", "b"), '"a"."b"', ()),
            (("a", "b", field), '"a"."b"', (field,)),
        ):
            for _again in range(2):
                made = SQL.identifier(*arguments)
                self.assertEqual((made.code, made.params, tuple(made.to_flush)), (code, [], flushed))
        with self.assertRaises(AssertionError):
            SQL.identifier('a"b')

    def test_a_text_is_cleaned_as_core_does(self):
        for text in ("<p onclick='x()'>a</p>", "<script>x</script><b>b</b>", "plain"):
            for options in ({}, {"sanitize_style": True, "strip_classes": True}, {"sanitize_form": False}):
                for _again in range(2):
                    kept = fields_textual.html_sanitize(text, **options)
                    self.assertEqual(kept, html_sanitize(text, **options))
                    self.assertIs(type(kept), type(html_sanitize(text, **options)))

    def _trees(self, fields, select):
        def drawn(tree):
            return [*tree.root], [(label, drawn(below)) for label, below in tree.items()]

        core = CORE["get_trigger_tree"](self.registry, fields, select)
        return drawn(self.registry.get_trigger_tree(fields, select)), drawn(core)

    def test_triggers_are_cores_in_its_order(self):
        for model in ("sale.order", "sale.order.line", "account.move.line", "res.partner"):
            fields = list(self.env[model]._fields.values())
            for some in (fields, fields[::7], fields[:1], fields[::-3]):
                for select in (bool, lambda field: field.store, lambda field: field.name < "m", lambda _field: False):
                    for _again in range(2):
                        self.assertEqual(*self._trees(some, select))

    def test_triggers_are_forgotten_with_those_of_single_fields(self):
        fields = (self.env["sale.order"]._fields["partner_id"], self.env["sale.order"]._fields["state"])
        self.registry.get_trigger_tree(fields)
        self.assertIn(fields, self.registry._field_trigger_trees)
        kept = dict(self.registry._field_trigger_trees)
        self.addCleanup(self.registry._field_trigger_trees.update, kept)
        # as core does where models are set up anew
        self.registry._discard_fields([])
        self.assertNotIn(fields, self.registry._field_trigger_trees)
        self.assertEqual(*self._trees(fields, bool))

    def test_descriptions_are_cores(self):
        items = self.env["account.move.line"]
        for arguments in (([],), ([], ["string"]), (["name"],), ()):
            self.assertEqual(dict(items.fields_get(*arguments)), CORE["describe_late"](items, *arguments))
        self.assertIsInstance(items.fields_get([]), shortcuts.Described)
        self.assertIsInstance(items.fields_get(["name"]), dict)
        self.assertIsInstance(self.env["sale.order"].fields_get([]), dict)
