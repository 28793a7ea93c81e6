#include "message/headers_exchange.h"

#include <fmt/format.h>

#include "dse/hash.h"

namespace dse {

bool has_headers_exchange(const BindingSpec& binding, ExchangeType from) {
  return from != ExchangeType::kHeaders && !binding.headers.empty();
}

std::string headers_exchange(const BindingSpec& binding) {
  constexpr std::size_t kBytesMax = 255;
  std::string name = fmt::format("{}|{}", binding.from, binding.key);
  if (name.size() <= kBytesMax) return name;
  const std::string hash = hex64(hash_text(name));
  name.resize(kBytesMax - hash.size() - 1);
  return fmt::format("{}|{}", name, hash);
}

}  // namespace dse
