#include <filesystem>
#include <fstream>

#include "dataset/dataset_maker.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/png_file.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

namespace fs = std::filesystem;

// A folder whose pictures are one pixel of some shade.
class Pictures {
 public:
  void put(const std::string& name, std::uint8_t shade) { write(name, grey_png(1, 1, {shade})); }
  void write(const std::string& name, const std::string& bytes) {
    const fs::path path = fs::path(root()) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }
  std::string root() const { return folder_.file("set"); }
  std::shared_ptr<const Dataset> open(const std::vector<std::string>& classes = {}) const {
    return DatasetMaker::from_pictures({.folder = root(), .classes = classes});
  }
  std::string refusal(const std::vector<std::string>& classes = {}) const {
    return input_error([&] { open(classes); });
  }

 private:
  TemporaryFolder folder_;
};

std::vector<int> shades(const Dataset& dataset) {
  std::vector<int> result;
  for (std::size_t at = 0; at < dataset.size(); ++at) result.push_back(static_cast<int>(dataset.item(at)[0]));
  return result;
}

std::vector<int> labels(const Dataset& dataset) {
  std::vector<int> result;
  for (std::size_t at = 0; at < dataset.size(); ++at) result.push_back(dataset.label(at));
  return result;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "pictures: classes are the folders, sorted as labels are, and take turns by the names of pictures") {
  Pictures pictures;
  pictures.put("cat/b.png", 2);
  pictures.put("cat/a.PNG", 1);
  pictures.put("ape/z.png", 0);
  pictures.put("dog/10.png", 3);
  pictures.put("dog/9.png", 4);
  const auto dataset = pictures.open();
  CHECK(dataset->class_names() == Names{"ape", "cat", "dog"});
  CHECK(dataset->classes() == 3);
  CHECK(shades(*dataset) == std::vector{0, 1, 3, 2, 4});
  CHECK(labels(*dataset) == std::vector{0, 1, 2, 1, 2});
  CHECK(dataset->rows() == 1);
  CHECK(dataset->columns() == 1);
  CHECK(dataset->features() == 0);
  CHECK(dataset->in_memory());
  CHECK(dataset->description() == "  ape (1), cat (2), dog (2)\n");
  CHECK(dataset->notes().empty());
}

TEST_CASE("pictures: folders that are numbers are sorted as numbers") {
  Pictures pictures;
  for (const std::string name : {"10", "9", "0"}) pictures.put(name + "/a.png", 1);
  CHECK(pictures.open()->class_names() == Names{"0", "9", "10"});
}

TEST_CASE("pictures: classes may be listed, and one may have no folder") {
  Pictures pictures;
  pictures.put("cat/a.png", 1);
  pictures.put("dog/a.png", 2);
  const auto dataset = pictures.open({"dog", "ape", "cat"});
  CHECK(dataset->class_names() == Names{"dog", "ape", "cat"});
  CHECK(labels(*dataset) == std::vector{0, 2});
  CHECK(shades(*dataset) == std::vector{2, 1});
  CHECK_THAT(pictures.refusal({"dog"}), ContainsSubstring("the folder \"cat\" is none of the classes"));
  CHECK_THAT(pictures.refusal({"dog", "cat", "dog"}), ContainsSubstring("lists \"dog\" twice"));
}

TEST_CASE("pictures: the digest is that of names and bytes") {
  Pictures pictures;
  pictures.put("cat/a.png", 1);
  pictures.put("dog/a.png", 2);
  const std::uint64_t before = pictures.open()->digest();
  CHECK(pictures.open()->digest() == before);
  CHECK(pictures.open({"dog", "cat"})->digest() == before);
  pictures.put("dog/a.png", 3);
  const std::uint64_t other_bytes = pictures.open()->digest();
  CHECK(other_bytes != before);
  fs::rename(pictures.root() + "/dog/a.png", pictures.root() + "/dog/b.png");
  CHECK(pictures.open()->digest() != other_bytes);
}

TEST_CASE("pictures: two sizes are refused with both, by the names of both files") {
  Pictures pictures;
  pictures.write("cat/a.png", grey_png(2, 3, {1, 2, 3, 4, 5, 6}));
  pictures.write("dog/b.png", grey_png(3, 2, {1, 2, 3, 4, 5, 6}));
  const std::string refusal = pictures.refusal();
  CHECK_THAT(refusal, ContainsSubstring("set/dog/b.png: has 3 x 2 pixels, and "));
  CHECK_THAT(refusal, ContainsSubstring("set/cat/a.png has 2 x 3: the pictures of a data set have one size"));
}

TEST_CASE("pictures: what is no picture of a class is refused, and what is hidden is not seen") {
  Pictures pictures;
  CHECK_THAT(pictures.refusal(), ContainsSubstring("set: there is no such folder"));
  fs::create_directory(pictures.root());
  CHECK_THAT(pictures.refusal(), ContainsSubstring("set: has no folder of pictures"));
  fs::create_directory(pictures.root() + "/cat");
  CHECK_THAT(pictures.refusal(), ContainsSubstring("set/cat: has no picture"));
  pictures.put("cat/a.png", 1);
  pictures.write(".hidden", "");
  pictures.write("cat/.DS_Store", "");
  CHECK(pictures.open()->size() == 1);

  const auto refused_with = [&](const std::string& name, const std::string& said) {
    CAPTURE(name);
    CHECK_THAT(pictures.refusal(), ContainsSubstring(said));
    fs::remove_all(pictures.root() + "/" + name);
  };
  pictures.put("b.png", 1);
  refused_with("b.png", "set/b.png: is beside the folders of classes");
  pictures.write("cat/notes.txt", "x");
  refused_with("cat/notes.txt", "set/cat/notes.txt: is not called *.png");
  pictures.put("cat/more/a.png", 1);
  refused_with("cat/more", "set/cat/more: is a folder within that of a class");
  fs::create_symlink("a.png", pictures.root() + "/cat/b.png");
  refused_with("cat/b.png", "set/cat/b.png: is a symbolic link");
  fs::create_directory_symlink("cat", pictures.root() + "/dog");
  refused_with("dog", "set/dog: is a symbolic link");
  pictures.write("cat/b.png", "");
  refused_with("cat/b.png", "set/cat/b.png: is empty");
  pictures.write("cat/b.png", "\xff\xd8\xff");
  refused_with("cat/b.png", "set/cat/b.png: is no PNG picture");
  pictures.put("\xff/a.png", 1);
  refused_with("\xff", "is a class whose name is not UTF-8");
  CHECK(pictures.open()->size() == 1);
  CHECK_THAT(input_error([&] { DatasetMaker::from_pictures({.folder = pictures.root() + "/cat/a.png"}); }),
             ContainsSubstring("a.png: is a file, expected a folder"));
}

TEST_CASE("pictures: a note says how many are in colour") {
  Pictures pictures;
  pictures.put("cat/a.png", 1);
  pictures.write("cat/b.png", png_file({.rows = 1, .columns = 1, .colour = PNG_COLOR_TYPE_RGB}, {255, 0, 0}));
  CHECK(pictures.open()->notes() == Names{"1 of 2 pictures in set is in colour, and sent as shades of grey"});
}
