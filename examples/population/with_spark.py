"""How many users get the new checkout, by country? With Spark: with_spark.py users.parquet"""

import os
import sys
from pathlib import Path

import isoflag
import isoflag.spark
from pyspark.sql import SparkSession

# The workers run this Python, which has isoflag.
os.environ["PYSPARK_PYTHON"] = sys.executable
spark = SparkSession.builder.getOrCreate()
flags = isoflag.Flags.from_json((Path(__file__).parents[1] / "shop" / "flags.json").read_text("utf-8"))
users = spark.read.parquet(sys.argv[1])
answers = isoflag.spark.evaluate(users, flags, ["checkout-v2"], context={"key": "id"}, keep=True)
counts = answers.groupBy("country", "checkout-v2").count().orderBy("country", "checkout-v2").collect()
for country, value, users in counts:
    print(country, value, users)

# The plot: a bar of the share that gets it.
for country in sorted({row.country for row in counts}):
    by_value = {row["checkout-v2"]: row["count"] for row in counts if row.country == country}
    share = by_value.get(True, 0) / sum(by_value.values())
    print(f"{country} {'█' * round(share * 50):<50} {share:.1%}")
