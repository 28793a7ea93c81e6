"""A worker that counts urgent and usual messages, and reports the longest wait of each kind."""

import dse

longest_us = {"urgent": 0, "usual": 0}
counts = {"urgent": 0, "usual": 0}


def work(message):
    key = message.key
    waited_us = (dse.now_ns() - message.timestamp_ns) // 1000
    longest_us[key] = max(longest_us[key], waited_us)
    counts[key] += 1
    dse.eval_([(dse.metric, key, counts[key]), (dse.metric, key + "_wait_us", longest_us[key])])


dse.start([(dse.stream_resource, dse.context().from_, work)])
