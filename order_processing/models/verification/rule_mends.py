from odoo import api, models

PRICELIST = "pricelist_price"
ADDRESS = "complete_address"
ASK = "ask_customer"
# what the customer can answer may be asked; credit, stock and checklists are the house's own affair
MENDS_OF_STAGE = {"product": (ASK,), "price": (ASK,), "delivery": (ASK,)}


class OrderVerificationRule(models.Model):
    """What mends the findings of a rule, and how the customer is asked about them."""

    _inherit = "order.verification.rule"

    @api.model
    def _mends(self):
        """The mending acts of each code; a file of rules adds its own by extending this.

        :return: dict of code to tuple of ``pricelist_price``, ``complete_address``, ``ask_customer``; a code that is
            not named has those of its stage (``MENDS_OF_STAGE``)
        """
        return {
            "zero_price": (PRICELIST, ASK),
            "price_far": (PRICELIST, ASK),
            "price_off": (PRICELIST, ASK),
            "address_incomplete": (ADDRESS, ASK),
            "duplicate": (ASK,),
        }

    @api.model
    def _questions(self):
        """The question to the customer of each code, in the language of the environment.

        ``%(product)s``, ``%(expected)s``, ``%(found)s``, ``%(address)s`` and ``%(date)s`` (the wished one) are
        replaced. A file of rules adds its own by extending this; a code that is not named is asked about by its name.

        :return: dict of code to text
        """
        price = self.env._(
            "%(product)s: your order says %(found)s a unit, our price for you is %(expected)s. Which one did we agree on?"
        )
        return {
            "zero_price": self.env._("%(product)s: your order gives no price. Which price did you expect?"),
            "price_far": price,
            "price_off": price,
            "bad_quantity": self.env._("%(product)s: how many do you need?"),
            "product_unsaleable": self.env._(
                "%(product)s is no longer available. May we offer you something else, or shall we leave it out?"
            ),
            "address_incomplete": self.env._(
                "The delivery address that we have is not complete: %(address)s. Please send us the full address."
            ),
            "past_date": self.env._(
                "You wished to have the goods on %(date)s, which is past. Which day would suit you now?"
            ),
            "duplicate": self.env._(
                "We have a very similar order of yours (%(found)s). Is this a further order, or the same one again?"
            ),
        }
