// amqplib's API of promises.
import assert from "node:assert/strict";
import { once } from "node:events";

import amqp from "amqplib";

import { consume, filled, refusal, takeAll, text } from "./amqplib_client.mjs";
import { name, within } from "./observing.mjs";

const EVERY_OPTION = {
  expiration: "60000", userId: undefined, CC: undefined, priority: 7, persistent: true, contentType: "text/plain",
  contentEncoding: "utf-8", headers: { a: 1, deep: { list: [1, "two", null, true] }, big: 2 ** 40, half: 0.5 },
  correlationId: "c", replyTo: "r", messageId: "m", timestamp: 1700000000, type: "greeting", appId: "checks",
};

export const promised = {
  async connection_tells_of_itself(broker) {
    const connection = await broker.connect();
    const { product, version, capabilities } = connection.connection.serverProperties;
    return { product, version: version.split(".")[0], capabilities };
  },

  async connection_with_a_wrong_password(broker) {
    const url = new URL(broker.url);
    url.password = "wrong";
    return amqp.connect(url.href).then(() => "accepted", (error) => [error.code, error.message]);
  },

  async connection_to_another_virtual_host(broker) {
    const url = new URL(broker.url);
    url.pathname = "/there-is-none";
    return amqp.connect(url.href).then(() => "accepted", (error) => [error.code, error.message]);
  },

  async connection_closes(broker) {
    const connection = await broker.connect();
    const closed = once(connection, "close");
    await connection.close();
    await closed;
    return assert.rejects(async () => connection.createChannel());
  },

  async connection_with_heartbeats(broker) {
    const connection = await broker.connect({ heartbeat: 1 });
    const channel = await connection.createChannel();
    return (await channel.checkExchange("amq.direct")) !== undefined;
  },

  async queue_asserted(broker) {
    const channel = await broker.channel();
    const queue = broker.queueName("q");
    return [await channel.assertQueue(queue, { durable: false }), await channel.checkQueue(queue)];
  },

  async queue_named_by_the_broker(broker) {
    const channel = await broker.channel();
    const { queue } = await channel.assertQueue("", { exclusive: true });
    assert.match(queue, /^amq\.gen-/);
    channel.sendToQueue(queue, Buffer.from("x"));
    return takeAll(channel, queue);
  },

  async queue_checked_that_is_not_there(broker) {
    const seen = await refusal(await broker.channel(), (channel) => channel.checkQueue(name("none")));
    assert.equal(seen.code, 404);
    return seen;
  },

  async queue_asserted_otherwise(broker) {
    const queue = await broker.queue(await broker.channel(), "q");
    const seen = [];
    for (const options of [{ durable: true }, { durable: false, messageTtl: 5 }, { durable: false, maxPriority: 3 }])
      seen.push(await refusal(await broker.channel(), (channel) => channel.assertQueue(queue, options)));
    assert.equal(seen[0].code, 406);
    return seen;
  },

  async queue_exclusive(broker) {
    const owner = await broker.channel();
    const queue = await broker.queue(owner, "q", { exclusive: true });
    const seen = await refusal(await broker.channel(), (channel) => channel.checkQueue(queue));
    assert.equal(seen.code, 405);
    return seen;
  },

  async queue_with_every_option(broker) {
    const channel = await broker.channel();
    const queue = await broker.queue(channel, "q", {
      durable: true, autoDelete: true, messageTtl: 60000, expires: 60000, deadLetterExchange: "amq.fanout",
      deadLetterRoutingKey: "dead", maxLength: 2, maxPriority: 5, overflow: "drop-head",
    });
    for (const [each, priority] of [["a", 1], ["b", 5], ["c", 0]])
      channel.sendToQueue(queue, Buffer.from(each), { priority });
    return takeAll(channel, queue);
  },

  async queue_purged_and_deleted(broker) {
    const channel = await broker.channel();
    const queue = await filled(broker, channel, ["a", "b"]);
    const seen = [await refusal(await broker.channel(), (other) => other.deleteQueue(queue, { ifEmpty: true }))];
    seen.push(await channel.purgeQueue(queue), await channel.deleteQueue(queue), await channel.deleteQueue(queue));
    return seen;
  },

  async exchanges_of_every_type(broker) {
    const channel = await broker.channel();
    const seen = [];
    for (const type of ["direct", "fanout", "topic", "headers"])
      seen.push(await channel.assertExchange(broker.exchangeName(type), type, { durable: false, autoDelete: true }));
    return seen;
  },

  async exchange_of_unknown_type(broker) {
    const exchange = broker.exchangeName("odd");
    const seen = await refusal(await broker.channel(), (channel) => channel.assertExchange(exchange, "x-odd"));
    assert.equal(seen.code, 503);
    return seen;
  },

  async exchange_checked_that_is_not_there(broker) {
    return refusal(await broker.channel(), (channel) => channel.checkExchange(name("none")));
  },

  async exchange_asserted_otherwise(broker) {
    const exchange = await broker.exchange(await broker.channel(), "e", "direct");
    return refusal(await broker.channel(), (channel) => channel.assertExchange(exchange, "topic", { durable: false }));
  },

  async exchanges_bound_to_each_other(broker) {
    const channel = await broker.channel();
    const from = await broker.exchange(channel, "from", "topic");
    const to = await broker.exchange(channel, "to", "fanout");
    const queue = await broker.queue(channel, "q");
    await channel.bindExchange(to, from, "a.*");
    await channel.bindQueue(queue, to, "");
    for (const key of ["a.b", "a.b.c", "b"]) channel.publish(from, key, Buffer.from(key));
    const seen = [await takeAll(channel, queue)];
    await channel.unbindExchange(to, from, "a.*");
    channel.publish(from, "a.b", Buffer.from("late"));
    return [...seen, await takeAll(channel, queue)];
  },

  async exchange_alternate(broker) {
    const channel = await broker.channel();
    const other = await broker.exchange(channel, "other", "fanout");
    const exchange = await broker.exchange(channel, "e", "direct", { durable: false, alternateExchange: other });
    const queue = await broker.queue(channel, "q");
    await channel.bindQueue(queue, other, "");
    channel.publish(exchange, "nowhere", Buffer.from("x"));
    return takeAll(channel, queue);
  },

  async headers_exchange(broker) {
    const channel = await broker.channel();
    const exchange = await broker.exchange(channel, "e", "headers");
    const [all, any] = [await broker.queue(channel, "all"), await broker.queue(channel, "any")];
    await channel.bindQueue(all, exchange, "", { "x-match": "all", a: 1, b: "two" });
    await channel.bindQueue(any, exchange, "", { "x-match": "any", a: 1, b: "two" });
    for (const headers of [{ a: 1 }, { a: 1, b: "two" }, { b: 2 }, {}, { a: 1.5, b: "two" }])
      channel.publish(exchange, "", Buffer.from(JSON.stringify(headers)), { headers });
    return [await takeAll(channel, all), await takeAll(channel, any)];
  },

  async publication_with_every_option(broker) {
    const channel = await broker.channel();
    const queue = await broker.queue(channel, "q");
    channel.sendToQueue(queue, Buffer.from("x"), EVERY_OPTION);
    const { fields, properties } = await channel.get(queue, { noAck: true });
    for (const key of ["contentType", "correlationId", "messageId", "timestamp", "priority", "expiration", "appId"])
      assert.equal(properties[key], EVERY_OPTION[key]);
    assert.deepEqual(properties.headers, EVERY_OPTION.headers);
    return { fields, properties };
  },

  async publication_without_options(broker) {
    const channel = await broker.channel();
    const queue = await broker.queue(channel, "q");
    channel.sendToQueue(queue, Buffer.from("x"));
    return (await channel.get(queue, { noAck: true })).properties;
  },

  async publications_of_every_size(broker) {
    const channel = await broker.channel();
    const queue = await broker.queue(channel, "q");
    for (const size of [0, 1, 2048, 131064, 131065, 1_000_000]) {
      const content = Buffer.alloc(size, "abcdefg");
      channel.sendToQueue(queue, content);
      const message = await channel.get(queue, { noAck: true });
      assert.ok(message.content.equals(content), `${size} bytes`);
    }
    return "the same";
  },

  async publication_returned(broker) {
    const channel = await broker.channel();
    const returned = once(channel, "return");
    channel.publish("amq.topic", name("none"), Buffer.from("x"), { mandatory: true, headers: { a: 1 } });
    const [message] = await returned;
    assert.equal(message.fields.replyCode, 312);
    return { fields: message.fields, content: message.content };
  },

  async publication_to_a_missing_exchange(broker) {
    const seen = await refusal(await broker.channel(), (channel) =>
      channel.publish(name("none"), "k", Buffer.from("x")));
    assert.equal(seen.code, 404);
    return seen;
  },

  async publication_of_another_user(broker) {
    return refusal(await broker.channel(), (channel) =>
      channel.publish("", name("none"), Buffer.from("x"), { userId: "somebody-else" }));
  },

  async publications_confirmed(broker) {
    const channel = await broker.channel(true);
    const queue = await broker.queue(channel, "q");
    const acknowledged = [];
    for (let number = 0; number < 50; ++number)
      channel.sendToQueue(queue, Buffer.from(String(number)), {}, (error) => acknowledged.push(error ?? number));
    const unroutable = (error) => acknowledged.push(error ?? "unroutable");
    channel.publish("", name("none"), Buffer.from("to nobody"), {}, unroutable);
    await channel.waitForConfirms();
    return [acknowledged.length, (await channel.checkQueue(queue)).messageCount];
  },

  async publications_refused_by_a_full_queue(broker) {
    const channel = await broker.channel(true);
    const queue = await broker.queue(channel, "q", { durable: false, maxLength: 1, overflow: "reject-publish" });
    const outcome = (each) =>
      new Promise((resolve) => {
        channel.sendToQueue(queue, Buffer.from(each), {}, (error) => resolve(error ? error.message : "ack"));
      });
    const seen = [await outcome("a"), await outcome("b")];
    assert.equal(seen[0], "ack");
    return [seen, await takeAll(channel, queue)];
  },

  async publication_returned_before_it_is_confirmed(broker) {
    const channel = await broker.channel(true);
    const seen = [];
    channel.on("return", () => seen.push("return"));
    channel.publish("", name("none"), Buffer.from("x"), { mandatory: true }, () => seen.push("ack"));
    await channel.waitForConfirms();
    assert.deepEqual(seen, ["return", "ack"]);
    return seen;
  },

  async get_from_a_queue(broker) {
    const channel = await broker.channel();
    const queue = await filled(broker, channel, ["a", "b"]);
    const first = await channel.get(queue);
    channel.nack(first);
    const again = await channel.get(queue);
    channel.ack(again);
    const last = await channel.get(queue, { noAck: true });
    return [first.fields, again.fields, last.fields, await channel.get(queue)];
  },

  async get_from_a_missing_queue(broker) {
    return refusal(await broker.channel(), (channel) => channel.get(name("none")));
  },

  async consumer_gets_messages(broker) {
    const channel = await broker.channel();
    const queue = await filled(broker, channel, ["a", "b", "c"]);
    const { messages, consumerTag, all } = await consume(channel, queue, 3, { consumerTag: "mine" });
    await all();
    for (const message of messages) channel.ack(message);
    const cancelled = await channel.cancel(consumerTag);
    return [messages.map((message) => [message.fields, text(message)]), cancelled];
  },

  async consumer_without_a_tag(broker) {
    const channel = await broker.channel();
    const { consumerTag } = await consume(channel, await broker.queue(channel, "q"), 1);
    assert.match(consumerTag, /^amq\.ctag-/);
    return consumerTag;
  },

  async consumer_with_a_tag_that_is_taken(broker) {
    const channel = await broker.channel();
    const queue = await broker.queue(channel, "q");
    await consume(channel, queue, 1, { consumerTag: "t" });
    const seen = await refusal(channel, () => consume(channel, queue, 1, { consumerTag: "t" }));
    assert.deepEqual([seen.level, seen.code], ["connection", 530]);
    return seen;
  },

  async consumer_alone(broker) {
    const channel = await broker.channel();
    const queue = await broker.queue(channel, "q");
    await consume(channel, queue, 1, { exclusive: true });
    const seen = await refusal(await broker.channel(), (other) => consume(other, queue, 1));
    assert.equal(seen.code, 403);
    return seen;
  },

  async consumer_of_a_missing_queue(broker) {
    return refusal(await broker.channel(), (channel) => consume(channel, name("none"), 1));
  },

  async consumer_without_acknowledgement(broker) {
    const channel = await broker.channel();
    const queue = await filled(broker, channel, ["a", "b"]);
    const { messages, all } = await consume(channel, queue, 2, { noAck: true });
    await all();
    return refusal(channel, () => channel.ack(messages[0]));
  },

  async consumer_is_told_that_its_queue_is_gone(broker) {
    const channel = await broker.channel();
    const queue = await broker.queue(channel, "q");
    const { messages, all } = await consume(channel, queue, 1);
    await (await broker.channel()).deleteQueue(queue);
    await all();
    assert.deepEqual(messages, [null]);
    return messages;
  },

  async prefetch_of_a_consumer(broker) {
    const channel = await broker.channel();
    const queue = await filled(broker, channel, ["a", "b", "c"]);
    await channel.prefetch(1);
    const seen = [];
    await within(new Promise((resolve) => {
      channel.consume(queue, (message) => {
        seen.push([text(message), message.fields.deliveryTag]);
        channel.ack(message);
        if (seen.length === 3) resolve();
      });
    }), "three messages");
    return seen;
  },

  async prefetch_of_a_channel(broker) {
    const channel = await broker.channel();
    const queue = await filled(broker, channel, ["a", "b", "c", "d"]);
    await channel.prefetch(2, true);
    const seen = [];
    await within(new Promise((resolve) => {
      const take = (message) => {
        seen.push(text(message));
        if (seen.length % 2 === 0) channel.ack(message, true);
        if (seen.length === 4) resolve();
      };
      for (let consumer = 0; consumer < 2; ++consumer) channel.consume(queue, take);
    }), "four messages");
    return seen;
  },

  async acknowledgement_of_several(broker) {
    const channel = await broker.channel();
    const queue = await filled(broker, channel, ["a", "b", "c", "d"]);
    const { messages, all } = await consume(channel, queue, 4);
    await all();
    channel.ack(messages[1], true);
    channel.nack(messages[2], false, false);
    await channel.close();
    return takeAll(await broker.channel(), queue);
  },

  async acknowledgement_of_an_unknown_tag(broker) {
    const seen = await refusal(await broker.channel(), (channel) => channel.ack({ fields: { deliveryTag: 7 } }));
    assert.equal(seen.code, 406);
    return seen;
  },

  async acknowledgement_of_all(broker) {
    const channel = await broker.channel();
    const queue = await filled(broker, channel, ["a", "b"]);
    await channel.get(queue);
    await channel.get(queue);
    channel.nackAll();
    const seen = await takeAll(channel, queue);
    channel.ackAll();
    return seen;
  },

  async recovery_of_messages(broker) {
    const channel = await broker.channel();
    const queue = await filled(broker, channel, ["a"]);
    await channel.get(queue);
    await channel.recover();
    const again = await channel.get(queue);
    assert.ok(again.fields.redelivered);
    return again.fields;
  },

  async dead_letters(broker) {
    const channel = await broker.channel();
    const graves = await broker.queue(channel, "graves");
    const queue = await filled(broker, channel, ["x"], {
      durable: false, deadLetterExchange: "", deadLetterRoutingKey: graves,
    });
    channel.reject(await channel.get(queue), false);
    const { messages, all } = await consume(channel, graves, 1, { noAck: true });
    await all();
    const { headers } = messages[0].properties;
    headers["x-death"][0].time = typeof headers["x-death"][0].time;
    return [messages[0].fields.routingKey, headers];
  },

  async rpc_by_a_queue_of_ones_own(broker) {
    const [server, client] = [await broker.channel(), await broker.channel()];
    const queue = await broker.queue(server, "requests");
    await server.consume(queue, (request) => {
      const { replyTo, correlationId } = request.properties;
      server.sendToQueue(replyTo, Buffer.from(text(request).toUpperCase()), { correlationId });
      server.ack(request);
    });
    const { queue: replies } = await client.assertQueue("", { exclusive: true });
    const { messages, all } = await consume(client, replies, 2, { noAck: true });
    for (const correlationId of ["1", "2"])
      client.sendToQueue(queue, Buffer.from(`request ${correlationId}`), { replyTo: replies, correlationId });
    await all();
    return messages.map((message) => [message.properties.correlationId, text(message)]);
  },

  async rpc_by_direct_reply_to(broker) {
    const [server, client] = [await broker.channel(), await broker.channel()];
    const queue = await broker.queue(server, "requests");
    await server.consume(queue, (request) => {
      const { replyTo, correlationId } = request.properties;
      server.publish("", replyTo, Buffer.from(`to ${replyTo}`), { correlationId });
      server.ack(request);
    });
    const { messages, all } = await consume(client, "amq.rabbitmq.reply-to", 1, { noAck: true });
    client.sendToQueue(queue, Buffer.from("x"), { replyTo: "amq.rabbitmq.reply-to", correlationId: "7" });
    await all();
    return [messages[0].properties.correlationId, text(messages[0]), messages[0].fields];
  },

  async direct_reply_to_without_its_consumer(broker) {
    const channel = await broker.channel();
    const queue = await broker.queue(channel, "q");
    return refusal(channel, () => channel.sendToQueue(queue, Buffer.from("x"), { replyTo: "amq.rabbitmq.reply-to" }));
  },

  async channels_of_a_connection(broker) {
    const connection = await broker.connect();
    const [first, second] = [await connection.createChannel(), await connection.createChannel()];
    first.on("error", () => {});
    await assert.rejects(first.checkQueue(name("none")));
    assert.throws(() => first.sendToQueue("q", Buffer.from("x")));
    return [(await second.checkExchange("amq.direct")) !== undefined, (await connection.createChannel()).ch];
  },

  async streams_of_many_messages(broker) {
    const channel = await broker.channel(true);
    const queue = await broker.queue(channel, "q");
    const { messages, all } = await consume(channel, queue, 2000, { noAck: true });
    for (let number = 0; number < 2000; ++number) channel.sendToQueue(queue, Buffer.from(String(number)));
    await channel.waitForConfirms();
    await all();
    assert.deepEqual(messages.map(text), Array.from({ length: 2000 }, (_, number) => String(number)));
    return messages.length;
  },
};
