// Wrong scenario files: each is refused with a sentence that names the place, the key and what to do.
#include <filesystem>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

// The small scenario with one thing changed.
void check_change_refused(const std::string& from, const std::string& to,
                          const std::vector<std::string>& messages) {
  const ProgramFixture fixture;
  fixture.check_refused(fixture.write("s.toml", replaced(small_scenario(), from, to)), messages);
}

// The small scenario with more at its end.
void check_added_refused(const std::string& more, const std::vector<std::string>& messages) {
  const ProgramFixture fixture;
  fixture.check_refused(fixture.write("s.toml", small_scenario() + more), messages);
}

void check_text_refused(const std::string& text, const std::vector<std::string>& messages) {
  const ProgramFixture fixture;
  fixture.check_refused(fixture.write("s.toml", text), messages);
}

const std::string kModel =
    "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"digits\"\nto = \"answers\"\n";

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int time = 0; time < times; ++time) result += text;
  return result;
}

}  // namespace

TEST_CASE("scenario: a file that is not there") {
  const ProgramFixture fixture;
  fixture.check_refused(fixture.file("none.toml"),
                        {"none.toml: cannot be opened: No such file or directory"});
}

TEST_CASE("scenario: a name that is too long") {
  const ProgramFixture fixture;
  fixture.check_refused(fixture.file(std::string(5000, 'x')), {": cannot be opened: File name too long"});
}

TEST_CASE("scenario: a link to itself") {
  const ProgramFixture fixture;
  std::filesystem::create_symlink(fixture.file("loop"), fixture.file("loop"));
  fixture.check_refused(fixture.file("loop"), {"loop: cannot be opened: Too many levels of symbolic links"});
}

TEST_CASE("scenario: a folder") {
  const ProgramFixture fixture;
  fixture.check_refused(kScenarios, {": is a folder, not a scenario file"});
}

TEST_CASE("scenario: a file without end") {
  const ProgramFixture fixture;
  fixture.check_refused("/dev/zero", {"/dev/zero: has more than 16777216 bytes: not a scenario file"});
}

TEST_CASE("scenario: an empty file, and one of comments") {
  check_text_refused(
      "", {"s.toml: has no [component.NAME], and no [resource.NAME] with `clients`: nothing would happen"});
  check_text_refused("# nothing\n", {"has no [component.NAME]"});
}

TEST_CASE("scenario: not TOML, with line and column") {
  check_text_refused("title = \"x\"\nthis is no TOML\n", {"s.toml:2:6: not a TOML file: "});
  check_added_refused("[[binding]\n", {"s.toml:12:11: not a TOML file: "});
  check_change_refused("\"1000/s\"", "\"1000/s", {"s.toml:7:15: not a TOML file: "});
}

TEST_CASE("scenario: NUL bytes, invalid UTF-8, UTF-16") {
  check_text_refused(small_scenario() + std::string(1, '\0'), {"s.toml:12:1: not a TOML file: ", "\\u0000"});
  check_text_refused("title = \"\xff\xfe\"\n", {"s.toml:1:9: not a TOML file: ", "utf-8"});
  check_text_refused(std::string("\xff\xfet\0i\0", 6), {"s.toml:1:1: not a TOML file: "});
}

TEST_CASE("scenario: values nested too deep") {
  check_text_refused("x = " + repeated("[", 100'000) + repeated("]", 100'000),
                     {"s.toml:1:", "maximum nested value depth"});
  check_text_refused("x = " + repeated("{a=", 100'000) + "1" + repeated("}", 100'000),
                     {"s.toml:1:", "maximum nested value depth"});
}

TEST_CASE("scenario: keys nested too deep") {
  check_text_refused("\n" + repeated("a.", 100'000) + "a = 1\n",
                     {"s.toml:2:202: a key with more than 100 dots"});
  check_text_refused("[" + repeated("a.", 100'000) + "a]\n", {"s.toml:1:203: a key with more than 100 dots"});
}

TEST_CASE("scenario: two components of one name") {
  check_added_refused("[component.echo]\nkind = \"echo\"\nfrom = \"digits\"\n",
                      {"s.toml:12:", "cannot redefine existing table 'component.echo'"});
}

TEST_CASE("scenario: one key twice") {
  check_change_refused("limit = 10\n", "limit = 10\nlimit = 11\n",
                       {"s.toml:9:", "cannot redefine existing integer 'limit'"});
}

TEST_CASE("scenario: an unknown key names the nearest") {
  check_change_refused("title", "titel", {"s.toml:1:9: titel: unknown key; did you mean 'title'?"});
  check_change_refused("limit", "limt",
                       {"s.toml:8:8: component.generator.limt: unknown key; did you mean 'limit'?"});
  check_added_refused("[bus]\nlatnecy = \"1s\"\n", {"bus.latnecy: unknown key; did you mean 'latency'?"});
  check_added_refused("[metrics]\nevry = \"1s\"\n", {"metrics.evry: unknown key; did you mean 'every'?"});
  check_added_refused("[resource.digits]\nprefech = 1\n",
                      {"resource.digits.prefech: unknown key; did you mean 'prefetch'?"});
  check_added_refused("[[binding]]\nfrom = \"digits\"\ntoo = \"x\"\n",
                      {"binding.0.too: unknown key; did you mean 'to'?"});
  check_added_refused("[[binding]]\nfrom = \"digits\"\nto = \"x\"\nkeys = \"1\"\n",
                      {"binding.0.keys: unknown key; did you mean 'key'?"});
  check_added_refused("[[expect]]\nmetric = \"echo.received\"\nmni = 1\n",
                      {"expect.0.mni: unknown key; did you mean 'min'?"});
  check_added_refused(kModel + "service = { tarin = \"1us\" }\n",
                      {"component.model.service.tarin: unknown key; did you mean 'train'?"});
}

TEST_CASE("scenario: an unknown key that is near to nothing lists the known ones") {
  check_change_refused("title", "zzzzzzzz",
                       {"zzzzzzzz: unknown key; expected one of title, seed, ordering, until, bus, "});
}

TEST_CASE("scenario: an unknown kind, learner or metric names the nearest") {
  check_change_refused("\"echo\"", "\"ehco\"",
                       {"component.echo.kind: unknown value 'ehco'; did you mean 'echo'?",
                        "expected one of training-generator, "});
  check_change_refused("\"echo\"", "\"\"",
                       {"component.echo.kind: unknown value ''; expected one of training-generator, "});
  check_added_refused(replaced(kModel, "softmax", "sofmax"),
                      {"component.model.learner: unknown value 'sofmax'; did you mean 'softmax'?"});
  check_added_refused("[[expect]]\nmetric = \"echo.recieved\"\nmin = 1\n",
                      {"expect.0.metric: unknown metric 'echo.recieved'; did you mean 'echo.received'?"});
}

TEST_CASE("scenario: what must be there is missing") {
  check_change_refused("kind = \"echo\"\n", "", {"s.toml:9:1: component.echo.kind: is missing"});
  check_change_refused("from = \"digits\"\n", "", {"s.toml:9:1: component.echo.from: is missing"});
  check_change_refused("rate = \"1000/s\"\n", "", {"s.toml:2:1: component.generator.rate: is missing"});
  check_added_refused("[[expect]]\nmin = 1\n", {"expect.0.metric: is missing"});
  check_added_refused("[[expect]]\nmetric = \"echo.received\"\n",
                      {"expect.0: expects nothing: give min, max, equals or rises"});
}

TEST_CASE("scenario: a wrong type") {
  check_change_refused("\"Ten digits\"", "10", {"s.toml:1:9: title: expected a string, found an integer"});
  check_change_refused("limit = 10", "limit = \"10\"",
                       {"component.generator.limit: expected an integer, found a string"});
  check_change_refused("limit = 10", "limit = 10.5",
                       {"component.generator.limit: expected an integer, found a floating-point number"});
  check_change_refused("\"1000/s\"", "1000",
                       {"component.generator.rate: expected a rate such as \"2000/s\", found an integer"});
  check_change_refused("title", "seed", {"seed: expected an integer, found a string"});
  check_text_refused("component = 1\n", {"component: expected a table, found an integer"});
  check_text_refused("component.echo = 1\n", {"component.echo: expected a table, found an integer"});
  check_text_refused("[[component]]\nkind = \"echo\"\n", {"component: expected a table, found a list"});
  check_added_refused("[binding]\nfrom = \"digits\"\n",
                      {"binding: expected tables, each headed [[binding]], found a table"});
  check_added_refused("[[binding]]\nfrom = 1\nto = \"x\"\n",
                      {"binding.0.from: expected a string or a list of strings, found an integer"});
  check_added_refused("[[binding]]\nfrom = [\"digits\", 1]\nto = \"x\"\n",
                      {"binding.0.from: expected a string, found an integer"});
  check_added_refused("[[binding]]\nfrom = []\nto = \"x\"\n",
                      {"binding.0.from: the list is empty: name at least one"});
  check_added_refused("[[binding]]\nfrom = \"digits\"\nto = \"x\"\nheaders = 7\n",
                      {"binding.0.headers: expected a table such as { label = 7 }, found an integer"});
  check_added_refused("[[binding]]\nfrom = \"digits\"\nto = \"x\"\nheaders = { label = [{ int8 = 128 }] }\n",
                      {"binding.0.headers.label[0].int8: 128 does not fit"});
  check_added_refused("[[binding]]\nfrom = \"digits\"\nto = \"x\"\nheaders = { when = 2020-01-01 }\n",
                      {"found a date or time"});
}

TEST_CASE("scenario: a title of several lines, or with escape codes") {
  check_change_refused("Ten digits", "Ten\\ndigits",
                       {"s.toml:1:9: title: holds control characters: expected one line of text"});
  check_change_refused("Ten digits", "\\u001b[31mTen digits", {"title: holds control characters"});
}

TEST_CASE("scenario: what the user wrote cannot break the line of the message") {
  check_change_refused("[component.echo]", "[component.\"e\\u0000\\n\\u001b[31mcho\"]",
                       {"component.e\\x00\\x0a\\x1b[31mcho: 'e\\x00\\x0a\\x1b[31mcho' is not a name"});
}

TEST_CASE("scenario: a bad duration") {
  for (const std::string bad : {"1", "s", "-1s", "1 s", "1x", "1e3s", "0.5ns", "1.s", ".5s", "",
                                "99999999999h", "9999999999999999999999ns"}) {
    INFO(bad);
    check_added_refused("start = \"" + bad + "\"\n",
                        {"s.toml:12:9: component.echo.start: '" + bad +
                         "' is not a duration: expected a number from 0 to a hundred years"});
  }
  check_added_refused("start = 5\n",
                      {"component.echo.start: expected a duration such as \"50us\", found an integer"});
  check_added_refused("[metrics]\nevery = \"0ns\"\n", {"metrics.every: expected more than nothing"});
  check_change_refused("title = \"Ten digits\"", "until = \"soon\"", {"until: 'soon' is not a duration"});
}

TEST_CASE("scenario: a bad rate") {
  for (const std::string bad :
       {"0/s", "-1/s", "1", "1/", "/s", "1.5/s", "1/day", "1/0s", " 1/s", "99999999999999999999/s", ""}) {
    INFO(bad);
    check_change_refused("\"1000/s\"", "\"" + bad + "\"",
                         {"s.toml:7:8: component.generator.rate: '" + bad +
                          "' is not a rate: expected a positive integer by one of"});
  }
}

TEST_CASE("scenario: numbers out of range") {
  check_change_refused("limit = 10", "limit = -1",
                       {"component.generator.limit: -1 is out of range: expected 0 to "});
  check_change_refused("limit = 10", "limit = 99999999999999999999", {"s.toml:8:", "not a TOML file"});
  check_change_refused("title = \"Ten digits\"", "seed = -1", {"seed: -1 is out of range: expected 0 to "});
  check_added_refused("[resource.digits]\nprefetch = -1\n",
                      {"resource.digits.prefetch: -1 is out of range: expected 0 to 65535"});
  check_added_refused("[resource.digits]\nprefetch = 65536\n", {"65536 is out of range"});
  check_added_refused(kModel + "batch = 0\n",
                      {"component.model.batch: 0 is out of range: expected 1 to 4096"});
  check_added_refused(kModel + "batch = 1000000000000\n",
                      {"1000000000000 is out of range: expected 1 to 4096"});
  check_added_refused(kModel + "classes = 1\n",
                      {"component.model.classes: 1 is out of range: expected 2 to 256"});
  check_added_refused(kModel + "shape = [0, 28]\n",
                      {"component.model.shape: expected rows and columns from 1 to 4096"});
  check_added_refused(kModel + "shape = [28]\n", {"component.model.shape: expected a list of two integers"});
  check_added_refused("[[expect]]\nmetric = \"echo.received\"\nmin = nan\n",
                      {"expect.0.min: expected a finite number"});
  check_added_refused("[[expect]]\nmetric = \"echo.received\"\nmax = inf\n",
                      {"expect.0.max: expected a finite number"});
  check_added_refused("[[expect]]\nmetric = \"echo.received\"\nmin = 3\nmax = 2\n",
                      {"expect.0: min 3 is above max 2: no value can meet both"});
}

TEST_CASE("scenario: a slice out of range") {
  check_change_refused(
      "limit = 10", "slice = [0, 2001]",
      {"s.toml:8:9: component.generator.slice: [0, 2001] is out of range: the file has 2000 images"});
  check_change_refused(
      "limit = 10", "slice = [5, 5]",
      {"component.generator.slice: [5, 5] is not a slice: expected the first index and one past the last"});
  check_change_refused("limit = 10", "slice = [-1, 5]", {"[-1, 5] is not a slice"});
  check_change_refused("limit = 10", "slice = [9, 5]", {"[9, 5] is not a slice"});
  check_change_refused("limit = 10", "slice = [0, 9223372036854775807]",
                       {"is out of range: the file has 2000 images"});
  check_change_refused("limit = 10", "slice = 5",
                       {"component.generator.slice: expected a list of two integers, found an integer"});
}

TEST_CASE("scenario: names that cannot be file names") {
  for (const std::string bad : {"a/b", "..", "a b", "", "\\u0000", "\\n", "\xc3\xa4"}) {
    INFO(bad);
    check_change_refused(
        "[component.echo]", "[component.\"" + bad + "\"]",
        {"s.toml:9:1: component.", "is not a name: expected 1 to 200 letters, digits, - and _"});
    check_change_refused("to = \"digits\"", "to = \"" + bad + "/\"",
                         {"component.generator.to: ", "is not a name"});
    check_added_refused("[[binding]]\nfrom = \"digits\"\nto = \"" + bad + "/\"\n",
                        {"binding.0.to: ", "is not a name"});
  }
  check_change_refused("[component.echo]", "[component." + std::string(201, 'x') + "]",
                       {"is not a name: expected 1 to 200"});
  check_change_refused("[component.echo]", "[component.metrics]",
                       {"s.toml:9:1: component.metrics: the name is taken"});
}

TEST_CASE("scenario: routing keys that AMQP would not take") {
  check_added_refused("[[binding]]\nfrom = \"digits\"\nto = \"x\"\nkey = \"" + std::string(256, 'x') + "\"\n",
                      {"binding.0.key: is not a routing key: expected at most 255 bytes"});
  check_added_refused("[[binding]]\nfrom = \"digits\"\nto = \"x\"\nkey = \"a\\nb\"\n",
                      {"binding.0.key: is not a routing key"});
  check_added_refused("[[binding]]\nfrom = \"digits\"\nto = \"x\"\nheaders = { x-match = 1 }\n",
                      {"binding.0.headers: 'x-match': names that begin with x- are reserved"});
  check_added_refused("[[binding]]\nfrom = \"digits\"\nto = \"x\"\nmatch = \"some\"\n",
                      {"binding.0.match: unknown value 'some'; expected one of all, any"});
}

TEST_CASE("scenario: an ensemble of models that there are not, or twice") {
  const std::string votes = kModel + "[component.votes]\nkind = \"ensemble\"\nfrom = \"answers\"\n";
  check_added_refused(
      votes + "models = [\"modle\"]\n",
      {"s.toml:17:1: component.votes.models: no model is named 'modle'; did you mean 'model'?"});
  check_added_refused(votes + "models = [\"echo\"]\n", {"no model is named 'echo'"});
  check_added_refused(votes + "models = []\n", {"component.votes.models: the list is empty"});
  check_added_refused(votes + "models = [\"model\", \"model\"]\n",
                      {"component.votes.models: names 'model' twice: a model has one vote"});
}

TEST_CASE("scenario: a component that reads what nobody writes is a warning by name, and runs") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(
      fixture.write("s.toml", replaced(small_scenario(), "from = \"digits\"", "from = \"digts\"")));
  CHECK(outcome.status == 0);
  CHECK(lines_of(outcome.err) ==
        std::vector<std::string>{
            "warning: component 'generator' writes 'digits', which nobody reads: its messages are unroutable",
            "warning: component 'echo' reads 'digts', which nobody writes"});
  CHECK(fixture.runs() == std::vector<std::string>{"run"});
}

TEST_CASE("scenario: models that stream what they write come to an end") {
  // An answer carries a label, so a model learns from it and does not answer again.
  const ProgramFixture fixture;
  const std::string text = replaced(replaced(small_scenario(), "limit = 10\n", "slice = [0, 50]\n"),
                                    "training-generator", "production-source");
  const std::string source = replaced(text, "labels", "truth");
  const std::string loop =
      "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"digits\"\nto = \"digits\"\n";
  CHECK(fixture.replay(fixture.write("loop.toml", source + loop)).status == 0);
  const std::string summary = read_file(fixture.run() + "/summary.json");
  CHECK_THAT(summary, ContainsSubstring("\"status\": \"completed\""));
  const std::string pair =
      replaced(loop, "to = \"digits\"", "to = \"a\"") +
      "[component.second]\nkind = \"model\"\nlearner = \"mlp\"\nfrom = \"a\"\nto = \"digits\"\n";
  CHECK(fixture.replay(fixture.write("loop.toml", source + pair), {"--until", "1s"}).status == 0);
}

TEST_CASE("scenario: options of a resource that nothing uses") {
  check_change_refused("[component.echo]", "[resource.digts]\nprefetch = 1\n[component.echo]",
                       {"resource.digts: nothing writes, binds or streams 'digts'; did you mean 'digits'?"});
}

TEST_CASE("scenario: match without headers") {
  const ProgramFixture fixture;
  fixture.check_refused(
      fixture.write("s.toml",
                    small_scenario() + "[[binding]]\nfrom = \"digits\"\nto = \"a\"\nmatch = \"any\"\n"),
      {"binding.0.match: says how headers match, but there are no headers"});
}
