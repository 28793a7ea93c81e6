// Bytes as text, and back.
#include "protocol/base64.h"

#include <string>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::string encoded(std::string_view bytes) {
  std::string text;
  append_base64(std::as_bytes(std::span(bytes.data(), bytes.size())), text);
  return text;
}

}  // namespace

TEST_CASE("base64: the vectors of RFC 4648") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(encoded(bytes) == text);
    CHECK(decode_base64(text) == bytes);
  }
  CHECK(encoded("\xfb\xff\xbf") == "+/+/");
}

TEST_CASE("base64: what it appends to stays") {
  std::string text = "before ";
  append_base64(std::as_bytes(std::span("foo", 3)), text);
  CHECK(text == "before Zm9v");
}

TEST_CASE("base64: everything else is refused") {
  for (const std::string text : {"Z",    "Zg",    "Zg=",    "Zm9",        "====",  "=",           "Zg==Zg==",
                                 "Zm=v", "Z===",  "Zm9v\n", " Zm9v",      "Zm9v ", "Zm9-",        "Zm9_",
                                 "Zm 9", "Zm9v=", "Zg==\n", "\xc3\xa4mo", "Zm9*",  "\nZm9v\n\n\n"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text).has_value());
  }
  CHECK_FALSE(decode_base64(std::string("Zm9\0", 4)).has_value());
}

// RFC 4648, 3.5, leaves it to the reader.
TEST_CASE("base64: the bits behind the last byte are passed over") {
  CHECK(decode_base64("Zh==") == "f");
  CHECK(decode_base64("Zm9=") == "fo");
}

TEST_CASE("base64: any bytes of any length go there and back") {
  RandomStream random(1, "base64", "bytes");
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.below(256));
    CAPTURE(size);
    CHECK(encoded(bytes).size() == (size + 2) / 3 * 4);
    CHECK(decode_base64(encoded(bytes)) == bytes);
  }
  // Longer than what is coded at once.
  for (const std::size_t size : {3U << 20, (3U << 20) + 1, (9U << 20) + 2}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * i >> 3);
    CHECK((decode_base64(encoded(bytes)) == bytes));
  }
}
