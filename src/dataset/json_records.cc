#include "dataset/json_records.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/json_complaint.h"
#include "core/names.h"
#include "core/printable.h"
#include "dataset/wrong_value.h"

namespace dse {
namespace {

constexpr std::size_t kNoColumn = std::numeric_limits<std::size_t>::max();

}  // namespace

// Takes what the JSON library finds in a line. A function that returns false ends the parsing.
class JsonRecords::Parser {
  using Json = nlohmann::json;

 public:
  explicit Parser(JsonRecords& records) : records_(records) {}

  // Takes the fields of the line. Throws InputError.
  void parse(std::string_view line) {
    line_ = line;
    if (!Json::sax_parse(line.data(), line.data() + line.size(), this))
      throw InputError(records_.lines_.place(column_), error_);
  }

  bool null() { return take("", true); }
  bool boolean(bool value) { return take(value ? "true" : "false"); }
  bool number_integer(Json::number_integer_t value) { return take(view_of(fmt::format_int(value))); }
  bool number_unsigned(Json::number_unsigned_t value) { return take(view_of(fmt::format_int(value))); }
  bool number_float(Json::number_float_t, const std::string& written) { return take(written); }
  bool string(const std::string& text) { return take(text); }
  bool binary(Json::binary_t&) { return false; }  // no text has any
  bool start_object(std::size_t) {
    if (!levels_.empty()) return enter(kNoIndex);
    levels_.push_back({});
    return true;
  }
  bool start_array(std::size_t) { return levels_.empty() ? refuse_line() : enter(0); }
  bool end_object() { return leave(); }
  bool end_array() { return leave(); }
  bool key(const std::string& name) {
    path_.resize(levels_.back().path_bytes);
    path_ += name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) {
    JsonRefusal refusal = json_refusal(line_, error.id, {.column = position, .report = error.what()});
    column_ = refusal.column;
    return refuse(std::move(refusal.text));
  }

 private:
  static constexpr std::int64_t kNoIndex = -1;
  struct Level {
    std::size_t path_bytes = 0;     // what stands before the names of its fields
    std::int64_t index = kNoIndex;  // the next value's, in a list
  };

  static std::string_view view_of(const fmt::format_int& number) { return {number.data(), number.size()}; }

  bool refuse(std::string error) {
    error_ = std::move(error);
    return false;
  }
  bool refuse_line() { return refuse(json_complaint(line_)); }
  void begin_value() {
    Level& level = levels_.back();
    if (level.index == kNoIndex) return;
    path_.resize(level.path_bytes);
    const fmt::format_int index(level.index++);
    path_.append(index.data(), index.size());
  }
  bool enter(std::int64_t index) {
    begin_value();
    if (levels_.size() == kJsonNestingMax)
      return refuse(fmt::format("has more than {} objects and lists inside each other", kJsonNestingMax));
    path_ += '.';
    levels_.push_back({path_.size(), index});
    return true;
  }
  bool leave() {
    levels_.pop_back();
    return true;
  }
  bool take(std::string_view text, bool is_null = false) {
    if (levels_.empty()) return refuse_line();
    begin_value();
    if (path_.size() > kJsonNameBytesMax) {
      return refuse(fmt::format("has a field whose name has {} bytes, expected at most {}: {}", path_.size(),
                                kJsonNameBytesMax, shown(path_)));
    }
    if (records_.take(path_, text, is_null)) return true;
    if (records_.columns() == kJsonColumnsMax)
      return refuse(fmt::format("has more fields than the {} that a table may have", kJsonColumnsMax));
    return refuse(fmt::format("has the field {} twice", shown(path_)));
  }

  JsonRecords& records_;
  std::string_view line_;
  std::vector<Level> levels_;
  std::string path_;  // the name of the field
  std::string error_;
  std::size_t column_ = 0;
};

JsonRecords::JsonRecords(const TableOptions& options, const LineOptions& lines)
    : lines_(options.file, lines), names_are_known_(false) {
  if (options.label) add_column(*options.label);
  if (options.time) add_column(*options.time);
  for (const std::string& name : options.features) add_column(name);
}

JsonRecords::JsonRecords(const TableOptions& options, std::vector<std::string> names)
    : lines_(options.file), names_are_known_(true) {
  for (const std::string& name : names) add_column(name);
}

void JsonRecords::add_column(const std::string& name) {
  if (!columns_.try_emplace(name, names_.size()).second) return;
  names_.push_back(name);
  values_.emplace_back();
}

std::vector<std::string> JsonRecords::found_names() const {
  std::vector<std::string> found;
  for (std::size_t column = 0; column < columns(); ++column) {
    if (values_[column].line > 0) found.push_back(names_[column]);
  }
  return found;
}

bool JsonRecords::read() {
  if (!lines_.next()) return false;
  text_.clear();
  taken_ = 0;
  Parser(*this).parse(lines_.line());
  views_.assign(columns(), {});
  for (std::size_t column = 0; column < columns(); ++column) {
    const Value& value = values_[column];
    if (value.line == lines_.number())
      views_[column] = std::string_view(text_).substr(value.begin, value.end - value.begin);
  }
  fields_ = views_;
  return true;
}

bool JsonRecords::take(const std::string& name, std::string_view text, bool is_null) {
  const std::size_t column = column_of(name);
  if (column == kNoColumn) return names_are_known_;
  Value& value = values_[column];
  if (value.line == lines_.number()) return false;
  value = {lines_.number(), is_null, text_.size(), text_.size() + text.size()};
  text_ += text;
  return true;
}

// kNoColumn when the name is passed over, or is one too many.
std::size_t JsonRecords::column_of(const std::string& name) {
  const std::size_t place = taken_++;
  if (place < order_.size() && names_[order_[place]] == name) return order_[place];
  auto found = columns_.find(name);
  if (found == columns_.end()) {
    if (names_are_known_ || columns() == kJsonColumnsMax) return kNoColumn;
    add_column(name);
    found = columns_.find(name);
  }
  if (place >= order_.size()) order_.resize(place + 1);
  return order_[place] = found->second;
}

std::string JsonRecords::how_missing(std::size_t column) const {
  const Value& value = values_[column];
  if (value.line == lines_.number())
    return value.is_null ? "the field is null" : fmt::format("the field is {}", shown(fields_[column]));
  std::string text = "the row has no such field";
  if (value.line > 0) return text;
  const std::string meant = nearest_name(names_[column], found_names());
  return meant.empty() ? text : text + fmt::format("; did you mean {}?", quoted_text(meant));
}

std::string JsonRecords::without_rows() const {
  return "holds no line of text, expected an object on each line";
}

}  // namespace dse
