#include <fstream>

#include "dataset/dataset_maker.h"
#include "dse/error.h"
#include "kinds/item_data.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;
using Catch::Matchers::Contains;

namespace {

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::size_t count_of(ItemSequence items) {
  std::size_t count = 0;
  while (items.next()) ++count;
  return count;
}

}  // namespace

TEST_CASE("items: a table that was changed while it was sent is refused, also when each row still fits") {
  const TemporaryFolder folder;
  const std::string path = folder.file("rows.csv");
  write(path, "a\n1\n2\n3\n");
  const std::shared_ptr<const Dataset> rows = DatasetMaker::from_table({.file = path}, false);
  CHECK(count_of({rows, Extent{0, 3}}) == 3);
  CHECK(count_of({rows, Extent{1, 2}}) == 1);

  write(path, "a\n1\n2\n4\n");
  ItemSequence changed(rows, Extent{0, 3});
  for (int row = 0; row < 3; ++row) CHECK(changed.next().has_value());
  CHECK_THROWS_WITH(changed.next(), Contains("has changed since it was scanned"));
  // Whoever does not read it to its end cannot know.
  CHECK(count_of({rows, Extent{0, 2}}) == 2);
}
