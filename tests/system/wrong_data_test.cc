// Wrong IDX files as a user meets them: through a scenario.
#include <unistd.h>

#include <cstdint>
#include <filesystem>

#include "support/catch.h"
#include "support/program_fixture.h"
#include "unit/dataset/idx_files.h"

namespace {

const std::string kScenario = kScenarios + "sample-four-models.toml";

// The sample scenario with this content as the trainer's images, and labels if given.
void check_images_refused(const std::string& images, const std::string& message) {
  const ProgramFixture fixture;
  const std::string path = fixture.write("images", images);
  fixture.check_refused(kScenario, {path + ": " + message}, {"--set", "component.trainer.images=" + path});
}

void check_labels_refused(const std::string& labels, const std::string& message) {
  const ProgramFixture fixture;
  const std::string path = fixture.write("labels", labels);
  fixture.check_refused(kScenario, {path + ": " + message}, {"--set", "component.trainer.labels=" + path});
}

// `bytes` followed by noise, which hardly compresses.
std::string with_noise(const std::string& bytes, std::size_t noise_size) {
  std::string noise(noise_size, '\0');
  std::uint32_t state = 1;
  for (char& byte : noise) {
    state = state * 1'664'525U + 1'013'904'223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes + noise;
}

std::string sample_labels_unpacked() { return idx_header(0x08, {2000}) + std::string(2000, '\3'); }

}  // namespace

TEST_CASE("data: a missing file of a full set names the command that brings it") {
  const ProgramFixture fixture;
  for (const std::string& set : kFetchedSets) {
    const std::string path = fixture.file("data/" + set + "/train-images-idx3-ubyte.gz");
    fixture.check_refused(kScenario,
                          {path + ": there is no such file; run `data/fetch " + set + "` to bring it"},
                          {"--set", "component.trainer.images=" + path});
  }
}

TEST_CASE("data: any other missing file is said to be missing") {
  const ProgramFixture fixture;
  fixture.check_refused(kScenario, {"scenarios/nowhere.gz: there is no such file"},
                        {"--set", "component.trainer.images=nowhere.gz"});
}

TEST_CASE("data: a folder for a file") {
  const ProgramFixture fixture;
  fixture.check_refused(kScenario, {"data/sample: is a folder, expected a file"},
                        {"--set", "component.trainer.images=../data/sample"});
}

TEST_CASE("data: an empty file") { check_images_refused("", "is empty"); }

TEST_CASE("data: a wrong magic number") {
  check_images_refused("\x89PNG and so on",
                       "is not an IDX file: it begins with the bytes 89 50 4e 47, expected 00 00");
}

TEST_CASE("data: an element type that there is not") {
  check_images_refused(idx_header(0x77, {1, 1, 1}) + "x", "has the element type 0x77, expected one of");
}

TEST_CASE("data: labels in place of images") {
  check_images_refused(label_file(2000),
                       "holds unsigned bytes of dimension 1; images are unsigned bytes of dimension 3");
}

TEST_CASE("data: truncated gzip") {
  const std::string packed = read_file(kSample + "train-images-idx3-ubyte.gz");
  check_images_refused(packed.substr(0, packed.size() / 2),
                       "the gzip data is cut short: the file ends in the middle of it");
}

TEST_CASE("data: damaged gzip") {
  std::string packed = read_file(kSample + "train-labels-idx1-ubyte.gz");
  packed[packed.size() - 8] = static_cast<char>(packed[packed.size() - 8] ^ 1);
  check_labels_refused(packed, "the gzip data is damaged: incorrect data check");
}

TEST_CASE("data: truncated data, plain and gzipped") {
  const std::string cut = image_file(2000, 28, 28).substr(0, 100'000);
  check_images_refused(
      cut,
      "announces 2000 x 28 x 28 unsigned bytes, 1568000 bytes, but ends after 99984 of them: "
      "127 of 2000 items");
  check_images_refused(gzip(with_noise(idx_header(0x08, {2000, 28, 28}), 99'984)),
                       "ends after 127 of 2000 items");
}

TEST_CASE("data: a header that is cut short") {
  check_images_refused(idx_header(0x08, {2000, 28, 28}).substr(0, 9), "ends within its header");
}

TEST_CASE("data: fewer labels than images") {
  check_labels_refused(label_file(1999), "holds 1999 labels, but ");
}

TEST_CASE("data: no images at all") {
  check_images_refused(image_file(0, 28, 28), "holds no images, expected at least one");
}

TEST_CASE("data: images of no pixels") {
  check_images_refused(idx_header(0x08, {2000, 0, 28}), "announces 2000 x 0 x 28");
}

TEST_CASE("data: a header that announces more than its file holds") {
  const std::uint32_t most = UINT32_MAX;
  check_images_refused(idx_header(0x08, {most, 28, 28}) + "few", "announces 4294967295 x 28 x 28");
  check_images_refused(
      idx_header(0x08, {most, most, most}) + "few",
      "announces 4294967295 x 4294967295 x 4294967295 unsigned bytes, more than any file can hold");
  check_images_refused(
      gzip(idx_header(0x08, {most, 28, 28}) + "few"),
      "announces 4294967295 x 28 x 28 unsigned bytes, 3367254359280 bytes; a gzipped file of ");
}

TEST_CASE("data: a header that announces more than memory holds") {
  // A gzipped file whose size would allow it to hold that much.
  const auto memory =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const auto count = static_cast<std::uint32_t>(memory / 1'000'000 + 1);
  const ProgramFixture fixture;
  const std::string path =
      fixture.write("images", gzip(with_noise(idx_header(0x08, {count, 1000, 1000}), 300'000)));
  std::filesystem::resize_file(path, memory / 1000);
  fixture.check_refused(
      kScenario,
      {path + ": announces " + std::to_string(count) + " images of 1000 x 1000 pixels", "this machine has "},
      {"--set", "component.trainer.images=" + path, "--set",
       "component.trainer.labels=" + fixture.write("labels", gzip(label_file(count)))});
}

TEST_CASE("data: trailing bytes") {
  check_labels_refused(sample_labels_unpacked() + "x",
                       "has trailing bytes; expected it to end after its 2000 items");
  check_labels_refused(gzip(sample_labels_unpacked() + "x"), "has trailing bytes");
  check_labels_refused(gzip(sample_labels_unpacked()) + "x", "has trailing bytes after the gzip data");
}

TEST_CASE("data: a label out of the model's range is refused before the run") {
  const ProgramFixture fixture;
  fixture.check_refused(
      kScenario,
      {"sample-four-models.toml:66:1: component.lenet: the model was made for 5 classes, but "
       "'trainer' sends it more: ",
       "train-labels-idx1-ubyte.gz: item 0 has the label 5, expected labels from 0 to 4; set `classes`"},
      {"--set", "component.lenet.classes=5"});
}

TEST_CASE("data: a model that is routed only what it can learn may have fewer classes") {
  const ProgramFixture fixture;
  std::string text =
      replaced(small_scenario(), "limit = 10\n", "") +
      "[[binding]]\nfrom = \"digits\"\nto = \"few\"\nkey = \"1\"\n"
      "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"few\"\nto = \"answers\"\n"
      "classes = 2\n";
  CHECK(fixture.replay(fixture.write("few.toml", text)).status == 0);
  text = replaced(text, "key = \"1\"", "key = \"2\"");
  const ProgramFixture again;
  again.check_refused(again.write("few.toml", text),
                      {"component.model: the model was made for 2 classes, but 'generator' sends it more: ",
                       "has the label 2, expected labels from 0 to 1; set `classes`"});
}

TEST_CASE("data: images of two sizes for one model") {
  const ProgramFixture fixture;
  const std::string images = fixture.write("images", image_file(500, 4, 4));
  fixture.check_refused(kScenario, {"images of 28 x 28 and images of 4 x 4 reach it: a model takes one size"},
                        {"--set", "component.camera-a.images=" + images});
}

TEST_CASE("data: images that are not of the size that the scenario says") {
  const ProgramFixture fixture;
  fixture.check_refused(
      kScenario,
      {"component.mlp: 'trainer' sends it images of 28 x 28, but the model was made for images of 4 x 4"},
      {"--set", "component.mlp.shape=[4, 4]"});
}

TEST_CASE("data: what a generator with a limit draws is known before the run") {
  const std::string model =
      "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"digits\"\nto = \"answers\"\n";
  const ProgramFixture fixture;
  fixture.check_refused(fixture.write("shape.toml", small_scenario() + model + "shape = [14, 14]\n"),
                        {"component.model: 'generator' sends it images of 28 x 28"});
  fixture.check_refused(fixture.write("classes.toml", small_scenario() + model + "classes = 2\n"),
                        {"component.model: the model was made for 2 classes, but 'generator' sends it more"});
}

TEST_CASE("data: images that another model passes on are held against the shape as well") {
  const ProgramFixture fixture;
  fixture.check_refused(
      kScenario,
      {"component.second: 'camera-", "sends it images of 28 x 28, but the model was made for images of"},
      {"--set", "component.votes.from=\"nobody\"", "--set",
       "component.second={kind = \"model\", learner = \"softmax\", from = \"predictions\", to = \"again\", "
       "shape = [14, 14]}"});
}

TEST_CASE("data: a learner that does not take such images") {
  const ProgramFixture fixture;
  fixture.check_refused(kScenario,
                        {"component.lenet: lenet5 needs images whose rows and columns are multiples of 4"},
                        {"--set", "component.lenet.shape=[3, 3]"});
}

TEST_CASE("data: a model that no data reaches") {
  const ProgramFixture fixture;
  fixture.check_refused(kScenario,
                        {"no data set reaches it that would tell the size of its images: set `shape`"},
                        {"--set", "component.mlp.from=nowhere"});
}
