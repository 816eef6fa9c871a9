"""Reads what `history export --format csv` wrote, as RFC 4180 says it is, and prints it. $1: the file."""
import csv
import io
import sys

with open(sys.argv[1], newline="", encoding="utf-8") as file:
    text = file.read()
rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
again = io.StringIO(newline="")
csv.writer(again, lineterminator="\r\n").writerows(rows)
assert again.getvalue() == text, "it is not what Python writes of the same rows"
header, runs = rows[0], rows[1:]
assert all(len(run) == len(header) for run in runs), "a run has other columns than the header"
print(", ".join(header))
for run in runs:
    print({name: value for name, value in zip(header, run) if value and name not in ("host", "version")})
