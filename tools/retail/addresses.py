"""Plain addresses. The file names only a country: nobody is invented, and nothing looks like a real place of business."""

COUNTRIES = {
    "United Kingdom": "GB",
    "EIRE": "IE",
    "Channel Islands": "JE",
    "USA": "US",
    "RSA": "ZA",
    "Australia": "AU",
    "Austria": "AT",
    "Bahrain": "BH",
    "Belgium": "BE",
    "Bermuda": "BM",
    "Brazil": "BR",
    "Canada": "CA",
    "Cyprus": "CY",
    "Czech Republic": "CZ",
    "Denmark": "DK",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Greece": "GR",
    "Hong Kong": "HK",
    "Iceland": "IS",
    "Israel": "IL",
    "Italy": "IT",
    "Japan": "JP",
    "Korea": "KR",
    "Lebanon": "LB",
    "Lithuania": "LT",
    "Malta": "MT",
    "Netherlands": "NL",
    "Nigeria": "NG",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "Saudi Arabia": "SA",
    "Singapore": "SG",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "Thailand": "TH",
    "United Arab Emirates": "AE",
    "West Indies": "BB",
}
# every how many customers the address stays incomplete
INCOMPLETE_EVERY = 50


def country_code(name):
    """ISO code of a country as the file names it, ``""`` where it names none (“Unspecified”, “European Community”)."""
    return COUNTRIES.get(name, "")


def address(customer, country, place):
    """Address of a customer.

    :param str customer: CustomerID
    :param str country: as in the file
    :param int place: the customer's place among all, in the order of their numbers, from 1
    :return: dict ``{name, street, city, zip, country}``; every fiftieth has neither street nor zip
    """
    complete = place % INCOMPLETE_EVERY != 0
    code = country_code(country)
    return {
        "name": f"Customer {customer}",
        "street": f"{customer} Trade Street" if complete else "",
        "city": f"{country} City" if code else "City",
        "zip": customer if complete else "",
        "country": code,
    }
