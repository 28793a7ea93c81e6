#include "synthetic/stream_option.h"

#include <cmath>
#include <cstdint>
#include <stdexcept>

#include "support/catch.h"

using namespace dse;

namespace {

const std::vector<StreamOption>& options() {
  static const std::vector<StreamOption> table = {
      {.key = {.name = "sides", .type = KeyType::kInteger, .fallback = std::int64_t{6}, .range = {2, 20}}},
      {.key = {.name = "bias", .type = KeyType::kNumber, .fallback = 0.25}, .numbers = {0, 0.5}},
      {.key = {.name = "loaded", .type = KeyType::kFlag, .fallback = false}}};
  return table;
}

StreamOptionReader read(const StreamValues& values) { return {"dice", options(), values}; }

}  // namespace

TEST_CASE("an option that is absent or empty has its fallback") {
  for (const StreamValues& values :
       {StreamValues{}, StreamValues{{"sides", KeyValue()}, {"bias", KeyValue()}, {"loaded", KeyValue()}}}) {
    const StreamOptionReader reader = read(values);
    CHECK(reader.integer("sides") == 6);
    CHECK(reader.number("bias") == 0.25);
    CHECK_FALSE(reader.flag("loaded"));
  }
}

TEST_CASE("an option has the value that it is given, and an integer is a number") {
  const StreamOptionReader reader = read({{"sides", std::int64_t{20}}, {"bias", 0.5}, {"loaded", true}});
  CHECK(reader.integer("sides") == 20);
  CHECK(reader.number("bias") == 0.5);
  CHECK(reader.flag("loaded"));
  CHECK(read({{"bias", std::int64_t{0}}}).number("bias") == 0);
}

TEST_CASE("a wrong value of an option is refused with a sentence") {
  CHECK_THROWS_WITH(read({{"sides", std::int64_t{21}}}), "sides of dice is an integer from 2 to 20");
  CHECK_THROWS_WITH(read({{"sides", 6.0}}), "sides of dice is an integer from 2 to 20");
  CHECK_THROWS_WITH(read({{"bias", -0.1}}), "bias of dice is a number from 0 to 0.5");
  CHECK_THROWS_WITH(read({{"bias", std::nan("")}}), "bias of dice is a number from 0 to 0.5");
  CHECK_THROWS_WITH(read({{"bias", std::int64_t{1}}}), "bias of dice is a number from 0 to 0.5");
  CHECK_THROWS_WITH(read({{"bias", true}}), "bias of dice is a number from 0 to 0.5");
  CHECK_THROWS_WITH(read({{"loaded", std::int64_t{1}}}), "loaded of dice is true or false");
  CHECK_THROWS_WITH(read({{"side", std::int64_t{6}}}), "dice has no option 'side'; did you mean 'sides'?");
  CHECK_THROWS_AS(read({{"loaded", std::string("yes")}}), std::invalid_argument);
}
