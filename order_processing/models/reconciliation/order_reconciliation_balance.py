from odoo import api, models
from odoo.tools import SQL

from . import equations
from .order_reconciliation_facts import FACT

DOCUMENTS_KEPT = 200
# what the number of a differing document is, where it is no order
KEYS = {"stock": "product_id", "documents": "move_id", "payments": "payment_id", "envelopes": "intake_id"}


class OrderReconciliationBalance(models.Model):
    """Inserts the equations: a row per unit or currency of each, one row of zeros where nothing is.

    Those over the facts are added up together, in one pass a measure. What differs is looked for only where a sum of
    differences says that there is any.
    """

    _inherit = "order.reconciliation"

    def _insert_equations(self):
        place, together = 0, {}
        for equation in equations.EQUATIONS:
            for measure in equation.measures:
                place += 100
                if equation.source == "fact":
                    together.setdefault(measure, []).append((place, equation))
                else:
                    self.env.cr.execute(self._equation_query(equation, measure, place))
        for measure, placed in together.items():
            self.env.cr.execute(self._fact_equations_query(measure, placed))

    # ------------------------------------------------------------------ one by itself

    def _equation_query(self, equation, measure, place):
        """``SQL`` that inserts one equation over a source of its own."""
        source = self._equation_source(equation, measure)
        names = [SQL.identifier(f"t{index}") for index, _term in enumerate(_terms(equation))]
        sums = SQL(
            """
            SELECT row.group_id, %(place)s AS place, trim_scale(round(coalesce(sum(row.l), 0), 6)) AS l,
                   trim_scale(round(coalesce(sum(row.r), 0), 6)) AS r, %(left)s AS left_terms, %(right)s AS right_terms,
                   count(*) FILTER (WHERE row.fault) AS faults
              FROM (%(rows)s) row
          GROUP BY row.group_id
            HAVING row.group_id = %(default)s OR bool_or(%(anything)s)
            """,
            place=place,
            left=_sides(equation, "left", [SQL("sum(%s)", name) for name in names]),
            right=_sides(equation, "right", [SQL("sum(%s)", name) for name in names]),
            rows=self._equation_rows(
                equation,
                measure,
                SQL(
                    "%s UNION ALL SELECT %s, NULL, NULL, NULL, %s",
                    self._equation_terms(equation, source),
                    self._default_group(measure),
                    SQL(", ").join(SQL("0::numeric") for _name in names),
                ),
            ),
            default=self._default_group(measure),
            anything=SQL(" OR ").join(SQL("%s <> 0", name) for name in names),
        )
        given = SQL(
            """
            SELECT sums.*, %(name)s AS name, %(label)s AS label, %(explanation)s AS explanation, %(documents)s AS documents
              FROM (%(sums)s) sums
            """,
            name=equation.code,
            label=equation.label,
            explanation=equation.explanation,
            documents=self._differing_documents(equation, measure, SQL("sums.faults"), SQL("sums.group_id")),
            sums=sums,
        )
        return self._insert_given(measure, given)

    def _equation_source(self, equation, measure):
        """``SQL`` of the rows that an equation is added up from."""
        return {
            "fact": lambda: SQL("SELECT * FROM (%s) fact WHERE %s", self._measured(measure), SQL(equation.only)),
            "opening": lambda: self._source_opening(measure),
            "paid": self._source_paid,
            "payments": self._source_payments,
            "documents": self._source_documents,
            "envelopes": self._source_envelopes,
            "entries": self._source_entries,
            "stock": self._source_stock,
        }[equation.source]()

    @api.model
    def _equation_terms(self, equation, source):
        """The rows of ``source`` with the terms of the equation, ``t0`` and on."""
        terms = [
            SQL("(%s)::numeric AS %s", SQL(term), SQL.identifier(f"t{index}"))
            for index, (_side, _label, term) in enumerate(_terms(equation))
        ]
        return SQL(
            "SELECT source.group_id, source.order_id, source.order_name, source.line_name, %s FROM (%s) source",
            SQL(", ").join(terms),
            source,
        )

    def _equation_rows(self, equation, measure, terms):
        """The rows of ``terms`` with both sides and whether they differ."""
        left, right = (
            SQL(" + ").join(
                SQL.identifier(f"t{index}") for index, term in enumerate(_terms(equation)) if term[0] == side
            )
            for side in ("left", "right")
        )
        return SQL(
            """
            SELECT term.*, %(left)s AS l, %(right)s AS r, round(((%(left)s) - (%(right)s)) / %(step)s) <> 0 AS fault
              FROM (%(terms)s) term
         LEFT JOIN res_currency step ON step.id = term.group_id
            """,
            left=left,
            right=right,
            step=self._step(measure),
            terms=terms,
        )

    def _differing_documents(self, equation, measure, faults, group):
        """``SQL`` of the documents of one row of sums that differ, the largest first; read only where there are ``faults``."""
        return SQL(
            """
            CASE WHEN %(faults)s > 0 THEN (
                SELECT jsonb_agg(jsonb_build_object(
                           'order', row.order_name, %(key)s::text, row.order_id, 'line', row.line_name, 'left', trim_scale(round(row.l, 6)),
                           'right', trim_scale(round(row.r, 6)), 'difference', trim_scale(round(row.l - row.r, 6)))
                           ORDER BY abs(row.l - row.r) DESC, row.order_name, row.order_id, row.line_name)
                  FROM (%(rows)s) row WHERE row.fault AND row.group_id IS NOT DISTINCT FROM %(group)s) END
            """,
            faults=faults,
            key=KEYS.get(equation.source, "order_id"),
            rows=self._equation_rows(
                equation, measure, self._equation_terms(equation, self._equation_source(equation, measure))
            ),
            group=group,
        )

    # ------------------------------------------------------------------ those over the facts together

    def _fact_equations_query(self, measure, placed):
        """``SQL`` that inserts all equations over the facts in one measure.

        :param placed: pairs of a place and an equation
        """
        sums, given = [], []
        for number, (place, equation) in enumerate(placed):
            sums += self._fact_sums(equation, measure, number)
            terms = [
                SQL("coalesce(%s, 0)", SQL.identifier("sums", f"e{number}_t{index}"))
                for index, _term in enumerate(_terms(equation))
            ]
            faults = SQL("coalesce(%s, 0)", SQL.identifier("sums", f"e{number}_faults"))
            given.append(
                SQL(
                    "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
                    place,
                    equation.code,
                    equation.label,
                    equation.explanation,
                    *(_side_sum(equation, side, terms) for side in ("left", "right")),
                    *(_sides(equation, side, terms) for side in ("left", "right")),
                    faults,
                    SQL.identifier("sums", f"e{number}_anything"),
                    self._differing_documents(equation, measure, faults, SQL("sums.group_id")),
                )
            )
        return self._insert_given(
            measure,
            SQL(
                """
                SELECT sums.group_id, given.*
                  FROM (
                    SELECT CASE WHEN found.rows IS NULL THEN usual.id ELSE found.unit_or_currency END AS group_id, found.*
                      FROM (
                        SELECT fact.group_id AS unit_or_currency, count(*) AS rows, %(sums)s
                          FROM (%(facts)s) fact
                     LEFT JOIN res_currency step ON step.id = fact.group_id
                      GROUP BY fact.group_id) found
                 FULL JOIN (SELECT %(default)s AS id) usual ON usual.id = found.unit_or_currency) sums
            CROSS JOIN LATERAL (VALUES %(given)s)
                       AS given (place, name, label, explanation, l, r, left_terms, right_terms, faults, anything, documents)
                 WHERE sums.group_id = %(default)s OR given.anything
                """,
                sums=SQL(", ").join(sums),
                facts=self._measured(measure),
                default=self._default_group(measure),
                given=SQL(", ").join(given),
            ),
        )

    def _fact_sums(self, equation, measure, number):
        """``SQL`` aggregates of one equation over the facts: its terms, its differing rows, whether there is anything."""
        terms = [SQL("(%s)", SQL(term)) for _side, _label, term in _terms(equation)]
        only = SQL(equation.only)
        left, right = (
            SQL(" + ").join(sql for sql, term in zip(terms, _terms(equation)) if term[0] == side)
            for side in ("left", "right")
        )
        for index, term in enumerate(terms):
            yield SQL("sum(%s) FILTER (WHERE %s) AS %s", term, only, SQL.identifier(f"e{number}_t{index}"))
        # most rows do not differ at all: no division for them
        yield SQL(
            "count(*) FILTER (WHERE %(only)s AND %(left)s <> %(right)s AND round(((%(left)s) - (%(right)s)) / %(step)s) <> 0) AS %(name)s",
            only=only,
            left=left,
            right=right,
            step=self._step(measure),
            name=SQL.identifier(f"e{number}_faults"),
        )
        yield SQL(
            "bool_or(%s) FILTER (WHERE %s) AS %s",
            SQL(" OR ").join(SQL("%s <> 0", term) for term in terms),
            only,
            SQL.identifier(f"e{number}_anything"),
        )

    def _measured(self, measure):
        """``SQL`` of the facts with the columns of one measure under the names that ``equations.py`` uses."""
        prefix = {"quantity": "q", "value": "v"}[measure]
        names = [name for _source, name, _measures in self._fact_columns()]
        names += [name for name, _expression in self._derived_columns(prefix)]
        return SQL(
            """
            SELECT fact.%(group)s AS group_id, fact.order_id, fact.order_name, fact.goods, fact.service,
                   coalesce((SELECT split_part(line.name, E'\n', 1) FROM sale_order_line line WHERE line.id = fact.line_id), '')
                   AS line_name, %(columns)s
              FROM %(fact)s fact
            """,
            group=SQL.identifier("unit_id" if measure == "quantity" else "currency_id"),
            columns=SQL(", ").join(
                SQL("fact.%s AS %s", SQL.identifier(f"{prefix}_{name}"), SQL.identifier(name)) for name in names
            ),
            fact=FACT,
        )

    # ------------------------------------------------------------------ what both have

    def _insert_given(self, measure, given):
        """``SQL`` that inserts the rows of ``given``: a group, a place and what stands in the row."""
        unit, currency, named = {
            "quantity": (
                SQL("coalesce(named.name ->> 'en_US', '?')"),
                SQL("NULL::int4"),
                SQL("LEFT JOIN uom_uom named ON named.id = given.group_id"),
            ),
            "value": (
                SQL("named.name"),
                SQL("named.id"),
                SQL("LEFT JOIN res_currency named ON named.id = given.group_id"),
            ),
            "count": (SQL("'entries'"), SQL("NULL::int4"), SQL()),
        }[measure]
        return SQL(
            """
            INSERT INTO order_reconciliation_equation (
                reconciliation_id, company_id, sequence, name, label, measure, unit, currency_id, "left", "right", difference,
                terms, explanation, documents, document_count, is_proven, numbers)
            SELECT %(statement)s, %(company)s, given.place + row_number() OVER (PARTITION BY given.place ORDER BY %(unit)s),
                   given.name, given.label, %(measure)s, %(unit)s, %(currency)s, given.l, given.r, trim_scale(given.l - given.r),
                   jsonb_build_object('left', given.left_terms, 'right', given.right_terms), given.explanation,
                   jsonb_path_query_array(coalesce(given.documents, '[]'), %(kept)s::text::jsonpath), coalesce(differ.count, 0),
                   given.faults = 0, CASE WHEN given.faults > %(most)s THEN differ.numbers END
              FROM (%(given)s) given
              %(named)s
         LEFT JOIN LATERAL (
                   SELECT count(*) AS count, jsonb_agg(DISTINCT found.number) FILTER (WHERE found.number IS NOT NULL) AS numbers
                     FROM (SELECT DISTINCT number.value AS number, CASE WHEN number.value IS NULL THEN document ->> 'order' END
                             FROM jsonb_array_elements(given.documents) document
                        LEFT JOIN LATERAL (
                                  SELECT part.value FROM jsonb_each(document) part
                                   WHERE part.key LIKE '%%_id' AND jsonb_typeof(part.value) = 'number') number ON TRUE) found
                   ) differ ON given.faults > 0
            """,
            statement=self.id,
            company=self.company_id.id,
            measure=measure,
            unit=unit,
            currency=currency,
            kept=f"$[0 to {DOCUMENTS_KEPT - 1}]",
            most=DOCUMENTS_KEPT,
            given=given,
            named=named,
        )

    def _default_group(self, measure):
        """The unit or currency of which there is a row in any case."""
        return {
            "quantity": self.env.ref("uom.product_uom_unit").id,
            "value": self.company_id.currency_id.id,
            "count": 0,
        }[measure]

    @api.model
    def _step(self, measure):
        """The smallest difference that counts: the precision of quantities, a currency's smallest coin, one."""
        if measure == "value":
            return SQL("coalesce(step.rounding, 0.01)")
        digits = self.env["decimal.precision"].precision_get("Product Unit") if measure == "quantity" else 0
        return SQL("power(10::numeric, %s)", -digits)


def _terms(equation):
    """``(side, label, term)`` of an equation, the left side first."""
    return [(side, label, term) for side in ("left", "right") for label, term in getattr(equation, side)]


def _sides(equation, side, sums):
    """``SQL`` of the terms of one side as they are kept; ``sums``: of all terms, as ``_terms`` gives them."""
    return SQL(
        "jsonb_build_array(%s)",
        SQL(", ").join(
            SQL("jsonb_build_array(%s::text, trim_scale(round(coalesce(%s, 0), 6)))", term[1], total)
            for total, term in zip(sums, _terms(equation))
            if term[0] == side
        ),
    )


def _side_sum(equation, side, sums):
    """``SQL`` of one side added up."""
    total = SQL(" + ").join(total for total, term in zip(sums, _terms(equation)) if term[0] == side)
    return SQL("trim_scale(round(%s, 6))", total)
