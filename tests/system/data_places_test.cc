// Data files as a scenario names them: which file a path leads to, and where an error about it points.
#include <filesystem>

#include "support/catch.h"
#include "support/program_fixture.h"
#include "unit/dataset/idx_files.h"

namespace fs = std::filesystem;

namespace {

// The small scenario with files of its own, and one key of the generator on a line of its own.
std::string scenario_with(const std::string& images, const std::string& labels) {
  std::string text = small_scenario();
  text = replaced(text, kSample + "train-images-idx3-ubyte.gz", images);
  return replaced(text, kSample + "train-labels-idx1-ubyte.gz", labels);
}

}  // namespace

TEST_CASE("data: an error names the component, and the line that names the file") {
  const ProgramFixture fixture;
  const std::string images = fixture.write("images", image_file(20, 4, 4));
  const std::string labels = fixture.write("labels", label_file(20));
  const std::string pointer = fixture.write(
      "pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 9912422\n");
  fixture.check_refused(
      fixture.write("s.toml", scenario_with("pointer", "labels")),
      {"s.toml:4:10: component.generator.images: " + pointer +
       ": is not an IDX file: it is a Git LFS pointer, not the file that it stands for; bring "
       "that with `git lfs pull`"});
  fixture.check_refused(
      fixture.write("s.toml", scenario_with("images", "none.gz")),
      {"s.toml:5:10: component.generator.labels: " + fixture.file("none.gz") + ": there is no such file"});
  fixture.check_refused(
      fixture.write("s.toml", scenario_with("labels", "images")),
      {"s.toml:4:10: component.generator.images: " + labels + ": holds unsigned bytes of dimension 1"});
  fixture.check_refused(
      fixture.write("s.toml", scenario_with("images", "images")),
      {"s.toml:5:10: component.generator.labels: " + images + ": holds unsigned bytes of dimension 3"});
  fixture.check_refused(fixture.write("s.toml", scenario_with("images", "labels")),
                        {"--set component.generator.images: " + pointer + ": is not an IDX file"},
                        {"--set", "component.generator.images=pointer"});
}

TEST_CASE("data: a truth file out of a model's range names the source and the model") {
  const ProgramFixture fixture;
  fixture.write("images", image_file(20, 4, 4));
  fixture.write("labels", label_file(20));
  const std::string text =
      "[component.camera]\nkind = \"production-source\"\nimages = \"images\"\ntruth = \"labels\"\nto = "
      "\"d\"\n"
      "rate = \"1000/s\"\n[component.m]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"d\"\nto = "
      "\"p\"\nclasses = 5\n";
  fixture.check_refused(fixture.write("s.toml", text),
                        {"s.toml:4:9: component.camera.truth: " + fixture.file("labels") +
                         ": item 5 has the label 5, expected labels from 0 to 4, as the model 'm' was made "
                         "for 5 classes; set its "
                         "`classes`"});
}

TEST_CASE("data: what .. leads to behind a linked folder is what the system finds there") {
  const ProgramFixture fixture;
  fs::create_directories(fixture.file("real/deep/x"));
  fs::create_directory_symlink(fixture.file("real/deep/x"), fixture.file("link"));
  // The text of the path alone would lead to a file of another size, next to the link.
  fixture.write("images", image_file(3, 4, 4));
  fixture.write("labels", label_file(3));
  fixture.write("real/deep/images", image_file(20, 4, 4));
  fixture.write("real/deep/labels", label_file(20));
  fixture.write("real/deep/x/s.toml", scenario_with("../images", "../labels"));
  const Outcome outcome = fixture.replay(fixture.file("link/s.toml"));
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"generator.sent\": 10"));
  // Now the file to which the text alone would lead is not there.
  fs::remove(fixture.file("real/deep/images"));
  const ProgramFixture again;
  again.check_refused(
      fixture.file("link/s.toml"),
      {"component.generator.images: " + fixture.file("link/../images") + ": there is no such file"});
}

TEST_CASE("data: the command that brings a set is named for a folder behind a link as well") {
  const ProgramFixture fixture;
  fs::create_directories(fixture.file("data/mnist"));
  fs::create_directory_symlink(fixture.file("data/mnist"), fixture.file("digits"));
  fixture.check_refused(fixture.write("s.toml", scenario_with("digits/images.gz", "labels")),
                        {"digits/images.gz: there is no such file; run `data/fetch mnist` to bring it"});
}

TEST_CASE("replay: that nothing comes from an import is said, unless something does") {
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("s.toml", small_scenario() + "[[gateway.import]]\nqueue = \"in\"\nto = \"digits\"\n");
  const std::string told = "warning: nothing comes from the import 'import-digits': that takes a broker";
  const Outcome outcome = fixture.replay(scenario, {"--quiet"});
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.err, ContainsSubstring(told));
  CHECK_THAT(run_process(dse_command({"explore", scenario, "--seeds", "1", "--out", fixture.file("e")})).err,
             ContainsSubstring(told));
  CHECK(fixture.replay(fixture.write("s.toml", small_scenario())).err.empty());
}
