// A broker's refusals and other problems with it are reported with advice: exit status 3, and the
// broker's name without a password.
#include <thread>

#include "attached.h"
#include "support/tcp_proxy.h"

namespace {

constexpr const char* kOut =
    "[component.generator]\nkind = \"training-generator\"\nimages = \"{}train-images-idx3-ubyte.gz\"\n"
    "labels = \"{}train-labels-idx1-ubyte.gz\"\nto = \"digits\"\nrate = \"1000/s\"\nlimit = 10\n"
    "[[gateway.export]]\nfrom = \"digits\"\nexchange = \"EXCHANGE\"\n";
constexpr const char* kIn =
    "[component.inbox]\nkind = \"echo\"\nfrom = \"arrived\"\n"
    "[[gateway.import]]\nqueue = \"refusals\"\nto = \"arrived\"\n";

std::string out_to(const ProgramFixture& fixture, const std::string& exchange) {
  std::string text = replaced(kOut, "{}", kSample);
  text = replaced(text, "{}", kSample);
  return fixture.write("out.toml", replaced(text, "EXCHANGE", exchange));
}

std::vector<std::string> attach(const ProgramFixture& fixture, const std::string& scenario,
                                const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"attach",  scenario, "--for",      "10s",
                                        "--quiet", "--out",  fixture.run()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

void check_said(const Outcome& outcome, int status, const std::vector<std::string>& messages) {
  CAPTURE(outcome.err);
  CHECK(outcome.status == status);
  REQUIRE_FALSE(outcome.err.empty());
  const std::string line = lines_of(outcome.err).back();
  CHECK_THAT(line, Catch::Matchers::StartsWith("dse: "));
  for (const std::string& message : messages) CHECK_THAT(line, ContainsSubstring(message));
  CHECK_THAT(outcome.err, !ContainsSubstring("secret"));
  CHECK_THAT(outcome.err, !ContainsSubstring("guest:guest"));
}

void check_refused(const std::string& url, const std::vector<std::string>& messages,
                   const std::vector<std::string>& more = {}) {
  const ProgramFixture fixture;
  check_said(run_process(broker_command(url, attach(fixture, out_to(fixture, "refusals"), more))), 3,
             messages);
}

std::string port_of(const RabbitMq& broker) { return std::to_string(broker.port()); }

}  // namespace

TEST_CASE("refusals: a wrong password") {
  const std::string port = port_of(RabbitMq::shared());
  check_refused("amqp://guest:secret@127.0.0.1:" + port,
                {"broker amqp://guest@127.0.0.1:" + port + "/", "refuses the login of user 'guest'",
                 "--password-file"});
}

TEST_CASE("refusals: an unknown vhost") {
  check_refused("amqp://guest:guest@127.0.0.1:" + port_of(RabbitMq::shared()) + "/nowhere",
                {"/nowhere", "check the vhost 'nowhere'"});
}

TEST_CASE("refusals: a permission that the user does not have") {
  check_refused(RabbitMq::shared().writer_url(),
                {"broker amqp://writer@", "ACCESS_REFUSED", "set_permissions"});
}

TEST_CASE("refusals: nobody there, and a name that does not resolve") {
  check_refused("amqp://guest:secret@127.0.0.1:1", {"amqp://guest@127.0.0.1:1/", "cannot be reached"});
  check_refused("amqp://guest:secret@nowhere.invalid", {"nowhere.invalid", "does not resolve"});
}

TEST_CASE("refusals: somebody there who does not speak") {
  TcpProxy proxy({.target_port = RabbitMq::shared().port()});
  proxy.stall();
  check_refused("amqp://guest:guest@127.0.0.1:" + std::to_string(proxy.port()), {"does not answer"});
}

TEST_CASE("refusals: certificates that do not verify") {
  const RabbitMq broker = RabbitMq::shared();
  check_refused(broker.tls_url(), {"amqps://guest@localhost", "does not verify", "--ca"},
                {"--ca", broker.other_ca_file()});
  check_refused(broker.tls_url(), {"does not verify", "--ca"});
  const TcpProxy elsewhere({.target_port = broker.tls_port(), .address = "127.0.0.2"});
  check_refused("amqps://guest:guest@127.0.0.2:" + std::to_string(elsewhere.port()), {"another host"},
                {"--ca", broker.ca_file()});
  // The resolver takes both for 127.0.0.1; the certificate has no such names.
  for (const std::string host : {"127.1", "127.0.0.01"}) {
    check_refused("amqps://guest:guest@" + host + ":" + std::to_string(broker.tls_port()), {"another host"},
                  {"--ca", broker.ca_file()});
  }
}

TEST_CASE("refusals: TLS with the right authority, by password and by certificate, is let in") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  const std::string scenario = out_to(fixture, "refusals");
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{},
        {"--login", "external", "--cert", broker.client_cert_file(), "--key", broker.client_key_file()}}) {
    std::vector<std::string> arguments = attach(fixture, scenario, {"--ca", broker.ca_file()});
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run_process(broker_command(broker.tls_url(), arguments));
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
  }
}

TEST_CASE("refusals: a queue that is not there, or is deleted under us") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("in.toml", kIn);
  connection.delete_queue(channel, "refusals", {});
  check_said(run_process(broker_command(broker.url(), attach(fixture, scenario))), 3,
             {"NOT_FOUND", "'refusals'"});
  declare_resource(connection, channel, "refusals");
  Process process(broker_command(broker.url(), attach(fixture, scenario)));
  while (connection.declare_queue(channel, "refusals", {.passive = true}).consumers == 0)
    std::this_thread::yield();
  connection.delete_queue(channel, "refusals", {});
  check_said(process.wait(), 3, {"queue 'refusals' was deleted while it was read"});
}

TEST_CASE("refusals: a message that is too large for the broker") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  const std::string size("\x01\x80\0\0", 4);  // 24 MiB
  const std::string one("\0\0\0\1", 4);
  fixture.write("images", std::string("\0\0\x08\3", 4) + one + size + one + std::string(24 << 20, '\1'));
  fixture.write("labels", std::string("\0\0\x08\1", 4) + one + "\1");
  std::string text = replaced(kOut, "{}train-images-idx3-ubyte.gz", "images");
  text = replaced(replaced(text, "{}train-labels-idx1-ubyte.gz", "labels"), "EXCHANGE", "refusals");
  check_said(run_process(broker_command(broker.url(), attach(fixture, fixture.write("large.toml", text)))), 3,
             {"message size", "smaller"});
}

TEST_CASE("refusals: a command line that does not fit together") {
  const ProgramFixture fixture;
  const std::string scenario = out_to(fixture, "refusals");
  const auto said = [&](const std::string& url, const std::vector<std::string>& more,
                        const std::string& message) {
    check_said(run_process(broker_command(url, attach(fixture, scenario, more))), 2, {message});
  };
  said("", {}, "names no broker");
  said("http://guest:secret@localhost", {}, "is not a broker's URL");
  said("amqp://guest:secret@localhost?heartbeat=often", {}, "heartbeat, in seconds");
  said("amqp://localhost", {"--ca", "x.pem"}, "amqps://");
  said("amqps://localhost", {"--cert", "x.pem"}, "--cert and --key");
  said("amqps://localhost", {"--login", "external"}, "--cert and --key");
  said("amqp://localhost", {"--password-file", fixture.file("nowhere")}, "cannot be opened");
  said("amqps://localhost", {"--ca", fixture.write("x.pem", "x")}, "PEM");
}

TEST_CASE("refusals: a password on the command line is used, with a warning; a file's is used without") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  const std::string scenario = out_to(fixture, "refusals");
  const Outcome warned = run_process(dse_command(attach(fixture, scenario, {"--broker", broker.url()})));
  CAPTURE(warned.err);
  CHECK(warned.status == 0);
  CHECK_THAT(warned.err, ContainsSubstring("warning: everybody on this machine can read the password"));
  const Outcome quiet =
      run_process(dse_command(attach(fixture, scenario,
                                     {"--broker", "amqp://guest@127.0.0.1:" + port_of(broker),
                                      "--password-file", fixture.write("password", "guest\n")})));
  CHECK(quiet.status == 0);
  CHECK(quiet.err.empty());
}
