"""The messages about what the floor was asked name another address or day too, in whatever words somebody has put them."""


def migrate(cr, version):
    """What shows the wished quantities shows all that is wished."""
    cr.execute(
        """
        UPDATE mail_template template
           SET body_html = replace(template.body_html::text, 'object.line_ids', 'object._told_lines()')::jsonb
          FROM ir_model_data data
         WHERE data.module = 'order_processing' AND data.model = 'mail.template' AND data.res_id = template.id
           AND data.name IN ('mail_template_change_accepted', 'mail_template_change_declined')
        """
    )
