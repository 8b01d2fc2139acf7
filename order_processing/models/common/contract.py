"""How a public method of the contract declares itself: one decorator with JSON Schema, no behaviour of a stage.

``describe()`` is drawn from these declarations and calls are checked by the same ones, so that what is told is what
holds. The decorated method receives checked, plain values; ``self`` works in the company that was asked for.
"""

import copy
import functools
import inspect
from contextlib import contextmanager

import psycopg2
from jsonschema import Draft202012Validator, FormatChecker

from odoo.exceptions import ConcurrencyError, LockError, UserError

from . import scalars

VERSION = "1.0"
# records a call
LIMIT = 1000
INT32 = {"minimum": 1 - 2**31, "maximum": 2**31 - 1}
# a name in an index of PostgreSQL, which holds no more than some 2,700 bytes
NAME_LENGTH = 200

# what one record alone can be guilty of; a concurrency error is none of these: it goes up and core calls again
REFUSALS = (UserError, ValueError, psycopg2.IntegrityError, psycopg2.DataError)

# somebody else was faster, or the database is gone: what goes up, and core calls again
CONCURRENCY = (psycopg2.OperationalError, psycopg2.InterfaceError, ConcurrencyError)

FORMATS = FormatChecker(formats=())
for _name, _reads in {
    "day": scalars.day,
    "moment": scalars.moment,
    "decimal": scalars.number,
}.items():
    FORMATS.checks(_name)(lambda value, reads=_reads: reads(value) is not None)
FORMATS.checks("quantity")(lambda value: (scalars.number(value) or 0) > 0)
FORMATS.checks("amount")(lambda value: (found := scalars.number(value)) is not None and found >= 0)
FORMATS.checks("percent")(lambda value: (found := scalars.number(value)) is not None and 0 <= found <= 100)
FORMATS.checks("name")(lambda value: not isinstance(value, str) or 0 < len(value.strip()) <= NAME_LENGTH)


# ---------------------------------------------------------------------- words of a schema


def text(description="", **more):
    """Schema of a text; absent is ``''``."""
    return _schema("string", description, more)


def integer(description="", **more):
    """Schema of an integer of 32 bits, which is what XML-RPC carries."""
    return _schema("integer", description, {**INT32, **more})


def number(description="", **more):
    """Schema of a number; no boolean is one."""
    return _schema("number", description, more)


def boolean(description="", **more):
    """Schema of true or false."""
    return _schema("boolean", description, more)


def day(description=""):
    """Schema of ``YYYY-MM-DD`` of the company, in an answer also ``''``."""
    return text(description, pattern=r"^(\d{4}-\d\d-\d\d)?$")


def moment(description=""):
    """Schema of ``YYYY-MM-DDTHH:MM:SSZ``, in an answer also ``''``."""
    return text(description, pattern=r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?$")


def array(items, description="", **more):
    """Schema of a list; absent is ``[]``."""
    return _schema("array", description, {"items": items, **more})


def record(properties, optional=(), description=""):
    """Schema of an object of an answer; ``optional``: the properties that may be left out (absent numbers)."""
    required = [name for name in properties if name not in optional]
    return _schema("object", description, {"properties": properties, "required": required})


def records(key, properties, optional=()):
    """Schema of the answer over records: one object each, in the order given, ``key`` being what names it."""
    head = {
        key: text("As it was sent."),
        "ok": boolean("Accepted or done; accepted but held is ok too."),
        "code": text("See `result_codes`."),
        "message": text("For people; empty where all is well."),
    }
    return array(record({**head, **properties}, optional))


def texts(description):
    """Schema of an argument that is a list of texts, at most 1,000."""
    return array({"type": "string"}, description, maxItems=LIMIT)


def _schema(kind, description, more):
    return {"type": kind, **({"description": description} if description else {}), **more}


# what every method takes
SOURCE = text(
    "The sender: with it references are the sender's, without it Odoo's names first, then the senders' references.",
    maxLength=NAME_LENGTH,
)
COMPANY = {
    "type": ["string", "integer"],
    "description": "Name or id of one of the user's companies, default the user's own.",
    **INT32,
}
SENDER = text("The sender's name: references and keys are unique per company and source.", format="name")


ABSENT = {"string": "", "array": [], "object": {}, "boolean": False}


def complete(schema, value):
    """``value`` of an answer with every property of its schema: what is absent is there, but for numbers."""
    if schema["type"] == "array" and schema["items"].get("type") == "object":
        return [complete(schema["items"], item) for item in value]
    if schema["type"] != "object":
        return value
    full = {}
    for name, part in schema.get("properties", {}).items():
        kind = part["type"]
        if value.get(name) is not None:
            full[name] = complete(part, value[name])
        elif name in schema["required"]:
            full[name] = copy.copy(ABSENT[kind])
    return {**full, **{name: item for name, item in value.items() if name not in full and item is not None}}


# ---------------------------------------------------------------------- the decorator


def method(answer, **arguments):
    """Make a method of ``order.processing`` part of the contract.

    :param dict answer: JSON Schema of what it answers
    :param dict arguments: JSON Schema by name of argument; ``source`` and ``company`` come by themselves. Which are
        required and what the others default to is read from the method.
    """

    def decorate(function):
        declared = Declaration(function, answer, arguments)

        @functools.wraps(function)
        def call(self, /, *args, **kwargs):
            self._contract_check()
            values = declared.read(self.env, args, kwargs)
            working = self._contract_enter(values.pop("company"))
            if not declared.takes_source:
                del values["source"]
            return complete(answer, function(working, **values))

        # Odoo's JSON-2 binds arguments to the signature and fails before the method is reached
        anything = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        call.__signature__ = inspect.Signature(
            [
                inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY),
                *(inspect.Parameter(name, kind) for name, kind in zip(("args", "kwargs"), anything)),
            ]
        )
        call._contract = declared
        return call

    return decorate


class Declaration:
    """What one method takes and answers, as ``describe()`` tells it."""

    def __init__(self, function, answer, arguments):
        self.name = function.__name__
        self.description = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
        self.answer = answer
        parameters = list(inspect.signature(function).parameters.values())[1:]
        self.takes_source = any(parameter.name == "source" for parameter in parameters)
        arguments = {"source": SOURCE, "company": COMPANY, **arguments}
        self.defaults = {
            **{parameter.name: parameter.default for parameter in parameters},
            **({} if self.takes_source else {"source": ""}),
            "company": "",
        }
        self.required = [name for name, default in self.defaults.items() if default is inspect.Parameter.empty]
        properties = {
            name: {**arguments[name], **({} if name in self.required else {"default": default})}
            for name, default in self.defaults.items()
        }
        self.arguments = {
            "type": "object",
            "properties": properties,
            "required": self.required,
            "additionalProperties": False,
        }
        Draft202012Validator.check_schema(self.arguments)
        Draft202012Validator.check_schema(answer)
        self._validators = {
            name: Draft202012Validator(schema, format_checker=FORMATS) for name, schema in properties.items()
        }

    def read(self, env, args, kwargs):
        """Checked values by name of argument, defaults included.

        :raises UserError: names every argument that is missing, unknown, given twice or of another form
        """
        names = list(self.defaults)
        known = ", ".join(names)
        if len(args) > len(names):
            raise UserError(
                env._("%(method)s takes no more than these arguments: %(known)s.", method=self.name, known=known)
            )
        given = dict(zip(names, args))
        wrong = sorted(set(kwargs) - set(names))
        if wrong:
            unknown = _shown(scalars.plain(", ".join(wrong)))
            raise UserError(env._("Unknown arguments: %(unknown)s. Known: %(known)s.", unknown=unknown, known=known))
        twice = sorted(set(given) & set(kwargs))
        if twice:
            raise UserError(env._("Given twice: %s.", ", ".join(f"`{name}`" for name in twice)))
        given.update(kwargs)
        given = {name: _read(value) for name, value in given.items() if value is not None}
        missing = [name for name in self.required if name not in given]
        if missing:
            raise UserError(env._("Missing arguments: %s.", ", ".join(f"`{name}`" for name in missing)))
        problems = [line for name, value in given.items() for line in self._problems(env, name, value)]
        if problems:
            raise UserError("\n".join(problems))
        return {**self.defaults, **given}

    def _problems(self, env, name, value):
        """What is wrong with one argument: its first error, in words of the schema."""
        error = next(self._validators[name].iter_errors(value), None)
        if error is None:
            return
        where = name + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
        if error.validator == "maxItems":
            yield env._(
                "`%(where)s` takes at most %(limit)s at a time, not %(count)s.",
                where=where,
                limit=error.validator_value,
                count=len(error.instance),
            )
            return
        wanted = error.schema.get("type", "")
        wanted = " or ".join(wanted) if isinstance(wanted, list) else wanted
        rules = {
            key: error.schema[key]
            for key in ("format", "minimum", "maximum", "enum", "maxLength")
            if key in error.schema
        }
        yield env._(
            "`%(where)s` must be: %(wanted)s. Found: %(found)s. %(description)s",
            where=where,
            wanted=", ".join([wanted, *(f"{key} {rule}" for key, rule in rules.items())]),
            found=_shown(error.instance),
            description=error.schema.get("description", ""),
        ).strip()


def _read(value):
    """``value`` as plain JSON; a null in a list is an absent text."""
    value = scalars.plain(value)
    return ["" if item is None else item for item in value] if isinstance(value, list) else value


def _shown(value):
    shown = value if isinstance(value, str) else repr(value)
    return shown if len(shown) <= 80 else f"{shown[:80]}…"


@contextmanager
def one_record(cr):
    """A savepoint around the work on one record, of which a caller catches ``REFUSALS``.

    :raises ConcurrencyError: somebody else holds the record: core calls again, as after any error of concurrency
    """
    try:
        with cr.savepoint():
            yield
    except LockError as busy:
        raise ConcurrencyError(str(busy)) from busy


def said(refusal):
    """What one of ``REFUSALS`` says, without the row that the database adds."""
    diagnosis = getattr(refusal, "diag", None)
    return (diagnosis and diagnosis.message_primary) or str(refusal).strip()
