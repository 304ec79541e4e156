"""How many users get the new checkout, by country? With DuckDB: with_duckdb.py users.parquet"""

import sys
from pathlib import Path

import duckdb
import isoflag
import isoflag.arrow

flags = isoflag.Flags.from_json((Path(__file__).parents[1] / "shop" / "flags.json").read_text("utf-8"))
connection = duckdb.connect()
# A cursor of its own: the query below waits forever for a relation of the same connection.
users = connection.cursor().read_parquet(sys.argv[1])
answers = isoflag.arrow.evaluate(flags, users, ["checkout-v2"], context={"key": "id"}, keep=True)
connection.register("answers", answers)
counts = connection.sql('SELECT country, "checkout-v2", count(*) FROM answers GROUP BY ALL ORDER BY ALL')
for country, value, users in counts.fetchall():
    print(country, value, users)
