#include "sim/world/resource_aliases.h"

#include <string>

#include "support/catch.h"

using namespace dse;

TEST_CASE("resource aliases: few or many, each resource keeps its number") {
  ResourceAliases aliases;
  CHECK_FALSE(aliases.find("r0").has_value());
  for (std::uint32_t count = 0; count < 40; ++count) {
    CHECK(aliases.add("r" + std::to_string(count)) == ResourceAlias(count));
    for (std::uint32_t number = 0; number <= count; ++number)
      CHECK(aliases.find("r" + std::to_string(number)) == ResourceAlias(number));
    CHECK_FALSE(aliases.find("r" + std::to_string(count + 1)).has_value());
  }
}
