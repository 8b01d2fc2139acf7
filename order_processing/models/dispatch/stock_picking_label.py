from base64 import b64encode
from math import ceil

from odoo import models

from .natural import natural

# the fields of the label's addresses, in CSS pixels (the page is 299 wide: 94 mm), and how wide a letter is in parts of its size
FIELD_WIDTH, FIELD_HEIGHT, LETTER = 285, 150, 0.54
SIZES = range(17, 6, -1)
SENDER_HEIGHT, SENDER_SIZES = 40, range(10, 5, -1)
# what tells a scanner that a Code 128 is a GS1-128, as the drawing library takes it
FNC1 = "\xf1"
# application identifier of an SSCC (GS1 General Specifications 3.3.1)
AI_SSCC = "00"
# start, FNC1, ten pairs of digits, check and stop are 156 modules of four dots; 83 % of the page (78 mm) make each 0.5 mm wide
SSCC_DOTS = (624, 250)


class StockPicking(models.Model):
    """Shipping label and return label: who sends, where to, what is scanned."""

    _inherit = "stock.picking"

    def _label_format(self):
        """The size of this transfer's labels: the customer's, else the company's."""
        self.ensure_one()
        wish = self._papers_customer()._order_paper_wish("order_label_format", self.company_id)
        return wish or self.company_id.sudo().order_label_format

    def _label_packages(self):
        """The packages that leave with this transfer, in the order of their names."""
        self.ensure_one()
        return self.move_line_ids.result_package_id.sorted(lambda package: (natural(package.name), package.id))

    def _label_parcels(self):
        """Names of the packages of this transfer; none: the transfer itself is the parcel."""
        self.ensure_one()
        return self._label_packages().mapped("name") or [self.name]

    def _label_numbers(self):
        """Give the packages that leave with these transfers their SSCCs, where their company has a GS1 prefix."""
        leaving = self.filtered(lambda picking: picking.picking_type_code == "outgoing")
        for company, pickings in leaving.grouped("company_id").items():
            pickings.move_line_ids.result_package_id._give_sscc(company)

    def _label_codes(self):
        """What is scanned on the labels of this transfer, a row per parcel.

        :return: ``[{parcel, sscc, image, says}]``: ``image`` (a data URI) where it is an SSCC, ``says`` why there is none
        """
        self.ensure_one()
        packages = self._label_packages()
        if not packages:
            says = self.env._("Number of the transfer: it is in no package")
            return [{"parcel": self.name, "sscc": "", "image": "", "says": says}]
        rows = []
        for package in packages:
            sscc, says = package._sscc(), ""
            if not sscc:
                says = self.env._("Number of the package: no SSCC")
                if not package.name.isascii():
                    says = self.env._("No barcode: Code 128 has not all letters of this name. Rename the package.")
            rows.append(
                {
                    "parcel": package.name,
                    "sscc": sscc,
                    "image": sscc and self._label_image(f"{FNC1}{AI_SSCC}{sscc}", *SSCC_DOTS),
                    "says": says,
                }
            )
        return rows

    def _label_image(self, value, width, height):
        """``value`` as Code 128 without quiet zones, a data URI: core's widget draws nothing that holds FNC1."""
        image = self.env["ir.actions.report"].barcode("Code128", value, width=width, height=height, quiet=0)
        return f"data:image/png;base64,{b64encode(image).decode()}"

    def _label_home(self):
        """The partner whose address these goods leave from and come back to: the warehouse's, else the company's."""
        self.ensure_one()
        return self.picking_type_id.warehouse_id.partner_id or self.company_id.partner_id

    def _label_sender(self):
        """Who sends: the warehouse's address, after the company's name.

        :return: ``{lines: [str], size: pixels}``, the lines to be printed as one text
        """
        self.ensure_one()
        return self._label_small(self._label_lines(self._label_home(), self.company_id.name))

    def _label_address(self):
        """Where this transfer goes, and in what size it fits the label whole.

        :return: ``{lines: [str], size: pixels}``; no lines where nobody knows where it goes
        """
        self.ensure_one()
        lines = self._label_lines(self.partner_id, self.partner_id.name)
        if self.partner_id.phone:
            lines.append(self.partner_id.phone)
        return self._label_fit(lines)

    def _label_return(self):
        """Both addresses of the way back.

        :return: ``{sender, to}``, each as of ``_label_sender`` and ``_label_address``
        """
        self.ensure_one()
        return {
            "sender": self._label_small(self._label_lines(self.partner_id, self.partner_id.name)),
            "to": self._label_fit(self._label_lines(self._label_home(), self.company_id.name)),
        }

    @staticmethod
    def _label_small(lines):
        letters = len(", ".join(lines))
        for size in SENDER_SIZES:
            if ceil(letters * size * LETTER / FIELD_WIDTH) * size * 1.25 <= SENDER_HEIGHT:
                break
        return {"lines": lines, "size": size}

    @staticmethod
    def _label_fit(lines):
        for size in SIZES:
            letters = int(FIELD_WIDTH / (size * LETTER))
            if sum(ceil(len(line) / letters) for line in lines) * size * 1.2 <= FIELD_HEIGHT:
                break
        return {"lines": lines, "size": size}

    @staticmethod
    def _label_lines(partner, name):
        if not partner:
            return []
        lines = [name or "", *partner._display_address().split("\n")]
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))
