import logging
from base64 import b64encode

from psycopg2 import DatabaseError

from odoo import models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools.pdf import PdfReadError, merge_pdf

from .order_print import PAPERS

_logger = logging.getLogger(__name__)
PROCESSOR = "order_processing.group_processor"
CLOSED = ("done", "cancel")
KINDS = tuple(kind for kind, _label in PAPERS)
# of which a customer may say otherwise than the company
OWN = ("slip", "invoice", "return_label")
LABELS = ("label", "return_label")
REPORTS = {
    "pick_list": "order_processing.action_report_pick_list",
    "slip": "order_processing.action_report_packing_slip",
    "label": "order_processing.action_report_shipping_label",
    "return_label": "order_processing.action_report_return_label",
    "invoice": "account.account_invoices",
}
# what the reader of PDFs raises, by where a file is damaged
BROKEN = (PdfReadError, LookupError, TypeError, AttributeError, ValueError, OSError, RuntimeError)


class SaleOrderPapers(models.Model):
    """The papers of a batch of orders: one PDF per kind, company by company in picking order, each printed in one go."""

    _inherit = "sale.order"

    def action_dispatch_and_print(
        self, pickup=True, invoice=True, check=True, business_date=None, kinds=None, again=False
    ):
        """Dispatch confirmed orders and print their papers: ``action_dispatch``, then ``action_print_papers`` of what left.

        The goods have left whether their papers could be printed or not; what could not says why.

        :param list kinds: of ``pick_list``, ``slip``, ``label``, ``return_label``, ``invoice``; default: what the company wants
        :param bool again: print what was printed before as well, as copies
        :return: ``{results, documents}``: ``results`` as of ``action_dispatch``, each with ``papers`` (kinds that were printed)
            and ``unprinted`` (``[{kind, document, message}]``); ``documents`` as of ``action_print_papers``
        :raises AccessError: no processor, or an order that the user may not write
        :raises UserError: an unknown kind, or a day that is none; nothing is dispatched then
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        wanted = self._paper_kinds(kinds)
        results = self.action_dispatch(pickup=pickup, invoice=invoice, check=check, business_date=business_date)
        left, bills = self.picking_ids.browse(), self.invoice_ids.browse()
        for order, result in zip(self, results):
            # names are unique within a company, and these may be of several
            names = set(result["transfers"] + result["invoices"])
            left |= order.picking_ids.filtered(lambda picking, names=names: picking.name in names)
            bills |= order.invoice_ids.filtered(lambda move, names=names: move.name in names)
        chosen = {
            "pick_list": left._first_steps(),
            **dict.fromkeys(("slip", "label", "return_label"), left),
            "invoice": bills,
        }
        chosen = {kind: chosen[kind] for kind in wanted}
        if kinds is None:
            chosen = {kind: self._papers_wanted(kind, records) for kind, records in chosen.items()}
        documents, refused = self._print_chosen(chosen, again)
        told, _known = self._papers_told(chosen, documents, refused)
        for order, result in zip(self, results):
            result.update(told[order])
        return {"results": results, "documents": [self._papers_sent(document) for document in documents]}

    def action_print_papers(self, kinds=None, again=False):
        """Print papers of these orders. Pick lists are of the goods that are to leave, which are reserved first; packing slips
        and labels of what has left; invoices of what is posted.

        :param list kinds: of ``pick_list``, ``slip``, ``label``, ``return_label``, ``invoice``; default: what the company wants
        :param bool again: print what was printed before as well: it is marked as a copy. Without, the second call prints nothing
        :return: ``{results, documents}``: one result per order, in order, ``{order, order_id, ok, code, message, papers,
            unprinted}`` with ``code`` ``printed``, ``nothing`` or ``refused`` (something could not be printed: ``unprinted``,
            ``[{kind, document, message}]``, says what and why); one document per kind that has pages, ``{kind, name, documents,
            copies, pdf}``: names in the order of the pages, how many of them are copies, and the PDF in base64
        :raises AccessError: no processor, or an order that the user may not write
        :raises UserError: an unknown kind; nothing is printed then
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("write")
        named = kinds is not None
        chosen = {
            kind: (self if named else self._papers_wanted(kind))._papers_of(kind) for kind in self._paper_kinds(kinds)
        }
        documents, refused = self._print_chosen(chosen, again)
        told, known = self._papers_told(chosen, documents, refused)
        results = []
        for order in self:
            own = told[order]
            code, message = "printed", ""
            if own["unprinted"]:
                code, message = "refused", "\n".join(row["message"] for row in own["unprinted"])
            elif not own["papers"]:
                code, message = (
                    "nothing",
                    self.env._("Nothing of it is left to print: ask for copies to print it again."),
                )
                if order not in known:
                    message = self.env._("It has none of these papers yet.")
            results.append(
                {
                    "order": order.name,
                    "order_id": order.id,
                    "ok": not own["unprinted"],
                    "code": code,
                    "message": message,
                    **own,
                }
            )
        return {"results": results, "documents": [self._papers_sent(document) for document in documents]}

    def _paper_kinds(self, kinds):
        """``kinds`` in the order in which papers are needed; by default what companies or customers of these orders want.

        :raises UserError: one of them is unknown
        """
        if kinds is None:
            return [kind for kind in KINDS if self._papers_wanted(kind)]
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        unknown = [str(kind) for kind in kinds if kind not in KINDS]
        if unknown:
            raise UserError(
                self.env._(
                    "There is no paper called “%(unknown)s”. There are: %(known)s.",
                    unknown="”, “".join(unknown),
                    known=", ".join(KINDS),
                )
            )
        return [kind for kind in KINDS if kind in kinds]

    def _papers_wanted(self, kind, records=None):
        """Those of ``records`` (default: these orders) whose customer wants papers of ``kind``, else the company."""
        records = self if records is None else records
        own = kind in OWN

        def wanted(record):
            wish = (
                record._papers_customer()._order_paper_wish(f"order_paper_{kind}", record.company_id) if own else None
            )
            return record.company_id.sudo()[f"order_paper_{kind}"] if wish is None else wish

        return records.filtered(wanted)

    def _papers_customer(self):
        """Whose wishes count for the papers of this order."""
        return self.partner_id

    def _papers_of(self, kind):
        """The documents of these orders that have a paper of ``kind``."""
        if kind == "invoice":
            return self.invoice_ids.filtered(lambda move: move.state == "posted" and move.move_type == "out_invoice")
        if kind == "pick_list":
            waiting = self.picking_ids.filtered(lambda picking: picking.state not in CLOSED and not picking.return_id)
            first = waiting._first_steps() & waiting
            unready = first.filtered(lambda picking: picking.state in ("confirmed", "waiting") and picking.move_ids)
            if unready:
                unready.action_assign()
            return first.filtered(lambda picking: any(move.quantity for move in picking.move_ids))
        return self.picking_ids.filtered(
            lambda picking: (
                picking.picking_type_code == "outgoing" and picking.state == "done" and not picking.return_id
            )
        )

    def _print_chosen(self, chosen, again):
        """Print each kind of ``chosen`` (dict of kind to records), each company's on its own paper, labels size by size.

        :return: ``(documents, refused)``: rows ``{kind, records, copies, content}``, and dict of (kind, record) to why not
        """
        documents, refused = [], {}
        for kind, records in chosen.items():
            known = self.env["order.print"]._printed(kind, records)
            wanted = records if again else records - known
            if kind != "invoice":
                wanted = self._print_free(kind, wanted._in_picking_order(), refused)
            else:
                wanted = self._papers_sorted(wanted)
            sets = wanted.grouped(
                lambda record, kind=kind: (record.company_id, record._label_format() if kind in LABELS else "")
            ).values()
            pieces = [piece for own in sets for piece in self._print_try(kind, own, refused)]
            printed = wanted.browse().union(*sets).filtered(lambda record, kind=kind: (kind, record) not in refused)
            if pieces and printed:
                documents.append(
                    {
                        "kind": kind,
                        "records": printed,
                        "copies": len(printed & known),
                        "content": pieces[0] if len(pieces) == 1 else merge_pdf(pieces),
                    }
                )
        return documents, refused

    def _papers_sorted(self, invoices):
        """``invoices`` in the picking order of the first transfer of their orders."""
        places = {}
        for number, picking in enumerate(self.picking_ids._in_picking_order()):
            places.setdefault(picking.sale_id, number)
        last = len(places) + len(self.picking_ids)

        def key(move):
            orders = move.invoice_line_ids.sale_line_ids.order_id
            return min((places.get(order, last) for order in orders), default=last), move.name, move.id

        return invoices.sorted(key)

    def _print_free(self, kind, pickings, refused):
        """Those of ``pickings`` that no hold keeps from being printed; the others go to ``refused``."""
        held = pickings._order_print_held()
        for picking, holds in held.items():
            words = "; ".join(hold._words().removeprefix("- ") for hold in holds.sorted("id"))
            refused[kind, picking.with_env(self.env)] = self.env._(
                "%(picking)s is not printed while the order is held: %(holds)s", picking=picking.name, holds=words
            )
        return pickings.filtered(lambda picking: (kind, picking) not in refused)

    def _print_try(self, kind, records, refused):
        """Print ``records`` in one run of the engine; where that is refused, each half by itself, down to the one at fault.

        :return: list of PDFs, in the order of the records
        """
        if not records:
            return []
        report = self.env["ir.actions.report"]
        try:
            with self.env.cr.savepoint():
                if kind == "invoice":
                    # core keeps their PDFs; those that are printed from here are counted here
                    self.env["order.print"]._enter(kind, records)
                return [self._print_pdf(kind, records)]
        except Exception as error:
            message = self._print_problem(kind, records, error)
            if not message:
                raise
            # without an engine nothing is printed, however small the set
            if len(records) == 1 or report.get_wkhtmltopdf_state() == "install":
                refused.update({(kind, record): message for record in records})
                return []
            half = len(records) // 2
            first = self._print_try(kind, records[:half], refused)
            return first + self._print_try(kind, records[half:], refused)

    def _print_problem(self, kind, records, error):
        """In words, what is wrong with a paper of ``records`` of which ``error`` came; ``""`` where it is none of the paper's.

        A template that somebody has changed may fail on the data of one document alone.
        """
        if isinstance(error, (UserError, RedirectWarning)):
            return str(error.args[0])
        problem = getattr(error, "qweb", None)
        if not problem or isinstance(error, DatabaseError):
            return ""
        _logger.warning("%s of %s cannot be drawn", REPORTS[kind], records.mapped("name"), exc_info=error)
        return self.env._(
            "%(document)s: the report “%(report)s” cannot be drawn with what stands there (%(problem)s). Somebody who may change"
            " reports can mend the template.",
            document=", ".join(records.mapped("name")),
            report=self.env.ref(REPORTS[kind]).sudo().name,
            problem=problem.error,
        )

    def _print_pdf(self, kind, records):
        """The PDF of ``records``, in one piece.

        :raises UserError: one of those that are stored with invoices is broken
        """
        report = self.env["ir.actions.report"]
        if kind != "invoice":
            return report._render_qweb_pdf(REPORTS[kind], res_ids=records.ids)[0]
        try:
            batch = report.with_context(order_print_batch=True)
            content, made = batch._render_qweb_pdf(REPORTS[kind], res_ids=records.ids)
            # as it is merged with others later
            return merge_pdf([content]) if made == "pdf" else content
        except BROKEN as error:
            _logger.info("The PDF of %s cannot be read", records.mapped("name"), exc_info=True)
            raise UserError(
                self.env._(
                    "The PDF of %s cannot be read. Where it is stored with the document, delete that attachment and print again.",
                    ", ".join(records.mapped("name")),
                )
            ) from error

    def _papers_told(self, chosen, documents, refused):
        """What became of the papers of these orders.

        :return: dict of order to ``{papers: [kind], unprinted: [{kind, document, message}]}``, and the orders that have any of
            ``chosen``
        """
        owners = {}
        for order in self:
            for record in (*order.picking_ids, *order.invoice_ids):
                owners.setdefault(record, []).append(order)
        told = {order: {"papers": [], "unprinted": []} for order in self}
        for document in documents:
            for record in document["records"]:
                for order in owners.get(record, ()):
                    if document["kind"] not in told[order]["papers"]:
                        told[order]["papers"].append(document["kind"])
        for (kind, record), message in refused.items():
            for order in owners.get(record, ()):
                told[order]["unprinted"].append({"kind": kind, "document": record.name, "message": message})
        known = {order for records in chosen.values() for record in records for order in owners.get(record, ())}
        return told, known

    def _papers_sent(self, document):
        """``document`` as plain values for who called."""
        labels = dict(self.env["order.print"]._fields["kind"]._description_selection(self.env))
        return {
            "kind": document["kind"],
            "name": f"{labels[document['kind']]}.pdf",
            "documents": document["records"].mapped("name"),
            "copies": document["copies"],
            "pdf": b64encode(document["content"]).decode(),
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    def _papers_customer(self):
        """Whose wishes count for the print of this invoice: who ordered."""
        return self.invoice_line_ids.sale_line_ids.order_id.partner_id[:1] or self.partner_id


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _papers_customer(self):
        """Whose wishes count for the papers of this transfer: who ordered."""
        return self.sale_id.sudo().partner_id or self.partner_id

    def _first_steps(self):
        """The transfers that take the goods of these from their places: themselves where a delivery has one step."""
        moves, first = self.move_ids, self.browse()
        while moves:
            # what was bought or made for the order comes from no place of ours
            before = moves.move_orig_ids.filtered(lambda move: move.picking_id.sale_id)
            first |= moves.filtered(lambda move, before=before: not move.move_orig_ids & before).picking_id
            moves = before
        return first
