// A real RabbitMQ for a test: Debian's, on loopback, started by tests/support/rabbitmq, which describes its
// set-up.
//
// Starting one takes some seconds, so most tests share the one of CTest's fixture, each with its own names of
// queues and exchanges. A test that kills, restarts or blocks the broker has its own.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temporary_folder.h"

class RabbitMq {
 public:
  // Starts a broker, which ends with this object or with this process. Throws std::runtime_error with the
  // reason from its log when it does not start.
  RabbitMq();
  // The broker whose folder the environment variable DSE_TEST_BROKER names. Throws when there is none.
  static RabbitMq shared();

  ~RabbitMq();
  RabbitMq(RabbitMq&&) = default;
  RabbitMq& operator=(RabbitMq&&) = delete;

  // The URL for logging in as guest, who has all permissions.
  std::string url() const { return value("AMQP_URL"); }
  std::string tls_url() const { return value("AMQPS_URL"); }  // names localhost
  // The URL for logging in as writer, who may only publish to exchanges named "open.…".
  std::string writer_url() const { return value("WRITER_URL"); }
  std::uint16_t port() const;
  std::uint16_t tls_port() const;

  std::string ca_file() const { return value("CA_FILE"); }
  std::string client_cert_file() const { return value("CLIENT_CERT_FILE"); }  // for the user dse-client
  std::string client_key_file() const { return value("CLIENT_KEY_FILE"); }
  std::string other_ca_file() const { return value("OTHER_CA_FILE"); }  // a CA that signed nothing

  // The following functions are for a test's own broker, and throw when they fail.
  void kill();     // SIGKILL; the data stays
  void restart();  // on the same ports and data, whether it runs or not; returns when it is up
  void stop();

  // What `rabbitmqctl <arguments>` prints. It takes a second. Throws when it fails.
  std::string ctl(std::vector<std::string> arguments) const;

  // Writes the definitions of all virtual hosts to `file`. Throws when it fails. RabbitMQ 3.10 cannot export
  // while any client deletes an exchange, as those of other tests do: that is tried again.
  void export_definitions(const std::string& file) const;

 private:
  explicit RabbitMq(std::string folder);
  // The value of a variable in broker.env.
  std::string value(const std::string& name) const;
  void read_values();

  std::unique_ptr<TemporaryFolder> own_;  // null when shared
  std::string folder_;
  std::map<std::string, std::string> values_;
};
