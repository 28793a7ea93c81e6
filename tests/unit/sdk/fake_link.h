// A link to nothing: it notes what a machine asks of it, and keeps a virtual clock.
#pragma once

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dse/machine.h"
#include "sdk/link.h"

class FakeLink : public dse::Link {
 public:
  struct Published {
    dse::TimeNs time_ns = 0;
    std::string resource;
    dse::MessagePtr message;
    bool mandatory = false;
    bool confirm = false;
  };

  std::vector<std::string> calls;  // "declare a", "publish a m-0", "acknowledge 3", "end 0"
  std::vector<Published> published;
  std::vector<dse::Job> posted;       // not run, unless run_posted
  bool run_posted = false;            // runs each job at once
  std::optional<dse::TimeNs> due_ns;  // when the machine must be resumed
  std::optional<int> ended;

  // Moves the clock to when the machine is due and resumes it, until it waits for something else;
  // at most `most` times, so that a program that never ends does not make the test endless.
  void run(dse::Machine& machine, int most = 1'000'000) {
    for (; due_ns.has_value() && most > 0; --most) {
      now_ns_ = *due_ns;
      due_ns.reset();
      machine.resume();
    }
  }
  std::vector<std::string> take_calls() { return std::exchange(calls, {}); }

  dse::TimeNs now() const override { return now_ns_; }
  void declare(const std::string& resource) override { note("declare {}", resource); }
  void bind(const dse::BindingSpec& binding) override {
    note("bind {} {} {}", binding.from, binding.to, binding.key);
  }
  void publish(dse::PublishRequest request) override {
    note("publish {} {}", request.resource, request.message->id());
    published.push_back(
        {now_ns_, request.resource, std::move(request.message), request.mandatory, request.confirm});
  }
  void open_stream(const std::string& resource, std::uint32_t prefetch) override {
    note("stream {} {}", resource, prefetch);
  }
  void acknowledge(std::uint64_t tag) override { note("acknowledge {}", tag); }
  void reject(std::uint64_t tag, bool requeue) override {
    note("reject {} {}", tag, requeue ? "requeue" : "drop");
  }
  void resume_after(dse::TimeNs delay_ns) override {
    note("after {}", delay_ns);
    due_ns = now_ns_ + delay_ns;
  }
  void compute(dse::Job job, dse::TimeNs duration_ns) override {
    note("compute {}", duration_ns);
    job();
    due_ns = now_ns_ + duration_ns;
  }
  void post(dse::Job job) override {
    note("post");
    if (run_posted) return job();
    posted.push_back(std::move(job));
  }
  void end(int status) override {
    note("end {}", status);
    ended = status;
  }

 private:
  template <typename... Values>
  void note(fmt::format_string<Values...> format, Values&&... values) {
    calls.push_back(fmt::format(format, std::forward<Values>(values)...));
  }

  dse::TimeNs now_ns_ = 0;
};
