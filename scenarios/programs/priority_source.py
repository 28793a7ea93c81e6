"""A source that sends `count` orders, one every `every`. Every `of`th is urgent.

An urgent message has the priority 9 and the key `urgent`. A usual one has the key `usual`, no
priority, and an expiration of `patience_ms`.
"""

import dse

options = dse.context().options
resource = dse.context().to[0]


def order(number):
    if number % options["of"] == options["of"] - 1:
        return dse.Message(b"urgent order", key="urgent", priority=9)
    return dse.Message(b"order", key="usual", expiration=options["patience_ms"])


def send(number):
    if number == options["count"]:
        return dse.eval_([(dse.exit_, 0)])
    dse.eval_([
        (dse.write_resource, resource, order(number)),
        (dse.after, options["every"]),
        (send, number + 1),
    ])


dse.start([(send, 0)])
