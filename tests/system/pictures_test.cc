// Folders of pictures that a scenario names in [data.NAME].
#include <filesystem>
#include <fstream>

#include "dse/random.h"
#include "support/catch.h"
#include "support/png_file.h"
#include "support/program_fixture.h"
#include "unit/dataset/idx_files.h"

namespace {

constexpr std::uint32_t kSide = 8;

// Some noise, lighter where a class has its stripe.
std::vector<std::uint8_t> pixels_of(int label, dse::RandomStream& random) {
  std::vector<std::uint8_t> pixels;
  for (std::uint32_t at = 0; at < kSide * kSide; ++at) {
    const bool in_stripe = static_cast<int>(at / kSide / 2) == label;
    pixels.push_back(static_cast<std::uint8_t>(random.below(100) + (in_stripe ? 155 : 0)));
  }
  return pixels;
}

void write_picture(const ProgramFixture& fixture, const std::string& name, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(fixture.file(name)).parent_path());
  fixture.write(name, bytes);
}

// A scenario that learns the data set [data.set], which has these keys.
std::string scenario_of(const std::string& keys) {
  return "[data.set]\n" + keys +
         "[component.teacher]\nkind = \"training-generator\"\ndata = \"set\"\nto = \"set\"\nrate = "
         "\"100/s\"\n"
         "order = \"shuffled\"\n"
         "[component.camera]\nkind = \"production-source\"\ndata = \"set\"\nto = \"set\"\nrate = \"100/s\"\n"
         "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"in\"\nto = \"out\"\nbatch = "
         "4\n"
         "[component.reader]\nkind = \"watch\"\nfrom = \"out\"\n[[binding]]\nfrom = \"set\"\nto = \"in\"\n";
}

}  // namespace

TEST_CASE("pictures: a folder of them teaches what an IDX file of the same pixels does") {
  const ProgramFixture fixture;
  dse::RandomStream random(1, "test", "pixels");
  std::string images = idx_header(0x08, {24, kSide, kSide});
  std::string labels = idx_header(0x08, {24});
  for (int index = 0; index < 24; ++index) {
    const int label = index % 3;  // classes take turns in a folder
    const std::vector<std::uint8_t> pixels = pixels_of(label, random);
    write_picture(fixture, "set/" + std::to_string(label) + "/" + std::to_string(10 + index) + ".png",
                  grey_png(kSide, kSide, pixels));
    images.append(pixels.begin(), pixels.end());
    labels += static_cast<char>(label);
  }
  fixture.write("images", images);
  fixture.write("labels", labels);
  const auto learned_from = [&](const std::string& keys) {
    const Outcome outcome = fixture.replay(fixture.write("scenario.toml", scenario_of(keys)));
    CAPTURE(keys, outcome.err);
    REQUIRE(outcome.status == 0);
    const std::string summary = read_file(fixture.run() + "/summary.json");
    CHECK_THAT(summary, ContainsSubstring("\"model.trained\": 24,"));
    CHECK_THAT(summary, ContainsSubstring("\"model.predicted\": 24,"));
    std::filesystem::remove_all(fixture.run());
    const std::size_t at = outcome.out.find("predictions ");  // the last line of fingerprints
    return outcome.out.substr(at, outcome.out.find('\n', at) - at);
  };
  CHECK(learned_from("format = \"png\"\nfolder = \"set\"\n") ==
        learned_from("format = \"idx\"\nimages = \"images\"\nlabels = \"labels\"\n"));
}

TEST_CASE("pictures: check shows a folder of them, and says what is sent as grey") {
  const ProgramFixture fixture;
  write_picture(fixture, "set/cat/a.png", grey_png(1, 2, {1, 2}));
  write_picture(fixture, "set/dog/a.png",
                png_file({.rows = 1, .columns = 2, .colour = PNG_COLOR_TYPE_RGB}, {1, 2, 3, 4, 5, 6}));
  const std::string scenario =
      fixture.write("scenario.toml", scenario_of("format = \"png\"\nfolder = \"set\"\n"));
  const Outcome outcome = run_process(dse_command({"check", scenario}));
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("2 images of 1 x 2, 2 classes\n      cat (1), dog (1)\n"));
  CHECK_THAT(outcome.err,
             ContainsSubstring("1 of 2 pictures in set is in colour, and sent as shades of grey"));
}

TEST_CASE("pictures: each fault of a folder is a sentence that says where it is") {
  struct Case {
    std::string name;  // the file beside one good picture of one pixel
    std::string content;
    std::string keys;
    std::string said;
  };
  const std::string good = grey_png(1, 1, {1});
  const Case cases[] = {
      {"set/dog/a.png", grey_png(1, 2, {1, 2}), "", "set/dog/a.png: has 1 x 2 pixels, and "},
      {"set/dog/a.png", good.substr(0, 40), "", "set/dog/a.png: is a damaged PNG picture"},
      {"set/dog/a.jpg", "\xff\xd8\xff", "", "set/dog/a.jpg: is not called *.png"},
      {"set/dog/a.png", good, "classes = [\"cat\"]\n",
       "set: classes: the folder \"dog\" is none of the classes"},
      {"set/dog/a.png", good, "label = \"x\"\n", "data.set.label"},
      {"set/dog/a.png", good, "file = \"set\"\n", "data.set.file"},
  };
  for (const Case& one : cases) {
    const ProgramFixture fixture;
    write_picture(fixture, "set/cat/a.png", good);
    write_picture(fixture, one.name, one.content);
    const std::string scenario =
        fixture.write("scenario.toml", scenario_of("format = \"png\"\nfolder = \"set\"\n" + one.keys));
    const Outcome outcome = run_process(dse_command({"check", scenario}));
    CAPTURE(one.name, one.keys, outcome.err);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, ContainsSubstring(one.said));
    CHECK(lines_of(outcome.err).size() == 1);  // libpng says nothing itself
  }
}
