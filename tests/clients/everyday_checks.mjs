// What people do with amqplib every day, as checks that observe a broker: its API of promises, and that of callbacks.
// node everyday_checks.mjs --url URL --write FILE; everyday_checks.py --compare says what two brokers do differently.
import { Broker } from "./amqplib_client.mjs";
import { withCallbacks } from "./callback_checks.mjs";
import { main } from "./observing.mjs";
import { promised } from "./promise_checks.mjs";

await main({ ...promised, ...withCallbacks }, (url) => new Broker(url));
