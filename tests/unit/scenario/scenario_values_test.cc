// Names and values that a scenario may not have because nothing outside the program could use them: what AMQP
// cannot carry, what a broker reserves, what is not a path.
#include <string>

#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

const std::string kReader = "[component.w]\nkind = \"watch\"\nfrom = \"d\"\n";

std::string error_of(const std::string& text) {
  return input_error([&] { parse_scenario(text, "s.toml", built_in_tables()); });
}
std::string error_of_headers(const std::string& headers) {
  return error_of(kReader + "[[binding]]\nfrom = \"a\"\nto = \"d\"\nheaders = { " + headers + " }\n");
}
std::string generator(const std::string& files) {
  return "[component.g]\nkind = \"training-generator\"\nto = \"d\"\nrate = \"1/s\"\n" + files;
}

}  // namespace

TEST_CASE("headers: numbers that are none are refused with their place") {
  for (const std::string number : {"nan", "inf", "-inf", "+nan"}) {
    const std::string error = error_of_headers("label = " + number);
    CHECK_THAT(error, Catch::Matchers::StartsWith("s.toml:7:21: binding.0.headers.label: "));
    CHECK_THAT(error, ContainsSubstring("expected a finite number"));
  }
  CHECK(error_of_headers("label = -0.0, small = 1e-320, big = 1e308").empty());
}

TEST_CASE("headers: names that AMQP cannot carry are refused") {
  CHECK(error_of_headers(std::string(255, 'h') + " = 1").empty());
  CHECK_THAT(
      error_of_headers(std::string(256, 'h') + " = 1"),
      ContainsSubstring("binding.0.headers: a name of 256 bytes is not a header's: expected 1 to 255"));
  CHECK_THAT(error_of_headers("\"\" = 1"), ContainsSubstring("a name of 0 bytes is not a header's"));
  CHECK_THAT(error_of_headers(R"("a\u0000b" = 1)"), ContainsSubstring("a name of 3 bytes with a NUL"));
  // 128 characters of two bytes each.
  std::string umlauts;
  for (int i = 0; i < 128; ++i) umlauts += "ü";
  CHECK_THAT(error_of_headers("\"" + umlauts + "\" = 1"), ContainsSubstring("a name of 256 bytes"));
  CHECK(error_of_headers(R"("it's" = 1, "a\nb" = 2, "ü" = "a\u0000b")").empty());
}

TEST_CASE("headers: all together fit a frame") {
  CHECK(error_of_headers("a = \"" + std::string(65'000, 'x') + "\"").empty());
  CHECK_THAT(error_of_headers("a = \"" + std::string(70'000, 'x') + "\""),
             ContainsSubstring(
                 "binding.0.headers: the headers take 70017 bytes, more than 65536: make them shorter"));
  CHECK_THAT(
      error_of_headers("a = \"" + std::string(40'000, 'x') + "\", b = \"" + std::string(40'000, 'x') + "\""),
      ContainsSubstring("the headers take 80034 bytes"));
}

TEST_CASE("names that begin with amq. are a broker's, wherever a resource is named") {
  const std::string told =
      "is not a name for a resource: a broker keeps those that begin with amq. for itself";
  for (const std::string& text :
       {std::string("[component.w]\nkind = \"watch\"\nfrom = \"amq.x\"\n"),
        std::string(
            "[component.s]\nkind = \"production-source\"\nimages = \"i\"\nrate = \"1/s\"\nto = \"amq.x\"\n"),
        kReader + "[[binding]]\nfrom = \"amq.topic\"\nto = \"d\"\n",
        kReader + "[[binding]]\nfrom = \"a\"\nto = [\"d\", \"amq.x\"]\n",
        kReader + "[resource.\"amq.x\"]\nprefetch = 1\n",
        kReader + "[[gateway.export]]\nfrom = \"amq.x\"\nexchange = \"out\"\n",
        kReader + "[[gateway.import]]\nqueue = \"in\"\nto = \"amq.x\"\n"}) {
    CAPTURE(text);
    CHECK_THAT(error_of(text), ContainsSubstring(told));
  }
  CHECK(error_of("[component.w]\nkind = \"watch\"\nfrom = \"amq\"\n").empty());
  // Outside, such names belong to the broker and may be used.
  CHECK(error_of(kReader + "[[gateway.export]]\nfrom = \"d\"\nexchange = \"amq.topic\"\n").empty());
  CHECK(error_of(kReader + "[[gateway.import]]\nexchange = \"amq.topic\"\nto = \"d\"\n").empty());
}

TEST_CASE("paths: an empty one and one with a NUL are refused with their place") {
  const std::string empty = "is empty: expected the path of a file";
  const std::string nul = "holds a NUL, which no path has";
  CHECK_THAT(error_of(generator("images = \"\"\nlabels = \"l\"\n")),
             ContainsSubstring("s.toml:5:10: component.g.images: " + empty));
  CHECK_THAT(error_of(generator("images = \"i\"\nlabels = \"\"\n")),
             ContainsSubstring("component.g.labels: " + empty));
  CHECK_THAT(error_of(generator("images = \"i.gz\\u0000x\"\nlabels = \"l\"\n")),
             ContainsSubstring("component.g.images: " + nul));
  const std::string source =
      "[component.s]\nkind = \"production-source\"\nto = \"d\"\nrate = \"1/s\"\nimages = \"i\"\n";
  CHECK_THAT(error_of(source + "truth = \"\"\n"), ContainsSubstring("component.s.truth: " + empty));
  CHECK_THAT(error_of(source + "truth = \"t\\u0000\"\n"), ContainsSubstring("component.s.truth: " + nul));
  const std::string model =
      "[component.m]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"d\"\nto = \"p\"\n";
  CHECK_THAT(error_of(model + "initial = \"\"\n"), ContainsSubstring("component.m.initial: " + empty));
  CHECK_THAT(error_of(model + "initial = \"\\u0000\"\n"), ContainsSubstring("component.m.initial: " + nul));
}
