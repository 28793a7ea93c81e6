// The pattern of a policy: a regular expression that is looked for in the names of queues and exchanges.
//
// RabbitMQ uses Perl's expressions. This takes what people write in policies: characters, `.`, classes,
// anchors and \b, groups, alternatives, repetitions (greedy or not: only whether it matches counts), and
// lookahead, as in `^(?!amq\.).*`. It is matched by following all ways at once, so the time is at most the
// product of both lengths (times the places of a lookahead), and no expression exhausts the stack.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dse {

class NamePattern {
 public:
  // Throws std::invalid_argument, with what is wrong, for what is no regular expression, or has more to it:
  // a reference to a group, a lookbehind, a condition, an atomic group. Also for one that is too large.
  explicit NamePattern(std::string_view pattern);

  // Whether it matches somewhere in the name, byte by byte.
  bool matches(std::string_view name) const;

 private:
  friend class PatternCompiler;

  using Bytes = std::bitset<256>;
  enum class Operation : std::uint8_t { kBytes, kSplit, kBegin, kEnd, kVeryEnd, kBoundary, kLook, kMatch };
  struct Instruction {
    Operation operation;
    bool negated = false;     // for kBoundary and kLook
    std::uint32_t next = 0;   // where to go on
    std::uint32_t other = 0;  // the other way of kSplit; where kLook's own part begins
    std::uint32_t bytes = 0;  // index in bytes_
  };

  bool holds(const Instruction& instruction, std::string_view name, std::size_t at) const;
  bool matches_from(std::uint32_t begin, std::string_view name, std::size_t at, bool anywhere) const;

  std::vector<Instruction> program_;
  std::vector<Bytes> bytes_;
  std::uint32_t begin_ = 0;
};

}  // namespace dse
