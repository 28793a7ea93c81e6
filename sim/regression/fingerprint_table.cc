#include "sim/regression/fingerprint_table.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>

#include "core/check.h"
#include "dse/error.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHeader = "file,seed,events,payload,draws,predictions,models,version";
constexpr std::size_t kFields = 8;
constexpr std::size_t kFingerprintDigits = 16;

// The file's content; nothing when there is no such file.
std::optional<std::string> content_of(const fs::path& path) {
  if (!fs::exists(path)) return std::nullopt;
  std::ifstream file;
  if (fs::is_regular_file(path)) file.open(path, std::ios::binary);
  if (!file.is_open()) {
    throw InputError({.file = path.string()},
                     fmt::format("cannot be read: expected a table that begins with {}", kHeader));
  }
  return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool is_fingerprint(std::string_view text) {
  return text.size() == kFingerprintDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Reads the fields of one line of the table, and knows their columns.
class RowReader {
 public:
  RowReader(const std::string& file, int line, std::string_view text) : place_{.file = file, .line = line} {
    std::size_t begin = 0;
    for (std::size_t end = 0; end != std::string_view::npos; begin = end + 1) {
      end = text.find(',', begin);
      fields_.push_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
      columns_.push_back(static_cast<int>(begin) + 1);
    }
    if (fields_.size() != kFields)
      fail_at(columns_.front(), "",
              fmt::format("has {} fields, expected {}: {}", fields_.size(), kFields, kHeader));
  }

  FingerprintRow row() {
    FingerprintRow row;
    row.file = next("file");
    if (!FingerprintTable::can_hold(row.file)) fail("the name of a scenario file in this folder");
    const std::string_view seed = next("seed");
    const auto [end, error] = std::from_chars(seed.data(), seed.data() + seed.size(), row.seed);
    if (error != std::errc() || end != seed.data() + seed.size())
      fail(fmt::format("an integer from 0 to {}", UINT64_MAX));
    for (const auto& [name, member] : fingerprint_members()) {
      row.fingerprints.*member = next(name);
      if (!is_fingerprint(row.fingerprints.*member)) fail("16 digits of 0 to 9 and a to f");
    }
    row.version = next("version");
    if (row.version.empty()) fail("the version of dse that wrote the row");
    return row;
  }

  [[noreturn]] void fail_at(int column, const std::string& key, const std::string& text) {
    place_.column = column;
    place_.key = key;
    throw InputError(place_, text);
  }

 private:
  std::string_view next(const std::string& name) {
    name_ = name;
    return fields_[field_++];
  }
  [[noreturn]] void fail(const std::string& expected) {
    const std::size_t field = field_ - 1;
    fail_at(columns_[field], name_, fmt::format("'{}': expected {}", fields_[field], expected));
  }

  InputPlace place_;
  std::vector<std::string_view> fields_;
  std::vector<int> columns_;
  std::size_t field_ = 0;
  std::string name_;
};

// Some editors put this before the first line.
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Takes the next line off `content`. A checkout may have given it a Windows line end.
std::string_view next_line(const std::string& file, int line, std::string_view& content) {
  const std::size_t end = content.find('\n');
  if (end == std::string_view::npos) {
    throw InputError({.file = file, .line = line, .column = static_cast<int>(content.size()) + 1},
                     "expected the end of the line: the file is cut short");
  }
  std::string_view text = content.substr(0, end);
  if (text.ends_with('\r')) text.remove_suffix(1);
  content.remove_prefix(end + 1);
  return text;
}

std::map<std::string, FingerprintRow> parse(const std::string& file, std::string_view content) {
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  if (!content.starts_with(kHeader) || next_line(file, 1, content) != kHeader)
    throw InputError({.file = file, .line = 1, .column = 1}, fmt::format("expected the line {}", kHeader));
  std::map<std::string, FingerprintRow> rows;
  std::map<std::string, int> line_of;
  for (int line = 2; !content.empty(); ++line) {
    RowReader reader(file, line, next_line(file, line, content));
    const FingerprintRow row = reader.row();
    const auto [first, added] = line_of.emplace(row.file, line);
    if (!added) {
      reader.fail_at(
          1, "file",
          fmt::format("'{}' has a row in line {} already: expected one a scenario", row.file, first->second));
    }
    rows.emplace(row.file, row);
  }
  return rows;
}

}  // namespace

std::vector<std::pair<std::string, std::string Fingerprints::*>> fingerprint_members() {
  return {{"events", &Fingerprints::events},
          {"payload", &Fingerprints::payload},
          {"draws", &Fingerprints::draws},
          {"predictions", &Fingerprints::predictions},
          {"models", &Fingerprints::models}};
}

std::vector<std::string> differing_fingerprints(const Fingerprints& a, const Fingerprints& b) {
  std::vector<std::string> names;
  for (const auto& [name, member] : fingerprint_members()) {
    if (a.*member != b.*member) names.push_back(name);
  }
  return names;
}

FingerprintTable::FingerprintTable(fs::path path) : path_(std::move(path)) {
  if (const std::optional<std::string> content = content_of(path_)) rows_ = parse(path_.string(), *content);
}

const FingerprintRow* FingerprintTable::find(const std::string& file) const {
  const auto found = rows_.find(file);
  return found == rows_.end() ? nullptr : &found->second;
}

bool FingerprintTable::can_hold(std::string_view file) {
  return !file.empty() && std::none_of(file.begin(), file.end(), [](char c) {
    return c == ',' || c == '"' || c == '/' || static_cast<unsigned char>(c) < 0x20;
  });
}

void FingerprintTable::put(const FingerprintRow& row) {
  DSE_CHECK(can_hold(row.file), "'{}' cannot have a row", row.file);
  rows_[row.file] = row;
}

void FingerprintTable::write() const {
  std::string text = fmt::format("{}\n", kHeader);
  for (const auto& [file, row] : rows_) {
    text += fmt::format("{},{}", file, row.seed);
    for (const auto& [name, member] : fingerprint_members()) text += "," + row.fingerprints.*member;
    text += fmt::format(",{}\n", row.version);
  }
  std::error_code ignored;
  const fs::path target = fs::weakly_canonical(path_, ignored);  // a symbolic link stays one
  const fs::path temporary = fmt::format("{}.partial-{}", target.string(), ::getpid());
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file != nullptr) written = std::fclose(file) == 0 && written;
  if (!written || std::rename(temporary.c_str(), target.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    fs::remove(temporary, ignored);
    throw RunError(fmt::format("cannot write '{}': {}", path_.string(), reason));
  }
}

}  // namespace dse
