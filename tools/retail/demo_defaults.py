"""What ``bin/demo`` takes when nothing else is said."""

from datetime import date
from pathlib import Path

ORDERS = Path(__file__).parent / "data" / "online_retail_2010-12-01_to_2010-12-20.csv.gz"
DATE = date(2010, 12, 20)
HISTORY = 1
