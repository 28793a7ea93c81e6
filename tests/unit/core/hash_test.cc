#include "dse/hash.h"

#include <algorithm>
#include <vector>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::vector<std::byte> random_bytes(RandomStream& random, std::size_t count) {
  std::vector<std::byte> bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.below(256));
  return bytes;
}

std::uint64_t digest_of(std::span<const std::byte> bytes) {
  Hasher hasher;
  hasher.add(bytes);
  return hasher.digest();
}

}  // namespace

TEST_CASE("hashes are those of XXH3 with 64 bits") {
  CHECK(hex64(hash_text("")) == "2d06800538d394c2");
  CHECK(digest_of({}) == hash_bytes({}));
  const std::string text = "the same bytes every time";
  CHECK(hash_text(text) == digest_of(std::as_bytes(std::span(text))));
}

TEST_CASE("what is added in pieces hashes as what is added at once") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "hash", "pieces");
    const std::vector<std::byte> whole = random_bytes(random, 1 + random.below(100'000));
    Hasher hasher;
    std::span<const std::byte> rest(whole);
    const std::uint64_t longest = random.below(2) == 0 ? 40 : 40'000;
    while (!rest.empty()) {
      const std::size_t piece = std::min<std::size_t>(rest.size(), random.below(longest));
      hasher.add(rest.first(piece));
      rest = rest.subspan(piece);
    }
    REQUIRE(hasher.digest() == hash_bytes(whole));
  }
}

TEST_CASE("pieces that end at, before and after the end of the buffer change nothing") {
  RandomStream random(1, "hash", "buffer");
  const std::vector<std::byte> whole = random_bytes(random, 3 * 16'384 + 1);
  for (std::size_t first :
       std::initializer_list<std::size_t>{16375, 16376, 16377, 16383, 16384, 16385, 32768}) {
    for (std::size_t second : std::initializer_list<std::size_t>{0, 1, 8, 16383, 16384}) {
      CAPTURE(first, second);
      const std::size_t end = std::min(whole.size(), first + second);
      Hasher hasher;
      hasher.add(std::span(whole).first(first));
      hasher.add(std::span(whole).subspan(first, end - first));
      hasher.add_u64(0x0102030405060708);
      std::vector<std::byte> expected(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(end));
      for (int byte = 8; byte >= 1; --byte) expected.push_back(static_cast<std::byte>(byte));
      REQUIRE(hasher.digest() == hash_bytes(expected));
    }
  }
}

TEST_CASE("a digest taken on the way changes nothing that follows") {
  Hasher looked_at;
  Hasher left_alone;
  for (std::uint64_t value = 0; value < 5'000; ++value) {
    looked_at.add_u64(value);
    left_alone.add_u64(value);
    if (value % 700 == 0) looked_at.digest();
  }
  CHECK(looked_at.digest() == left_alone.digest());
}

TEST_CASE("texts keep their boundaries") {
  Hasher one;
  one.add(std::string_view("ab"));
  one.add(std::string_view("c"));
  Hasher other;
  other.add(std::string_view("a"));
  other.add(std::string_view("bc"));
  CHECK(one.digest() != other.digest());
}

TEST_CASE("a chain depends on every value and on their order") {
  CHECK(hash_chain(hash_chain(0, 1), 2) != hash_chain(hash_chain(0, 2), 1));
  CHECK(hash_chain(0, 1) != hash_chain(1, 1));
}

TEST_CASE("hashes are written with sixteen digits") {
  CHECK(hex64(0) == "0000000000000000");
  CHECK(hex64(UINT64_MAX - 1) == "fffffffffffffffe");
}
