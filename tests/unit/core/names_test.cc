#include "core/names.h"

#include <string>
#include <vector>

#include "support/catch.h"

using namespace dse;

TEST_CASE("the nearest name is the one that was meant") {
  const std::vector<std::string> kinds = {"training-generator", "production-source", "model", "echo",
                                          "watch"};
  CHECK(nearest_name("modle", kinds) == "model");  // two neighbours swapped
  CHECK(nearest_name("eco", kinds) == "echo");
  CHECK(nearest_name("watches", kinds) == "watch");
  CHECK(nearest_name("trainig-generator", kinds) == "training-generator");
  CHECK(nearest_name("model", kinds) == "model");
}

TEST_CASE("of two names as near, the first is suggested") {
  const std::vector<std::string> names = {"bat", "cat"};
  CHECK(nearest_name("hat", names) == "bat");
}

TEST_CASE("a name that nobody can have meant suggests nothing") {
  const std::vector<std::string> names = {"prefetch", "batch"};
  CHECK(nearest_name("zzzzz", names).empty());
  CHECK(nearest_name(std::string(100'000, 'b'), names).empty());
  CHECK(nearest_name("x", {}).empty());
}

TEST_CASE("a suggestion names the nearest, or else all") {
  const std::vector<std::string> names = {"prefetch", "batch"};
  CHECK(suggestion("prefech", names) == "; did you mean 'prefetch'?");
  CHECK(suggestion("zzzzz", names) == "; expected one of prefetch, batch");
  CHECK(suggestion("zzzzz", {}).empty());
}
