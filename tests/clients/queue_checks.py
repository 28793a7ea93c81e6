"""Queues: declared, found, refused, bound, purged and deleted."""

from observing import LONGEST_S, Checks, name
from pika_client import Deliveries, put, refusal, served, take, take_all, until

checks = Checks()


def counts(declared):
    return [declared.method.queue, declared.method.message_count, declared.method.consumer_count]


def none_any_more(channel, queue):
    """Waits until there is no such queue; how the last question is answered."""
    connection, last = channel.connection, {}

    def gone():
        last.update(refusal(connection.channel().queue_declare, queue, passive=True))
        return last["level"] != "accepted"

    until(channel, gone, "the end of a queue")
    return last


@checks
def queue_declared_says_counts(broker):
    channel = broker.channel()
    queue = broker.queue_name("q")
    seen = [counts(channel.queue_declare(queue))]
    put(channel, queue, "a", "b")
    seen.append(counts(channel.queue_declare(queue)))
    channel.basic_qos(prefetch_count=1)
    consumer = Deliveries(channel, queue)
    consumer.wait(1)
    seen.append(counts(channel.queue_declare(queue, passive=True)))
    assert [entry[1:] for entry in seen] == [[0, 0], [2, 0], [1, 1]]
    return seen


@checks
def queue_named_by_the_broker(broker):
    channel = broker.channel()
    names = [channel.queue_declare("", exclusive=True).method.queue for _ in range(2)]
    assert names[0] != names[1] and all(entry.startswith("amq.gen-") for entry in names)
    return {"names": names, "again": refusal(channel.queue_declare, names[0], exclusive=True),
            "length": [len(entry) for entry in names]}


@checks
def queue_without_name_is_the_last_declared(broker):
    channel = broker.channel()
    declared = channel.queue_declare("", exclusive=True).method.queue
    exchange = broker.exchange(channel, "e", "fanout")
    channel.queue_bind("", exchange, "k")
    channel.basic_publish(exchange, "", b"x")
    assert take(channel, declared) == ["", b"x"]
    channel.basic_publish(exchange, "", b"y")
    seen = {"taken": take(channel, "")}
    seen["purged"] = channel.queue_purge("").method.message_count
    seen["passive"] = refusal(channel.queue_declare, "", passive=True)  # which takes no name for the last one
    return seen


@checks
def queue_without_name_bound_with_its_name_as_key(broker):
    """Queue and key both empty: the queue's name is the key."""
    channel = broker.channel()
    declared = channel.queue_declare("", exclusive=True).method.queue
    exchange = broker.exchange(channel, "e", "direct")
    channel.queue_bind("", exchange, "")
    for key in ("", declared):
        channel.basic_publish(exchange, key, b"x")
    return take_all(channel, declared)


@checks
def queue_without_name_and_none_declared(broker):
    seen = {"taken": refusal(broker.channel().basic_get, ""),
            "bound": refusal(broker.channel().queue_bind, "", "amq.direct", "k"),
            "purged": refusal(broker.channel().queue_purge, ""),
            "deleted": refusal(broker.channel().queue_delete, ""),
            "consumed": refusal(broker.channel().basic_consume, "", print)}
    assert seen["taken"]["code"] == 404
    return seen


@checks
def queue_named_amq_is_reserved(broker):
    seen = {"new": refusal(broker.channel().queue_declare, "amq.new"),
            "passive": refusal(broker.channel().queue_declare, "amq.new", passive=True),
            "deleted": refusal(broker.channel().queue_delete, "amq.none")}
    assert seen["new"]["code"] == 403
    return seen


@checks
def queue_passive_of_none(broker):
    refused = refusal(broker.channel().queue_declare, name("none"), passive=True)
    assert (refused["level"], refused["code"]) == ("channel", 404)
    return refused


@checks
def queue_passive_compares_nothing(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    return refusal(channel.queue_declare, queue, passive=True, durable=True, arguments={"x-message-ttl": 1})


@checks
def queue_exclusive_is_locked_to_others(broker):
    owner = broker.channel()
    queue = broker.queue(owner, "q", exclusive=True)
    owner.queue_bind(queue, "amq.direct", "bound")
    uses = {"declared": lambda channel: channel.queue_declare(queue, exclusive=True),
            "declared otherwise": lambda channel: channel.queue_declare(queue),
            "passive": lambda channel: channel.queue_declare(queue, passive=True),
            "taken": lambda channel: channel.basic_get(queue),
            "consumed": lambda channel: channel.basic_consume(queue, print),
            "bound": lambda channel: channel.queue_bind(queue, "amq.direct", "k"),
            "unbound": lambda channel: channel.queue_unbind(queue, "amq.direct", "bound"),
            "unbound where it is not bound": lambda channel: channel.queue_unbind(queue, "amq.direct", "k"),
            "purged": lambda channel: channel.queue_purge(queue),
            "deleted": lambda channel: channel.queue_delete(queue)}
    other = broker.connect()
    seen = {what: refusal(use, other.channel()) for what, use in uses.items()}
    assert [what for what, entry in seen.items() if entry.get("code") != 405] == ["unbound where it is not bound"], seen
    return seen


@checks
def queue_exclusive_takes_messages_of_others(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", exclusive=True)
    other = broker.channel()
    other.confirm_delivery()
    other.basic_publish("", queue, b"from another")
    return take_all(channel, queue)


@checks
def queue_exclusive_belongs_to_the_connection(broker):
    connection = broker.connect()
    first = connection.channel()
    queue = broker.queue(first, "q", exclusive=True)
    first.basic_publish("", queue, b"x")
    first.close()
    return take_all(connection.channel(), queue)


@checks
def queue_exclusive_goes_with_its_connection(broker):
    owner = broker.connect()
    queue = broker.queue(owner.channel(), "q", exclusive=True)
    owner.close()
    refused = none_any_more(broker.channel(), queue)
    assert refused["code"] == 404
    return refused


@checks
def queue_auto_delete_goes_with_last_consumer(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", auto_delete=True)
    tags = [channel.basic_consume(queue, print) for _ in range(2)]
    channel.basic_cancel(tags[0])
    seen = [refusal(channel.queue_declare, queue, auto_delete=True)]
    channel.basic_cancel(tags[1])
    seen.append(none_any_more(channel, queue))
    assert [entry["level"] for entry in seen] == ["accepted", "channel"]
    return seen


@checks
def queue_auto_delete_stays_without_a_consumer(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", auto_delete=True)
    channel.close()
    return refusal(broker.channel().queue_declare, queue, auto_delete=True)


@checks
def queue_auto_delete_goes_with_its_consumers_channel(broker):
    connection = broker.connect()
    channel = connection.channel()
    queue = broker.queue(channel, "q", auto_delete=True)
    channel.basic_consume(queue, print)
    channel.close()
    return none_any_more(connection.channel(), queue)


@checks
def queue_declared_otherwise(broker):
    connection = broker.connect()
    queue = broker.queue(connection.channel(), "q")
    seen = {}
    for what, options in (("durable", {"durable": True}), ("auto-delete", {"auto_delete": True}),
                          ("exclusive", {"exclusive": True}), ("ttl", {"arguments": {"x-message-ttl": 1000}}),
                          ("type", {"arguments": {"x-queue-type": "quorum"}, "durable": True}),
                          ("same type", {"arguments": {"x-queue-type": "classic"}}),
                          ("unknown argument", {"arguments": {"x-odd": 1}})):
        seen[what] = refusal(connection.channel().queue_declare, queue, **options)
    assert seen["durable"]["code"] == 406
    return seen


@checks
def queue_arguments_declared_otherwise(broker):
    arguments = {"x-message-ttl": 1000, "x-expires": 60000, "x-max-length": 5, "x-max-length-bytes": 500,
                 "x-overflow": "reject-publish", "x-dead-letter-exchange": "amq.fanout", "x-max-priority": 4,
                 "x-dead-letter-routing-key": "dead", "x-single-active-consumer": True, "x-queue-mode": "lazy"}
    connection = broker.connect()
    queue = broker.queue_name("q")
    connection.channel().queue_declare(queue, arguments=arguments)
    seen = {"same": refusal(connection.channel().queue_declare, queue, arguments=arguments)}
    for key, value in arguments.items():
        without = {other: arguments[other] for other in arguments if other != key}
        seen[f"without {key}"] = refusal(connection.channel().queue_declare, queue, arguments=without)
        if key in ("x-message-ttl", "x-overflow", "x-dead-letter-exchange", "x-max-priority"):
            other = {int: 7, str: "drop-head"}[type(value)]
            seen[f"other {key}"] = refusal(connection.channel().queue_declare, queue,
                                           arguments={**arguments, key: other})
    return seen


WRONG_ARGUMENTS = [
    ("negative ttl", {"x-message-ttl": -1}), ("ttl of text", {"x-message-ttl": "1000"}),
    ("ttl too large", {"x-message-ttl": 2 ** 33}), ("expires 0", {"x-expires": 0}),
    ("negative length", {"x-max-length": -1}), ("length of text", {"x-max-length": "5"}),
    ("negative bytes", {"x-max-length-bytes": -1}), ("unknown overflow", {"x-overflow": "drop-tail"}),
    ("overflow a number", {"x-overflow": 1}), ("priority 256", {"x-max-priority": 256}),
    ("negative priority", {"x-max-priority": -1}), ("key without exchange", {"x-dead-letter-routing-key": "k"}),
    ("exchange a number", {"x-dead-letter-exchange": 1}), ("unknown type", {"x-queue-type": "odd"}),
    ("type a number", {"x-queue-type": 1}), ("unknown mode", {"x-queue-mode": "odd"}),
    ("single active of text", {"x-single-active-consumer": "yes"}), ("delivery limit", {"x-delivery-limit": 3}),
    ("unknown argument", {"x-odd": 1}), ("dead letters to none", {"x-dead-letter-exchange": "there-is-none"}),
]
WRONG_QUORUM = [
    ("not durable", {"durable": False}, {}), ("exclusive", {"exclusive": True}, {}),
    ("auto-delete", {"auto_delete": True}, {}), ("priority", {}, {"x-max-priority": 4}),
    ("ttl", {}, {"x-message-ttl": 1000}), ("lazy", {}, {"x-queue-mode": "lazy"}),
    ("reject-publish-dlx", {}, {"x-overflow": "reject-publish-dlx"}), ("negative limit", {}, {"x-delivery-limit": -1}),
    ("single active", {}, {"x-single-active-consumer": True}), ("priority 256", {}, {"x-max-priority": 256}),
    ("unknown mode", {}, {"x-queue-mode": "odd"}), ("master locator", {}, {"x-queue-master-locator": "client-local"}),
    ("leader locator", {}, {"x-queue-leader-locator": "balanced"}),
    ("unknown leader locator", {}, {"x-queue-leader-locator": "odd"}),
    ("leader locator a number", {}, {"x-queue-leader-locator": 1}),
]


@checks
def queue_arguments_refused(broker):
    connection = broker.connect()
    seen = {}
    for number, (what, arguments) in enumerate(WRONG_ARGUMENTS):
        if connection.is_closed:
            connection = broker.connect()
        seen[what] = refusal(connection.channel().queue_declare, broker.queue_name(f"q{number}"), arguments=arguments)
    return seen


@checks
def queue_quorum_refused(broker):
    connection = broker.connect()
    seen = {}
    for number, (what, options, arguments) in enumerate(WRONG_QUORUM):
        if connection.is_closed:
            connection = broker.connect()
        seen[what] = refusal(connection.channel().queue_declare, broker.queue_name(f"q{number}"),
                             **{"durable": True, **options}, arguments={"x-queue-type": "quorum", **arguments})
    return seen


@checks
def queue_purged(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    put(channel, queue, *"abc")
    held, _, _ = channel.basic_get(queue)
    purged = channel.queue_purge(queue).method.message_count
    assert purged == 2  # and not what was given out
    channel.basic_nack(held.delivery_tag)
    return {"purged": purged, "left": take_all(channel, queue),
            "none": refusal(channel.queue_purge, name("none"))}


@checks
def queue_deleted(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    put(channel, queue, "x")
    seen = {"not empty": refusal(channel.queue_delete, queue, if_empty=True)}
    channel = broker.channel()
    channel.basic_consume(queue, print)
    seen["in use"] = refusal(broker.channel().queue_delete, queue, if_unused=True)
    seen["both"] = refusal(broker.channel().queue_delete, queue, if_unused=True, if_empty=True)
    channel.close()
    channel = broker.channel()
    seen["messages"] = channel.queue_delete(queue).method.message_count
    seen["again"] = channel.queue_delete(queue).method.message_count
    seen["none, if empty"] = refusal(channel.queue_delete, queue, if_empty=True)
    assert seen["not empty"]["code"] == seen["in use"]["code"] == 406
    assert seen["messages"] == 1
    return seen


@checks
def queue_bound_and_unbound(broker):
    channel = broker.channel()
    queue, exchange = broker.queue(channel, "q"), broker.exchange(channel, "e", "direct")
    for _ in range(2):  # the second time it is there already
        channel.queue_bind(queue, exchange, "k")
    channel.basic_publish(exchange, "k", b"once")
    seen = [take_all(channel, queue)]
    channel.queue_bind(queue, exchange, "k", {"x": 1})  # a binding beside the other, and still one copy
    channel.basic_publish(exchange, "k", b"still once")
    seen.append(take_all(channel, queue))
    channel.queue_unbind(queue, exchange, "k")
    channel.basic_publish(exchange, "k", b"by the second")
    seen.append(take_all(channel, queue))
    channel.queue_unbind(queue, exchange, "k", {"x": 1})
    channel.basic_publish(exchange, "k", b"nobody")
    return seen + [take_all(channel, queue), refusal(channel.queue_unbind, queue, exchange, "k")]


@checks
def queue_bound_to_none(broker):
    channel = broker.channel()
    queue, exchange = broker.queue(channel, "q"), broker.exchange(channel, "e", "direct")
    seen = {"exchange": refusal(channel.queue_bind, queue, name("none"), "k"),
            "queue": refusal(broker.channel().queue_bind, name("none"), exchange, "k"),
            "both": refusal(broker.channel().queue_bind, name("none"), name("none-either"), "k"),
            "unbound of exchange": refusal(broker.channel().queue_unbind, queue, name("none"), "k"),
            "unbound of queue": refusal(broker.channel().queue_unbind, name("none"), exchange, "k")}
    assert seen["exchange"]["code"] == seen["queue"]["code"] == 404
    return seen


@checks
def queue_expires_when_unused(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", x_expires=100)
    connection, last = channel.connection, {}

    def gone():
        """Asks the default exchange, because a declaration would count as a use."""
        returned = []
        asking = connection.channel()
        asking.add_on_return_callback(lambda *message: returned.append(message[1].reply_text))
        asking.basic_publish("", queue, b"x", mandatory=True)
        served(asking)
        asking.close()
        last["text"] = returned
        return returned

    until(channel, gone, f"the end of a queue in {LONGEST_S} s")
    return {**last, "declared": refusal(channel.queue_declare, queue, passive=True)}


@checks
def queue_with_long_names(broker):
    channel = broker.channel()
    queue = broker.queue_name("q" * (255 - len(name(""))))
    channel.queue_declare(queue)
    channel.basic_publish("", queue, b"x")
    return [len(queue), len(take_all(channel, queue))]


@checks
def queue_names_of_any_letters(broker):
    channel = broker.channel()
    seen = []
    for suffix in ("grün", "with space", "a/b", "日本", "'quoted'"):
        queue = broker.queue(channel, suffix)
        channel.basic_publish("", queue, b"x")
        seen.append(take(channel, queue))
        seen.append(refusal(broker.channel().queue_declare, name(f"no {suffix}"), passive=True))
    return seen
