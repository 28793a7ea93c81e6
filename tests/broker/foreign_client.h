// A foreign client, in Python with pika, which publishes what none of our clients would.
#pragma once

#include <string>

#include "support/catch.h"
#include "support/process.h"
#include "support/program_fixture.h"

// Runs lines of Python, which have a pika `channel` on the broker and publish(exchange, body,
// **properties).
inline void foreign_client(const ProgramFixture& fixture, const std::string& url, const std::string& lines) {
  const std::string script =
      fixture.write("foreign.py",
                    "import datetime, decimal, struct, sys\nimport pika\n"
                    "connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))\n"
                    "channel = connection.channel()\n"
                    "def publish(exchange, body, **properties):\n"
                    "    key = properties.pop('key', '')\n"
                    "    channel.basic_publish(exchange, key, body, pika.BasicProperties(**properties))\n"
                    "def declare(name, **arguments):\n"
                    "    channel.exchange_declare(name, 'topic', durable=True)\n"
                    "    channel.queue_declare(name, durable=True, arguments=arguments)\n"
                    "    channel.queue_bind(name, name, '#')\n"
                    "    channel.queue_purge(name)\n" +
                        lines + "\nconnection.close()\n");
  const Outcome outcome = run_process({.program = "/usr/bin/python3", .arguments = {script, url}});
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
}
