#include "access/password_hash.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <charconv>
#include <stdexcept>

#include "dse/error.h"

namespace dse {
namespace {

constexpr std::string_view kScheme = "$scrypt$";
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kBytesMax = 64;  // a salt or a hash that is read has no more
constexpr const char* kForm = "expected $scrypt$ln=13,r=8,p=2$SALT$HASH, as `dse user add` writes it";

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string base64_of(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(
      static_cast<std::size_t>(EVP_EncodeBlock(raw(text), raw(bytes), static_cast<int>(bytes.size()))));
  while (text.ends_with('=')) text.pop_back();
  return text;
}

// Throws std::invalid_argument when it is not base64, or of another length.
std::string bytes_of_base64(std::string_view text, std::size_t least) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string padded(text.substr(0, kBytesMax * 2));
  const bool is_base64 = padded.size() % 4 != 1 && padded.find_first_not_of(kLetters) == std::string::npos;
  const std::size_t size = padded.size() * 3 / 4;
  if (!is_base64 || size < least || size > kBytesMax) throw std::invalid_argument(kForm);
  padded.append((4 - padded.size() % 4) % 4, '=');
  std::string bytes(padded.size() / 4 * 3, '\0');
  EVP_DecodeBlock(raw(bytes), raw(padded), static_cast<int>(padded.size()));
  bytes.resize(size);
  return bytes;
}

// Takes "NAME=NUMBER" off the front, and the character behind it.
unsigned take_number(std::string_view& text, std::string_view name, char behind) {
  if (!text.starts_with(name)) throw std::invalid_argument(kForm);
  text.remove_prefix(name.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != behind)
    throw std::invalid_argument(kForm);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return number;
}

void require_bounded(const ScryptCost& cost) {
  constexpr unsigned kLogMax = 20;  // so that nothing below overflows
  constexpr unsigned kFactorMax = 64;
  const bool sensible = cost.log_n >= 1 && cost.log_n <= kLogMax && cost.r >= 1 && cost.r <= kFactorMax &&
                        cost.p >= 1 && cost.p <= kFactorMax;
  if (sensible && cost.memory_bytes() <= PasswordHash::kMemoryBytesMax &&
      cost.work() <= PasswordHash::kWorkMax)
    return;
  throw std::invalid_argument(
      fmt::format("the cost ln={},r={},p={} is out of bounds: a check may take 16 MiB, "
                  "and four times as long as with ln=13,r=8,p=2",
                  cost.log_n, cost.r, cost.p));
}

std::string scrypt(std::string_view password, std::string_view salt, const ScryptCost& cost,
                   std::size_t bytes) {
  std::string hash(bytes, '\0');
  // OpenSSL counts a few bytes besides.
  const std::uint64_t memory_max = cost.memory_bytes() + (1 << 20);
  if (EVP_PBE_scrypt(password.data(), password.size(), raw(salt), salt.size(), std::uint64_t{1} << cost.log_n,
                     cost.r, cost.p, memory_max, raw(hash), hash.size()) != 1)
    throw RunError("a password cannot be hashed: OpenSSL has no scrypt, or no memory for it");
  return hash;
}

}  // namespace

PasswordHash PasswordHash::of(std::string_view password, const ScryptCost& cost) {
  require_bounded(cost);
  PasswordHash made;
  made.cost_ = cost;
  made.salt_.resize(kSaltBytes);
  if (RAND_bytes(raw(made.salt_), static_cast<int>(kSaltBytes)) != 1)
    throw RunError("the system has no random numbers for the salt of a password");
  made.hash_ = scrypt(password, made.salt_, cost, kHashBytes);
  return made;
}

PasswordHash PasswordHash::parse(std::string_view text) {
  if (!text.starts_with(kScheme)) throw std::invalid_argument(kForm);
  text.remove_prefix(kScheme.size());
  PasswordHash read;
  read.cost_.log_n = take_number(text, "ln=", ',');
  read.cost_.r = take_number(text, "r=", ',');
  read.cost_.p = take_number(text, "p=", '$');
  require_bounded(read.cost_);
  const std::size_t end = text.find('$');
  if (end == std::string_view::npos) throw std::invalid_argument(kForm);
  read.salt_ = bytes_of_base64(text.substr(0, end), kSaltBytes / 2);
  read.hash_ = bytes_of_base64(text.substr(end + 1), kHashBytes / 2);
  return read;
}

PasswordHash PasswordHash::unmatched(const ScryptCost& cost) {
  PasswordHash made;
  made.cost_ = cost;
  made.salt_.resize(kSaltBytes);
  made.hash_.resize(kHashBytes);
  made.matchable_ = false;
  return made;
}

bool PasswordHash::fits(std::string_view password) const {
  std::string hash = scrypt(password, salt_, cost_, hash_.size());
  const bool same = CRYPTO_memcmp(hash.data(), hash_.data(), hash_.size()) == 0;
  wipe(hash);
  return same && matchable_ && password.find('\0') == std::string_view::npos;
}

std::string PasswordHash::text() const {
  return fmt::format("{}ln={},r={},p={}${}${}", kScheme, cost_.log_n, cost_.r, cost_.p, base64_of(salt_),
                     base64_of(hash_));
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace dse
