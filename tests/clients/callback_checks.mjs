// amqplib's API of callbacks.
import assert from "node:assert/strict";
import { once } from "node:events";
import { promisify } from "node:util";

import callbacks from "amqplib/callback_api";

import { text } from "./amqplib_client.mjs";
import { name, within } from "./observing.mjs";

const call = (object, method, ...given) => promisify(object[method]).apply(object, given);

async function called(broker, confirming = false) {
  const connection = await promisify(callbacks.connect)(broker.url, { noDelay: true });
  broker.connections.push({ close: () => call(connection, "close") });
  connection.on("error", () => {});
  const channel = await call(connection, confirming ? "createConfirmChannel" : "createChannel");
  channel.on("error", () => {});
  return channel;
}

export const withCallbacks = {
  async callback_declares(broker) {
    const channel = await called(broker);
    const [queue, exchange] = [broker.queueName("q"), broker.exchangeName("e")];
    const seen = [await call(channel, "assertQueue", queue, { durable: false })];
    seen.push(await call(channel, "assertExchange", exchange, "topic", { durable: false }));
    seen.push(await call(channel, "bindQueue", queue, exchange, "#", {}), await call(channel, "checkQueue", queue));
    seen.push(await call(channel, "unbindQueue", queue, exchange, "#", {}), await call(channel, "purgeQueue", queue));
    seen.push(await call(channel, "deleteExchange", exchange, {}), await call(channel, "deleteQueue", queue, {}));
    return seen;
  },

  async callback_confirms(broker) {
    const channel = await called(broker, true);
    const queue = broker.queueName("q");
    await call(channel, "assertQueue", queue, { durable: false });
    const confirmed = await call(channel, "publish", "", queue, Buffer.from("x"), {});
    return [confirmed ?? null, text(await call(channel, "get", queue, { noAck: true }))];
  },

  async callback_consumes(broker) {
    const channel = await called(broker);
    const queue = broker.queueName("q");
    await call(channel, "assertQueue", queue, { durable: false });
    await call(channel, "prefetch", 1, false);
    const { messages, all } = await new Promise((resolve) => {
      const got = [];
      let enough;
      const whole = new Promise((done) => { enough = done; });
      channel.consume(queue, (message) => {
        got.push(text(message));
        channel.ack(message);
        if (got.length === 3) enough();
      }, { consumerTag: "tag" }, () => resolve({ messages: got, all: whole }));
    });
    for (const each of "abc") channel.sendToQueue(queue, Buffer.from(each));
    await within(all, "three messages");
    return [messages, await call(channel, "cancel", "tag")];
  },

  async callback_is_told_of_errors(broker) {
    const channel = await called(broker);
    const closed = new Promise((resolve) => channel.on("close", resolve));
    const error = await call(channel, "checkQueue", name("none")).then(() => null, (refused) => refused);
    await closed;
    assert.equal(error.code, 404);
    return [error.code, error.message];
  },

  async callback_get_of_nothing(broker) {
    const channel = await called(broker);
    const queue = broker.queueName("q");
    await call(channel, "assertQueue", queue, { durable: false });
    return call(channel, "get", queue, {});
  },

  async callback_login_refused(broker) {
    const url = new URL(broker.url);
    url.username = "nobody";
    return promisify(callbacks.connect)(url.href).then(() => "accepted", (error) => error.message);
  },
};
