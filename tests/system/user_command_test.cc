// dse user: who may log in where dse listens, in a file that people read and change as well.
#include <sys/stat.h>

#include <filesystem>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

namespace fs = std::filesystem;

class UsersFolder {
 public:
  UsersFolder() { fixture_.write("secret.txt", "open sesame\n"); }

  Outcome user(std::vector<std::string> words) const {
    words.insert(words.begin(), "user");
    words.insert(words.end(), {"--users", path()});
    return run_process(dse_command(words));
  }
  Outcome add(const std::string& name, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"add", name, "--password-file", fixture_.file("secret.txt")});
    return user(more);
  }
  std::string path() const { return fixture_.file("users.toml"); }
  std::string text() const { return read_file(path()); }
  void write(const std::string& text) const {
    fixture_.write("users.toml", text);
    REQUIRE(chmod(path().c_str(), 0600) == 0);
  }
  const ProgramFixture& fixture() const { return fixture_; }

 private:
  ProgramFixture fixture_;
};

void check_wrong(const Outcome& outcome, const std::string& message) {
  CAPTURE(outcome.err);
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, ContainsSubstring(message));
  CHECK(lines_of(outcome.err).size() == 1);
}

}  // namespace

TEST_CASE("user: a user is added, listed and removed") {
  const UsersFolder folder;
  const Outcome added = folder.add("camera", {"--write", "^images\\.", "--configure", "^images"});
  INFO(added.err);
  CHECK(added.status == 0);
  CHECK(added.out.empty());
  struct stat status {};
  REQUIRE(stat(folder.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  CHECK_THAT(folder.text(), ContainsSubstring("[user.camera]\npassword = \"$scrypt$ln=13,r=8,p=2$"));
  CHECK_THAT(folder.text(), !ContainsSubstring("sesame"));
  CHECK(folder.user({"add", "gate", "--no-password", "--read", ".*"}).status == 0);

  const Outcome listed = folder.user({"list"});
  CHECK(listed.status == 0);
  CHECK(listed.out ==
        "camera: configure \"^images\", write \"^images\\\\.\", read \"\"\n"
        "gate: configure \"\", write \"\", read \".*\"; without a password\n");

  CHECK(folder.user({"remove", "camera"}).status == 0);
  CHECK(folder.text() == "[user.gate]\nconfigure = \"\"\nwrite = \"\"\nread = \".*\"\n");
  CHECK(names_in(folder.fixture().file("")) == std::vector<std::string>{"secret.txt", "users.toml"});
}

TEST_CASE("user: what is in the file stays, comments and topic permissions too") {
  const UsersFolder folder;
  const std::string others =
      "# ours\n[user.gate]\nread = '.*'  # all\n\n[user.gate.topics.images]\nread = \"^a\"\n";
  folder.write(others);
  CHECK(folder.add("camera").status == 0);
  CHECK(folder.text().starts_with(others));
  CHECK(folder.add("gate", {"--replace", "--write", "x"}).status == 0);
  const Outcome listed = folder.user({"list"});
  CHECK_THAT(listed.out, ContainsSubstring("gate: configure \"\", write \"x\", read \".*\"\n"
                                           "  topics of images: write \"\", read \"^a\"\n"));
  CHECK_THAT(listed.out, !ContainsSubstring("scrypt"));
}

TEST_CASE("user: what is wrong is told, and nothing changes") {
  const UsersFolder folder;
  check_wrong(folder.user({"list"}), "users.toml: cannot be opened: No such file");
  check_wrong(folder.user({"add", "camera"}), "--password-file: is missing: name a file");
  check_wrong(folder.add("camera", {"--write", "a("}),
              "--write: \"a(\" is no regular expression that RabbitMQ has for permissions: missing closing "
              "parenthesis, at byte 3");
  check_wrong(folder.add("a\nb"), "is no name of a user");
  CHECK_FALSE(fs::exists(folder.path()));

  CHECK(folder.add("camera").status == 0);
  const std::string before = folder.text();
  check_wrong(folder.add("camera"), "there is a user \"camera\" already: --replace changes what is given");
  check_wrong(folder.user({"remove", "camra"}), "there is no user \"camra\"; did you mean 'camera'?");
  CHECK(folder.text() == before);
  REQUIRE(chmod(folder.path().c_str(), 0640) == 0);
  check_wrong(folder.user({"list"}), "others may read or change it (mode 0640)");
  check_wrong(folder.add("gate"), "chmod 600 it");
  CHECK(folder.text() == before);
}

TEST_CASE("user: a file without a password that clients could send is refused") {
  const UsersFolder folder;
  const auto refuse = [&](const std::string& content, const std::string& message) {
    const std::string path = folder.fixture().write("password", content);
    check_wrong(folder.user({"add", "camera", "--password-file", path}), message);
  };
  refuse("", "is empty");
  refuse("\n", "is empty");
  refuse("a\nb\n", "has several lines");
  refuse(std::string("a\0b", 3), "holds a NUL");
  refuse(std::string(2000, 'a'), "has more than 1024 bytes");
  check_wrong(folder.user({"add", "camera", "--password-file", folder.fixture().file("nowhere")}),
              "cannot be opened");
  CHECK_FALSE(fs::exists(folder.path()));
}
