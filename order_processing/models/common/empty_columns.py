from odoo.tools.sql import column_exists, create_column


def add_empty_columns(model, columns):
    """Make the columns that ``model`` gets by an update empty, so that Odoo computes nothing for the records that are there.

    To be called by ``_auto_init`` before core's; on a table that has them it does nothing.

    :param model: record set of the model
    :param dict columns: field name to PostgreSQL's type
    """
    for name, kind in columns.items():
        if not column_exists(model.env.cr, model._table, name):
            create_column(model.env.cr, model._table, name, kind)
