#include "dataset/idx_reader.h"

#include "dse/random.h"
#include "idx_files.h"
#include "support/catch.h"

using namespace dse;

namespace {

struct Content {
  IdxHeader header;
  std::string items;
};

Content read_all(const std::string& path) {
  IdxReader reader(path);
  Content content{reader.header(), ""};
  std::vector<std::byte> item(reader.item_bytes());
  for (std::size_t index = 0; index < reader.item_count(); ++index) {
    reader.read_item(item);
    content.items.append(reinterpret_cast<const char*>(item.data()), item.size());
  }
  reader.finish();
  return content;
}

// The error from reading a file of these bytes, without the file's name.
std::string error_of(const std::string& bytes) {
  const TemporaryFolder folder;
  const std::string path = write_file(folder.file("file"), bytes);
  const std::string text = input_error([&] { read_all(path); });
  REQUIRE(text.substr(0, path.size() + 2) == path + ": ");
  return text.substr(path.size() + 2);
}

}  // namespace

TEST_CASE("every element type has its size") {
  struct Expected {
    int code;
    std::size_t bytes;
    std::string name;
  };
  const std::vector<Expected> all{{0x08, 1, "unsigned bytes"},  {0x09, 1, "signed bytes"},
                                  {0x0B, 2, "16-bit integers"}, {0x0C, 4, "32-bit integers"},
                                  {0x0D, 4, "32-bit floats"},   {0x0E, 8, "64-bit floats"}};
  const TemporaryFolder folder;
  for (const Expected& expected : all) {
    INFO(expected.name);
    const std::string items(2 * 3 * expected.bytes, 'x');
    const std::string path = write_file(folder.file("file"), idx_header(expected.code, {2, 3}) + items);
    const IdxReader reader(path);
    CHECK(static_cast<int>(reader.header().type) == expected.code);
    CHECK(name(reader.header().type) == expected.name);
    CHECK(element_bytes(reader.header().type) == expected.bytes);
    CHECK(reader.header().sizes == std::vector<std::uint32_t>{2, 3});
    CHECK(reader.item_count() == 2);
    CHECK(reader.item_bytes() == 3 * expected.bytes);
    CHECK(read_all(path).items == items);
  }
}

TEST_CASE("a file of no items is a file") {
  const TemporaryFolder folder;
  const Content content = read_all(write_file(folder.file("file"), idx_header(0x08, {0, 28, 28})));
  CHECK(content.header.item_count() == 0);
  CHECK(content.items.empty());
}

TEST_CASE("a file that is not IDX is refused") {
  CHECK(error_of("\x89PNG") ==
        "is not an IDX file: it begins with the bytes 89 50 4e 47, expected 00 00, an element type and a "
        "number of "
        "dimensions");
  CHECK(error_of(gzip("\x01\x02\x03\x04")) ==
        "is not an IDX file: it begins with the bytes 01 02 03 04, expected 00 00, an element type and a "
        "number of "
        "dimensions");
  CHECK(error_of("ab") == "is not an IDX file: it has 2 bytes in all");
  CHECK(error_of(gzip("")) == "is empty once unpacked: bring it again");
}

TEST_CASE("a header that makes no sense is refused") {
  CHECK(error_of(idx_header(0x0A, {1})) ==
        "has the element type 0x0a, expected one of 0x08 (unsigned bytes), 0x09 (signed bytes), 0x0b (16-bit "
        "integers), 0x0c (32-bit integers), 0x0d (32-bit floats), 0x0e (64-bit floats)");
  CHECK(error_of(idx_header(0x08, {})) == "has no dimensions, expected at least one");
  CHECK(error_of(idx_header(0x08, {5, 0, 28})) ==
        "announces 5 x 0 x 28 unsigned bytes: an item of no elements");
}

TEST_CASE("a header that is cut short is refused") {
  const std::string header = idx_header(0x08, {2, 28, 28});
  for (std::size_t size = 4; size < header.size(); ++size) {
    INFO("cut after " << size << " bytes");
    CHECK(error_of(header.substr(0, size)) == "ends within its header, among the sizes of its dimensions");
    CHECK(error_of(gzip(header.substr(0, size))) ==
          "ends within its header, among the sizes of its dimensions");
  }
}

TEST_CASE("data that is cut short is refused, with how many items there are") {
  const std::string bytes = image_file(20, 2, 3);
  CHECK(error_of(bytes.substr(0, bytes.size() - 1)) ==
        "announces 20 x 2 x 3 unsigned bytes, 120 bytes, but ends after 119 of them: 19 of 20 items");
  CHECK(error_of(bytes.substr(0, 16)) ==
        "announces 20 x 2 x 3 unsigned bytes, 120 bytes, but ends after 0 of them: 0 of 20 items");
  CHECK(error_of(gzip(bytes.substr(0, bytes.size() - 1))) == "ends after 19 of 20 items");
  CHECK(error_of(gzip(bytes.substr(0, 16))) == "ends after 0 of 20 items");
}

TEST_CASE("gzip that is cut short or damaged in its trailer is refused although every item was read") {
  const std::string packed = gzip(image_file(20, 2, 3));
  CHECK(error_of(packed.substr(0, packed.size() - 1)) ==
        "the gzip data is cut short: the file ends in the middle of it");
  std::string damaged = packed;
  damaged[packed.size() - 8] = static_cast<char>(damaged[packed.size() - 8] ^ 1);
  CHECK(error_of(damaged) == "the gzip data is damaged: incorrect data check");
}

TEST_CASE("a header that announces more than the file can hold is refused before anybody allocates") {
  const std::uint32_t huge = 0xffff'ffff;
  CHECK(error_of(idx_header(0x08, {huge, 28, 28}) + "xyz") ==
        "announces 4294967295 x 28 x 28 unsigned bytes, 3367254359280 bytes, but ends after 3 of them: 0 of "
        "4294967295 items");
  const std::string packed = gzip(idx_header(0x08, {huge, 28, 28}));
  CHECK(error_of(packed) ==
        "announces 4294967295 x 28 x 28 unsigned bytes, 3367254359280 bytes; a gzipped file of " +
            std::to_string(packed.size()) + " bytes holds at most " +
            std::to_string(packed.size() * 1032 - 16));
  CHECK(error_of(idx_header(0x0E, {1, huge, huge})) ==
        "announces 1 x 4294967295 x 4294967295 64-bit floats, more than any file can hold");
  CHECK(error_of(idx_header(0x08, {huge, huge, 2})) ==
        "announces 4294967295 x 4294967295 x 2 unsigned bytes, more than any file can hold");
  CHECK_THAT(error_of(idx_header(0x08, std::vector<std::uint32_t>(255, huge))),
             ContainsSubstring("more than any file can hold"));
}

TEST_CASE("trailing bytes are refused") {
  const std::string bytes = image_file(20, 2, 3);
  const std::string expected = "has trailing bytes; expected it to end after its 20 items";
  CHECK(error_of(bytes + "x") == expected);
  CHECK(error_of(gzip(bytes + "x")) == expected);
  CHECK(error_of(gzip(bytes) + gzip("x")) == expected);
}

TEST_CASE("what was written is read back, whatever the type and the sizes") {
  constexpr std::uint64_t kSeed = 1;
  INFO("seed " << kSeed);
  const int codes[] = {0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E};
  RandomStream random(kSeed, "idx_reader_test", "files");
  const TemporaryFolder folder;
  for (int round = 0; round < 200; ++round) {
    INFO("round " << round);
    const int code = codes[random.below(std::size(codes))];
    std::vector<std::uint32_t> sizes{static_cast<std::uint32_t>(random.below(30))};
    while (sizes.size() < 4 && random.below(4) > 0)
      sizes.push_back(1 + static_cast<std::uint32_t>(random.below(9)));
    std::size_t size = element_bytes(static_cast<IdxType>(code));
    for (std::uint32_t factor : sizes) size *= factor;
    std::string items;
    while (items.size() < size) items += static_cast<char>(random.below(256));

    const std::string bytes = idx_header(code, sizes) + items;
    const Content content =
        read_all(write_file(folder.file("f"), random.below(2) == 0 ? bytes : gzip(bytes)));
    CHECK(static_cast<int>(content.header.type) == code);
    CHECK(content.header.sizes == sizes);
    CHECK((content.items == items));
  }
}
