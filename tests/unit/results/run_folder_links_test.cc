// Where a run directory is put when symbolic links are on the way to it.
#include <filesystem>

#include "sim/results/run_folder.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace fs = std::filesystem;

TEST_CASE("run folder: a parent folder behind a link is that of where the link leads") {
  const TemporaryFolder folder;
  fs::create_directories(folder.file("real/deep"));
  fs::create_directory_symlink(folder.file("real/deep"), folder.file("link"));
  dse::RunFolder run = dse::RunFolder::at(folder.file("link/../run"), "unused");
  run.write("summary.json", "{}");
  run.commit();
  CHECK(fs::exists(folder.file("real/run/summary.json")));
  CHECK_FALSE(fs::exists(folder.file("run")));
}

TEST_CASE("run folder: of a link, the folder that it leads to is replaced, and the link stays") {
  const TemporaryFolder folder;
  fs::create_directories(folder.file("runs"));
  fs::create_directory_symlink(folder.file("runs"), folder.file("link"));
  dse::RunFolder run = dse::RunFolder::at(folder.file("link/"), "unused");
  run.write("summary.json", "{}");
  run.commit();
  CHECK(fs::is_symlink(folder.file("link")));
  CHECK(fs::exists(folder.file("runs/summary.json")));
}
