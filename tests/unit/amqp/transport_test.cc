// What the transport reports when nobody listens, and what it checks before TLS begins.
#include "amqp/transport.h"

#include <sys/socket.h>

#include <fstream>

#include "amqp/connection.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

// The text of the error with which a connection to this URL fails.
std::string error_of(const std::string& url, const TlsFiles& files = {}) {
  BrokerAddress address = parse_broker_url(url, "test");
  address.files = files;
  try {
    const Connection connection({.address = address, .name = "test"});
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("transport: nobody there, with TLS and without") {
  for (const char* url : {"amqp://guest:secret@127.0.0.1:1", "amqps://guest:secret@127.0.0.1:1",
                          "amqps://guest:secret@[::1]:1", "amqps://guest:secret@localhost:1"}) {
    CAPTURE(url);
    const std::string error = error_of(url);
    CHECK_THAT(error, ContainsSubstring("cannot be reached") && !ContainsSubstring("secret"));
  }
}

TEST_CASE("transport: files that hold no certificates are wrong input") {
  const TemporaryFolder folder;
  const std::string nonsense = folder.file("nonsense.pem");
  std::ofstream(nonsense) << "no certificate\n";
  CHECK_THAT(error_of("amqps://127.0.0.1:1", {.authorities = nonsense}),
             ContainsSubstring("nonsense.pem") && ContainsSubstring("--ca"));
  CHECK_THAT(error_of("amqps://127.0.0.1:1", {.certificate = nonsense, .key = nonsense}),
             ContainsSubstring("PEM certificate and its key"));
}
