// What `dse explain` knows.
#include "sim/explain/format_pages.h"

#include <fstream>
#include <sstream>

#include "core/readable.h"
#include "dse/error.h"
#include "support/catch.h"

using namespace dse;

namespace {

const FormatPages& pages() {
  static const Tables tables = built_in_tables();
  static const FormatPages all(tables);
  return all;
}

std::string complaint_about(const std::string& topic) {
  try {
    return pages().page(topic);
  } catch (const InputError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("explain: the page of the format is the one in docs") {
  std::ifstream file(DSE_SOURCE_DIR "/docs/scenario-format.md");
  std::stringstream text;
  text << file.rdbuf();
  CHECK(scenario_format_page() == text.str());
}

TEST_CASE("explain: each table of a scenario has a page") {
  for (const char* table :
       {"bus", "metrics", "resource", "exchange", "binding", "component", "data", "gateway.export",
        "gateway.import", "gateway", "expect", "fault", "drift", "scenario"}) {
    CAPTURE(table);
    CHECK(pages().page(table).size() > 200);
  }
}

TEST_CASE("explain: each kind, learner and detector has a page, and each key of a kind") {
  const Tables tables = built_in_tables();
  for (const Kind& kind : tables.kinds.all()) {
    CAPTURE(kind.name);
    CHECK_FALSE(pages().page(kind.name).empty());
    for (const KeyInfo& key : kind.keys) {
      const std::string topic = kind.name + "." + key.name;
      CAPTURE(topic);
      CHECK_THAT(pages().page(topic), ContainsSubstring(key.name));
    }
  }
  for (const char* name : {"naive-bayes", "hoeffding-tree", "adwin", "ddm", "page-hinkley", "softmax"}) {
    CAPTURE(name);
    CHECK_FALSE(pages().page(name).empty());
  }
}

TEST_CASE("explain: a key is shown with its table, its default and its meaning") {
  CHECK_THAT(pages().page("resource.message_ttl"),
             Catch::Matchers::StartsWith(
                 "`[resource.NAME]` (dse explain resource)\n\n  `message_ttl`  (default: none)\n"));
  CHECK_THAT(pages().page("fault.delay"),
             ContainsSubstring("  `delay`  (keys of its own: `by`)\n      it takes so"));
  CHECK(pages().page("message_ttl") == pages().page("resource.message_ttl"));
  CHECK_THAT(pages().page("component.restart"), ContainsSubstring("`restart`"));
  CHECK_THAT(pages().page("expect.min"), ContainsSubstring("`min`, `max`"));
}

TEST_CASE("explain: an unknown name gets the nearest one") {
  CHECK(complaint_about("exspect") ==
        "dse explain: there is nothing about 'exspect'; did you mean 'expect'?");
  CHECK_THAT(complaint_about("resource.mesage_ttl"),
             ContainsSubstring("'resource' has no key 'mesage_ttl'; did you "
                               "mean 'message_ttl'?"));
  CHECK(complaint_about("something-quite-different") ==
        "dse explain: there is nothing about 'something-quite-different': `dse explain` lists what there is");
  CHECK_THAT(complaint_about(""), ContainsSubstring("there is nothing about ''"));
  CHECK_THAT(complaint_about("."), ContainsSubstring("there is nothing about '.'"));
}

TEST_CASE("explain: whatever the overview lists has a page, in lines that fit") {
  const std::string overview = pages().overview();
  std::istringstream words(overview.substr(overview.find("Tables of a scenario:")));
  int topics = 0;
  for (std::string line; std::getline(words, line);) {
    if (!line.starts_with("  ")) continue;
    std::istringstream names(line);
    for (std::string name; std::getline(names >> std::ws, name, ',');) {
      CAPTURE(name);
      std::istringstream page(pages().page(name));
      ++topics;
      for (std::string text; std::getline(page, text);) {
        CAPTURE(text);
        const std::string trimmed = text.substr(std::min(text.find_first_not_of(' '), text.size()));
        const bool is_code = text.starts_with("    ");
        CHECK((display_width(text) <= 80 || is_code || trimmed.find(' ') == std::string::npos));
      }
    }
  }
  CHECK(topics > 40);
}
