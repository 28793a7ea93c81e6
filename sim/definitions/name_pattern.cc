#include "sim/definitions/name_pattern.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace dse {
namespace {

constexpr std::size_t kPatternBytesMax = 4096;
constexpr std::size_t kInstructionsMax = 2000;
constexpr std::size_t kPartsMax = 100'000;  // with those that are repeated, and those that are empty
constexpr int kNestingMax = 100;
constexpr int kLookaheadNestingMax = 1;
constexpr int kRepetitionsMax = 1000;

using Bytes = std::bitset<256>;

Bytes range_of(unsigned char first, unsigned char last) {
  Bytes bytes;
  for (unsigned c = first; c <= last; ++c) bytes.set(c);
  return bytes;
}
Bytes digits() { return range_of('0', '9'); }
Bytes upper() { return range_of('A', 'Z'); }
Bytes lower() { return range_of('a', 'z'); }
Bytes word() { return digits() | upper() | lower() | Bytes().set('_'); }
Bytes spaces() { return range_of('\t', '\r') | Bytes().set(' '); }

bool is_word(std::string_view name, std::size_t at) {
  static const Bytes kWord = word();
  return at < name.size() && kWord.test(static_cast<unsigned char>(name[at]));
}

// What \d, \w and so on stand for.
std::optional<Bytes> class_of(char letter) {
  switch (letter) {
    case 'd':
      return digits();
    case 'D':
      return ~digits();
    case 'w':
      return word();
    case 'W':
      return ~word();
    case 's':
      return spaces();
    case 'S':
      return ~spaces();
    case 'h':
      return Bytes().set(' ').set('\t');
    default:
      return std::nullopt;
  }
}

// [:alpha:] and its like.
std::optional<Bytes> posix_class(std::string_view name) {
  if (name == "alpha") return upper() | lower();
  if (name == "digit") return digits();
  if (name == "alnum") return upper() | lower() | digits();
  if (name == "upper") return upper();
  if (name == "lower") return lower();
  if (name == "space") return spaces();
  if (name == "word") return word();
  if (name == "xdigit") return digits() | range_of('a', 'f') | range_of('A', 'F');
  if (name == "punct")
    return range_of('!', '/') | range_of(':', '@') | range_of('[', '`') | range_of('{', '~');
  return std::nullopt;
}

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why); }

}  // namespace

// Translates the pattern from its end to its beginning: each part is told where to go on after it, and
// returns where it begins. So a part that is repeated is read again for each of its times.
class PatternCompiler {
 public:
  PatternCompiler(std::string_view pattern, NamePattern& result) : pattern_(pattern), result_(result) {
    if (pattern.size() > kPatternBytesMax) refuse("it is longer than 4096 bytes");
  }

  void compile() {
    const std::uint32_t match = add({.operation = NamePattern::Operation::kMatch});
    const Node whole = alternatives(0);
    if (at_ < pattern_.size()) refuse("a ')' too much");
    result_.begin_ = emit(whole, match);
  }

 private:
  using Operation = NamePattern::Operation;

  // The expression as a tree.
  struct Node {
    enum class Kind { kEmpty, kOne, kSequence, kAlternatives, kRepeat, kLook } kind = Kind::kEmpty;
    NamePattern::Instruction one = {};  // for kOne
    bool negated = false;               // for kLook
    int least = 0;                      // for kRepeat
    int most = -1;                      // -1: any number
    std::vector<Node> parts = {};
  };

  bool more() const { return at_ < pattern_.size(); }
  bool next_is(char c) const { return more() && pattern_[at_] == c; }
  bool take(std::string_view text) {
    if (!pattern_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }

  Node alternatives(int nesting) {
    if (nesting > kNestingMax) refuse("its groups are nested too deeply");
    Node node{.kind = Node::Kind::kAlternatives};
    const bool ignores_case = ignores_case_;  // an option holds to the end of its group
    do {
      Node sequence{.kind = Node::Kind::kSequence};
      while (more() && !next_is('|') && !next_is(')')) sequence.parts.push_back(repeated(nesting));
      node.parts.push_back(std::move(sequence));
    } while (take("|"));
    ignores_case_ = ignores_case;
    return node;
  }

  Node repeated(int nesting) {
    Node node = atom(nesting);
    for (;;) {
      int least = 0;
      int most = -1;
      if (take("*")) {
      } else if (take("+")) {
        least = 1;
      } else if (take("?")) {
        most = 1;
      } else if (!counts(least, most)) {
        return node;
      }
      if (node.kind == Node::Kind::kLook) refuse("a lookahead is repeated");
      if (next_is('+')) refuse("a possessive repetition");
      take("?");
      Node repeat{.kind = Node::Kind::kRepeat, .least = least, .most = most};
      repeat.parts.push_back(std::move(node));
      node = std::move(repeat);
      if (next_is('*') || next_is('+') || next_is('?')) refuse("a repetition of nothing");
    }
  }

  // {2}, {2,} or {2,5}; whatever else begins with a brace is the brace itself.
  bool counts(int& least, int& most) {
    if (!next_is('{')) return false;
    std::size_t at = at_ + 1;
    const auto number = [&]() -> std::optional<int> {
      int value = 0;
      const std::size_t first = at;
      for (; at < pattern_.size() && pattern_[at] >= '0' && pattern_[at] <= '9'; ++at) {
        value = value * 10 + (pattern_[at] - '0');
        if (value > kRepetitionsMax) refuse("more than 1000 repetitions");
      }
      return at == first ? std::nullopt : std::optional(value);
    };
    const std::optional<int> first = number();
    if (!first || at >= pattern_.size()) return false;
    std::optional<int> last = first;
    if (pattern_[at] == ',') {
      ++at;
      last = number();
    }
    if (at >= pattern_.size() || pattern_[at] != '}') return false;
    if (last && *last < *first) refuse("a repetition's numbers are out of order");
    at_ = at + 1;
    least = *first;
    most = last.value_or(-1);
    return true;
  }

  static Node zero_width(Operation operation, bool negated = false) {
    return {.kind = Node::Kind::kOne, .one = {.operation = operation, .negated = negated}};
  }

  Node of_bytes(Bytes bytes) {
    if (ignores_case_) {
      for (unsigned c = 'a'; c <= 'z'; ++c) {
        const unsigned other = c - 'a' + 'A';
        if (bytes.test(c) || bytes.test(other)) bytes.set(c).set(other);
      }
    }
    Node node{.kind = Node::Kind::kOne, .one = {.operation = Operation::kBytes}};
    const auto known = std::find(result_.bytes_.begin(), result_.bytes_.end(), bytes);
    node.one.bytes = static_cast<std::uint32_t>(known - result_.bytes_.begin());
    if (known == result_.bytes_.end()) result_.bytes_.push_back(bytes);
    return node;
  }
  Node of_byte(char c) { return of_bytes(Bytes().set(static_cast<unsigned char>(c))); }

  Node atom(int nesting) {
    const char c = pattern_[at_++];
    switch (c) {
      case '^':
        return zero_width(Operation::kBegin);
      case '$':
        return zero_width(Operation::kEnd);
      case '.':
        return of_bytes(~Bytes().set('\n'));
      case '[':
        return of_bytes(bracket());
      case '(':
        return group(nesting);
      case '\\':
        return escape();
      case '*':
      case '+':
      case '?':
        refuse("a repetition of nothing");
      default:
        return of_byte(c);
    }
  }

  Node group(int nesting) {
    Node node;
    if (take("?=") || take("?!")) {
      node.kind = Node::Kind::kLook;
      node.negated = pattern_[at_ - 1] == '!';
      if (++lookaheads_ > kLookaheadNestingMax) refuse("a lookahead within a lookahead");
      node.parts.push_back(alternatives(nesting + 1));
      --lookaheads_;
    } else if (take("?i)")) {
      ignores_case_ = true;
      return node;
    } else {
      if (take("?:")) {
      } else if (take("?<") || take("?P<") || take("?'")) {
        skip_group_name();
      } else if (next_is('?') || next_is('*')) {
        refuse("a group that begins with '(?' and is neither '(?:', '(?=', '(?!' nor '(?i)'");
      }
      node = alternatives(nesting + 1);
    }
    if (!take(")")) refuse("a '(' without its ')'");
    return node;
  }

  void skip_group_name() {
    const std::size_t first = at_;
    while (is_word(pattern_, at_)) ++at_;
    if (at_ == first || (!take(">") && !take("'"))) refuse("a lookbehind, or a group's name that is none");
  }

  // What a backslash and a letter are as one byte, if they are.
  std::optional<char> escaped_byte(char c) {
    switch (c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'f':
        return '\f';
      case 'e':
        return '\x1b';
      case 'x':
        return hexadecimal();
      default:
        break;
    }
    if (static_cast<unsigned char>(c) >= 0x80 || !is_word(std::string_view(&c, 1), 0) || c == '_') return c;
    return std::nullopt;
  }

  char hexadecimal() {
    unsigned value = 0;
    for (int digit = 0; digit < 2; ++digit) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const char c = more() ? pattern_[at_] : ' ';
      const std::size_t worth = kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
      if (worth == std::string_view::npos) refuse("\\x without two hexadecimal digits");
      value = value * 16 + static_cast<unsigned>(worth);
      ++at_;
    }
    return static_cast<char>(value);
  }

  Node escape() {
    if (!more()) refuse("a backslash at its end");
    const char c = pattern_[at_++];
    if (const std::optional<Bytes> bytes = class_of(c)) return of_bytes(*bytes);
    if (c == 'b' || c == 'B') return zero_width(Operation::kBoundary, c == 'B');
    if (c == 'A') return zero_width(Operation::kBegin);
    if (c == 'z') return zero_width(Operation::kVeryEnd);
    if (c == 'Z') return zero_width(Operation::kEnd);
    if (const std::optional<char> byte = escaped_byte(c)) return of_byte(*byte);
    refuse(std::string("\\") + c + " is not known here");
  }

  // The bytes of [...], whose opening bracket has been read.
  Bytes bracket() {
    Bytes bytes;
    const bool negated = take("^");
    for (bool first = true;; first = false) {
      if (!more()) refuse("a '[' without its ']'");
      if (!first && take("]")) return negated ? ~bytes : bytes;
      if (take("[:")) {
        const std::size_t end = pattern_.find(":]", at_);
        const auto named =
            end == std::string_view::npos ? std::nullopt : posix_class(pattern_.substr(at_, end - at_));
        if (!named) refuse("a class of characters that is not known here");
        bytes |= *named;
        at_ = end + 2;
        continue;
      }
      std::optional<Bytes> named;
      const char low = bracket_byte(named);
      if (named) {
        bytes |= *named;
        continue;
      }
      if (next_is('-') && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']') {
        ++at_;
        const char high = bracket_byte(named);
        if (named || static_cast<unsigned char>(high) < static_cast<unsigned char>(low))
          refuse("a range of characters that is none");
        bytes |= range_of(static_cast<unsigned char>(low), static_cast<unsigned char>(high));
      } else {
        bytes.set(static_cast<unsigned char>(low));
      }
    }
  }

  char bracket_byte(std::optional<Bytes>& named) {
    const char c = pattern_[at_++];
    if (c != '\\') return c;
    if (!more()) refuse("a backslash at its end");
    const char letter = pattern_[at_++];
    if (letter == 'b') return '\b';
    named = class_of(letter);
    if (named) return letter;
    const std::optional<char> byte = escaped_byte(letter);
    if (!byte) refuse(std::string("\\") + letter + " is not known here");
    return *byte;
  }

  std::uint32_t add(const NamePattern::Instruction& instruction) {
    if (result_.program_.size() >= kInstructionsMax) refuse("it is too large with all its repetitions");
    result_.program_.push_back(instruction);
    return static_cast<std::uint32_t>(result_.program_.size() - 1);
  }
  std::uint32_t split(std::uint32_t next, std::uint32_t other) {
    return add({.operation = Operation::kSplit, .next = next, .other = other});
  }

  // Adds what the node is; it goes on at `next`. Returns where it begins.
  std::uint32_t emit(const Node& node, std::uint32_t next) {
    if (++emitted_ > kPartsMax) refuse("it is too large with all its repetitions");
    switch (node.kind) {
      case Node::Kind::kEmpty:
        return next;
      case Node::Kind::kOne: {
        NamePattern::Instruction one = node.one;
        one.next = next;
        return add(one);
      }
      case Node::Kind::kSequence:
        for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part) next = emit(*part, next);
        return next;
      case Node::Kind::kAlternatives: {
        std::uint32_t begin = emit(node.parts.back(), next);
        for (std::size_t i = node.parts.size() - 1; i-- > 0;) begin = split(emit(node.parts[i], next), begin);
        return begin;
      }
      case Node::Kind::kLook: {
        const std::uint32_t match = add({.operation = Operation::kMatch});
        const std::uint32_t inner = emit(node.parts.front(), match);
        return add({.operation = Operation::kLook, .negated = node.negated, .next = next, .other = inner});
      }
      case Node::Kind::kRepeat:
        return emit_repeat(node, next);
    }
    return next;
  }

  std::uint32_t emit_repeat(const Node& node, std::uint32_t next) {
    const Node& part = node.parts.front();
    std::uint32_t begin = next;
    if (node.most < 0) {
      const std::uint32_t loop = split(next, next);
      result_.program_[loop].other = emit(part, loop);
      begin = loop;
    } else {
      // As many as may be left out, each of which can be the last.
      for (int i = node.least; i < node.most; ++i) begin = split(emit(part, begin), next);
    }
    for (int i = 0; i < node.least; ++i) begin = emit(part, begin);
    return begin;
  }

  std::string_view pattern_;
  NamePattern& result_;
  std::size_t at_ = 0;
  bool ignores_case_ = false;
  int lookaheads_ = 0;
  std::size_t emitted_ = 0;
};

NamePattern::NamePattern(std::string_view pattern) { PatternCompiler(pattern, *this).compile(); }

bool NamePattern::matches(std::string_view name) const { return matches_from(begin_, name, 0, true); }

bool NamePattern::holds(const Instruction& instruction, std::string_view name, std::size_t at) const {
  switch (instruction.operation) {
    case Operation::kBegin:
      return at == 0;
    case Operation::kEnd:
      return at == name.size() || (at + 1 == name.size() && name[at] == '\n');
    case Operation::kVeryEnd:
      return at == name.size();
    case Operation::kBoundary: {
      const bool before = at > 0 && is_word(name, at - 1);
      return (before != is_word(name, at)) != instruction.negated;
    }
    case Operation::kLook:
      return matches_from(instruction.other, name, at, false) != instruction.negated;
    default:
      return true;
  }
}

bool NamePattern::matches_from(std::uint32_t begin, std::string_view name, std::size_t at,
                               bool anywhere) const {
  std::vector<std::uint32_t> current;
  std::vector<std::uint32_t> following;
  std::vector<std::size_t> seen(program_.size(), 0);  // the place after which it was last reached, from 1
  std::vector<std::uint32_t> ways;
  // Adds what can be reached from `start` without a byte; returns whether the end can.
  const auto follow = [&](std::uint32_t start, std::size_t place, std::vector<std::uint32_t>& list) {
    ways.assign(1, start);
    while (!ways.empty()) {
      const std::uint32_t here = ways.back();
      ways.pop_back();
      if (seen[here] == place + 1) continue;
      seen[here] = place + 1;
      const Instruction& instruction = program_[here];
      if (instruction.operation == Operation::kMatch) return true;
      if (instruction.operation == Operation::kBytes) {
        list.push_back(here);
      } else if (instruction.operation == Operation::kSplit) {
        ways.push_back(instruction.next);
        ways.push_back(instruction.other);
      } else if (holds(instruction, name, place)) {
        ways.push_back(instruction.next);
      }
    }
    return false;
  };
  if (follow(begin, at, current)) return true;
  for (; at < name.size(); ++at) {
    following.clear();
    for (const std::uint32_t here : current) {
      if (!bytes_[program_[here].bytes].test(static_cast<unsigned char>(name[at]))) continue;
      if (follow(program_[here].next, at + 1, following)) return true;
    }
    if (anywhere && follow(begin, at + 1, following)) return true;
    if (following.empty() && !anywhere) return false;
    std::swap(current, following);
  }
  return false;
}

}  // namespace dse
