#include "sim/live/live_address.h"

#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

TEST_CASE("an address is a host and a port, or a port of this machine") {
  CHECK(parse_live_address("8080").text() == "127.0.0.1:8080");
  CHECK(parse_live_address("0").port == 0);
  CHECK(parse_live_address("0.0.0.0:65535").text() == "0.0.0.0:65535");
  CHECK(parse_live_address("localhost:80").host == "localhost");
  CHECK(parse_live_address("[::1]:8080").host == "::1");
  CHECK(parse_live_address("[::1]:8080").text() == "[::1]:8080");
}

TEST_CASE("what is no address is refused with one that is") {
  for (const char* text : {"", ":", ":80", "host:", "host", "host:x", "host:-1", "host:65536", "host:80x",
                           "::1:80", "[]:80", "[::1]", "http://host:80", "80:", " 80", "+80"}) {
    INFO(text);
    CHECK_THAT(input_error([&] { parse_live_address(text); }),
               ContainsSubstring("is no address; write HOST:PORT, such as 127.0.0.1:8080, or a port alone"));
  }
  CHECK_THAT(input_error([] { parse_live_address("a\nb"); }), ContainsSubstring("--live: \"a\\x0ab\""));
}

TEST_CASE("only this machine reaches a loopback address") {
  for (const char* text : {"1", "127.0.0.1:1", "127.8.9.10:1", "localhost:1", "[::1]:1"})
    CHECK(parse_live_address(text).is_loopback());
  for (const char* text : {"0.0.0.0:1", "192.168.1.2:1", "[::]:1", "example.org:1", "127.evil.example:1"})
    CHECK_FALSE(parse_live_address(text).is_loopback());
}
