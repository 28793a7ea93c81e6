// Tables of kinds and learners say what cannot be added, and what a kind cannot read.
#include <utility>

#include "dse/error.h"
#include "dse/kind_table.h"
#include "dse/plain_component.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

Kind kind(const std::string& name, std::vector<KeyInfo> keys = {}) {
  return {.name = name, .keys = std::move(keys), .read = [](const KeyReader&) {
            return make_component(Program());
          }};
}

// A reader of these keys, each of which has the value `value`.
struct Keys {
  std::vector<KeyInfo> infos;
  LearnerTable learners;
  KeyReader::Source source;
  KeyReader reader{infos, source};

  Keys(std::vector<KeyInfo> all, const KeyValue& value)
      : infos(std::move(all)),
        source{.value = [value](const KeyInfo&) { return value; },
               .place = [](std::string_view key) { return InputPlace{.key = std::string(key)}; },
               .learners = learners} {}
};

}  // namespace

TEST_CASE("a kind is found by its name, and there is one of each") {
  KindTable table;
  table.add(kind("mean", {{.name = "from"}}));
  REQUIRE(table.find("mean") != nullptr);
  CHECK(table.find("mean")->find_key("from") != nullptr);
  CHECK(table.find("mean")->find_key("to") == nullptr);
  CHECK(table.find("median") == nullptr);
  CHECK_THAT(usage([&] { table.add(kind("mean")); }),
             ContainsSubstring("there is a kind 'mean' already: add it once"));
  CHECK_THAT(usage([&] { table.add(kind("")); }), ContainsSubstring("without a name"));
  CHECK_THAT(usage([&] { table.add({.name = "x"}); }), ContainsSubstring("no function `read`"));
  CHECK_THAT(usage([&] {
               table.add(kind("x", {{.name = "a"}, {.name = "a"}}));
             }),
             ContainsSubstring("the key 'a' twice"));
  CHECK_THAT(usage([&] { table.add(kind("x", {{.name = "start"}})); }),
             ContainsSubstring("the key 'start' of the kind 'x' is one that every component has"));
  CHECK_THAT(usage([&] { table.add(kind("x", {{.name = "a.b.c"}})); }),
             ContainsSubstring("one dot is the most"));
  CHECK_THAT(usage([&] {
               table.add(kind("x", {{.name = "a"}, {.name = "a.b"}}));
             }),
             ContainsSubstring("the key 'a', which is a table as well, of 'a.b'"));
  CHECK_THAT(usage([&] {
               table.add(kind("x", {{.name = "a", .type = KeyType::kFlag, .fallback = std::string("no")}}));
             }),
             ContainsSubstring("a fallback of another type"));
  CHECK_THAT(usage([&] {
               table.add(kind("x", {{.name = "a", .type = KeyType::kRate, .bound = KeyBound::kCount}}));
             }),
             ContainsSubstring("cannot bound what is written"));
  CHECK_THAT(usage([&] { table.add(kind("x", {{.name = "a", .type = KeyType::kChoice}})); }),
             ContainsSubstring("the key 'a' of the kind 'x' has no choices"));
  CHECK_THAT(usage([&] { table.add(kind("x", {{.name = "a", .type = KeyType::kNamedTable}})); }),
             ContainsSubstring("the key 'a' of the kind 'x' has no choices"));
  CHECK(table.all().size() == 1);
  Kind way_in = kind("in");
  way_in.place = KindPlace::kImport;
  table.add(way_in);
  way_in.name = "another";
  CHECK_THAT(usage([&] { table.add(way_in); }), ContainsSubstring("the second for its end of a gateway"));
}

TEST_CASE("a learner is found by its name, and there is one of each") {
  LearnerTable table;
  const auto make = [](const LearnerOptions&, RandomStream&) { return std::unique_ptr<Learner>(); };
  table.add({.name = "knn", .make = make});
  CHECK(table.find("knn") != nullptr);
  CHECK(table.names() == std::vector<std::string>{"knn"});
  CHECK_THAT(usage([&] { table.add({.name = "knn", .make = make}); }),
             ContainsSubstring("there is a learner 'knn' already: add it once"));
  CHECK_THAT(usage([&] { table.add({.name = "x"}); }), ContainsSubstring("no function `make`"));
  CHECK_THAT(usage([&] { table.add({.make = make}); }), ContainsSubstring("without a name"));
  CHECK_THAT(usage([&] { table.add({.name = std::string(65, 'x'), .make = make}); }),
             ContainsSubstring("more than 64 bytes"));
}

TEST_CASE("a kind reads the keys of its table, by their types") {
  const Keys keys({{.name = "batch", .type = KeyType::kInteger}}, std::int64_t{3});
  CHECK(keys.reader.integer("batch") == 3);
  CHECK(keys.reader.integer_if_any("batch") == 3);
  CHECK(keys.reader.value("batch") == KeyValue(std::int64_t{3}));
  CHECK_THAT(usage([&] { keys.reader.integer("bach"); }), ContainsSubstring("the key 'bach' is read"));
  CHECK_THAT(usage([&] { keys.reader.text("batch"); }), ContainsSubstring("as another type"));
  const Keys nothing({{.name = "batch"}}, KeyValue());
  CHECK_FALSE(nothing.reader.text_if_any("batch").has_value());
  CHECK_THAT(usage([&] { nothing.reader.text("batch"); }), ContainsSubstring("_if_any"));
  CHECK_THROWS_WITH(nothing.reader.refuse("batch", "is odd"), "batch: is odd");
}
