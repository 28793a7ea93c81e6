#include "dataset/line_reader.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "dse/hash.h"
#include "idx_files.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

using Lines = std::vector<std::pair<std::uint64_t, std::string>>;

struct LineFile {
  TemporaryFolder folder;
  std::string path = folder.file("lines");

  explicit LineFile(const std::string& bytes) { write_file(path, bytes); }

  Lines lines(const LineOptions& options = {}) const {
    LineReader reader(path, options);
    Lines lines;
    while (reader.next()) lines.emplace_back(reader.number(), reader.line());
    return lines;
  }
  // Without the path.
  std::string error(const LineOptions& options = {}) const {
    const std::string text = input_error([&] { lines(options); });
    return text.empty() ? "" : text.substr(path.size() + 1);
  }
};

}  // namespace

TEST_CASE("lines have numbers, and end with LF, CRLF or the file") {
  CHECK(LineFile("a\nb\r\nc").lines() == Lines{{1, "a"}, {2, "b"}, {3, "c"}});
  CHECK(LineFile("a\n").lines() == Lines{{1, "a"}});
  CHECK(LineFile("a\rb\n").lines() == Lines{{1, "a\rb"}});
  CHECK(LineFile("a\r").lines() == Lines{{1, "a"}});
}

TEST_CASE("empty lines are skipped and counted, a byte order mark is skipped") {
  const std::string bytes = "\xef\xbb\xbf\n  \t\r\na\n\n b \n\n";
  const LineFile file(bytes);
  CHECK(file.lines() == Lines{{3, "a"}, {5, " b "}});
  LineReader reader(file.path);
  while (reader.next()) {
  }
  CHECK(reader.empty_lines() == 4);
  CHECK(reader.digest() == hash_text(bytes));
  CHECK(LineFile("\n\n").lines().empty());
}

TEST_CASE("lines are the same wherever the buffer ends, and when the file is packed") {
  std::string bytes;
  Lines expected;
  for (std::uint64_t number = 1; number <= 200; ++number) {
    const std::string line(1 + number * 37 % 1500, static_cast<char>('a' + number % 26));
    bytes += line + (number % 3 == 0 ? "\r\n" : "\n");
    expected.emplace_back(number, line);
  }
  for (std::size_t block = 512; block < 600; ++block)
    CHECK(LineFile(bytes).lines({.block_bytes = block}) == expected);
  CHECK(LineFile(gzip(bytes)).lines() == expected);
}

TEST_CASE("a line has a longest length") {
  const LineOptions options{.bytes_max = 2000, .block_bytes = 512};
  const std::string most(2000, 'x');
  CHECK(LineFile(most + "\r\n" + most).lines(options) == Lines{{1, most}, {2, most}});
  for (const std::string end : {"", "\n", "\r\n", "more and more"}) {
    CHECK(LineFile("a\n" + most + "x" + end).error(options) ==
          "2: a line of more than 2000 bytes begins here; each object is on a line of its own");
  }
}

TEST_CASE("what is no text is refused with what to do") {
  CHECK(LineFile(std::string("{}\n{\"a\":\0}", 10)).error() ==
        "2:6: a zero byte, which no text holds; if the file is UTF-16, write it as UTF-8, for example with "
        "`iconv -f UTF-16 -t UTF-8`");
  CHECK(LineFile(std::string("\xff\xfe{\0}\0", 6)).error().starts_with(" is UTF-16; write it as UTF-8"));
  CHECK(
      LineFile("PK\x03\x04zip").error() ==
      " is not a JSONL file: it is a zip archive (NumPy's .npz is one as well); unpack it and name the file "
      "within");
  CHECK(LineFile("dse capture\nand so on").error() ==
        " is not a JSONL file: it is a capture; write its messages as lines with `dse capture cat FILE "
        "--json`");
  CHECK(LineFile("<html>").error() == " is not a JSONL file: it is a web page; fetch the file itself");
  CHECK(LineFile("\x89PNG\r\n\x1a\n")
            .error()
            .ends_with("it is a PNG picture; name its folder of classes in a data set of `format = \"png\"`, "
                       "as docs/scenario-format.md shows"));
  CHECK(LineFile("").error() == " is empty: bring it again");
}
