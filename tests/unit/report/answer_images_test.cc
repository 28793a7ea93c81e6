// The images of wrong answers, from the data files of a run.
#include "sim/report/answer_images.h"

#include <png.h>

#include "dataset/dataset_maker.h"
#include "dse/hash.h"
#include "protocol/base64.h"
#include "sim/report/png_image.h"
#include "support/catch.h"
#include "support/draft_run.h"
#include "unit/dataset/idx_files.h"

using namespace dse;

namespace {

// Three images of two rows and three columns.
constexpr std::uint32_t kRows = 2;
constexpr std::uint32_t kColumns = 3;
std::string images_text() {
  std::string bytes = idx_header(0x08, {3, kRows, kColumns});
  for (int pixel = 0; pixel < 18; ++pixel) bytes += static_cast<char>(pixel * 14);
  return bytes;
}

// A run on these images, whose scenario was beside them.
struct ImageRun {
  TemporaryFolder place;
  FinishedRun run = DraftRun().read();

  ImageRun() {
    run.scenario_path = place.file("digits.toml");
    write_images(images_text());
    run.summary["data"] = {{"images", hex64(load_dataset(place.file("images"), std::nullopt)->digest())}};
  }
  void write_images(const std::string& bytes) const { write_file(place.file("images"), bytes); }
};

WrongAnswer answer_about(const std::string& source, std::optional<std::uint32_t> index) {
  return {.component = "lenet", .source = source, .index = index};
}

struct DecodedImage {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::vector<int> pixels;
};

DecodedImage decoded(const std::string& uri) {
  const std::string start = "data:image/png;base64,";
  REQUIRE(uri.starts_with(start));
  const std::optional<std::string> file = decode_base64(uri.substr(start.size()));
  REQUIRE(file.has_value());
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, file->data(), file->size()) != 0);
  image.format = PNG_FORMAT_GRAY;
  std::vector<unsigned char> bytes(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, bytes.data(), 0, nullptr) != 0);
  return {.rows = image.height, .columns = image.width, .pixels = {bytes.begin(), bytes.end()}};
}

// The one reason why there was no image.
std::string reason_for(const FinishedRun& run, const WrongAnswer& answer) {
  AnswerImages images(run);
  CHECK(images.uri(answer) == "");
  CHECK(images.uri(answer) == "");  // and is not told again
  REQUIRE(images.reasons().size() == 1);
  return images.reasons()[0];
}

}  // namespace

TEST_CASE("an answer's image is that of its item, pixel by pixel") {
  const ImageRun images;
  AnswerImages of_run(images.run);
  for (const std::uint32_t index : {0U, 1U, 2U}) {
    const DecodedImage image = decoded(of_run.uri(answer_about("camera", index)));
    CHECK(image.rows == kRows);
    CHECK(image.columns == kColumns);
    std::vector<int> expected;
    for (int pixel = 0; pixel < 6; ++pixel) expected.push_back((static_cast<int>(index) * 6 + pixel) * 14);
    CHECK(image.pixels == expected);
  }
  CHECK(of_run.reasons().empty());
}

TEST_CASE("a replica, and a component with a data set, have the images of their tables") {
  ImageRun images;
  images.run.topology["components"].push_back({{"name", "eye-2"},
                                               {"kind", "production-source"},
                                               {"writes", ReportJson::array()},
                                               {"replica_of", "eye"}});
  images.run.summary["keys"] = {
      {"component.eye.data", "digits"}, {"data.digits.format", "idx"}, {"data.digits.images", "images"}};
  AnswerImages of_run(images.run);
  CHECK(decoded(of_run.uri(answer_about("eye-2", 1))).pixels[0] == 84);
}

TEST_CASE("the images of a folder of pictures are its files in their order") {
  ImageRun images;
  for (const char* name : {"eight/a.png", "one/b.png"}) {
    std::filesystem::create_directories(std::filesystem::path(images.place.file(name)).parent_path());
    const std::vector<std::byte> pixels(6, std::byte(name[0] == 'e' ? 8 : 1));
    write_file(images.place.file(name), png_of({.rows = 2, .columns = 3, .pixels = pixels}));
  }
  std::filesystem::create_directory(images.place.file("pictures"));
  for (const char* name : {"eight", "one"})
    std::filesystem::rename(images.place.file(name), images.place.file(std::string("pictures/") + name));
  images.run.summary["keys"] = {{"component.camera.data", "photos"},
                                {"data.photos.format", "png"},
                                {"data.photos.folder", "pictures"},
                                {"data.photos.classes", {"eight", "one"}}};
  const PictureOptions options = {.folder = images.place.file("pictures"), .classes = {"eight", "one"}};
  images.run.summary["data"] = {{"pictures", hex64(DatasetMaker::from_pictures(options)->digest())}};
  AnswerImages of_run(images.run);
  CHECK(decoded(of_run.uri(answer_about("camera", 0))).pixels == std::vector<int>(6, 8));
  CHECK(decoded(of_run.uri(answer_about("camera", 1))).pixels == std::vector<int>(6, 1));
  CHECK(of_run.reasons().empty());
  std::filesystem::remove(images.place.file("pictures/one/b.png"));
  CHECK_THAT(reason_for(images.run, answer_about("camera", 1)), ContainsSubstring("pictures"));
}

TEST_CASE("an answer to what came from no data set has no image") {
  const ImageRun images;
  CHECK(reason_for(images.run, answer_about("", std::nullopt)) ==
        "what they answered came from no data set of this run");
  CHECK(reason_for(images.run, answer_about("program", 1)) ==
        "program: makes what it sends, and reads no images");
}

TEST_CASE("rows of a table are no images") {
  ImageRun images;
  images.run.summary["keys"] = {{"component.camera.data", "weather"}, {"data.weather.format", "csv"}};
  CHECK(reason_for(images.run, answer_about("camera", 1)) ==
        "camera: sends rows of the data set weather, which has no images");
}

TEST_CASE("a data file that is missing, or not what the run has read, is told by its name") {
  const ImageRun images;
  CHECK_THAT(reason_for(images.run, answer_about("camera", 3)),
             ContainsSubstring("images has fewer images than the run used"));
  std::string other = images_text();
  other.back() = '\1';
  images.write_images(other);
  CHECK(reason_for(images.run, answer_about("camera", 1)) ==
        images.place.file("images") + ": is not any more what the run has read");
  images.write_images("no images");
  CHECK_THAT(reason_for(images.run, answer_about("camera", 1)),
             ContainsSubstring(images.place.file("images")));
  std::filesystem::remove(images.place.file("images"));
  CHECK_THAT(reason_for(images.run, answer_about("camera", 1)),
             ContainsSubstring(images.place.file("images")));
}

TEST_CASE("a summary without the digest of a data file shows none of its images") {
  ImageRun images;
  images.run.summary["data"] = ReportJson::object();
  CHECK_THAT(reason_for(images.run, answer_about("camera", 1)),
             ContainsSubstring("is not any more what the run has read"));
  images.run.summary["data"] = {{"images", 7}};
  CHECK_THAT(reason_for(images.run, answer_about("camera", 1)),
             ContainsSubstring("is not any more what the run has read"));
}

TEST_CASE("several reasons are all told") {
  const ImageRun images;
  AnswerImages of_run(images.run);
  CHECK(of_run.uri(answer_about("", std::nullopt)) == "");
  CHECK(of_run.uri(answer_about("program", 1)) == "");
  CHECK(of_run.uri(answer_about("camera", 1)) != "");
  CHECK(of_run.reasons().size() == 2);
}
