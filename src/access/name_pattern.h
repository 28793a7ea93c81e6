// The pattern of a policy, or of a permission: a regular expression that is looked for in the names of queues
// and exchanges, byte by byte. RabbitMQ runs it by PCRE, this by PCRE2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace dse {

class NamePattern {
 public:
  static constexpr std::size_t kBytesMax = 4096;
  // A name that takes more steps does not match. RabbitMQ gives up as well, later.
  static constexpr std::uint32_t kStepsMax = 200'000;

  // Throws std::invalid_argument, with what is wrong and where, for what is no regular expression, or is
  // longer than kBytesMax.
  explicit NamePattern(std::string_view pattern);
  ~NamePattern();
  NamePattern(NamePattern&&) noexcept;
  NamePattern& operator=(NamePattern&&) noexcept;

  // Whether it matches somewhere in the name. One thread.
  bool matches(std::string_view name) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace dse
