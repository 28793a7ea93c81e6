// What the fuzz target of sessions checks, on inputs that are always the same: it ends the process when a
// session breaks its promises.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dse/random.h"
#include "support/catch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

TEST_CASE("session: whatever is said and done to it, it keeps its promises") {
  constexpr std::uint64_t kInputs = 2000;
  for (std::uint64_t seed = 0; seed < kInputs; ++seed) {
    CAPTURE(seed);
    dse::RandomStream random(seed, "session", "inputs");
    std::vector<std::uint8_t> input(random.below(400));
    for (std::uint8_t& byte : input) byte = static_cast<std::uint8_t>(random.next_u64());
    REQUIRE(LLVMFuzzerTestOneInput(input.data(), input.size()) == 0);
  }
}
