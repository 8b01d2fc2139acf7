import json
import re

# how messages that a manager may have changed since put a quantity into words, in six digits at most
BEFORE = re.compile(
    r"""<t t-out="\(?'%g' % line\.(\w+)\)?">(\d+)</t> <t t-out="line\.(product_uom_id|uom_id)\.name or ''">Units</t>"""
)
AFTER = r'<t t-out="line.\3._quantity_words(line.\1)">\2 Units</t>'


def migrate(cr, _version):
    """Messages to customers name a quantity in full and in their language; all that else was changed in them stays."""
    cr.execute("SELECT id, body_html FROM mail_template WHERE body_html::text LIKE %s", ["%'\\%g' \\%%"])
    for template_id, bodies in cr.fetchall():
        mended = {lang: BEFORE.sub(AFTER, body or "") for lang, body in bodies.items()}
        cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", [json.dumps(mended), template_id])
