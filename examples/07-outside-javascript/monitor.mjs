// An application with amqplib, which knows nothing of dse: it publishes how a machine vibrates, and stops the machine
// when it hears an alarm. Its only argument is the URL of the broker, with user and password.
import amqp from "amqplib";

const QUIET = 100; // measurements
const LOUD = 50;

const connection = await amqp.connect(process.argv[2]);
const channel = await connection.createConfirmChannel();

const { queue } = await channel.assertQueue("", { exclusive: true });
await channel.bindQueue(queue, "alarms", "#");
const alarm = new Promise((resolve) => channel.consume(queue, resolve, { noAck: true }));

for (let number = 0; number < QUIET + LOUD; ++number) {
  const vibration = number < QUIET ? 0.5 + (number % 5) / 100 : 2.5;
  channel.publish("measurements", "", Buffer.alloc(0), { messageId: `measurement-${number}`, headers: { vibration } });
}
await channel.waitForConfirms();

const { fields, properties } = await alarm;
console.log(`${fields.routingKey} at ${properties.correlationId}: the machine is stopped`);
await connection.close();
