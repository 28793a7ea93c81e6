#include "dse/state_reader.h"

#include <array>
#include <limits>
#include <vector>

#include "dse/error.h"
#include "dse/state_writer.h"
#include "support/catch.h"

using namespace dse;

namespace {

const std::string kFile = "a.learner";

template <typename Action>
void check_refused(const std::string& bytes, const Action& action, const std::string& message) {
  StateReader reader(bytes, kFile);
  CHECK_THROWS_AS(action(reader), InputError);
  StateReader again(bytes, kFile);
  CHECK_THROWS_WITH(action(again), ContainsSubstring("a.learner: holds " + message));
}

}  // namespace

TEST_CASE("what was written is read, and its bytes are little-endian") {
  StateWriter writer;
  writer.add_u32(0x01020304);
  writer.add_u64(0xfedcba9876543210);
  writer.add_f64(-0.1);
  writer.add_text("mlp");
  writer.add(std::vector<std::uint8_t>{7, 255});
  writer.add(std::vector<float>{1.5F, -0.0F});
  writer.add(std::vector<double>{1e-310});
  CHECK(writer.bytes().substr(0, 12) == "\x04\x03\x02\x01\x10\x32\x54\x76\x98\xba\xdc\xfe");
  CHECK(writer.bytes().substr(20, 7) == std::string("\3\0\0\0mlp", 7));
  CHECK(writer.bytes().substr(29, 4) == std::string("\0\0\xc0\x3f", 4));

  StateReader reader(writer.bytes(), kFile);
  CHECK(reader.u32() == 0x01020304);
  CHECK(reader.u64() == 0xfedcba9876543210);
  CHECK(reader.f64() == -0.1);
  CHECK(reader.text(3) == "mlp");
  std::array<std::uint8_t, 2> bytes{};
  std::array<float, 2> floats{};
  std::array<double, 1> doubles{};
  reader.read(bytes);
  reader.read(floats);
  CHECK(reader.left() == 8);
  reader.read(doubles);
  CHECK(bytes == std::array<std::uint8_t, 2>{7, 255});
  CHECK(floats[0] == 1.5F);
  CHECK(std::signbit(floats[1]));
  CHECK(doubles[0] == 1e-310);
  reader.finish();
}

TEST_CASE("nothing is read past the end") {
  for (std::size_t size = 0; size < 8; ++size) {
    const std::string bytes(size, '\0');
    check_refused(
        bytes, [](StateReader& reader) { reader.u64(); },
        std::to_string(size) + " bytes where 8 are expected");
  }
  check_refused(
      "abc", [](StateReader& reader) { reader.u32(); }, "3 bytes where 4");
  check_refused(
      "abc", [](StateReader& reader) { reader.require(std::uint64_t{1} << 63); }, "3 bytes where");
  std::array<float, 3> floats{};
  check_refused(
      std::string(11, '\0'), [&](StateReader& reader) { reader.read(floats); }, "11 bytes where 12");
  check_refused(
      std::string("\4\0\0\0abc", 7), [](StateReader& reader) { reader.text(9); }, "3 bytes where 4");
}

TEST_CASE("what no learner writes is refused") {
  StateWriter writer;
  writer.add_f64(std::numeric_limits<double>::infinity());
  check_refused(
      writer.bytes(), [](StateReader& reader) { reader.f64(); }, "a number that is not finite");
  StateWriter nan;
  nan.add(std::vector<float>{1, std::numeric_limits<float>::quiet_NaN()});
  std::array<float, 2> floats{};
  check_refused(
      nan.bytes(), [&](StateReader& reader) { reader.read(floats); }, "a number that is not finite");
  StateWriter count;
  count.add_u64(501);
  check_refused(
      count.bytes(), [](StateReader& reader) { reader.count(500, "images"); },
      "501 images, expected at most 500");
  check_refused(
      std::string("\4\0\0\0abcd", 8), [](StateReader& reader) { reader.text(3); }, "a text of 4 bytes");
  check_refused(
      "x", [](StateReader& reader) { reader.finish(); }, "1 bytes after its end");
}
