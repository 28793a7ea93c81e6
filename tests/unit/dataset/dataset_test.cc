#include "dse/dataset.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "dataset/image_reader.h"
#include "dse/random.h"
#include "idx_files.h"
#include "support/catch.h"

using namespace dse;

namespace {

const std::string kSample = DSE_SOURCE_DIR "/data/sample/";

struct Files {
  std::string images;
  std::optional<std::string> labels;
};

// The error from loading these files; "" when they load.
std::string error_of(const Files& files) {
  return input_error([&] { load_dataset(files.images, files.labels); });
}

std::array<int, 10> histogram(const Dataset& dataset) {
  std::array<int, 10> counts{};
  for (std::size_t index = 0; index < dataset.size(); ++index) {
    ++counts.at(static_cast<std::size_t>(dataset.label(index)));
  }
  return counts;
}

bool same(const Dataset& a, const Dataset& b) {
  if (a.size() != b.size() || a.rows() != b.rows() || a.columns() != b.columns()) return false;
  for (std::size_t index = 0; index < a.size(); ++index) {
    if (!std::ranges::equal(a.item(index), b.item(index)) || a.label(index) != b.label(index)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("the sample holds 2,000 and 500 real digits") {
  const auto train =
      load_dataset(kSample + "train-images-idx3-ubyte.gz", kSample + "train-labels-idx1-ubyte.gz");
  CHECK(train->size() == 2000);
  CHECK(train->rows() == 28);
  CHECK(train->columns() == 28);
  CHECK(train->item_bytes() == 784);
  CHECK(train->item(0).size() == 784);
  CHECK(train->classes() == 10);
  CHECK(histogram(*train) == std::array<int, 10>{191, 220, 198, 191, 214, 180, 200, 224, 172, 210});
  CHECK(train->label(0) == 5);
  // MNIST's first digit: its first pixel that is not blank.
  CHECK(train->item(0)[151] == std::byte{0});
  CHECK(train->item(0)[152] == std::byte{3});

  const auto test =
      load_dataset(kSample + "t10k-images-idx3-ubyte.gz", kSample + "t10k-labels-idx1-ubyte.gz");
  CHECK(test->size() == 500);
  CHECK(histogram(*test) == std::array<int, 10>{42, 67, 55, 45, 55, 50, 43, 49, 40, 54});
}

TEST_CASE("images without labels load as well") {
  const auto images = load_dataset(kSample + "t10k-images-idx3-ubyte.gz", std::nullopt);
  CHECK(images->size() == 500);
  CHECK_FALSE(images->has_labels());
  CHECK(images->classes() == 0);
  CHECK_NOTHROW(images->require_labels_below(1));
}

TEST_CASE("gzipped and plain files give the same") {
  const TemporaryFolder folder;
  const std::string images = image_file(30, 4, 5);
  const auto plain =
      load_dataset(write_file(folder.file("i"), images), write_file(folder.file("l"), label_file(30)));
  const auto packed = load_dataset(write_file(folder.file("i.gz"), gzip(images)),
                                   write_file(folder.file("l.gz"), gzip(label_file(30))));
  REQUIRE(plain->size() == 30);
  CHECK(plain->rows() == 4);
  CHECK(plain->columns() == 5);
  CHECK(plain->item(29).size() == 20);
  CHECK(plain->item(29)[19] == std::byte{29});
  CHECK(plain->label(29) == 9);
  CHECK(same(*plain, *packed));
}

TEST_CASE("images and labels stream as parallel arrays") {
  const TemporaryFolder folder;
  ImageReader reader(write_file(folder.file("i"), image_file(12, 1, 2)),
                     write_file(folder.file("l.gz"), gzip(label_file(12))));
  REQUIRE(reader.count() == 12);
  REQUIRE(reader.image_bytes() == 2);
  CHECK(reader.has_labels());
  for (int index = 0; index < 12; ++index) {
    std::array<std::byte, 2> image{};
    CHECK(reader.read(image) == index % 10);
    CHECK(image[1] == static_cast<std::byte>(index));
  }
  CHECK_NOTHROW(reader.finish());
}

TEST_CASE("images and labels whose counts disagree are refused, with both counts") {
  const TemporaryFolder folder;
  const Files files{write_file(folder.file("i"), image_file(12, 1, 2)),
                    write_file(folder.file("l"), label_file(11))};
  CHECK(error_of(files) == *files.labels + ": holds 11 labels, but " + files.images + " holds 12 images");
}

TEST_CASE("a file of no images is refused") {
  const TemporaryFolder folder;
  const Files files{write_file(folder.file("i"), image_file(0, 28, 28)),
                    write_file(folder.file("l"), label_file(0))};
  CHECK(error_of(files) == files.images + ": holds no images, expected at least one");
}

TEST_CASE("files of another shape are refused: images and labels swapped, other types") {
  const TemporaryFolder folder;
  const std::string images = write_file(folder.file("i"), image_file(12, 1, 2));
  const std::string labels = write_file(folder.file("l"), label_file(12));
  CHECK(error_of({labels, images}) ==
        labels + ": holds unsigned bytes of dimension 1; images are unsigned bytes of dimension 3");
  CHECK(error_of({images, images}) ==
        images + ": holds unsigned bytes of dimension 3; labels are unsigned bytes of dimension 1");
  const std::string floats = write_file(folder.file("f"), idx_header(0x0D, {1, 1, 1}) + "1234");
  CHECK(error_of({floats, std::nullopt}) ==
        floats + ": holds 32-bit floats of dimension 3; images are unsigned bytes of dimension 3");
}

TEST_CASE("a label out of range is refused by those who know the range") {
  const TemporaryFolder folder;
  const std::string labels = write_file(folder.file("l"), label_file(8));
  const auto dataset = load_dataset(write_file(folder.file("i"), image_file(8, 1, 2)), labels);
  CHECK(dataset->classes() == 8);
  CHECK_NOTHROW(dataset->require_labels_below(8));
  CHECK(input_error([&] { dataset->require_labels_below(7); }) ==
        labels + ": item 7 has the label 7, expected labels from 0 to 6");
}

TEST_CASE("trailing bytes in either file are refused") {
  const TemporaryFolder folder;
  const std::string images = write_file(folder.file("i"), image_file(8, 1, 2));
  const std::string labels = write_file(folder.file("l"), label_file(8));
  const std::string longer_images = write_file(folder.file("li"), image_file(8, 1, 2) + "x");
  const std::string longer_labels = write_file(folder.file("ll"), label_file(8) + "x");
  CHECK(error_of({longer_images, labels}) ==
        longer_images + ": has trailing bytes; expected it to end after its 8 items");
  CHECK(error_of({images, longer_labels}) ==
        longer_labels + ": has trailing bytes; expected it to end after its 8 items");
}

TEST_CASE("a set larger than the memory is refused before it is allocated") {
  const TemporaryFolder folder;
  const auto memory =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const auto count = static_cast<std::uint32_t>(memory / (1024 * 1024) + 1);
  // A sparse file: it has this size but takes no space.
  const std::string images = write_file(folder.file("i"), idx_header(0x08, {count, 1024, 1024}));
  std::filesystem::resize_file(images, 16 + std::uint64_t{count} * 1024 * 1024);
  CHECK(error_of({images, std::nullopt}) ==
        images + ": announces " + std::to_string(count) + " images of 1024 x 1024 pixels, " +
            std::to_string(std::uint64_t{count} * 1024 * 1024) + " bytes; this machine has " +
            std::to_string(memory) + " bytes of memory");
}

TEST_CASE("images wider than can be counted are refused") {
  const TemporaryFolder folder;
  const std::string images = write_file(folder.file("i"), idx_header(0x08, {1, 1, 0x8000'0000}));
  std::filesystem::resize_file(images, 16 + 0x8000'0000LL);
  CHECK(error_of({images, std::nullopt}) ==
        images + ": has images of 1 x 2147483648 pixels, expected at most 2147483647 a side");
}

TEST_CASE("a file damaged at random loads or is refused, and never does worse") {
  constexpr std::uint64_t kSeed = 1;
  INFO("seed " << kSeed);
  RandomStream random(kSeed, "dataset_test", "damage");
  const TemporaryFolder folder;
  const std::string labels = write_file(folder.file("l"), label_file(20));
  const std::array<std::string, 2> originals{image_file(20, 3, 4), gzip(image_file(20, 3, 4))};
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    INFO("round " << round);
    std::string bytes = originals.at(random.below(2));
    const std::uint64_t kind = random.below(4);
    if (kind == 0) {
      bytes.resize(random.below(bytes.size()));
    } else if (kind == 1) {
      bytes.insert(random.below(bytes.size()), 1 + random.below(20), static_cast<char>(random.below(256)));
    } else {
      for (std::uint64_t flips = 1 + random.below(4); flips > 0; --flips) {
        char& byte = bytes[kind == 2 ? random.below(bytes.size()) : random.below(16)];
        byte = static_cast<char>(byte ^ (1 << random.below(8)));
      }
    }
    const std::string path = write_file(folder.file("i"), bytes);
    const std::string error = error_of({path, labels});
    if (error.empty()) continue;
    ++refused;
    CHECK_THAT(error, ContainsSubstring(path));
  }
  // Most damage is detected; a changed pixel of a plain file cannot be.
  CHECK(refused > 1000);
  CHECK(refused < 2000);
}
