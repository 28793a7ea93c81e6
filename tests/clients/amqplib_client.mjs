// What the checks use of amqplib: connections that are ended with the check, refusals as data, and messages that are
// waited for with a deadline.
import assert from "node:assert/strict";

import amqp from "amqplib";

import { name, within } from "./observing.mjs";

// A broker as one check sees it. What the check made is removed after it.
export class Broker {
  constructor(url) {
    this.url = url;
    this.connections = [];
    this.made = { queues: [], exchanges: [] };
  }

  async connect(options = {}) {
    const connection = await amqp.connect(this.url, { noDelay: true, ...options });
    connection.on("error", () => {}); // it comes with `close` as well
    connection.on("blocked", () => assert.fail("the broker has blocked a connection"));
    this.connections.push(connection);
    return connection;
  }

  async channel(confirming = false) {
    const connection = await this.connect();
    const channel = await (confirming ? connection.createConfirmChannel() : connection.createChannel());
    channel.on("error", () => {});
    return channel;
  }

  queueName(suffix) {
    this.made.queues.push(name(suffix));
    return name(suffix);
  }

  exchangeName(suffix) {
    this.made.exchanges.push(name(suffix));
    return name(suffix);
  }

  async queue(channel, suffix, options = { durable: false }) {
    return (await channel.assertQueue(this.queueName(suffix), options)).queue;
  }

  async exchange(channel, suffix, type, options = { durable: false }) {
    return (await channel.assertExchange(this.exchangeName(suffix), type, options)).exchange;
  }

  async close() {
    for (const connection of this.connections) await connection.close().catch(() => {});
    const { queues, exchanges } = this.made;
    if (queues.length + exchanges.length === 0) return;
    const connection = await amqp.connect(this.url, { noDelay: true });
    const channel = await connection.createChannel();
    for (const queue of queues) await channel.deleteQueue(queue);
    for (const exchange of exchanges) await channel.deleteExchange(exchange);
    await connection.close();
  }
}

// How the broker refuses what the function does with the channel, or `accepted`.
export async function refusal(channel, action) {
  const closed = new Promise((resolve) => {
    channel.on("error", (error) => resolve({ level: "channel", code: error.code, text: error.message }));
    channel.connection.on("error", (error) => resolve({ level: "connection", code: error.code, text: error.message }));
  });
  const done = (async () => {
    try {
      await action(channel);
      await channel.checkExchange("amq.direct"); // it answers after all that was asked before
      return { level: "accepted" };
    } catch {
      return closed;
    }
  })();
  return within(Promise.race([closed, done]), "the refusal");
}

export const text = (message) => message && message.content.toString();

// The next `count` messages for a new consumer, with its tag.
export async function consume(channel, queue, count, options = {}) {
  const messages = [];
  let enough;
  const all = new Promise((resolve) => {
    enough = resolve;
  });
  const take = (message) => {
    messages.push(message);
    if (messages.length === count) enough();
  };
  const { consumerTag } = await channel.consume(queue, take, options);
  return { messages, consumerTag, all: () => within(all, `${count} messages`) };
}

export async function takeAll(channel, queue) {
  const taken = [];
  for (let message; (message = await channel.get(queue, { noAck: true })); ) taken.push(text(message));
  return taken;
}

export async function filled(broker, channel, texts, options) {
  const queue = await broker.queue(channel, "q", options);
  const filling = await broker.channel(true); // so that they are there when this returns
  for (const each of texts) filling.sendToQueue(queue, Buffer.from(each));
  await filling.waitForConfirms();
  return queue;
}
