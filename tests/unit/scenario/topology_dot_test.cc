// The graph for Graphviz: its words, and their quoting.
#include "sim/scenario/topology_dot.h"

#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::string dot_of(const std::string& text) {
  return topology_dot(parse_scenario(text, "folder/a.toml", built_in_tables()));
}

const std::string kReader = "[component.r]\nkind = \"watch\"\nfrom = \"q\"\n";

}  // namespace

TEST_CASE("dot: components, exchanges and queues of one name are nodes of their own") {
  const std::string dot = dot_of(
      "[component.m]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"q\"\nto = \"m\"\nshape = [4, 4]\n"
      "[component.w]\nkind = \"watch\"\nfrom = \"m\"\n[[binding]]\nfrom = \"x\"\nto = \"q\"\nkey = "
      "\"a.*\"\n");
  CHECK_THAT(dot, Catch::Matchers::StartsWith("digraph \"a\" {\n"));
  CHECK_THAT(dot, Catch::Matchers::EndsWith("}\n"));
  CHECK_THAT(dot, ContainsSubstring("\"component m\" [label=\"m\nmodel\", shape=box];"));
  CHECK_THAT(dot, ContainsSubstring("\"exchange m\" [label=\"m\", shape=ellipse];"));
  CHECK_THAT(dot, ContainsSubstring("\"queue m\" [label=\"m\", shape=cylinder];"));
  CHECK_THAT(dot, ContainsSubstring("  \"component m\" -> \"exchange m\";\n"));
  CHECK_THAT(dot, ContainsSubstring("  \"exchange m\" -> \"queue m\";\n"));
  CHECK_THAT(dot, ContainsSubstring("  \"queue m\" -> \"component w\";\n"));
  CHECK_THAT(dot, ContainsSubstring("  \"exchange x\" -> \"queue q\" [label=\"key a.*\"];\n"));
  // Nobody writes x.
  CHECK_THAT(dot, ContainsSubstring("\"exchange x\" [label=\"x\", shape=ellipse, style=dashed];"));
}

TEST_CASE("dot: quotes and backslashes of a pattern end no string and escape nothing") {
  const std::string dot = dot_of(kReader + "[[binding]]\nfrom = \"x\"\nto = \"q\"\nkey = 'a\"b\\n'\n");
  CHECK_THAT(dot, ContainsSubstring(R"([label="key )"
                                    R"(\"a\\\"b\\\\n\"")"));
}

TEST_CASE("dot: replicas are one node") {
  const std::string dot = dot_of("[component.r]\nkind = \"watch\"\nfrom = \"q\"\ncount = 3\n");
  CHECK_THAT(dot, ContainsSubstring("\"component r\" [label=\"r\nwatch\", shape=box];"));
  CHECK(dot.find("r-1") == std::string::npos);
}

TEST_CASE("dot: alternates and dead letters are edges") {
  const std::string dot =
      dot_of(kReader +
             "[component.d]\nkind = \"watch\"\nfrom = \"d\"\n[component.g]\nkind = \"watch\"\nfrom = "
             "\"g\"\n[resource.q]\nmessage_ttl = \"1s\"\nalternate = \"d\"\ndead_letter = { to = "
             "\"\", key = \"g\" }\n[resource.d]\nmessage_ttl = \"1s\"\ndead_letter = { to = \"g\" }\n");
  CHECK_THAT(dot, ContainsSubstring("  \"exchange q\" -> \"exchange d\" [label=\"what nothing takes\"];\n"));
  CHECK_THAT(dot, ContainsSubstring("  \"queue q\" -> \"queue g\" [label=\"dead letters\"];\n"));
  CHECK_THAT(dot, ContainsSubstring("  \"queue d\" -> \"exchange g\" [label=\"dead letters\"];\n"));
}

TEST_CASE("dot: clients are one node, which writes and reads what is for them") {
  const std::string dot = dot_of("[resource.a]\nclients = true\n[resource.b]\nclients = true\n");
  CHECK_THAT(dot, ContainsSubstring("\"clients\" [label=\"clients\", shape=box];"));
  for (const std::string name : {"a", "b"}) {
    CHECK_THAT(dot, ContainsSubstring("  \"clients\" -> \"exchange " + name + "\";\n"));
    CHECK_THAT(dot, ContainsSubstring("  \"queue " + name + "\" -> \"clients\";\n"));
  }
  CHECK(dot.find("dashed") == std::string::npos);
}
