#!/usr/bin/env python3
"""Prints the records of a CSV file as a library reads them, one a line: each field as the hexadecimal digits of its
bytes and a space. Lines without any character are left out.

    read_csv.py (csv|pandas) FILE SEPARATOR

The separator is given as the number of its character."""

import csv
import io
import sys


def read_by_csv(path, separator):
    # Each byte is a character, whatever the encoding.
    with open(path, encoding="latin-1", newline="") as file:
        text = file.read()
    lines = io.StringIO(text.removeprefix("\xef\xbb\xbf"), newline="")
    return [record for record in csv.reader(lines, delimiter=separator) if record]


def read_by_pandas(path, separator):
    import pandas  # takes a while, and is not needed for the other

    table = pandas.read_csv(path, engine="c", sep=separator, header=None, dtype=str, keep_default_na=False,
                            encoding="latin-1", encoding_errors="strict")
    records = table.values.tolist()
    # In this encoding a byte order mark is three characters.
    records[0][0] = records[0][0].removeprefix("\xef\xbb\xbf")
    return records


def main():
    library, path, separator = sys.argv[1], sys.argv[2], chr(int(sys.argv[3]))
    read = {"csv": read_by_csv, "pandas": read_by_pandas}[library]
    for record in read(path, separator):
        print("".join(field.encode("latin-1").hex() + " " for field in record))


if __name__ == "__main__":
    main()
