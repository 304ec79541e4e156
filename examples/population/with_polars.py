"""How many users get the new checkout, by country? With Polars: with_polars.py users.parquet"""

import sys
from pathlib import Path

import isoflag
import isoflag.arrow
import polars as pl

flags = isoflag.Flags.from_json((Path(__file__).parents[1] / "shop" / "flags.json").read_text("utf-8"))
users = pl.read_parquet(sys.argv[1])
answers = pl.DataFrame(isoflag.arrow.evaluate(flags, users, ["checkout-v2"], context={"key": "id"}, keep=True))
counts = answers.group_by("country", "checkout-v2").len().sort("country", "checkout-v2")
for country, value, users in counts.iter_rows():
    print(country, value, users)
