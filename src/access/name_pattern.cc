#define PCRE2_CODE_UNIT_WIDTH 8

#include "access/name_pattern.h"

#include <fmt/format.h>
#include <pcre2.h>

#include <array>
#include <new>
#include <stdexcept>
#include <string>

namespace dse {
namespace {

PCRE2_SPTR bytes_of(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

std::string error_text(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

}  // namespace

struct NamePattern::Compiled {
  struct Free {
    void operator()(pcre2_code* one) const { pcre2_code_free(one); }
    void operator()(pcre2_match_data* one) const { pcre2_match_data_free(one); }
    void operator()(pcre2_match_context* one) const { pcre2_match_context_free(one); }
  };
  std::unique_ptr<pcre2_code, Free> code;
  std::unique_ptr<pcre2_match_data, Free> match;
  std::unique_ptr<pcre2_match_context, Free> limits;
};

NamePattern::NamePattern(std::string_view pattern) : compiled_(std::make_unique<Compiled>()) {
  if (pattern.size() > kBytesMax)
    throw std::invalid_argument(fmt::format("it is longer than {} bytes", kBytesMax));
  int error = 0;
  PCRE2_SIZE place = 0;
  compiled_->code.reset(pcre2_compile(bytes_of(pattern), pattern.size(), 0, &error, &place, nullptr));
  if (compiled_->code == nullptr)
    throw std::invalid_argument(fmt::format("{}, at byte {}", error_text(error), place + 1));
  compiled_->match.reset(pcre2_match_data_create_from_pattern(compiled_->code.get(), nullptr));
  compiled_->limits.reset(pcre2_match_context_create(nullptr));
  if (compiled_->match == nullptr || compiled_->limits == nullptr) throw std::bad_alloc();
  pcre2_set_match_limit(compiled_->limits.get(), kStepsMax);
}

NamePattern::~NamePattern() = default;
NamePattern::NamePattern(NamePattern&&) noexcept = default;
NamePattern& NamePattern::operator=(NamePattern&&) noexcept = default;

bool NamePattern::matches(std::string_view name) const {
  return pcre2_match(compiled_->code.get(), bytes_of(name), name.size(), 0, 0, compiled_->match.get(),
                     compiled_->limits.get()) >= 0;
}

}  // namespace dse
