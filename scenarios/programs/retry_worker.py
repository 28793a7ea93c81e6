"""A worker that cannot do everything at once, or at all.

Option `fails_first`: for some labels, how often such a message fails before it succeeds. A failed
message is rejected; how often that has happened to it is in its header x-death. Option `poison`: a
label whose messages are never settled for good, but requeued each time.
"""

import dse

options = dse.context().options
done = 0


def times_rejected(message):
    """Returns how often the queue that this worker reads has given up the message as rejected."""
    return sum(
        death["count"]
        for death in message.headers.get("x-death", [])
        if death["queue"] == dse.context().from_ and death["reason"] == "rejected"
    )


def work(message):
    global done
    label = message.headers["label"]
    if label == options["poison"]:
        return dse.eval_([(dse.reject, True)])
    if times_rejected(message) < options["fails_first"].get(str(label), 0):
        return dse.eval_([(dse.reject,)])
    done += 1
    dse.eval_([(dse.metric, "done", done)])


dse.start([(dse.stream_resource, dse.context().from_, work)])
