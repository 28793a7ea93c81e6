// A task of Celery, as its client publishes it, crosses a gateway and comes out as it was.
#include <signal.h>

#include "attached.h"
#include "foreign_client.h"

namespace {

// What a client of Celery 5 publishes (protocol 2, kombu on py-amqp), byte by byte: integers as `I`, None as
// `V`, lists and tables. `TypedDecoder` gives each value with its type, so that 1 as `I` and 1 as `l` differ.
constexpr const char* kCelery = R"py(
import pika.data
class Raw:
    def __init__(self, data): self.data = data
encode_others = pika.data.encode_value
def encode_value(pieces, value):
    if not isinstance(value, Raw): return encode_others(pieces, value)
    pieces.append(value.data)
    return len(value.data)
pika.data.encode_value = encode_value
def text(value): return b'S' + struct.pack('>I', len(value)) + value.encode()
def integer(value): return b'I' + struct.pack('>i', value)
def array(*values): return b'A' + struct.pack('>I', len(b''.join(values))) + b''.join(values)
def table(**values):
    inner = b''.join(bytes([len(name)]) + name.encode() + value for name, value in values.items())
    return b'F' + struct.pack('>I', len(inner)) + inner
NONE, FALSE = b'V', b't\0'
TASK = '3b1c9f5e-5c0f-4f43-9f0c-8a4f1f5c0a11'
HEADERS = dict(
    lang=text('py'), task=text('proj.tasks.add'), id=text(TASK), shadow=NONE, eta=NONE, expires=NONE, group=NONE,
    group_index=NONE, retries=integer(0), timelimit=array(NONE, NONE), root_id=text(TASK), parent_id=NONE,
    argsrepr=text('(2, 3)'), kwargsrepr=text('{}'), origin=text('gen1@host'), ignore_result=FALSE,
    replaced_task_nesting=integer(0), stamped_headers=NONE, stamps=table(),
    delivery_info=table(priority=integer(4), exchange=text(''), redelivered=NONE),
    more=array(table(a=integer(-1), b=b'd' + struct.pack('>d', 0.5)), array(b'x\0\0\0\2\0\377')),
    when=b'T' + struct.pack('>Q', 1700000000), share=b'D' + struct.pack('>BI', 2, 1234),
    widths=array(b'b\377', b'B\377', b's\377\377', b'u\377\377', b'i' + b'\377' * 4, b'l' + b'\377' * 8,
                 b'f' + struct.pack('>f', 0.1)))
PROPERTIES = dict(
    content_type='application/json', content_encoding='utf-8', delivery_mode=2, priority=4, correlation_id=TASK,
    reply_to='b5a3f6b2-0d3b-3c58-9d3c-1b1a5c8f3f0e', expiration='600000', type='task', user_id='guest')
BODY = b'[[2, 3], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]'
)py";

}  // namespace

TEST_CASE("celery: a task goes through the gateway and comes out as it was, but for our own headers") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(), std::string(kCelery) + R"py(
declare('celery-in')
declare('celery-out')
publish('celery-in', BODY, key='celery', headers={n: Raw(v) for n, v in HEADERS.items()}, **PROPERTIES)
)py");
  const std::string scenario =
      fixture.write("celery.toml",
                    "[component.inbox]\nkind = \"echo\"\nfrom = \"tasks\"\n"
                    "[[gateway.import]]\nqueue = \"celery-in\"\nto = \"tasks\"\n"
                    "[[gateway.export]]\nfrom = \"tasks\"\nexchange = \"celery-out\"\n");
  Process process(
      broker_command(broker.url(), {"attach", scenario, "--out", fixture.run(), "--quiet", "--record"}));
  wait_until([&] { return captured_so_far(fixture) >= 1; }, [&] { return process.err_so_far(); });
  process.send_when(SIGINT, [] { return true; });
  const Outcome attached = process.wait();
  CAPTURE(attached.err);
  CHECK(attached.status == 130);
  foreign_client(fixture, broker.url(), std::string(kCelery) + R"py(
def decode_raw(encoded, offset):
    start = offset
    kind = encoded[offset:offset + 1]
    sizes = dict(t=1, b=1, B=1, s=2, u=2, I=4, i=4, l=8, f=4, d=8, T=8, D=5, V=0)
    size = sizes.get(kind.decode())
    if size is None: size = 4 + struct.unpack('>I', encoded[offset + 1:offset + 5])[0]
    end = offset + 1 + size
    return encoded[start:end], end
pika.data.decode_value = decode_raw
method, found, body = channel.basic_get('celery-out', auto_ack=True)
assert method is not None, 'nothing came out'
assert method.routing_key == 'celery', method.routing_key
assert body == BODY, body
def in_order(value):
    "The bytes of a value, with the tables in it in the order of their names."
    if value[:1] == b'A':
        at, parts = 5, []
        while at < len(value):
            part, at = decode_raw(value, at)
            parts.append(in_order(part))
        return array(*parts)
    if value[:1] == b'F':
        at, entries = 5, {}
        while at < len(value):
            name = value[at + 1:at + 1 + value[at]].decode()
            entries[name], at = decode_raw(value, at + 1 + value[at])
        return table(**{name: in_order(entries[name]) for name in sorted(entries)})
    return value
headers = {name: value for name, value in found.headers.items() if not name.startswith('x-dse-')}
assert headers == {name: in_order(value) for name, value in HEADERS.items()}, headers
for name in ('content_type', 'content_encoding', 'delivery_mode', 'priority', 'correlation_id', 'reply_to',
             'expiration', 'type', 'user_id', 'message_id', 'app_id', 'timestamp', 'cluster_id'):
    assert getattr(found, name) == PROPERTIES.get(name), (name, getattr(found, name))
)py");
  const Outcome replayed =
      run_process(dse_command({"replay", scenario, "--capture", fixture.run() + "/capture", "--out",
                               fixture.file("again"), "--quiet"}));
  CAPTURE(replayed.err);
  CHECK(fingerprints_of(fixture.file("again")) == fingerprints_of(fixture.run()));
  const Outcome shown = run_process(dse_command({"capture", "cat", fixture.run() + "/capture"}));
  CHECK_THAT(shown.out, ContainsSubstring("timelimit = [void, void]") &&
                            ContainsSubstring("share = decimal(12.34)") && ContainsSubstring("priority=4"));
}

TEST_CASE("celery: a user that is not ours leaves as a header, and is a user again where it comes in") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  declare_resource(connection, channel, "users");
  const auto publish = [&](const std::string& user) {
    connection.publish(
        channel,
        {.exchange = "users", .message = {.id = "of " + user, .more = dse::MoreProperties{.user_id = user}}});
  };
  publish("guest");
  publish("ada");
  connection.consume(channel, "users");
  for (const std::string user : {"guest", "ada"}) {
    const std::optional<dse::AmqpEvent> event = connection.wait(std::chrono::seconds(10));
    REQUIRE(event);
    const auto* delivery = std::get_if<dse::AmqpDelivery>(&*event);
    REQUIRE(delivery != nullptr);
    CHECK(delivery->message.id == "of " + user);
    CHECK(delivery->message.more->user_id == user);
    CHECK(delivery->message.headers.empty());
  }
}

TEST_CASE("celery: what RabbitMQ would close the channel for is refused with the reason, and not sent") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  const auto refused = [&](dse::MoreProperties more, const std::string& reason) {
    const dse::MessageFields message{.id = "m", .more = std::move(more)};
    CHECK_THROWS_WITH(connection.publish(channel, {.exchange = "amq.topic", .message = message}),
                      ContainsSubstring("message \"m\" cannot be sent: " + reason));
  };
  refused({.expiration = "5ms"}, "its expiration is \"5ms\"");
  refused({.expiration = "-1"}, "its expiration is \"-1\"");
  refused({.reply_to = "amq.rabbitmq.reply-to"}, "its reply_to is \"amq.rabbitmq.reply-to\"");
  refused({.delivery_mode = std::uint8_t{3}}, "its delivery_mode is 3");
  // The channel is still there.
  const dse::MessageFields fine{.id = "m", .more = dse::MoreProperties{.expiration = "5"}};
  connection.publish(channel, {.exchange = "amq.topic", .message = fine});
  CHECK(connection.declare_queue(channel, "", {.exclusive = true}).messages == 0);
}
