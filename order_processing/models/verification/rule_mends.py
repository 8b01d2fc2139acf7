from odoo import api, models

PRICELIST = "pricelist_price"
ADDRESS = "complete_address"
ASK = "ask_customer"
TAXES = "position_taxes"
VALIDITY = "new_validity"
CARRIER = "choose_carrier"
# what the customer can answer may be asked; credit, stock and checklists are the house's own affair
MENDS_OF_STAGE = {"product": (ASK,), "price": (ASK,), "delivery": (ASK,)}


class OrderVerificationRule(models.Model):
    """What mends the findings of a rule, and how the customer is asked about them."""

    _inherit = "order.verification.rule"

    @api.model
    def _mends(self):
        """The mending acts of each code; a file of rules adds its own by extending this.

        :return: dict of code to tuple of ``pricelist_price``, ``complete_address``, ``ask_customer``,
            ``position_taxes``, ``new_validity``, ``choose_carrier``; a code that is not named has those of its stage
            (``MENDS_OF_STAGE``)
        """
        return {
            "zero_price": (PRICELIST, ASK),
            "price_far": (PRICELIST, ASK),
            "price_off": (PRICELIST, ASK),
            "discount_limit": (PRICELIST,),
            # what a line costs us and how it is taxed is nothing that a customer knows
            "margin_low": (),
            "tax_differs": (TAXES,),
            "quotation_expired": (VALIDITY,),
            "address_incomplete": (ADDRESS, ASK),
            "postcode_form": (ADDRESS, ASK),
            "contact_missing": (ADDRESS, ASK),
            "carrier_missing": (CARRIER, ASK),
            "carrier_unserved": (CARRIER, ASK),
            "carrier_overload": (CARRIER, ASK),
            "vat_invalid": (ASK,),
            "duplicate": (ASK,),
            "stock_short": (ASK,),
        }

    @api.model
    def _questions(self):
        """The question to the customer of each code, in the language of the environment.

        ``%(product)s``, ``%(quantity)s`` (with its unit), ``%(expected)s``, ``%(found)s``, ``%(address)s``, ``%(date)s``
        (the wished one), ``%(carrier)s`` and ``%(total)s`` are replaced. A file of rules adds its own by extending this; a code that is not named is asked about by its name.

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
            "quantity_minimum": self.env._(
                "%(product)s: you ordered %(quantity)s, which is less than the smallest quantity that we sell. May we raise"
                " it, or shall we leave it out?"
            ),
            "quantity_multiple": self.env._(
                "%(product)s: you ordered %(quantity)s, and we sell whole packages only. May we raise or lower the quantity to"
                " whole packages?"
            ),
            "unit_foreign": self.env._(
                "%(product)s: we do not sell it by the unit that you ordered (%(quantity)s). How much do you need?"
            ),
            "custom_value_missing": self.env._(
                "%(product)s is made to your order. What shall we enter for the details that you choose?"
            ),
            "price_disagrees": self.env._(
                "%(product)s stands in your order twice, at different prices (%(found)s and %(expected)s). Which one did we"
                " agree on?"
            ),
            "quantity_unusual": self.env._(
                "%(product)s: you ordered %(quantity)s, which is not what you usually order. Is the quantity as you mean it?"
            ),
            "product_restricted": self.env._(
                "We cannot supply %(product)s to you at this address: %(address)s. May we offer you something else, or shall"
                " we leave it out?"
            ),
            "currency_differs": self.env._(
                "Your order is in %(found)s, our prices for you are in %(expected)s. In which currency shall we invoice?"
            ),
            "total_differs": self.env._(
                "Your order states a total of %(expected)s, by our prices it is %(found)s. What did you reckon with?"
            ),
            "postcode_form": self.env._(
                "The postcode of the delivery address does not look right: %(address)s. Please send us the full address."
            ),
            "contact_missing": self.env._(
                "The carrier needs to reach somebody at the delivery address. Please send us a phone number and an e-mail"
                " address."
            ),
            "carrier_missing": self.env._("How shall we send the goods to you?"),
            "carrier_unserved": self.env._(
                "%(carrier)s does not deliver to this address: %(address)s. How else may we send the goods?"
            ),
            "carrier_overload": self.env._(
                "The goods are too heavy or too large for %(carrier)s. How else may we send them?"
            ),
            "ship_to_foreign": self.env._("The goods are to go to this address: %(address)s. Is that right?"),
            "destination_blocked": self.env._(
                "We do not deliver to this address: %(address)s. To which other one may we send the goods?"
            ),
            "lead_time_short": self.env._(
                "You wished to have the goods on %(date)s, which is sooner than we can deliver. Which later day would suit you?"
            ),
            "vat_invalid": self.env._("Please send us your VAT number: we have none of yours that is valid."),
            "stock_short": self.env._(
                "%(product)s: not all of the %(quantity)s is there for the day that you wish. Shall we send what we have and"
                " the rest later, or wait until we can send all?"
            ),
        }
