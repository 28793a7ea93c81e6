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

TEST_CASE("numbers of resources that were forgotten are not given again") {
  for (const std::uint32_t many : {2U, 20U}) {
    ResourceAliases aliases;
    for (std::uint32_t number = 0; number < many; ++number) aliases.add("r" + std::to_string(number));
    aliases.forget();
    CHECK_FALSE(aliases.find("r1").has_value());
    CHECK(aliases.add("r1").number() == many);
    CHECK(aliases.find("r1")->number() == many);
    aliases.forget();
    CHECK(aliases.add("r2").number() == many + 1);
  }
}
