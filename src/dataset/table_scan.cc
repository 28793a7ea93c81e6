#include "dataset/table_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <tuple>

#include "core/counted.h"
#include "core/names.h"
#include "core/printable.h"
#include "dataset/class_names.h"
#include "dataset/file_error.h"
#include "dataset/line_reader.h"
#include "dataset/missing_texts.h"
#include "dataset/table_columns.h"
#include "dataset/table_records.h"
#include "dataset/time_column.h"
#include "dataset/wrong_value.h"
#include "dse/hash.h"

namespace dse {
namespace {

using Field = ColumnProfile::Field;

// What a feature holds that it must not: an error only once it is known that the column is a feature.
struct Trouble {
  InputPlace place;
  Field field = Field::kNumber;
  std::string text;  // or how it is missing
};

NumberForm form_of(Field field) {
  if (field == Field::kText) return NumberForm::kText;
  return field == Field::kTooLarge ? NumberForm::kTooLarge : NumberForm::kNotFinite;
}

[[noreturn]] void refuse_feature(const Trouble& trouble) {
  if (trouble.field == Field::kMissing) refuse_missing(trouble.place, "a feature", trouble.text);
  refuse_number(trouble.place, form_of(trouble.field), trouble.text);
}

bool is_number(ColumnType type) { return type == ColumnType::kInteger || type == ColumnType::kNumber; }

// As though the names were the fields of a column.
ColumnType type_of(const std::vector<std::string>& names) {
  ColumnProfile profile;
  const MissingTexts none({});
  for (const std::string& name : names) profile.add(name, none);
  return profile.type();
}

class TableScanner {
 public:
  explicit TableScanner(const TableOptions& options)
      : options_(options),
        missing_(missing_texts(options)),
        records_(open_table(options)),
        columns_(find_columns(options, records_->names())) {
    add_columns();
    for (const std::size_t column : columns_.features) roles_[column] = Role::kFeature;
    if (columns_.time) {
      time_.emplace(options, *columns_.time);
      if (roles_[*columns_.time] == Role::kCandidate) roles_[*columns_.time] = Role::kNone;
    }
    if (columns_.label) {
      roles_[*columns_.label] = Role::kLabel;
      list_classes();
    } else if (!options.classes.empty()) {
      refuse_option("classes", "there are classes, but no column that is the label");
    }
  }

  TableScan scan();

 private:
  // What is known of a column before the end of the file.
  enum class Role : std::uint8_t { kNone, kCandidate, kFeature, kLabel };

  void list_classes();
  void add_columns();
  void take_row();
  void take_other(std::size_t column, Field field, std::string_view text);
  void note_text(std::size_t column, std::string_view text);
  void take_label();
  void take_time();
  void take_missing(std::size_t column, std::string_view what);
  void choose_features();
  void refuse_trouble() const;
  void count_rows_left_out();
  void require_rows() const;
  void describe_columns();
  [[noreturn]] void refuse_option(const std::string& option, const std::string& text) const;

  const TableOptions& options_;
  const MissingTexts missing_;
  const std::unique_ptr<TableRecords> records_;
  TableColumns columns_;
  std::vector<ColumnProfile> profiles_;
  std::vector<Role> roles_;
  std::vector<std::optional<Trouble>> troubles_;  // the first of each candidate
  std::vector<bool> lacked_by_row_;               // a row was left out for it
  std::vector<bool> came_late_;                   // rows before its first value were taken without it
  std::vector<bool> is_mixed_;                    // a candidate that had numbers, and then a text
  std::uint64_t first_line_ = 0;                  // on which the first row starts
  std::optional<TimeColumn> time_;
  ClassNames classes_;
  std::uint64_t labels_missing_ = 0;
  bool row_is_left_out_ = false;
  TableScan result_;
};

void TableScanner::refuse_option(const std::string& option, const std::string& text) const {
  throw InputError({.file = options_.file, .key = option}, text);
}

void TableScanner::list_classes() {
  if (options_.classes.size() > kClassesMax)
    refuse_option("classes", fmt::format("lists more than {} classes", kClassesMax));
  for (const std::string& name : options_.classes) {
    if (classes_.find(name)) refuse_option("classes", fmt::format("lists {} twice", quoted_text(name)));
    classes_.add(name);
  }
}

// Takes note of the columns that the records have by now, and had not before.
void TableScanner::add_columns() {
  const std::uint64_t rows_before = records_->row() - std::min<std::uint64_t>(records_->row(), 1);
  for (std::size_t column = profiles_.size(); column < records_->columns(); ++column) {
    profiles_.emplace_back().add_missing(rows_before);
    roles_.push_back(options_.features.empty() ? Role::kCandidate : Role::kNone);
    troubles_.emplace_back();
    lacked_by_row_.push_back(false);
    came_late_.push_back(rows_before > 0);
    is_mixed_.push_back(false);
    if (rows_before == 0 || roles_[column] == Role::kNone || options_.missing != Missing::kRefuse) continue;
    InputPlace place = records_->place(column);
    place.line = line_number(first_line_);
    troubles_[column] = Trouble{place, Field::kMissing, "the row has no such field"};
  }
}

TableScan TableScanner::scan() {
  result_.file = options_.file;
  while (records_->next()) take_row();
  result_.rows = records_->row();
  result_.empty_lines = records_->empty_lines();
  result_.digest = records_->digest();
  if (result_.rows == 0) refuse_file(options_.file, records_->without_rows());
  find_columns(options_, records_->found_names());  // what was asked for is there
  choose_features();
  refuse_trouble();
  count_rows_left_out();
  require_rows();
  describe_columns();
  return std::move(result_);
}

void TableScanner::take_row() {
  row_is_left_out_ = false;
  if (records_->row() == 1) first_line_ = records_->line();
  if (records_->columns() > profiles_.size()) add_columns();
  const std::span<const std::string_view> fields = records_->fields();
  for (std::size_t column = 0; column < fields.size(); ++column) {
    if (roles_[column] == Role::kLabel) continue;
    const std::string_view text = without_spaces(fields[column]);
    const Field field = profiles_[column].add(text, missing_);
    if (field != Field::kNumber) take_other(column, field, text);
  }
  if (columns_.label) take_label();
  if (time_) take_time();
  if (row_is_left_out_) ++result_.rows_left_out;
}

// Takes a field that is not a number.
void TableScanner::take_other(std::size_t column, Field field, std::string_view text) {
  const Role role = roles_[column];
  if (role == Role::kNone) return;
  if (role == Role::kCandidate && field == Field::kText) return note_text(column, text);
  if (field == Field::kMissing && options_.missing != Missing::kRefuse) {
    if (options_.missing == Missing::kMean) return;
    // In a column that is known to be text, nothing is lacking.
    if (profiles_[column].type() == ColumnType::kText) return;
    row_is_left_out_ = true;
    lacked_by_row_[column] = true;
    return;
  }
  if (troubles_[column]) return;
  troubles_[column] = Trouble{records_->place(column), field,
                              field == Field::kMissing ? records_->how_missing(column) : std::string(text)};
  if (role == Role::kFeature) refuse_feature(*troubles_[column]);
}

// Takes note of the first text below numbers, which is perhaps a slip of the hand.
void TableScanner::note_text(std::size_t column, std::string_view text) {
  const std::uint64_t numbers = profiles_[column].numbers();
  if (numbers == 0 || is_mixed_[column]) return;
  is_mixed_[column] = true;
  const InputPlace place = records_->place(column);
  result_.mixed.push_back({.name = records_->names()[column],
                           .place = fmt::format(":{}:{}", place.line, place.column),
                           .text = shown(text),
                           .numbers = numbers});
}

void TableScanner::take_label() {
  const std::size_t column = *columns_.label;
  const std::string_view text = records_->fields()[column];
  if (classes_.find(text)) return;
  if (missing_.contains(without_spaces(text))) {
    ++labels_missing_;
    return take_missing(column, "the label");
  }
  if (!options_.classes.empty()) {
    throw InputError(records_->place(column),
                     fmt::format("the label {} is none of the classes{}", shown(text),
                                 one_line(suggestion(text, classes_.names()))));
  }
  if (!is_utf8(text)) {
    throw InputError(records_->place(column), fmt::format("the label {} is not UTF-8; convert the file, for "
                                                          "example with `iconv -f ISO-8859-1 -t UTF-8`",
                                                          shown(text)));
  }
  if (classes_.size() == kClassesMax) {
    throw InputError(
        records_->place(column),
        fmt::format("the label {} is one more than {} distinct labels; is the column a number to "
                    "predict, or an identifier?",
                    shown(text), kClassesMax));
  }
  classes_.add(text);
}

void TableScanner::take_time() {
  const std::size_t column = *columns_.time;
  const std::string_view text = without_spaces(records_->fields()[column]);
  if (missing_.contains(text)) return take_missing(column, "the time");
  const TimeNs time_ns = time_->read(*records_, text);
  if (!result_.times) result_.times = {.first = std::string(text), .first_ns = time_ns};
  result_.times->last.assign(text);
  result_.times->last_ns = time_ns;
}

// Takes a row without a label or without a time.
void TableScanner::take_missing(std::size_t column, std::string_view what) {
  if (options_.missing != Missing::kSkip)
    refuse_missing(records_->place(column), what, records_->how_missing(column));
  row_is_left_out_ = true;
}

void TableScanner::choose_features() {
  result_.label = columns_.label;
  result_.time = columns_.time;
  result_.features = columns_.features;
  for (std::size_t column = 0; column < profiles_.size(); ++column) {
    if (roles_[column] == Role::kCandidate && is_number(profiles_[column].type()))
      result_.features.push_back(column);
  }
  if (result_.features.empty()) {
    refuse_file(options_.file, fmt::format("has no column of numbers among its {} that could be a feature",
                                           records_->columns()));
  }
}

// Refuses the first in the file of what turned out to be in a feature.
void TableScanner::refuse_trouble() const {
  const Trouble* first = nullptr;
  for (const std::size_t column : result_.features) {
    if (!troubles_[column]) continue;
    const Trouble& trouble = *troubles_[column];
    if (first == nullptr ||
        std::tie(trouble.place.line, trouble.place.column) < std::tie(first->place.line, first->place.column))
      first = &trouble;
  }
  if (first != nullptr) refuse_feature(*first);
  if (options_.missing != Missing::kMean) return;
  for (const std::size_t column : result_.features) {
    if (profiles_[column].has_numbers()) continue;
    refuse_file(options_.file,
                fmt::format("has no number in the column {}, which is a feature, so that there is "
                            "no mean for what is missing",
                            quoted_text(records_->names()[column])));
  }
}

// Counts them again if some were left out for a column that turned out not to be a feature, or were not left
// out because nobody knew yet that there is a feature that they lack.
void TableScanner::count_rows_left_out() {
  std::set<std::size_t> needed(result_.features.begin(), result_.features.end());
  bool miscounted = false;
  for (std::size_t column = 0; column < lacked_by_row_.size() && options_.missing == Missing::kSkip;
       ++column) {
    miscounted = miscounted || (needed.contains(column) ? came_late_[column] : lacked_by_row_[column]);
  }
  if (!miscounted) return;
  if (columns_.time) needed.insert(*columns_.time);
  result_.rows_left_out = 0;
  const std::unique_ptr<TableRecords> rows = open_table_again(options_, records_->names());
  while (rows->next()) {
    const auto lacks = [&](std::size_t column) {
      return missing_.contains(without_spaces(rows->fields()[column]));
    };
    const bool no_label =
        columns_.label && lacks(*columns_.label) && !classes_.find(rows->fields()[*columns_.label]);
    if (no_label || std::any_of(needed.begin(), needed.end(), lacks)) ++result_.rows_left_out;
  }
}

void TableScanner::require_rows() const {
  if (result_.rows_left_out < result_.rows) return;
  refuse_file(options_.file,
              fmt::format("has no row without a missing value: all {} would be left out", result_.rows));
}

void TableScanner::describe_columns() {
  if (columns_.label) result_.classes = options_.classes.empty() ? classes_.sorted() : options_.classes;
  for (std::size_t column = 0; column < profiles_.size(); ++column) {
    const ColumnProfile& profile = profiles_[column];
    TableColumn described{
        .name = records_->names()[column], .type = profile.type(), .missing = profile.missing()};
    if (profile.has_numbers() && profile.type() != ColumnType::kText)
      described.numbers = {.least = profile.least(), .most = profile.most(), .mean = profile.mean()};
    if (column == columns_.label) {
      described.missing = labels_missing_;
      described.type = type_of(classes_.names());
    }
    result_.columns.push_back(std::move(described));
  }
  if (options_.missing != Missing::kMean) return;
  for (const std::size_t column : result_.features) result_.means_used += result_.columns[column].missing;
}

}  // namespace

std::string TableScan::describe() const {
  std::string text =
      fmt::format("{}: {}, {}", printable(file), counted(rows, "row"), counted(columns.size(), "column"));
  if (rows_left_out > 0) text += fmt::format(", {} left out", counted(rows_left_out, "row"));
  if (empty_lines > 0) text += fmt::format(", {} skipped", counted(empty_lines, "empty line"));
  text += fmt::format(", digest {}\n", hex64(digest));
  const std::set<std::size_t> is_feature(features.begin(), features.end());
  for (std::size_t column = 0; column < columns.size(); ++column)
    text += line_of(column, is_feature.contains(column));
  return text;
}

std::vector<std::string> TableScan::notes() const {
  // Without its folder, which differs from machine to machine: notes are kept with the run.
  const std::string name = printable(std::filesystem::path(file).filename().string());
  std::vector<std::string> notes;
  for (const MixedColumn& column : mixed) {
    notes.push_back(fmt::format(
        "the column '{}' is no feature, because of {} at {}, after {}: list `features` "
        "to have that refused",
        printable(column.name), column.text, name + column.place, counted(column.numbers, "number")));
  }
  if (rows_left_out > 0) {
    notes.push_back(fmt::format("{} of {} of {} are left out, because they lack a value", rows_left_out,
                                counted(rows, "row"), name));
  }
  if (means_used > 0) {
    notes.push_back(fmt::format("{} of {} {} the mean of their columns in place of what is missing",
                                counted(means_used, "field"), name, means_used == 1 ? "has" : "have"));
  }
  return notes;
}

// "  feature  length  number, 0.5 to 7.25, 3 missing"
std::string TableScan::line_of(std::size_t column, bool is_feature) const {
  const TableColumn& described = columns[column];
  std::string role = is_feature ? "feature" : "unused";
  if (column == label) role = "label";
  if (column == time) role = is_feature ? "time, feature" : "time";
  std::string text =
      fmt::format("  {}  {}  {}", role, printable_word(described.name), dse::name(described.type));
  if (described.numbers) text += fmt::format(", {} to {}", described.numbers->least, described.numbers->most);
  if (column == time && times) {
    text += fmt::format(", from {} to {}, {} in all", times->first, times->last,
                        format_duration(times->last_ns - times->first_ns));
  }
  if (column == label)
    text += fmt::format(", {}: {}", counted(classes.size(), "class", "classes"), some_classes());
  if (described.missing > 0) text += fmt::format(", {} missing", described.missing);
  return text + "\n";
}

std::string TableScan::some_classes() const {
  constexpr std::size_t kShownMax = 10;
  std::string text;
  for (std::size_t number = 0; number < std::min(classes.size(), kShownMax); ++number)
    text += (number > 0 ? ", " : "") + printable_word(classes[number]);
  return classes.size() > kShownMax ? text + " and so on" : text;
}

TableScan scan_table(const TableOptions& options) { return TableScanner(options).scan(); }

}  // namespace dse
