"""Exchanges: declared, found, refused, bound to each other, and how each type routes."""

import pika

from observing import Checks, name
from pika_client import properties_of, refusal, served, take, take_all

checks = Checks()
TYPES = ("direct", "fanout", "topic", "headers")


@checks
def exchange_of_each_type(broker):
    channel = broker.channel()
    for kind in TYPES:
        exchange = broker.exchange(channel, f"{kind}-exchange", kind)
        channel.exchange_declare(exchange, kind)  # again, the same
        channel.exchange_declare(exchange, kind, passive=True)
    return {"open": channel.is_open}


@checks
def exchange_of_unknown_type(broker):
    refused = refusal(broker.channel().exchange_declare, broker.exchange_name("odd"), "x-odd")
    assert refused["code"] == 503
    return refused


@checks
def exchange_passive_of_none(broker):
    refused = refusal(broker.channel().exchange_declare, name("none"), "direct", passive=True)
    assert (refused["level"], refused["code"]) == ("channel", 404)
    return refused


@checks
def exchange_passive_compares_nothing(broker):
    channel = broker.channel()
    exchange = broker.exchange(channel, "e", "direct")
    return refusal(channel.exchange_declare, exchange, "fanout", passive=True, durable=True)


@checks
def exchange_declared_otherwise(broker):
    seen = {}
    exchange = broker.exchange(broker.channel(), "e", "direct")
    for what, kind, options in (("type", "fanout", {}), ("durable", "direct", {"durable": True}),
                                ("auto-delete", "direct", {"auto_delete": True}),
                                ("internal", "direct", {"internal": True}),
                                ("argument", "direct", {"arguments": {"alternate-exchange": "amq.fanout"}}),
                                ("unknown argument", "direct", {"arguments": {"x-odd": 1}})):
        seen[what] = refusal(broker.channel().exchange_declare, exchange, kind, **options)
    assert seen["type"]["code"] == 406
    return seen


@checks
def exchange_alternate_declared_otherwise(broker):
    channel = broker.channel()
    exchange = broker.exchange(channel, "e", "direct", arguments={"alternate-exchange": "amq.fanout"})
    seen = {"without": refusal(channel.exchange_declare, exchange, "direct")}
    seen["other"] = refusal(broker.channel().exchange_declare, exchange, "direct",
                            arguments={"alternate-exchange": "amq.direct"})
    seen["same"] = refusal(broker.channel().exchange_declare, exchange, "direct",
                           arguments={"alternate-exchange": "amq.fanout"})
    return seen


@checks
def exchange_alternate_of_wrong_type(broker):
    return refusal(broker.channel().exchange_declare, broker.exchange_name("e"), "direct",
                   arguments={"alternate-exchange": 1})


@checks
def exchange_auto_delete_goes_with_last_binding(broker):
    channel = broker.channel()
    exchange = broker.exchange(channel, "e", "direct", auto_delete=True)
    queue = broker.queue(channel, "q")
    seen = [refusal(channel.exchange_declare, exchange, "direct", passive=True)]
    for key in "ab":
        channel.queue_bind(queue, exchange, key)
    channel.queue_unbind(queue, exchange, "a")
    seen.append(refusal(channel.exchange_declare, exchange, "direct", passive=True))
    channel.queue_unbind(queue, exchange, "b")
    seen.append(refusal(channel.exchange_declare, exchange, "direct", passive=True))
    assert [entry["level"] for entry in seen] == ["accepted", "accepted", "channel"]
    return seen


@checks
def exchange_auto_delete_goes_with_its_queue(broker):
    channel = broker.channel()
    exchange = broker.exchange(channel, "e", "direct", auto_delete=True)
    channel.queue_bind(broker.queue(channel, "q"), exchange, "a")
    channel.queue_delete(name("q"))
    return refusal(channel.exchange_declare, exchange, "direct", passive=True)


@checks
def exchange_internal_takes_no_publication(broker):
    channel = broker.channel()
    exchange = broker.exchange(channel, "e", "direct", internal=True)
    channel.basic_publish(exchange, "k", b"x")
    refused = refusal(served, channel)
    assert refused["code"] == 403
    return refused


@checks
def exchange_internal_is_reached_by_binding(broker):
    channel = broker.channel()
    inner = broker.exchange(channel, "inner", "fanout", internal=True)
    outer = broker.exchange(channel, "outer", "fanout")
    queue = broker.queue(channel, "q")
    channel.exchange_bind(inner, outer)
    channel.queue_bind(queue, inner)
    channel.basic_publish(outer, "k", b"x")
    return take_all(channel, queue)


@checks
def exchange_default_is_what_it_is(broker):
    seen = {"declared": refusal(broker.channel().exchange_declare, "", "direct", durable=True),
            "passive": refusal(broker.channel().exchange_declare, "", "direct", passive=True),
            "deleted": refusal(broker.channel().exchange_delete, "")}
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    seen["bound"] = refusal(channel.queue_bind, queue, "", "k")
    seen["unbound"] = refusal(broker.channel().queue_unbind, queue, "", "k")
    seen["destination"] = refusal(broker.channel().exchange_bind, "", "amq.direct", "k")
    seen["source"] = refusal(broker.channel().exchange_bind, "amq.direct", "", "k")
    assert seen["deleted"]["code"] == 403
    return seen


@checks
def exchange_default_reaches_queues_by_name(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    channel.basic_publish("", queue, b"x")
    taken = take(channel, queue)
    assert taken == [queue, b"x"]
    return taken


@checks
def exchange_amq_ones_are_there(broker):
    channel = broker.channel()
    for kind in TYPES:
        channel.exchange_declare(f"amq.{kind}", kind, durable=True)
    channel.exchange_declare("amq.match", "headers", durable=True)
    return {"otherwise": refusal(channel.exchange_declare, "amq.direct", "direct"),
            "trace": refusal(broker.channel().exchange_declare, "amq.rabbitmq.trace", "topic", passive=True)}


@checks
def exchange_amq_is_reserved(broker):
    seen = {"new": refusal(broker.channel().exchange_declare, "amq.new", "direct"),
            "new passive": refusal(broker.channel().exchange_declare, "amq.new", "direct", passive=True),
            "deleted": refusal(broker.channel().exchange_delete, "amq.direct"),
            "none deleted": refusal(broker.channel().exchange_delete, "amq.none")}
    assert seen["new"]["code"] == seen["deleted"]["code"] == 403
    return seen


@checks
def exchange_deleted(broker):
    channel = broker.channel()
    exchange = broker.exchange(channel, "e", "direct")
    channel.queue_bind(broker.queue(channel, "q"), exchange, "k")
    seen = {"in use": refusal(channel.exchange_delete, exchange, if_unused=True)}
    channel = broker.channel()
    channel.exchange_delete(exchange)
    seen["again"] = refusal(channel.exchange_delete, exchange)
    seen["none, if unused"] = refusal(channel.exchange_delete, exchange, if_unused=True)
    assert seen["in use"]["code"] == 406
    return seen


@checks
def exchange_bindings_chain(broker):
    channel = broker.channel()
    first, second = broker.exchange(channel, "first", "topic"), broker.exchange(channel, "second", "direct")
    queue = broker.queue(channel, "q")
    channel.exchange_bind(second, first, "a.#")
    channel.queue_bind(queue, second, "a.b")
    for key in ("a.b", "a.c", "b"):
        channel.basic_publish(first, key, key)
    seen = [take_all(channel, queue)]
    channel.exchange_unbind(second, first, "a.#")
    channel.exchange_unbind(second, first, "a.#")  # which is not there any more
    channel.basic_publish(first, "a.b", b"late")
    return seen + [take_all(channel, queue)]


@checks
def exchange_bound_in_a_circle(broker):
    channel = broker.channel()
    first, second = broker.exchange(channel, "first", "fanout"), broker.exchange(channel, "second", "fanout")
    queue = broker.queue(channel, "q")
    for destination, source in ((first, second), (second, first), (first, first)):
        channel.exchange_bind(destination, source)
    channel.queue_bind(queue, first)
    channel.queue_bind(queue, second)
    channel.basic_publish(second, "", b"once")
    return take_all(channel, queue)


@checks
def exchange_bound_to_none(broker):
    channel = broker.channel()
    exchange = broker.exchange(channel, "e", "direct")
    seen = {"source": refusal(channel.exchange_bind, exchange, name("none"), "k"),
            "destination": refusal(broker.channel().exchange_bind, name("none"), exchange, "k"),
            "both": refusal(broker.channel().exchange_bind, name("none"), name("none-either"), "k"),
            "unbound": refusal(broker.channel().exchange_unbind, name("none"), exchange, "k")}
    assert seen["source"]["code"] == 404
    return seen


def routed(broker, kind, bindings, publications):
    """For each publication (key, headers), the bindings (key, arguments) it went through."""
    channel = broker.channel()
    exchange = broker.exchange(channel, "e", kind)
    queues = []
    for number, (key, arguments) in enumerate(bindings):
        queues.append(broker.queue(channel, f"q{number}"))
        channel.queue_bind(queues[-1], exchange, key, arguments)
    seen = []
    for key, headers in publications:
        channel.basic_publish(exchange, key, b"x", pika.BasicProperties(headers=headers))
        seen.append([key, headers, [bindings[i] for i, queue in enumerate(queues) if take_all(channel, queue)]])
    return seen


@checks
def exchange_topic_routes_by_words(broker):
    patterns = ["#", "*", "a.*", "a.#", "*.b.#", "#.c", "a.b.c", "", "*.*", "#.#", "#.*", "a..b"]
    keys = ["", "a", "a.b", "a.b.c", "b", "c", "a.c", ".", "a..b", "a.b.c.d", "x.b"]
    return routed(broker, "topic", [(pattern, None) for pattern in patterns], [(key, None) for key in keys])


@checks
def exchange_direct_routes_by_key(broker):
    return routed(broker, "direct", [("a", None), ("b", None), ("#", None), ("", None)],
                  [("a", None), ("#", None), ("", None), ("c", None)])


@checks
def exchange_fanout_routes_all(broker):
    return routed(broker, "fanout", [("a", None), ("b", None)], [("a", None), ("c", None)])


@checks
def exchange_headers_match_all_or_any(broker):
    pair = {"a": 1, "b": "two"}
    bindings = [("", {"x-match": "all", **pair}), ("", {"x-match": "any", **pair}), ("", pair),
                ("", {"x-match": "all"}), ("", {"x-match": "any"}), ("", {"a": True}), ("", {"a": None}),
                ("", {"x-match": "all", "x-a": 1}),
                ("", {"x-match": "any", "x-a": 1}), ("", {"x-match": "all-with-x", "x-a": 1}),
                ("", {"x-match": "any-with-x", "x-a": 1, "b": 1})]
    publications = [("", headers) for headers in (
        None, {}, {"a": 1}, pair, {"a": 1, "b": "three"}, {"a": "1"}, {"a": 2 ** 40}, {"b": "two"}, {"a": True},
        {"x-a": 1}, {"a": None})]
    return routed(broker, "headers", bindings, publications)


@checks
def exchange_headers_match_otherwise(broker):
    channel = broker.channel()
    exchange, queue = broker.exchange(channel, "e", "headers"), broker.queue(channel, "q")
    return {"unknown": refusal(channel.queue_bind, queue, exchange, "", {"x-match": "some"}),
            "number": refusal(broker.channel().queue_bind, queue, exchange, "", {"x-match": 1})}


@checks
def exchange_alternate_takes_what_has_no_route(broker):
    channel = broker.channel()
    other = broker.exchange(channel, "other", "fanout")
    exchange = broker.exchange(channel, "e", "direct", arguments={"alternate-exchange": other})
    routed_queue, unrouted_queue = broker.queue(channel, "routed"), broker.queue(channel, "unrouted")
    channel.queue_bind(routed_queue, exchange, "k")
    channel.queue_bind(unrouted_queue, other)
    returned = []
    channel.add_on_return_callback(lambda *message: returned.append(message[3]))
    for key in ("k", "other"):
        channel.basic_publish(exchange, key, key, mandatory=True)
    served(channel)
    channel.exchange_delete(other)
    channel.basic_publish(exchange, "other", b"nobody", mandatory=True)
    served(channel)
    return [take_all(channel, routed_queue), take_all(channel, unrouted_queue), returned]


@checks
def exchange_headers_name_more_keys(broker):
    channel = broker.channel()
    queues = {key: broker.queue(channel, key) for key in ("to", "copy", "blind")}
    headers = {"CC": [queues["copy"]], "BCC": [queues["blind"]]}
    channel.basic_publish("", queues["to"], b"x", pika.BasicProperties(headers=headers))
    seen = {}
    for key, queue in queues.items():
        method, properties, _ = channel.basic_get(queue, auto_ack=True)
        seen[key] = method and [method.routing_key, properties_of(properties)]
    for what, wrong in (("text", {"CC": "text"}), ("number in it", {"BCC": [1]})):
        channel = broker.channel()
        channel.basic_publish("", queues["to"], b"x", pika.BasicProperties(headers=wrong))
        seen[what] = refusal(served, channel)
    return seen
