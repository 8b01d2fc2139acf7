"""The PDFs of the day."""

from .load_summary import DAY_INTAKES, Figures

SHIPPED = f"""
    SELECT picking.id FROM stock_picking picking
      JOIN stock_picking_type type ON type.id = picking.picking_type_id AND type.code = 'outgoing'
     WHERE picking.state = 'done' AND picking.sale_id IN (SELECT order_id FROM ({DAY_INTAKES}) intake) ORDER BY 1
"""
INVOICES = """
    SELECT id FROM account_move
     WHERE company_id = %(company)s AND state = 'posted' AND move_type = 'out_invoice' AND invoice_date = %(day)s ORDER BY 1
"""
STATEMENTS = """
    SELECT id FROM order_reconciliation
     WHERE company_id = %(company)s AND date = %(day)s AND state = 'signed' ORDER BY revision DESC LIMIT 1
"""


def write_documents(session, day, folder, url):
    """Print the statement, packing slips, labels and invoices of ``day``.

    :param session: an open ``Session``
    :param date day: the business day
    :param folder: where to
    :param str url: a running server of this database: the PDF engine takes style sheets from it
    :return: dict of name to path; a document without records is not printed
    """
    env = session.as_user("manager")
    parameters = session.root["ir.config_parameter"].sudo()
    before = parameters.get_param("report.url")
    parameters.set_param("report.url", url)
    session.commit()
    figures = Figures(session, day)
    wanted = (
        (f"reconciliation-{day}", "order_processing.action_report_reconciliation", STATEMENTS),
        ("packing-slips", "order_processing.action_report_packing_slip", SHIPPED),
        ("labels", "order_processing.action_report_shipping_label", SHIPPED),
        ("invoices", "account.account_invoices", INVOICES),
    )
    written = {}
    for name, report, query in wanted:
        ids = [row[0] for row in figures.rows(query)]
        target = folder / f"{name}.pdf"
        target.unlink(missing_ok=True)
        if ids:
            content, kind = env["ir.actions.report"]._render_qweb_pdf(report, res_ids=ids)
            if kind != "pdf":
                raise RuntimeError(f"{report} was printed as {kind}, not as PDF: is wkhtmltopdf there?")
            target.write_bytes(content)
            written[name] = target
    # that server is gone in a moment
    parameters.set_param("report.url", before)
    session.commit()
    return written
