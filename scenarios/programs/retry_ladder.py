"""It puts each message that a worker has given up on a rung of the retry ladder.

The header x-death has the deaths of a message, the last one first. What was rejected is written
with the number of its rejections as routing key, everything else with the reason of its death: the
bindings say which of these keys mean another try. The headers stay as they are, so that the broker
goes on counting.
"""

import dse


def rung(deaths):
    last = deaths[0]
    return str(last["count"]) if last["reason"] == "rejected" else last["reason"]


def send_on(message):
    again = dse.Message(
        message.payload,
        key=rung(message.headers["x-death"]),
        headers=message.headers,
        correlation_id=message.correlation_id or message.id,
    )
    dse.eval_([(dse.write_resource, dse.context().to[0], again)])


dse.start([(dse.stream_resource, dse.context().from_, send_on)])
