// Where a real broker is and how we log in there, as the user says in a URL, in the environment and
// in files.
#pragma once

#include <string>

namespace dse {

// Paths of PEM files; empty: not given.
struct TlsFiles {
  std::string authorities;  // certificates that sign the broker's; empty: those that the system trusts
  std::string certificate;  // ours
  std::string key;          // our certificate's key
};

struct BrokerAddress {
  std::string host = "localhost";
  int port = 5672;
  std::string vhost = "/";
  std::string user = "guest";
  std::string password = "guest";
  bool tls = false;
  int heartbeat_s = 30;  // requested interval; 0: no heartbeats
  TlsFiles files;
  bool external = false;  // SASL EXTERNAL: the certificate says who we are

  // "amqp://guest@localhost:5672/": without the password, for messages and files.
  std::string describe() const;
};

// A URL "amqp[s]://[USER[:PASSWORD]@]HOST[:PORT]/[VHOST][?heartbeat=SECONDS]", parts
// percent-encoded (the AMQP URI specification of RabbitMQ). What it leaves out has the defaults
// above, except that the port is 5671 with amqps. Throws InputError, whose text does not contain
// the URL, as that may contain a password.
BrokerAddress parse_broker_url(const std::string& url, const std::string& given_by);
// The same for a URL at which this process listens: its port may be 0, for any that is free.
BrokerAddress parse_listener_url(const std::string& url, const std::string& given_by);

// Whether the URL contains a password.
bool has_password(const std::string& url);

// The text with "***" in place of user and password in every URL that has both, for messages that repeat what
// was typed.
std::string without_passwords(std::string text);

// The first line of a file. Throws InputError when it cannot be read or has none.
std::string read_password_file(const std::string& path);

}  // namespace dse
