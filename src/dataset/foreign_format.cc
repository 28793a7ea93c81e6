#include "dataset/foreign_format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace dse {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kUnpack = "unpack it and name the file within";
constexpr std::string_view kConvert = "";  // a format that holds data, but not as it is expected here
constexpr std::string_view kConvertToIdx =
    "convert it to IDX, as docs/scenario-format.md shows under \"Data files\"";
constexpr std::string_view kNamePictures =
    "name its folder of classes in a data set of `format = \"png\"`, as docs/scenario-format.md shows";
constexpr std::string_view kConvertToCsv = "convert it to CSV";
constexpr std::string_view kConvertToJsonl = "convert it to lines of JSON";

constexpr std::string_view kWebPage = "a web page; fetch the file itself";

struct Beginning {
  std::string_view bytes;
  std::string_view name;
  std::string_view remedy;
};

constexpr std::array kBeginnings{
    Beginning{"PK\x03\x04"sv, "a zip archive (NumPy's .npz is one as well)", kUnpack},
    Beginning{"\x1f\x8b"sv, "gzip within gzip", "unpack it once"},
    Beginning{"\xfd"
              "7zXZ\0"sv,
              "packed with xz", "unpack it, or pack it with gzip"},
    Beginning{"BZh"sv, "packed with bzip2", "unpack it, or pack it with gzip"},
    Beginning{"\x28\xb5\x2f\xfd"sv, "packed with zstd", "unpack it, or pack it with gzip"},
    Beginning{"7z\xbc\xaf\x27\x1c"sv, "a 7z archive", kUnpack},
    Beginning{"\x89PNG\r\n\x1a\n"sv, "a PNG picture", kNamePictures},
    Beginning{"\xff\xd8\xff"sv, "a JPEG picture", kConvert},
    Beginning{"GIF8"sv, "a GIF picture", kConvert},
    Beginning{"\x93NUMPY"sv, "a NumPy array", kConvert},
    Beginning{"\x89HDF\r\n\x1a\n"sv, "an HDF5 file", kConvert},
    Beginning{"PAR1"sv, "a Parquet file", kConvert},
    Beginning{"dse capture\n"sv, "a capture",
              "write its messages as lines with `dse capture cat FILE --json`"},
    Beginning{"version https://git-lfs.github.com/spec/"sv,
              "a Git LFS pointer, not the file that it stands for", "bring that with `git lfs pull`"},
};

// Whether the header's four bytes are in reverse order: the number of dimensions, the element type, two
// zeros.
bool is_little_endian_idx(std::string_view bytes) {
  return bytes.size() >= 4 && bytes[0] >= 1 && bytes[0] <= 4 && bytes[1] >= 0x08 && bytes[1] <= 0x0e &&
         bytes[2] == 0 && bytes[3] == 0;
}

bool is_tar(std::string_view bytes) { return bytes.size() > 262 && bytes.substr(257, 5) == "ustar"sv; }

// Whether the bytes begin with ASCII text, perhaps after a byte order mark; letters of any encoding may
// follow.
bool is_text(std::string_view bytes) {
  if (bytes.empty()) return false;
  const bool begins_with_ascii = static_cast<unsigned char>(bytes.front()) < 0x80;
  if (!begins_with_ascii && !bytes.starts_with("\xef\xbb\xbf"sv)) return false;
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code >= 0x20 ? code != 0x7f : c == '\t' || c == '\n' || c == '\r';
  });
}

bool is_web_page(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  std::string word(text.substr(first, 9));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word.starts_with("<!doctype") || word.starts_with("<html");
}

bool has_columns(std::string_view text) {
  return text.substr(0, text.find('\n')).find_first_of(",;\t") != std::string_view::npos;
}

std::string with_remedy(std::string_view name, std::string_view remedy) {
  return std::string(name).append("; ").append(remedy);
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A format that can be told whatever was expected; "" if it is none of them.
std::string known_format(std::string_view bytes, std::string_view convert) {
  for (const Beginning& known : kBeginnings) {
    if (bytes.starts_with(known.bytes))
      return with_remedy(known.name, known.remedy.empty() ? convert : known.remedy);
  }
  return is_tar(bytes) ? with_remedy("a tar archive", kUnpack) : "";
}

// In place of a text file, of a format to which `convert` says how to convert others.
std::string foreign_to_text(std::string_view bytes, std::string_view convert) {
  if (std::string known = known_format(bytes, convert); !known.empty()) return known;
  return is_text(bytes) && is_web_page(bytes) ? std::string(kWebPage) : "";
}

}  // namespace

std::string foreign_format(std::span<const std::byte> beginning) {
  const std::string_view bytes = text_of(beginning);
  if (std::string known = known_format(bytes, kConvertToIdx); !known.empty()) return known;
  if (is_little_endian_idx(bytes)) {
    return with_remedy("IDX with its numbers little-endian",
                       "write its header and sizes big-endian, the most significant byte first");
  }
  if (!is_text(bytes)) return "";
  if (is_web_page(bytes)) return std::string(kWebPage);
  return with_remedy(has_columns(bytes) ? "text, such as CSV" : "text", kConvertToIdx);
}

std::string foreign_to_csv(std::span<const std::byte> beginning) {
  return foreign_to_text(text_of(beginning), kConvertToCsv);
}

std::string foreign_to_jsonl(std::span<const std::byte> beginning) {
  return foreign_to_text(text_of(beginning), kConvertToJsonl);
}

}  // namespace dse
