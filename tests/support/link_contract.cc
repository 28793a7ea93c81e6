#include "support/link_contract.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/random_values.h"

using namespace dse;

namespace {

using Ids = std::vector<std::string>;

constexpr TimeNs kMillisecond = 1'000'000;

MessagePtr message(const std::string& id, const std::string& key = "key") {
  return make_message({.payload = Payload::copy_of("body of " + id),
                       .key = key,
                       .headers = {{"label", std::int64_t{7}}},
                       .id = id});
}

// A step that notes the ids it receives, with a "+" for redelivered ones, and acknowledges each at
// once.
Step read(const std::string& resource, Ids& got, std::uint32_t prefetch = 0) {
  return stream_resource(resource, prefetch, [&got](Machine& machine, const MessagePtr& one) {
    got.push_back(one->id() + (machine.redelivered() ? "+" : ""));
    machine.next();
  });
}

Program writing(const std::string& resource, const Ids& ids) {
  Program program;
  for (const std::string& id : ids) program.push_back(write_resource(resource, message(id)));
  return program;
}

// A step that never ends, because nothing is handed in.
Step forever() {
  return receive([](Machine& machine, const MessagePtr&) { machine.next(); });
}

void bindings_take_what_is_written_after_them(LinkRig& rig) {
  const std::string from = rig.resource("from");
  const std::string first = rig.resource("first");
  const std::string second = rig.resource("second");
  Ids got_first;
  Ids got_second;
  rig.add("writer").start({write_resource(from, message("0")), bind({.from = from, .to = first, .key = "#"}),
                           write_resource(from, message("1")), bind({.from = from, .to = second, .key = "#"}),
                           write_resource(from, message("2"))});
  rig.add("first").start({read(first, got_first)});
  rig.add("second").start({read(second, got_second)});
  rig.run_until([&] { return got_first.size() >= 2 && !got_second.empty(); });
  CHECK(got_first == Ids{"1", "2"});
  CHECK(got_second == Ids{"2"});
}

void a_stream_takes_what_is_written_after_it(LinkRig& rig) {
  const std::string queue = rig.resource("queue");
  Ids got;
  rig.add("reader").start({write_resource(queue, message("0")), read(queue, got)});
  rig.add("writer").start(writing(queue, {"1"}));
  rig.run_until([&] { return !got.empty(); });
  CHECK(got == Ids{"1"});
}

void keys_choose(LinkRig& rig) {
  const std::string from = rig.resource("from");
  const std::string to = rig.resource("to");
  Ids got;
  rig.add("writer").start({bind({.from = from, .to = to, .key = "x"}),
                           write_resource(from, message("0", "y")), write_resource(from, message("1", "x")),
                           write_resource(from, message("2", "x.y")),
                           write_resource(from, message("3", "x"))});
  rig.add("reader").start({read(to, got)});
  rig.run_until([&] { return got.size() >= 2; });
  CHECK(got == Ids{"1", "3"});
}

void headers_choose(LinkRig& rig) {
  const std::string from = rig.resource("from");
  const std::string both = rig.resource("both");
  const std::string either = rig.resource("either");
  const Headers wanted = {{"label", std::int64_t{7}}, {"model", std::string("lenet")}};
  const auto written = [](const std::string& id, const Headers& headers) {
    return make_message({.key = "key", .headers = headers, .id = id});
  };
  Ids of_both;
  Ids of_either;
  rig.add("writer").start(
      {bind({.from = from, .to = both, .key = "#", .headers = wanted}),
       bind({.from = from, .to = either, .key = "#", .headers = wanted, .match = HeaderMatch::kAny}),
       write_resource(from, written("0", {{"label", std::int64_t{8}}})),
       write_resource(from, written("1", {{"label", std::int64_t{7}}})),
       write_resource(from, written("2", wanted))});
  rig.add("reader of both").start({read(both, of_both)});
  rig.add("reader of either").start({read(either, of_either)});
  rig.run_until([&] { return !of_both.empty() && of_either.size() >= 2; });
  CHECK(of_both == Ids{"2"});
  CHECK(of_either == Ids{"1", "2"});
}

void messages_come_whole_and_in_order(LinkRig& rig) {
  const std::string queue = rig.resource("queue");
  Ids written;
  for (int number = 0; number < 50; ++number) written.push_back(std::to_string(number));
  Ids got;
  MessagePtr last;
  rig.add("reader").start({stream_resource(queue, 5, [&](Machine& machine, const MessagePtr& one) {
    got.push_back(one->id());
    last = one;
    machine.next();
  })});
  rig.add("writer").start(writing(queue, written));
  rig.run_until([&] { return got.size() >= written.size(); });
  CHECK(got == written);
  CHECK(last->key() == "key");
  CHECK(last->headers() == message("49")->headers());
  CHECK(last->payload().size() == message("49")->payload().size());
}

void values_and_properties_come_as_they_were_written(LinkRig& rig) {
  const std::string queue = rig.resource("queue");
  RandomStream random(1, "link", "values");
  std::vector<MessagePtr> written;
  Program program;
  for (int number = 0; number < 60; ++number) {
    MessageFields fields{.key = "key",
                         .headers = random_table(random, {.finite = true}),
                         .id = std::to_string(number),
                         .more = random_properties(random, {.readable = true})};
    // A message that expires may be gone before it is read.
    fields.more.edit().expiration = "600000";
    written.push_back(make_message(std::move(fields)));
    program.push_back(write_resource(queue, written.back()));
  }
  std::vector<MessagePtr> got;
  rig.add("reader").start({stream_resource(queue, 5, [&](Machine& machine, const MessagePtr& one) {
    got.push_back(one);
    machine.next();
  })});
  rig.add("writer").start(std::move(program));
  rig.run_until([&] { return got.size() >= written.size(); });
  REQUIRE(got.size() == written.size());
  for (std::size_t number = 0; number < got.size(); ++number) {
    CAPTURE(number);
    CHECK(same_headers(got[number]->headers(), written[number]->headers()));
    CHECK(got[number]->fields().more == written[number]->fields().more);
  }
}

// Waits until this many messages wait in the inbox besides the one being handled, and notes the
// largest number seen.
Step await_inbox(std::size_t waiting, std::size_t& most) {
  return call([waiting, &most](Machine& machine) {
    most = std::max(most, machine.inbox_size());
    if (machine.inbox_size() >= waiting) return machine.next();
    machine.eval(after(kMillisecond), await_inbox(waiting, most));
  });
}

void a_stream_has_its_prefetch_at_most(LinkRig& rig) {
  const std::string queue = rig.resource("queue");
  std::size_t handled = 0;
  std::size_t most = 0;
  rig.add("reader").start({stream_resource(queue, 2, [&](Machine& machine, const MessagePtr&) {
    ++handled;
    const std::size_t waiting = handled < 6 ? 1 : 0;  // nothing comes after the last
    machine.eval(await_inbox(waiting, most), after(kMillisecond), await_inbox(waiting, most));
  })});
  rig.add("writer").start(writing(queue, {"0", "1", "2", "3", "4", "5"}));
  rig.run_until([&] { return handled == 6; });
  CHECK(most == 1);
}

void what_is_requeued_comes_again(LinkRig& rig) {
  const std::string queue = rig.resource("queue");
  Ids got;
  rig.add("reader").start({stream_resource(queue, 1, [&](Machine& machine, const MessagePtr& one) {
    got.push_back(one->id() + (machine.redelivered() ? "+" : ""));
    if (one->id() == "0" && got.size() < 3) machine.reject_current(true);
    if (one->id() == "1") machine.reject_current(false);
    machine.next();
  })});
  rig.add("writer").start(writing(queue, {"0", "1", "2"}));
  rig.run_until([&] { return !got.empty() && got.back() == "2"; });
  CHECK(got == Ids{"0", "0+", "0+", "1", "2"});
}

void a_mandatory_message_comes_back(LinkRig& rig) {
  const std::string nobody = rig.resource("nobody");
  const std::string queue = rig.resource("queue");
  std::vector<MessagePtr> returned;
  Ids told;
  Machine& writer = rig.add("writer");
  writer.set_on_return([&](const MessagePtr& one) {
    returned.push_back(one);
    told.push_back(one->id());
  });
  const auto note = call([&told](Machine& machine) {
    told.push_back("written");
    machine.next();
  });
  writer.start({bind({.from = queue, .to = queue, .key = "#"}),
                write_resource_mandatory(nobody, message("0")), write_resource(nobody, message("1")),
                write_resource_mandatory(queue, message("2")), write_resource_mandatory(nobody, message("3")),
                note, forever()});
  rig.run_until([&] { return returned.size() >= 2; });
  CHECK(told == Ids{"written", "0", "3"});  // the returns are never reported within a step
  CHECK(returned[0]->key() == "key");
  CHECK(returned[0]->headers() == message("0")->headers());
  CHECK(returned[0]->payload_hash() == message("0")->payload_hash());
}

// With a prefetch of 1 the second message comes only when the first is acknowledged.
void a_return_is_told_before_the_handled_message_is_acknowledged(LinkRig& rig) {
  const std::string nobody = rig.resource("nobody");
  const std::string queue = rig.resource("queue");
  Ids told;
  Machine& reader = rig.add("reader");
  reader.set_on_return([&](const MessagePtr& one) { told.push_back("returned " + one->id()); });
  reader.start({stream_resource(queue, 1, [&](Machine& machine, const MessagePtr& one) {
    told.push_back("got " + one->id());
    machine.eval(write_resource_mandatory(nobody, message("answer to " + one->id())));
  })});
  rig.add("writer").start(writing(queue, {"0", "1", "2"}));
  rig.run_until([&] { return told.size() >= 6; });
  CHECK(told == Ids{"got 0", "returned answer to 0", "got 1", "returned answer to 1", "got 2",
                    "returned answer to 2"});
}

// A machine that notes what it is told of its messages.
Machine& add_told(LinkRig& rig, const std::string& name, Ids& told) {
  Machine& machine = rig.add(name);
  machine.set_on_return([&told](const MessagePtr& one) { told.push_back("returned " + one->id()); });
  machine.set_on_confirm([&told](const MessagePtr& one, bool accepted) {
    told.push_back((accepted ? "accepted " : "refused ") + one->id());
  });
  return machine;
}

void a_confirm_is_told_to_who_asked(LinkRig& rig) {
  const std::string nobody = rig.resource("nobody");
  const std::string queue = rig.resource("queue");
  Ids told;
  const auto note = call([&told](Machine& machine) {
    told.emplace_back("written");
    machine.next();
  });
  add_told(rig, "writer", told)
      .start({bind({.from = queue, .to = queue, .key = "#"}), write_resource_confirmed(queue, message("0")),
              write_resource(queue, message("1")), note, forever()});
  rig.run_until([&] { return told.size() >= 2; });
  add_told(rig, "other", told)
      .start({write_resource(nobody, message("2"), {.mandatory = true, .confirm = true}),
              write_resource(nobody, message("3")), forever()});
  rig.run_until([&] { return told.size() >= 4; });
  add_told(rig, "last", told).start({write_resource_confirmed(nobody, message("4")), forever()});
  rig.run_until([&] { return told.size() >= 5; });
  CHECK(told == Ids{"written", "accepted 0", "returned 2", "accepted 2", "accepted 4"});
}

void a_refusal_is_told_and_is_final(LinkRig& rig) {
  const std::string full = rig.resource("full");
  const std::string roomy = rig.resource("roomy");
  rig.limit(full, 1);
  Ids told;
  Ids got;
  add_told(rig, "writer", told)
      .start({write_resource_confirmed(full, message("0")), write_resource_confirmed(full, message("1")),
              forever()});
  rig.run_until([&] { return told.size() >= 2; });
  rig.add("reader").start({read(roomy, got)});
  // What another queue has taken stays there.
  Machine& other = add_told(rig, "other", told);
  other.start({bind({.from = full, .to = roomy, .key = "#"}), write_resource_confirmed(full, message("2")),
               write_resource_confirmed(roomy, message("3")), forever()});
  rig.run_until([&] { return told.size() >= 4 && got.size() >= 2; });
  std::sort(told.begin(), told.end());  // a broker may refuse one before it confirms another
  CHECK(told == Ids{"accepted 0", "accepted 3", "refused 1", "refused 2"});
  CHECK(got == Ids{"2", "3"});
}

// With a prefetch of 1 the second message comes only when the first is acknowledged.
void a_verdict_is_told_before_the_handled_message_is_acknowledged(LinkRig& rig) {
  const std::string full = rig.resource("full");
  const std::string queue = rig.resource("queue");
  rig.limit(full, 1);
  Ids told;
  add_told(rig, "reader", told)
      .start({stream_resource(queue, 1, [&](Machine& machine, const MessagePtr& one) {
        told.push_back("got " + one->id());
        machine.eval(write_resource_confirmed(full, message("answer to " + one->id())));
      })});
  rig.add("writer").start(writing(queue, {"0", "1", "2"}));
  rig.run_until([&] { return told.size() >= 6; });
  CHECK(told ==
        Ids{"got 0", "accepted answer to 0", "got 1", "refused answer to 1", "got 2", "refused answer to 2"});
}

void time_stands_in_a_step_and_never_goes_back(LinkRig& rig) {
  Machine& machine = rig.add("machine");
  std::vector<TimeNs> times;
  const auto look = call([&times](Machine& again) {
    times.push_back(again.now());
    CHECK(again.now() == times.back());
    again.next();
  });
  machine.start({look, after(3 * kMillisecond), look, after(0), look, after(2 * kMillisecond), look});
  rig.run_until([&] { return machine.ended(); });
  REQUIRE(times.size() == 4);
  CHECK(times[1] == times[0] + 3 * kMillisecond);
  CHECK(times[2] == times[1]);
  CHECK(times[3] == times[2] + 2 * kMillisecond);
}

void jobs_are_done_in_order(LinkRig& rig) {
  Machine& machine = rig.add("machine");
  std::vector<int> done;  // written by one thread at a time, and read after the last job
  const auto job = [&done](int number) { return [&done, number] { done.push_back(number); }; };
  std::vector<int> seen;
  TimeNs before = -1;
  TimeNs then = -1;
  machine.start({call([&](Machine& again) {
                   before = again.now();
                   again.next();
                 }),
                 compute(job(1), 0, [](Machine& again) { again.next(); }),
                 compute(job(2), kMillisecond, [&](Machine& again) {
                   seen = done;
                   then = again.now();
                   again.next();
                 })});
  rig.run_until([&] { return machine.ended(); });
  CHECK(seen == std::vector<int>{1, 2});
  CHECK(then >= before);
}

void what_was_written_before_the_end_is_carried_out(LinkRig& rig) {
  const std::string queue = rig.resource("queue");
  Ids got;
  rig.add("reader").start({read(queue, got)});
  Program program = writing(queue, {"0", "1"});
  program.push_back(dse::exit(3));
  program.push_back(write_resource(queue, message("never")));
  Machine& writer = rig.add("writer");
  writer.start(std::move(program));
  CHECK(writer.status() == 3);
  rig.run_until([&] { return got.size() >= 2; });
  rig.add("another").start(writing(queue, {"2"}));
  rig.run_until([&] { return got.size() >= 3; });
  CHECK(got == Ids{"0", "1", "2"});
}

void what_was_not_settled_goes_to_another(LinkRig& rig) {
  const std::string queue = rig.resource("queue");
  Ids got_first;
  Machine& first = rig.add("first");
  first.start({stream_resource(queue, 3, [&](Machine& machine, const MessagePtr& one) {
    got_first.push_back(one->id());
    machine.eval(dse::exit(1));
  })});
  rig.add("writer").start(writing(queue, {"0", "1", "2"}));
  rig.run_until([&] { return first.ended(); });
  rig.remove(first);
  Ids got;
  rig.add("second").start({read(queue, got)});
  rig.run_until([&] { return got.size() >= 3; });
  CHECK(got_first == Ids{"0"});
  CHECK(got[0] == "0+");
  for (std::size_t place = 1; place < 3; ++place) CHECK(got[place].front() == static_cast<char>('0' + place));
}

constexpr LinkPromise kContract[] = {
    {"a binding takes what is written after it", bindings_take_what_is_written_after_them},
    {"a stream takes what is written after it", a_stream_takes_what_is_written_after_it},
    {"keys choose the queues", keys_choose},
    {"headers choose the queues", headers_choose},
    {"messages come whole and in order", messages_come_whole_and_in_order},
    {"values and properties come as they were written", values_and_properties_come_as_they_were_written},
    {"a stream has its prefetch at most", a_stream_has_its_prefetch_at_most},
    {"what is requeued comes again, and what is rejected does not", what_is_requeued_comes_again},
    {"a mandatory message that no queue takes comes back", a_mandatory_message_comes_back},
    {"a return is told before the handled message is acknowledged",
     a_return_is_told_before_the_handled_message_is_acknowledged},
    {"a confirm is told to the program that asked, after a return", a_confirm_is_told_to_who_asked},
    {"a refusal is told, and is final", a_refusal_is_told_and_is_final},
    {"a verdict is told before the handled message is acknowledged",
     a_verdict_is_told_before_the_handled_message_is_acknowledged},
    {"time stands in a step, and never goes back", time_stands_in_a_step_and_never_goes_back},
    {"jobs are done in order", jobs_are_done_in_order},
    {"what was written before the end is carried out", what_was_written_before_the_end_is_carried_out},
    {"what was not settled goes to another", what_was_not_settled_goes_to_another},
};

}  // namespace

std::span<const LinkPromise> link_contract() { return kContract; }
