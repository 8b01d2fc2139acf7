"""A domain, and the values that it asks about, in words for people: no rule and no state here."""

from odoo.fields import Domain

from ..common.number_words import measure_words

NAMED = 5


class DomainWords:
    """Tells what a domain on ``records`` asks, and what its records have there.

    Only stored and related fields are read: a constant number of queries for any number of records.

    :param records: all records that will be asked about, of one model, so that they are read together
    :param Domain domain: the domain
    """

    def __init__(self, records, domain):
        self.records = records
        self.env = records.env
        self.domain = domain
        self.paths = {}
        for condition in domain.iter_conditions():
            path, field = self._readable(condition.field_expr)
            if path:
                self.paths.setdefault(path, field)

    # ------------------------------------------------------------------ what is asked

    def question(self):
        """The domain as one sentence."""
        return self._sentence(self.domain)

    def _sentence(self, domain, nested=False):
        parts = getattr(domain, "children", None)
        if parts:
            word = self.env._(" and ") if domain.OPERATOR == "&" else self.env._(" or ")
            text = word.join(self._sentence(part, nested=True) for part in parts)
            return f"({text})" if nested else text
        if not hasattr(domain, "field_expr"):
            child = getattr(domain, "child", None)
            return self.env._("not (%s)", self._sentence(child)) if child else str(domain)
        return " ".join(
            (
                self.label(domain.field_expr),
                self._operator(domain.operator),
                self._asked(domain.field_expr, domain.value),
            )
        )

    def _operator(self, operator):
        words = {
            "=": self.env._("is"),
            "!=": self.env._("is not"),
            "in": self.env._("is one of"),
            "not in": self.env._("is none of"),
            "like": self.env._("contains"),
            "ilike": self.env._("contains"),
            "not like": self.env._("does not contain"),
            "not ilike": self.env._("does not contain"),
            "child_of": self.env._("is or is under"),
            "parent_of": self.env._("is or is above"),
            "any": self.env._("has one with"),
            "not any": self.env._("has none with"),
        }
        return words.get(operator, operator)

    def _asked(self, expression, value):
        path, field = self._readable(expression)
        if isinstance(value, (list, tuple, set)) and not isinstance(value, Domain):
            values = list(value)
        else:
            values = [value]
        if field is not None and field.relational and all(isinstance(item, int) and item for item in values):
            names = self.env[field.comodel_name].browse(values).exists().mapped("display_name")
            return self._joined(names) or str(value)
        return self._joined([self._text(field, item) for item in values])

    def label(self, expression):
        """The field of a condition as its forms call it."""
        labels, model = [], self.records
        for name in expression.split("."):
            field = model._fields.get(name)
            if field is None:
                labels.append(name)
                break
            labels.append(field._description_string(self.env) or name)
            if not field.relational:
                break
            model = self.env[field.comodel_name]
        return " › ".join(labels)

    # ------------------------------------------------------------------ what is there

    def answer(self, record):
        """What ``record`` has in the fields that the domain asks about, in words."""
        return "; ".join(
            f"{self.label(path)}: {self._found(field, record.mapped(path))}" for path, field in self.paths.items()
        )

    def facts(self, record):
        """The same as plain values that depend on nobody's language."""
        return {
            path: sorted(values.ids) if field.relational else [str(value) for value in values]
            for path, field in self.paths.items()
            for values in (record.mapped(path),)
        }

    def _found(self, field, values):
        if field.relational:
            return self._joined(values.mapped("display_name")) or self.env._("none")
        return self._joined([self._text(field, value) for value in values]) or self.env._("none")

    def _readable(self, expression):
        """The part of a condition's field that can be read at no price, and its last field."""
        path, model, last = [], self.records, None
        for name in expression.split("."):
            field = model._fields.get(name)
            if field is None or not (field.store or field.related):
                break
            path.append(name)
            last = field
            if not field.relational:
                break
            model = self.env[field.comodel_name]
        return ".".join(path), last

    def _text(self, field, value):
        if field is not None and field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if value is False or value is None or value == "":
            return self.env._("empty")
        if field is not None and field.type == "selection":
            return str(dict(field._description_selection(self.env)).get(value, value))
        if isinstance(value, float):
            return measure_words(self.env, value)
        return str(value)

    @staticmethod
    def _joined(texts):
        texts = [str(text) for text in texts]
        return ", ".join(texts[:NAMED]) + ("…" if len(texts) > NAMED else "")
