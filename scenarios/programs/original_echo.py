"""The echo consumer as it was: it prints one line for each message."""

import dse


def echo(message):
    seconds, rest = divmod(dse.now_ns(), 1_000_000_000)
    print(
        f"{seconds}.{rest:09} {message.id or '-'} label={message.headers.get('label', '-')}"
        f" key={message.key or '-'} {len(message.payload)} bytes"
        + (" redelivered" if message.redelivered else "")
    )
    dse.next_()


dse.start([(dse.stream_resource, dse.context().from_, echo)])
