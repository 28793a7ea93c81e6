#include "access/password_hash.h"

#include <stdexcept>
#include <vector>

#include "access/known_users.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

constexpr ScryptCost kCheap{.log_n = 4, .r = 1, .p = 1};

std::string error_of(const std::string& text) {
  return error_text<std::invalid_argument>([&] { PasswordHash::parse(text); });
}

}  // namespace

TEST_CASE("password hash: fits its password alone, also when it is read back") {
  const PasswordHash hash = PasswordHash::of("secret", kCheap);
  CHECK(hash.fits("secret"));
  CHECK_FALSE(hash.fits("secret "));
  CHECK_FALSE(hash.fits("Secret"));
  CHECK_FALSE(hash.fits(""));
  CHECK_FALSE(hash.fits(std::string_view("secret\0", 7)));
  const PasswordHash again = PasswordHash::parse(hash.text());
  CHECK(again.fits("secret"));
  CHECK_FALSE(again.fits("secret1"));
  CHECK(again.text() == hash.text());
  CHECK(PasswordHash::of("secret", kCheap).text() != hash.text());  // a salt of its own
}

TEST_CASE("password hash: is scrypt") {
  // RFC 7914, section 12: the third vector.
  const PasswordHash hash = PasswordHash::parse(
      "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
      "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw");
  CHECK(hash.fits("pleaseletmein"));
  CHECK_FALSE(hash.fits("pleaseletmeout"));
}

TEST_CASE("password hash: the usual cost is within its bounds") {
  CHECK(ScryptCost().memory_bytes() <= 16 << 20);
  CHECK(PasswordHash::parse(PasswordHash::of("a").text()).cost() == ScryptCost());
}

TEST_CASE("password hash: a hostile text is refused before anything is computed") {
  const std::string salt = "AAAAAAAAAAAAAAAAAAAAAA";
  const std::string rest = "$" + salt + "$" + std::string(43, 'A');
  CHECK(error_of("$scrypt$ln=4,r=1,p=1" + rest).empty());
  for (const char* cost : {"ln=30,r=8,p=1", "ln=15,r=8,p=1", "ln=13,r=8,p=9", "ln=13,r=64,p=1",
                           "ln=0,r=8,p=1", "ln=13,r=0,p=1", "ln=13,r=8,p=0", "ln=4,r=1,p=4000000000"})
    CHECK(error_of(std::string("$scrypt$") + cost + rest).find("is out of bounds") != std::string::npos);
  for (const std::string& text :
       {std::string(), std::string("secret"), std::string("$2b$12$abc"), "$scrypt$ln=-4,r=1,p=1" + rest,
        "$scrypt$ln=4,r=1" + rest, "$scrypt$ln=99999999999,r=1,p=1" + rest, "$scrypt$ln=4,r=1,p=1$" + salt,
        "$scrypt$ln=4,r=1,p=1$" + salt + "$", "$scrypt$ln=4,r=1,p=1$$" + std::string(43, 'A'),
        "$scrypt$ln=4,r=1,p=1$" + salt + "$" + std::string(43, '?'),
        "$scrypt$ln=4,r=1,p=1$" + salt + "$" + std::string(400, 'A'),
        "$scrypt$ln=4,r=1,p=1$" + salt + "$" + std::string(41, 'A')})
    CHECK(error_of(text).starts_with("expected $scrypt$"));
}

TEST_CASE("known users: the right password gives what the user may do") {
  const KnownUsers users(
      {{.name = "a", .password = PasswordHash::of("pa", kCheap), .permissions = {.write = "w"}},
       {.name = "b", .permissions = {.read = "r"}}});
  CHECK(users.check("a", "pa") == Permissions{.write = "w"});
  CHECK_FALSE(users.check("a", "pb"));
  CHECK_FALSE(users.check("c", "pa"));
  CHECK_FALSE(users.check("b", ""));
  CHECK_FALSE(users.check("", ""));
  CHECK(users.find("b") == Permissions{.read = "r"});
  CHECK_FALSE(users.find("c"));
  CHECK_FALSE(KnownUsers({}).check("a", "pa"));
}

TEST_CASE("known users: an empty password is never right") {
  const KnownUsers users({{.name = "a", .password = PasswordHash::of("", kCheap)}});
  CHECK_FALSE(users.check("a", ""));
}

TEST_CASE("password hash: one that is unmatched takes the same work and fits nothing") {
  const PasswordHash hash = PasswordHash::unmatched(kCheap);
  CHECK(hash.cost() == kCheap);
  CHECK_FALSE(hash.fits(""));
  CHECK_FALSE(hash.fits("secret"));
}

TEST_CASE("a secret is wiped") {
  std::string secret(100, 's');
  const char* where = secret.data();
  wipe(secret);
  CHECK(secret.empty());
  CHECK(std::string_view(where + 1, 50) == std::string(50, '\0'));
}
