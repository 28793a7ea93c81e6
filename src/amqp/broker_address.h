// Where a broker is and who we are there: what a user says in a URL, in the environment and in
// files.
#pragma once

#include <string>

namespace dse {

// Paths of PEM files; empty: not given.
struct TlsFiles {
  std::string authorities;  // certificates that sign the broker's; empty: those the system trusts
  std::string certificate;  // ours
  std::string key;          // of our certificate
};

struct BrokerAddress {
  std::string host = "localhost";
  int port = 5672;
  std::string vhost = "/";
  std::string user = "guest";
  std::string password = "guest";
  bool tls = false;
  int heartbeat_s = 30;  // asked for; 0: none
  TlsFiles files;
  bool external = false;  // SASL EXTERNAL: the certificate says who we are

  // "amqp://guest@localhost:5672/": without the password, for every message and file.
  std::string describe() const;
};

// A URL "amqp[s]://[USER[:PASSWORD]@]HOST[:PORT]/[VHOST][?heartbeat=SECONDS]", parts
// percent-encoded (the AMQP URI specification of RabbitMQ). What it leaves out is as above, the
// port 5671 with amqps. Throws InputError, which does not hold the URL: there may be a password in
// it.
BrokerAddress parse_broker_url(const std::string& url, const std::string& given_by);

// Whether the URL holds a password.
bool has_password(const std::string& url);

// The first line of a file. Throws InputError when it cannot be read or has none.
std::string read_password_file(const std::string& path);

}  // namespace dse
