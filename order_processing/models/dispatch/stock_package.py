import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL
from odoo.tools.barcode import check_barcode_encoding, get_barcode_check_digit

# digits of an SSCC without its check digit: extension digit, company prefix, serial number
SSCC_DIGITS = 17
# what scanners make of its GS1-128: with or without the symbology's name, FNC1 and the application identifier
SCANNED = re.compile(r"(?:\]C1|\x1d|\xf1)?(?:\(00\)|00)?([0-9]{18})")


class StockPackage(models.Model):
    _inherit = "stock.package"
    # a label is scanned for the package that it sticks on
    _rec_names_search = ["complete_name", "order_sscc"]

    order_sscc = fields.Char(
        "SSCC",
        copy=False,
        help="Serial shipping container code: the number of this package all over the world, for good.",
    )

    _order_sscc_once = models.UniqueIndex(
        "(order_sscc) WHERE order_sscc IS NOT NULL", "Another package has this SSCC already: each is given once."
    )

    @api.constrains("order_sscc")
    def _check_order_sscc(self):
        for package in self:
            if package.order_sscc and not check_barcode_encoding(package.order_sscc, "sscc"):
                raise ValidationError(
                    self.env._(
                        "%(package)s: “%(code)s” is no SSCC. It has 18 digits, the last of which checks the others; leave it empty"
                        " and one is given with the label.",
                        package=package.name,
                        code=package.order_sscc,
                    )
                )

    def write(self, vals):
        """A package keeps its SSCC: the carrier and the customer know it by that number."""
        if "order_sscc" in vals:
            known = self.filtered(lambda package: package.order_sscc and package.order_sscc != vals["order_sscc"])
            if known:
                raise UserError(
                    self.env._(
                        "%s have an SSCC already, and it stays theirs for good. Pack the goods into a new package for a new one.",
                        ", ".join(known.mapped("name")),
                    )
                )
        return super().write(vals)

    def _sscc(self):
        """The SSCC of this package: its own, or its name where that is one, as core has it; else ``""``."""
        self.ensure_one()
        if self.order_sscc:
            return self.order_sscc
        return self.name if check_barcode_encoding(self.name or "", "sscc") else ""

    @api.model
    def _scanned_sscc(self, code):
        """The SSCC that ``code``, as a scanner read it off a label, stands for; ``code`` itself where it is none."""
        found = SCANNED.fullmatch(code)
        return found[1] if found and check_barcode_encoding(found[1], "sscc") else code

    def _give_sscc(self, company):
        """Give those of these packages that have none the next numbers under the GS1 prefix of ``company``, if it has one.

        :raises UserError: the numbers under the prefix are used up, or their sequence is gone
        """
        prefix = company.sudo().order_gs1_prefix
        bare = self.filtered(lambda package: not package._sscc()) if prefix else self.browse()
        if not bare:
            return
        codes = self._next_sscc(company, prefix, len(bare))
        self._check_sscc_free(company, codes)
        for package, code in zip(bare.sudo(), codes):
            package.order_sscc = code

    @api.model
    def _check_sscc_free(self, company, codes):
        """:raises UserError: a package has one of ``codes`` already: two sequences count under the same prefix"""
        taken = self.sudo().search(["|", ("order_sscc", "in", codes), ("name", "in", codes)], limit=1)
        if taken:
            raise UserError(
                self.env._(
                    "The next SSCC of %(company)s, %(code)s, is that of the package %(package)s already. Set the next number of the"
                    " sequence with the code “order.sscc” beyond those that were given under this prefix (Settings > Technical >"
                    " Sequences); companies with the same prefix share one sequence.",
                    company=company.name,
                    code=taken._sscc(),
                    package=taken.name,
                )
            )

    @api.model
    def _next_sscc(self, company, prefix, count):
        """``count`` new SSCCs: the first digit of the running number extends the prefix, the rest is the serial number.

        GS1 General Specifications 2.2.1 and 7.9.1 (check digit). The sequence never starts anew, so none is given twice.
        """
        sequence, numbers = self._draw_numbers("order.sscc", company, count)
        if not numbers:
            raise UserError(
                self.env._(
                    "No SSCC can be given: the sequence with the code “order.sscc” is missing, or is not of the standard"
                    " implementation. Mend it under Settings > Technical > Sequences, or take the GS1 prefix off %s.",
                    company.name,
                )
            )
        length, codes = SSCC_DIGITS - len(prefix), []
        for number in numbers:
            serial = str(number).zfill(length)
            if len(serial) > length:
                raise UserError(
                    self.env._(
                        "The GS1 prefix %(prefix)s of %(company)s has no number left: “%(sequence)s” has come to %(number)s. If other"
                        " prefixes were counted with it, give the company a sequence of its own with the code “order.sscc”; else"
                        " enter another prefix too.",
                        prefix=prefix,
                        company=company.name,
                        sequence=sequence.name,
                        number=number,
                    )
                )
            body = serial[0] + prefix + serial[1:]
            # core's function leaves the last digit out
            codes.append(f"{body}{get_barcode_check_digit(body + '0')}")
        return codes

    @api.model
    def _draw_numbers(self, code, company, count):
        """The sequence called ``code``, the company's own before that of all, and ``count`` numbers drawn with one query.

        :return: ``(ir.sequence, [int])``; no numbers where the sequence is none from which they can be drawn so
        """
        sequence = (
            self.env["ir.sequence"]
            .sudo()
            .search([("code", "=", code), ("company_id", "in", [company.id, False])], order="company_id", limit=1)
        )
        if not sequence or sequence.implementation != "standard" or sequence.use_date_range:
            return sequence, []
        rows = self.env.execute_query(
            SQL("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", f"ir_sequence_{sequence.id:03d}", count)
        )
        return sequence, [number for (number,) in rows]

    def _dispatch_create(self, count):
        """``count`` new packages named by core's sequence, whose numbers are drawn with one query where it allows that."""
        sequence, numbers = self._draw_numbers("stock.package", self.env.company, count)
        if not numbers:
            return self.create([{"name": False} for _number in range(count)])
        # the unit is given, since its default is looked up for each package
        unit = self._get_default_weight_uom()
        return self.create([{"name": sequence.get_next_char(number), "weight_uom_name": unit} for number in numbers])
