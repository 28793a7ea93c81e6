// What a URL says about a broker, and which URLs are refused, without repeating a password.
#include "amqp/broker_address.h"

#include <filesystem>
#include <fstream>

#include "dse/error.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;

TEST_CASE("broker url: what it leaves out is the usual") {
  const BrokerAddress address = parse_broker_url("amqp://there", "--broker");
  CHECK(address.host == "there");
  CHECK(address.port == 5672);
  CHECK(address.user == "guest");
  CHECK(address.password == "guest");
  CHECK(address.vhost == "/");
  CHECK_FALSE(address.tls);
  CHECK(address.heartbeat_s == 30);
  CHECK(address.describe() == "amqp://guest@there:5672/");
}

TEST_CASE("broker url: every part, percent-encoded") {
  const BrokerAddress address =
      parse_broker_url("amqps://me%40home:s%2Fcret@[::1]:1234/a%2Fb?heartbeat=0", "--broker");
  CHECK(address.host == "::1");
  CHECK(address.port == 1234);
  CHECK(address.user == "me@home");
  CHECK(address.password == "s/cret");
  CHECK(address.vhost == "a/b");
  CHECK(address.tls);
  CHECK(address.heartbeat_s == 0);
  CHECK(address.describe() == "amqps://me@home@[::1]:1234/a/b");
  BrokerAddress by_certificate = parse_broker_url("amqps://there/", "--broker");
  CHECK(by_certificate.port == 5671);
  by_certificate.external = true;
  CHECK(by_certificate.describe() == "amqps://certificate@there:5671/");
}

TEST_CASE("broker url: what is none is refused, and not repeated") {
  for (const char* url :
       {"", "there", "http://there", "amqp://guest:secret@there:0", "amqp://guest:secret@there:70000",
        "amqp://guest:secret@there:port", "amqp://guest:secret@there/%zz",
        "amqp://guest:secret@there/?heartbeat=", "amqp://guest:secret@there/?heartbeat=-1",
        "amqp://guest:secret@there/?heartbeat=3601", "amqp://guest:secret@there/?heartbeat=1x",
        "amqp://guest:secret@there/?frame_max=1"}) {
    CAPTURE(url);
    try {
      parse_broker_url(url, "DSE_AMQP_URL");
      FAIL("it was taken");
    } catch (const InputError& error) {
      CHECK(error.place().file == "DSE_AMQP_URL");
      CHECK_THAT(error.what(), !ContainsSubstring("secret"));
    }
  }
}

TEST_CASE("broker url: whether it holds a password") {
  CHECK(has_password("amqp://me:secret@there/"));
  CHECK(has_password("amqp://me:@there"));
  CHECK_FALSE(has_password("amqp://me@there:5672/"));
  CHECK_FALSE(has_password("amqp://there:5672/a:b@c"));
  CHECK_FALSE(has_password("me:secret@there"));
}

TEST_CASE("password file: its first line, whoever wrote it") {
  const TemporaryFolder folder;
  const std::string path = folder.file("password");
  const auto read = [&path](const std::string& text) {
    std::ofstream(path) << text;
    return read_password_file(path);
  };
  CHECK(read("secret\nmore\n") == "secret");
  CHECK(read("secret\r\n") == "secret");
  CHECK(read("se cret") == "se cret");
  CHECK_THROWS_WITH(read("\nsecret\n"), ContainsSubstring("has no password in its first line"));
  CHECK_THROWS_WITH(read_password_file(folder.file("none")), ContainsSubstring("cannot be opened"));
}

TEST_CASE("broker address: what repeats a typed text shows neither user nor password of a URL in it") {
  CHECK(without_passwords("amqp://u:SECRET@h:1/ --broker") == "amqp://***@h:1/ --broker");
  CHECK(without_passwords("'AMQPS://u:SE/C@RET@h' is not a seed") == "'AMQPS://***@h' is not a seed");
  CHECK(without_passwords("a amqp://u%3ASECRET@h b amqp://x:y@z") == "a amqp://***@h b amqp://***@z");
  CHECK(without_passwords("amqp://me@localhost/ and me@there") == "amqp://me@localhost/ and me@there");
  CHECK(without_passwords("") == "");
}

TEST_CASE("broker address: a password file without an end is refused") {
  CHECK_THROWS_AS(read_password_file("/dev/zero"), InputError);
}
