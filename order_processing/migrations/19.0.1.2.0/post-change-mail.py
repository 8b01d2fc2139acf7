"""The messages about what the floor was asked name another address or day too, in whatever words somebody has put them."""


def migrate(cr, version):
    """What is shown where quantities are wished is shown where anything is; what walks through the lines itself still does."""
    cr.execute(
        r"""
        UPDATE mail_template template
           SET body_html = replace(template.body_html::text, 't-if=\"object.line_ids\"', 't-if=\"object._told_lines()\"')::jsonb
          FROM ir_model_data data
         WHERE data.module = 'order_processing' AND data.model = 'mail.template' AND data.res_id = template.id
           AND data.name IN ('mail_template_change_accepted', 'mail_template_change_declined')
        """
    )
