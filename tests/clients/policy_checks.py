"""What queues do by their arguments: time to live, lengths, priorities, dead letters, quorum queues."""

import pika

from observing import Checks, name
from pika_client import Deliveries, properties_of, put, refusal, served, take, take_all, take_when_there, until

checks = Checks()


def graveyard(broker, channel):
    """A queue that dead letters go to by a fanout exchange."""
    exchange, queue = broker.exchange(channel, "dead", "fanout"), broker.queue(channel, "graveyard")
    channel.queue_bind(queue, exchange)
    return exchange, queue


def without_time(headers):
    """x-death's times are different each time, but they are times."""
    for death in headers.get("x-death", []):
        death["time"] = type(death["time"]).__name__
    return headers


def dead_letter(channel, queue):
    method, properties, body = take_when_there(channel, queue)
    properties.headers = without_time(properties.headers)
    return [method.exchange, method.routing_key, body, properties_of(properties)]


@checks
def dead_letter_of_a_rejected_message(broker):
    channel = broker.channel()
    dead, graves = graveyard(broker, channel)
    queue = broker.queue(channel, "q", x_dead_letter_exchange=dead)
    channel.basic_publish("", queue, b"x", pika.BasicProperties(headers={"kept": 1}, message_id="m", delivery_mode=2))
    method, _, _ = channel.basic_get(queue)
    channel.basic_reject(method.delivery_tag, requeue=False)
    letter = dead_letter(channel, graves)
    assert letter[3]["headers"]["x-death"][0]["reason"] == "rejected"
    return letter


@checks
def dead_letter_with_a_key_of_its_own(broker):
    channel = broker.channel()
    dead, graves = graveyard(broker, channel)
    queue = broker.queue(channel, "q", x_dead_letter_exchange=dead, x_dead_letter_routing_key="dead.key")
    channel.basic_publish("", queue, b"x")
    method, _, _ = channel.basic_get(queue)
    channel.basic_nack(method.delivery_tag, requeue=False)
    return dead_letter(channel, graves)


@checks
def dead_letter_of_an_expired_message(broker):
    channel = broker.channel()
    dead, graves = graveyard(broker, channel)
    queue = broker.queue(channel, "q", x_dead_letter_exchange=dead, x_message_ttl=20)
    channel.basic_publish("", queue, b"of the queue")
    seen = [dead_letter(channel, graves)]
    channel.basic_publish("", queue, b"of its own", pika.BasicProperties(expiration="10"))
    seen.append(dead_letter(channel, graves))
    assert "expiration" not in seen[1][3]
    return seen


@checks
def dead_letter_of_a_full_queue(broker):
    channel = broker.channel()
    dead, graves = graveyard(broker, channel)
    queue = broker.queue(channel, "q", x_dead_letter_exchange=dead, x_max_length=1)
    for text in "ab":
        channel.basic_publish("", queue, text)
    return [dead_letter(channel, graves), take_all(channel, queue)]


@checks
def dead_letter_of_a_refused_publication(broker):
    channel = broker.channel()
    dead, graves = graveyard(broker, channel)
    queue = broker.queue(channel, "q", x_dead_letter_exchange=dead, x_max_length=1, x_overflow="reject-publish-dlx")
    for text in "ab":
        channel.basic_publish("", queue, text)
    return [dead_letter(channel, graves), take_all(channel, queue)]


@checks
def dead_letter_counts_deaths(broker):
    channel = broker.channel()
    queue = broker.queue_name("q")
    other = broker.queue(channel, "other", x_dead_letter_exchange="", x_dead_letter_routing_key=queue, x_message_ttl=1)
    channel.queue_declare(queue, arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": other})
    channel.basic_publish("", queue, b"x")
    for _ in range(3):
        def there():
            return channel.basic_get(queue)
        method, _, _ = until(channel, lambda: (got := there())[0] and got, "the message")
        channel.basic_reject(method.delivery_tag, requeue=False)
    method, properties, body = take_when_there(channel, queue)
    headers = without_time(properties.headers)
    assert [death["count"] for death in headers["x-death"]] == [3, 3]
    return [method.routing_key, body, headers]


@checks
def dead_letter_in_a_circle_is_dropped(broker):
    """A message that expires in a circle with nobody's doing is dropped."""
    channel = broker.channel()
    channel.confirm_delivery()
    queue = broker.queue_name("q")
    channel.queue_declare(queue, arguments={"x-dead-letter-exchange": "", "x-message-ttl": 1})
    channel.basic_publish("", queue, b"x")
    until(channel, lambda: channel.queue_declare(queue, passive=True).method.message_count == 0, "the end of it")
    return take_all(channel, queue)


@checks
def dead_letter_to_a_missing_exchange(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", x_dead_letter_exchange=name("none"))
    channel.basic_publish("", queue, b"x")
    method, _, _ = channel.basic_get(queue)
    channel.basic_reject(method.delivery_tag, requeue=False)
    return take_all(channel, queue)


@checks
def ttl_of_a_queue(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", x_message_ttl=30)
    put(channel, queue, "x")
    until(channel, lambda: channel.queue_declare(queue, passive=True).method.message_count == 0, "the end of it")
    return take_all(channel, queue)


@checks
def ttl_zero_reaches_only_who_waits(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", x_message_ttl=0)
    channel.basic_publish("", queue, b"nobody waits")
    seen = [take_all(channel, queue)]
    consumer = Deliveries(channel, queue, auto_ack=True)
    channel.basic_publish("", queue, b"at once", pika.BasicProperties(expiration="0"))
    consumer.wait(1)
    return seen + [consumer.bodies()]


@checks
def ttl_of_a_message_behind_another(broker):
    """Only the head of a queue expires."""
    channel = broker.channel()
    dead, graves = graveyard(broker, channel)
    queue = broker.queue(channel, "q", x_dead_letter_exchange=dead)
    put(channel, queue, "long", expiration="60000")
    put(channel, queue, "short", expiration="1")
    seen = [channel.queue_declare(queue, passive=True).method.message_count, take(channel, queue)]
    return seen + [dead_letter(channel, graves)[2]]


@checks
def length_drops_the_head(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", x_max_length=2)
    for text in "abcd":
        channel.basic_publish("", queue, text)
    return take_all(channel, queue)


@checks
def length_in_bytes(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", x_max_length_bytes=5)
    for text in ("aa", "bbb", "c", "dddddd", "e"):
        channel.basic_publish("", queue, text)
    return take_all(channel, queue)


@checks
def length_zero_takes_nothing(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", x_max_length=0)
    channel.basic_publish("", queue, b"x")
    return take_all(channel, queue)


@checks
def length_does_not_count_what_is_given_out(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", x_max_length=1)
    channel.basic_publish("", queue, b"a")
    method, _, _ = channel.basic_get(queue)
    channel.basic_publish("", queue, b"b")
    channel.basic_nack(method.delivery_tag)
    return take_all(channel, queue)


@checks
def priorities_order_messages(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q", x_max_priority=5)
    for text, priority in (("none", None), ("one", 1), ("five", 5), ("nine", 9), ("three", 3), ("zero", 0), ("six", 6)):
        channel.basic_publish("", queue, text, pika.BasicProperties(priority=priority))
    return take_all(channel, queue)


@checks
def single_active_consumer(broker):
    connection = broker.connect()
    channel, other = connection.channel(), connection.channel()
    queue = broker.queue(channel, "q", x_single_active_consumer=True)
    first, second = Deliveries(channel, queue, auto_ack=True), Deliveries(other, queue, auto_ack=True)
    for text in "ab":
        channel.basic_publish("", queue, text)
    first.wait(2)
    channel.basic_cancel(first.tag)
    channel.basic_publish("", queue, b"c")
    second.wait(1)
    return [first.bodies(), second.bodies()]


def quorum(broker, channel, suffix="q", **arguments):
    return broker.queue(channel, suffix, durable=True, x_queue_type="quorum", **arguments)


@checks
def quorum_counts_deliveries(broker):
    channel = broker.channel()
    channel.confirm_delivery()
    queue = quorum(broker, channel)
    channel.basic_publish("", queue, b"x", pika.BasicProperties(headers={"a": 1}))
    seen = []
    for _ in range(3):
        method, properties, _ = until(channel, lambda: (got := channel.basic_get(queue))[0] and got, "the message")
        seen.append([method.redelivered, properties_of(properties)])
        channel.basic_nack(method.delivery_tag)
    assert seen[2][1]["headers"]["x-delivery-count"] == 2
    return seen


@checks
def quorum_counts_deliveries_to_consumers(broker):
    channel = broker.channel()
    channel.confirm_delivery()
    queue = quorum(broker, channel)
    channel.basic_publish("", queue, b"x")
    seen = []

    def take(_channel, method, properties, _body):
        seen.append([method.redelivered, properties_of(properties)])
        if len(seen) < 3:
            channel.basic_nack(method.delivery_tag)

    channel.basic_consume(queue, take)
    until(channel, lambda: len(seen) == 3, "three deliveries")
    return seen


@checks
def quorum_limits_deliveries(broker):
    channel = broker.channel()
    channel.confirm_delivery()
    dead, graves = graveyard(broker, channel)
    queue = quorum(broker, channel, x_delivery_limit=1, x_dead_letter_exchange=dead)
    channel.basic_publish("", queue, b"x")
    for _ in range(2):
        method, _, _ = until(channel, lambda: (got := channel.basic_get(queue))[0] and got, "the message")
        channel.basic_nack(method.delivery_tag)
    return dead_letter(channel, graves)


@checks
def quorum_takes_no_global_prefetch(broker):
    channel = broker.channel()
    queue = quorum(broker, channel)
    channel.basic_qos(prefetch_count=1, global_qos=True)
    refused = refusal(channel.basic_consume, queue, print)
    assert refused["code"] == 540
    return refused


@checks
def quorum_is_not_deleted_under_conditions(broker):
    queue = quorum(broker, broker.channel())
    return {"unused": refusal(broker.channel().queue_delete, queue, if_unused=True),
            "empty": refusal(broker.channel().queue_delete, queue, if_empty=True)}


@checks
def quorum_consumed_in_order(broker):
    channel = broker.channel()
    channel.confirm_delivery()
    queue = quorum(broker, channel)
    for number in range(20):
        channel.basic_publish("", queue, str(number))
    channel.basic_qos(prefetch_count=5)
    consumer = Deliveries(channel, queue)
    for count in range(5, 21, 5):
        consumer.wait(count)
        channel.basic_ack(consumer[count - 1][0], multiple=True)
    served(channel)
    return consumer.bodies()
