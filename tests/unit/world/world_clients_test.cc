// Worlds with clients of a listener: what is expected of deliveries is judged with what clients do, and a run
// is repeated from its capture.
#include "sim/capture/capture_writer.h"
#include "sim/regression/captured_run.h"
#include "sim/scenario/run_files.h"
#include "sim/world/expectations.h"
#include "support/catch.h"
#include "support/open_world.h"
#include "support/temporary_folder.h"
#include "wire/content_header.h"

using namespace dse;
using namespace dse::wire;

namespace {

const std::atomic<bool> kNever{false};
const ProgressSink kNoProgress = [](TimeNs, std::uint64_t) {};

// A world in which a component notes what comes to "jobs", if it is read, and clients do what a test says.
class ClientWorld {
 public:
  explicit ClientWorld(DeliveryExpectation expectation, bool is_read = true) {
    small_.scenario.path = "clients.toml";
    if (is_read) small_.add("reader", noting("jobs", notes_));
    small_.scenario.bindings = {{.from = "feed", .to = "jobs"}};
    small_.scenario.expectations = {{.what = std::move(expectation)}};
    small_.options.listens = true;
    world_ =
        std::make_unique<World>(small_.scenario, small_.options, [this](const std::string& file) -> LineSink {
          return [&lines = lines_[file]](std::string_view line) { lines.emplace_back(line); };
        });
  }

  void open(std::uint32_t client) {
    send(client,
         ClientOpened{.user = "guest",
                      .virtual_host = "/",
                      .permissions = {.configure = ".*", .write = ".*", .read = ".*"},
                      .channel_max = 8},
         0);
    send(client, ClientMethod(ChannelOpen{}));
  }
  void send(std::uint32_t client, ClientAction action, std::uint16_t channel = 1) {
    const ClientCommand command{
        .client = ClientIndex(client), .channel = channel, .action = std::move(action)};
    time_ns_ += 100;
    if (writer_ != nullptr) writer_->add(command, time_ns_);
    world_->hand_in(command, time_ns_);
    REQUIRE(world_->advance_to(time_ns_ + 50, kNever, kNoProgress));
    replies_ += world_->take_replies().size();
  }
  void publish(std::uint32_t client, const std::string& exchange, const std::string& key,
               const std::string& id) {
    const BasicPublish method{.exchange = exchange, .routing_key = key};
    std::string header;
    write_content_header(*make_message({.id = id}), header);
    MessageFields fields = read_content_header(header).fields;
    fields.key = key;
    send(client, ClientPublication{.method = method, .message = make_message(std::move(fields))});
  }
  RunResult finish() {
    REQUIRE(world_->advance_to(time_ns_ + 1000, kNever, kNoProgress));
    if (writer_ != nullptr) writer_->end(time_ns_ + 1000);
    return world_->finish(RunStatus::kCompleted);
  }
  bool met() { return check_expectations(small_.scenario, finish()).at(0).met; }
  std::string finding() { return check_expectations(small_.scenario, finish()).at(0).detail; }

  void capture_to(const std::string& path) {
    CaptureHeader header = capture_header(small_.scenario, {}, small_.options.seed, small_.options.ordering);
    header.format = kClientsFormat;
    writer_ = std::make_unique<CaptureWriter>(path, header);
  }
  RunResult replay(const std::string& path) {
    const CapturedInput captured = open_capture(path, small_.scenario, std::nullopt);
    return run_world(*world_, small_.scenario, &captured, kNever, kNoProgress);
  }
  const std::vector<std::string>& notes() const { return notes_; }
  std::size_t replies() const { return replies_; }
  const std::vector<std::string>& lines_of(const std::string& file) { return lines_[file]; }

 private:
  OpenWorld small_;
  std::vector<std::string> notes_;
  std::map<std::string, std::vector<std::string>> lines_;  // by file
  std::unique_ptr<World> world_;
  std::unique_ptr<CaptureWriter> writer_;
  TimeNs time_ns_ = 0;
  std::size_t replies_ = 0;
};

const DeliveryExpectation kOnce = {.resource = "jobs", .delivered = Guarantee::kExactlyOnce};
const DeliveryExpectation kAtLeastOnce = {.resource = "jobs", .delivered = Guarantee::kAtLeastOnce};
const DeliveryExpectation kNoneLost = {.resource = "jobs", .lost = 0};

}  // namespace

TEST_CASE("what clients publish is expected to be delivered as what components write") {
  ClientWorld world(kOnce);
  world.open(1);
  world.publish(1, "", "jobs", "a");
  world.publish(1, "feed", "any", "b");
  world.publish(1, "", "elsewhere", "c");
  CHECK(world.met());
  CHECK(world.notes().size() == 2);
}

TEST_CASE("what a client takes, and settles, is delivered") {
  ClientWorld world(kAtLeastOnce, false);
  world.open(1);
  world.open(2);
  world.send(2, ClientMethod(BasicConsume{.queue = "jobs", .consumer_tag = "t"}));
  world.publish(1, "", "jobs", "a");
  world.publish(1, "", "jobs", "b");
  world.send(2, ClientMethod(BasicAck{.delivery_tag = 1}));
  world.send(2, ClientMethod(BasicReject{.delivery_tag = 2, .requeue = true}));
  world.send(2, ClientMethod(BasicReject{.delivery_tag = 3, .requeue = false}));
  CHECK(world.met());
}

TEST_CASE("what a client was handed twice was not delivered exactly once") {
  ClientWorld world(kOnce, false);
  world.open(1);
  world.send(1, ClientMethod(QueueDeclare{.queue = "jobs", .passive = true}));
  world.publish(1, "", "jobs", "a");
  world.send(1, ClientMethod(BasicGet{.queue = "jobs"}));
  const bool again = GENERATE(true, false);
  if (again) {
    world.send(1, ClientMethod(BasicReject{.delivery_tag = 1, .requeue = true}));
    world.send(1, ClientMethod(BasicGet{.queue = "jobs"}));
    world.send(1, ClientMethod(BasicAck{.delivery_tag = 2}));
  } else {
    world.send(1, ClientMethod(BasicAck{.delivery_tag = 1}));
  }
  CHECK(
      world.finding() ==
      (again
           ? "message a, written at 400ns, was delivered to a consumer of 'jobs' 2 times (of 1 owed, 0 never "
             "delivered, 1 more than once)"
           : "of 1 owed, 0 never delivered, 0 more than once"));
}

TEST_CASE("what a client was told when its channel was closed is kept") {
  ClientWorld world(kNoneLost, false);
  world.open(1);
  world.send(1, ClientMethod(QueueDeclare{.queue = "none", .passive = true}));
  const RunResult result = world.finish();
  CHECK(result.clients.refused == 1);
  CHECK(world.lines_of(kRefusedFile) ==
        std::vector<std::string>{"virtual_time_ns,component,queue,message,key,bytes,reason",
                                 "300,client 1 (guest),,,,0,404 NOT_FOUND - no queue 'none' in vhost '/'"});
}

TEST_CASE("what clients were handed is judged for its order") {
  ClientWorld world({.resource = "jobs", .fifo = true}, false);
  world.open(1);
  world.send(1, ClientMethod(QueueDeclare{.queue = "jobs", .passive = true}));
  for (const char* id : {"a", "b", "c"}) world.publish(1, "", "jobs", id);
  world.send(1, ClientMethod(BasicConsume{.queue = "jobs", .no_ack = true}));
  CHECK(world.finding() == "3 in the order of writing");
}

TEST_CASE("what a client gave back, or held when it went, is not lost") {
  ClientWorld world(kNoneLost, false);
  world.open(1);
  world.send(1, ClientMethod(QueueDeclare{.queue = "jobs", .passive = true}));
  world.publish(1, "", "jobs", "a");
  world.publish(1, "", "jobs", "b");
  world.send(1, ClientMethod(BasicGet{.queue = "jobs"}));
  world.send(1, ClientMethod(BasicGet{.queue = "jobs"}));
  world.send(1, ClientMethod(BasicReject{.delivery_tag = 1, .requeue = true}));
  world.send(1, ClientGone(), 0);
  CHECK(world.met());
}

TEST_CASE("what a client purges has left its queue as it was asked to") {
  ClientWorld world(kNoneLost, false);
  world.open(1);
  world.send(1, ClientMethod(QueueDeclare{.queue = "jobs", .passive = true}));
  world.publish(1, "", "jobs", "a");
  world.send(1, ClientMethod(QueuePurge{.queue = "jobs"}));
  CHECK(world.met());
}

TEST_CASE("neither a purge nor a client's rejection is a loss that a scenario may expect") {
  ClientWorld world({.resource = "jobs", .lost = 1}, false);
  world.open(1);
  world.send(1, ClientMethod(QueueDeclare{.queue = "jobs", .passive = true}));
  world.publish(1, "", "jobs", "a");
  world.send(1, ClientMethod(BasicGet{.queue = "jobs"}));
  world.send(1, ClientMethod(BasicReject{.delivery_tag = 1, .requeue = false}));
  world.publish(1, "", "jobs", "b");
  world.send(1, ClientMethod(QueuePurge{.queue = "jobs"}));
  CHECK_FALSE(world.met());
}

TEST_CASE("a binding that a client makes leads messages until the client removes it") {
  ClientWorld world(kOnce);
  const QueueBind binding{.queue = "jobs", .exchange = "amq.direct", .routing_key = "k"};
  world.open(1);
  world.publish(1, "amq.direct", "k", "before");
  world.send(1, ClientMethod(binding));
  world.publish(1, "amq.direct", "k", "between");
  world.send(
      1, ClientMethod(QueueUnbind{.queue = binding.queue, .exchange = binding.exchange, .routing_key = "k"}));
  world.publish(1, "amq.direct", "k", "after");
  CHECK(world.met());
  CHECK(world.notes().size() == 1);
}

TEST_CASE("what a client takes is not owed to another consumer of the queue") {
  ClientWorld world({.resource = "jobs", .consumer = "reader", .delivered = Guarantee::kExactlyOnce});
  world.open(1);
  world.send(1, ClientMethod(BasicConsume{.queue = "jobs", .no_ack = true}));
  for (const char* id : {"a", "b", "c", "d"}) world.publish(1, "", "jobs", id);
  CHECK(world.met());
  CHECK(world.notes().size() == 2);
}

TEST_CASE("a run with clients is repeated from its capture with the same fingerprints") {
  const TemporaryFolder folder;
  const std::string path = folder.file("capture");
  ClientWorld live(kAtLeastOnce);
  live.capture_to(path);
  live.open(1);
  live.open(2);
  live.send(1, ClientMethod(ConfirmSelect{}));
  live.send(2, ClientMethod(QueueDeclare{.exclusive = true}));
  live.send(2, ClientMethod(QueueBind{.exchange = "amq.fanout"}));
  live.send(2, ClientMethod(BasicConsume{}));
  live.send(2, ClientMethod(BasicConsume{.queue = "jobs"}));
  for (int number = 0; number < 20; ++number)
    live.publish(1, number % 3 == 0 ? "amq.fanout" : "feed", "k", std::to_string(number));
  live.send(2, ClientMethod(BasicNack{.delivery_tag = 0, .multiple = true, .requeue = true}));
  live.send(2, ClientMethod(BasicGet{.queue = "none"}));
  live.send(2, ClientGone(), 0);
  const RunResult result = live.finish();
  CHECK(live.replies() > 30);

  ClientWorld again(kAtLeastOnce);
  const RunResult repeated = again.replay(path);
  CHECK(repeated.fingerprints == result.fingerprints);
  CHECK(repeated.metrics == result.metrics);
  CHECK(repeated.events == result.events);
  CHECK(again.notes() == live.notes());
  const CaptureSurvey survey = survey_capture(path);
  CHECK(survey.clients == 2);
  CHECK(survey.commands == 32);
}
