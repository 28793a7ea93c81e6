#include "listener/listener.h"

#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>

#include <fstream>
#include <mutex>

#include "dse/error.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "unit/listener/certificates.h"
#include "unit/listener/raw_client.h"
#include "unit/listener/trivial_side.h"

using namespace dse;
using namespace dse::wire;
using namespace std::chrono_literals;

namespace {

amqp_bytes_t amqp(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }
std::string text_of(amqp_bytes_t bytes) { return {static_cast<const char*>(bytes.bytes), bytes.len}; }

// rabbitmq-c as a client.
class AmqpClient {
 public:
  AmqpClient() = default;
  ~AmqpClient() { amqp_destroy_connection(state_); }
  AmqpClient(const AmqpClient&) = delete;
  AmqpClient& operator=(const AmqpClient&) = delete;

  // These return whether it went well.
  bool connect(std::uint16_t port) {
    return amqp_socket_open(amqp_tcp_socket_new(state_), "127.0.0.1", port) == 0;
  }
  bool connect_with_tls(std::uint16_t port, const std::string& authority, const TestAuthority::Files& own) {
    amqp_socket_t* socket = amqp_ssl_socket_new(state_);
    amqp_ssl_socket_set_cacert(socket, authority.c_str());
    if (!own.key.empty()) amqp_ssl_socket_set_key(socket, own.certificate.c_str(), own.key.c_str());
    return amqp_socket_open(socket, "localhost", port) == 0;
  }
  bool log_in(const std::string& user, const std::string& password) {
    return is_ok(
        amqp_login(state_, "/", 0, 131'072, 0, AMQP_SASL_METHOD_PLAIN, user.c_str(), password.c_str()));
  }
  bool log_in_by_certificate() {
    return is_ok(amqp_login(state_, "/", 0, 131'072, 0, AMQP_SASL_METHOD_EXTERNAL, "ignored"));
  }
  bool open_channel() { return amqp_channel_open(state_, 1) != nullptr; }
  bool close() { return is_ok(amqp_connection_close(state_, AMQP_REPLY_SUCCESS)); }
  amqp_connection_state_t state() { return state_; }
  // The code of the connection.close that the last failure came with; 0 when it came with none.
  int close_code() const { return close_code_; }

 private:
  bool is_ok(const amqp_rpc_reply_t& reply) {
    if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD)
      close_code_ = static_cast<amqp_connection_close_t*>(reply.reply.decoded)->reply_code;
    return reply.reply_type == AMQP_RESPONSE_NORMAL;
  }

  amqp_connection_state_t state_ = amqp_new_connection();
  int close_code_ = 0;
};

template <typename Error>
std::string error_of(ListenerOptions options) {
  try {
    const Listener listener(std::move(options));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

struct TlsFixture {
  TemporaryFolder folder;
  TestAuthority authority{folder.path().string(), "authority"};
  TestAuthority::Files server = authority.certify("server");

  ListenerOptions options() const {
    return {.tls = true,
            .certificate_file = server.certificate,
            .key_file = server.key,
            .authority_file = authority.file()};
  }
};

}  // namespace

TEST_CASE("listener: a client publishes with confirms, and consumes what it has published") {
  TrivialSide side;
  AmqpClient client;
  REQUIRE(client.connect(side.port()));
  REQUIRE(client.log_in("ann", "secret"));
  REQUIRE(client.open_channel());
  CHECK(side.opened().user == "ann");
  CHECK(side.opened().permissions.write == ".*");
  CHECK_THAT(side.opened().name, ContainsSubstring("127.0.0.1:" + std::to_string(side.port())));
  amqp_basic_consume(client.state(), 1, amqp("q"), amqp(""), 0, 1, 0, amqp_empty_table);
  REQUIRE(amqp_get_rpc_reply(client.state()).reply_type == AMQP_RESPONSE_NORMAL);
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_PRIORITY_FLAG;
  properties.priority = 3;
  constexpr int kMessages = 200;
  for (int number = 0; number < kMessages; ++number) {
    const std::string id = "m-" + std::to_string(number);
    const std::string body(static_cast<std::size_t>(number) * 1000, 'b');  // some need several frames
    properties.message_id = amqp(id);
    REQUIRE(amqp_basic_publish(client.state(), 1, amqp("x"), amqp("k"), 0, 0, &properties, amqp(body)) == 0);
    amqp_envelope_t envelope;
    REQUIRE(amqp_consume_message(client.state(), &envelope, nullptr, 0).reply_type == AMQP_RESPONSE_NORMAL);
    CHECK(text_of(envelope.message.properties.message_id) == id);
    CHECK(envelope.message.properties._flags == properties._flags);
    CHECK(envelope.message.body.len == body.size());
    CHECK(text_of(envelope.routing_key) == "k");
    amqp_destroy_envelope(&envelope);
  }
  CHECK(client.close());
  CHECK(side.await("closed"));
  CHECK(side.count("gone") == 0);
}

TEST_CASE("listener: a wrong password is refused, and the user is not told more than who runs it") {
  std::mutex mutex;
  std::vector<std::string> refused;
  TrivialSide side({.refused =
                        [&](const std::string& user, const std::string& address) {
                          const std::lock_guard lock(mutex);
                          refused.push_back(user + " from " + address);
                        },
                    .limits = {.refused_time = 10ms}});
  for (const auto& [user, password] : std::vector<std::pair<std::string, std::string>>{
           {"ann", "wrong"}, {"nobody", "secret"}, {"", ""}, {"ann", ""}}) {
    AmqpClient client;
    REQUIRE(client.connect(side.port()));
    CHECK_FALSE(client.log_in(user, password));
    CHECK(client.close_code() == 403);
  }
  CHECK(side.count("opened") == 0);
  const std::lock_guard lock(mutex);
  CHECK(refused == std::vector<std::string>{"ann from 127.0.0.1", "nobody from 127.0.0.1", " from 127.0.0.1",
                                            "ann from 127.0.0.1"});
}

TEST_CASE("listener: with TLS a client logs in by password, or by its certificate") {
  const TlsFixture tls;
  TrivialSide side(tls.options());
  AmqpClient by_password;
  REQUIRE(by_password.connect_with_tls(side.port(), tls.authority.file(), {}));
  CHECK(by_password.log_in("ann", "secret"));
  AmqpClient by_certificate;
  REQUIRE(by_certificate.connect_with_tls(side.port(), tls.authority.file(), tls.authority.certify("bob")));
  CHECK(by_certificate.log_in_by_certificate());
  CHECK(side.await("opened", 2));
  CHECK(side.opened().user == "bob");
  CHECK(by_password.close());
  CHECK(by_certificate.close());
}

TEST_CASE("listener: certificates of strangers, and none at all, are no login") {
  const TlsFixture tls;
  const TestAuthority stranger(tls.folder.path().string(), "stranger");
  ListenerOptions options = tls.options();
  options.limits.refused_time = 10ms;
  TrivialSide side(options);
  AmqpClient unknown;
  REQUIRE(unknown.connect_with_tls(side.port(), tls.authority.file(), tls.authority.certify("eve")));
  CHECK_FALSE(unknown.log_in_by_certificate());
  CHECK(unknown.close_code() == 403);
  AmqpClient without;
  REQUIRE(without.connect_with_tls(side.port(), tls.authority.file(), {}));
  CHECK_FALSE(without.log_in_by_certificate());
  CHECK(without.close_code() == 403);
  AmqpClient strange;
  const bool is_connected =
      strange.connect_with_tls(side.port(), tls.authority.file(), stranger.certify("bob"));
  CHECK_FALSE((is_connected && strange.log_in_by_certificate()));
  CHECK(side.count("opened") == 0);
}

TEST_CASE("listener: without TLS it is for this machine alone") {
  CHECK_THAT(error_of<InputError>({.host = "0.0.0.0"}), ContainsSubstring("listen with TLS"));
  CHECK_THAT(error_of<InputError>({.host = "no-such-host.invalid"}), ContainsSubstring("there is no host"));
  CHECK(error_of<std::exception>({.host = "localhost"}) == "");
}

TEST_CASE("listener: files that are no certificate or key are wrong input, and a port may be taken") {
  const TlsFixture tls;
  const std::string nonsense = tls.folder.file("nonsense.pem");
  std::ofstream(nonsense) << "no certificate\n";
  ListenerOptions options = tls.options();
  options.certificate_file = nonsense;
  CHECK_THAT(error_of<InputError>(options),
             ContainsSubstring("nonsense.pem") && ContainsSubstring("certificate"));
  options = tls.options();
  options.key_file = tls.folder.file("missing.key");
  CHECK_THAT(error_of<InputError>(options), ContainsSubstring("missing.key"));
  options = tls.options();
  options.key_file = tls.authority.certify("other").key;
  CHECK_THAT(error_of<InputError>(options), ContainsSubstring("other.key"));
  options = tls.options();
  options.authority_file = nonsense;
  CHECK_THAT(error_of<InputError>(options), ContainsSubstring("nonsense.pem"));
  const Listener listener({});
  CHECK_THAT(error_of<RunError>({.port = listener.port()}), ContainsSubstring("is another program there?"));
}

TEST_CASE("listener: another protocol is told which is spoken here") {
  TrivialSide side;
  RawClient client(side.port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(client.receive_all() == kProtocolHeader);
}

TEST_CASE("listener: who does not log in has a bounded time, and there are few of them at once") {
  std::mutex mutex;
  std::vector<std::string> reasons;
  TrivialSide side({.crowded =
                        [&](const std::string& reason) {
                          const std::lock_guard lock(mutex);
                          reasons.push_back(reason);
                        },
                    .limits = {.login_time = 500ms, .half_open_max = 2}});
  RawClient half_a_header(side.port());
  half_a_header.send("AMQP");
  RawClient silent(side.port());
  RawClient third(side.port());
  CHECK(third.receive_all() == "");
  CHECK(half_a_header.receive_all() == "");
  CHECK(silent.receive_all() == "");
  {
    const std::lock_guard lock(mutex);
    REQUIRE_FALSE(reasons.empty());
    CHECK(reasons[0] == "2 are connected, of which 2 have not logged in, and no more can be");
  }
  RawClient later(side.port());
  later.open();
  CHECK(side.count("opened") == 1);
}

TEST_CASE("listener: TLS that does not begin has a bounded time, too") {
  const TlsFixture tls;
  ListenerOptions options = tls.options();
  options.limits.login_time = 100ms;
  TrivialSide side(options);
  RawClient silent(side.port());
  CHECK(silent.receive_all() == "");
  RawClient plain(side.port());
  plain.send(kProtocolHeader);
  plain.receive_all();  // an alert of TLS, and the end
  CHECK(side.count("opened") == 0);
}

TEST_CASE("listener: what breaks the protocol ends its connection alone") {
  TrivialSide side({.limits = {.refused_time = 10ms}});
  RawClient good(side.port());
  good.open();
  RawClient bad(side.port());
  bad.open();
  bad.send(any_frame(1, 1, "abcd", 'x'));
  CHECK(bad.expect<ConnectionClose>().reply_code == 501);
  CHECK(bad.receive_all() == "");
  RawClient gone(side.port());
  gone.open();
  gone = RawClient(side.port());
  CHECK(side.await("gone"));
  good.send(publication(1, "x", "k", "body"));
  CHECK(side.await("published"));
}

TEST_CASE("listener: a client that does not read holds up nobody, and gets everything later") {
  TrivialSide side;
  RawClient slow(side.port());
  slow.open();
  slow.send(method_frame(1, BasicConsume{}));
  slow.expect<BasicConsumeOk>();
  RawClient fast(side.port());
  fast.open();
  fast.send(method_frame(1, ConfirmSelect{}));
  fast.expect<ConfirmSelectOk>();
  constexpr int kMessages = 200;
  const std::string body(100'000, 'b');
  std::uint64_t confirmed = 0;
  for (int number = 0; number < kMessages; ++number) fast.send(publication(1, "x", "k", body));
  while (confirmed < kMessages) confirmed = std::max(confirmed, fast.expect<BasicAck>().delivery_tag);
  side.send({{.client = ClientIndex(1), .what = ClientMark{7}}});
  fast.send(publication(1, "x", "k", "a little more"));
  CHECK(side.await("published", kMessages + 1));
  CHECK(side.count("written") == 0);
  for (int number = 0; number < kMessages; ++number) {
    CHECK(slow.expect<BasicDeliver>().delivery_tag == static_cast<std::uint64_t>(number) + 1);
    CHECK(slow.next().type == 2);
    CHECK(slow.next().payload == body);
  }
  CHECK(side.await("written"));
}

TEST_CASE("listener: it reads no more than the deciding thread takes, and goes on when that does") {
  TrivialSide side({.limits = {.waiting_bytes_max = 100'000}});
  RawClient client(side.port());
  client.open();
  side.set_taking(false);
  const std::string one = publication(1, "x", "k", std::string(50'000, 'b'));
  // More than the listener takes, and then the sockets' buffers: in the end nothing can be sent.
  std::string rest;
  std::size_t sent = 0;
  std::size_t refusals = 0;
  while (refusals < 100'000 && sent < 400'000'000) {
    if (rest.empty()) rest = one;
    const std::size_t count = client.try_send(rest);
    refusals = count == 0 ? refusals + 1 : 0;
    sent += count;
    rest.erase(0, count);
  }
  CHECK(sent < 400'000'000);
  side.set_taking(true);
  client.send(rest);
  CHECK(side.await("published", static_cast<int>((sent + rest.size()) / one.size())));
}

TEST_CASE("listener: when memory is short, publishers are blocked and consumers go on") {
  TrivialSide side({.limits = {.alive_bytes_max = 10'000}});
  side.set_keeping(true);
  RawClient publisher(side.port());
  publisher.open({"connection.blocked"});
  publisher.send(publication(1, "x", "k", std::string(10'001, 'b')) + publication(1, "x", "k", "more"));
  CHECK(publisher.expect<ConnectionBlocked>().reason == "low on memory");
  CHECK(side.await("published"));
  RawClient other(side.port());
  other.open();
  other.send(method_frame(1, BasicAck{.delivery_tag = 1}));
  CHECK(side.await("acknowledged"));
  CHECK(side.count("published") == 1);
  side.set_keeping(false);
  publisher.expect<ConnectionUnblocked>();
  CHECK(side.await("published", 2));
}

TEST_CASE("listener: when it stops, clients are told, and those that do not answer are not waited for long") {
  TrivialSide side({.limits = {.stopping_time = 100ms}});
  RawClient polite(side.port());
  polite.open();
  RawClient rude(side.port());
  rude.open();
  std::thread answers([&polite] {
    const auto close = polite.expect<ConnectionClose>();
    polite.send(method_frame(0, ConnectionCloseOk{}));
    polite.receive_all();
    if (close.reply_code != 320) throw std::runtime_error("another code");
  });
  side.listener().stop();
  answers.join();
  CHECK(rude.expect<ConnectionClose>().reply_code == 320);
  CHECK(rude.receive_all() == "");
  CHECK(side.await("gone", 2));
  side.send({{.client = ClientIndex(1), .what = ClientMark{1}}});
  side.listener().stop();
}
