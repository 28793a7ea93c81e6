// A link that forwards everything to another; a base for layers between a machine and its link that
// change or note only a part.
#pragma once

#include <string>
#include <utility>

#include "sdk/link.h"

namespace dse {

class ForwardingLink : public Link {
 public:
  // `inner` must outlive this.
  explicit ForwardingLink(Link& inner) : inner_(inner) {}

  TimeNs now() const override { return inner_.now(); }
  void declare(const std::string& resource) override { inner_.declare(resource); }
  void bind(const BindingSpec& binding) override { inner_.bind(binding); }
  void publish(PublishRequest request) override { inner_.publish(std::move(request)); }
  void open_stream(const std::string& resource, std::uint32_t prefetch) override {
    inner_.open_stream(resource, prefetch);
  }
  void acknowledge(std::uint64_t tag) override { inner_.acknowledge(tag); }
  void reject(std::uint64_t tag, bool requeue) override { inner_.reject(tag, requeue); }
  void resume_after(TimeNs delay_ns) override { inner_.resume_after(delay_ns); }
  void compute(Job job, TimeNs duration_ns) override { inner_.compute(std::move(job), duration_ns); }
  void post(Job job) override { inner_.post(std::move(job)); }
  void end(int status) override { inner_.end(status); }

 private:
  Link& inner_;
};

}  // namespace dse
