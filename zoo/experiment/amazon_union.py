"""Makes one log of several categories of Amazon: train.csv.gz, valid.csv.gz and test.csv.gz in a folder.

    python3 amazon_union.py RAW OUT CATEGORY...

Each category is sampled by itself, as zoo prepare --data amazon --split last-two does it: for each review of a user but the first a
positive, and with it a negative, an item of the same category that the user never reviewed. The column source is the category.
The files number users and items anew in each category, so the first letter of the category is put before each name: a user of two
categories counts as two.
"""
import ast
import collections
import csv
import gzip
import json
import os
import random
import sys

COLUMNS = ["label", "source", "user", "item", "category", "brand", "history_length", "day_gap", "item_history", "category_history",
           "last_item", "last_category"]
MOST_PAST = 100  # items of a history


def read_histories(path):
    """Returns the reviews (time, item) of each user, in the order of time."""
    histories = collections.defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for line in lines:
            review = json.loads(line)
            histories[review["reviewerID"]].append((review["unixReviewTime"], review["asin"]))
    for history in histories.values():
        history.sort(key=lambda review: review[0])
    return histories


def read_items(path):
    """Returns the finest category and the brand of each item."""
    items = {}
    with gzip.open(path, "rt") as lines:
        for line in lines:
            item = ast.literal_eval(line)
            items[item["asin"]] = item["categories"][-1][-1] if item.get("categories") else "", item.get("brand") or ""
    return items


def samples(source, histories, items, rng):
    """Yields, of each review of a user but the first, the number of later reviews and the two samples."""
    def named(name):
        return source[0] + name.replace("|", "/") if name else ""  # | is between the values of a list

    reviewed = sorted({item for history in histories.values() for _, item in history})
    for user, history in histories.items():
        own = {item for _, item in history}
        for i in range(1, len(history)):
            past = [item for _, item in history[max(0, i - MOST_PAST):i]]
            days = (history[i][0] - history[i - 1][0]) // (24 * 60 * 60)
            common = [i, days, "|".join(map(named, past)), "|".join(named(items[item][0]) for item in past), named(past[-1]), named(items[past[-1]][0])]
            negative = rng.choice(reviewed)
            while negative in own:
                negative = rng.choice(reviewed)
            pair = ((1, history[i][1]), (0, negative))
            yield len(history) - 1 - i, [[label, source, named(user), named(item), *map(named, items[item]), *common] for label, item in pair]


def main(raw, out, *categories):
    if len({category[0] for category in categories}) < len(categories):
        sys.exit("amazon_union: two categories begin with the same letter")
    os.makedirs(out, exist_ok=True)
    files = [gzip.open(os.path.join(out, part + ".csv.gz"), "wt", compresslevel=1, newline="") for part in ("test", "valid", "train")]
    parts = [csv.writer(file, lineterminator="\n") for file in files]
    for part in parts:
        part.writerow(COLUMNS)
    rng = random.Random(1)
    for category in categories:
        items = collections.defaultdict(lambda: ("", ""), read_items(os.path.join(raw, f"meta_{category}.json.gz")))
        for later, pair in samples(category, read_histories(os.path.join(raw, f"reviews_{category}_5.json.gz")), items, rng):
            parts[min(later, 2)].writerows(pair)  # the last pair of a user is of the test part, the one before of the validation part
    for file in files:
        file.close()


main(*sys.argv[1:])
