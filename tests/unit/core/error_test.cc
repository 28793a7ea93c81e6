#include "dse/error.h"

#include "support/catch.h"

using namespace dse;

TEST_CASE("an input error names its place, as far as it is known") {
  CHECK(std::string(InputError({"a.toml", 3, 7, "bus.latency"}, "is wrong").what()) ==
        "a.toml:3:7: bus.latency: is wrong");
  CHECK(std::string(InputError({.file = "a.toml", .line = 3, .column = 7}, "is wrong").what()) ==
        "a.toml:3:7: is wrong");
  CHECK(std::string(InputError({.file = "images.gz"}, "is cut short").what()) == "images.gz: is cut short");
  CHECK(std::string(InputError({.key = "component.lenet"}, "is wrong").what()) ==
        "component.lenet: is wrong");
  CHECK(std::string(InputError({}, "is wrong").what()) == "is wrong");
}
