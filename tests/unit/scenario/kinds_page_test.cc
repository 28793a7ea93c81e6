// docs/kinds.md is the page of the current tables.
//
// When a kind, a key or a learner has changed, write it anew with
//
//     DSE_UPDATE_GOLDEN=1 build/tests/test_unit_scenario "[kinds-page]"
//
// and look at the difference.
#include "sim/scenario/kinds_page.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "dse/plain_component.h"
#include "support/catch.h"

using namespace dse;

namespace {

const std::string kPage = DSE_SOURCE_DIR "/docs/kinds.md";

std::string read_page() {
  std::ifstream file(kPage, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Kind kind(const std::string& name, std::vector<KeyInfo> keys, KindPlace place = KindPlace::kComponent) {
  return {.name = name,
          .meaning = "Does " + name + ".",
          .keys = std::move(keys),
          .read = [](const KeyReader&) { return make_component(Program()); },
          .place = place};
}

std::string page_of(std::vector<KeyInfo> keys) {
  Tables tables;
  tables.kinds.add(kind("mine", std::move(keys)));
  for (const char* name : {"knn", "svm", "tree"}) {
    tables.learners.add({.name = name, .meaning = std::string("Is a ") + name + ".", .make = [](auto&&...) {
                           return std::unique_ptr<Learner>();
                         }});
  }
  return kinds_page(tables);
}

// The row of the page for this key.
std::string row_of(KeyInfo key) {
  const std::string page = page_of({std::move(key)});
  const std::size_t begin = page.find("| `");
  return page.substr(begin, page.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("kinds page: docs/kinds.md is made from the built-in tables", "[kinds-page]") {
  const std::string page = kinds_page(built_in_tables());
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK((line.starts_with("|") || line.size() <= 100));
  }
  if (std::getenv("DSE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kPage, std::ios::binary) << page;
    WARN("docs/kinds.md is written anew and not compared");
    return;
  }
  CHECK(page == read_page());
}

TEST_CASE("kinds page: every kind has its section, and every learner its row", "[kinds-page]") {
  Tables tables;
  tables.kinds.add(kind("one", {{.name = "from", .meaning = "where from"}}));
  tables.kinds.add(kind("none", {}));
  tables.kinds.add(kind("out", {}, KindPlace::kExport));
  tables.kinds.add(kind("in", {}, KindPlace::kImport));
  tables.learners.add({.name = "knn", .meaning = "The nearest.", .make = [](auto&&...) {
                         return std::unique_ptr<Learner>();
                       }});
  const std::string page = kinds_page(tables);
  CHECK_THAT(page, ContainsSubstring("\n## `one`\n\nDoes one.\n\n| key | default | meaning |\n"
                                     "| --- | --- | --- |\n| `from` | none | where from |\n"
                                     "\n## `none`\n\nDoes none.\n\nIt has no keys of its own.\n"
                                     "\n## `[[gateway.export]]`\n\nDoes out.\n"));
  CHECK_THAT(page, ContainsSubstring("\n## `[[gateway.import]]`\n\nDoes in.\n"));
  CHECK_THAT(page, ContainsSubstring("\n## Learners\n") && ContainsSubstring("\n| `knn` | The nearest. |\n"));
}

TEST_CASE("kinds page: the detectors and their parameters stand there with the kind that has them",
          "[kinds-page]") {
  CHECK_THAT(page_of({}), !ContainsSubstring("## Drift detectors"));
  CHECK_THAT(
      kinds_page(built_in_tables()),
      ContainsSubstring("\n### ddm\n\nParameters are set in a table, `detector = { name = \"ddm\", "
                        "min_num_instances = … }`.\n\n| parameter | default | meaning |\n| --- | --- | --- "
                        "|\n| `min_num_instances` | `30` | 1 to 1000000000: "));
}

TEST_CASE("kinds page: a default stands there as one would write it", "[kinds-page]") {
  const auto shown = [](KeyType type, KeyValue fallback) {
    const std::string row = row_of({.name = "k", .type = type, .fallback = std::move(fallback)});
    return row.substr(0, row.find(" | ", row.find(" | ") + 1));
  };
  CHECK(shown(KeyType::kText, {}) == "| `k` | none");
  CHECK(shown(KeyType::kText, std::string("a\"b")) == "| `k` | `\"a\\\"b\"`");
  CHECK(shown(KeyType::kText, std::string("a|b")) == "| `k` | `\"a\\|b\"`");
  CHECK(shown(KeyType::kTexts, std::vector<std::string>{"a", "b"}) == "| `k` | `[\"a\", \"b\"]`");
  CHECK(shown(KeyType::kInteger, std::int64_t{1'500'000}) == "| `k` | `1500000`");
  CHECK(shown(KeyType::kDuration, std::int64_t{1'500'000}) == "| `k` | `\"1.5ms\"`");
  CHECK(shown(KeyType::kDuration, std::int64_t{0}) == "| `k` | `\"0s\"`");
  CHECK(shown(KeyType::kNumber, 0.25) == "| `k` | `0.25`");
  CHECK(shown(KeyType::kFlag, true) == "| `k` | `true`");
  CHECK(shown(KeyType::kFlag, false) == "| `k` | `false`");
  CHECK(shown(KeyType::kRate, Rate{3, 60 * kNanosecondsPerSecond}) == "| `k` | `\"3/min\"`");
  CHECK(shown(KeyType::kPair, std::pair<std::int64_t, std::int64_t>(2, 7)) == "| `k` | `[2, 7]`");
  CHECK(shown(KeyType::kDrawnTime, DrawnTime::constant(0)) == "| `k` | `\"0s\"`");
  CHECK(shown(KeyType::kDrawnTime, DrawnTime::uniform(1'000'000, 9'000'000)) ==
        "| `k` | `{ uniform = [\"1ms\", \"9ms\"] }`");
  CHECK(shown(KeyType::kDrawnTime, DrawnTime::exponential(5'000'000)) ==
        "| `k` | `{ exponential = \"5ms\" }`");
  CHECK(row_of({.name = "k", .required = true, .meaning = "m"}) == "| `k` | required | m |");
}

TEST_CASE("kinds page: the meaning says what may stand there", "[kinds-page]") {
  const auto shown = [](KeyInfo key) {
    key.name = "k";
    key.required = true;
    const std::string row = row_of(std::move(key));
    return row.substr(std::string("| `k` | required | ").size());
  };
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const auto integer = [&](std::int64_t least, std::int64_t most) {
    return shown({.type = KeyType::kInteger, .range = {least, most}, .meaning = "how many"});
  };
  CHECK(integer(1, 4096) == "1 to 4096: how many |");
  CHECK(integer(-3, kMost) == "from -3: how many |");
  CHECK(integer(kLeast, 7) == "at most 7: how many |");
  CHECK(integer(kLeast, kMost) == "an integer: how many |");
  CHECK(shown({.type = KeyType::kChoice, .choices = {"a", "b"}, .meaning = "which"}) ==
        "`\"a\"` or `\"b\"`: which |");
  CHECK(shown({.type = KeyType::kNamedTable, .choices = {"a", "b"}, .meaning = "which"}) ==
        "`\"a\"` or `\"b\"`, or a table with one as `name` and its parameters: which |");
  CHECK(shown({.type = KeyType::kLearner, .meaning = "what learns"}) ==
        "`\"knn\"`, `\"svm\"` or `\"tree\"`, or [a program](programs.md#learners): what learns |");
  CHECK(shown({.type = KeyType::kFlag, .meaning = "whether"}) == "`true` or `false`: whether |");
  CHECK(shown({.type = KeyType::kNumber}) == "a number |");
  CHECK(shown({.type = KeyType::kDuration}) == "a duration such as `\"50us\"` |");
  CHECK(shown({.type = KeyType::kRate}) == "a rate such as `\"2000/s\"` |");
  CHECK(shown({.type = KeyType::kPair}) == "two integers |");
  CHECK(shown({.type = KeyType::kTexts, .meaning = "who"}) == "a string, or a list of strings: who |");
  CHECK(shown({.type = KeyType::kLine}) == "one line of text |");
  CHECK(shown({.type = KeyType::kRoutingKey}) == "at most 255 bytes, no control characters |");
  CHECK(shown({.type = KeyType::kBrokerName}) == "1 to 255 bytes, no control characters |");
  for (const KeyType type : {KeyType::kText, KeyType::kResource, KeyType::kName, KeyType::kFile})
    CHECK(shown({.type = type, .meaning = "what for"}) == "what for |");
}
