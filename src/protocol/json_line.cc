#include "protocol/json_line.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/json_complaint.h"
#include "core/printable.h"
#include "protocol/program_values.h"

namespace dse {
namespace {

// A table as a list takes three levels, and few levels are around the headers.
constexpr std::size_t kNestingMax = 3 * kHeaderNestingMax + 16;

// Writes JSON again, without blanks.
class CompactText {
 public:
  void value(std::string_view written) {
    separate();
    text_ += written;
  }
  void text(std::string_view text) {
    separate();
    append_json_text(text, text_);
  }
  void key(std::string_view name) {
    separate();
    append_json_text(name, text_);
    text_ += ':';
    levels_.back() = true;  // no comma before its value
  }
  void begin(char bracket) {
    separate();
    text_ += bracket;
    levels_.push_back(true);
  }
  void end(char bracket) {
    levels_.pop_back();
    text_ += bracket;
  }
  bool complete() const { return levels_.empty(); }
  std::string take() { return std::move(text_); }

 private:
  void separate() {
    if (levels_.empty()) return;
    if (!levels_.back()) text_ += ',';
    levels_.back() = false;
  }

  std::string text_;
  std::vector<bool> levels_;  // for each open object or list, whether no comma stands before what comes next
};

// Takes what the library finds in a line. A function that returns false ends the parsing.
class LineBuilder {
 public:
  LineBuilder(std::string_view line, std::string_view verbatim) : line_(line), verbatim_(verbatim) {}

  Json build() {
    if (!Json::sax_parse(line_.data(), line_.data() + line_.size(), this)) throw LineFault(column_, error_);
    return std::move(root_);
  }

  bool null() { return compact_ ? written("null") : put(nullptr); }
  bool boolean(bool value) { return compact_ ? written(value ? "true" : "false") : put(value); }
  bool number_integer(Json::number_integer_t value) { return integer(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return integer(value); }
  bool number_float(Json::number_float_t value, const std::string& text) {
    if (compact_) return written(text);
    if (text.find_first_of(".eE") != std::string::npos) return put(value);
    // The library reads an integer that is too large as a double, without a word.
    return refuse(
        fmt::format("has the integer {}, which needs more than 64 bits: write it as a double (with a "
                    "point), or as a text",
                    shown_text(text)));
  }
  bool string(std::string& text) {
    if (!compact_) return put(std::move(text));
    compact_->text(text);
    return end_compact();
  }
  bool binary(Json::binary_t&) { return false; }  // no text has any
  bool start_object(std::size_t) { return compact_ ? begin_compact('{') : open(Json::object()); }
  bool start_array(std::size_t) { return compact_ ? begin_compact('[') : open(Json::array()); }
  bool end_object() { return compact_ ? close_compact('}') : close(); }
  bool end_array() { return compact_ ? close_compact(']') : close(); }
  bool key(const std::string& name) {
    if (compact_) {
      compact_->key(name);
      return true;
    }
    const auto [member, is_new] = open_.back()->get_ref<Json::object_t&>().try_emplace(name, nullptr);
    if (!is_new) return refuse(fmt::format("has {} twice in one object", shown_text(name)));
    member_ = &member->second;
    if (open_.size() == 1 && name == verbatim_) compact_.emplace();
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) {
    JsonRefusal refusal = json_refusal(line_, error.id, {.column = position, .report = error.what()});
    column_ = refusal.column;
    return refuse(std::move(refusal.text));
  }

 private:
  bool refuse(std::string error) {
    error_ = std::move(error);
    return false;
  }

  template <typename Integer>
  bool integer(Integer value) {
    if (!compact_) return put(value);
    const fmt::format_int digits(value);
    return written({digits.data(), digits.size()});
  }

  // Adds the value to the innermost object or list.
  bool put(Json&& value) {
    if (open_.empty()) return refuse(json_complaint(line_));
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      member_ = &parent.back();
    } else {
      *member_ = std::move(value);
    }
    return true;
  }
  bool open(Json&& value) {
    if (open_.empty() && value.is_object()) {
      root_ = std::move(value);
      open_.push_back(&root_);
      return true;
    }
    if (open_.size() == kNestingMax)
      return refuse(fmt::format("is nested more than {} deep, as no message is", kNestingMax));
    if (!put(std::move(value))) return false;
    open_.push_back(member_);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  bool written(std::string_view value) {
    compact_->value(value);
    return end_compact();
  }
  bool begin_compact(char bracket) {
    compact_->begin(bracket);
    return true;
  }
  bool close_compact(char bracket) {
    compact_->end(bracket);
    return end_compact();
  }
  // What is verbatim may be complete.
  bool end_compact() {
    if (!compact_->complete()) return true;
    *member_ = compact_->take();
    compact_.reset();
    return true;
  }

  const std::string_view line_;
  const std::string_view verbatim_;
  Json root_;
  std::vector<Json*> open_;             // the objects and lists that have not ended, from outside to inside
  Json* member_ = nullptr;              // the value that comes next in an object, or came last in a list
  std::optional<CompactText> compact_;  // while what is verbatim is read
  std::string error_;
  std::size_t column_ = 0;
};

}  // namespace

Json parse_json_line(std::string_view line, std::string_view verbatim) {
  return LineBuilder(line, verbatim).build();
}

}  // namespace dse
