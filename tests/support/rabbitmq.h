// A real RabbitMQ for a test: Debian's, on loopback, started by tests/support/rabbitmq (which says what is in
// it).
//
// Starting one takes some seconds, so most tests share the one of CTest's fixture, each with queues and
// exchanges of names of its own. What kills, restarts or blocks the broker has one to itself.
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
  // Starts one, which ends with this object or with this process. Throws std::runtime_error with the reason
  // from its log when it does not start.
  RabbitMq();
  // The one that the environment variable DSE_TEST_BROKER, a folder, leads to. Throws when there is none.
  static RabbitMq shared();

  ~RabbitMq();
  RabbitMq(RabbitMq&&) = default;
  RabbitMq& operator=(RabbitMq&&) = delete;

  // As guest, who may do everything.
  std::string url() const { return value("AMQP_URL"); }
  std::string tls_url() const { return value("AMQPS_URL"); }  // names localhost
  // As writer, who may publish to exchanges named "open.…" and do nothing else.
  std::string writer_url() const { return value("WRITER_URL"); }
  std::uint16_t port() const;
  std::uint16_t tls_port() const;

  std::string ca_file() const { return value("CA_FILE"); }
  std::string client_cert_file() const { return value("CLIENT_CERT_FILE"); }  // of the user dse-client
  std::string client_key_file() const { return value("CLIENT_KEY_FILE"); }
  std::string other_ca_file() const { return value("OTHER_CA_FILE"); }  // signed nothing

  // What follows is for a broker of the test's own, and throws when it does not succeed.
  void kill();     // SIGKILL; the data stays
  void restart();  // on the same ports and data, whether it runs or not; returns when it is up
  void stop();

  // What `rabbitmqctl <arguments>` prints. Takes a second. Throws when it fails.
  std::string ctl(std::vector<std::string> arguments) const;

 private:
  explicit RabbitMq(std::string folder);
  // Of broker.env.
  std::string value(const std::string& name) const;
  void read_values();

  std::unique_ptr<TemporaryFolder> own_;  // null when shared
  std::string folder_;
  std::map<std::string, std::string> values_;
};
