// What a pass over a table finds out about one of its columns.
#pragma once

#include <cstdint>
#include <string_view>

#include "dataset/missing_texts.h"
#include "dataset/number_text.h"

namespace dse {

enum class ColumnType { kEmpty, kInteger, kNumber, kText };

// "empty", "integer", "number" or "text".
std::string_view name(ColumnType type);

class ColumnProfile {
 public:
  enum class Field { kNumber, kText, kNotFinite, kTooLarge, kMissing };

  // Takes the next field, without the spaces around it. In a column of text, all that is not missing is text.
  Field add(std::string_view field, const MissingTexts& missing);

  // Counts so many missing fields, which came before the column was known.
  void add_missing(std::uint64_t count) { missing_ += count; }

  // kEmpty as long as nothing was there but missing fields.
  ColumnType type() const;
  std::uint64_t missing() const { return missing_; }
  // Whether there were numbers, other than too large ones; then the next three say something.
  bool has_numbers() const { return numbers_ > 0; }
  // How many there were; of a column of text, those before its first text.
  std::uint64_t numbers() const { return numbers_; }
  double least() const { return least_; }
  double most() const { return most_; }
  // The sum, in the order of the file, by the count.
  double mean() const { return sum_ / static_cast<double>(numbers_); }

 private:
  Field add_other(NumberForm form);

  bool text_ = false;
  bool unusual_ = false;  // there were numbers that are not finite or too large
  bool integers_ = true;  // all numbers so far
  std::uint64_t missing_ = 0;
  std::uint64_t numbers_ = 0;
  double least_ = 0;
  double most_ = 0;
  double sum_ = 0;
};

}  // namespace dse
